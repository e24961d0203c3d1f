"""What was official once and is gone, for clients that keep a copy."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.models import Publication, Release, UnitKind
from openedx_catalog_publisher.rest.filters import MomentFilter, narrowed, parameters_of
from openedx_catalog_publisher.rest.openapi import PAGES, operation, page_of
from openedx_catalog_publisher.rest.paging import NumberedPages
from openedx_catalog_publisher.rest.views import CatalogViewSet


class TombstoneOutput(serializers.Serializer[Any]):
    """A unit whose official rows were removed."""

    kind = serializers.ChoiceField(choices=UnitKind.choices)
    uuid = serializers.UUIDField()
    key = serializers.CharField()
    removed_at = serializers.DateTimeField()


class TombstoneFilter(django_filters.FilterSet):
    """Filters of tombstones."""

    kind = django_filters.ChoiceFilter(choices=UnitKind.choices, field_name="unit_kind", label="Kind of unit.")
    since = MomentFilter(method="by_since", label="Removed at this time or after it.")

    def by_since(self, rows: Any, name: str, moment: Any) -> Any:
        """Narrow to what was removed since."""
        return rows.filter(occurred_at__gte=moment)


PARAMETERS = (*parameters_of(TombstoneFilter), *PAGES)


class TombstoneViewSet(CatalogViewSet):
    """Units whose official rows were removed and did not come back, in the order of their removal."""

    @operation(
        page_of(TombstoneOutput, "Tombstone"),
        errors=(400, 403, 404),
        parameters=(*parameters_of(TombstoneFilter), *PAGES),
    )
    def list(self, request: Request) -> Response:
        """List what is gone. Ask for what was removed since the server_time of the list that you keep a copy of."""
        later = Publication.objects.filter(unit_uuid=OuterRef("unit_uuid"), number__gt=OuterRef("number"))
        gone = Publication.objects.filter(~Exists(later), action=Release.Action.REMOVE)
        pages = NumberedPages()
        rows = narrowed(TombstoneFilter, request, gone).order_by("occurred_at", "unit_kind", "unit_key")
        page = pages.paginate_queryset(rows, request) or []
        response: Response = pages.get_paginated_response(
            [
                {
                    "kind": record.unit_kind,
                    "uuid": record.unit_uuid,
                    "key": record.unit_key,
                    "removed_at": record.occurred_at,
                }
                for record in page
            ]
        )
        return response
