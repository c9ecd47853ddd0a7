"""Every byte of everything that is reachable by an anonymised link: none of the names of the deposit is in it."""

import gzip
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
import tifffile
from django.test import Client
from django.urls import NoReverseMatch, reverse

from archive.models import Deposition, File, FileAttributes, Image, NameScan, Plate
from archive.referees import ROUTES
from archive.services import refereeing, renditions
from archive.states import NameScanState
from tests.archive.answers import body, status_of
from tests.archive.documents import complete_document
from tests.archive.imaging.files import ome
from tests.archive.tus import deposit
from tests.factories.archive import PlateFactory

pytestmark = pytest.mark.django_db(transaction=True)

SECRETS = (
    "Zephyrine", "Quillfeather", "Bartholomäus", "zq.lab", "feathers.example", "Institute of Quills",
    "0000-0002-1825-0097", "Fund of Feathers", "FF-2026-0815", "10.1234/feathers.1", "39000001", "Jemima Puddle",
    "gen. Quill", "S-QUILL77",
)  # fmt: skip
STUDY = {
    "title": "Feathers under light, the Quillfeather stain",
    "description": "Zephyrine Quillfeather and Bartholomaeus von Oskwind imaged feathers at the Institute of Quills.",
    "authors": [
        {
            "name": "Zephyrine Quillfeather",
            "orcid": "0000-0002-1825-0097",
            "email": "zq.lab@feathers.example",
            "affiliation": "Institute of Quills",
        },
        {"name": "Oskwind, Bartholomäus von"},
    ],
    "grants": [{"funder": "Fund of Feathers", "number": "FF-2026-0815"}],
    "acknowledgements": "Jemima Puddle helped.",
    "funding": "By the Fund of Feathers.",
    "publication": {"title": "On feathers", "doi": "10.1234/feathers.1", "pmid": "39000001"},
    "links": [{"url": "https://feathers.example/gen. Quill", "description": "our page"}],
    "source_identifiers": [{"scheme": "BioStudies", "value": "S-QUILL77"}],
}
VALUES = np.random.default_rng(2).integers(0, 60_000, (2, 60, 70)).astype(np.uint16)
ROI = (
    '<ROI ID="ROI:0" Name="by Quillfeather"><Union><Rectangle ID="Shape:0" X="1" Y="2" Width="9" Height="9" '
    'Text="Zephyrine" TheZ="0" TheT="0" TheC="0"/></Union></ROI>'
)


def _owned() -> bytes:
    """An OME-TIFF that names its owner everywhere that OME-XML has a place for it."""
    pixels = (
        '<Image ID="Image:0" Name="/home/zephyrine/q1"><Description>Taken by Quillfeather</Description>'
        '<ExperimenterRef ID="Experimenter:0"/>'
        '<Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" SizeX="70" SizeY="60" SizeZ="1" SizeC="2" '
        'SizeT="1">'
        '<Channel ID="Channel:0:0" Name="Quillfeather488" SamplesPerPixel="1"/><Channel ID="Channel:0:1" Name="DAPI"/>'
        '<TiffData IFD="0"/><TiffData IFD="1" FirstC="1"/></Pixels><ROIRef ID="ROI:0"/></Image>'
    )
    who = '<Experimenter ID="Experimenter:0" FirstName="Zephyrine" LastName="Quillfeather"/>'
    made = io.BytesIO()
    with tifffile.TiffWriter(made) as writer:
        for at, plane in enumerate(VALUES):
            said = ome(pixels, extra=f"{who}{ROI}").replace(f"{who}<", "<").replace("<Image", f"{who}<Image", 1)
            writer.write(plane, description=said.encode() if at == 0 else None, metadata=None, contiguous=False)
    return made.getvalue()


def _clean() -> bytes:
    made = io.BytesIO()
    tifffile.imwrite(made, VALUES[0], compression="zlib")
    return made.getvalue()


