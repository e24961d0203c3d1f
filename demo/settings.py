"""
Settings of the demo project.

The plugin is found and configured by the functions that LMS and Studio use, in the order in which they use them; so
what runs here is what the platform would run.
"""

import json
import os
from pathlib import Path
from typing import Any

from edx_django_utils.plugins import add_plugins, get_plugin_apps

from demo.databases import database_from_environment
from demo.jwt_keys import public_key_set, signing_key
from demo.ports import HOST, ports
from demo.stand_in_studio import StandIn

PROJECT_TYPE = "lms.djangoapp"

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("CATALOG_VAR_DIR", BASE_DIR / "var"))
VAR_DIR.mkdir(parents=True, exist_ok=True)

# Public on purpose: this project never serves anything but the loopback interface.
SECRET_KEY = "demo-only-not-a-secret-since-it-is-public"  # noqa: S105
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]

# Whoever opens the home page may become anybody by a click, administrators included (``demo/mode.py``).
CATALOG_DEMO = True

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sites",
    "django.contrib.staticfiles",
    "django_filters",
    "rest_framework",
    "drf_spectacular_sidecar",
    "simple_history",
    "waffle",
    "organizations",
    "openedx_events",
    "demo.apps.DemoConfig",
]
INSTALLED_APPS.extend(get_plugin_apps(PROJECT_TYPE))

# Where a micro-frontend may run that uses this demo, on a port of its own: that of frontend-app-publisher by default.
MICRO_FRONTENDS = os.environ.get("CATALOG_MICRO_FRONTENDS", "http://localhost:18400").split()
CSRF_TRUSTED_ORIGINS = MICRO_FRONTENDS

MIDDLEWARE = [
    "demo.micro_frontends.AllowMicroFrontends",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "crum.CurrentRequestUserMiddleware",
    "edx_rest_framework_extensions.auth.jwt.middleware.JwtAuthCookieMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "edx_rest_framework_extensions.auth.jwt.middleware.EnsureJWTAuthSettingsMiddleware",
]

ROOT_URLCONF = "demo.urls"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": database_from_environment(VAR_DIR / "demo.sqlite3")}

# As in the platform, so that a model without an automatic field of its own would show here first.
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"

AUTH_PASSWORD_VALIDATORS: list[dict[str, str]] = []

# As in the platform: tokens or the session, JSON alone, no permissions and no throttles by default.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "edx_rest_framework_extensions.auth.jwt.authentication.JwtAuthentication",
        "edx_rest_framework_extensions.auth.session.authentication.SessionAuthenticationAllowInactiveUser",
    ],
    "DEFAULT_PAGINATION_CLASS": "edx_rest_framework_extensions.paginators.DefaultPagination",
    "PAGE_SIZE": 10,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

# Whoever has to log in chooses whom to be on the home page.
LOGIN_URL = "home"

# The platform's names, with a key pair of this demo's own. It must be there: without a public key edx-drf-extensions
# accepts a token whoever signed it. With no symmetric key, the public SECRET_KEY signs no token that counts.
_SIGNING_KEY = signing_key(VAR_DIR / "jwt_signing_key.json")
_JWT_ISSUER = {"ISSUER": "http://127.0.0.1:8000/oauth2", "AUDIENCE": "openedx-catalog-demo", "SECRET_KEY": ""}
JWT_AUTH: dict[str, Any] = {
    "JWT_ISSUER": _JWT_ISSUER["ISSUER"],
    "JWT_AUDIENCE": _JWT_ISSUER["AUDIENCE"],
    "JWT_ISSUERS": [_JWT_ISSUER],
    "JWT_SIGNING_ALGORITHM": "RS512",
    "JWT_PRIVATE_SIGNING_JWK": json.dumps(_SIGNING_KEY),
    "JWT_PUBLIC_SIGNING_JWK_SET": json.dumps(public_key_set(_SIGNING_KEY)),
    "JWT_DECODE_HANDLER": "edx_rest_framework_extensions.auth.jwt.decoder.jwt_decode_handler",
    "JWT_AUTH_HEADER_PREFIX": "JWT",
    "JWT_AUTH_COOKIE": "edx-jwt-cookie",
    "JWT_AUTH_COOKIE_HEADER_PAYLOAD": "edx-jwt-cookie-header-payload",
    "JWT_AUTH_COOKIE_SIGNATURE": "edx-jwt-cookie-signature",
    "JWT_SUPPORTED_VERSION": "1.2.0",
    "JWT_VERIFY_EXPIRATION": True,
    "JWT_LEEWAY": 1,
}

# As in the LMS: a token says who somebody is, and changes nothing of their account.
EDX_DRF_EXTENSIONS: dict[str, dict[str, str]] = {"JWT_PAYLOAD_USER_ATTRIBUTE_MAPPING": {}}

# No monitoring here; the default is New Relic's, and a warning where that is not installed.
OPENEDX_TELEMETRY: list[str] = []

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
SITE_ID = 1

# One becomes somebody by a click on the home page, which this leads to.
LOGIN_URL = "/admin/login/"

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"

# No mail leaves this machine: each is a file, which the page /mailbox/ shows.
EMAIL_BACKEND = "demo.mail_files.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = "Catalog <catalog@example.org>"
DEMO_PORTS = ports(VAR_DIR)
HOME_PAGE = f"http://{HOST}:{DEMO_PORTS.server}"
CATALOG_PUBLISHER_REVIEW_URL_ROOT = f"{HOME_PAGE}/catalog_publisher/review"
PLATFORM_NAME = "Catalog publisher demo"

# No broker here: a task runs where it is started. But for the relay, which `make run` lets run in a process beside the
# server; so whoever edits waits for no delivery.
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
RELAY_RUNS_BESIDE = True

# Whether `make run` runs this, which can stop and start the stand-in for Studio.
STUDIO_CAN_BE_STOPPED = bool(os.environ.get("CATALOG_DEMO_RUNS"))

# Mails, webhooks, and course runs in the stand-in for Studio. Consumers that write to the LMS have nobody here to write
# to.
CATALOG_PUBLISHER_CONSUMERS = [
    "openedx_catalog_publisher.consumers.notifications.Notifications",
    "openedx_catalog_publisher.consumers.webhooks.Webhooks",
    "openedx_catalog_publisher.consumers.studio.Studio",
]
STUDIO_PAGE = f"http://{HOST}:{DEMO_PORTS.studio}"
CATALOG_PUBLISHER_STUDIO_API_ROOT = STUDIO_PAGE
CATALOG_PUBLISHER_STUDIO_SECONDS = 10
CATALOG_PUBLISHER_OAUTH_ROOT = STUDIO_PAGE
CATALOG_PUBLISHER_OAUTH_CLIENT_ID = StandIn.client_id
CATALOG_PUBLISHER_OAUTH_CLIENT_SECRET = StandIn.client_secret

add_plugins(__name__, PROJECT_TYPE, "common")
add_plugins(__name__, PROJECT_TYPE, "devstack")
