"""The shapes of what is laid over an image."""

from rest_framework import serializers

from archive.imaging.shapes import ShapeKind


class ShapeSerializer(serializers.Serializer):
    """`points`: of a rectangle or mask its corner, then width and height; of an ellipse its centre, then its radii."""

    number = serializers.IntegerField()
    region = serializers.CharField(help_text="The name of the region that the shape is part of.")
    kind = serializers.ChoiceField([(kind.value, kind.value) for kind in ShapeKind])
    points = serializers.ListField(child=serializers.ListField(child=serializers.FloatField()))
    text = serializers.CharField()
    stroke = serializers.CharField(help_text="RRGGBB, or empty.")
    fill = serializers.CharField(help_text="RRGGBB, or empty.")
    fill_opacity = serializers.FloatField()
    width = serializers.FloatField(allow_null=True)
    z = serializers.IntegerField(allow_null=True)
    t = serializers.IntegerField(allow_null=True)
    c = serializers.IntegerField(allow_null=True)
    transform = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, help_text="a, b, c, d, e, f of SVG's matrix."
    )


class RegionsSerializer(serializers.Serializer):
    """`sentence` says what is missing, if anything is."""

    shapes = ShapeSerializer(many=True)
    total = serializers.IntegerField()
    sentence = serializers.CharField()


class LabelsSerializer(serializers.Serializer):
    """Tiles lie under `{tiles}/{level}/{column}_{row}.{extension}?labels=1`."""

    key = serializers.CharField()
    name = serializers.CharField()
    tiles = serializers.CharField()
    extension = serializers.CharField()
    version = serializers.CharField()
    sections = serializers.IntegerField()
    times = serializers.IntegerField()


class OverlaysSerializer(serializers.Serializer):
    labels = LabelsSerializer(many=True)
