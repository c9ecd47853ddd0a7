"""Cursor pagination: stays right while rows come and go, and costs the same on every page."""

from rest_framework import pagination


class CursorPagination(pagination.CursorPagination):
    page_size = 50
    page_size_query_param = "size"
    max_page_size = 200
    ordering = "pk"


class NewestFirst(CursorPagination):
    ordering = "-pk"


class ByPath(CursorPagination):
    """Of the files of one version: each path stands there once."""

    ordering = "path"


class ByNumber(CursorPagination):
    ordering = "number"


class NewestVersionFirst(CursorPagination):
    ordering = "-number"
