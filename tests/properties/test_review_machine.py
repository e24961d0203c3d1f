"""Any sequence of edits, submissions, decisions, dates and publications is what a plain model of reviews says."""

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

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.access.policy import can, visible
from openedx_catalog_publisher.api import (
    Actor,
    CatalogError,
    NotPermitted,
    Ofac,
    Selection,
    decide,
    discard,
    publish,
    publish_due,
    request_changes,
    submit_course,
    submit_run,
    unpublish,
    update_course,
    update_run,
    withdraw,
)
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import Course, CourseRun, Publication, Review, ReviewRecord, RoleName, UnitKind
from tests.factories import acting, grant, make_member, make_user
from tests.properties.review_model import PUBLISHED, REVIEWED, STATUS_OF, Refused, ReviewModel, Unit
from tests.review.stage import Stage, set_stage

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

STEPS = 20
COURSES, RUNS = 2, 2

TITLES = st.sampled_from(["One", "Two", "三"])
NUMBERS = st.integers(1, 2)
DATES = {"past": "2026-01-01T00:00:00Z", "future": "2033-01-01T00:00:00Z", None: None}

MAY_DECIDE = {"legal": {"legal", "both", "admin"}, "internal": {"coordinator", "both", "admin"}}
MAY_EDIT = {"editor", "both", "admin"}


def step_of(unit: Unit) -> str | None:
    """Return the step that a unit waits for; None for none."""
    return next((step for step, status in STATUS_OF.items() if status == unit.status), None)


