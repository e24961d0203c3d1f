"""``manage.py create_demo_users``: the people whom one can be in the demo."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management.base import CommandError

from demo.accounts import ACCOUNTS, Account
from openedx_catalog_publisher.api import Actor, InvalidInput, grant_role
from openedx_catalog_publisher.management.catalog_command import CatalogCommand
from openedx_catalog_publisher.models import CatalogRoleAssignment
from openedx_catalog_publisher.models.normalization import normalize_key

REASON = "Plays this part in the demo."


class Command(CatalogCommand):
    """
    Creates the accounts of the demo, with their roles.

    They have no passwords: one becomes them by a click on the home page, which only the demo offers.
    """

    help = "Create the users of the demo, with their roles, where they are missing. For demonstration only."

    def run(self, options: dict[str, Any]) -> None:
        """
        Create what is missing; what is there stays as it is.

        Raises:
            CommandError: when an organization is missing, because the demo's catalog was not imported yet.
        """
        try:
            made = sum(_ensure(account) for account in ACCOUNTS)
        except InvalidInput as error:
            raise CommandError(f"{error.message} Run manage.py import_demo_catalog first.") from error
        self.stdout.write(f"The demo has {len(ACCOUNTS)} users: {', '.join(account.username for account in ACCOUNTS)}.")
        if made:
            self.stdout.write(f"Made or granted a role just now: {made}.")


def _ensure(account: Account) -> bool:
    user, created = get_user_model().objects.get_or_create(
        username=account.username,
        defaults={
            "first_name": account.given_name,
            "last_name": account.family_name,
            "email": f"{account.username}@example.org",
            "is_staff": account.is_administrator,
            "is_superuser": account.is_administrator,
            "password": make_password(None),
        },
    )
    return _ensure_role(account, user) or created


def _ensure_role(account: Account, user: User) -> bool:
    if account.role is None:
        return False
    held = CatalogRoleAssignment.objects.filter(
        user=user, role__name=account.role, context=normalize_key(account.context)
    )
    if held.exists():
        return False
    grant_role(Actor.system("create_demo_users"), user, account.role, account.context, reason=REASON)
    return True
