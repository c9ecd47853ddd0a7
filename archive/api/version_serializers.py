"""JSON of what changed between versions, and of publications that were added after the release."""

from rest_framework import serializers

_FILES = {
    "type": "object",
    "properties": {
        "count": {"type": "integer"},
        "bytes": {"type": "integer"},
        "names": {"type": "array", "items": {"type": "string"}, "description": "The first hundred."},
    },
}
# By hand: a serializer cannot have a part called `fields`.
CHANGES = {
    "type": "object",
    "nullable": True,
    "properties": {
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "sentence": {"type": "string"}},
            },
        },
        "files": {
            "type": "object",
            "properties": {
                "added": _FILES,
                "replaced": _FILES,
                "removed": _FILES,
                "unchanged": {"type": "integer"},
            },
        },
    },
}


class LinkedPublicationSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    doi = serializers.CharField()
    pmid = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()
    added_at = serializers.DateTimeField()
