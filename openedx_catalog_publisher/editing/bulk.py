"""
Writing many drafts at once: what importers stand on.

A batch is one transaction and a number of statements that does not depend on how many courses it holds. A course that
breaks a rule is refused by itself and whole, with its runs; the others are written.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.anchors import Anchor, read_anchors
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.rights import require
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.editing.canonical import default_content
from openedx_catalog_publisher.editing.courses import point_at_first_run
from openedx_catalog_publisher.editing.drafts import canonical_changes, check_references, draft_write
from openedx_catalog_publisher.editing.run_keys import course_key, whole_run_key
from openedx_catalog_publisher.editing.slugs import run_slug
from openedx_catalog_publisher.models import ALL_ORGANIZATIONS, Course, CourseRun, CourseUrlSlug, Side, UnitKind
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.publishing.capture import Capture, capture
from openedx_catalog_publisher.publishing.draft_writes import DraftWrite, new_anchor, write_drafts
from openedx_catalog_publisher.publishing.slugs import TAKEN
from openedx_catalog_publisher.publishing.snapshots import named_references

MAX_UNITS = 500
"""Courses and runs of one batch."""


@dataclass(frozen=True)
class RunInput:
    """
    A run to create or update.

    Attributes:
        key: its key; runs are found by it.
        changes: content and state by name; fields that are not named stay.
    """

    key: str
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class CourseInput:
    """
    A course to create or update, with runs.

    Attributes:
        organization: key of its first owner.
        number: its number; courses are found by organization and number.
        changes: content and state by name; fields that are not named stay.
        runs: runs of the course.
    """

    organization: str
    number: str
    changes: Mapping[str, Any]
    runs: Sequence[RunInput] = ()


@dataclass
class CourseOutcome:
    """
    What became of one course of a batch.

    Attributes:
        key: the course's key.
        course: its uuid; None where it was refused.
        created: keys that were created.
        updated: keys of what was there and moved.
        unchanged: keys of what was there and equal.
        refused: messages by field, those of runs as ``<run key>.<field>``; empty where it was written.
    """

    key: str
    course: uuid.UUID | None = None
    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=dict)


class _Refused(Exception):
    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__(fields)
        self.fields = dict(fields)


@command
def write_courses(
    operation: Operation,
    courses: Sequence[CourseInput],
    *,
    dry_run: bool = False,
    coming: Sequence[models.Model] = (),
) -> list[CourseOutcome]:
    """
    Create or update drafts of courses with their runs, in one transaction.

    Arguments:
        operation: given by the command.
        courses: at most ``MAX_UNITS`` courses and runs together.
        dry_run: work out the outcomes and write nothing.
        coming: reference data that does not exist yet and would by the time of the writing, as unsaved rows; for a dry
            run only.

    Returns:
        What became of each course, in the order of the input.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        ValueError: when the batch is too large, or counts on reference data that is not there.
    """
    require(operation.actor, Action.IMPORT, ALL_ORGANIZATIONS)
    if len(courses) + sum(len(entry.runs) for entry in courses) > MAX_UNITS:
        raise ValueError(f"A batch holds at most {MAX_UNITS} courses and runs.")
    if coming and not dry_run:
        raise ValueError("Only a dry run can count on reference data that does not exist yet.")
    batch = _Batch(operation, courses, coming)
    outcomes, writes = [], []
    for entry in courses:
        outcome, found = batch.plan(entry)
        outcomes.append(outcome)
        writes += found
    if dry_run:
        # The pseudonym of somebody who never acted before is made with the operation, and goes too.
        transaction.set_rollback(True)
    else:
        batch.write(writes)
    return outcomes


class _Batch:
    """The drafts of one batch as they are stored, read at once; and what is made of each course."""

    def __init__(self, operation: Operation, courses: Sequence[CourseInput], coming: Sequence[models.Model]) -> None:
        self.operation = operation
        course_keys = {normalize_key(f"{entry.organization}+{entry.number.strip()}") for entry in courses}
        run_keys = {normalize_key(run.key) for entry in courses for run in entry.runs}
        self.anchors = read_anchors(courses=_uuids(Course, course_keys), runs=_uuids(CourseRun, run_keys))
        self.by_key: dict[str, Anchor] = {normalize_key(anchor.key): anchor for anchor in self.anchors}
        self.known = Capture()
        for kind in UnitKind:
            capture(kind, Side.DRAFT, [anchor.pk for anchor in self.anchors.of(kind).values()], into=self.known)
        self.seen: set[str] = set()
        self._slug_owners = self._read_slugs(courses)
        self._canonical: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}
        for row in coming:
            self.known.references.learn_unsaved(row)
        self._resolve_all(courses)

    def _read_slugs(self, courses: Sequence[CourseInput]) -> dict[str, Any]:
        slugs = {normalize_key(str(slug)) for entry in courses if (slug := entry.changes.get("url_slug"))}
        rows = CourseUrlSlug.objects.filter(url_slug_normalized__in=slugs)
        return dict(rows.values_list("url_slug_normalized", "course__uuid"))

    def _resolve_all(self, courses: Sequence[CourseInput]) -> None:
        # One statement per table for the whole batch; what is faulty is told apart course by course later.
        needed: set[tuple[str, str]] = set()
        for entry in courses:
            units: list[tuple[UnitKind, CourseInput | RunInput]] = [(UnitKind.COURSE, entry)]
            units += [(UnitKind.COURSE_RUN, run) for run in entry.runs]
            for kind, unit in units:
                try:
                    content, state = canonical_changes(kind, unit.changes)
                except InvalidInput:
                    continue
                self._canonical[id(unit)] = content, state
                needed.update(reference for _, reference in named_references(kind, content))
        self.known.references.resolve(needed)

    def _changes(self, kind: UnitKind, unit: CourseInput | RunInput) -> tuple[dict[str, Any], dict[str, Any]]:
        # Faulty input was not kept; working it out again says what is wrong with it.
        return self._canonical.get(id(unit)) or canonical_changes(kind, unit.changes)

    def plan(self, entry: CourseInput) -> tuple[CourseOutcome, list[DraftWrite]]:
        """Return the outcome of one course and what has to be written for it."""
        outcome = CourseOutcome(key=f"{entry.organization}+{entry.number.strip()}")
        try:
            course = self._course(entry)
            writes = [course, *(self._run(run, course) for run in entry.runs)]
        except _Refused as error:
            outcome.refused = error.fields
            return outcome, []
        outcome.course = course.anchor.uuid
        # Only now: a course that is refused takes no slug from those after it.
        if slug := course.snapshot.content["url_slug"]:
            self._slug_owners[normalize_key(slug)] = course.anchor.uuid
        for write in writes:
            names = outcome.created if write.created else outcome.updated if write else outcome.unchanged
            names.append(write.anchor.key)
        return outcome, [write for write in writes if write]

    def _course(self, entry: CourseInput) -> DraftWrite:
        try:
            key = course_key(entry.organization, entry.number)
            anchor = self._take(key)
            content, state = self._changes(UnitKind.COURSE, entry)
            if anchor is None:
                anchor = new_anchor(UnitKind.COURSE, uuid.uuid4(), key, watchers=[], canonical_course_run_id=None)
                anchor.values |= {"number": entry.number.strip(), "key_for_reruns": content.get("key_for_reruns")}
            self._check_slug(content.get("url_slug"), anchor.uuid)
            return self._write(anchor, content, state, {"key": key, "number": entry.number.strip()})
        except InvalidInput as error:
            raise _Refused(error.fields) from error

    def _run(self, entry: RunInput, course: DraftWrite) -> DraftWrite:
        try:
            anchor = self._take(entry.key)
            _check_belongs(anchor, course.anchor)
            content, state = self._changes(UnitKind.COURSE_RUN, entry)
            identity = {"key": entry.key, "course": str(course.anchor.uuid)}
            if anchor is None:
                anchor = new_anchor(
                    UnitKind.COURSE_RUN,
                    uuid.uuid4(),
                    whole_run_key(entry.key),
                    course_uuid=course.anchor.uuid,
                    course_id=course.anchor.pk,
                    go_live_date=None,
                    announcement=None,
                )
                if not content.get("slug"):
                    title = content.get("title_override") or course.snapshot.content["title"]
                    content["slug"] = run_slug(title, entry.key)
            return self._write(anchor, content, state, identity)
        except InvalidInput as error:
            raise _Refused({f"{entry.key}.{name}": found for name, found in error.fields.items()}) from error

    def _take(self, key: str) -> Anchor | None:
        normalized = normalize_key(key)
        if normalized in self.seen:
            raise InvalidInput({"key": [f"{key} stands more than once in this batch."]})
        self.seen.add(normalized)
        return self.by_key.get(normalized)

    def _check_slug(self, slug: str | None, course: uuid.UUID) -> None:
        if slug and self._slug_owners.get(normalize_key(slug), course) != course:
            raise InvalidInput({"url_slug": [TAKEN]})

    def _write(
        self, anchor: Anchor, content: dict[str, Any], state: dict[str, Any], identity: dict[str, str]
    ) -> DraftWrite:
        current = self.known.units.get(anchor.uuid)
        base = default_content(anchor.kind) if current is None else current.snapshot.content
        check_references(anchor.kind, content, None if current is None else base, self.known.references)
        stored = identity if current is None else current.snapshot.identity
        return draft_write(anchor, current, base, content, state, stored)

    def write(self, writes: Sequence[DraftWrite]) -> None:
        """Carry out the writes of all courses that were not refused."""
        for entry in writes:
            self.anchors.of(entry.anchor.kind)[entry.anchor.uuid] = entry.anchor
        course_pks = {course.uuid: course.pk for course in self.anchors.courses.values() if course.pk}
        write_drafts(self.operation, self.anchors, writes, self.known.references, course_pks=course_pks)
        created = [entry.anchor for entry in writes if entry.anchor.kind == UnitKind.COURSE_RUN and entry.created]
        point_at_first_run(self.anchors.courses, created)
        self.anchors.save()


def _check_belongs(run: Anchor | None, course: Anchor) -> None:
    if run is not None and run["course_id"] != course.pk:
        raise InvalidInput({"key": ["This run belongs to another course."]})


def _uuids(model: type[Course | CourseRun], keys: set[str]) -> list[uuid.UUID]:
    return list(model.drafts.filter(key_normalized__in=keys).values_list("uuid", flat=True))
