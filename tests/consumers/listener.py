"""An app of another service, which hears our public signals from the event bus and says so, a line each."""

from __future__ import annotations

import json
import sys
from typing import Any

import attr
from django.apps import AppConfig

TOLD = "heard "
"""What such a line begins with; the platform's own lines are others."""


def tell(signal: Any, from_event_bus: bool, **arguments: Any) -> None:
    """Write what came, as JSON on one line."""
    # Models are loaded by now.
    from tests.consumers.public_signals import carried  # noqa: PLC0415

    told = {
        "type": signal.event_type,
        "from_event_bus": from_event_bus,
        **{name: str(value) for name, value in attr.asdict(carried(arguments), recurse=False).items()},
    }
    sys.stdout.write(f"{TOLD}{json.dumps(told)}\n")
    sys.stdout.flush()


class ListenerConfig(AppConfig):
    """The app."""

    name = "tests.consumers.listener"
    label = "listener"

    def ready(self) -> None:
        """Listen."""
        from tests.consumers.public_signals import ALL  # noqa: PLC0415

        for signal in ALL:
            signal.connect(tell)
