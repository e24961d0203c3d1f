"""What the user who asks wants to be mailed."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.consumers.notifications.preferences import set_wants_mails, wants_mails
from openedx_catalog_publisher.rest.openapi import operation
from openedx_catalog_publisher.rest.units import body_of
from openedx_catalog_publisher.rest.views import CatalogViewSet

NO_MAILS = OpenApiExample("No mails", request_only=True, value={"mail": False})


class NotificationPreferences(serializers.Serializer[Any]):
    """What a user wants to be mailed."""

    mail = serializers.BooleanField(help_text="false: no mails of the catalog.")


class NotificationPreferencesViewSet(CatalogViewSet):
    """The preferences of the user who asks; nobody else's."""

    @operation(NotificationPreferences)
    def retrieve(self, request: Request) -> Response:
        """Show whether the catalog mails to you."""
        return Response({"mail": wants_mails(request.user)})

    @operation(NotificationPreferences, request=NotificationPreferences, examples=[NO_MAILS])
    def update(self, request: Request) -> Response:
        """Say whether the catalog mails to you."""
        body = body_of(request.data)
        errors = {name: ["There is no such preference."] for name in body if name != "mail"}
        if not isinstance(body.get("mail"), bool):
            errors["mail"] = ["Give true or false."]
        if errors:
            raise InvalidInput(errors)
        set_wants_mails(request.user, body["mail"])
        return Response({"mail": wants_mails(request.user)})
