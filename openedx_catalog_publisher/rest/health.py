"""Whether the plugin can serve: database, migrations, version."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher import __version__
from openedx_catalog_publisher.outbox.backlog import figures
from openedx_catalog_publisher.rest.openapi import operation
from openedx_catalog_publisher.rest.views import CatalogView

APP_LABEL = "openedx_catalog_publisher"


class OutboxFigures(serializers.Serializer[Any]):
    """How the outbox stands: numbers to watch, none of which makes this service fail."""

    unrouted = serializers.IntegerField(help_text="Events that no relay has seen.")
    waiting = serializers.IntegerField(help_text="Deliveries that wait or are being made.")
    failing = serializers.IntegerField(help_text="Those of them that failed at least once.")
    dead = serializers.IntegerField(help_text="Deliveries that were given up.")
    unconfirmed = serializers.IntegerField(
        help_text="Deliveries of the last day that were sent, and could not be asked whether they arrived."
    )
    resting = serializers.IntegerField(help_text="Consumers whose peers are out of reach.")
    lag_seconds = serializers.IntegerField(help_text="Age of the oldest event that waits.")


class HealthOutput(serializers.Serializer[Any]):
    """How each part is; "ok" where all is well."""

    status = serializers.ChoiceField(choices=["ok", "failing"])
    version = serializers.CharField()
    database = serializers.CharField()
    migrations = serializers.CharField()
    outbox = OutboxFigures(allow_null=True, help_text="null where the database does not tell.")


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
        outbox: dict[str, int] | None = None
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            missing = _missing_migrations()
            if missing:
                parts["migrations"] = f"{missing} not applied: run manage.py migrate {APP_LABEL}"
            else:
                outbox = asdict(figures())
        except DatabaseError:
            parts = {"database": "unreachable", "migrations": "unknown"}
        well = set(parts.values()) == {"ok"}
        body = {"status": "ok" if well else "failing", "version": __version__, **parts, "outbox": outbox}
        return Response(body, status=200 if well else 503)


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] == APP_LABEL]
    return len(executor.migration_plan(targets))
