"""
A relay that runs until it is killed, with notifications as its consumer and a folder for a mail server.

Its argument is the folder. It says its connection's id on its standard output when it begins.
"""

from __future__ import annotations

import sys

import django


def main(folder: str) -> None:
    """Relay without end."""
    django.setup()
    from django.db import connection  # noqa: PLC0415 - models load only after the setup
    from django.test import override_settings  # noqa: PLC0415

    from openedx_catalog_publisher.outbox.relay import relay  # noqa: PLC0415
    from tests.crash.mail_folder import mail_settings  # noqa: PLC0415

    override_settings(**mail_settings(folder)).enable()
    with connection.cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        sys.stdout.write(f"{cursor.fetchone()[0]}\n")
        sys.stdout.flush()
    while True:
        relay()


if __name__ == "__main__":
    main(sys.argv[1])
