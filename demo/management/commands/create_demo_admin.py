"""``manage.py create_demo_admin``: somebody to log in as."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

NAME = "admin"


class Command(BaseCommand):
    """Creates the demo's superuser, whose password is their name, unless somebody has that name."""

    help = "Create the superuser of the demo (name: admin, password: admin). For demonstration only."

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the user. Leaves a user of that name as it is, changed password included."""
        users = get_user_model()
        if users.objects.filter(username=NAME).exists():
            self.stdout.write(f"The demo already has a user {NAME}.")
            return
        users.objects.create_superuser(username=NAME, email="", password=NAME)
        self.stdout.write(f"Created the demo's superuser {NAME}; the password is {NAME}.")