def _zip(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes/readme.txt", content)
    return made.getvalue()


@pytest.fixture
def dataset(eager, imaging, restless, dataset, tmp_path):
    Deposition.objects.update(metadata=complete_document(**STUDY))
    owner = dataset.created_by
    owner.name, owner.email, owner.affiliation = (
        "Zephyrine Quillfeather",
        "zq.lab@feathers.example",
        "Institute of Quills",
    )
    owner.save()
    dataset.title = STUDY["title"]
    dataset.credit = "Images by Zephyrine Quillfeather"
    dataset.save()
    deposit(dataset, "quillfeather/owned.ome.tif", _owned())
    deposit(dataset, "images/clean.tif", _clean())
    deposit(dataset, "images/Zephyrine_02.tif", _clean() + b"\0by Quillfeather")
    deposit(dataset, "tables/wells.csv", b"well,value\nA1,7\n")
    deposit(dataset, "tables/who.csv", "well,who\nA1,Zephyrine Quillfeather\n".encode("utf-16"))
    deposit(dataset, "packed/clean.zip", _zip(b"nothing of note"))
    deposit(dataset, "packed/owned.zip", _zip("by Bartholomäus".encode("latin-1")))
    PlateFactory(dataset=dataset, file=File.objects.get(path="images/clean.tif"), name="Quillfeather plate")
    said = {"Gene": "TP53", "Seen by Quillfeather": "Zephyrine Quillfeather <zq.lab@feathers.example>"}
    for file in File.objects.all():
        FileAttributes.objects.create(file=file, values=said, associations={"component": "Zephyrine"}, from_version=1)
    for image in Image.objects.all():
        renditions.want_rendition(image=image)
    return dataset


@pytest.fixture
def referee(dataset) -> Client:
    _, token = refereeing.make_link(dataset=dataset, user=dataset.created_by, is_anonymised=True)
    referee = Client()
    referee.get(f"/referee/{token}/")
    return referee


def _layers(content: bytes, depth: int = 0) -> Iterator[bytes]:
    """The bytes as they are, and what is packed in them."""
    yield content
    if content[:2] == b"PK" and depth < 3:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                yield member.filename.encode()
                yield from _layers(archive.read(member), depth + 1)
    if content[:2] == b"\x1f\x8b":
        yield from _layers(gzip.decompress(content), depth + 1)
    for match in re.finditer(rb"\x78[\x01\x9c\xda]", content):
        try:
            yield zlib.decompressobj().decompress(content[match.start() :], 1 << 20)
        except zlib.error:
            continue


def _told(content: bytes) -> set[str]:
    found = set()
    for layer in _layers(content):
        lowered = layer.lower()
        for secret in SECRETS:
            spelled = {secret, html.escape(secret)}
            encoded = {
                one.lower().encode(code, "ignore") for one in spelled for code in ("utf-8", "latin-1", "utf-16-le")
            }
            if any(one in lowered for one in encoded):
                found.add(secret)
    return found


def _addresses(dataset) -> Iterator[tuple[str, str]]:
    """Every route that referees have, for everything that there is of the dataset."""
    numbers = {"level": 6, "column": 0, "row": 0, "number": 0, "size": "small", "key": "zarr.json"}
    images = [image.accession for image in Image.objects.all()]
    files = list(File.objects.values_list("pk", flat=True))
    for route in sorted(ROUTES):
        name = route.partition(":")[2]
        is_image = (name.startswith("image") and name != "images") or name in {"picture", "ome-xml"}
        for accession in images if is_image else [dataset.accession]:
            for file_id in files if name in {"file", "members", "file-content", "file-members"} else [0]:
                for keys in (
                    (), ("file_id",), ("plate_id",), ("size",), ("key",), ("level", "column", "row"), ("number",),
                    ("number", "level", "column", "row"),
                ):  # fmt: skip
                    known = numbers | {"file_id": file_id, "plate_id": Plate.objects.first().pk}
                    arguments = {"accession": accession, **{key: known[key] for key in keys}}
                    try:
                        yield route, reverse(route, kwargs=arguments)
                    except NoReverseMatch:  # an address of this route has other parts
                        continue


QUERIES = {
    "archive-api:image-section": "?axis=y&at=0",
    "archive-api:image-pixel": "?x=1&y=1",
    "archive-api:image-tile": "",
}


def _links_in(text: str) -> set[str]:
    found = set(re.findall(r'(?:href|src|data-record|data-picture)="(/[^"#]*)', text))
    found |= {address.removeprefix("http://testserver") for address in re.findall(r'"(http://testserver/[^"]*)"', text)}
    own = ("/datasets/", "/images/", "/api/v1/datasets/", "/api/v1/images/")
    return {html.unescape(address) for address in found if address.startswith(own)}


def _fetch(referee: Client, address: str) -> tuple[int, bytes]:
    response = referee.get(address)
    return status_of(response), str(dict(response.headers)).encode() + b"\n" + body(response)


def test_nothing_that_an_anonymised_link_opens_tells_whose_it_is(referee, dataset, settings):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_CLASSES": []}
    waiting = {address + QUERIES.get(route, "") for route, address in _addresses(dataset)}
    waiting |= {
        f"/datasets/{dataset.accession}/images/?version=1",
        f"/api/v1/datasets/{dataset.accession}/files?size=2",
    }
    statuses: dict[str, int] = {}
    told: dict[str, set[str]] = {}
    withheld = []
    while waiting:
        address = waiting.pop()
        statuses[address], content = _fetch(referee, address)
        if found := _told(content):
            told[address] = found
        if b"anonymised link" in content and statuses[address] == 404:
            withheld.append(address)
        if b"text/html" in content or b"application/json" in content:
            waiting |= _links_in(content.decode("utf-8", "replace")) - set(statuses)
    assert told == {}
    assert withheld == [], "The last look had to hold back what should have been hidden before."
    by_kind = {route for route, address in _addresses(dataset) if statuses[address + QUERIES.get(route, "")] == 200}
    assert by_kind >= ROUTES - {"archive:members", "archive-api:file-members", "archive-api:image-mask",
                                "archive-api:image-label-tile"}  # fmt: skip


def test_originals_are_offered_only_when_no_name_is_in_them(referee, dataset):
    offered = {
        file.path: status_of(referee.get(f"/datasets/{dataset.accession}/files/{file.pk}/"))
        for file in File.objects.all()
    }
    assert offered == {
        "quillfeather/owned.ome.tif": 404,
        "images/clean.tif": 200,
        "images/Zephyrine_02.tif": 404,
        "tables/wells.csv": 200,
        "tables/who.csv": 404,
        "packed/clean.zip": 200,
        "packed/owned.zip": 404,
    }
    states = dict(NameScan.objects.values_list("file__path", "state"))
    assert states["tables/who.csv"] == NameScanState.FOUND
    assert states["images/clean.tif"] == NameScanState.CLEAR


def test_other_names_make_the_search_worthless(referee, dataset):
    clean = File.objects.get(path="images/clean.tif")
    address = f"/datasets/{dataset.accession}/files/{clean.pk}/"
    assert status_of(referee.get(address)) == 200
    document = complete_document(**STUDY)
    document["study"]["authors"].append({"name": "Somebody Else"})
    Deposition.objects.update(metadata=document)
    assert status_of(referee.get(address)) == 404


def test_a_link_that_is_not_anonymised_shows_them(dataset):
    _, token = refereeing.make_link(dataset=dataset, user=dataset.created_by)
    referee = Client()
    page = referee.get(f"/referee/{token}/", follow=True).content
    assert {"Zephyrine", "Quillfeather", "FF-2026-0815"} <= _told(page)
    owned = File.objects.get(path="quillfeather/owned.ome.tif")
    assert status_of(referee.get(f"/datasets/{dataset.accession}/files/{owned.pk}/")) == 200
    assert b"<dt>Gene</dt>" in page
