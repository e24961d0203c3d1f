"""Course modes of the LMS from the seats of published runs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.api import CourseCreated, Selection, plan_publication, unpublish, update_run
from openedx_catalog_publisher.checks.drift import DriftReport, check_drift
from openedx_catalog_publisher.consumers.course_modes import CourseModes
from openedx_catalog_publisher.models import CourseRun, Delivery, Mode, Seat, Track
from openedx_catalog_publisher.outbox.relay import relay
from openedx_catalog_publisher.platform import standalone
from openedx_catalog_publisher.publishing.price_warnings import COURSE_MODES
from tests.consumers.held import drift
from tests.consumers.state_contract import StateContract
from tests.factories import SYSTEM, make_course, make_organization, publish_now, run_changes, run_type, seat
from tests.fake_platform.models import CourseMode, CourseOverview, HistoricalCourseMode
from tests.fake_platform.modules import platform_modules

pytestmark = pytest.mark.django_db

PATH = "openedx_catalog_publisher.consumers.course_modes.CourseModes"
DEADLINE = datetime(2031, 12, 21, 23, 59, 59, 99999, tzinfo=UTC)


@pytest.fixture(autouse=True)
def lms(settings: Any) -> Iterator[None]:
    """The LMS's modules, with the consumer as the only one."""
    settings.CATALOG_PUBLISHER_CONSUMERS = [PATH]
    with platform_modules():
        yield


def a_course(*seats: dict[str, Any], known: bool = True, **run: Any) -> CourseCreated:
    """Return a draft course with one run, which the platform knows."""
    given = seats or (seat("audit", "0.00"), seat("verified", "49.00"))
    made = make_course(make_organization("AcmeX"), runs=[run_changes(seats=list(given), **run)])
    if known:
        CourseOverview.objects.create(id=CourseKey.from_string(made.runs[0].key))
    return made


def go_live(made: CourseCreated) -> None:
    """Publish a course with its run."""
    publish_now(Selection.of(courses=[made.course.uuid], all_runs=True))


def modes() -> list[tuple[Any, ...]]:
    """Return the modes of the LMS."""
    rows = CourseMode.objects.order_by("mode_slug", "currency")
    return [(row.mode_slug, row.min_price, row.currency, row.expiration_datetime) for row in rows]


class TestWhatIsWritten:
    def test_each_seat_of_a_track_is_a_mode_with_price_and_deadline(self) -> None:
        go_live(a_course())
        assert relay().delivered == 2
        assert modes() == [("audit", 0, "usd", None), ("verified", 49, "usd", DEADLINE)]
        verified = CourseMode.objects.get(mode_slug="verified")
        assert (verified.mode_display_name, verified.expiration_datetime_is_explicit) == ("Verified", True)

    def test_an_own_deadline_of_a_seat_is_the_modes(self) -> None:
        go_live(a_course(seat("verified", upgrade_deadline_override="2031-06-01T12:00:00Z")))
        relay()
        assert modes() == [("verified", 49, "usd", datetime(2031, 6, 1, 12, tzinfo=UTC))]

    def test_cents_are_cut_off(self) -> None:
        go_live(a_course(seat("verified", "49.99")))
        relay()
        assert modes() == [("verified", 49, "usd", DEADLINE)]

    def test_a_track_that_nothing_sells_is_a_mode_without_a_price(self) -> None:
        masters = Mode.objects.create(slug="masters", name="Masters")
        run_type().tracks.add(Track.objects.create(mode=masters))
        go_live(a_course())
        relay()
        assert ("masters", 0, "usd", None) in modes()

    def test_a_professional_mode_has_no_deadline_since_the_lms_refuses_one(self) -> None:
        made = make_course(
            make_organization("AcmeX"),
            type="46f94440-e0d8-45ec-b16d-f18c3dea2b0a",
            entitlement=None,
            runs=[
                run_changes(
                    type=str(run_type("professional").uuid),
                    seats=[seat("professional", "99.00", upgrade_deadline_override="2031-06-01T12:00:00Z")],
                )
            ],
        )
        CourseOverview.objects.create(id=CourseKey.from_string(made.runs[0].key))
        go_live(made)
        relay()
        assert modes() == [("professional", 99, "usd", None)]

    def test_seats_in_two_currencies_are_two_modes_and_of_two_providers_one(self) -> None:
        go_live(
            a_course(
                seat("verified", "49.00"),
                seat("verified", "45.00", currency="EUR"),
                seat("verified", "39.00", credit_provider="other"),
            )
        )
        relay()
        assert [row[:3] for row in modes()] == [("verified", 45, "eur"), ("verified", 49, "usd")]

    def test_a_sku_is_brought_across_and_none_leaves_what_is_there(self) -> None:
        made = a_course()
        go_live(made)
        Seat.objects.filter(course_run__draft=False, type__slug="verified").update(sku="SKU1")
        relay()
        assert CourseMode.objects.get(mode_slug="verified").sku == "SKU1"
        Seat.objects.all().update(sku=None)
        update_run(SYSTEM, made.runs[0].uuid, changes={"seats": [seat("audit", "0"), seat("verified", "59.00")]})
        go_live(made)
        relay()
        assert CourseMode.objects.get(mode_slug="verified").sku == "SKU1"
        assert CourseMode.objects.get(mode_slug="verified").min_price == 59


