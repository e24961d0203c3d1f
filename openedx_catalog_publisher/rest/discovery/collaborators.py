"""Collaborators at Discovery's door."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import Action
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.models import Collaborator
from openedx_catalog_publisher.rest.collaborators import CollaboratorInput, CollaboratorViewSet
from openedx_catalog_publisher.rest.discovery.paging import NewestFirst
from openedx_catalog_publisher.rest.discovery.references import WritableReferenceDoor
from openedx_catalog_publisher.rest.reference_output import CollaboratorOutput
from openedx_catalog_publisher.rest.reference_views import require_reference
from openedx_catalog_publisher.rest.units import body_of


class CollaboratorDoor(WritableReferenceDoor):
    """Companies and institutions that help to make courses, each named by its UUID."""

    model = Collaborator
    output = CollaboratorOutput
    input = CollaboratorInput
    pictures = ("image",)
    who = CollaboratorViewSet.who
    order = "pk"

    def asked_for(self, request: Request, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return those that can be chosen."""
        return rows.filter(retired=False)

    def pages(self, request: Request) -> Any:
        """Return pages by cursor, the last added first."""
        return NewestFirst()

    def create(self, request: Request) -> Response:
        """
        Add a collaborator; it is live at once.

        Raises:
            InvalidInput: naming ``image``, without one.
        """
        require_reference(request.user, Action.CREATE_REFERENCE, self.model, self.who)
        if "image" not in self.taken(body_of(request.data)):
            raise InvalidInput({"image": ["Give an image as a data URI."]})
        return super().create(request)
