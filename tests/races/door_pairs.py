"""Races of requests to Discovery's door, sent as the micro-frontend sends them, from pages loaded before the race."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openedx_catalog_publisher.models import Course, CourseRun, Review, Status
from tests.races.catalog import Catalog
from tests.races.door_play import Browser, Page, Refused, at_once
from tests.races.pairs import (
    BOTH,
    Pair,
    Round,
    both,
    draft_course,
    draft_run,
    items_of,
    one_refused,
    refusal,
    second_refused,
)
from tests.races.review_pairs import complete
from tests.races.stage import Command, Outcome

CONFLICT = 409


class DoorPair(Pair):
    """A race of two members of a course team, who loaded the page of one course."""

    runs = 3

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        complete(catalog, rounds)
        catalog.publish(items_of([race for race in rounds if self.is_live(race)]))
        self.one, self.two = Browser.of_member(catalog), Browser.of_member(catalog)

    def is_live(self, race: Round) -> bool:
        """Tell whether the course of a round and its runs are published; in every other round they are."""
        return bool(race.scenario(2))

    def page(self, race: Round) -> Page:
        """Load the page of a round."""
        page = race.notes["page"] = self.one.page(race)
        return page

    def program(self, place: int) -> str:
        """Return the text that the save of a run changes; it needs review."""
        return f"Program {place}"

    def save(self, browser: Browser, page: Page, place: int) -> Command:
        """Return the save of a run, with a field that needs review and one that does not."""
        return lambda: browser.save_run(page, place, expected_program_name=self.program(place), max_effort="9")

    def check_runs(self, race: Round, places: Sequence[int]) -> None:
        """Check that the saves of these runs are stored, and that those of live runs are in review."""
        for place in places:
            run = CourseRun.drafts.get(key=race.notes["page"]["course_runs"][place]["key"])
            assert (run.expected_program_name, run.max_effort) == (self.program(place), 9)
            reviewed = Status.REVIEW_BY_LEGAL if self.is_live(race) else Status.UNPUBLISHED
            assert run.status == reviewed, run.status
            assert Review.objects.filter(open_unit=run.uuid).count() == self.is_live(race)

    def check_course(self, race: Round, outcome: Outcome) -> None:
        """Check that the title of a course is stored, and in review where it is live, unless it was refused."""
        course = draft_course(race.item.course)
        saved = outcome.error is None
        assert (course.title == "Title beside") == saved, course.title
        if not saved:
            assert getattr(outcome.error, "answered", 0) == CONFLICT
        if self.is_live(race):
            assert Review.objects.filter(open_unit=course.uuid).count() == saved
            assert not Course.objects.filter(title="Title beside", uuid=course.uuid).exists()


class CourseAndRuns(DoorPair):
    """
    A course is saved while its three runs are, one after the other.

    While a run is in review a course changes in nothing that needs review: a save of a live course may come too late.
    """

    name = "door: save course / save three runs"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        page = self.page(race)
        return (
            lambda: self.one.save_course(page, title="Title beside"),
            lambda: [self.save(self.two, page, place)() for place in range(3)],
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        found = second_refused(two, one, Refused) if self.is_live(race) else both(one, two)
        self.check_runs(race, range(3))
        self.check_course(race, one)
        return f"{'live' if self.is_live(race) else 'draft'}: {_in_words(found)}"


class CourseAndRunsAtOnce(CourseAndRuns):
    """A course is saved while its three runs are, all four at once."""

    name = "door: save course / save three runs at once"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        page = self.page(race)
        saves = [self.save(self.two.again(), page, place) for place in range(3)]
        return lambda: self.one.save_course(page, title="Title beside"), lambda: at_once(saves)


class RunAndRun(DoorPair):
    """Two runs of one course are saved; live ones open their reviews, and the course's title is in review with them."""

    name = "door: save run / save run of one course"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        page = self.page(race)
        return self.save(self.one, page, 0), self.save(self.two, page, 1)

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        found = both(one, two)
        self.check_runs(race, range(2))
        return f"{'live' if self.is_live(race) else 'draft'}: {found}"


