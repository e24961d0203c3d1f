"""Derived values of courses: which run is advertised, addresses, statuses, subscriptions; and at what cost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.models import prefetch_related_objects
from pytest_django import DjangoAssertNumQueries, Settings

from openedx_catalog_publisher.api import Selection, unpublish
from openedx_catalog_publisher.models import Course, CourseRun, CourseType, OrganizationProfile
from openedx_catalog_publisher.models.derived import course as derived
from openedx_catalog_publisher.models.derived import course_run as derived_run
from tests.factories import SYSTEM, make_course, make_organization, publish_now, run_changes, seat

pytestmark = pytest.mark.django_db

NOW = datetime(2031, 6, 15, 12, 0, tzinfo=UTC)
SITE = "https://learn.example.org"

LOADED = (
    "type",
    "organization_links__organization",
    "course_runs__type",
    "course_runs__seats__type",
)


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.CATALOG_PUBLISHER_MARKETING_URL_ROOT = SITE


def run(name: str, start: str | None, end: str | None = "2032-12-31T00:00:00Z", **changes: Any) -> dict[str, Any]:
    """Return what is special about a run, whose key ends with its name."""
    return {"start": start, "end": end, "run": name, **changes}


def official_course(runs: list[dict[str, Any]], **changes: Any) -> Course:
    """Return the official row of a course that was published with these runs."""
    made = make_course(runs=[run_changes(**entry) for entry in runs], **changes)
    publish_now(Selection.of([made.course.uuid], all_runs=True))
    course: Course = Course.objects.get(uuid=made.course.uuid)
    return course


def name_of(found: CourseRun | None) -> str | None:
    """Return the last part of a run's key."""
    return None if found is None else found.key.rpartition("+")[2]


CURRENT = run("current", "2031-03-01T00:00:00Z")
CURRENT_OLDER = run("current-older", "2031-01-01T00:00:00Z")
CURRENT_UNKNOWN_START = run("current-unknown", None)
LATE = run("late", "2031-05-01T00:00:00Z", "2031-06-20T00:00:00Z")
COMING = run("coming", "2031-09-01T00:00:00Z")
COMING_LATER = run("coming-later", "2032-01-01T00:00:00Z")
COMING_FREE = run("coming-free", "2031-07-01T00:00:00Z", seats=[seat("audit", "0.00")])
ENDED = run("ended", "2030-01-01T00:00:00Z", "2030-06-01T00:00:00Z")
ENDED_OLDER = run("ended-older", "2029-01-01T00:00:00Z", "2029-06-01T00:00:00Z")
WITHOUT_SEATS = run("without-seats", "2031-06-01T00:00:00Z", seats=[])


class TestAdvertisedRun:
    @pytest.mark.parametrize(
        ("runs", "expected"),
        [
            ([CURRENT_OLDER, CURRENT, COMING, ENDED], "current"),
            ([CURRENT_UNKNOWN_START, CURRENT_OLDER], "current-older"),
            ([COMING_LATER, COMING, ENDED, LATE, COMING_FREE], "coming"),
            ([ENDED, LATE, ENDED_OLDER], "late"),
            ([ENDED_OLDER, ENDED], "ended"),
            ([ENDED, COMING_FREE], "coming-free"),
            ([CURRENT_OLDER, WITHOUT_SEATS], "current-older"),
            ([WITHOUT_SEATS], None),
            ([], None),
        ],
    )
    def test_it_is_the_best_of_the_first_tier_that_has_one(
        self, runs: list[dict[str, Any]], expected: str | None
    ) -> None:
        assert name_of(derived.advertised_course_run(official_course(runs), NOW)) == expected

    def test_a_draft_advertises_none(self) -> None:
        course = official_course([CURRENT])
        assert derived.advertised_course_run(course.draft_version, NOW) is None


