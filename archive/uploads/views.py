"""tus 1.0 under /api/v1/uploads/: the protocol over the upload services. A body is read as a stream, never buffered."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import http_date
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from archive.api.permissions import TokenMayDeposit
from archive.models import Upload
from archive.selectors import uploads as selectors
from archive.services import uploading
from archive.states import UploadState
from archive.uploads import protocol
from archive.uploads.bodies import ChunkedBody
from archive.uploads.protocol import BadHeader
from archive.uploads.stores import Announced

_METHODS = frozenset({"PATCH", "DELETE", "HEAD"})


class UnsupportedVersion(exceptions.APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = f"Send the header Tus-Resumable: {protocol.VERSION}."
    default_code = "unsupported_version"


class Unread(BaseParser):
    """Bytes of a file hold no form: whoever looks for one, as the check of a session's CSRF token does, finds none."""

    media_type = protocol.CONTENT_TYPE

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        return {}


class TusView(APIView):
    """What both addresses share: the version in every answer, errors as problem JSON, methods by override."""

    permission_classes = [IsAuthenticated, TokenMayDeposit]
    # The body is bytes of a file; nothing here parses it.
    parser_classes = (Unread,)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        override = request.headers.get("X-HTTP-Method-Override", "").upper()
        if request.method == "POST" and override in _METHODS:
            request.method = override
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before anything looks at a form: a body of another type would be parsed, and buffered.
        if _body_length(request) and request.content_type != protocol.CONTENT_TYPE:
            raise exceptions.UnsupportedMediaType(
                request.content_type, f"Bytes of a file are sent as Content-Type: {protocol.CONTENT_TYPE}."
            )
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != protocol.VERSION:
            raise UnsupportedVersion
        super().initial(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(exceptions.ParseError(str(exc)) if isinstance(exc, BadHeader) else exc)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Tus-Resumable"] = protocol.VERSION
        response["Tus-Version"] = protocol.VERSION
        response["Cache-Control"] = "no-store"
        return response


def _body_length(request: Request) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdigit() else 0


def _append(request: Request, upload: Upload, offset: int) -> None:
    """Everything that comes, up to what is missing. Without a length (chunked) the stream's end is the end."""
    wanted = protocol.checksum(request.headers)
    announced = Announced(wanted.algorithm, wanted.digest) if wanted else None
    # Django reads no body without a length; the server itself knows where a chunked one ends.
    if not request.META.get("CONTENT_LENGTH") and request.META.get("wsgi.input_terminated"):
        room = max(0, upload.size - offset)
        body = ChunkedBody(request.META["wsgi.input"], upload, room)
        uploading.append_bytes(upload=upload, offset=offset, stream=body, length=room, announced=announced)
        if body.is_broken:
            raise BadHeader(
                "The chunks of the body are not well formed. Ask how far the upload is, and go on from there."
            )
        return
    length = _body_length(request)
    uploading.append_bytes(upload=upload, offset=offset, stream=request._request, length=length, announced=announced)


def _progress(response: Response, upload: Upload) -> Response:
    response["Upload-Offset"] = str(upload.offset)
    if upload.state == UploadState.OPEN:
        response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response


@extend_schema(exclude=True)
class UploadsView(TusView):
    """Create an upload; OPTIONS tells what the server can do."""

    http_method_names = ["post", "options"]

    def get_permissions(self) -> list[Any]:
        return [] if self.request.method == "OPTIONS" else super().get_permissions()

    def options(self, request: Request) -> Response:
        response = Response(status=status.HTTP_204_NO_CONTENT)
        response["Tus-Extension"] = protocol.EXTENSIONS
        response["Tus-Checksum-Algorithm"] = ",".join(protocol.ALGORITHMS)
        response["Tus-Max-Size"] = str(settings.PORTAL_MAX_FILE_BYTES)
        return response

    def post(self, request: Request) -> Response:
        if "Upload-Defer-Length" in request.headers:
            raise BadHeader("The length of an upload must be known from the start: send Upload-Length.")
        wanted = protocol.metadata(request.headers)
        size = protocol.whole_number(request.headers, "Upload-Length")
        upload = uploading.create_upload(
            user=request.user,
            dataset=selectors.editable_dataset(request.user, wanted.dataset),
            path=wanted.path,
            size=size,
            sha256=wanted.sha256,
            replaces=wanted.replaces,
        )
        # An upload that was begun before goes on by HEAD and PATCH: these bytes are not its next ones.
        if request.content_type == protocol.CONTENT_TYPE and upload.offset == 0 and upload.state == UploadState.OPEN:
            _append(request, upload, 0)
        response = Response(status=status.HTTP_201_CREATED)
        response["Location"] = reverse("archive-api:upload", args=[upload.pk])
        return _progress(response, upload)


@extend_schema(exclude=True)
class UploadView(TusView):
    """Ask how far an upload is, go on with it, or end it."""

    http_method_names = ["head", "patch", "delete", "options", "post"]

    def get_permissions(self) -> list[Any]:
        return [] if self.request.method == "OPTIONS" else super().get_permissions()

    def options(self, request: Request, upload_id: str) -> Response:
        return UploadsView.options(self, request)

    def head(self, request: Request, upload_id: str) -> Response:
        upload = selectors.upload_for(request.user, upload_id)
        selectors.require_known(upload)
        uploading.reconcile(upload=upload)
        response = Response(status=status.HTTP_200_OK)
        response["Upload-Length"] = str(upload.size)
        response["Upload-Metadata"] = protocol.metadata_header(
            {"dataset": upload.dataset.accession, "relativePath": upload.path, "sha256": upload.announced_sha256}
        )
        return _progress(response, upload)

    def patch(self, request: Request, upload_id: str) -> Response:
        if request.content_type != protocol.CONTENT_TYPE:
            raise exceptions.UnsupportedMediaType(request.content_type)
        upload = selectors.upload_for(request.user, upload_id)
        _append(request, upload, protocol.whole_number(request.headers, "Upload-Offset"))
        return _progress(Response(status=status.HTTP_204_NO_CONTENT), upload)

    def delete(self, request: Request, upload_id: str) -> Response:
        uploading.cancel_upload(upload=selectors.upload_for(request.user, upload_id))
        return Response(status=status.HTTP_204_NO_CONTENT)
