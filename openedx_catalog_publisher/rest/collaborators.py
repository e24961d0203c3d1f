"""Collaborators: course teams add them, and change those of their own courses."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

from openedx_catalog_publisher.api import Action
from openedx_catalog_publisher.models import Collaborator
from openedx_catalog_publisher.rest.reference_filters import TimedReferenceFilter
from openedx_catalog_publisher.rest.reference_input import Picture, ReferenceInput
from openedx_catalog_publisher.rest.reference_output import CollaboratorOutput, ReferenceOutput
from openedx_catalog_publisher.rest.reference_views import ADMINISTRATORS, EditableViewSet, described


class CollaboratorDetailOutput(CollaboratorOutput, ReferenceOutput):
    """A collaborator with what concerns those who keep the catalog."""


class CollaboratorInput(ReferenceInput):
    """What of a collaborator can be written."""

    image = Picture()

    class Meta:
        model = Collaborator
        fields = ("name", "image", "retired")


CREATE = OpenApiExample(
    "A company",
    request_only=True,
    value={
        "name": "Example Foundation",
        "image": "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
    },
)


@described("a collaborator", "collaborators", "Collaborator", create=(CREATE,))
class CollaboratorViewSet(EditableViewSet):
    """Companies and institutions that help to make courses, each named by its UUID."""

    model = Collaborator
    output = CollaboratorDetailOutput
    input = CollaboratorInput
    filters = TimedReferenceFilter
    orders = {"name": "name", "uuid": "uuid", "modified": "modified"}
    default_order = "name"
    key_order = "uuid"
    suggested_by = "name"
    who = {
        Action.CREATE_REFERENCE: "Members of course teams, staff and catalog administrators may.",
        Action.CHANGE_REFERENCE: "Course teams whose courses name it, staff and catalog administrators may.",
        Action.DELETE_REFERENCE: ADMINISTRATORS,
    }
