"""Files from a folder or bucket beside the portal into a draft, for curators and administrators."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api.views.base import ACCESSION, NOTHING, PersonalView, sent
from archive.models import FolderImport
from archive.selectors.depositions import get_deposition
from archive.services import importing_folders

_MOST_LISTED = 100


class FolderImportSerializer(serializers.ModelSerializer):
    class Meta:
        model = FolderImport
        fields = (
            "id", "root", "folder", "state", "sentence", "taken", "present", "refused", "byte_count", "problems",
            "created_at", "ended_at",
        )  # fmt: skip
        extra_kwargs = {
            "taken": {"help_text": "Files that came."},
            "present": {"help_text": "Files that were there already, with the same bytes."},
            "refused": {"help_text": "Files that could not come; the first hundred are in `problems`."},
        }


class WantedImport(serializers.Serializer):
    root = serializers.CharField(help_text="The name of a place that the portal's administrator configured.")
    folder = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="Relative to it, with / between its parts."
    )


class FolderImportsView(PersonalView):
    @extend_schema(operation_id="folder_imports", parameters=[ACCESSION], responses=FolderImportSerializer(many=True))
    def get(self, request: Request, accession: str) -> Response:
        """The imports of a dataset, the latest first."""
        deposition = get_deposition(accession, request.user)
        rows = importing_folders.imports_of(request.user, deposition.dataset)[:_MOST_LISTED]
        return Response(FolderImportSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="folder_import_begin",
        parameters=[ACCESSION],
        request=WantedImport,
        responses={201: FolderImportSerializer},
    )
    def post(self, request: Request, accession: str) -> Response:
        """Begin; files come one after the other, and go through the same checks as those that are uploaded."""
        given = sent(request, WantedImport)
        dataset = get_deposition(accession, request.user).dataset
        made = importing_folders.begin_import(user=request.user, dataset=dataset, **given)
        return Response(FolderImportSerializer(made).data, status=201)


class FolderImportView(PersonalView):
    @extend_schema(operation_id="folder_import_stop", parameters=[ACCESSION], responses={204: NOTHING})
    def delete(self, request: Request, accession: str, import_id: int) -> Response:
        """Stop it; what has come stays."""
        dataset = get_deposition(accession, request.user).dataset
        importing_folders.stop_import(user=request.user, dataset=dataset, import_id=import_id)
        return Response(status=204)
