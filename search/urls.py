"""The pages of search."""

from django.urls import path

from search.views import facets, results

app_name = "search"
urlpatterns = [
    path("search/", results.datasets, name="datasets"),
    path("search/facets/<slug:name>/", facets.dataset_facet, name="dataset-facet"),
    path("search/images/", results.images, name="images"),
    path("search/images/facets/<slug:name>/", facets.image_facet, name="image-facet"),
]
