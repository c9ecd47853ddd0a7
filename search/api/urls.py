"""search/ under /api/v1/."""

from django.urls import path

from search.api import views

app_name = "search-api"
urlpatterns = [
    path("search/datasets", views.SearchDatasets.as_view(), name="datasets"),
    path("search/images", views.SearchImages.as_view(), name="images"),
    path("search/suggest", views.Suggest.as_view(), name="suggest"),
    path("search/facets/<slug:name>", views.FacetValues.as_view(), name="facet"),
]
