"""
A relay that runs until it is killed.

Its argument is JSON: the ``settings`` under which it runs, and whether it is in the ``platform``. It says its
connection's id on its standard output when it begins.
"""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext

import django


def main(told: str) -> None:
    """Relay without end."""
    django.setup()
    from django.db import connection  # noqa: PLC0415 - models load only after the setup
    from django.test import override_settings  # noqa: PLC0415

    from openedx_catalog_publisher.outbox.relay import relay  # noqa: PLC0415
    from tests.fake_platform.modules import platform_modules  # noqa: PLC0415

    how = json.loads(told)
    override_settings(**how["settings"]).enable()
    with platform_modules() if how["platform"] else nullcontext():
        with connection.cursor() as cursor:
            cursor.execute("SELECT CONNECTION_ID()")
            sys.stdout.write(f"{cursor.fetchone()[0]}\n")
            sys.stdout.flush()
        while True:
            relay()


if __name__ == "__main__":
    main(sys.argv[1])
