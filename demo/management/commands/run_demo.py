"""``manage.py run_demo``: the whole demo, as ``make run`` runs it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from demo import ports, studio_switch
from demo.ports import HOST
from demo.processes import PartEnded, run

OPTIONS = {"server": "PORT", "studio": "STUDIO_PORT"}


class Command(BaseCommand):
    """
    Prepares the demo, and runs it: a server, the relay in a loop beside it, and a stand-in for Studio.

    The ports are those that ``CATALOG_PORT`` and ``CATALOG_STUDIO_PORT`` name. All processes end with this one.
    """

    help = (
        "Prepare the demo, and run it until Ctrl-C: server, relay, and a stand-in for Studio. For demonstration only."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """
        Prepare and run.

        Raises:
            CommandError: when a port is in use, or a part of the demo ends by itself.
        """
        self._check_ports()
        ports.keep(settings.DEMO_PORTS, settings.VAR_DIR)
        studio_switch.want(running=True)
        call_command("migrate", verbosity=0)
        for command in ("import_demo_catalog", "create_demo_users", "open_demo_reviews", "fill_stand_in_studio"):
            call_command(command, stdout=self.stdout, stderr=self.stderr)
        # The processes make connections of their own.
        connections.close_all()
        try:
            run(settings.DEMO_PORTS, settings.VAR_DIR, self._say)
        except PartEnded as error:
            raise CommandError(str(error)) from error
        self._say("The demo is stopped.")

    def _check_ports(self) -> None:
        chosen = settings.DEMO_PORTS
        if chosen.server == chosen.studio:
            raise CommandError(f"Server and stand-in need a port each; both were given {chosen.server}.")
        for name, option in OPTIONS.items():
            port = getattr(chosen, name)
            if not ports.is_free(port):
                remedy = f"Stop what listens there, or choose another: make run {option}=..."
                raise CommandError(f"Port {port} of {HOST} is in use. {remedy}")

    def _say(self, line: str) -> None:
        self.stdout.write(f"\n{line}")
        self.stdout.flush()
