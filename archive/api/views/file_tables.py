"""Tables that say something of each file: filled in, uploaded, looked at, applied and undone."""

from typing import ClassVar

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from archive import access
from archive.api.file_table_serializers import ApplyTable, FileTableSerializer, TableUpload
from archive.api.views.base import ACCESSION, NUMBER, PersonalView, PublicView, sent
from archive.models import Deposition, FileTable
from archive.selectors import file_tables as selectors
from archive.selectors import versions
from archive.selectors.datasets import get_dataset
from archive.selectors.depositions import get_deposition
from archive.services import file_tables
from archive.states import EDITING_ROLES
from archive.table_delivery import Form, filled_response, list_response, problems_response

_FORM = OpenApiParameter("as", str, enum=[str(form) for form in Form], description="csv unless told otherwise.")
_TABLE = OpenApiParameter("table_id", int, OpenApiParameter.PATH, description="A table's id.")
_BYTES = {
    (200, "text/csv"): OpenApiTypes.STR,
    (200, "text/tab-separated-values"): OpenApiTypes.STR,
    (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"): OpenApiTypes.BINARY,
}
_MOST_LISTED = 50


def _form(request: Request) -> str:
    return request.query_params.get("as", Form.CSV)


class FilledTableView(PersonalView):
    throttle_scope = "export"

    @extend_schema(operation_id="deposition_file_table", parameters=[ACCESSION, _FORM], responses=_BYTES)
    def get(self, request: Request, accession: str) -> HttpResponseBase:
        """A row for each file with what is known of it and what its path suggests, to be filled in and uploaded."""
        return filled_response(get_deposition(accession, request.user), _form(request))


class FileListView(PublicView):
    throttle_scope = "export"

    @extend_schema(operation_id="version_file_list", parameters=[ACCESSION, NUMBER, _FORM], responses=_BYTES)
    def get(self, request: Request, accession: str, number: int) -> HttpResponseBase:
        """The files of a version as a table: path, size, SHA-256, and what its depositors say of each."""
        dataset = get_dataset(accession, request.user)
        return list_response(versions.get_version(dataset, number, request.user), request.user, _form(request))


class FileTablesView(PersonalView):
    parser_classes: ClassVar = [MultiPartParser]

    @extend_schema(
        operation_id="deposition_file_tables", parameters=[ACCESSION], responses=FileTableSerializer(many=True)
    )
    def get(self, request: Request, accession: str) -> Response:
        """The tables that were uploaded for this draft, the newest first."""
        rows = selectors.tables_of(get_deposition(accession, request.user))[:_MOST_LISTED]
        return Response(FileTableSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="deposition_file_table_upload",
        parameters=[ACCESSION],
        request={"multipart/form-data": TableUpload},
        responses={202: FileTableSerializer},
    )
    def post(self, request: Request, accession: str) -> Response:
        """Upload a table. It is checked in the background; ask for it until its state is no longer checking."""
        deposition = get_deposition(accession, request.user)
        access.require_role(request.user, deposition.dataset, EDITING_ROLES)
        content = sent(request, TableUpload)["table"]
        table = file_tables.upload_table(
            deposition=deposition, user=request.user, name=content.name or "", content=content
        )
        return Response(FileTableSerializer(table).data, status=202)


class OneTable(PersonalView):
    """Views of one uploaded table."""

    def found(self, request: Request, accession: str, table_id: int) -> tuple[Deposition, FileTable]:
        deposition = get_deposition(accession, request.user)
        return deposition, selectors.get_table(deposition, table_id)


class FileTableView(OneTable):
    @extend_schema(
        operation_id="deposition_file_table_state", parameters=[ACCESSION, _TABLE], responses=FileTableSerializer
    )
    def get(self, request: Request, accession: str, table_id: int) -> Response:
        """How far it is, what it would change, and the first of its problems."""
        return Response(FileTableSerializer(self.found(request, accession, table_id)[1]).data)


class TableProblemsView(OneTable):
    throttle_scope = "export"

    @extend_schema(
        operation_id="deposition_file_table_problems", parameters=[ACCESSION, _TABLE, _FORM], responses=_BYTES
    )
    def get(self, request: Request, accession: str, table_id: int) -> HttpResponseBase:
        """Everything that was found in it, as a table: row, column, value, level, and what to do."""
        return problems_response(self.found(request, accession, table_id)[1], _form(request))


class ApplyTableView(OneTable):
    @extend_schema(
        operation_id="deposition_file_table_apply",
        parameters=[ACCESSION, _TABLE],
        request=ApplyTable,
        responses={202: FileTableSerializer},
    )
    def post(self, request: Request, accession: str, table_id: int) -> Response:
        """Apply it, in the background. Where rows have errors nothing is, unless only the good rows are wanted."""
        deposition, table = self.found(request, accession, table_id)
        good = sent(request, ApplyTable)["good_rows_only"]
        file_tables.begin_to_apply(deposition=deposition, user=request.user, table=table, good_rows_only=good)
        return Response(FileTableSerializer(table).data, status=202)


class DiscardTableView(OneTable):
    @extend_schema(
        operation_id="deposition_file_table_discard",
        parameters=[ACCESSION, _TABLE],
        request=None,
        responses=FileTableSerializer,
    )
    def post(self, request: Request, accession: str, table_id: int) -> Response:
        """Forget it; nothing of it is applied."""
        deposition, table = self.found(request, accession, table_id)
        file_tables.discard_table(deposition=deposition, user=request.user, table=table)
        return Response(FileTableSerializer(table).data)


class UndoTableView(OneTable):
    @extend_schema(
        operation_id="deposition_file_table_undo",
        parameters=[ACCESSION, _TABLE],
        request=None,
        responses={202: FileTableSerializer},
    )
    def post(self, request: Request, accession: str, table_id: int) -> Response:
        """Take back the table that was applied last, in the background."""
        deposition, table = self.found(request, accession, table_id)
        file_tables.begin_to_undo(deposition=deposition, user=request.user, table=table)
        return Response(FileTableSerializer(table).data, status=202)
