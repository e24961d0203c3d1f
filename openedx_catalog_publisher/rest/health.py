"""Whether the plugin can serve: database, migrations, version."""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher import __version__
from openedx_catalog_publisher.rest.openapi import operation
from openedx_catalog_publisher.rest.views import CatalogView

APP_LABEL = "openedx_catalog_publisher"


class HealthOutput(serializers.Serializer[Any]):
    """How each part is; "ok" where all is well."""

    status = serializers.ChoiceField(choices=["ok", "failing"])
    version = serializers.CharField()
    database = serializers.CharField()
    migrations = serializers.CharField()


class HealthView(CatalogView):
    """
    Health of the plugin in this service, for whoever watches over it; needs no account.

    200 when all is well, 503 when something is not; each part says how it is.
    """

    permission_classes = [AllowAny]

    @operation(HealthOutput, also={503: OpenApiResponse(HealthOutput, description="Something is not well")})
    def get(self, request: Request) -> Response:
        """Answer the state of each part."""
        parts = {"database": "ok", "migrations": "ok"}
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            missing = _missing_migrations()
            if missing:
                parts["migrations"] = f"{missing} not applied: run manage.py migrate {APP_LABEL}"
        except DatabaseError:
            parts = {"database": "unreachable", "migrations": "unknown"}
        well = set(parts.values()) == {"ok"}
        body = {"status": "ok" if well else "failing", "version": __version__, **parts}
        return Response(body, status=200 if well else 503)


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] == APP_LABEL]
    return len(executor.migration_plan(targets))
