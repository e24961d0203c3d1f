"""The OpenAPI document of the plugin's own API."""

from __future__ import annotations

import threading
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.settings import SPECTACULAR_DEFAULTS, patched_settings
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher import __version__
from openedx_catalog_publisher.models import (
    EventKind,
    Release,
    RestrictedCourseRun,
    ReviewRecord,
    RoleRecord,
    Status,
    UnitKind,
)
from openedx_catalog_publisher.rest.openapi import not_described
from openedx_catalog_publisher.rest.review_input import BULK_ACTIONS
from openedx_catalog_publisher.rest.views import CatalogView

URLS = "openedx_catalog_publisher.urls"

# The platform has settings of its own for its own documents. These are for this one alone, so that it is the same in
# LMS and Studio: all that they do not say is drf-spectacular's default.
SETTINGS: dict[str, Any] = {
    **{
        name: value
        for name, value in SPECTACULAR_DEFAULTS.items()
        if not name.startswith("SERVE_") and name != "DEFAULT_GENERATOR_CLASS"
    },
    "TITLE": "Catalog publisher",
    "VERSION": __version__,
    "DESCRIPTION": (
        "Course metadata of an Open edX installation: drafts that course teams edit, and what is official.\n\n"
        "Every object is named by its UUID or its key. Errors are one object, with the messages of all faulty fields. "
        "Times are ISO 8601 in UTC, prices decimals as text."
    ),
    "SCHEMA_PATH_PREFIX": "/api/catalog_publisher/v1/",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "StatusEnum": Status.choices,
        "ActionEnum": Release.Action.choices,
        "RestrictionTypeEnum": RestrictedCourseRun.RestrictionType.choices,
        "RoleActionEnum": RoleRecord.Action.choices,
        "ReviewActEnum": ReviewRecord.Action.choices,
        "BulkActionEnum": BULK_ACTIONS,
        "EventKindEnum": EventKind.choices,
        "KindEnum": UnitKind.choices,
    },
}

_made: dict[str, Any] = {}
_making = threading.Lock()


def document() -> dict[str, Any]:
    """
    Return the document, made at its first use in a process: it follows from the code alone.

    Whatever language a request asks for, it is in the language of the code. drf-spectacular also keeps names of enums
    by language, so that those of the platform's documents are not taken for ours.
    """
    # Settings are changed for the time of the making, which two threads at once would not undo.
    with _making:
        if not _made:
            with translation.override(None), patched_settings(SETTINGS):
                generator = SchemaGenerator(urlconf=URLS)  # type: ignore[no-untyped-call]
                _made.update(generator.get_schema(request=None, public=True))  # type: ignore[no-untyped-call]
    return _made


class SchemaView(CatalogView):
    """The OpenAPI document, as YAML or JSON; needs no account, as it holds no data."""

    permission_classes = [AllowAny]
    renderer_classes = [OpenApiYamlRenderer, OpenApiYamlRenderer2, OpenApiJsonRenderer, OpenApiJsonRenderer2]

    @not_described
    def get(self, request: Request) -> Response:
        """Answer the document."""
        return Response(document())
