"""The addresses of the upload protocol, below /api/v1/."""

from django.urls import path

from archive.uploads.views import UploadsView, UploadView

urlpatterns = [
    path("uploads/", UploadsView.as_view(), name="uploads"),
    path("uploads/<uuid:upload_id>/", UploadView.as_view(), name="upload"),
]
