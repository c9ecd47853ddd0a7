"""Every address of the portal; what belongs to an app is declared there."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from portal import views

# The administration is entered by the portal's own sign-in, with its limits.
admin.site.login = secure_admin_login(admin.site.login)

handler400 = "portal.http.bad_request"
handler403 = "portal.http.permission_denied"
handler404 = "portal.http.page_not_found"
handler500 = "portal.http.server_error"

api = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path("", include("search.api.urls")),
    path("", include("archive.api.urls")),
]
pages = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("help/", views.help_index, name="help"),
    path("help/<slug:topic>/", views.help_topic, name="help-topic"),
    path("health/", views.health, name="health"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("search.urls")),
    path("", include("archive.urls")),
]
if settings.CURATION:
    api.append(path("", include("curation.api.urls")))
    pages.append(path("", include("curation.urls")))

urlpatterns = [path("api/v1/", include(api)), *pages]
