"""Replacing usernames, which the platform asks of every service that keeps some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import NotPermitted
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.rest.discovery.door import DiscoveryView
from openedx_catalog_publisher.rest.units import body_of


class ReplaceUsernamesDoor(DiscoveryView):
    """Takes replacements of usernames. The catalog names users by their accounts, so that nothing has to be written."""

    def post(self, request: Request) -> Response:
        """
        Answer each replacement as done.

        Raises:
            NotPermitted: for everybody but the worker that ``USERNAME_REPLACEMENT_WORKER`` of the platform names.
            InvalidInput: naming ``username_mappings``, for what is no list of mappings.
        """
        worker = getattr(settings, "USERNAME_REPLACEMENT_WORKER", "")
        if not worker or request.user.get_username() != worker:
            raise NotPermitted("Only the platform's username replacement worker may.")
        mappings: Any = body_of(request.data).get("username_mappings")
        if not isinstance(mappings, list) or not all(isinstance(entry, Mapping) for entry in mappings):
            raise InvalidInput({"username_mappings": ['Give a list of objects, for example [{"old": "new"}].']})
        return Response({"successful_replacements": mappings, "failed_replacements": []})
