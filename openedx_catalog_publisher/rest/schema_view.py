"""The OpenAPI document of the plugin's own API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher import __version__
from openedx_catalog_publisher.models import RestrictedCourseRun, Status
from openedx_catalog_publisher.rest.openapi import CatalogSchema, not_described
from openedx_catalog_publisher.rest.views import CatalogThrottle

# The platform has settings of its own for its own documents; these are for this one alone.
SETTINGS: dict[str, Any] = {
    "TITLE": "Catalog publisher",
    "VERSION": __version__,
    "DESCRIPTION": (
        "Course metadata of an Open edX installation: drafts that course teams edit, and what is official.\n\n"
        "Every object is named by its UUID or its key. Errors are one object, with the messages of all faulty fields. "
        "Times are ISO 8601 in UTC, prices decimals as text."
    ),
    "SCHEMA_PATH_PREFIX": "/api/catalog_publisher/v1/",
    "COMPONENT_SPLIT_REQUEST": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "PREPROCESSING_HOOKS": [],
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums"],
    "ENUM_NAME_OVERRIDES": {
        "StatusEnum": Status.choices,
        "RestrictionTypeEnum": RestrictedCourseRun.RestrictionType.choices,
    },
}


class SchemaView(SpectacularAPIView):
    """The OpenAPI document, as YAML or JSON; needs no account, as it holds no data."""

    permission_classes = [AllowAny]
    throttle_classes = [CatalogThrottle]
    schema = CatalogSchema()
    urlconf = "openedx_catalog_publisher.urls"
    custom_settings = SETTINGS

    @not_described
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer the document."""
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        return response