class TwoClients(DoorPair):
    """Two save one course that both loaded before; each sends it whole, so one of the two pages is what is stored."""

    name = "door: save course / save course"
    runs = 1

    EDITS = ({"title": "Title of A", "faq": "<p>A</p>"}, {"title": "Title of B", "outcome": "<p>B</p>"})

    def is_live(self, race: Round) -> bool:
        return False

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        page = self.page(race)
        first, second = self.EDITS
        return lambda: self.one.save_course(page, **first), lambda: self.two.save_course(page, **second)

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        found = both(one, two)
        course = draft_course(race.item.course)
        stored = {name: getattr(course, name) or "" for name in ("title", "faq", "outcome")}
        loaded = {name: race.notes["page"][name] or "" for name in stored}
        pages = [loaded | edits for edits in self.EDITS]
        assert stored in pages, stored
        return f"{found}, the page of one stored"


class TwoLiveClients(DoorPair):
    """Two save one live course; the first save opens its review, so the other's is of a page that is out of date."""

    name = "door: save live course / save live course"
    runs = 2

    def is_live(self, race: Round) -> bool:
        return True

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        page = self.page(race)
        return (
            lambda: self.one.save_course(page, title="Title of A"),
            lambda: self.two.save_course(page, title="Title of B"),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        course = draft_course(race.item.course)
        assert {draft_run(run).status for run in race.item.runs} == {Status.PUBLISHED}
        assert Course.objects.get(uuid=course.uuid).title == race.notes["page"]["title"]
        assert Review.objects.filter(open_unit=course.uuid).count() == 1
        if one.error is None and two.error is None:
            return f"{BOTH} before the review"
        found = one_refused(one, two, Refused)
        accepted, refused = (("Title of A", two), ("Title of B", one))[one.error is not None]
        assert getattr(refused.error, "answered", 0) == CONFLICT
        assert course.title == accepted
        return _in_words(found)


class SubmitTwice(DoorPair):
    """One run is submitted from two browsers."""

    name = "door: submit run / submit run"
    runs = 1

    def is_live(self, race: Round) -> bool:
        return False

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        page = self.page(race)
        return (
            lambda: self.one.save_run(page, 0, draft=False),
            lambda: self.two.save_run(page, 0, draft=False),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        for unit in (race.item.course, race.item.runs[0]):
            assert Review.objects.filter(unit_uuid=unit, open_unit=unit).count() == 1
            assert Review.objects.filter(unit_uuid=unit).count() == 1
        for outcome in (one, two):
            if outcome.error is not None:
                refusal(outcome.error, Refused)
                assert getattr(outcome.error, "answered", 0) == CONFLICT
            else:
                assert outcome.result["status"] == Status.REVIEW_BY_LEGAL
        assert one.error is None or two.error is None
        return _in_words(BOTH if one.error is two.error else "Refused")


class CreateCreate(DoorPair):
    """Two create a course of one number."""

    name = "door: create course / create course"
    runs = 0

    def is_live(self, race: Round) -> bool:
        return False

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        number = race.notes["number"] = f"New{race.item.number}"

        def creation(browser: Browser) -> Command:
            return lambda: browser.create_course(
                {
                    "org": catalog.organization.key,
                    "product_source": "edx",
                    "title": "Made by two",
                    "number": number,
                    "type": catalog.course_type,
                    "prices": {"verified": "49"},
                    "course_run": {
                        "start": "2031-02-01T05:00:00Z",
                        "end": "2031-12-31T05:00:00Z",
                        "run_type": catalog.run_type,
                        "prices": {"verified": "49"},
                    },
                }
            )

        return creation(self.one), creation(self.two)

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        found = one_refused(one, two, Refused)
        refused: Any = one.error or two.error
        assert (refused.answered, refused.body) == (400, "key: This key is taken.")
        course = Course.drafts.get(number=race.notes["number"])
        assert CourseRun.drafts.filter(course=course).count() == 1
        return _in_words(found)


class RerunRerun(DoorPair):
    """Two rerun one run; each gets a run with a key of its own."""

    name = "door: rerun / rerun"
    runs = 1

    def is_live(self, race: Round) -> bool:
        return False

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        page = self.page(race)
        return lambda: self.one.rerun(page), lambda: self.two.rerun(page)

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        found = both(one, two)
        keys = {one.result["key"], two.result["key"]}
        made = CourseRun.drafts.filter(course__uuid=race.item.course).exclude(uuid__in=race.item.runs)
        assert set(made.values_list("key", flat=True)) == keys
        assert len(keys) == 2
        return f"{found}, two keys"


def _in_words(found: str) -> str:
    return found.replace("Refused", "the other to reload")


PAIRS: tuple[type[Pair], ...] = (
    CourseAndRuns,
    CourseAndRunsAtOnce,
    RunAndRun,
    TwoClients,
    TwoLiveClients,
    SubmitTwice,
    CreateCreate,
    RerunRerun,
)
