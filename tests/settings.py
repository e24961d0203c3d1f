"""
Settings of the test suite: the demo project's, with what tests want otherwise.

SQLite in memory by default; ``demo/databases.py`` says which environment variables choose MySQL or MariaDB.
"""

import tempfile
from pathlib import Path

from demo.databases import database_from_environment
from demo.settings import *  # noqa: F403
from tests.core_catalog import core_catalog_missing

DEBUG = False
CATALOG_DEMO = False
ROOT_URLCONF = "tests.urls"

DATABASES = {"default": database_from_environment(":memory:")}

# Fast, and never used outside the tests.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
MEDIA_ROOT = Path(tempfile.gettempdir()) / "openedx_catalog_publisher_test_media"

# Tables of the platform that in-process backends write to, and the core catalog where it can be installed.
INSTALLED_APPS += ["tests.fake_platform"]  # noqa: F405
if core_catalog_missing() is None:
    INSTALLED_APPS += ["openedx_catalog"]

# Commands are measured and interleaved by themselves; what wants the relay names its consumers.
CATALOG_PUBLISHER_CONSUMERS = []
RELAY_RUNS_BESIDE = False

# What calls Studio over HTTP brings a stand-in of its own.
CATALOG_PUBLISHER_STUDIO_API_ROOT = ""
CATALOG_PUBLISHER_STUDIO_SECONDS = 90
CATALOG_PUBLISHER_OAUTH_ROOT = ""
CATALOG_PUBLISHER_OAUTH_CLIENT_ID = ""
CATALOG_PUBLISHER_OAUTH_CLIENT_SECRET = ""
