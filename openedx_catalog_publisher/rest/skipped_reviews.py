"""The report of what went past reviews, for catalog administrators."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from openedx_catalog_publisher.access.policy import may_by_account
from openedx_catalog_publisher.access.roles import holds_anywhere
from openedx_catalog_publisher.api import Action
from openedx_catalog_publisher.commands.errors import NotPermitted
from openedx_catalog_publisher.models import RoleName
from openedx_catalog_publisher.rest.openapi import PAGES, operation
from openedx_catalog_publisher.rest.timelines import CSV, ENTRY_PAGE, EXPORT, answer_entries
from openedx_catalog_publisher.rest.units import moment_of
from openedx_catalog_publisher.rest.views import CatalogViewSet
from openedx_catalog_publisher.review.skipped import skipped_reviews_seen_by

SINCE = OpenApiParameter("since", OpenApiTypes.DATETIME, description="What happened at or after this time.")


class SkippedReviewViewSet(CatalogViewSet):
    """Steps that were skipped, and publications without review."""

    part = "skipped"

    @operation(
        ENTRY_PAGE,
        errors=(400, 403, 404),
        parameters=(SINCE, EXPORT, *PAGES),
        also={(200, "text/csv"): CSV},
    )
    def list(self, request: Request) -> HttpResponseBase:
        """List steps of reviews that were skipped, and publications without review; the last first."""
        user = request.user
        if not (may_by_account(user, Action.SKIP_REVIEW) or holds_anywhere(user, RoleName.CATALOG_ADMIN)):
            raise NotPermitted("This report is for catalog administrators.")
        entries = skipped_reviews_seen_by(user, since=moment_of(request, "since"))
        return answer_entries(request, entries, "skipped-reviews")
