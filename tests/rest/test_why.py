"""Why a course or a run is or is not visible in a place, and what would have to happen, as each reader is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from openedx_catalog_publisher.api import Selection, publish_due, remove, unpublish, update_course, update_run
from openedx_catalog_publisher.checks.drift import DriftReport, check_drift
from openedx_catalog_publisher.consumers.webhooks.subscriptions import change_subscription, subscribe
from openedx_catalog_publisher.models import (
    CourseRun,
    CourseType,
    Delivery,
    DriftCheck,
    OutboxConsumer,
    RestrictedCourseRun,
    Review,
)
from openedx_catalog_publisher.outbox.relay import relay
from openedx_catalog_publisher.outbox.repairs import prune
from openedx_catalog_publisher.platform import standalone
from openedx_catalog_publisher.platform.errors import Refused
from tests.factories import SYSTEM, publish_now, run_changes
from tests.rest.askers import askers, statuses
from tests.rest.conftest import API, Api
from tests.rest.test_budgets import statements
from tests.review.stage import Stage, draft, set_stage

pytestmark = pytest.mark.django_db

CONSUMERS = "openedx_catalog_publisher.consumers"
ALL = [
    f"{CONSUMERS}.studio.Studio",
    f"{CONSUMERS}.course_modes.CourseModes",
    f"{CONSUMERS}.course_overview.CourseOverview",
    f"{CONSUMERS}.openedx_catalog.OpenedxCatalog",
    f"{CONSUMERS}.openedx_events.OpenedxEvents",
    f"{CONSUMERS}.webhooks.Webhooks",
]
OF_CATALOG = ["draft", "official", "marketable", "learners"]
OF_PLATFORM = ["studio", "course_modes", "course_overview", "core_catalog", "event_bus"]


@pytest.fixture(autouse=True)
def consumers(settings: Any) -> Iterator[None]:
    settings.CATALOG_PUBLISHER_CONSUMERS = ALL
    settings.CATALOG_PUBLISHER_MARKETING_URL_ROOT = "https://catalog.example.org"
    settings.CATALOG_PUBLISHER_DELIVERY_ATTEMPTS = 2
    settings.CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    kept = [standalone.COURSE_MODES.rows, standalone.COURSE_OVERVIEWS.rows, standalone.STUDIO.runs]
    yield
    for rows in [*kept, standalone.CORE_CATALOG.runs, standalone.CORE_CATALOG.courses]:
        rows.clear()


@pytest.fixture
def stage() -> Stage:
    return set_stage(of_runs={"restricted_run": None})


@pytest.fixture
def live(stage: Stage) -> Stage:
    """A run that is published with its course, of which every consumer was told."""
    publish_now(Selection.of([stage.course], all_runs=True))
    relay()
    return stage


def places(stage: Stage, *, admin: bool = False, course: bool = False) -> dict[str, dict[str, Any]]:
    """Return what is answered of the run, or of the course, by place."""
    api = Api((stage.admin if admin else stage.editor).user)
    answer = api.get(f"/courses/{stage.course}/why/" if course else f"/course_runs/{draft(stage.run).key}/why/")
    assert answer.status_code == 200, answer.content
    return {place["place"]: place for place in answer.json()["places"]}


def codes(place: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in place["reasons"]]


def steps(place: dict[str, Any]) -> list[tuple[str, str]]:
    """Return who does what: the operation without where the API is, or the command."""
    return [
        (
            step["who"],
            f"{step['operation']['method']} {step['operation']['url'].split(API)[1]}"
            if step["operation"]
            else step["command"],
        )
        for step in place["steps"]
    ]


class TestWhatIsNotPublished:
    def test_it_needs_every_step_of_its_review_and_then_its_date(self, stage: Stage) -> None:
        found = places(stage)
        assert [found[name]["visible"] for name in OF_CATALOG] == [True, False, False, False]
        assert codes(found["official"]) == ["never_published", "not_submitted", "not_submitted"]
        assert steps(found["official"]) == [
            ("editors of the course", f"POST /course_runs/{stage.run}/reviews/"),
            ("legal reviewers", ""),
            ("project coordinators", ""),
            ("the scheduler", "publish_due"),
        ]
        assert found["learners"]["reasons"] == found["official"]["reasons"]
        assert found["official"]["reasons"][0] == {
            "unit": draft(stage.run).key,
            "code": "never_published",
            "message": "It was never published.",
            "since": draft(stage.run).created.isoformat().replace("+00:00", "Z"),
        }

    def test_what_must_be_filled_first_is_named_of_the_run_and_of_its_course(self, stage: Stage) -> None:
        update_run(SYSTEM, stage.run, {"min_effort": None, "go_live_date": None})
        update_course(SYSTEM, stage.course, {"outcome": None})
        official = places(stage)["official"]
        unfilled = {each["unit"]: each["message"] for each in official["reasons"] if each["code"] == "fields_missing"}
        assert unfilled.keys() == {draft(stage.run).key, draft(stage.course).key}
        assert "go_live_date" in unfilled[draft(stage.run).key]
        assert unfilled[draft(stage.course).key] == "Not filled: outcome."
        edits = [what for _, what in steps(official) if what.startswith("PATCH")]
        assert edits == [f"PATCH /course_runs/{stage.run}/", f"PATCH /courses/{stage.course}/"]

    def test_in_review_it_waits_for_whoever_decides_the_step(self, stage: Stage) -> None:
        stage.submit()
        review = stage.open_review(stage.run)
        found = places(stage)["official"]
        assert codes(found) == ["never_published", "waits_for_legal", "waits_for_legal"]
        assert found["reasons"][2]["since"] == review.step_since.isoformat().replace("+00:00", "Z")
        decide = f"POST /reviews/{review.uuid}/decide/"
        assert steps(found) == [
            ("legal reviewers", decide),
            ("project coordinators", decide),
            ("the scheduler", "publish_due"),
        ]
        stage.approve_legally()
        found = places(stage)["official"]
        assert codes(found)[-1] == "waits_for_internal"
        assert steps(found)[0] == ("project coordinators", decide)

    def test_approved_it_waits_for_its_date(self, stage: Stage) -> None:
        stage.submit()
        stage.approve()
        found = places(stage)["official"]
        assert codes(found) == ["never_published", "approved", "scheduled"]
        due = Review.objects.get(open_unit=stage.run).due
        assert [step["at"] for step in found["steps"]] == [due.isoformat().replace("+00:00", "Z")]
        assert steps(found) == [("the scheduler", f"POST /course_runs/{stage.run}/publish/")]

    def test_approved_without_a_date_it_waits_for_somebody_who_publishes_it(self) -> None:
        stage = set_stage()
        stage.submit()
        stage.approve()
        stage.schedule(None)
        found = places(stage)["official"]
        assert codes(found)[-1] == "no_date"
        assert steps(found) == [("editors of the course", f"POST /course_runs/{stage.run}/publish/")]

    def test_a_failure_to_go_live_is_told_with_its_reason_and_the_next_try(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stage.submit()
        stage.approve()
        stage.schedule(timezone.now() - timedelta(minutes=1))
        monkeypatch.setattr("openedx_catalog_publisher.review.schedule.go_live", _fail)
        publish_due(limit=1)
        found = places(stage)["official"]
        assert codes(found)[-1] == "go_live_failed"
        assert "out of the blue" in found["reasons"][-1]["message"]
        again = Review.objects.get(open_unit=stage.run).not_before
        assert found["steps"][-1]["at"] == again.isoformat().replace("+00:00", "Z")

    def test_nothing_is_at_a_consumer_for_the_same_reasons(self, stage: Stage) -> None:
        relay()
        found = places(stage)
        assert codes(found["course_modes"]) == codes(found["official"])
        assert codes(found["event_bus"]) == codes(found["official"])
        assert (found["studio"]["visible"], codes(found["studio"])) == (True, ["in_studio", "delivered"])

    def test_a_course_without_runs_needs_one(self) -> None:
        found = places(set_stage(runs=0), course=True)
        assert (found["marketable"]["visible"], codes(found["marketable"])) == (False, ["no_runs"])
        assert steps(found["marketable"]) == [("editors of the course", "POST /course_runs/")]


class TestWhatIsPublished:
    def test_it_is_visible_everywhere_and_nothing_has_to_happen(self, live: Stage) -> None:
        found = places(live)
        assert {name: found[name]["visible"] for name in [*OF_CATALOG, *OF_PLATFORM]} == {
            **dict.fromkeys([*OF_CATALOG, *OF_PLATFORM], True),
            "event_bus": False,
        }
        assert codes(found["event_bus"]) == ["not_enabled"]
        assert [place["steps"] for place in found.values()] == [[]] * 9
        course = places(live, course=True)
        assert course["learners"]["reasons"] == found["learners"]["reasons"]
        assert codes(course["official"]) == ["published"]

    def test_changes_of_its_draft_are_told_with_what_they_need(self, live: Stage) -> None:
        update_run(SYSTEM, live.run, {"title_override": "Another"})
        found = places(live)["official"]
        assert (found["visible"], codes(found)) == (True, ["published", "unpublished_changes", "not_submitted"])
        update_run(SYSTEM, live.run, {"title_override": None, "weeks_to_complete": 9})
        found = places(live)["official"]
        assert codes(found) == ["published", "unpublished_changes", "not_published_yet"]
        assert steps(found) == [("editors of the course", f"POST /course_runs/{live.run}/publish/")]

    def test_unpublished_it_is_readable_and_neither_marketable_nor_told_as_live(self, live: Stage) -> None:
        unpublish(SYSTEM, Selection.of(runs=[live.run]), reason="tests")
        relay()
        found = places(live)
        assert (found["official"]["visible"], codes(found["official"])) == (True, ["unpublished"])
        reopen = [("editors of the course", f"POST /course_runs/{live.run}/reopen/")]
        assert steps(found["official"]) == steps(found["marketable"]) == reopen
        assert (found["marketable"]["visible"], codes(found["marketable"])) == (False, ["not_published"])
        assert (found["course_overview"]["visible"], codes(found["course_overview"])) == (False, ["told_unpublished"])

    def test_removed_it_says_since_when(self, live: Stage) -> None:
        remove(SYSTEM, runs=[live.run], reason="tests")
        found = places(live)["official"]
        assert (found["visible"], codes(found)[0]) == (False, "removed")

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("columns", "place", "code", "does"),
        [
            ({"slug": None}, "marketable", "no_slug", "PATCH"),
            ({"type": None}, "marketable", "type_missing", "PATCH"),
            ({"hidden": True}, "marketable", "hidden", "PATCH"),
            ({"enrollment_start": timedelta(days=2)}, "learners", "enrollment_not_open", "PATCH"),
            ({"enrollment_end": -timedelta(days=2)}, "learners", "enrollment_over", "PATCH"),
            ({"start": None, "end": -timedelta(days=2)}, "learners", "ended", "PATCH"),
        ],
    )
    def test_what_hinders_it_is_named(
        self, live: Stage, columns: dict[str, Any], place: str, code: str, does: str
    ) -> None:
        moments = {
            name: timezone.now() + value if isinstance(value, timedelta) else value for name, value in columns.items()
        }
        CourseRun.objects.filter(uuid=live.run).update(**moments)
        found = places(live)
        assert (found[place]["visible"], codes(found[place])) == (False, [code])
        assert steps(found[place]) == [("editors of the course", f"{does} /course_runs/{live.run}/")]
        assert found["learners"]["visible"] is False
        assert found["marketable"]["visible"] is (place == "learners")

    def test_so_is_a_restriction_and_a_missing_site(self, live: Stage, settings: Any) -> None:
        RestrictedCourseRun.objects.create(
            course_run=CourseRun.objects.get(uuid=live.run), restriction_type="custom-b2c"
        )
        settings.CATALOG_PUBLISHER_MARKETING_URL_ROOT = ""
        found = places(live)["marketable"]
        assert (found["visible"], codes(found)) == (False, ["no_site", "restricted"])
        assert steps(found) == [("operators", "")]

    def test_a_course_is_seen_where_one_of_its_runs_is(self) -> None:
        stage = set_stage(runs=2, of_runs={"restricted_run": None})
        publish_now(Selection.of([stage.course], runs=[stage.run]))
        found = places(stage, course=True)["marketable"]
        assert (found["visible"], codes(found)) == (True, ["marketable", "never_published", "not_submitted"])


@pytest.mark.slow
class TestDeliveries:
    def test_what_no_relay_has_seen_waits_for_one(self, live: Stage) -> None:
        update_run(SYSTEM, live.run, {"title_override": "Another"})
        publish_now(Selection.of(runs=[live.run]))
        found = places(live)["course_modes"]
        assert (found["visible"], codes(found)) == (True, ["not_relayed"])
        assert steps(found) == [("the relay", "relay_outbox")]

    def test_failing_and_given_up_are_told_and_the_error_to_those_who_manage_it(
        self, live: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(standalone.MemoryCourseModes, "write", _refuse)
        standalone.COURSE_MODES.rows.clear()
        update_run(SYSTEM, live.run, {"title_override": "Another"})
        publish_now(Selection.of(runs=[live.run]))
        relay()
        found = places(live)["course_modes"]
        assert (found["visible"], codes(found)) == (True, ["outdated", "failing"])
        assert steps(found) == [("the relay", "POST /outbox/retry/")]
        assert "inner workings" not in str(found)
        Delivery.objects.filter(due__isnull=False).update(due=timezone.now())
        relay()
        found = places(live)["course_modes"]
        assert codes(found) == ["outdated", "given_up"]
        assert steps(found) == [("catalog administrators", "POST /outbox/replay/")]
        assert "inner workings" not in str(found)
        assert "inner workings" in places(live, admin=True)["course_modes"]["reasons"][1]["message"]

    def test_of_a_first_delivery_that_failed_nobody_knows(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(standalone.MemoryCourseModes, "write", _refuse)
        publish_now(Selection.of([stage.course], all_runs=True))
        relay()
        found = places(stage)["course_modes"]
        assert (found["visible"], codes(found)) == (None, ["failing"])

    def test_a_peer_that_is_out_of_reach_is_tried_again_at_its_time(self, live: Stage) -> None:
        update_run(SYSTEM, live.run, {"title_override": "Another"})
        publish_now(Selection.of(runs=[live.run]))
        until = timezone.now() + timedelta(minutes=5)
        OutboxConsumer.objects.filter(name="course_modes").update(resting_until=until, failures=1)
        relay()
        found = places(live)["course_modes"]
        assert codes(found) == ["outdated", "resting"]
        assert found["steps"][0]["at"] == until.isoformat().replace("+00:00", "Z")

    def test_a_delivery_whose_record_is_pruned_was_made_all_the_same(self, live: Stage) -> None:
        prune(timezone.now() + timedelta(minutes=1))
        found = places(live)["course_modes"]
        assert (found["visible"], codes(found)) == (True, ["delivered"])

    def test_what_is_older_than_the_consumer_is_caught_up_with(self, live: Stage) -> None:
        Delivery.objects.all().delete()
        OutboxConsumer.objects.filter(name="course_modes").update(since=timezone.now())
        found = places(live)["course_modes"]
        assert (found["visible"], codes(found)) == (None, ["before_consumer"])
        assert steps(found)[0][1].startswith("outbox catch_up --consumer course_modes --since 2")

    def test_a_consumer_that_is_not_switched_on_says_so(self, live: Stage, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_CONSUMERS = []
        OutboxConsumer.objects.filter(name="course_modes").delete()
        found = places(live)["course_modes"]
        assert (found["visible"], codes(found)) == (None, ["not_configured"])
        assert steps(found) == [("operators", "")]

    def test_drift_is_told_by_the_names_of_what_differs(self, live: Stage) -> None:
        assert list(check_drift(DriftReport())) == []
        assert codes(places(live)["core_catalog"]) == ["delivered", "verified"]
        for key in standalone.CORE_CATALOG.runs:
            standalone.CORE_CATALOG.runs[key] = "Other"
        standalone.STUDIO.runs.clear()
        assert len(list(check_drift(DriftReport()))) > 0
        found = places(live)
        assert (found["core_catalog"]["visible"], codes(found["core_catalog"])) == (True, ["delivered", "drift"])
        assert steps(found["core_catalog"]) == [("operators", "POST /outbox/replay/")]
        assert (found["studio"]["visible"], codes(found["studio"])) == (False, ["in_studio", "delivered", "gone"])

    def test_a_consumer_that_could_not_be_asked_is_not_verified(self, live: Stage) -> None:
        list(check_drift(DriftReport()))
        DriftCheck.objects.update(error="inner workings")
        assert codes(places(live)["course_modes"]) == ["delivered", "not_verified", "verified"]
        assert "inner workings" not in str(places(live))

    def test_a_run_that_the_platform_does_not_have_is_not_in_its_tables(self, live: Stage) -> None:
        CourseType.objects.filter(slug="verified-audit").update(slug="bootcamp-2u")
        found = places(live)
        assert {name: codes(found[name]) for name in ("course_modes", "course_overview", "core_catalog")} == {
            name: ["elsewhere"] for name in ("course_modes", "course_overview", "core_catalog")
        }


@pytest.mark.slow
class TestWebhooks:
    def test_each_is_told_of_to_those_who_manage_them_alone(self, stage: Stage) -> None:
        webhook = subscribe(SYSTEM, _webhook(name="Our site")).subscription
        subscribe(SYSTEM, _webhook(name="Courses alone", object_types=["course"]))
        publish_now(Selection.of([stage.course], all_runs=True))
        relay()
        assert "webhook" not in places(stage)
        api = Api(stage.admin.user)
        found = api.get(f"/course_runs/{stage.run}/why/").json()["places"]
        hooks = {place["label"]: place for place in found if place["place"] == "webhook"}
        # Nobody listens there: found out with the course, so nothing was sent of the run yet.
        assert (hooks["Our site"]["visible"], codes(hooks["Our site"])) == (False, ["resting"])
        assert codes(hooks["Courses alone"]) == ["not_asked_for"]
        change_subscription(SYSTEM, webhook.uuid, {"active": False})
        paused = next(place for place in api.get(f"/course_runs/{stage.run}/why/").json()["places"] if place["label"])
        assert codes(paused)[0] == "paused"
        assert steps(paused)[0] == ("catalog administrators", f"PATCH /webhooks/{webhook.uuid}/")


@pytest.mark.slow
def test_whoever_may_not_read_the_draft_is_told_nothing(stage: Stage) -> None:
    found = statuses(askers(stage.organization), "GET", f"/courses/{stage.course}/why/")
    assert found == {
        "anonymous": 401,
        "outsider": 404,
        "member": 200,
        "member elsewhere": 404,
        "staff": 200,
        "administrator": 200,
    }


@pytest.mark.slow
def test_an_answer_costs_the_same_whatever_the_number_of_runs_and_webhooks() -> None:
    small, large = set_stage(), set_stage(runs=4)
    for stage in (small, large):
        publish_now(Selection.of([stage.course], all_runs=True))
    relay()
    api, admin = Api(small.admin.user), Api(large.admin.user)
    counts = [statements(each, f"/courses/{stage.course}/why/") for each, stage in ((api, small), (admin, large))]
    assert counts[0] == counts[1] <= 30
    subscribe(SYSTEM, _webhook(name="Our site"))
    subscribe(SYSTEM, _webhook(name="Another"))
    assert statements(admin, f"/courses/{large.course}/why/") == counts[1]
    update_run(SYSTEM, large.run, run_changes(title_override="Another"))
    assert statements(admin, f"/course_runs/{large.run}/why/") <= 45


def test_nothing_is_written(stage: Stage) -> None:
    relay()
    before = [list(model.objects.values()) for model in (Delivery, OutboxConsumer, DriftCheck, Review)]
    places(stage, admin=True)
    assert before == [list(model.objects.values()) for model in (Delivery, OutboxConsumer, DriftCheck, Review)]


def _webhook(**values: Any) -> dict[str, Any]:
    return {"name": "x", "url": "http://127.0.0.1:9/hooks", "kinds": ["published", "unpublished"], **values}


def _fail(*args: Any) -> None:
    raise ValueError("out of the blue")


def _refuse(*args: Any) -> None:
    raise Refused("inner workings")
