"""The archive's part of /api/v1/."""

from django.urls import include, path

from archive.api.views import datasets, depositions, images, reference, tokens

app_name = "archive-api"
_DEPOSITION = "depositions/<str:accession>/"
_DATASET = "datasets/<str:accession>/"
_IMAGE = "images/<str:accession>/"

urlpatterns = [
    path("templates/", reference.TemplatesView.as_view(), name="templates"),
    path("templates/<slug:name>/", reference.TemplateView.as_view(), name="template"),
    path("terms/", reference.TermsView.as_view(), name="terms"),
    path("terms/<str:curie>/", reference.TermView.as_view(), name="term"),
    path("depositions/", depositions.DepositionsView.as_view(), name="depositions"),
    path(_DEPOSITION, depositions.DepositionView.as_view(), name="deposition"),
    path(_DEPOSITION + "report", depositions.ReportView.as_view(), name="deposition-report"),
    path(_DEPOSITION + "submit", depositions.SubmitView.as_view(), name="deposition-submit"),
    path(_DEPOSITION + "release", depositions.ReleaseView.as_view(), name="deposition-release"),
    path(_DEPOSITION + "reopen", depositions.ReopenView.as_view(), name="deposition-reopen"),
    path(_DEPOSITION + "withdraw", depositions.WithdrawView.as_view(), name="deposition-withdraw"),
    path(_DEPOSITION + "files", depositions.DepositionFilesView.as_view(), name="deposition-files"),
    path(_DEPOSITION + "files/<int:file_id>/keep", depositions.KeepFileView.as_view(), name="deposition-keep-file"),
    path("datasets/", datasets.DatasetsView.as_view(), name="datasets"),
    path(_DATASET, datasets.DatasetView.as_view(), name="dataset"),
    path(_DATASET + "versions", datasets.VersionsView.as_view(), name="dataset-versions"),
    path(_DATASET + "versions/<int:number>", datasets.VersionView.as_view(), name="version"),
    path(_DATASET + "versions/<int:number>/manifest", datasets.VersionManifestView.as_view(), name="version-manifest"),
    path(_DATASET + "manifest", datasets.ManifestView.as_view(), name="dataset-manifest"),
    path(_DATASET + "files", datasets.FilesView.as_view(), name="dataset-files"),
    path(_DATASET + "files/<int:file_id>/content", datasets.FileContentView.as_view(), name="file-content"),
    path(_DATASET + "files/<int:file_id>/members", datasets.FileMembersView.as_view(), name="file-members"),
    path(_DATASET + "images", datasets.ImagesView.as_view(), name="dataset-images"),
    path(_DATASET + "plates", datasets.PlatesView.as_view(), name="dataset-plates"),
    path(_DATASET + "new-version", datasets.NewVersionView.as_view(), name="new-version"),
    path(_DATASET + "retract", datasets.RetractView.as_view(), name="retract"),
    path(_DATASET + "members", datasets.MembersView.as_view(), name="members"),
    path(_DATASET + "members/<int:user_id>", datasets.MemberView.as_view(), name="member"),
    path(_IMAGE, images.ImageView.as_view(), name="image"),
    path(_IMAGE + "thumbnail", images.ThumbnailView.as_view(), name="image-thumbnail"),
    path(_IMAGE + "ome-xml", images.OmeXmlView.as_view(), name="image-ome-xml"),
    path(_IMAGE + "original", images.OriginalView.as_view(), name="image-original"),
    path("tokens/", tokens.TokensView.as_view(), name="tokens"),
    path("tokens/<int:token_id>/", tokens.TokenView.as_view(), name="token"),
    path("", include("archive.uploads.urls")),
]
