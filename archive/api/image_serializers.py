"""JSON of looking at images: histograms, pixels, what a viewer has to know, renditions."""

from typing import Any

from rest_framework import serializers

from archive.api.serializers import Links, choices_of
from archive.models import Rendition
from archive.states import RenditionState


class RegionField(serializers.Field):
    """x,y,width,height in pixels of the full resolution, as an address has it."""

    default_error_messages = {"shape": "Give x,y,width,height in whole pixels, such as 0,0,512,512."}

    def to_internal_value(self, data: Any) -> tuple[int, int, int, int]:
        parts = str(data).split(",")
        if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
            self.fail("shape")
        x, y, width, height = (int(part) for part in parts)
        return x, y, width, height


class ScaleBarField(serializers.FloatField):
    """The length of a scale bar in µm, or "auto" for a round one of about a fifth of what is shown."""

    AUTO = "auto"

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1e-6, max_value=1e6, **options)

    def run_validation(self, data: Any = serializers.empty) -> float | str | None:
        return self.AUTO if data == self.AUTO else super().run_validation(data)


class HistogramSerializer(serializers.Serializer):
    """`counts` over equal bins from `least` to `greatest`; `low` and `high` are the automatic limits."""

    channel = serializers.IntegerField()
    least = serializers.FloatField()
    greatest = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    counts = serializers.ListField(child=serializers.IntegerField())


class PixelSerializer(serializers.Serializer):
    """For each channel the values of its samples: one, or three where the image is RGB."""

    x = serializers.IntegerField()
    y = serializers.IntegerField()
    values = serializers.ListField(child=serializers.ListField(child=serializers.FloatField(allow_null=True)))


class ViewedChannelSerializer(serializers.Serializer):
    index = serializers.IntegerField()
    name = serializers.CharField()
    detail = serializers.CharField()
    color = serializers.CharField()
    on = serializers.BooleanField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class LookupTableSerializer(serializers.Serializer):
    """`stops` are colours at equal steps, linear between them; `name` stands where an address has a colour."""

    name = serializers.CharField()
    label = serializers.CharField()
    stops = serializers.ListField(child=serializers.CharField())


class ViewerSerializer(serializers.Serializer):
    """Lengths in µm, times in s. `coarsest` is the lowest Deep Zoom level that is drawn; below it use the picture."""

    accession = serializers.CharField()
    version = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    sections = serializers.IntegerField()
    times = serializers.IntegerField()
    tile = serializers.IntegerField()
    top_level = serializers.IntegerField()
    coarsest = serializers.IntegerField()
    pyramid = serializers.ChoiceField(["", "awaited", "failed"], help_text="Why `coarsest` is not 0.")
    rgb = serializers.BooleanField()
    pixel_type = serializers.CharField()
    pixel_x_um = serializers.FloatField(allow_null=True)
    pixel_y_um = serializers.FloatField(allow_null=True)
    pixel_z_um = serializers.FloatField(allow_null=True)
    time_increment_s = serializers.FloatField(allow_null=True)
    magnification = serializers.FloatField(allow_null=True)
    is_labels = serializers.BooleanField(help_text="Whether its name says that its values number parts.")
    channels = ViewedChannelSerializer(many=True)
    lookup_tables = LookupTableSerializer(many=True)


class RenditionSerializer(Links):
    """`url` is what Zarr programs open; `raw_size` the bytes of the pixels, `size` those in storage."""

    state = serializers.ChoiceField(choices_of(RenditionState))
    reason = serializers.CharField()
    url = serializers.SerializerMethodField()
    raw_size = serializers.IntegerField()
    size = serializers.IntegerField()
    created_at = serializers.DateTimeField()

    def get_url(self, made: Rendition) -> str:
        if made.state != RenditionState.MADE:
            return ""
        return self.link("image-ome-zarr-object", made.image.accession, "zarr.json").removesuffix("/zarr.json")
