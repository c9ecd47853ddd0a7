"""The viewer's part of an image's pages: what is shown of it without scripts, and the page that is all viewer."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from archive import delivery
from archive.imaging.spec import View
from archive.imaging.view_query import BadView, parameters_of, view_of
from archive.models import Image
from archive.selectors import datasets, images
from archive.selectors.pixel_sizes import stated_words
from archive.views import facts
from archive.views.pictures import labels_of

STILL_PIXELS = 1024


@dataclass(frozen=True)
class Still:
    """The picture of the view that the address names: `url` is empty where it names none, `sentence` says what is
    wrong with it. The rest fills the form that asks for another one."""

    url: str
    sentence: str
    c: str
    z: str
    t: str
    last_z: int
    last_t: int


def still_of(request: HttpRequest, image: Image) -> Still:
    asked = {name: request.GET.get(name, "") for name in ("c", "z", "t", "labels")}
    written = {name: asked[name] for name in ("c", "z", "t")}
    form = {"last_z": image.size_z - 1, "last_t": image.size_t - 1, **written}
    try:
        view = view_of(asked)
        _check_inside(view, image)
        parameters = parameters_of(view)
    except BadView as error:
        return Still(url="", sentence=error.sentence, **form)
    query = urlencode({**parameters, "size": STILL_PIXELS, "v": delivery.view_version(image)})
    url = f"{reverse('archive-api:image-render', args=[image.accession])}?{query}" if parameters else ""
    return Still(url=url, sentence="", **form)


def _check_inside(view: View, image: Image) -> None:
    """Raises BadView for what the image does not have."""
    places = (
        ("z", "section", view.z if view.z_last is None else view.z_last, image.size_z),
        ("t", "time point", view.t, image.size_t),
        ("c", "channel", max((choice.index for choice in view.channels), default=None), image.size_c),
    )
    for name, word, at, count in places:
        if at is not None and at >= count:
            raise BadView(name, f"There is no {word} {at}: the last one of this image is {count - 1}.")


@require_safe
def view(request: HttpRequest, accession: str) -> HttpResponse:
    """The whole window for one image."""
    found = images.image_record(accession, request.user)
    image = found.image
    record = datasets.dataset_record(image.dataset.accession, request.user)
    organisms = labels_of(record.metadata, "biosample", "organism")
    methods = labels_of(record.metadata, "acquisition", "imaging_method")
    context = {
        "dataset": record.dataset,
        "image": image,
        "alt": facts.describe(image, organisms, methods),
        "channels": facts.channels_of(image),
        "pixels": facts.pixels_of(image, stated_words(record.metadata)),
        "previous": found.previous,
        "next": found.next,
        "still": still_of(request, image),
    }
    return render(request, "archive/record/view.html", context)
