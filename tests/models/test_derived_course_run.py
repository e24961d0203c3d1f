"""Derived values of runs and seats: at their boundaries, and with real seats."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from openedx_catalog_publisher.api import Selection
from openedx_catalog_publisher.models import Course, CourseRun, CourseRunType, CourseType, Seat, SeatType
from openedx_catalog_publisher.models.derived import course_run as derived
from openedx_catalog_publisher.models.derived.course_run import Availability
from openedx_catalog_publisher.models.derived.seat import upgrade_deadline
from tests.factories import make_course, publish_now, run_changes, run_type, seat

NOW = datetime(2031, 6, 15, 12, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
SITE = "https://learn.example.org"

instants = st.integers(min_value=0, max_value=365 * 24 * 3600).map(
    lambda seconds: datetime(2031, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
moments = st.none() | instants


def official_run(**changes: Any) -> CourseRun:
    """Return the official row of a run that was made with this content and published with its course."""
    made = make_course(runs=[run_changes(**changes)])
    publish_now(Selection.of([made.course.uuid], all_runs=True))
    run: CourseRun = CourseRun.objects.get(uuid=made.runs[0].uuid)
    return run


def seat_of(end: datetime | None, slug: str = "verified", override: datetime | None = None) -> Seat:
    """Return a seat that is stored nowhere."""
    return Seat(course_run=CourseRun(end=end), type=SeatType(slug=slug), upgrade_deadline_override=override)


class TestOverridesFallBackToTheCourse:
    @pytest.mark.parametrize(
        ("function", "column", "override"),
        [
            (derived.title, "title", "title_override"),
            (derived.short_description, "short_description", "short_description_override"),
            (derived.full_description, "full_description", "full_description_override"),
            (derived.outcome, "outcome", "outcome_override"),
        ],
    )
    def test_the_override_wins_and_an_empty_one_does_not(self, function: Any, column: str, override: str) -> None:
        course = Course(**{column: "Kurs 数据"})
        assert function(CourseRun(course=course, **{override: "Own"})) == "Own"
        assert function(CourseRun(course=course, **{override: ""})) == "Kurs 数据"
        assert function(CourseRun(course=course)) == "Kurs 数据"
        assert function(CourseRun(course=Course())) is None


class TestAvailability:
    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            (None, None, Availability.UPCOMING),
            (None, NOW - TICK, Availability.ARCHIVED),
            (NOW, None, Availability.CURRENT),
            (NOW, NOW, Availability.CURRENT),
            (NOW - TICK, NOW - TICK, Availability.ARCHIVED),
            (NOW + TICK, None, Availability.STARTING_SOON),
            (NOW + timedelta(days=60) - TICK, None, Availability.STARTING_SOON),
            (NOW + timedelta(days=60), None, Availability.UPCOMING),
        ],
    )
    def test_each_boundary_lies_where_discovery_has_it(
        self, start: datetime | None, end: datetime | None, expected: Availability
    ) -> None:
        assert derived.availability(CourseRun(start=start, end=end), NOW) is expected

    @given(start=moments, end=moments, now=instants)
    def test_a_run_is_archived_exactly_when_it_has_ended(
        self, start: datetime | None, end: datetime | None, now: datetime
    ) -> None:
        run = CourseRun(start=start, end=end)
        assert (derived.availability(run, now) is Availability.ARCHIVED) == derived.has_ended(run, now)


class TestEnrolment:
    @pytest.mark.parametrize(
        ("opens", "closes", "expected"),
        [
            (None, None, True),
            (NOW, NOW, True),
            (NOW + TICK, None, False),
            (None, NOW - TICK, False),
        ],
    )
    def test_the_window_includes_both_of_its_ends(
        self, opens: datetime | None, closes: datetime | None, expected: bool
    ) -> None:
        assert derived.is_enrollable(CourseRun(enrollment_start=opens, enrollment_end=closes), NOW) is expected

    def test_the_end_of_the_run_does_not_close_enrolment(self) -> None:
        assert derived.is_enrollable(CourseRun(end=NOW - timedelta(days=300)), NOW) is True

    @given(end=moments, enrollment_end=moments)
    def test_the_deadline_is_the_earlier_of_what_is_set(
        self, end: datetime | None, enrollment_end: datetime | None
    ) -> None:
        given_dates = [moment for moment in (end, enrollment_end) if moment]
        deadline = derived.enrollment_deadline(CourseRun(end=end, enrollment_end=enrollment_end))
        assert deadline == (sorted(given_dates)[0] if given_dates else None)


class TestCurrent:
    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            (None, None, True),
            (NOW, None, False),
            (NOW - TICK, None, True),
            (None, NOW + timedelta(days=14), True),
            (None, datetime(2031, 6, 29, 0, 0, tzinfo=UTC), True),
            (None, datetime(2031, 6, 28, 23, 59, 59, tzinfo=UTC), False),
        ],
    )
    def test_current_means_begun_and_fourteen_days_before_the_last(
        self, start: datetime | None, end: datetime | None, expected: bool
    ) -> None:
        assert derived.is_current(CourseRun(start=start, end=end), NOW) is expected

    def test_days_are_those_of_utc(self) -> None:
        east = timezone(timedelta(hours=14))
        run = CourseRun(end=datetime(2031, 6, 29, 13, 0, tzinfo=east))
        assert derived.is_current(run, NOW) is False


class TestEstimatedHours:
    @pytest.mark.parametrize(
        ("least", "most", "weeks", "expected"),
        [(1, 4, 6, 15.0), (None, 4, 6, 12.0), (3, None, 2, 3.0), (None, None, 6, 0.0), (1, 4, None, 0.0)],
    )
    def test_hours_are_the_mean_effort_times_the_weeks(
        self, least: int | None, most: int | None, weeks: int | None, expected: float
    ) -> None:
        run = CourseRun(min_effort=least, max_effort=most, weeks_to_complete=weeks)
        assert derived.estimated_hours(run) == expected


class TestUpgradeDeadline:
    def test_a_verified_seat_closes_ten_days_before_the_end_at_the_end_of_that_day(self) -> None:
        deadline = upgrade_deadline(seat_of(datetime(2031, 3, 5, 0, 0, tzinfo=UTC)))
        assert deadline == datetime(2031, 2, 23, 23, 59, 59, 99999, tzinfo=UTC)

    def test_the_setting_moves_it(self, settings: Settings) -> None:
        settings.CATALOG_PUBLISHER_UPGRADE_DEADLINE_DAYS = 0
        deadline = upgrade_deadline(seat_of(datetime(2031, 3, 5, 7, 30, tzinfo=UTC)))
        assert deadline == datetime(2031, 3, 5, 23, 59, 59, 99999, tzinfo=UTC)

    def test_a_wrong_setting_is_named_and_not_guessed_at(self, settings: Settings) -> None:
        settings.CATALOG_PUBLISHER_UPGRADE_DEADLINE_DAYS = "10"
        with pytest.raises(ImproperlyConfigured, match="UPGRADE_DEADLINE_DAYS"):
            upgrade_deadline(seat_of(NOW))

    @pytest.mark.parametrize("slug", ["verified", "audit", "credit"])
    def test_an_override_wins_for_every_type(self, slug: str) -> None:
        assert upgrade_deadline(seat_of(NOW, slug, override=NOW + TICK)) == NOW + TICK

    @pytest.mark.parametrize("slug", ["audit", "credit", "professional", "honor"])
    def test_other_types_have_none_of_their_own(self, slug: str) -> None:
        assert upgrade_deadline(seat_of(NOW, slug)) is None

    def test_a_run_without_end_has_none(self) -> None:
        assert upgrade_deadline(seat_of(None)) is None


@pytest.mark.django_db
class TestPaidSeats:
    def test_the_price_is_that_of_the_earliest_deadline_with_its_cents(self) -> None:
        run = official_run(
            seats=[
                seat("audit", "0.00"),
                seat("verified", "49.95"),
                seat("professional", "99.50", upgrade_deadline_override="2031-01-01T00:00:00Z"),
                seat("credit", "1.00", upgrade_deadline_override="2030-01-01T00:00:00Z", credit_provider="uni"),
            ]
        )
        assert derived.first_enrollable_paid_seat_price(run) == Decimal("99.50")

    def test_a_seat_without_deadline_comes_last(self) -> None:
        run = official_run(seats=[seat("professional", "99.00"), seat("verified", "49.00")])
        assert derived.first_enrollable_paid_seat_price(run) == Decimal("49.00")

    def test_free_and_credit_seats_have_no_price_to_show(self) -> None:
        run = official_run(seats=[seat("audit", "0.00"), seat("credit", "10.00", credit_provider="uni")])
        assert derived.first_enrollable_paid_seat_price(run) is None
        assert derived.paid_seat_enrollment_end(run) is None
        assert derived.is_upgradeable(run, NOW) is False

    def test_paying_ends_with_the_latest_deadline_or_with_enrolment(self) -> None:
        run = official_run(end="2031-12-31T00:00:00Z")
        deadline = datetime(2031, 12, 21, 23, 59, 59, 99999, tzinfo=UTC)
        assert derived.paid_seat_enrollment_end(run) == deadline
        assert derived.is_upgradeable(run, deadline - TICK) is True
        assert derived.is_upgradeable(run, deadline) is False
        earlier = official_run(end="2031-12-31T00:00:00Z", enrollment_end="2031-08-01T00:00:00Z")
        assert derived.paid_seat_enrollment_end(earlier) == datetime(2031, 8, 1, tzinfo=UTC)

    def test_a_run_whose_deadline_nobody_knows_is_not_upgradeable(self) -> None:
        run = official_run(end=None, seats=[seat("verified", "49.00")])
        assert derived.paid_seat_enrollment_end(run) is None
        assert derived.is_upgradeable(run, NOW) is False

    @pytest.mark.parametrize(
        ("slugs", "expected"),
        [
            (["audit", "verified", "credit"], "credit"),
            (["audit", "verified"], "verified"),
            (["verified", "professional"], "professional"),
            (["honor", "audit"], "honor"),
            (["audit"], "audit"),
            ([], None),
        ],
    )
    def test_the_legacy_type_is_the_first_of_discoverys_order(self, slugs: list[str], expected: str | None) -> None:
        assert derived.type_legacy(official_run(seats=[seat(slug, "5.00") for slug in slugs])) == expected


@pytest.mark.django_db
class TestMarketable:
    @pytest.fixture(autouse=True)
    def _site(self, settings: Settings) -> None:
        settings.CATALOG_PUBLISHER_MARKETING_URL_ROOT = SITE

    def test_a_published_run_with_seats_and_a_page_is(self) -> None:
        run = official_run()
        assert derived.marketing_url(run) == f"{SITE}/course/{run.slug}"
        assert derived.is_marketable(run) is True
        assert derived.is_active(run, NOW) is True

    def test_its_draft_has_the_page_and_is_not(self) -> None:
        draft = CourseRun.drafts.get(uuid=official_run().uuid)
        assert derived.marketing_url(draft) == f"{SITE}/course/{draft.slug}"
        assert derived.could_be_marketable(draft) is False
        assert derived.is_marketable(draft) is False

    def test_without_seats_it_is_not(self) -> None:
        assert derived.is_marketable(official_run(seats=[])) is False

    def test_without_a_site_it_has_no_page_and_is_not(self, settings: Settings) -> None:
        settings.CATALOG_PUBLISHER_MARKETING_URL_ROOT = ""
        run = official_run()
        assert derived.marketing_url(run) is None
        assert derived.is_marketable(run) is False

    def test_a_type_that_is_not_marketed_hides_the_page(self) -> None:
        run = official_run(type=str(CourseRunType.objects.get(slug="empty").uuid))
        assert derived.could_be_marketable(run) is False
        assert derived.marketing_url(run) is None

    def test_without_a_type_it_is_not(self) -> None:
        run = official_run(type=None)
        assert derived.could_be_marketable(run) is False
        assert derived.marketing_url(run) is None

    def test_an_unpublished_run_is_not(self) -> None:
        run = official_run()
        run.status = "unpublished"
        assert derived.is_marketable(run) is False

    def test_a_key_with_slashes_never_is(self) -> None:
        run = CourseRun(draft=False, key="MITx/6.00/2013", type=run_type())
        assert derived.could_be_marketable(run) is False

    def test_active_ends_with_the_run_and_with_enrolment(self) -> None:
        run = official_run(end="2031-12-31T00:00:00Z")
        assert derived.is_active(run, datetime(2031, 12, 31, tzinfo=UTC)) is True
        assert derived.is_active(run, datetime(2031, 12, 31, tzinfo=UTC) + TICK) is False
        run.enrollment_end = NOW - TICK
        assert derived.is_active(run, NOW) is False

    @pytest.mark.parametrize(
        ("slug", "status", "start", "go_live", "expected"),
        [
            ("executive-education-2u", "reviewed", NOW + TICK, NOW + TICK, True),
            ("executive-education-2u", "reviewed", NOW, NOW + TICK, False),
            ("executive-education-2u", "reviewed", NOW + TICK, NOW, False),
            ("executive-education-2u", "reviewed", None, NOW + TICK, False),
            ("executive-education-2u", "reviewed", NOW + TICK, None, False),
            ("executive-education-2u", "unpublished", NOW + TICK, NOW + TICK, False),
            ("bootcamp-2u", "reviewed", NOW + TICK, NOW + TICK, False),
        ],
    )
    def test_sites_outside_also_show_executive_education_to_come(
        self, slug: str, status: str, start: datetime | None, go_live: datetime | None, expected: bool
    ) -> None:
        course = Course(type=CourseType(slug=slug))
        run = CourseRun(course=course, draft=False, status=status, start=start, go_live_date=go_live)
        assert derived.is_marketable_external(run, NOW) is expected

    def test_sites_outside_show_whatever_is_marketable(self) -> None:
        assert derived.is_marketable_external(official_run(), NOW) is True
