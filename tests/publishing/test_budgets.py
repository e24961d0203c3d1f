"""
What commands may cost in statements: the bounds of the design's section 10, as upper bounds that hold exactly.

Counted on MariaDB, where batches are not split; without BEGIN, COMMIT and savepoints. T is the number of tables of the
units.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openedx_catalog_publisher.api import (
    Actor,
    CourseCreated,
    Ofac,
    Selection,
    create_course,
    decide,
    publish,
    update_course,
    update_run,
)
from openedx_catalog_publisher.models import OrganizationProfile
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from tests.factories import (
    acting,
    course_changes,
    make_admin,
    make_course,
    make_level,
    make_member,
    make_organization,
    make_subject,
    run_changes,
)
from tests.review.stage import official, set_stage

pytestmark = [pytest.mark.django_db, pytest.mark.mysql]

TABLES = sum(unit.tables for unit in UNITS.values())
UNREVIEWED: dict[str, Any] = {"without_review": True, "message": "tests"}
FRAMES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


class Count:
    """How many statements a block sent."""

    statements = 0


@contextmanager
def counting() -> Iterator[Count]:
    """Count the statements of a block."""
    count = Count()
    with CaptureQueriesContext(connection) as captured:
        yield count
    count.statements = sum(not query["sql"].lstrip().upper().startswith(FRAMES) for query in captured.captured_queries)


@pytest.fixture
def organization() -> OrganizationProfile:
    return make_organization()


@pytest.fixture
def member(organization: OrganizationProfile) -> Actor:
    """A course team member: the actor whose rights cost the most statements."""
    actor = acting(make_member(organization))
    make_course(organization, actor=actor, runs=0)
    return actor


@pytest.fixture
def administrator() -> Actor:
    """Somebody who publishes without review, which is counted by itself."""
    actor = acting(make_admin())
    actor.pseudonym()
    return actor


def warm(member: Actor, organization: OrganizationProfile, runs: int = 3) -> CourseCreated:
    """Return a draft course of the member's."""
    return make_course(organization, actor=member, runs=runs)


def test_a_change_of_a_title_costs_at_most_10_statements(member: Actor, organization: OrganizationProfile) -> None:
    course = warm(member, organization).course.uuid
    with counting() as count:
        update_course(member, course, {"title": "Another"})
    assert count.statements <= 10


def test_a_change_of_twelve_fields_costs_at_most_20_statements(
    member: Actor, organization: OrganizationProfile
) -> None:
    course = warm(member, organization).course.uuid
    texts = ("title", "short_description", "full_description", "outcome", "prerequisites_raw", "syllabus_raw", "faq")
    changes: dict[str, Any] = {name: f"Another {name}" for name in texts} | {
        "additional_information": "More.",
        "url_slug": "another-slug",
        "level_type": make_level("Advanced"),
        "subjects": [make_subject()],
        "entitlement": {"mode": "verified", "price": "99.00", "currency": "USD"},
    }
    assert len(changes) == 12
    with counting() as count:
        update_course(member, course, changes)
    assert count.statements <= 20


def test_creating_a_course_with_a_run_costs_at_most_40_statements(
    member: Actor, organization: OrganizationProfile
) -> None:
    changes, run = course_changes(organization), run_changes()
    with counting() as count:
        create_course(member, number="Budget1", changes=changes, runs=[run])
    assert count.statements <= 40


def test_a_first_publication_costs_at_most_3_t_plus_10_statements(
    member: Actor, administrator: Actor, organization: OrganizationProfile
) -> None:
    made = warm(member, organization)
    with counting() as count:
        publish(administrator, Selection.of([made.course.uuid], all_runs=True), **UNREVIEWED)
    assert count.statements <= 3 * TABLES + 10


def test_a_republication_costs_at_most_2_t_plus_10_statements(
    member: Actor, administrator: Actor, organization: OrganizationProfile
) -> None:
    made = warm(member, organization)
    publish(administrator, Selection.of([made.course.uuid], all_runs=True), **UNREVIEWED)
    update_course(member, made.course.uuid, {"title": "Another"})
    for week, run in enumerate(made.runs):
        update_run(member, run.uuid, {"weeks_to_complete": 20 + week})
    with counting() as count:
        publish(administrator, Selection.of([made.course.uuid], all_runs=True), **UNREVIEWED)
    assert count.statements <= 2 * TABLES + 10


@pytest.mark.parametrize("again", [False, True], ids=["first", "again"])
def test_the_statements_of_a_release_do_not_depend_on_how_much_it_holds(
    member: Actor, administrator: Actor, organization: OrganizationProfile, again: bool
) -> None:
    small = release_of([warm(member, organization, 1)], administrator, again=again)
    large = release_of([warm(member, organization, 4) for _ in range(5)], administrator, again=again)
    assert large() == small()


def release_of(made: Sequence[CourseCreated], administrator: Actor, *, again: bool) -> Callable[[], int]:
    """Return a function that publishes courses with their runs and says how many statements it took."""
    selection = Selection.of([entry.course.uuid for entry in made], all_runs=True)

    def release() -> int:
        if again:
            publish(administrator, selection, **UNREVIEWED)
            for index, entry in enumerate(made):
                update_course(administrator, entry.course.uuid, {"title": f"Another {index}"})
        with counting() as count:
            published = publish(administrator, selection, **UNREVIEWED)
        assert len(published.publications) == len(made) + (0 if again else sum(len(entry.runs) for entry in made))
        return count.statements

    return release


@pytest.mark.parametrize("runs", [1, 3])
def test_a_whole_review_costs_at_most_120_statements_and_no_step_above_45(runs: int) -> None:
    # What the micro-frontend makes, and not something in every table, which is more than a first publication may cost.
    rare: dict[str, Any] = {"sponsoring_organizations": [], "topics": [], "collaborators": []}
    stage = set_stage(runs=runs, go_live=timedelta(days=-1), of_runs={"restricted_run": None}, **rare)
    for reviewer in (stage.legal, stage.coordinator):
        reviewer.pseudonym()
    costs = {}
    with counting() as count:
        review = stage.submit().review
    costs["submit"] = count.statements
    seen = stage.digests(stage.run)
    with counting() as count:
        decide(stage.legal, review, **seen, ofac=Ofac(has_restrictions=False))
    costs["legal"] = count.statements
    with counting() as count:
        decide(stage.coordinator, review, **seen)
    costs["internal, and live"] = count.statements
    assert official(stage.run).status == "published"
    assert max(costs.values()) <= 45, costs
    assert sum(costs.values()) <= 120, costs
