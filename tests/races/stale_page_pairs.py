"""Races of decisions at Discovery's door: a decision is of what the reviewer's page showed, or nothing is written."""

from __future__ import annotations

from typing import Any, ClassVar

from openedx_catalog_publisher.api import Conflict, submit_run, update_course, update_run, withdraw
from openedx_catalog_publisher.models import CourseRun, Review, ReviewRecord
from tests.factories import SYSTEM
from tests.races.catalog import Catalog
from tests.races.door_play import INTERNAL, LEGAL, Browser, Refused
from tests.races.pairs import Pair, Round, draft_course, draft_run, one_refused, publication_actions, refusal
from tests.races.review_pairs import FAR, OVER, ReviewPair, approvals, last_closing
from tests.races.stage import Command, Outcome

CONFLICT = 409


class StalePage(ReviewPair):
    """
    A reviewer, whose page was loaded before, decides beside something else.

    In every other round the page is sent back before the race as well, so that the decision alone is in it.

    Attributes:
        body: the decision.
    """

    date, step = OVER, "internal"
    body: ClassVar[dict[str, Any]] = INTERNAL

    def decision(self, race: Round, name: str = "reviewer") -> Command:
        """Return the requests of a decision by somebody who sees the page now."""
        browser = Browser.of_reviewer()
        page = browser.page(race)
        race.notes[name] = page
        race.notes["digests"] = dict(
            Review.objects.filter(open_unit__in=[race.item.course, *race.item.runs]).values_list(
                "unit_uuid", "review_digest"
            )
        )
        if race.number % 2:
            browser.save_course(page)
            return lambda: browser.decide(page, self.body)
        return lambda: [browser.save_course(page), browser.decide(page, self.body)][-1]

    def check_decision(self, race: Round, outcome: Outcome) -> bool:
        """Check that what was approved was shown, that a refusal wrote nothing, and tell whether it was accepted."""
        accepted = outcome.error is None
        for unit in (race.item.course, *race.item.runs):
            acts = ReviewRecord.objects.filter(unit_uuid=unit, action="approved", step=self.step)
            shown = [race.notes["digests"][unit]] if accepted else []
            assert list(acts.values_list("review_digest", flat=True)) == shown
            assert all(act.confirmation == ReviewRecord.Confirmation.PAGE for act in acts)
        if not accepted:
            refusal(outcome.error, Refused)
            assert getattr(outcome.error, "answered", 0) == CONFLICT, outcome.error
            assert isinstance(getattr(outcome.error, "body", None), str)
        return accepted

    def check_live(self, race: Round, live: bool) -> None:
        """Check that what is live is what the page showed."""
        run = race.item.runs[0]
        assert publication_actions(run) == (["publish"] if live else [])
        if not live:
            return
        page = race.notes["reviewer"]
        official = CourseRun.objects.get(uuid=run)
        assert official.expected_program_name == page["course_runs"][0]["expected_program_name"]
        assert official.course.title == page["title"]


class EditBesideDecision(StalePage):
    """The run or its course is edited, and submitted again in half of the rounds, beside the last decision."""

    name = "door: edit / decide what was shown"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        run = race.item.runs[0]

        def edit() -> None:
            if race.scenario(4) // 2:
                update_course(SYSTEM, race.item.course, {"title": "Edited beside"})
            else:
                update_run(SYSTEM, run, {"expected_program_name": "Edited beside"})
            if race.scenario(4) % 2:
                submit_run(SYSTEM, run)

        return edit, self.decision(race)

    def check_edit(self, race: Round) -> None:
        """Check that the page of the reviewer did not take the edit back."""
        if race.scenario(4) // 2:
            assert draft_course(race.item.course).title == "Edited beside"
        else:
            assert draft_run(race.item.runs[0]).expected_program_name == "Edited beside"

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        assert one.error is None, repr(one.error)
        live = self.check_decision(race, two)
        self.check_live(race, live)
        self.check_edit(race)
        return "what was shown is live, then edited" if live else "edited, the reviewer to reload"


class WithdrawBesideDecision(StalePage):
    """
    The run is withdrawn, and submitted again in every other round, beside the last decision.

    What is submitted again is what was shown, and legal staff approved it, so the decision holds for that, too.
    """

    name = "door: withdraw / decide what was shown"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        run = race.item.runs[0]
        review = Review.objects.get(open_unit=run).uuid

        def leave() -> None:
            withdraw(SYSTEM, review)
            if race.scenario(2):
                submit_run(SYSTEM, run)

        return leave, self.decision(race)

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        live = self.check_decision(race, two)
        self.check_live(race, live)
        assert last_closing(race.item.runs[0]) == ("went_live" if live else "" if race.scenario(2) else "withdrawn")
        if one.error is not None:
            refusal(one.error, Conflict)
            assert live
            return "live, nothing to withdraw"
        if live:
            assert race.scenario(2)
            return "withdrawn, submitted again as it was, live"
        return "withdrawn, the reviewer to reload"


class LegalEditBesideDecision(EditBesideDecision):
    """The same at the first step, where the answer on OFAC is written with the decision, or not at all."""

    name = "door: edit / decide on OFAC"
    date, step = FAR, "legal"
    body = LEGAL

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        assert one.error is None, repr(one.error)
        self.check_edit(race)
        accepted = self.check_decision(race, two)
        self.check_live(race, live=False)
        assert draft_run(race.item.runs[0]).has_ofac_restrictions is (False if accepted else None)
        return "decided, then edited" if accepted else "edited, the reviewer to reload"


class TwoReviewers(StalePage):
    """Two reviewers, who see the same page, decide one step."""

    name = "door: decide / decide"
    date, step = FAR, "internal"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        return self.decision(race, "one"), self.decision(race, "two")

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        one_refused(one, two, Refused)
        refused: Any = one.error or two.error
        assert refused.answered == CONFLICT, refused
        for unit in (race.item.course, race.item.runs[0]):
            assert (approvals(unit, "legal"), approvals(unit, "internal")) == (1, 1)
        return "one decided, the other to reload"


PAIRS: tuple[type[Pair], ...] = (EditBesideDecision, WithdrawBesideDecision, LegalEditBesideDecision, TwoReviewers)
