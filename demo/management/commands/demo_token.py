"""``manage.py demo_token``: a token for the API, for use in a shell."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo import mode
from demo.accounts import BY_USERNAME, user_of
from demo.tokens import token_of


class Command(BaseCommand):
    """Writes the token of one of the demo's people."""

    help = "Write a token for the API: TOKEN=$(manage.py demo_token nadia). For demonstration only."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("username", choices=sorted(BY_USERNAME), help="whose token")

    def handle(self, *args: Any, **options: Any) -> None:
        """
        Write the token, and nothing else.

        Raises:
            CommandError: outside demo mode, and where ``create_demo_users`` did not run.
        """
        if not mode.is_on():
            raise CommandError("Tokens for the asking are for the demo alone, which these settings are not.")
        user = user_of(options["username"])
        if user is None:
            raise CommandError("The demo has no users yet: run manage.py create_demo_users.")
        self.stdout.write(token_of(user))
