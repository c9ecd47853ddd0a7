"""Cursor pagination: stays right while rows come and go, and costs the same on every page."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from rest_framework import pagination
from rest_framework.exceptions import NotFound
from rest_framework.exceptions import ValidationError as BadRequest
from rest_framework.request import Request

from archive.access import is_anonymised


class CursorPagination(pagination.CursorPagination):
    """Orders by one column of the rows; what a cursor says of it must be a value of that column."""

    page_size = 50
    page_size_query_param = "size"
    max_page_size = 200
    ordering = "pk"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        self._model: type[Model] = queryset.model
        return super().paginate_queryset(queryset, request, view)

    def decode_cursor(self, request: Request) -> Any:
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise _foreign() from error
        if cursor is not None and cursor.position is not None and not self._is_value(cursor.position):
            raise _foreign()
        return cursor

    def _is_value(self, position: str) -> bool:
        meta, name = self._model._meta, self.ordering[0].lstrip("-")
        field = meta.pk if name == "pk" else meta.get_field(name)
        try:
            field.to_python(position)
        except ValidationError:
            return False
        return "\0" not in position  # which PostgreSQL takes in no text


def _foreign() -> BadRequest:
    return BadRequest({"cursor": "This cursor is not one of this list. Leave it out to begin at the first page."})


class NewestFirst(CursorPagination):
    ordering = "-pk"


class ByPath(CursorPagination):
    """Of the files of one version: each path stands there once."""

    ordering = "path"

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        """A cursor holds the last path: to those who are not to see the names in it, the order is another one."""
        return ("pk",) if is_anonymised(request.user) else super().get_ordering(request, queryset, view)


class FewByKey(CursorPagination):
    """Of rows that hold thousands of things each."""

    page_size = 10
    max_page_size = 50


class ByNumber(CursorPagination):
    ordering = "number"


class NewestVersionFirst(CursorPagination):
    ordering = "-number"
