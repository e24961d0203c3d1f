"""Jobs: ``tutor local do ...``, and the same with ``dev`` and ``k8s``."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

import click

DUE = (
    ("lms", "./manage.py lms publish_due"),
    ("lms", "./manage.py lms relay_outbox"),
    ("cms", "./manage.py cms relay_outbox"),
)
"""What the clock has to run, by service: going live first, so that what it causes is delivered."""


@click.command(name="catalog-publisher-due", help="Let go live what is due, and deliver what waits, in both services")
def due() -> Iterable[tuple[str, str]]:
    """Return what the clock has to run."""
    return list(DUE)


@click.command(name="catalog-publisher-administrator", help="Make a user administrator of the whole catalog")
@click.option("--reason", default="First administrator", show_default=True, help="Why; stands beside the grant")
@click.argument("username")
def administrator(username: str, reason: str) -> Iterable[tuple[str, str]]:
    """Return the command that grants the role."""
    words = ["grant_role", username, "catalog_admin", "*", "--reason", reason]
    # What a job returns is a template; a name is not.
    return [("lms", f"./manage.py lms {{% raw %}}{shlex.join(words)}{{% endraw %}}")]


COMMANDS = [due, administrator]