class TestRuns:
    def test_active_runs_end_in_the_future_and_can_still_be_joined(self) -> None:
        course = official_course(
            [
                CURRENT,
                COMING,
                ENDED,
                run("endless", "2031-01-01T00:00:00Z", None),
                run("closed", "2031-01-01T00:00:00Z", enrollment_end="2031-06-15T12:00:00Z"),
                run("open", "2031-01-01T00:00:00Z", enrollment_end="2031-06-15T12:00:00.000001Z"),
            ]
        )
        assert [name_of(found) for found in derived.active_course_runs(course, NOW)] == ["current", "coming", "open"]

    def test_statuses_are_sorted_and_unique_and_leave_hidden_runs_out(self) -> None:
        course = official_course([CURRENT, COMING, ENDED, run("hidden", "2031-01-01T00:00:00Z", hidden=True)])
        assert derived.course_run_statuses(course, NOW) == ["published"]
        hidden = course.course_runs.get(hidden=True)
        ended = course.course_runs.get(key__endswith="+ended")
        coming = course.course_runs.get(key__endswith="+coming")
        unpublish(SYSTEM, Selection.of(runs=[hidden.uuid, ended.uuid]), reason="Over.")
        assert derived.course_run_statuses(course, NOW) == ["archived", "published"]
        unpublish(SYSTEM, Selection.of(runs=[coming.uuid]), reason="Cancelled.")
        assert derived.course_run_statuses(course, NOW) == ["archived", "published", "unpublished"]


class TestAddresses:
    def test_a_plain_slug_lies_under_course(self) -> None:
        course = Course(url_slug="data")
        assert derived.marketing_url(course) == f"{SITE}/course/data"
        assert derived.preview_url(course) == f"{SITE}/preview/course/data"

    def test_a_slug_with_slashes_is_a_path(self) -> None:
        course = Course(url_slug="learn/data/acme")
        assert derived.marketing_url(course) == f"{SITE}/learn/data/acme"
        assert derived.preview_url(course) == f"{SITE}/preview/learn/data/acme"

    def test_without_slug_or_site_there_is_none(self, settings: Settings) -> None:
        assert derived.marketing_url(Course()) is None
        assert derived.preview_url(Course()) is None
        settings.CATALOG_PUBLISHER_MARKETING_URL_ROOT = ""
        assert derived.marketing_url(Course(url_slug="data")) is None
        assert derived.preview_url(Course(url_slug="data")) is None


class TestEnterpriseSubscriptions:
    @staticmethod
    def organization(*, included: bool) -> OrganizationProfile:
        profile = make_organization()
        OrganizationProfile.objects.filter(pk=profile.pk).update(enterprise_subscription_inclusion=included)
        return profile

    @pytest.mark.parametrize(
        ("owners", "choice", "expected"),
        [
            ([True], None, True),
            ([True], True, True),
            ([True], False, False),
            ([False], None, False),
            ([False], True, False),
            ([True, False], None, False),
            ([True, True], None, True),
        ],
    )
    def test_a_course_is_in_when_all_owners_are_and_its_team_did_not_opt_out(
        self, owners: list[bool], choice: bool | None, expected: bool
    ) -> None:
        profiles = [self.organization(included=included) for included in owners]
        course = official_course(
            [CURRENT],
            authoring_organizations=profiles,
            sponsoring_organizations=[self.organization(included=False)],
            enterprise_subscription_inclusion=choice,
        )
        assert derived.is_in_enterprise_subscriptions(course) is expected
        assert course.enterprise_subscription_inclusion is choice

    def test_a_course_that_runs_outside_is_out(self) -> None:
        course = official_course([], authoring_organizations=[self.organization(included=True)])
        course.type = CourseType(slug="bootcamp-2u")
        assert derived.is_in_enterprise_subscriptions(course) is False

    def test_a_course_without_owners_is_in(self) -> None:
        course = official_course([])
        course.organization_links.all().delete()
        assert derived.is_in_enterprise_subscriptions(course) is True

    def test_a_run_is_in_with_its_course_unless_its_instructor_sets_the_pace(self) -> None:
        owner = self.organization(included=True)
        course = official_course([CURRENT], authoring_organizations=[owner])
        found = course.course_runs.get()
        assert derived.run_is_in_enterprise_subscriptions(found) is True
        found.pacing_type = CourseRun.Pacing.INSTRUCTOR
        assert derived.run_is_in_enterprise_subscriptions(found) is False


def test_nothing_is_read_when_everything_was_prefetched(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    course = official_course([CURRENT, COMING, ENDED, LATE])
    prefetch_related_objects([course], *LOADED)
    with django_assert_num_queries(0):
        derived.advertised_course_run(course, NOW)
        derived.active_course_runs(course, NOW)
        derived.course_run_statuses(course, NOW)
        derived.is_in_enterprise_subscriptions(course)
        derived.marketing_url(course)
        for found in course.course_runs.all():
            derived_run.title(found)
            derived_run.is_active(found, NOW)
            derived_run.is_marketable_external(found, NOW)
            derived_run.type_legacy(found)
            derived_run.first_enrollable_paid_seat_price(found)
            derived.run_is_in_enterprise_subscriptions(found)