class TestWhatIsLeftAlone:
    def test_a_mode_that_the_catalog_never_had_stays_open(self) -> None:
        made = a_course()
        key = CourseKey.from_string(made.runs[0].key)
        CourseMode(course_id=key, mode_slug="honor", mode_display_name="Honour of old").save()
        go_live(made)
        relay()
        assert ("honor", 0, "usd", None) in modes()

    def test_the_display_name_of_an_existing_mode_stays(self) -> None:
        made = a_course()
        key = CourseKey.from_string(made.runs[0].key)
        CourseMode(course_id=key, mode_slug="verified", mode_display_name="With diploma", min_price=1).save()
        go_live(made)
        relay()
        verified = CourseMode.objects.get(mode_slug="verified")
        assert (verified.mode_display_name, verified.min_price) == ("With diploma", 49)

    def test_a_mode_that_the_catalog_has_no_more_is_closed_and_not_deleted(self) -> None:
        made = a_course()
        go_live(made)
        relay()
        update_run(SYSTEM, made.runs[0].uuid, changes={"seats": [seat("audit", "0.00")]})
        before = datetime.now(UTC)
        go_live(made)
        relay()
        (audit, verified) = modes()
        assert audit == ("audit", 0, "usd", None)
        assert verified[:3] == ("verified", 49, "usd")
        assert before <= verified[3] <= datetime.now(UTC)

    def test_a_professional_mode_that_is_gone_is_told_since_the_lms_cannot_close_it(self) -> None:
        made = a_course()
        key = CourseKey.from_string(made.runs[0].key)
        run_type().tracks.add(Track.objects.get(mode__slug="professional"))
        update_run(SYSTEM, made.runs[0].uuid, changes={"seats": [seat("professional", "99.00")]})
        go_live(made)
        relay()
        assert CourseMode.objects.filter(course_id=key, mode_slug="professional").exists()
        update_run(SYSTEM, made.runs[0].uuid, changes={"seats": [seat("audit", "0.00")]})
        go_live(made)
        assert relay().failed == 1
        assert "cannot close it. Delete it in the LMS's admin" in Delivery.objects.get(state="pending").last_error

    def test_modes_of_a_run_that_was_taken_back_stay(self) -> None:
        made = a_course()
        go_live(made)
        unpublish(SYSTEM, Selection.of(runs=[made.runs[0].uuid]), reason="tests")
        relay()
        assert modes() == []
        assert drift(CourseModes(), made.runs[0].uuid) is None

    def test_nothing_is_written_when_nothing_differs(self) -> None:
        made = a_course()
        go_live(made)
        relay()
        count = HistoricalCourseMode.objects.count()
        update_run(SYSTEM, made.runs[0].uuid, changes={"title_override": "Another title"})
        go_live(made)
        relay()
        assert HistoricalCourseMode.objects.count() == count == 2

    def test_a_run_without_a_type_or_outside_of_the_platform_has_no_modes(self) -> None:
        go_live(a_course(type=None))
        run = CourseRun.objects.get()
        CourseRun.everything.filter(draft=False).update(type=run_type())
        kind = run.course.type
        kind.slug = "bootcamp-2u"
        type(kind).objects.filter(pk=kind.pk).update(slug="bootcamp-2u")
        assert relay().failed == 0
        assert modes() == []


class TestFailures:
    def test_a_run_that_is_not_in_the_platform_yet_is_tried_again(self) -> None:
        made = a_course(known=False)
        go_live(made)
        assert relay().failed == 1
        assert "is not in the platform" in Delivery.objects.get(state="pending").last_error

    def test_what_the_lms_refuses_is_told_and_nothing_of_it_is_written(self) -> None:
        go_live(a_course(seat("audit", "0.00"), seat("verified", "0.50")))
        assert relay().failed == 1
        assert "minimum price of 1" in Delivery.objects.get(state="pending").last_error
        assert modes() == []


