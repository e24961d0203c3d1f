"""Settings of a platform whose API documents are made otherwise, by another generator and with hooks of its own."""

from tests.settings import *  # noqa: F403
from tests.settings import REST_FRAMEWORK as OURS

REST_FRAMEWORK = {
    **OURS,
    "DEFAULT_SCHEMA_CLASS": "rest_framework.schemas.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
}
# As Studio has them: its own document shows its own paths alone.
SPECTACULAR_SETTINGS = {
    "TITLE": "The platform",
    "SCHEMA_PATH_PREFIX": "/api/contentstore",
    "SCHEMA_PATH_PREFIX_TRIM": "/api/contentstore",
    "PREPROCESSING_HOOKS": ["tests.rest.platform_schema_settings.nothing"],
    "SERVERS": [{"url": "https://studio.example/api/contentstore"}],
    "ENUM_NAME_OVERRIDES": {"PlatformEnum": [("published", "Published")]},
    "COMPONENT_SPLIT_REQUEST": True,
}


def nothing(endpoints: object) -> list[object]:
    """Leave no endpoint."""
    return []
