"""JSON whose nesting would exhaust the stack is bad input, not a bug."""

from collections.abc import Mapping
from typing import Any, BinaryIO

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class ShallowJSONParser(JSONParser):
    """Its size is limited by Django (DATA_UPLOAD_MAX_MEMORY_SIZE); see archive.api.views.base.sent."""

    def parse(
        self, stream: BinaryIO, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("This JSON is nested too deeply. Send it flatter.") from error