class TestPlan:
    def plan(self, made: CourseCreated) -> list[str]:
        """Return the warnings of the plan for the run."""
        plan = plan_publication(SYSTEM, Selection.of(courses=[made.course.uuid], all_runs=True))
        return [f"{remark.code}: {remark.message}" for unit in plan.units for remark in unit.warnings]

    def test_cents_are_a_warning_of_the_plan(self) -> None:
        made = a_course(seat("audit", "0.00"), seat("verified", "49.50"), seat("verified", "45.00", currency="EUR"))
        (warning,) = self.plan(made)
        assert warning == (
            "price_with_cents: The LMS keeps whole prices, so cents are cut off there: 49.50 USD. Choose whole prices, "
            "or sell where cents count."
        )

    def test_there_is_none_for_whole_prices_or_where_prices_are_not_brought_to_the_lms(self, settings: Any) -> None:
        assert self.plan(a_course()) == []
        settings.CATALOG_PUBLISHER_CONSUMERS = []
        assert self.plan(a_course(seat("verified", "49.50"))) == []

    def test_the_plan_knows_the_consumer_by_the_name_that_it_has(self) -> None:
        assert COURSE_MODES == PATH


class TestDrift:
    def test_it_is_told_mode_by_mode_and_gone_when_it_was_delivered_again(self) -> None:
        made = a_course()
        go_live(made)
        consumer, unit = CourseModes(), made.runs[0].uuid
        wanted = {"price": 49, "deadline": DEADLINE.isoformat(), "sku": None, "bulk_sku": None}
        assert drift(consumer, unit) == {
            "audit/usd": ({"price": 0, "deadline": None, "sku": None, "bulk_sku": None}, None),
            "verified/usd": (wanted, None),
        }
        relay()
        assert drift(consumer, unit) == {}
        CourseMode.objects.filter(mode_slug="verified").update(min_price=5, _expiration_datetime=None, sku="S")
        held = {"price": 5, "deadline": None, "sku": "S", "bulk_sku": None}
        assert drift(consumer, unit) == {"verified/usd": (wanted | {"sku": "S"}, held)}
        assert drift(consumer, made.course.uuid) is None

    def test_the_drift_check_finds_it_and_sends_again_what_mends_it(self) -> None:
        made = a_course()
        go_live(made)
        relay()
        CourseMode.objects.filter(mode_slug="verified").update(min_price=5)
        (found,) = check_drift(DriftReport(), repair=True)
        assert (found.consumer, found.unit, found.sent_again) == ("course_modes", made.runs[0].uuid, True)
        relay()
        assert list(check_drift(DriftReport())) == []
        assert CourseMode.objects.get(mode_slug="verified").min_price == 49


class TestContract(StateContract):
    path = PATH

    def steps(self) -> Sequence[Callable[[], Any]]:
        made = a_course()
        publish_now(Selection.of(courses=[made.course.uuid]))
        run = made.runs[0].uuid

        def price(amount: str) -> None:
            update_run(SYSTEM, run, changes={"seats": [seat("audit", "0.00"), seat("verified", amount)]})
            publish_now(Selection.of(runs=[run]))

        return [lambda: price("50.00"), lambda: price("60.00")]

    def state(self) -> Any:
        return modes()

    def wanted(self) -> Any:
        price = Seat.objects.get(course_run__draft=False, type__slug="verified").price
        return [("audit", 0, "usd", None), ("verified", int(price), "usd", DEADLINE)]

    def effects(self) -> list[Hashable]:
        return list(HistoricalCourseMode.objects.values_list("told", flat=True))

    def writes_of_the_last_state(self) -> list[Hashable]:
        return ["audit 0 usd None", f"verified 60 usd {DEADLINE}"]

    @contextmanager
    def failing(self, error: BaseException, *, after: bool) -> Iterator[None]:
        save, failures = CourseMode.save, [error]

        def fail_once(mode: Any, *args: Any, **kwargs: Any) -> None:
            if failures and not after:
                raise failures.pop()
            save(mode, *args, **kwargs)
            if failures:
                raise failures.pop()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(CourseMode, "save", fail_once)
            yield


def test_without_a_platform_modes_are_kept_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The standalone project has no LMS; the same consumer runs there."""
    memory = standalone.MemoryCourseModes()
    monkeypatch.setattr("openedx_catalog_publisher.platform.backends.in_platform", lambda: False)
    monkeypatch.setattr(standalone, "COURSE_MODES", memory)
    made = a_course(known=False)
    go_live(made)
    relay()
    (rows,) = memory.rows.values()
    assert [(slug, row.min_price) for (slug, _), row in rows.items()] == [("audit", 0), ("verified", 49)]
