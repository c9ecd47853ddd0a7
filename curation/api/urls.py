"""The curation's part of /api/v1/."""

app_name = "curation-api"
urlpatterns: list = []
