"""Races of reviews: of two decisions at one moment one wins, and nothing is live that was not approved."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from openedx_catalog_publisher.api import (
    Conflict,
    Ofac,
    decide,
    publish_due,
    request_changes,
    save_and_submit_run,
    submit_run,
    update_course,
    update_run,
    withdraw,
)
from openedx_catalog_publisher.models import CourseRun, Review, ReviewRecord, Status
from tests.factories import SYSTEM, make_level
from tests.races.catalog import Catalog
from tests.races.pairs import (
    BOTH,
    Pair,
    Round,
    both,
    draft_run,
    items_of,
    one_refused,
    publication_actions,
    second_refused,
)
from tests.races.stage import Command, Outcome

FAR, OVER = "2033-01-01T00:00:00Z", "2026-01-01T00:00:00Z"
NO_OFAC = Ofac(has_restrictions=False)


def complete(catalog: Catalog, rounds: Sequence[Round], date: str = FAR) -> None:
    """Fill all that a submission needs."""
    catalog.edit(
        items_of(rounds),
        {
            "full_description": "Full.",
            "outcome": "Outcome.",
            "level_type": make_level(),
            "image": f"catalog_publisher/courses/{'a' * 48}.png",
        },
        {
            "go_live_date": date,
            "min_effort": 1,
            "max_effort": 4,
            "language": "en-us",
            "transcript_languages": ["en-us"],
        },
    )


def submit(race: Round, *, legal: bool = False, internal: bool = False) -> None:
    """Submit all runs of a round, and approve steps."""
    for run in race.item.runs:
        submit_run(SYSTEM, run)
        if legal:
            approve(run, "legal")()
        if internal:
            approve(run, "internal")()


def seen(run: uuid.UUID, step: str) -> dict[str, Any]:
    """Return what a reviewer sees of a run and of its course."""
    review = Review.objects.get(open_unit=run)
    course = Review.objects.filter(open_unit=review.course_uuid).first()
    return {
        "review": review.uuid,
        "run_digest": review.review_digest,
        "course_digest": course.review_digest if course else "",
        "step": step,
    }


def approve(run: uuid.UUID, step: str) -> Command:
    """Return the approval of what is seen now."""
    named = seen(run, step)
    review = named.pop("review")
    ofac = NO_OFAC if step == "legal" else None
    return lambda: decide(SYSTEM, review, **named, ofac=ofac)


def approvals(unit: uuid.UUID, step: str) -> int:
    """Return how often a step of a unit was approved."""
    return ReviewRecord.objects.filter(unit_uuid=unit, action="approved", step=step).count()


def last_closing(unit: uuid.UUID) -> str:
    """Return why the last review of a unit is over; empty while it is open."""
    return Review.objects.filter(unit_uuid=unit).latest("pk").closing


class ReviewPair(Pair):
    """
    A race about a run in review with its course.

    Attributes:
        date: when the run goes live.
        step: the step at which the race starts.
    """

    date = FAR
    step = "legal"

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        complete(catalog, rounds, self.date)
        for race in rounds:
            submit(race, legal=self.step != "legal", internal=self.step == "reviewed")


class ApproveApprove(ReviewPair):
    """Two approve one step of one run, who both might approve the next as well."""

    name = "approve / approve"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        run = race.item.runs[0]
        return approve(run, self.step), approve(run, self.step)

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        found = one_refused(one, two, Conflict)
        for unit in (race.item.course, race.item.runs[0]):
            assert (approvals(unit, "legal"), approvals(unit, "internal")) == (1, 0)
        return found


class LastApprovalTwice(ReviewPair):
    """Two give the last approval of a run whose date is over."""

    name = "last approval / last approval"
    date, step = OVER, "internal"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        run = race.item.runs[0]
        return approve(run, self.step), approve(run, self.step)

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        found = one_refused(one, two, Conflict)
        for unit in (race.item.course, race.item.runs[0]):
            assert publication_actions(unit) == ["publish"]
        return found


class ApproveRequestChanges(ReviewPair):
    """One approves what another sends back."""

    name = "approve / request changes"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        run = race.item.runs[0]
        named = seen(run, self.step)
        review = named.pop("review")
        return approve(run, self.step), lambda: request_changes(SYSTEM, review, **named, comment="Shorter.")

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        found = one_refused(one, two, Conflict)
        approved = one.error is None
        run = race.item.runs[0]
        assert approvals(run, "legal") == approved
        assert last_closing(run) == ("" if approved else "changes_requested")
        return f"{'approved' if approved else 'sent back'}, {found}"


class SubmitSubmit(Pair):
    """One run is submitted by two; in every other round two runs of one course are."""

    name = "submit / submit"
    runs = 2

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        complete(catalog, rounds)

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        first, second = race.item.runs
        other = second if race.scenario(2) else first
        return lambda: submit_run(SYSTEM, first), lambda: submit_run(SYSTEM, other)

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        assert Review.objects.filter(unit_uuid=race.item.course).count() == 1
        if race.scenario(2):
            both(one, two)
            assert one.result.course_review == two.result.course_review
            return "both joined one review of the course"
        return one_refused(one, two, Conflict)


class EditApprove(ReviewPair):
    """A run, or its course, is edited while it is approved; the last approval would let it go live."""

    name = "edit / approve"
    date, step = OVER, "internal"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        run = race.item.runs[0]
        edit: Command = (
            (lambda: update_course(SYSTEM, race.item.course, {"title": "Edited beside"}))
            if race.scenario(2)
            else (lambda: update_run(SYSTEM, run, {"title_override": "Edited beside"}))
        )
        return edit, approve(run, self.step)

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        run = race.item.runs[0]
        found = second_refused(one, two, Conflict)
        live = found == BOTH
        assert publication_actions(run) == (["publish"] if live else [])
        assert last_closing(run) == ("went_live" if live else "edited")
        if live:
            assert CourseRun.objects.get(uuid=run).title_override is None
        return "approved, then edited" if live else f"edited, {found}"


class ExemptEditApprove(ReviewPair):
    """A run is edited in what needs no review while its last approval lets it go live."""

    name = "exempt edit / approve"
    date, step = OVER, "internal"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        run = race.item.runs[0]
        return lambda: update_run(SYSTEM, run, {"max_effort": 9}), approve(run, self.step)

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        run = race.item.runs[0]
        assert publication_actions(run) == ["publish"]
        assert draft_run(run).max_effort == 9
        amended = ReviewRecord.objects.filter(unit_uuid=run, action="amended").exists()
        assert CourseRun.objects.get(uuid=run).max_effort == (9 if amended else 4)
        return "live with the edit" if amended else "live without the edit"


class WithdrawApprove(ReviewPair):
    """A run is withdrawn while its last approval would let it go live."""

    name = "withdraw / approve"
    date, step = OVER, "internal"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        run = race.item.runs[0]
        review = Review.objects.get(open_unit=run).uuid
        return lambda: withdraw(SYSTEM, review), approve(run, self.step)

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        found = one_refused(one, two, Conflict)
        live = two.error is None
        run = race.item.runs[0]
        assert publication_actions(run) == (["publish"] if live else [])
        assert last_closing(run) == ("went_live" if live else "withdrawn")
        return f"{'live' if live else 'withdrawn'}, {found}"


class TwoRunsOneCourse(ReviewPair):
    """Two runs of one course are approved, each together with the course."""

    name = "approve / approve of two runs"
    runs = 2

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        first, second = race.item.runs
        return approve(first, self.step), approve(second, self.step)

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        assert [approvals(unit, "legal") for unit in (race.item.course, *race.item.runs)] == [1, 1, 1]
        assert {draft_run(run).status for run in race.item.runs} == {Status.REVIEW_BY_INTERNAL}
        return "the course approved once"


class SaveAndSubmit(Pair):
    """A run is saved and submitted as one act, while the other run of the course is, or the course is edited."""

    name = "save and submit / save and submit, edit course"
    runs = 2

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        complete(catalog, rounds)

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        first, second = race.item.runs
        others: list[Command] = [
            lambda: save_and_submit_run(SYSTEM, second, {"weeks_to_complete": 8}),
            lambda: update_course(SYSTEM, race.item.course, {"title": "Edited beside"}),
        ]
        return lambda: save_and_submit_run(SYSTEM, first, {"weeks_to_complete": 7}), others[race.scenario(2)]

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        first, second = race.item.runs
        assert draft_run(first).weeks_to_complete == 7
        if race.scenario(2) == 0:
            assert draft_run(second).weeks_to_complete == 8
            assert Review.objects.filter(open_unit__in=(race.item.course, first, second)).count() == 3
            return "both in review, the course once"
        kept = Review.objects.filter(open_unit=first).exists()
        assert draft_run(first).status == (Status.REVIEW_BY_LEGAL if kept else Status.UNPUBLISHED)
        assert kept or last_closing(first) == "edited"
        return "edited, then submitted" if kept else "submitted, then edited"


class SchedulerTwice(ReviewPair):
    """Two schedulers meet over a run that is due."""

    name = "publish_due / publish_due"
    step = "reviewed"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        update_run(SYSTEM, race.item.runs[0], {"go_live_date": OVER})
        return publish_due, publish_due

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        assert publication_actions(race.item.runs[0]) == ["publish"]
        assert sorted(len(outcome.result.published) for outcome in (one, two)) == [0, 1]
        assert [outcome.result.failed for outcome in (one, two)] == [[], []]
        return "published by one"


class SchedulerEdit(ReviewPair):
    """A run that is due is edited, withdrawn or given another date while the scheduler publishes it."""

    name = "publish_due / edit, withdraw, new date"
    step = "reviewed"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        run = race.item.runs[0]
        update_run(SYSTEM, run, {"go_live_date": OVER})
        review = Review.objects.get(open_unit=run).uuid
        others: list[Command] = [
            lambda: update_run(SYSTEM, run, {"title_override": "Edited beside"}),
            lambda: withdraw(SYSTEM, review),
            lambda: update_run(SYSTEM, run, {"go_live_date": FAR}),
        ]
        return publish_due, others[race.scenario(3)]

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        run = race.item.runs[0]
        found = second_refused(one, two, Conflict)
        live = bool(one.result.published)
        assert not one.result.failed
        assert publication_actions(run) == (["publish"] if live else [])
        if race.scenario(3) == 1:
            assert live == (found != BOTH)
        if not live:
            assert not CourseRun.objects.filter(uuid=run).exists()
        return "live first" if live else "not live"


PAIRS: tuple[type[Pair], ...] = (
    ApproveApprove,
    LastApprovalTwice,
    ApproveRequestChanges,
    SubmitSubmit,
    EditApprove,
    ExemptEditApprove,
    WithdrawApprove,
    TwoRunsOneCourse,
    SaveAndSubmit,
    SchedulerTwice,
    SchedulerEdit,
)
