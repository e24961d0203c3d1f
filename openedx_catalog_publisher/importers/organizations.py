"""Organizations that a file names and the platform does not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from organizations.api import add_organization
from organizations.models import Organization

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.rights import require
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.editing.reference_data import save_reference
from openedx_catalog_publisher.inbound.receivers import organization_saved
from openedx_catalog_publisher.models import OrganizationProfile

TAKEN = "Another organization has this uuid. Leave it out."


@command
def create_organization(
    operation: Operation,
    key: str,
    name: str,
    *,
    description: str = "",
    uuid: UUID | None = None,
    changes: Mapping[str, Any] | None = None,
) -> OrganizationProfile:
    """
    Add an organization to the platform, with its profile; where the platform has it already, only the profile.

    Arguments:
        operation: given by the command.
        key: its short name.
        name: its name; that of an organization which is there stays.
        description: its description; that of an organization which is there stays.
        uuid: the profile's uuid, where it has one from elsewhere; None makes one.
        changes: values of the profile by field name, as ``create_reference`` takes them.

    Raises:
        NotPermitted: when the actor may not create organizations' profiles.
        InvalidInput: naming ``organization``, when this is no short name or no name; ``uuid``, when it is taken; and
            every faulty field of the profile.
    """
    require(operation.actor, Action.CREATE_REFERENCE, OrganizationProfile)
    check_organization(key, name, uuid)
    stored = add_organization({"short_name": key, "name": name, "description": description})
    organization = Organization.objects.get(pk=stored["id"])
    # The platform sends its signal only for an organization that it saves, not for one that it merely finds.
    organization_saved(organization)
    if uuid is not None:
        # The signal made the profile in this transaction, and nothing names it yet.
        profiles = OrganizationProfile.objects.filter(organization=organization)
        profiles.update(uuid=uuid)
        OrganizationProfile.history.filter(organization=organization).update(uuid=uuid)
    profile = OrganizationProfile.objects.get(organization=organization)
    if changes:
        save_reference(operation, profile, changes)
    return profile


def check_organization(key: str, name: str, uuid: UUID | None = None) -> None:
    """
    Check that this could be an organization.

    Raises:
        InvalidInput: as ``create_organization``.
    """
    try:
        Organization(short_name=key, name=name).full_clean(validate_unique=False)
    except ValidationError as error:
        raise InvalidInput({"organization": error.messages}) from error
    if uuid is not None and OrganizationProfile.objects.filter(uuid=uuid).exists():
        raise InvalidInput({"uuid": [TAKEN]})
