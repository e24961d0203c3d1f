"""Organizations that a file names and the platform does not have."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from organizations.api import add_organization
from organizations.models import Organization

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.rights import require
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.inbound.receivers import organization_saved
from openedx_catalog_publisher.models import OrganizationProfile


@command
def create_organization(operation: Operation, key: str, name: str) -> OrganizationProfile:
    """
    Add an organization to the platform, with its profile; where the platform has it already, only the profile.

    Arguments:
        operation: given by the command.
        key: its short name.
        name: its name; that of an organization which is there stays.

    Raises:
        NotPermitted: when the actor may not create organizations' profiles.
        InvalidInput: naming ``organization``, when this is no short name or no name.
    """
    require(operation.actor, Action.CREATE_REFERENCE, OrganizationProfile)
    try:
        Organization(short_name=key, name=name).full_clean(validate_unique=False)
    except ValidationError as error:
        raise InvalidInput({"organization": error.messages}) from error
    stored = add_organization({"short_name": key, "name": name})
    organization = Organization.objects.get(pk=stored["id"])
    # The platform sends its signal only for an organization that it saves, not for one that it merely finds.
    organization_saved(organization)
    return OrganizationProfile.objects.get(organization=organization)
