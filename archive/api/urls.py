"""The archive's part of /api/v1/."""

app_name = "archive-api"
urlpatterns: list = []
