"""People at Discovery's door, and the search for them while somebody types a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.models import (
    CourseOrganization,
    CourseRunStaff,
    OrganizationProfile,
    Person,
)
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.rest.discovery.door import DiscoveryViewSet, Sentence
from openedx_catalog_publisher.rest.discovery.flags import words
from openedx_catalog_publisher.rest.discovery.paging import NumberPages
from openedx_catalog_publisher.rest.discovery.reference_output import DoorPersonOutput
from openedx_catalog_publisher.rest.discovery.references import WritableReferenceDoor
from openedx_catalog_publisher.rest.named import uuid_or_none
from openedx_catalog_publisher.rest.people import PersonInput, PersonViewSet
from openedx_catalog_publisher.rest.reference_filters import MOST_WORDS
from openedx_catalog_publisher.rest.row_reader import RowReader

MOST_SUGGESTIONS = 100

NEVER_SENT_BACK = frozenset({"email", "published", "retired", "bio_language"})
"""What answers do not tell, so that sending an answer back says nothing of it."""


class PersonDoor(WritableReferenceDoor):
    """People who teach, each named by their UUID."""

    model = Person
    output = DoorPersonOutput
    input = PersonInput
    pictures = ("profile_image",)
    who = PersonViewSet.who
    order = "family_name"

    def pages(self, request: Request) -> Any:
        """Return pages by number."""
        return NumberPages()

    def asked_for(self, request: Request, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the people that the parameters of a list ask for."""
        slugs, orgs = words(request, "slug"), words(request, "org")
        if slugs:
            rows = rows.filter(slug__in=slugs)
        if orgs:
            rows = rows.filter(Exists(_staffed().filter(_owned_by(orgs))))
        return rows.filter(retired=False)

    def taken(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return what is written of what a client sent."""
        taken = {name: value for name, value in super().taken(data).items() if name not in NEVER_SENT_BACK}
        if data.get("email"):
            taken["email"] = data["email"]
        if isinstance(taken.get("position"), Mapping):
            taken["position"] = _position(taken["position"])
        return taken


def _position(position: Mapping[str, Any]) -> dict[str, Any]:
    """Return a position with its organization by key; Discovery's clients name it by number."""
    given = dict(position)
    number = given.get("organization")
    if isinstance(number, int) and not isinstance(number, bool):
        profile = OrganizationProfile.objects.filter(pk=number).values_list("key", flat=True).first()
        given["organization"] = str(number) if profile is None else profile
    return given


def _staffed() -> QuerySet[CourseRunStaff]:
    return CourseRunStaff.objects.filter(person=OuterRef("pk"))


def _owned_by(orgs: list[str]) -> Exists:
    return Exists(
        CourseOrganization.objects.filter(
            course=OuterRef("course_run__course"),
            kind=CourseOrganization.Kind.OWNER,
            organization__key_normalized__in=[normalize_key(org) for org in orgs],
        )
    )


class PersonTypeaheadDoor(DiscoveryViewSet):
    """Suggests people while a name is typed."""

    def list(self, request: Request) -> Response:
        """
        Answer the people in whose names each word of ``q`` is found, or the one whose UUID it is.

        With ``org``: of those, who teach or have a position at one of these organizations, and who teach nowhere yet,
        such as somebody who was added a moment ago.

        Raises:
            Sentence: without ``q``, and with too many words.
        """
        query = request.query_params.get("q", "").strip()
        if not query:
            raise Sentence("Give the beginning of a name as q.")
        if len(query.split()) > MOST_WORDS:
            raise Sentence(f"q: at most {MOST_WORDS} words.")
        rows = Person.objects.filter(retired=False)
        orgs = words(request, "org")
        if orgs:
            at_home = Q(position_organization__key_normalized__in=[normalize_key(org) for org in orgs])
            rows = rows.filter(at_home | Exists(_staffed().filter(_owned_by(orgs))) | ~Exists(_staffed()))
        named = uuid_or_none(query)
        if named is not None:
            rows = rows.filter(uuid=named)
        else:
            for word in query.split():
                rows = rows.filter(Q(given_name__icontains=word) | Q(family_name__icontains=word))
        serializer = DoorPersonOutput()
        serializer._context = {"scene": self.door_scene()}
        found = RowReader(serializer.reads()).read(rows.order_by("family_name", "given_name", "pk")[:MOST_SUGGESTIONS])
        return Response([serializer.to_representation(record) for record in found])