class ReviewMachine(RuleBasedStateMachine):
    """Random acts of random people, told to the database and to the model."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer._from_testcase = True
        self.outer.__enter__()
        self.model = ReviewModel()

    def teardown(self) -> None:
        try:
            assert list(check_catalog()) == [], "what operators run finds fault with what commands wrote"
        finally:
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    @initialize()
    def people_and_courses(self) -> None:
        self.stages = [set_stage(runs=RUNS, title="One") for _ in range(COURSES)]
        self.people: list[dict[str, Actor]] = [self._people(stage) for stage in self.stages]
        for stage in self.stages:
            course = Unit(stage.course, ("One", 0), contributors={"editor"}, date=None)
            course.runs = [Unit(run, ("", 4), course=course, contributors={"editor"}) for run in stage.runs]
            self.model.courses.append(course)
            for run in stage.runs:
                update_run(stage.editor, run, {"go_live_date": DATES["future"]})

    @staticmethod
    def _people(stage: Stage) -> dict[str, Actor]:
        both = make_member(stage.organization)
        for role in (RoleName.LEGAL_REVIEWER, RoleName.PROJECT_COORDINATOR, RoleName.PUBLISHER_EDITOR):
            grant(both, role, stage.organization)
        return {
            "editor": stage.editor,
            "legal": stage.legal,
            "coordinator": stage.coordinator,
            "both": acting(both),
            "admin": stage.admin,
            "outsider": acting(make_user()),
        }

    # Who and what.

    def unit(self, data: st.DataObject, *, reviewed: bool = False) -> Unit:
        units = [unit for unit in self.model.units if unit.review or not reviewed]
        return units[data.draw(st.integers(0, len(units) - 1))]

    def person(self, data: st.DataObject, unit: Unit, likely: set[str]) -> tuple[str, Actor]:
        people = self.people[self.model.courses.index(unit.top)]
        names = sorted(likely) * 3 + sorted(people)
        name = names[data.draw(st.integers(0, len(names) - 1))]
        return name, people[name]

    def told(self, act: Callable[[], Any], command: Callable[[], Any], *, permitted: bool = True) -> Any:
        """Tell an act to the model and then to the database, which answer alike."""
        error = None if permitted else NotPermitted.__name__
        if permitted:
            try:
                act()
            except Refused as refused:
                error = str(refused)
        if error is None:
            return command()
        before = self.rows()
        with pytest.raises(CatalogError) as answer:
            command()
        assert type(answer.value).__name__ == error, repr(answer.value)
        assert self.rows() == before, "a refused command wrote something"
        return None

    def rows(self) -> tuple[int, ...]:
        return tuple(model._base_manager.count() for model in (Review, ReviewRecord, Publication))

    def review(self, unit: Unit) -> Review:
        review: Review = Review.objects.get(open_unit=unit.uuid)
        return review

    def digests(self, unit: Unit, *, with_course: bool) -> dict[str, str]:
        own = self.review(unit).review_digest
        if unit.course is None:
            return {"course_digest": own}
        above = with_course and unit.course.review is not None
        return {"run_digest": own, "course_digest": self.review(unit.course).review_digest if above else ""}

    # Drafts

    @rule(data=st.data(), title=TITLES, number=NUMBERS)
    def edit(self, data: st.DataObject, title: str, number: int) -> None:
        unit = self.unit(data)
        name, actor = self.person(data, unit, {"editor", "both"})
        content = (title, unit.draft[1]) if data.draw(st.booleans()) else (unit.draft[0], number)
        if unit.course is None:
            changes: dict[str, Any] = {"title": content[0]}
            if content[1]:
                changes["in_year_value"] = {"per_click_usa": content[1]}
            command: Callable[[], Any] = lambda: update_course(actor, unit.uuid, changes)  # noqa: E731
        else:
            changes = {"title_override": content[0] or None, "max_effort": content[1]}
            command = lambda: update_run(actor, unit.uuid, changes)  # noqa: E731
        self.told(lambda: self.model.edit(unit, content, name), command, permitted=name in MAY_EDIT)

    @rule(data=st.data(), date=st.sampled_from(["past", "future", "past", None]))
    def give_a_date(self, data: st.DataObject, date: str | None) -> None:
        runs = [unit for unit in self.model.units if unit.course]
        run = runs[data.draw(st.integers(0, len(runs) - 1))]
        stage = self.stages[self.model.courses.index(run.top)]
        update_run(stage.editor, run.uuid, {"go_live_date": DATES[date]})
        run.date = date

    @rule(data=st.data())
    def discard(self, data: st.DataObject) -> None:
        unit = self.unit(data)
        name, actor = self.person(data, unit, {"editor", "both"})
        kind = UnitKind.COURSE if unit.course is None else UnitKind.COURSE_RUN
        self.told(
            lambda: self.model.discard(unit, name),
            lambda: discard(actor, kind, unit.uuid),
            permitted=name in MAY_EDIT,
        )

    # Reviews

    @rule(data=st.data())
    def submit(self, data: st.DataObject) -> None:
        unit = self.unit(data)
        name, actor = self.person(data, unit, {"editor", "both"})
        command = submit_course if unit.course is None else submit_run
        self.told(lambda: self.model.submit(unit), lambda: command(actor, unit.uuid), permitted=name in MAY_EDIT)

    @precondition(lambda self: any(unit.review for unit in self.model.units))
    @rule(data=st.data(), with_course=st.sampled_from([True, True, False]))
    def approve(self, data: st.DataObject, with_course: bool) -> None:
        unit = self.unit(data, reviewed=True)
        step = step_of(unit)
        name, actor = self.person(data, unit, MAY_DECIDE[step] if step else set())
        self.decide(unit, name, actor, with_course=with_course)

    @rule(data=st.data())
    def go_through(self, data: st.DataObject) -> None:
        """Take a unit to its date, or live, as is usual: what random people rarely come to."""
        unit = self.unit(data)
        people = self.people[self.model.courses.index(unit.top)]
        if unit.review is None:
            command = submit_course if unit.course is None else submit_run
            self.told(lambda: self.model.submit(unit), lambda: command(people["editor"], unit.uuid))
        while unit.review is not None and (step := step_of(unit)) is not None:
            name = "legal" if step == "legal" else "coordinator"
            self.decide(unit, name, people[name], with_course=True)

    def decide(self, unit: Unit, name: str, actor: Actor, *, with_course: bool) -> None:
        step = step_of(unit)
        named = self.digests(unit, with_course=with_course)
        ofac = Ofac(has_restrictions=False) if unit.course and step == "legal" else None
        permitted = name != "outsider" if step is None else name in MAY_DECIDE[step]
        self.told(
            lambda: self.model.decide(unit, name, with_course=with_course),
            lambda: decide(actor, self.review(unit).uuid, **named, ofac=ofac),
            permitted=permitted,
        )

    @precondition(lambda self: any(unit.review for unit in self.model.units))
    @rule(data=st.data(), with_course=st.booleans())
    def send_back(self, data: st.DataObject, with_course: bool) -> None:
        unit = self.unit(data, reviewed=True)
        step = step_of(unit)
        name, actor = self.person(data, unit, MAY_DECIDE[step] if step else set())
        named = self.digests(unit, with_course=with_course)
        permitted = name != "outsider" if step is None else name in MAY_DECIDE[step]
        self.told(
            lambda: self.model.request_changes(unit, with_course=with_course),
            lambda: request_changes(actor, self.review(unit).uuid, **named, comment="Shorter."),
            permitted=permitted,
        )

    @precondition(lambda self: any(unit.review for unit in self.model.units))
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        unit = self.unit(data, reviewed=True)
        name, actor = self.person(data, unit, {"editor", "both"})
        review = self.review(unit).uuid
        self.told(lambda: self.model.withdraw(unit), lambda: withdraw(actor, review), permitted=name in MAY_EDIT)

    # Official sides

    @rule(data=st.data(), without_review=st.booleans())
    def publish(self, data: st.DataObject, without_review: bool) -> None:
        unit = self.unit(data)
        name, actor = self.person(data, unit, {"admin"} if without_review else {"editor", "both"})
        selection = Selection.of([unit.uuid]) if unit.course is None else Selection.of(runs=[unit.uuid])
        self.told(
            lambda: self.model.publish([unit], without_review=without_review),
            lambda: publish(actor, selection, without_review=without_review, message="Urgent."),
            permitted=name == "admin" if without_review else name in MAY_EDIT,
        )

    @rule(data=st.data())
    def unpublish(self, data: st.DataObject) -> None:
        unit = self.unit(data)
        name, actor = self.person(data, unit, {"editor", "both"})
        selection = Selection.of([unit.uuid]) if unit.course is None else Selection.of(runs=[unit.uuid])
        self.told(
            lambda: self.model.unpublish(unit),
            lambda: unpublish(actor, selection, reason="Over."),
            permitted=name in MAY_EDIT,
        )

    @rule()
    def publish_due(self) -> None:
        expected = self.model.publish_due()
        done = publish_due()
        assert done.failed == []
        assert len(done.published) == len(expected)

    # Invariants

    @invariant()
    def drafts_reviews_and_officials_are_what_the_model_says(self) -> None:
        rows: dict[tuple[uuid.UUID, bool], Any] = {
            (row.uuid, row.draft): row for model in (Course, CourseRun) for row in model.everything.all()
        }
        reviews = {review.unit_uuid: review for review in Review.objects.filter(open_unit__isnull=False)}
        history: dict[uuid.UUID, int] = {}
        for unit in Publication.objects.values_list("unit_uuid", flat=True):
            history[unit] = history.get(unit, 0) + 1
        for unit in self.model.units:
            draft, official = rows[unit.uuid, True], rows.get((unit.uuid, False))
            assert draft.status == unit.status
            assert self.content(draft) == unit.draft
            assert (None if official is None else self.content(official)) == unit.official
            assert (official is not None and official.status == PUBLISHED) is unit.live
            assert history.get(unit.uuid, 0) == len(unit.history)
            found = reviews.get(unit.uuid)
            assert (found is None) is (unit.review is None)
            if found is not None and unit.review is not None:
                assert (found.status, found.missing_steps) == (unit.review.status, unit.review.missing)
                assert found.due == (draft.go_live_date if unit.course and unit.status == REVIEWED else None)

    @staticmethod
    def content(row: Any) -> tuple[str, int]:
        if isinstance(row, Course):
            return row.title or "", int((row.in_year_value or {}).get("per_click_usa", 0))
        return row.title_override or "", row.max_effort or 0

    @invariant()
    def what_operators_check_of_reviews_and_events_holds(self) -> None:
        assert list(check_catalog([2, 5, 6])) == []

    @invariant()
    def can_and_visible_agree(self) -> None:
        course = self.model.courses[0]
        row = Course.drafts.get(uuid=course.uuid)
        for name, actor in self.people[0].items():
            for action, holders in (
                (Action.EDIT, MAY_EDIT),
                (Action.REVIEW_LEGAL, MAY_DECIDE["legal"]),
                (Action.REVIEW_INTERNAL, MAY_DECIDE["internal"]),
            ):
                seen = visible(actor.user, action, Course.drafts.filter(uuid=course.uuid)).exists()
                assert (can(actor.user, action, row), seen) == (name in holders, name in holders)


def test_any_sequence_of_acts_keeps_the_model_of_reviews_and_every_invariant(rounds: int) -> None:
    # A round asks many questions after every step; the quick suite takes few.
    examples = max(2, rounds // 4)
    run_state_machine_as_test(ReviewMachine, settings=settings(stateful_step_count=STEPS, max_examples=examples))
