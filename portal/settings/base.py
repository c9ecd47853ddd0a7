"""What every deployment shares. Every value that may differ comes from the environment as PORTAL_*.

`embedded` (default), `production` and `testing` build on this file; engines are chosen by four URLs only.
"""

import os
from pathlib import Path

from django.urls import reverse_lazy

from portal.settings import engines

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(os.environ.get("PORTAL_DATA_DIR", BASE_DIR / "data")).resolve()
PORT = int(os.environ.get("PORTAL_PORT", "8000"))

SECRET_KEY = os.environ.get("PORTAL_SECRET_KEY", "")
DEBUG = os.environ.get("PORTAL_DEBUG", "") == "1"
ALLOWED_HOSTS = os.environ.get("PORTAL_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
SITE_URL = os.environ.get("PORTAL_SITE_URL", f"http://127.0.0.1:{PORT}")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "portal.http.csrf_failure"

# Optional apps: the site runs without curation, and a test proves it.
CURATION = os.environ.get("PORTAL_CURATION", "1") == "1"

INSTALLED_APPS = [
    "portal",
    *(["curation"] if CURATION else []),
    "search",
    "archive",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "portal.assets.AssetsConfig",
    "django.contrib.sitemaps",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
]

MIDDLEWARE = [
    "portal.answers.WholeAnswersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.refereeing.RefereeMiddleware",
    "portal.http.DomainErrorMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.site",
            ],
        },
    },
]

# Engines: one URL each.
DATABASES = {"default": engines.database(os.environ.get("PORTAL_DATABASE_URL", f"sqlite:///{DATA_DIR}/portal.sqlite3"))}
STORAGES = {
    **engines.storages(os.environ.get("PORTAL_STORAGE_URL", f"file://{DATA_DIR}/files")),
    "staticfiles": {"BACKEND": "portal.assets.Assets"},
}
PORTAL_SEARCH_URL = os.environ.get("PORTAL_SEARCH_URL", f"tantivy://{DATA_DIR}/search")
PORTAL_BROKER_URL = os.environ.get("PORTAL_BROKER_URL", f"filesystem://{DATA_DIR}/broker")
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = engines.broker(PORTAL_BROKER_URL)
PORTAL_IMAGING_SOCKET = os.environ.get("PORTAL_IMAGING_SOCKET", str(DATA_DIR / "imaging.sock"))
PORTAL_SCRATCH_DIR = Path(os.environ.get("PORTAL_SCRATCH_DIR", DATA_DIR / "scratch"))
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Celery: the row is the truth, a message only a nudge; so nothing is kept of results.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 840
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# People
AUTH_USER_MODEL = "archive.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("archive:my-depositions")
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "archive.forms.people.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Micrographia] "
ORCID_URL = os.environ.get("PORTAL_ORCID_URL", "https://orcid.org")
ACCOUNT_ADAPTER = "portal.signin.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "archive.signin.OrcidAdapter"
SOCIALACCOUNT_PROVIDERS = engines.orcid_provider(
    os.environ.get("PORTAL_ORCID_CLIENT_ID", ""), os.environ.get("PORTAL_ORCID_SECRET", ""), ORCID_URL
)
EMAIL_BACKEND = os.environ.get("PORTAL_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST = os.environ.get("PORTAL_EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("PORTAL_EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("PORTAL_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("PORTAL_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("PORTAL_EMAIL_SECURITY", "") == "starttls"
EMAIL_USE_SSL = os.environ.get("PORTAL_EMAIL_SECURITY", "") == "tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("PORTAL_MAIL_FROM", "Micrographia <portal@localhost>")

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "archive.api.authentication.TokenAuthentication",
        "archive.api.authentication.RefereeAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticatedOrReadOnly",
        "archive.api.permissions.TokenScopes",
    ],
    "DEFAULT_PAGINATION_CLASS": "archive.api.pagination.CursorPagination",
    "DEFAULT_PARSER_CLASSES": ["archive.api.parsers.ShallowJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.http.problem_json",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.ScopedRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"search": "120/min", "export": "20/min", "tiles": "12000/min"},
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Micrographia",
    "DESCRIPTION": "Archive, search and curation of biological images.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "ImageRole": "archive.imaging.naming.ImageRole",
        "DepositionState": "archive.states.DepositionState",
        "FileKind": "archive.states.FileKind",
        "FileState": "archive.states.FileState",
        "ImageState": "archive.states.ImageState",
    },
}

