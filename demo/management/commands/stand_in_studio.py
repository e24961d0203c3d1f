"""``manage.py stand_in_studio``: stops and starts the stand-in for Studio of a demo that runs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo import studio_switch

SECONDS = 15
ACTS = {"stop": False, "start": True}


class Command(BaseCommand):
    """Stops or starts the stand-in, as the button on the home page does."""

    help = "Stop or start the stand-in for Studio while `make run` runs. For demonstration only."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("act", choices=ACTS, help="what to do")

    def handle(self, *args: Any, **options: Any) -> None:
        """
        Say what is wanted, and wait for it.

        Raises:
            CommandError: when nothing comes of it.
        """
        running = ACTS[options["act"]]
        studio_switch.want(running=running)
        if not studio_switch.comes_true(running=running, seconds=SECONDS):
            raise CommandError("Nothing came of it. `make run` does this, so it has to be running.")
        self.stdout.write(f"The stand-in for Studio {'runs' if running else 'is stopped'}.")
