"""
What was official at a time, as the records that serializers of answers take.

Content and references come from snapshots, the status from the publication record. State that no record holds, and
measured values, are null.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from openedx_catalog_publisher.api import OfficialAsOf, as_of
from openedx_catalog_publisher.models import CourseRun, UnitKind
from openedx_catalog_publisher.models.field_classes import ListField
from openedx_catalog_publisher.publishing.history import as_of_each
from openedx_catalog_publisher.publishing.references import TARGETS
from openedx_catalog_publisher.publishing.snapshots import named_references
from openedx_catalog_publisher.publishing.unit_tables import UNITS, Column, Part
from openedx_catalog_publisher.rest.row_reader import Record, RowReader, Rows
from openedx_catalog_publisher.rest.unit_rows import ORGANIZATION, PERSON, SUBJECT

SHOWN = {
    "organizationprofile": ORGANIZATION,
    "subject": SUBJECT,
    "person": PERSON,
    "collaborator": ("uuid", "name", "image"),
    "coursetype": ("uuid", "slug"),
    "courseruntype": ("uuid", "slug", "is_marketable"),
    "leveltype": ("name",),
    "source": ("name", "slug", "description"),
    "programtype": ("slug",),
}
"""What is read of each table of reference data, where it is more than its code and labels."""

LISTS = {
    "authoring_organizations": "organization_links",
    "sponsoring_organizations": "organization_links",
    "subjects": "subject_links",
    "topics": "topic_links",
    "collaborators": "collaborator_links",
    "entitlement": "entitlements",
    "seats": "seats",
    "staff": "staff_links",
    "transcript_languages": "language_links",
    "video_translation_languages": "language_links",
    "restricted_run": "restrictions",
}
"""Under which name ``unit_rows`` hangs each list of parts on its owner."""

UNKNOWN_OF_COURSE = ("canonical_course_run", "enrollment_count", "recent_enrollment_count", "course_length")
UNKNOWN_OF_RUN = (
    "ai_languages",
    "enrollment_count",
    "recent_enrollment_count",
    "has_ofac_restrictions",
    "ofac_comment",
)

Known = dict[tuple[str, str], Record]


def past_course(course: uuid.UUID, anchor_pk: int, moment: datetime) -> Record:
    """
    Return a course with those of its runs that were official with it.

    Raises:
        UnitNotFound: when nothing was official of the course then.
    """
    then = as_of(course, moment)
    runs = as_of_each(CourseRun.drafts.filter(course=anchor_pk).values_list("uuid", flat=True), moment)
    known = _references([then, *runs])
    record = _record(then, known)
    record.pk = anchor_pk
    record.__dict__.update(dict.fromkeys(UNKNOWN_OF_COURSE), watchers=[], editors=Rows())
    record.__dict__.update(url_slug_history=Rows(), url_redirects=Rows())
    record.course_runs = Rows(
        sorted((_run(run, record, known) for run in runs), key=lambda run: (run.start is None, run.start, run.key))
    )
    return record


def past_run(run: uuid.UUID, course: uuid.UUID, moment: datetime) -> Record:
    """
    Return a run with the course that was official with it.

    Raises:
        UnitNotFound: when nothing was official of the run, or of its course, then.
    """
    then, parent = as_of(run, moment), as_of(course, moment)
    known = _references([then, parent])
    return _run(then, _record(parent, known), known)


def _run(then: OfficialAsOf, course: Record, known: Known) -> Record:
    record = _record(then, known)
    record.course = course
    record.__dict__.update(dict.fromkeys(UNKNOWN_OF_RUN))
    record.announcement = then.publication.announcement
    record.go_live_date = then.publication.go_live_date
    for seat in record.seats:
        seat.course_run = record
    return record


def _record(then: OfficialAsOf, known: Known) -> Record:
    snapshot = then.snapshot
    unit = UNITS[snapshot.kind]
    record = Record(
        uuid=snapshot.uuid,
        draft=False,
        status=then.status,
        modified=then.publication.occurred_at,
        **{name: value for name, value in snapshot.identity.items() if name != "course"},
    )
    for column in unit.columns:
        _set(record, column, snapshot.content[column.name], known)
    for name in LISTS.values():
        if snapshot.kind == (UnitKind.COURSE_RUN if name in _RUN_LISTS else UnitKind.COURSE):
            setattr(record, name, Rows())
    for name, (part, field) in unit.lists.items():
        getattr(record, LISTS[name]).extend(_parts(part, field, snapshot.content[name], known))
    return record


_RUN_LISTS = frozenset(LISTS[name] for name in UNITS[UnitKind.COURSE_RUN].lists)


def _parts(part: Part, field: ListField, value: Any, known: Known) -> Iterable[Record]:
    rows: Sequence[Any] = [value] if part.table.single and value is not None else (value or [])
    for row in rows:
        record = Record(kind=field.kind, **dict.fromkeys(part.measured))
        content = {part.table.plain: row} if part.table.plain else row
        for column in part.columns:
            _set(record, column, content[column.name], known)
        yield record


def _set(record: Record, column: Column, value: Any, known: Known) -> None:
    if column.reference is None:
        setattr(record, column.name, column.from_snapshot(value))
        return
    row = None if value is None else known[column.reference.name, value]
    setattr(record, column.name, row)
    setattr(record, column.attname, row and row.pk)


def _references(found: Sequence[OfficialAsOf]) -> Known:
    codes: dict[str, set[str]] = {}
    for then in found:
        for _, (target, code) in named_references(then.snapshot.kind, then.snapshot.content):
            codes.setdefault(target, set()).add(code)
    known: Known = {}
    for name, wanted in codes.items():
        table = TARGETS[name]
        reader = RowReader({*SHOWN.get(name, ()), table.code, *table.labels})
        for row in reader.read(table.model._base_manager.filter(**{f"{table.code}__in": wanted})):
            known[name, str(getattr(row, table.code))] = row
    return known
