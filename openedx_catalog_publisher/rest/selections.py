"""Which units a request names: by uuid or key, one or many."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from openedx_catalog_publisher.api import Action, visible
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.models import Course, CourseRun, UnitRoot
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.rest.named import uuid_or_none

ALL = "all"


def named(rows: QuerySet[Any], name: str) -> QuerySet[Any]:
    """Return the rows of the unit that a uuid or a key names."""
    found = uuid_or_none(name)
    return rows.filter(key_normalized=normalize_key(name)) if found is None else rows.filter(uuid=found)


def find_draft(user: Any, model: type[UnitRoot], name: str) -> dict[str, Any]:
    """
    Return pk, uuid, key and revision of the draft that a uuid or a key names.

    Raises:
        UnitNotFound: when there is none that the user may see.
    """
    rows = visible(user, Action.VIEW_DRAFT, named(model.everything.filter(draft=True), name))
    found: dict[str, Any] | None = rows.values("pk", "uuid", "key", "revision").first()
    if found is None:
        raise UnitNotFound(f"There is no {model._meta.verbose_name} {name} whose draft you may see.")
    return found


def runs_named(course_pk: int, value: Any, field: str = "runs") -> tuple[frozenset[uuid.UUID], bool]:
    """
    Return the runs of a course that a request names, and whether it names all.

    Arguments:
        course_pk: primary key of the course's draft.
        value: a list of keys or uuids, ``"all"``, or None for none.
        field: the name of the field, for errors.

    Raises:
        InvalidInput: naming the field.
    """
    if value is None:
        return frozenset(), False
    if value == ALL:
        return frozenset(), True
    found = _found(CourseRun, names_in(value, field), field, CourseRun.drafts.filter(course=course_pk))
    return frozenset(found.values()), False


def units_named(user: Any, value: Any, field: str = "units") -> tuple[frozenset[uuid.UUID], frozenset[uuid.UUID]]:
    """
    Return the courses and the runs whose drafts a user may see, that a request names by key or uuid.

    Raises:
        InvalidInput: naming the field, for each name of which there is neither.
    """
    names = names_in(value, field)
    found: list[dict[str, uuid.UUID]] = []
    for model in (Course, CourseRun):
        found.append(_lookup(names, visible(user, Action.VIEW_DRAFT, model.everything.filter(draft=True))))
    courses, runs = found
    missing = [name for name in names if name not in courses and name not in runs]
    if missing or not names:
        raise InvalidInput({field: [f"There is no {name}." for name in missing] or ["Name at least one unit."]})
    return frozenset(courses.values()), frozenset(runs.values())


def names_in(value: Any, field: str) -> list[str]:
    """
    Return a list of names.

    Raises:
        InvalidInput: naming the field, for anything else.
    """
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise InvalidInput({field: ["Give a list of keys or UUIDs."]})
    return value


def _found(model: type[UnitRoot], names: Iterable[str], field: str, rows: QuerySet[Any]) -> dict[str, uuid.UUID]:
    wanted = list(names)
    found = _lookup(wanted, rows)
    missing = [name for name in wanted if name not in found]
    if missing:
        label = model._meta.verbose_name
        raise InvalidInput({field: [f"There is no {label} {name} here." for name in missing]})
    return found


def _lookup(names: list[str], rows: QuerySet[Any]) -> dict[str, uuid.UUID]:
    by_uuid = {name: found for name in names if (found := uuid_or_none(name)) is not None}
    by_key = {name: normalize_key(name) for name in names if name not in by_uuid}
    pairs = rows.filter(Q(uuid__in=by_uuid.values()) | Q(key_normalized__in=by_key.values())) if names else rows.none()
    known: set[uuid.UUID] = set()
    keys: dict[str, uuid.UUID] = {}
    for found, key in pairs.values_list("uuid", "key_normalized"):
        known.add(found)
        keys[key] = found
    return {name: found for name, found in by_uuid.items() if found in known} | {
        name: keys[key] for name, key in by_key.items() if key in keys
    }
