"""``manage.py grant_role``: how the first administrator of the catalog comes to be."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from openedx_catalog_publisher.api import grant_role
from openedx_catalog_publisher.management.catalog_command import CatalogCommand, actor_of, add_actor
from openedx_catalog_publisher.models import ALL_ORGANIZATIONS, RoleName


class Command(CatalogCommand):
    """Grants a role of the catalog to a user of the platform."""

    help = "Grant a role of the catalog to a user, for one organization or for all."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("user", metavar="USERNAME", help="who gets the role")
        parser.add_argument("role", choices=RoleName.values, help="which role")
        parser.add_argument("organization", help=f"key of the organization, or '{ALL_ORGANIZATIONS}' for all")
        parser.add_argument("--reason", required=True, help="why; stands beside the grant")
        parser.add_argument("--expires", metavar="TIME", help="when it ends by itself, as 2031-12-31T00:00:00Z")
        add_actor(parser)

    def run(self, options: dict[str, Any]) -> None:
        """
        Grant the role.

        Raises:
            CatalogError: as ``grant_role``.
            CommandError: when there is no such user, or the time is none.
        """
        user_model = get_user_model()
        user = user_model._default_manager.filter(**{user_model.USERNAME_FIELD: options["user"]}).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']}.")
        expires = options["expires"]
        assignment = grant_role(
            actor_of(options, "grant_role"),
            user,
            RoleName(options["role"]),
            options["organization"],
            reason=options["reason"],
            expires_at=None if expires is None else _moment(expires),
        )
        self.stdout.write(f"Granted: {assignment}.")


def _moment(text: str) -> Any:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment):
        raise CommandError(f"{text} is no time with an offset, such as 2031-12-31T00:00:00Z.")
    return moment
