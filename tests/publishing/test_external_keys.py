"""External keys that pass from one run to another, though no two runs of a course have one at any moment."""

from __future__ import annotations

import uuid

import pytest

from openedx_catalog_publisher.api import (
    Conflict,
    CourseCreated,
    Selection,
    plan_publication,
    update_run,
)
from openedx_catalog_publisher.models import (
    CourseRun,
)
from tests.factories import SYSTEM, publish_now
from tests.row_counts import row_counts

pytestmark = pytest.mark.django_db

NOWHERE = uuid.UUID(int=5)


# Keys that move between runs


@pytest.mark.parametrize("giver", [0, 1])
def test_an_external_key_that_moves_from_one_run_to_another_is_published_in_one_go(
    giver: int, made: CourseCreated
) -> None:
    runs = [run.uuid for run in made.runs]
    source, target = runs[giver], runs[1 - giver]
    update_run(SYSTEM, source, {"external_key": "E-1"})
    publish_now(Selection.of([made.course.uuid], all_runs=True))
    update_run(SYSTEM, source, {"external_key": None})
    update_run(SYSTEM, target, {"external_key": "E-1"})
    publish_now(Selection.of(runs=runs))
    assert dict(CourseRun.objects.values_list("uuid", "external_key")) == {source: None, target: "E-1"}


def test_two_runs_that_exchange_their_external_keys_are_published_in_one_go(made: CourseCreated) -> None:
    first, second = (run.uuid for run in made.runs)
    update_run(SYSTEM, first, {"external_key": "A"})
    update_run(SYSTEM, second, {"external_key": "B"})
    publish_now(Selection.of([made.course.uuid], all_runs=True))
    update_run(SYSTEM, first, {"external_key": None})
    update_run(SYSTEM, second, {"external_key": "A"})
    update_run(SYSTEM, first, {"external_key": "B"})
    publish_now(Selection.of(runs=[first, second]))
    assert dict(CourseRun.objects.values_list("uuid", "external_key")) == {first: "B", second: "A"}


def test_an_external_key_that_a_run_gives_up_is_published_with_a_run_that_is_official_for_the_first_time(
    made: CourseCreated,
) -> None:
    first, second = (run.uuid for run in made.runs)
    update_run(SYSTEM, first, {"external_key": "A"})
    publish_now(Selection.of(runs=[first]))
    update_run(SYSTEM, first, {"external_key": None})
    update_run(SYSTEM, second, {"external_key": "A"})
    publish_now(Selection.of(runs=[first, second]))
    assert dict(CourseRun.objects.values_list("uuid", "external_key")) == {first: None, second: "A"}


def test_a_key_that_is_still_official_of_another_run_is_a_problem_of_the_plan_and_refused(live: CourseCreated) -> None:
    giver, taker = (run.uuid for run in live.runs)
    update_run(SYSTEM, giver, {"external_key": "E-1"})
    publish_now(Selection.of(runs=[giver]))
    update_run(SYSTEM, giver, {"external_key": None})
    update_run(SYSTEM, taker, {"external_key": "E-1"})

    plan = plan_publication(SYSTEM, Selection.of(runs=[taker]))

    assert [remark.code for _, remark in plan.problems] == ["external_key_taken"]
    before = row_counts()
    with pytest.raises(Conflict, match="Publish both runs together"):
        publish_now(Selection.of(runs=[taker]))
    assert row_counts() == before
    assert plan_publication(SYSTEM, Selection.of(runs=[giver, taker])).problems == ()
    assert len(publish_now(Selection.of(runs=[giver, taker])).publications) == 2
