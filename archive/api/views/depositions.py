"""Depositions: create, read, edit, submit, release. The accession is the dataset's; its open deposition is meant."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api.pagination import ByPath, NewestFirst
from archive.api.requests import AtRevision, Because, EditMetadata, MaybeBecause, Release, StartDeposition
from archive.api.serializers import (
    DepositionFileSerializer,
    DepositionRecordSerializer,
    DepositionSerializer,
    NewestTemplateSerializer,
    ProblemSerializer,
)
from archive.api.views.base import ACCESSION, PersonalView, sent
from archive.metadata.moving_up import differences
from archive.models import Deposition, File
from archive.selectors import attributes, files, quality
from archive.selectors.depositions import get_deposition, my_depositions
from archive.selectors.templates import newest_of, template_of
from archive.services import awaiting, depositing, moving_up, releasing, staleness


def record(deposition: Deposition, request: Request, status: int = 200) -> Response:
    return Response(DepositionRecordSerializer(deposition, context={"request": request}).data, status=status)


@extend_schema_view(get=extend_schema(operation_id="depositions_list"))
class DepositionsView(PersonalView, ListAPIView):
    """The depositions that you work on, the newest first."""

    serializer_class = DepositionSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Deposition]:
        if getattr(self, "swagger_fake_view", False):
            return Deposition.objects.none()
        return my_depositions(self.request.user)

    @extend_schema(
        operation_id="deposition_start", request=StartDeposition, responses={201: DepositionRecordSerializer}
    )
    def post(self, request: Request) -> Response:
        """Begin a deposition: it has its accession at once."""
        given = sent(request, StartDeposition)
        if "like" in given:
            deposition = depositing.start_like(user=request.user, like=get_deposition(given["like"], request.user))
        else:
            deposition = depositing.start_deposition(
                user=request.user, template=given.get("template"), metadata=given.get("metadata")
            )
        return record(deposition, request, 201)


class DepositionView(PersonalView):
    @extend_schema(operation_id="deposition", parameters=[ACCESSION], responses=DepositionRecordSerializer)
    def get(self, request: Request, accession: str) -> Response:
        """One deposition with its metadata and its revision."""
        return record(get_deposition(accession, request.user), request)

    @extend_schema(
        operation_id="deposition_edit",
        parameters=[ACCESSION],
        request=EditMetadata,
        responses=DepositionRecordSerializer,
    )
    def patch(self, request: Request, accession: str) -> Response:
        """Save metadata. An old revision is a conflict (409), and nothing is changed."""
        given = sent(request, EditMetadata)
        deposition = depositing.save_metadata(
            deposition=get_deposition(accession, request.user),
            user=request.user,
            revision=given["revision"],
            document=given.get("metadata"),
            changes=given.get("changes"),
        )
        return record(deposition, request)


class ReportView(PersonalView):
    @extend_schema(operation_id="deposition_report", parameters=[ACCESSION], responses=ProblemSerializer(many=True))
    def get(self, request: Request, accession: str) -> Response:
        """What is wrong or missing now, what blocks first."""
        problems = quality.all_problems(get_deposition(accession, request.user), request.user)
        return Response(ProblemSerializer(problems, many=True).data)


class SubmitView(PersonalView):
    @extend_schema(
        operation_id="deposition_submit",
        parameters=[ACCESSION],
        request=None,
        responses=DepositionRecordSerializer,
    )
    def post(self, request: Request, accession: str) -> Response:
        """Hand it over for checking; 422 names everything that is required."""
        deposition = get_deposition(accession, request.user)
        return record(depositing.submit_deposition(deposition=deposition, user=request.user), request)


class ReleaseView(PersonalView):
    @extend_schema(
        operation_id="deposition_release",
        parameters=[ACCESSION],
        request=Release,
        responses=DepositionRecordSerializer,
    )
    def post(self, request: Request, accession: str) -> Response:
        """Make it public, now, on a day to come, or when its publication appears."""
        given = sent(request, Release)
        deposition = get_deposition(accession, request.user)
        shared = {name: given.get(name, "") for name in ("change_note", "reason")}
        if given.get("with_publication"):
            expected = given.get("expected_publication", "")
            awaiting.await_publication(deposition=deposition, user=request.user, expected=expected, **shared)
        else:
            day = given.get("release_on")
            shared["no_publication"] = given.get("no_publication", "")
            releasing.release_deposition(deposition=deposition, user=request.user, release_on=day, **shared)
        deposition.refresh_from_db()
        return record(deposition, request)


class ReopenView(PersonalView):
    @extend_schema(
        operation_id="deposition_reopen",
        parameters=[ACCESSION],
        request=None,
        responses=DepositionRecordSerializer,
    )
    def post(self, request: Request, accession: str) -> Response:
        """Back to a draft, to change something before the release."""
        deposition = get_deposition(accession, request.user)
        return record(depositing.reopen_deposition(deposition=deposition, user=request.user), request)


class BringBackView(PersonalView):
    @extend_schema(
        operation_id="deposition_bring_back",
        parameters=[ACCESSION],
        request=None,
        responses=DepositionRecordSerializer,
    )
    def post(self, request: Request, accession: str) -> Response:
        """A draft that was put aside, because nobody touched it, among those under way again."""
        deposition = get_deposition(accession, request.user)
        staleness.bring_back(deposition=deposition, user=request.user)
        deposition.refresh_from_db()
        return record(deposition, request)


class TemplateView(PersonalView):
    @extend_schema(operation_id="deposition_template", parameters=[ACCESSION], responses=NewestTemplateSerializer)
    def get(self, request: Request, accession: str) -> Response:
        """The newest version of its template, and what differs from its own in it."""
        deposition = get_deposition(accession, request.user)
        old, new = template_of(deposition), newest_of(deposition)
        told = {"name": old.name, "version": old.version, "newest": new.version, "differences": differences(old, new)}
        return Response(NewestTemplateSerializer(told).data)

    @extend_schema(
        operation_id="deposition_move_up",
        parameters=[ACCESSION],
        request=AtRevision,
        responses=DepositionRecordSerializer,
    )
    def post(self, request: Request, accession: str) -> Response:
        """Move it up to the newest version; what it says comes along."""
        revision = sent(request, AtRevision)["revision"]
        deposition = get_deposition(accession, request.user)
        return record(moving_up.move_up(deposition=deposition, user=request.user, revision=revision), request)


class WithdrawView(PersonalView):
    @extend_schema(
        operation_id="deposition_withdraw",
        parameters=[ACCESSION],
        request=Because,
        responses=DepositionRecordSerializer,
    )
    def post(self, request: Request, accession: str) -> Response:
        """Give up a dataset that was never released, or the draft of a later version: released ones stay."""
        reason = sent(request, Because)["reason"]
        deposition = get_deposition(accession, request.user)
        return record(depositing.withdraw_deposition(deposition=deposition, user=request.user, reason=reason), request)


@extend_schema(parameters=[ACCESSION])
class DepositionFilesView(PersonalView, ListAPIView):
    """The files of the deposition in the order of their paths, with what became of each."""

    serializer_class = DepositionFileSerializer
    pagination_class: type[CursorPagination] = ByPath

    def get_queryset(self) -> QuerySet[File]:
        if getattr(self, "swagger_fake_view", False):
            return File.objects.none()
        deposition = get_deposition(self.kwargs["accession"], self.request.user)
        self.files_context = {
            "component_keys": attributes.component_keys(deposition.dataset_id),
            "attribute_order": attributes.order_of(deposition.dataset_id, deposition.number),
        }
        return attributes.with_attributes(files.ranked_files(deposition), deposition.number)

    def get_serializer_context(self) -> dict[str, Any]:
        more = getattr(self, "files_context", {})
        return {**super().get_serializer_context(), "accession": self.kwargs.get("accession", ""), **more}


class KeepFileView(PersonalView):
    @extend_schema(
        operation_id="deposition_keep_file",
        parameters=[ACCESSION],
        request=MaybeBecause,
        responses=DepositionRecordSerializer,
    )
    def post(self, request: Request, accession: str, file_id: int) -> Response:
        """Say that a file which cannot be read, or looks wrong, is meant."""
        deposition = get_deposition(accession, request.user)
        reason = sent(request, MaybeBecause).get("reason", "")
        depositing.keep_file_as_it_is(deposition=deposition, user=request.user, file_id=file_id, reason=reason)
        return record(deposition, request)
