"""
A process that writes until it is killed: edits, publishes, releases and restores courses, and says what was accepted.

Its first argument is a seed, the others are uuids of published courses. On its standard output it writes its
connection's id, and then a line of JSON for each accepted command: the records that must be stored from then on, as
(unit, sequence).
"""

from __future__ import annotations

import json
import random
import sys
import uuid
from typing import Any

import django


def main(seed: str, courses: list[uuid.UUID]) -> None:
    """Write without end."""
    django.setup()
    from django.db import connection  # noqa: PLC0415 - models load only after the setup

    lots = random.Random(seed)  # noqa: S311 - lots, not secrets
    with connection.cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        say(cursor.fetchone()[0])
    for number in range(10**9):
        say(act(lots, courses, number))


def act(lots: random.Random, courses: list[uuid.UUID], number: int) -> list[tuple[str, int]]:
    """Give one command, and return the records that it must have stored."""
    from openedx_catalog_publisher import api  # noqa: PLC0415 - models load only after the setup
    from openedx_catalog_publisher.models import UnitKind  # noqa: PLC0415
    from tests.factories import SYSTEM, publish_now  # noqa: PLC0415

    course = lots.choice(courses)
    kind = lots.randrange(4)
    if kind == 0:
        release = publish_now(api.Selection.of(courses, all_runs=True))
        return [(str(record.unit_uuid), record.sequence) for record in release.publications]
    if kind == 1:
        moved = api.restore(SYSTEM, UnitKind.COURSE, course, 1)
        return [last_record(course)] if moved else []
    changes: dict[str, Any] = {"title": f"Title {number}", "url_slug": f"slug-{course}-{number}"}
    if kind == 2:
        changes |= {"entitlement": None, "short_description": f"Short {number}"}
    api.update_course(SYSTEM, course, changes)
    return [last_record(course)]


def last_record(course: uuid.UUID) -> tuple[str, int]:
    """Return the last entry of a course's chain; nobody else writes to it."""
    from openedx_catalog_publisher.models import Course  # noqa: PLC0415 - models load only after the setup

    sequence: int = Course.drafts.values_list("log_sequence", flat=True).get(uuid=course)
    return str(course), sequence


def say(words: Any) -> None:
    """Write a line that the parent sees at once."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], [uuid.UUID(argument) for argument in sys.argv[2:]])