# The archive's own choices
PORTAL_ACCESSION_PREFIX = os.environ.get("PORTAL_ACCESSION_PREFIX", "MG")
PORTAL_DOI_PREFIX = os.environ.get("PORTAL_DOI_PREFIX", "10.5072")  # the default is for tests and leads nowhere
# DOIs are registered where there is a DataCite account, and else reserved here alone.
PORTAL_DATACITE_ACCOUNT = os.environ.get("PORTAL_DATACITE_ACCOUNT", "")
PORTAL_DATACITE_PASSWORD = os.environ.get("PORTAL_DATACITE_PASSWORD", "")
PORTAL_DOI_RESOLVER = os.environ.get("PORTAL_DOI_RESOLVER", "https://doi.org").rstrip("/")
PORTAL_NAME = os.environ.get("PORTAL_NAME", "Micrographia")
# Who is asked for publications; with an empty address a service is not asked.
PORTAL_EUROPE_PMC_URL = os.environ.get("PORTAL_EUROPE_PMC_URL", "https://www.ebi.ac.uk/europepmc/webservices/rest")
PORTAL_CROSSREF_URL = os.environ.get("PORTAL_CROSSREF_URL", "https://api.crossref.org")
PORTAL_DATACITE_URL = os.environ.get("PORTAL_DATACITE_URL", "https://api.datacite.org")
PORTAL_TEMPLATE_DIRS = [p for p in os.environ.get("PORTAL_TEMPLATE_DIRS", "").split(":") if p]
# Folders and buckets beside the portal from which curators may take files: {name: storage}.
PORTAL_IMPORT_ROOTS = engines.import_roots(os.environ.get("PORTAL_IMPORT_ROOTS", ""))
# Where brokers may have themselves called back: https://archive.example.org, with spaces between them.
PORTAL_CALLBACK_ORIGINS = os.environ.get("PORTAL_CALLBACK_ORIGINS", "").split()
# The shipped vocabularies that the portal loads by itself, with spaces between their names; all of them unless told.
PORTAL_VOCABULARIES = os.environ.get("PORTAL_VOCABULARIES", "").split()
PORTAL_MAX_FILE_BYTES = int(os.environ.get("PORTAL_MAX_FILE_BYTES", 5 * 10**12))
PORTAL_MAX_FILES = int(os.environ.get("PORTAL_MAX_FILES", 500_000))
# Files whose bytes one person sends at the same moment; each holds a thread of the web server.
PORTAL_UPLOADS_AT_ONCE = int(os.environ.get("PORTAL_UPLOADS_AT_ONCE", 12))
PORTAL_QUOTA_BYTES = int(os.environ.get("PORTAL_QUOTA_BYTES", 500 * 10**9))
# How long `manage.py portal` waits at most before it starts again what dies again and again.
PORTAL_LONGEST_RESTART_SECONDS = float(os.environ.get("PORTAL_LONGEST_RESTART_SECONDS", 10))
# A row whose worker was not heard of for so long is sent on again.
PORTAL_STALE_SECONDS = float(os.environ.get("PORTAL_STALE_SECONDS", 20))
PORTAL_COMPRESS_ORIGINALS = os.environ.get("PORTAL_COMPRESS_ORIGINALS", "0") == "1"
PORTAL_SCRATCH_BYTES = int(os.environ.get("PORTAL_SCRATCH_BYTES", 50 * 10**9))
# How long what was submitted may stay private until its release.
PORTAL_LONGEST_EMBARGO_DAYS = int(os.environ.get("PORTAL_LONGEST_EMBARGO_DAYS", 730))
PORTAL_UPLOAD_EXPIRY_DAYS = int(os.environ.get("PORTAL_UPLOAD_EXPIRY_DAYS", 14))
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A table of five hundred items has some seven thousand cells; the size of the request is what is limited.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50_000
DATA_UPLOAD_MAX_NUMBER_FILES = 1000

# Web
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = "Lax"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        # Browsers hold the redirect that follows a form to this list as well: signing in with ORCID is one.
        "form-action": ["'self'", *([ORCID_URL] if SOCIALACCOUNT_PROVIDERS else [])],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    },
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("PORTAL_LOG_LEVEL", "WARNING")},
    # The embedded broker is a folder; kombu warns at every connection that it has no host.
    "loggers": {"kombu.connection": {"level": "ERROR"}},
}
