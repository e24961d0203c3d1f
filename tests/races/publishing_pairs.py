"""Races in which something is published, withdrawn or taken back."""

from __future__ import annotations

from collections.abc import Sequence

from openedx_catalog_publisher.api import (
    Conflict,
    Selection,
    UnitNotFound,
    create_run,
    delete_course,
    discard,
    plan_publication,
    rebuild,
    remove,
    restore,
    undo_release,
    unpublish,
    update_course,
    update_run,
)
from openedx_catalog_publisher.models import Course, CourseRun, Publication, Release, UnitKind
from tests.factories import SYSTEM, publish_now
from tests.races.catalog import Catalog
from tests.races.pairs import (
    BOTH,
    Pair,
    Round,
    both,
    draft_course,
    items_of,
    one_refused,
    publication_actions,
    second_refused,
)
from tests.races.stage import Command, Outcome

EDITED = {"short_description": "Edited."}
RUN_EDITED = {"weeks_to_complete": 7}


class PublishPublish(Pair):
    """One course with a run, both edited, is published by two; in every other round both name the plan."""

    name = "publish / publish of one course"

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        catalog.publish(items_of(rounds))
        catalog.edit(items_of(rounds), EDITED, RUN_EDITED)

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        selection = Selection.of([race.item.course], all_runs=True)
        digest = plan_publication(SYSTEM, selection).digest if race.scenario(2) else None
        return (
            lambda: publish_now(selection, expected_digest=digest),
            lambda: publish_now(selection, expected_digest=digest),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        for unit in (race.item.course, *race.item.runs):
            assert publication_actions(unit) == self.expected
        if race.scenario(2):
            return one_refused(one, two, Conflict)
        both(one, two)
        assert sorted(len(outcome.result.publications) for outcome in (one, two)) == [0, 2]
        return "one published, one found nothing to publish"

    expected = ["publish", "publish"]


class FirstPublishTwice(PublishPublish):
    """The same where nothing is official yet."""

    name = "first publish / first publish"
    expected = ["publish"]

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        pass


class PublishEdit(Pair):
    """A course that waits to be published is edited meanwhile; in every other round the publisher names the plan."""

    name = "publish / edit"

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        catalog.publish(items_of(rounds))
        catalog.edit(items_of(rounds), EDITED)

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        course = race.item.course
        selection = Selection.of([course], all_runs=True)
        digest = plan_publication(SYSTEM, selection).digest if race.scenario(2) else None
        return (
            lambda: publish_now(selection, expected_digest=digest),
            lambda: update_course(SYSTEM, course, {"title": "Edited beside"}),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        course = race.item.course
        official = Course.objects.get(uuid=course)
        assert draft_course(course).title == "Edited beside"
        if one.error is not None:
            assert race.scenario(2)
            assert official.short_description == "Short."
            return second_refused(two, one, Conflict)
        both(one, two)
        assert official.short_description == "Edited."
        assert publication_actions(course) == ["publish", "publish"]
        if official.title == "Edited beside":
            assert not race.scenario(2), "something else than the plan was published"
            return "published with the edit"
        return "published without the edit"


class ReleaseRelease(Pair):
    """A release of three courses against a publication of one of them, or against a release of two, named backwards."""

    name = "release / publish overlapping"
    courses = 3

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        catalog.publish(items_of(rounds))
        catalog.edit(items_of(rounds), EDITED, RUN_EDITED)

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        _, second, third = race.items
        one = Selection.of([item.course for item in race.items], all_runs=True)
        two = (
            Selection.of([third.course, second.course], all_runs=True)
            if race.scenario(2)
            else Selection.of(runs=second.runs, courses=[second.course])
        )
        return lambda: publish_now(one), lambda: publish_now(two)

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        for item in race.items:
            for unit in (item.course, *item.runs):
                assert publication_actions(unit) == ["publish", "publish"]
        counts = [len(outcome.result.publications) for outcome in (one, two)]
        overlap = 4 if race.scenario(2) else 2
        assert counts in ([6, 0], [6 - overlap, overlap])
        return "the larger first" if counts[1] == 0 else "the smaller first"


class RestoreEdit(Pair):
    """The first publication is restored onto a course that is edited meanwhile, in a field that restoring resets."""

    name = "restore / edit"

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        catalog.publish(items_of(rounds))
        catalog.edit(items_of(rounds), EDITED)

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        course = race.item.course
        return (
            lambda: restore(SYSTEM, UnitKind.COURSE, course, 1),
            lambda: update_course(SYSTEM, course, {"title": "Edited beside"}),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        draft = draft_course(race.item.course)
        assert draft.short_description == "Short."
        if draft.title == "Edited beside":
            assert [change.name for change in one.result] == ["short_description"]
            return "restored first"
        assert {change.name for change in one.result} == {"title", "short_description"}
        return "edited first"


class DiscardEdit(RestoreEdit):
    """The same with a discard."""

    name = "discard / edit"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        course = race.item.course
        return (
            lambda: discard(SYSTEM, UnitKind.COURSE, course),
            lambda: update_course(SYSTEM, course, {"title": "Edited beside"}),
        )


class UnpublishPublish(Pair):
    """A course with a run is withdrawn by one and published, edited, by another."""

    name = "unpublish / publish"

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        catalog.publish(items_of(rounds))
        catalog.edit(items_of(rounds), EDITED, RUN_EDITED)

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        selection = Selection.of([race.item.course], all_runs=True)
        return (
            lambda: unpublish(SYSTEM, selection, reason="Over."),
            lambda: publish_now(selection),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        actions = {tuple(publication_actions(unit)[1:]) for unit in (race.item.course, *race.item.runs)}
        assert len(actions) == 1, f"course and run went different ways: {actions}"
        order = actions.pop()
        assert sorted(order) == ["publish", "unpublish"]
        assert Course.objects.get(uuid=race.item.course).short_description == "Edited."
        return f"{order[0]} first"


class RemovePublish(Pair):
    """A course with a run is removed by one and published, edited, by another."""

    name = "remove / publish"

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        catalog.publish(items_of(rounds))
        catalog.edit(items_of(rounds), EDITED, RUN_EDITED)

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        course = race.item.course
        return (
            lambda: remove(SYSTEM, courses=[course], reason="Gone."),
            lambda: publish_now(Selection.of([course], all_runs=True)),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        order = publication_actions(race.item.course)
        assert [publication_actions(run) for run in race.item.runs] == [order]
        assert order in (["publish", "remove", "publish"], ["publish", "publish", "remove"])
        assert Course.objects.filter(uuid=race.item.course).exists() == (order[1] == "remove")
        return f"{order[1]} first"


class DeleteEdit(Pair):
    """A course that was never published is deleted while it, or its run, is edited or published, or gets a run."""

    name = "delete / edit, create run, publish"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        course, run = race.item.course, race.item.runs[0]
        others: list[Command] = [
            lambda: update_course(SYSTEM, course, {"title": "Edited beside"}),
            lambda: update_run(SYSTEM, run, RUN_EDITED),
            lambda: create_run(SYSTEM, course, catalog.run_changes()),
            lambda: publish_now(Selection.of(runs=[run])),
        ]
        return lambda: delete_course(SYSTEM, course), others[race.scenario(4)]

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        course = race.item.course
        gone = not Course.everything.filter(uuid=course).exists()
        assert gone == (one.error is None)
        assert gone != CourseRun.everything.filter(course__uuid=course).exists()
        if one.error is None:
            return second_refused(one, two, UnitNotFound)
        assert race.scenario(4) == 3
        return f"delete: {second_refused(two, one, Conflict)}"


class UndoPublish(Pair):
    """The second release of a course is undone while a third is published."""

    name = "undo / publish"

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        catalog.publish(items_of(rounds))
        catalog.edit(items_of(rounds), EDITED, RUN_EDITED)
        for race in rounds:
            race.notes["release"] = publish_now(Selection.of([race.item.course], all_runs=True)).release
        catalog.edit(items_of(rounds), {"title": "Third"})

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        release: Release = race.notes["release"]
        return (
            lambda: undo_release(SYSTEM, release.uuid),
            lambda: publish_now(Selection.of([race.item.course], all_runs=True)),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        official = Course.objects.get(uuid=race.item.course)
        assert (official.title, official.short_description) == ("Third", "Edited.")
        found = second_refused(two, one, Conflict)
        undone = ["undo"] if found == BOTH else []
        assert publication_actions(race.item.course) == ["publish", "publish", *undone, "publish"]
        # The run did not move in the third publication, save back from what was undone.
        assert publication_actions(race.item.runs[0]) == [
            "publish",
            "publish",
            *undone,
            *(["publish"] if undone else []),
        ]
        return "undone first" if undone else f"undo: {found}"


class RebuildPublish(Pair):
    """Official rows that drifted are repaired by one while another publishes."""

    name = "rebuild / publish"

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        catalog.publish(items_of(rounds))
        catalog.edit(items_of(rounds), EDITED)
        Course.objects.filter(uuid__in=[item.course for item in items_of(rounds)]).update(full_description="Drifted.")

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        selection = Selection.of([race.item.course], all_runs=True)
        return lambda: rebuild(SYSTEM, selection), lambda: publish_now(selection)

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        order = publication_actions(race.item.course)[1:]
        assert sorted(order) == ["publish", "rebuild"]
        last = Publication.objects.get(unit_uuid=race.item.course, number=3)
        assert (
            last.content_digest
            == Publication.objects.get(unit_uuid=race.item.course, action="publish", number__gt=1).content_digest
        )
        return f"{order[0]} first"


class PlanWrite(Pair):
    """A plan is read, without locks, while its course is edited, its run is edited, or both are published."""

    name = "plan / edit, publish"

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        catalog.publish(items_of(rounds))
        catalog.edit(items_of(rounds), EDITED, RUN_EDITED)

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        course, run = race.item.course, race.item.runs[0]
        selection = race.notes["selection"] = Selection.of([course], all_runs=True)
        race.notes["before"] = plan_publication(SYSTEM, selection).as_data()
        writes: list[Command] = [
            lambda: update_course(SYSTEM, course, {"subjects": catalog.subjects, "title": "Edited beside"}),
            lambda: update_run(SYSTEM, run, {"seats": [], "weeks_to_complete": 8}),
            lambda: publish_now(selection),
        ]
        return lambda: plan_publication(SYSTEM, selection), writes[race.scenario(3)]

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        found = one.result.as_data()
        if found == race.notes["before"]:
            return "as before the write"
        assert found == plan_publication(SYSTEM, race.notes["selection"]).as_data(), "a plan of no moment"
        return "as after the write"


PAIRS: tuple[type[Pair], ...] = (
    PublishPublish,
    FirstPublishTwice,
    PublishEdit,
    ReleaseRelease,
    RestoreEdit,
    DiscardEdit,
    UnpublishPublish,
    RemovePublish,
    DeleteEdit,
    UndoPublish,
    RebuildPublish,
    PlanWrite,
)
