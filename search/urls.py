"""The pages of search."""

from django.urls import path

from search.views import results

app_name = "search"
urlpatterns = [
    path("search/", results.datasets, name="datasets"),
    path("search/images/", results.images, name="images"),
]
