"""Suggestions of tags, which are topics here."""

from __future__ import annotations

from django.db.models import Case, Value, When
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.models import Topic
from openedx_catalog_publisher.rest.discovery.door import DiscoveryView
from openedx_catalog_publisher.rest.discovery.flags import is_number

MOST = 20


class TagDoor(DiscoveryView):
    """Suggests tags that hold what was typed; those that begin with it come first."""

    def get(self, request: Request) -> Response:
        """Answer at most twenty tags, or fewer with ``limit``."""
        text = request.query_params.get("q", "").strip()
        limit = request.query_params.get("limit", "")
        most = min(int(limit), MOST) if is_number(limit) else MOST
        begins = Case(When(name__istartswith=text, then=Value(0)), default=Value(1))
        rows = Topic.objects.filter(retired=False, name__icontains=text).order_by(begins, "name", "pk")
        return Response([{"name": name, "value": name} for name in rows.values_list("name", flat=True)[:most]])
