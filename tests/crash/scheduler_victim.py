"""
A scheduler that lets go live what is due until it is killed.

It says its connection's id on its standard output when it is ready, and begins when a line comes in.
"""

from __future__ import annotations

import sys

import django


def main() -> None:
    """Publish without end."""
    django.setup()
    from django.db import connection  # noqa: PLC0415 - models load only after the setup

    from openedx_catalog_publisher.api import publish_due  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        sys.stdout.write(f"{cursor.fetchone()[0]}\n")
        sys.stdout.flush()
    sys.stdin.readline()
    while True:
        publish_due()


if __name__ == "__main__":
    main()
