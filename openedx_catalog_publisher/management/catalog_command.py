"""What the catalog's commands for operators share: who acts, how units are named, and how errors are said."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from openedx_catalog_publisher.api import Actor, CatalogError, Parents, Published, Selection
from openedx_catalog_publisher.models import CourseRun, Publication, UnitKind, WriteSource
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.publishing.unit_tables import UNITS

ALL_RUNS = "all"


@dataclass(frozen=True)
class NamedUnit:
    """A unit that an operator named by key or uuid."""

    kind: UnitKind
    uuid: uuid.UUID
    key: str


class CatalogCommand(BaseCommand):
    """
    A thin caller of the Python door.

    Subclasses implement ``run``. What the door refuses is said in its own sentence, and the exit status is 1.
    """

    def run(self, options: dict[str, Any]) -> None:
        """
        Do the work.

        Raises:
            CatalogError: what the door answers with.
            CommandError: for faults of the call.
        """
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """
        Run the command.

        Raises:
            CommandError: with the sentence of the door, and with what stands in the way.
        """
        try:
            self.run(options)
        except CatalogError as error:
            raise CommandError(error.message) from error

    def write_json(self, data: Any) -> None:
        """Write plain data as JSON for people and programs."""
        self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2))


def add_actor(parser: CommandParser) -> None:
    """Declare ``--as``."""
    parser.add_argument("--as", dest="username", metavar="USERNAME", help="who acts; without, it is the system")


def add_format(parser: CommandParser) -> None:
    """Declare ``--format``."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to answer; default is text")


def add_unit(parser: CommandParser) -> None:
    """Declare the unit that a command is about."""
    parser.add_argument("unit", metavar="KEY", help="key or uuid of a course or course run")


def add_runs(parser: CommandParser) -> None:
    """Declare ``--runs``."""
    parser.add_argument(
        "--runs",
        nargs="+",
        default=(),
        metavar="KEY",
        help=f"runs of the course that come with it, by key or uuid, or {ALL_RUNS}; without, the course alone",
    )


def add_with_course(parser: CommandParser) -> None:
    """Declare ``--with-course``."""
    parser.add_argument(
        "--with-course",
        action="store_true",
        help="where a run is named: its course too, also when it is official already",
    )


def actor_of(options: dict[str, Any], part: str) -> Actor:
    """
    Return who acts: the user that ``--as`` names, or the system.

    Arguments:
        options: the command's options.
        part: what the log calls the system, for example ``publish_course``.

    Raises:
        CommandError: when there is no such user.
    """
    username = options["username"]
    if username is None:
        return Actor.system(part)
    user = get_user_model()._default_manager.filter(**{get_user_model().USERNAME_FIELD: username}).first()
    if user is None:
        raise CommandError(f"There is no user {username}.")
    return Actor.of(user, WriteSource.COMMAND)


def find_unit(name: str, kinds: Sequence[UnitKind] = tuple(UnitKind)) -> NamedUnit:
    """
    Return the unit of this key or uuid.

    Raises:
        CommandError: when there is none.
    """
    condition: dict[str, Any] = {"key_normalized": normalize_key(name)}
    unit = parse_uuid(name)
    if unit is not None:
        condition = {"uuid": unit}
    for kind in kinds:
        row = UNITS[kind].root.drafts.filter(**condition).values_list("uuid", "key").first()
        if row is not None:
            return NamedUnit(kind, *row)
    raise CommandError(f"There is no {' or '.join(str(kind.label) for kind in kinds)} {name}.")


def parse_uuid(text: str) -> uuid.UUID | None:
    """Return the UUID that a text is; None for any other text."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def moment_of(text: str) -> datetime:
    """
    Return the time that a text is; in the time zone of the service where it names none.

    Raises:
        CommandError: when it is none.
    """
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"{text} is no time. Give one like 2026-11-30T08:00:00Z.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def selection_of(options: dict[str, Any]) -> Selection:
    """
    Return what ``KEY``, ``--runs`` and, where the command has it, ``--with-course`` select.

    Raises:
        CommandError: when a unit is not there, a run is of another course, or runs of a run are asked for.
    """
    unit = find_unit(options["unit"])
    names: Sequence[str] = options["runs"]
    with_course = options.get("with_course", False)
    if unit.kind == UnitKind.COURSE_RUN:
        if names:
            raise CommandError(f"{unit.key} is a run. Name its course to name runs with --runs.")
        return Selection.of(runs=[unit.uuid], parents=Parents.ALWAYS if with_course else Parents.WHERE_NEEDED)
    if list(names) == [ALL_RUNS]:
        return Selection.of([unit.uuid], all_runs=True)
    runs = [find_unit(name, [UnitKind.COURSE_RUN]) for name in names]
    own = set(CourseRun.drafts.filter(course__uuid=unit.uuid).values_list("uuid", flat=True))
    foreign = [run.key for run in runs if run.uuid not in own]
    if foreign:
        raise CommandError(f"Not runs of {unit.key}: {', '.join(foreign)}.")
    return Selection.of([unit.uuid], [run.uuid for run in runs])


def published_data(published: Published) -> dict[str, Any]:
    """Return what a publication did as plain data."""
    return {
        "release": None if published.release is None else str(published.release.uuid),
        "publications": [record_data(record) for record in published.publications],
        "unchanged": list(published.unchanged),
    }


def record_data(record: Publication) -> dict[str, Any]:
    """Return a publication record as plain data."""
    return {
        "key": record.unit_key,
        "uuid": str(record.unit_uuid),
        "number": record.number,
        "action": record.action,
        "status": record.status,
        "content_digest": record.content_digest,
    }


def published_lines(published: Published) -> list[str]:
    """Return what a publication did, for people."""
    if published.release is None:
        return [f"Nothing differs: {', '.join(published.unchanged)}."]
    lines = [f"Release {published.release.uuid}"]
    lines += [
        f"  {record.unit_key}: publication {record.number}, {record.status or record.action}"
        for record in published.publications
    ]
    return lines + [f"  {key}: unchanged" for key in published.unchanged]
