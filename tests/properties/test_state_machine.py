"""Any sequence of commands over several courses leaves the database as a plain model says; every invariant holds."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from openedx_catalog_publisher.api import (
    CatalogError,
    Conflict,
    InvalidInput,
    Selection,
    create_course,
    create_run,
    delete_course,
    delete_run,
    discard,
    plan_publication,
    plan_undo,
    rebuild,
    remove,
    restore,
    set_prices,
    undo_release,
    unpublish,
    update_course,
    update_run,
    verify_log,
)
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import (
    Course,
    CourseRun,
    CourseUrlSlug,
    EditRecord,
    OutboxEvent,
    Publication,
    Side,
    UnitKind,
)
from openedx_catalog_publisher.publishing.capture import capture
from tests.factories import (
    SYSTEM,
    course_changes,
    make_organization,
    make_person,
    make_subject,
    publish_now,
    run_changes,
)
from tests.properties.catalog_model import PUBLISHED, CatalogModel, Content, Refused, Unit

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

STEPS = 20
MAX_COURSES, MAX_RUNS = 3, 3

TITLES = st.sampled_from(["Data", "Daten 📊", "数据"])
SLUGS = st.sampled_from(["shared-a", "shared-b", None])
PRICES = st.sampled_from(["0.00", "49.00", "99.50"])
WEEKS = st.sampled_from([None, 1, 6])


def kind_of(unit: Unit) -> UnitKind:
    return UnitKind.COURSE if unit.course is None else UnitKind.COURSE_RUN


def selection_of(units: list[Unit]) -> Selection:
    return Selection.of(
        courses=[unit.uuid for unit in units if unit.course is None],
        runs=[unit.uuid for unit in units if unit.course is not None],
    )


class CatalogMachine(RuleBasedStateMachine):
    """Random commands, told to the database and to the model."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer._from_testcase = True
        self.outer.__enter__()
        self.model = CatalogModel()
        self.releases: list[uuid.UUID] = []

    def teardown(self) -> None:
        try:
            assert list(check_catalog()) == [], "what operators run finds fault with what commands wrote"
        finally:
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    @initialize()
    def reference_data(self) -> None:
        self.organization = make_organization()
        self.subjects = [str(make_subject().uuid) for _ in range(3)]
        self.staff = [str(make_person().uuid) for _ in range(2)]
        self.course_base = course_changes(self.organization)
        self.run_base = run_changes()

    # What the commands take, of what the model knows.

    def course_content(self, data: st.DataObject) -> Content:
        subjects = st.lists(st.sampled_from(self.subjects), unique=True, max_size=3)
        return {"title": data.draw(TITLES), "subjects": data.draw(subjects)}

    def run_content(self, data: st.DataObject) -> Content:
        staff = st.lists(st.sampled_from(self.staff), unique=True, max_size=2)
        return {
            "weeks_to_complete": data.draw(WEEKS),
            "title_override": data.draw(st.none() | TITLES),
            "staff": data.draw(staff),
        }

    def pick(self, data: st.DataObject, units: list[Unit]) -> Unit:
        return units[data.draw(st.integers(0, len(units) - 1))]

    def some(self, data: st.DataObject) -> list[Unit]:
        units = self.model.units
        chosen = data.draw(st.sets(st.integers(0, len(units) - 1), min_size=1, max_size=5))
        return [units[index] for index in sorted(chosen)]

    def refused(self, error: type[CatalogError], command: Callable[[], Any]) -> None:
        before = self.rows()
        with pytest.raises(error):
            command()
        assert self.rows() == before, "a refused command wrote something"

    def rows(self) -> tuple[int, ...]:
        return tuple(model._base_manager.count() for model in (Course, CourseRun, EditRecord, Publication, OutboxEvent))

    # Drafts

    @precondition(lambda self: len(self.model.courses) < MAX_COURSES)
    @rule(data=st.data())
    def create_a_course(self, data: st.DataObject) -> None:
        content = self.course_content(data)
        price = data.draw(PRICES)
        number = f"N{uuid.uuid4().hex[:8]}"
        slug = number.lower()
        entitlement = {"mode": "verified", "price": price, "currency": "USD"}
        runs = [self.run_content(data) for _ in range(data.draw(st.integers(0, 2)))]
        made = create_course(
            SYSTEM,
            number=number,
            changes=self.course_base | content | {"url_slug": slug, "entitlement": entitlement},
            runs=[self.run_base | run for run in runs],
        )
        course = self.model.add_course(made.course.uuid, content | {"url_slug": slug, "price": price})
        for run, written in zip(runs, made.runs, strict=True):
            self.model.add_run(course, written.uuid, run | {"price": "49.00"})

    @precondition(lambda self: any(len(course.runs) < MAX_RUNS for course in self.model.courses))
    @rule(data=st.data())
    def create_a_run(self, data: st.DataObject) -> None:
        course = self.pick(data, [course for course in self.model.courses if len(course.runs) < MAX_RUNS])
        content = self.run_content(data)
        made = create_run(SYSTEM, course.uuid, self.run_base | content)
        self.model.add_run(course, made.uuid, content | {"price": "49.00"})

    @precondition(lambda self: self.model.courses)
    @rule(data=st.data())
    def edit_a_course(self, data: st.DataObject) -> None:
        course = self.pick(data, self.model.courses)
        content = self.course_content(data)
        if data.draw(st.booleans()):
            content["url_slug"] = data.draw(SLUGS)
        seen = course.revision
        self.edit(course, content, lambda: update_course(SYSTEM, course.uuid, content, revision=seen))

    @precondition(lambda self: any(course.runs for course in self.model.courses))
    @rule(data=st.data())
    def edit_a_run(self, data: st.DataObject) -> None:
        run = self.pick(data, [run for course in self.model.courses for run in course.runs])
        content = self.run_content(data)
        self.edit(run, content, lambda: update_run(SYSTEM, run.uuid, content))

    def edit(self, unit: Unit, content: Content, command: Callable[[], Any]) -> None:
        revision = unit.revision
        try:
            moved = self.model.edit(unit, content)
        except Refused:
            self.refused(InvalidInput, command)
            return
        written = command()
        assert set(written.changed) == moved
        assert written.revision == unit.revision == revision + bool(moved)

    @precondition(lambda self: self.model.courses)
    @rule(data=st.data(), price=PRICES)
    def set_a_price(self, data: st.DataObject, price: str) -> None:
        course = self.pick(data, self.model.courses)
        runs = [run for run in course.runs if data.draw(st.booleans())]
        set_prices(SYSTEM, course.uuid, {"verified": price}, runs=[run.uuid for run in runs])
        for unit in (course, *runs):
            self.model.edit(unit, {"price": price})

    @precondition(lambda self: self.model.units)
    @rule(data=st.data())
    def discard_a_draft(self, data: st.DataObject) -> None:
        unit = self.pick(data, self.model.units)
        if unit.official is None:
            self.refused(Conflict, lambda: discard(SYSTEM, kind_of(unit), unit.uuid))
            return
        changes = discard(SYSTEM, kind_of(unit), unit.uuid)
        assert bool(changes) is bool(self.model.edit(unit, unit.official))
        assert not self.anchors()[unit.uuid].has_unpublished_changes

    @precondition(lambda self: any(unit.history for unit in self.model.units))
    @rule(data=st.data())
    def restore_a_publication(self, data: st.DataObject) -> None:
        unit = self.pick(data, [unit for unit in self.model.units if unit.history])
        number = data.draw(st.integers(1, len(unit.history)))
        content = unit.history[number - 1].content
        if content is None:
            self.refused(Conflict, lambda: restore(SYSTEM, kind_of(unit), unit.uuid, number))
            return
        changes = restore(SYSTEM, kind_of(unit), unit.uuid, number)
        assert bool(changes) is bool(self.model.edit(unit, content))

    @precondition(lambda self: self.model.units)
    @rule(data=st.data())
    def delete_a_draft(self, data: st.DataObject) -> None:
        unit = self.pick(data, self.model.units)
        delete = delete_course if unit.course is None else delete_run
        try:
            self.model.delete(unit)
        except Refused:
            self.refused(Conflict, lambda: delete(SYSTEM, unit.uuid))
            return
        delete(SYSTEM, unit.uuid)

    # Official sides

    @precondition(lambda self: self.model.units)
    @rule(data=st.data(), planned=st.booleans())
    def publish_units(self, data: st.DataObject, planned: bool) -> None:
        chosen = self.some(data)
        units = self.model.selected(chosen)
        moving = self.model.would_move(units)
        selection = selection_of(chosen)
        digest = None
        if planned:
            plan = plan_publication(SYSTEM, selection)
            digest = plan.digest
            assert {unit.uuid for unit in plan.units} == {unit.uuid for unit in units}
            assert {unit.uuid for unit in plan.units if unit.effect.value != "none"} == {unit.uuid for unit in moving}
        done = publish_now(selection, expected_digest=digest)
        assert {record.unit_uuid for record in done.publications} == {unit.uuid for unit in moving}
        assert (done.release is None) is (not moving)
        if done.release:
            self.model.publish(moving, done.release.uuid)
            self.releases.append(done.release.uuid)

    @precondition(lambda self: self.model.units)
    @rule(data=st.data())
    def unpublish_units(self, data: st.DataObject) -> None:
        units = self.some(data)
        if any(unit.official_status != PUBLISHED for unit in units):
            self.refused(Conflict, lambda: unpublish(SYSTEM, selection_of(units), reason="Over."))
            return
        release = unpublish(SYSTEM, selection_of(units), reason="Over.")
        self.model.unpublish(units, release.uuid)
        self.releases.append(release.uuid)

    @precondition(lambda self: self.model.units)
    @rule(data=st.data())
    def remove_a_unit(self, data: st.DataObject) -> None:
        unit = self.pick(data, self.model.units)
        named = {"courses" if unit.course is None else "runs": [unit.uuid]}
        if unit.official is None:
            self.refused(Conflict, lambda: remove(SYSTEM, **named, reason="Gone."))
            return
        going = self.model.going_with(unit)
        release = remove(SYSTEM, **named, reason="Gone.")
        self.model.remove(going, release.uuid)
        self.releases.append(release.uuid)

    @precondition(lambda self: self.releases)
    @rule(data=st.data())
    def undo_a_release(self, data: st.DataObject) -> None:
        # Late ones more often: of early ones something was published since.
        back = data.draw(st.integers(1, min(4, len(self.releases))))
        release = self.releases[-back]
        try:
            wanted = self.model.undo(release)
        except Refused:
            self.refused(Conflict, lambda: undo_release(SYSTEM, release))
            return
        plan = plan_undo(SYSTEM, release)
        done = undo_release(SYSTEM, release, expected_digest=plan.digest)
        assert done.release is not None
        assert {record.unit_uuid for record in done.publications} == {unit.uuid for unit, _, _ in wanted}
        for unit, content, status in wanted:
            unit.record(content, status, done.release.uuid)
        self.releases.append(done.release.uuid)

    @precondition(lambda self: any(unit.official for unit in self.model.units))
    @rule(data=st.data())
    def repair_drift(self, data: st.DataObject) -> None:
        unit = self.pick(data, [unit for unit in self.model.units if unit.official])
        model, column = (Course, "short_description") if unit.course is None else (CourseRun, "license")
        model.objects.filter(uuid=unit.uuid).update(**{column: "drifted"})
        done = rebuild(SYSTEM, selection_of([unit]))
        assert [record.unit_uuid for record in done.publications] == [unit.uuid]
        assert done.release is not None
        unit.record(unit.official, unit.official_status or "", done.release.uuid)
        assert rebuild(SYSTEM, selection_of([unit])).release is None
        self.releases.append(done.release.uuid)

    # Invariants

    def anchors(self) -> dict[uuid.UUID, Any]:
        return {row.uuid: row for model in (Course, CourseRun) for row in model.drafts.all()}

    def stored(self, kind: UnitKind, side: Side) -> dict[uuid.UUID, Any]:
        model = Course if kind == UnitKind.COURSE else CourseRun
        units = [unit.uuid for unit in self.model.units if kind_of(unit) == kind]
        return capture(kind, side, list(model.drafts.filter(uuid__in=units).values_list("pk", flat=True))).units

    @staticmethod
    def known(unit: Unit, content: Content) -> Content:
        """Return stored content as far as the model knows it."""
        if unit.course is None:
            price = content["entitlement"]["price"]
        else:
            price = next(entry["price"] for entry in content["seats"] if entry["type"] == "verified")
        return {name: content[name] for name in unit.draft if name != "price"} | {"price": price}

    @invariant()
    def both_sides_are_what_the_model_says(self) -> None:
        for kind in UnitKind:
            sides = {side: self.stored(kind, side) for side in Side}
            for unit in self.model.units:
                if kind_of(unit) != kind:
                    continue
                draft = sides[Side.DRAFT][unit.uuid]
                assert self.known(unit, draft.snapshot.content) == unit.draft
                assert draft.values["status"] == unit.status
                official = sides[Side.OFFICIAL].get(unit.uuid)
                assert (official is None) is (unit.official is None)
                if official is not None:
                    assert self.known(unit, official.snapshot.content) == unit.official
                    assert official.values["status"] == unit.official_status

    @invariant()
    def official_content_is_the_last_publication_and_history_is_the_models(self) -> None:
        records: dict[uuid.UUID, list[Publication]] = {}
        for record in Publication.objects.order_by("number"):
            records.setdefault(record.unit_uuid, []).append(record)
        official = {kind: self.stored(kind, Side.OFFICIAL) for kind in UnitKind}
        for unit in self.model.units:
            found = records.get(unit.uuid, [])
            assert [(record.number, record.status) for record in found] == [
                (number, "" if record.content is None else record.status)
                for number, record in enumerate(unit.history, 1)
            ]
            rows = official[kind_of(unit)].get(unit.uuid)
            if found and found[-1].snapshot_id:
                assert rows is not None
                assert rows.snapshot.content_digest == found[-1].content_digest
            else:
                assert rows is None

    @invariant()
    def revisions_logs_and_events_count_the_accepted_writes(self) -> None:
        assert list(verify_log({unit.uuid for unit in self.model.units})) == []
        events: dict[str, list[int]] = {}
        for code, number in OutboxEvent.objects.order_by("sequence").values_list("object_code", "sequence"):
            events.setdefault(code, []).append(number)
        anchors = self.anchors()
        for unit in self.model.units:
            row = anchors[unit.uuid]
            assert (row.revision, row.log_sequence) == (unit.revision, unit.entries)
            assert events.get(str(unit.uuid), []) == list(range(1, unit.events + 1))

    @invariant()
    def a_draft_without_unpublished_changes_equals_its_official_side(self) -> None:
        anchors = self.anchors()
        changed = {
            unit
            for model in (Course, CourseRun)
            for unit in model.drafts.filter(model.unpublished_changes()).values_list("uuid", flat=True)
        }
        for unit in self.model.units:
            assert anchors[unit.uuid].has_unpublished_changes is (unit.uuid in changed)
            if unit.uuid not in changed:
                assert unit.draft == unit.official

    @invariant()
    def each_side_is_a_world_of_its_own(self) -> None:
        courses = {row.pk: row for row in Course.everything.all()}
        runs = {row.pk: row for row in CourseRun.everything.all()}
        official_of = {run.draft_version_id: run for run in runs.values() if not run.draft}
        for run in runs.values():
            assert courses[run.course_id].draft is run.draft
            if not run.draft:
                assert runs[run.draft_version_id].uuid == run.uuid
                assert courses[run.course_id].draft_version_id == runs[run.draft_version_id].course_id
        for course in courses.values():
            canonical = runs.get(course.canonical_course_run_id)
            assert canonical is None or (canonical.draft is course.draft and canonical.course_id == course.pk)
            if not course.draft:
                wanted = official_of.get(courses[course.draft_version_id].canonical_course_run_id)
                assert wanted is None or canonical == wanted

    @invariant()
    def the_canonical_run_is_the_first_that_was_made(self) -> None:
        stored = dict(Course.drafts.values_list("uuid", "canonical_course_run__uuid"))
        assert stored == {
            course.uuid: course.canonical.uuid if course.canonical else None for course in self.model.courses
        }

    @invariant()
    def each_slug_leads_where_the_model_says(self) -> None:
        rows = list(
            CourseUrlSlug.objects.values_list(
                "url_slug", "course__uuid", "was_official", "is_active", "is_active_on_draft"
            )
        )
        assert {slug: (unit, official) for slug, unit, official, *_ in rows} == self.model.slugs
        drafts = {course.uuid: course.draft["url_slug"] for course in self.model.courses if course.draft["url_slug"]}
        assert {unit: slug for slug, unit, _, _, on_draft in rows if on_draft} == drafts
        official = {
            course.uuid: course.official["url_slug"]
            for course in self.model.courses
            if course.official and course.official["url_slug"]
        }
        assert {unit: slug for slug, unit, _, active, _ in rows if active} == official


def test_any_sequence_of_commands_keeps_the_model_and_every_invariant() -> None:
    run_state_machine_as_test(CatalogMachine, settings=settings(stateful_step_count=STEPS))
