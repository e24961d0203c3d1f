"""Organizations at Discovery's door, which are read only here."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from openedx_catalog_publisher.access.policy import READERS, may_everywhere
from openedx_catalog_publisher.access.roles import assigned_for
from openedx_catalog_publisher.api import Action
from openedx_catalog_publisher.models import OrganizationProfile
from openedx_catalog_publisher.rest.discovery.flags import words
from openedx_catalog_publisher.rest.discovery.reference_output import DoorOrganizationOutput
from openedx_catalog_publisher.rest.discovery.references import ReferenceDoor
from openedx_catalog_publisher.rest.filters import utc_or_none
from openedx_catalog_publisher.rest.named import uuid_or_none


class OrganizationDoor(ReferenceDoor):
    """The organizations for which the user works; all of them for staff. Each is named by its UUID."""

    model = OrganizationProfile
    output = DoorOrganizationOutput
    order = "key_normalized"

    def all(self) -> QuerySet[Any]:
        """Return the organizations of the user."""
        return organizations_of(self.request.user)

    def asked_for(self, request: Request, rows: QuerySet[Any]) -> QuerySet[Any]:
        """
        Return the organizations that the parameters of a list ask for.

        Raises:
            ValidationError: naming the parameter.
        """
        rows = rows.filter(retired=False)
        uuids = words(request, "uuids")
        if uuids:
            wrong = [word for word in uuids if uuid_or_none(word) is None]
            if wrong:
                raise ValidationError({"uuids": [f"{word} is no UUID." for word in wrong]})
            rows = rows.filter(uuid__in=uuids)
        if words(request, "tags"):
            # Organizations have no tags here.
            rows = rows.none()
        since = request.query_params.get("timestamp")
        return rows.filter(modified__gte=moment(since, "timestamp")) if since else rows


def organizations_of(user: Any) -> QuerySet[OrganizationProfile]:
    """Return the organizations for which somebody works; all of them for who may see everything."""
    rows: QuerySet[OrganizationProfile] = OrganizationProfile.objects.all()
    if may_everywhere(user, Action.VIEW_DRAFT):
        return rows
    return rows.filter(assigned_for(*READERS, user=user, organization_key="key_normalized"))


def moment(text: str, name: str) -> Any:
    """
    Return the time that a parameter names.

    Raises:
        ValidationError: naming the parameter.
    """
    try:
        # A plus sign that was not escaped arrives as a blank.
        found = parse_datetime(text.strip().replace(" ", "+"))
    except ValueError:
        found = None
    if found is None:
        raise ValidationError({name: ["Give a time in ISO 8601, for example 2031-02-01T00:00:00Z."]})
    found = timezone.make_aware(found) if timezone.is_naive(found) else found
    if utc_or_none(found) is None:
        raise ValidationError({name: ["Give a time between the years 1 and 9999 in UTC."]})
    return found
