"""
A batch of courses as it is stored, read at once; and what is made of each course of the input.

The number of statements does not depend on how many courses there are.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models

from openedx_catalog_publisher.commands.anchors import MODELS, Anchor, read_anchors
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.editing.bulk_belongings import Belongings, CourseBelongings
from openedx_catalog_publisher.editing.bulk_input import CourseInput, CourseOutcome, OfficialInput, RunInput
from openedx_catalog_publisher.editing.bulk_officials import (
    OfficialPlan,
    draft_with_official,
    official_content,
    official_plan,
)
from openedx_catalog_publisher.editing.canonical import default_content
from openedx_catalog_publisher.editing.courses import point_at_first_run
from openedx_catalog_publisher.editing.drafts import canonical_changes, check_references, check_rules, draft_write
from openedx_catalog_publisher.editing.run_keys import course_key, whole_run_key
from openedx_catalog_publisher.editing.slugs import SlugRules, run_slug
from openedx_catalog_publisher.editing.state import IMPORTED_STATE
from openedx_catalog_publisher.models import CourseUrlSlug, EditRecord, Side, UnitKind
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.publishing.capture import Capture, capture
from openedx_catalog_publisher.publishing.draft_writes import DraftWrite, new_anchor, write_drafts
from openedx_catalog_publisher.publishing.official import OfficialState, official_states
from openedx_catalog_publisher.publishing.slugs import TAKEN
from openedx_catalog_publisher.publishing.snapshots import named_references

T = TypeVar("T")

OFFICIAL = "official."
"""What precedes the names of faulty fields of the official side."""


@dataclass(frozen=True)
class _Changes:
    """The input of one unit in canonical form."""

    content: dict[str, Any]
    state: dict[str, Any]
    official: dict[str, Any]


@dataclass
class UnitPlan:
    """What is to be written of one unit; ``official`` is None where the input says nothing of it."""

    draft: DraftWrite
    official: OfficialPlan | None


@dataclass
class CoursePlan:
    """What becomes of one course, and what is to be written for it: the course, then its runs."""

    outcome: CourseOutcome
    units: Sequence[UnitPlan] = ()
    belongings: Belongings | None = None


class _Refused(Exception):
    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__(fields)
        self.fields = dict(fields)


class Batch:
    """The drafts of one batch, locked, and the official sides that the input speaks of."""

    def __init__(
        self,
        operation: Operation,
        courses: Sequence[CourseInput],
        coming: Sequence[models.Model] = (),
        kept: Collection[tuple[str, str]] = (),
    ) -> None:
        """
        Read and lock what is stored of a batch.

        Arguments:
            operation: the command's operation.
            courses: the courses of the batch.
            coming: reference data that does not exist yet, as unsaved rows; for a dry run.
            kept: reference data that the input may name although it is retired, as (name of the table, code).
        """
        self.operation = operation
        self.kept = kept
        keys = {
            UnitKind.COURSE: {normalize_key(entry.key) for entry in courses},
            UnitKind.COURSE_RUN: {normalize_key(run.key) for entry in courses for run in entry.runs},
        }
        found = {kind: _uuids(MODELS[kind], names) for kind, names in keys.items()}
        self.anchors = read_anchors(courses=found[UnitKind.COURSE], runs=found[UnitKind.COURSE_RUN])
        self.by_key: dict[str, Anchor] = {normalize_key(anchor.key): anchor for anchor in self.anchors}
        self.known = Capture()
        for kind in UnitKind:
            capture(kind, Side.DRAFT, [anchor.pk for anchor in self.anchors.of(kind).values()], into=self.known)
        self.states = self._read_states(courses)
        self._seen: set[str | uuid.UUID] = set()
        self._holders = self._read_holders(courses)
        self._slug_owners = self._read_slugs(courses)
        self._slug_rules = SlugRules(coming)
        self._belongings = CourseBelongings(courses, [anchor.pk for anchor in self.anchors.courses.values()])
        self._canonical: dict[int, _Changes] = {}
        for row in coming:
            self.known.references.learn_unsaved(row)
        self._resolve_all(courses)

    def _read_states(self, courses: Sequence[CourseInput]) -> dict[uuid.UUID, OfficialState]:
        stated = {
            normalize_key(unit.key)
            for entry in courses
            if any(unit.official for unit in entry.units)
            for unit in entry.units
        }
        anchors = [anchor for key, anchor in self.by_key.items() if key in stated]
        return official_states(anchors) if anchors else {}

    def _read_holders(self, courses: Sequence[CourseInput]) -> dict[uuid.UUID, str]:
        # Units that were deleted count: their logs go on under their uuids.
        wanted = {
            unit.uuid
            for entry in courses
            for unit in entry.units
            if unit.uuid is not None and normalize_key(unit.key) not in self.by_key
        }
        if not wanted:
            return {}
        logged = EditRecord.objects.filter(unit_uuid__in=wanted).values_list("unit_uuid", "unit_key")
        holders: dict[uuid.UUID, str] = dict(logged.distinct().order_by())
        for model in MODELS.values():
            holders |= dict(model.drafts.filter(uuid__in=wanted).values_list("uuid", "key"))
        return holders

    def _read_slugs(self, courses: Sequence[CourseInput]) -> dict[str, Any]:
        slugs = {normalize_key(slug) for entry in courses for slug in _slugs_in(entry)}
        if not slugs:
            return {}
        rows = CourseUrlSlug.objects.filter(url_slug_normalized__in=slugs)
        return dict(rows.values_list("url_slug_normalized", "course__uuid"))

    def _resolve_all(self, courses: Sequence[CourseInput]) -> None:
        # One statement per table for the whole batch; what is faulty is told apart course by course later.
        needed: set[tuple[str, str]] = set()
        for entry in courses:
            for unit in entry.units:
                kind = _kind(unit)
                try:
                    changes = _canonical(kind, unit)
                except InvalidInput:
                    continue
                self._canonical[id(unit)] = changes
                for content in (changes.content, changes.official):
                    needed.update(reference for _, reference in named_references(kind, content))
        for state in self.states.values():
            if state.snapshot is not None:
                needed |= state.snapshot.references()
        self.known.references.resolve(needed)

    def plan(self, entry: CourseInput) -> CoursePlan:
        """Return what becomes of one course and what has to be written for it."""
        outcome = CourseOutcome(key=entry.key)
        try:
            course = self._course(entry)
            units = [course, *(self._run(run, course) for run in entry.runs)]
            belongings = _checked(
                lambda: self._belongings.plan(entry, course.draft, [unit.draft for unit in units[1:]])
            )
        except _Refused as error:
            outcome.refused = error.fields
            return CoursePlan(outcome)
        outcome.course = course.draft.anchor.uuid
        # Only now: a course that is refused takes no slug from those after it.
        self._slug_owners |= dict.fromkeys(self._own_slugs(course, belongings), outcome.course)
        self._belongings.claim(belongings)
        for unit in units:
            moves = bool(unit.draft) or (unit is course and bool(belongings))
            names = outcome.created if unit.draft.created else outcome.updated if moves else outcome.unchanged
            names.append(unit.draft.anchor.key)
            if unit.official is not None and unit.official.moves:
                outcome.published.append(unit.draft.anchor.key)
        return CoursePlan(outcome, units, belongings)

    def _course(self, entry: CourseInput) -> UnitPlan:
        def plan() -> UnitPlan:
            key = course_key(entry.organization, entry.number)
            anchor = self._take(key, entry.uuid)
            changes = self._changes(entry)
            if anchor is None:
                unit = entry.uuid or uuid.uuid4()
                anchor = new_anchor(UnitKind.COURSE, unit, key, watchers=[], canonical_course_run_id=None)
                anchor.values["number"] = entry.number.strip()
            found = self._unit(anchor, changes, entry.official, {"key": key, "number": entry.number.strip()})
            if found.draft.created:
                anchor.values["key_for_reruns"] = found.draft.snapshot.content["key_for_reruns"]
            self._check_slug("url_slug", [found.draft.snapshot.content["url_slug"]], anchor.uuid)
            if found.official is not None:
                self._check_slug(f"{OFFICIAL}url_slug", [found.official.snapshot.content["url_slug"]], anchor.uuid)
            self._check_slug("url_slug_history", entry.former_slugs, anchor.uuid)
            return found

        return _checked(plan)

    def _run(self, entry: RunInput, course: UnitPlan) -> UnitPlan:
        def plan() -> UnitPlan:
            parent = course.draft.anchor
            anchor = self._take(entry.key, entry.uuid)
            _check_belongs(anchor, parent)
            changes = self._changes(entry)
            if anchor is None:
                anchor = new_anchor(
                    UnitKind.COURSE_RUN,
                    entry.uuid or uuid.uuid4(),
                    whole_run_key(entry.key),
                    course_uuid=parent.uuid,
                    course_id=parent.pk,
                    go_live_date=None,
                    announcement=None,
                )
                self._give_slug(entry, changes, course.draft)
            found = self._unit(anchor, changes, entry.official, {"key": entry.key, "course": str(parent.uuid)})
            if found.official is not None and not self._is_official(course):
                raise InvalidInput({OFFICIAL.rstrip("."): ["A run is official only with its course, and that is not."]})
            return found

        return _checked(plan, prefix=f"{entry.key}.")

    def _is_official(self, course: UnitPlan) -> bool:
        state = self.states.get(course.draft.anchor.uuid)
        return course.official is not None or (state is not None and state.snapshot is not None)

    def _give_slug(self, entry: RunInput, changes: _Changes, course: DraftWrite) -> None:
        if not (changes.content.get("slug") or changes.official.get("slug")):
            title = changes.content.get("title_override") or course.snapshot.content["title"]
            changes.content["slug"] = run_slug(title, entry.key)

    def _take(self, key: str, unit: uuid.UUID | None) -> Anchor | None:
        normalized = normalize_key(key)
        if normalized in self._seen:
            raise InvalidInput({"key": [f"{key} stands more than once in this batch."]})
        self._seen.add(normalized)
        anchor = self.by_key.get(normalized)
        if unit is None:
            return anchor
        if anchor is not None and anchor.uuid != unit:
            raise InvalidInput({"uuid": [f"{key} is here under another uuid, {anchor.uuid}. Leave the uuid out."]})
        if anchor is None and unit in self._holders:
            holder = self._holders[unit]
            raise InvalidInput({"uuid": [f"The uuid {unit} is that of {holder}. Leave it out, or give another."]})
        if anchor is None and unit in self._seen:
            raise InvalidInput({"uuid": [f"The uuid {unit} stands more than once in this batch."]})
        self._seen.add(unit)
        return anchor

    def _changes(self, unit: CourseInput | RunInput) -> _Changes:
        # Faulty input was not kept; working it out again says what is wrong with it.
        return self._canonical.get(id(unit)) or _canonical(_kind(unit), unit)

    def _check_slug(self, field: str, slugs: Iterable[str | None], course: uuid.UUID) -> None:
        if any(slug and self._slug_owners.get(normalize_key(slug), course) != course for slug in slugs):
            raise InvalidInput({field: [TAKEN]})

    def _own_slugs(self, course: UnitPlan, belongings: Belongings) -> set[str]:
        official = None if course.official is None else course.official.snapshot.content["url_slug"]
        slugs = (course.draft.snapshot.content["url_slug"], official, *belongings.former_slugs)
        return {normalize_key(slug) for slug in slugs if slug}

    def _unit(
        self, anchor: Anchor, changes: _Changes, official: OfficialInput | None, identity: dict[str, str]
    ) -> UnitPlan:
        current = self.known.units.get(anchor.uuid)
        before = None if current is None else current.snapshot.content
        base = default_content(anchor.kind) if before is None else before
        state = self.states.get(anchor.uuid, OfficialState())
        live = None if state.snapshot is None else state.snapshot.content
        content = draft_with_official(changes.content, changes.official, before, live)
        check_references(anchor.kind, content, before, self.known.references, self.kept)
        if anchor.kind == UnitKind.COURSE:
            # What is official stays so here, whatever form it has.
            kept = [side["url_slug"] for side in (before, live, changes.official) if side and "url_slug" in side]
            self._slug_rules.check({**base, **content}, kept, created=before is None)
        state_changes = changes.state
        if official is not None and state_changes.get("announcement", "") is None:
            # What is official was announced: where nobody says when, at its publication.
            state_changes = {name: value for name, value in state_changes.items() if name != "announcement"}
        stored = identity if current is None else current.snapshot.identity
        draft = draft_write(anchor, current, base, content, state_changes, stored)
        if official is None:
            return UnitPlan(draft, None)
        wanted = official_content(draft.snapshot.content, changes.content, changes.official, live)
        try:
            check_references(anchor.kind, changes.official, live, self.known.references, self.kept)
            check_rules(anchor.kind, wanted, wanted.keys())
        except InvalidInput as error:
            raise InvalidInput({f"{OFFICIAL}{name}": found for name, found in error.fields.items()}) from error
        return UnitPlan(draft, official_plan(draft, wanted, official.status, state, self.known.references))

    def write_drafts(self, plans: Sequence[CoursePlan]) -> None:
        """Carry out what is planned for drafts, and for what belongs to courses."""
        writes = [unit.draft for plan in plans for unit in plan.units if unit.draft]
        for entry in writes:
            self.anchors.of(entry.anchor.kind)[entry.anchor.uuid] = entry.anchor
        course_pks = {course.uuid: course.pk for course in self.anchors.courses.values() if course.pk}
        write_drafts(self.operation, self.anchors, writes, self.known.references, course_pks=course_pks)
        created = [entry.anchor for entry in writes if entry.anchor.kind == UnitKind.COURSE_RUN and entry.created]
        point_at_first_run(self.anchors.courses, created)
        self._belongings.write(self.operation, [plan.belongings for plan in plans if plan.belongings])
        self.anchors.save()


def _checked(plan: Callable[[], T], prefix: str = "") -> T:
    try:
        return plan()
    except InvalidInput as error:
        raise _Refused({f"{prefix}{name}": found for name, found in error.fields.items()}) from error


def _canonical(kind: UnitKind, unit: CourseInput | RunInput) -> _Changes:
    errors: dict[str, list[str]] = {}
    content: dict[str, Any] = {}
    state: dict[str, Any] = {}
    official: dict[str, Any] = {}
    try:
        content, state = canonical_changes(kind, unit.changes, states=IMPORTED_STATE)
    except InvalidInput as error:
        errors |= error.fields
    if unit.official is not None:
        try:
            official, _ = canonical_changes(kind, unit.official.changes, states={kind: frozenset()})
        except InvalidInput as error:
            errors |= {f"{OFFICIAL}{name}": found for name, found in error.fields.items()}
    if errors:
        raise InvalidInput(errors)
    return _Changes(content, state, official)


def _kind(unit: CourseInput | RunInput) -> UnitKind:
    return UnitKind.COURSE if isinstance(unit, CourseInput) else UnitKind.COURSE_RUN


def _slugs_in(entry: CourseInput) -> Iterable[str]:
    official = {} if entry.official is None else entry.official.changes
    for slug in (entry.changes.get("url_slug"), official.get("url_slug"), *entry.former_slugs):
        if isinstance(slug, str):
            yield slug


def _check_belongs(run: Anchor | None, course: Anchor) -> None:
    if run is not None and run["course_id"] != course.pk:
        raise InvalidInput({"key": ["This run belongs to another course."]})


def _uuids(model: Any, keys: set[str]) -> list[uuid.UUID]:
    return list(model.drafts.filter(key_normalized__in=keys).values_list("uuid", flat=True))
