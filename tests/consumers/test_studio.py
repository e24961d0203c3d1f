"""Course runs in Studio: made when a team begins one, kept in step, and what is told of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from demo.stand_in_studio import COURSE_RUNS, StandIn, serving
from openedx_catalog_publisher.api import (
    Actor,
    Conflict,
    CourseCreated,
    Selection,
    add_editor,
    create_run,
    delete_run,
    stored_image,
    update_course,
    update_run,
)
from openedx_catalog_publisher.checks.drift import DriftReport, check_drift
from openedx_catalog_publisher.consumers.studio import Studio
from openedx_catalog_publisher.consumers.studio.consumer import DATES_MISSING
from openedx_catalog_publisher.models import Course, CourseRun, CourseType, Delivery, OutboxConsumer, WriteSource
from openedx_catalog_publisher.outbox.consumers import Service
from openedx_catalog_publisher.outbox.relay import relay
from openedx_catalog_publisher.outbox.repairs import retry
from openedx_catalog_publisher.platform import backends
from openedx_catalog_publisher.platform.http.studio import HttpStudio
from tests.consumers.held import drift
from tests.consumers.state_contract import StateContract
from tests.editing.pictures import picture
from tests.factories import SYSTEM, acting, make_course, make_member, make_organization, publish_now, run_changes
from tests.fake_platform.modules import platform_modules
from tests.outbox.recording import pass_time
from tests.row_counts import row_counts

pytestmark = pytest.mark.django_db

PATH = "openedx_catalog_publisher.consumers.studio.Studio"
IMPORT = Actor.system("tests", WriteSource.IMPORT)


@pytest.fixture(autouse=True)
def studio(settings: Any) -> Iterator[StandIn]:
    """A stand-in for Studio, with the consumer as the only one."""
    stand_in = StandIn(seconds=1.5)
    with serving(stand_in) as address:
        settings.CATALOG_PUBLISHER_CONSUMERS = [PATH]
        settings.CATALOG_PUBLISHER_STUDIO_API_ROOT = settings.CATALOG_PUBLISHER_OAUTH_ROOT = address
        settings.CATALOG_PUBLISHER_OAUTH_CLIENT_ID = stand_in.client_id
        settings.CATALOG_PUBLISHER_OAUTH_CLIENT_SECRET = stand_in.client_secret
        settings.CATALOG_PUBLISHER_STUDIO_SECONDS = 1
        yield stand_in


NOBODY = "http://127.0.0.1:9"
"""Where nobody listens."""


class Clock:
    """The clock of this process, which can be moved on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ahead = timedelta()
        now = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: now() + self._ahead)

    def move(self, **by: float) -> None:
        """Move it on."""
        self._ahead += timedelta(**by)


def a_course(runs: int = 1, **run: Any) -> CourseCreated:
    """Return a draft course with runs, begun by an editor."""
    organization = make_organization("AcmeX")
    editor = acting(make_member(organization, "ann"))
    given = [run_changes(**run) for _ in range(runs)]
    return make_course(organization, actor=editor, number="N1", title="Data", runs=given)


def known(run: uuid.UUID, *, draft: bool = True) -> tuple[str, str]:
    """Return what is known of a run in Studio, with the reason."""
    row = CourseRun.everything.get(uuid=run, draft=draft)
    return row.studio_state, row.studio_error


def writes(studio: StandIn) -> list[tuple[str, str]]:
    """Return the requests that change something."""
    return [(method, path.removeprefix(COURSE_RUNS)) for method, path in studio.requests if method != "GET"]


class TestMaking:
    def test_a_run_that_a_team_begins_is_made_with_its_title_dates_pacing_and_team(self, studio: StandIn) -> None:
        made = a_course()
        assert known(made.runs[0].uuid) == ("pending", "")
        relay()

        (run,) = studio.runs.values()
        assert run["id"] == made.runs[0].key
        assert (run["title"], run["pacing_type"]) == ("Data", "self_paced")
        assert (run["schedule"]["start"], run["schedule"]["end"]) == ("2031-02-01T00:00:00Z", "2031-12-31T00:00:00Z")
        assert run["team"] == [{"user": "ann", "role": "instructor"}]
        assert known(made.runs[0].uuid) == ("done", "")

    def test_the_next_run_of_a_course_is_a_copy_of_its_canonical_one(self, studio: StandIn) -> None:
        made = a_course(runs=2)
        relay()
        first, second = made.runs[0].key, made.runs[1].key
        assert writes(studio) == [("POST", ""), ("POST", f"{first}/rerun/")]
        assert list(studio.runs) == [first, second]

    def test_without_the_canonical_run_in_studio_the_next_one_is_made_empty(self, studio: StandIn) -> None:
        made = a_course()
        relay()
        studio.runs.clear()
        studio.requests.clear()
        create_run(SYSTEM, made.course.uuid, run_changes())
        relay()
        assert writes(studio) == [("POST", "")]

    def test_the_picture_of_the_course_is_sent_with_it(self, studio: StandIn) -> None:
        made = make_course(make_organization("AcmeX"), image=stored(), runs=1)
        relay()
        assert studio.pictures == {made.runs[0].key: content_of(made)}

    def test_a_picture_that_studio_does_not_take_keeps_nothing_back(self, studio: StandIn) -> None:
        made = make_course(make_organization("AcmeX"), image=stored("GIF"), runs=1)
        relay()
        assert studio.pictures == {}
        assert known(made.runs[0].uuid) == ("done", "")

    def test_a_run_without_an_end_waits_for_it_and_says_so(self, studio: StandIn) -> None:
        made = a_course(end=None)
        assert relay().failed == 0
        assert studio.runs == {}
        assert known(made.runs[0].uuid) == ("failed", DATES_MISSING)
        update_run(SYSTEM, made.runs[0].uuid, {"end": "2031-11-30T00:00:00Z"})
        relay()
        assert studio.runs[made.runs[0].key]["schedule"]["end"] == "2031-11-30T00:00:00Z"
        assert known(made.runs[0].uuid) == ("done", "")

    def test_runs_of_an_import_are_not_made_and_those_that_are_there_are_kept_in_step(self, studio: StandIn) -> None:
        made = make_course(make_organization("AcmeX"), actor=IMPORT, title="Data", runs=2)
        there, other = made.runs
        studio.runs[there.key] = {"id": there.key, "title": "Of old", "schedule": {}, "pacing_type": "", "team": []}
        relay()
        assert list(studio.runs) == [there.key]
        assert studio.runs[there.key]["title"] == "Data"
        assert (known(there.uuid), known(other.uuid)) == (("done", ""), ("none", ""))
        update_run(SYSTEM, other.uuid, {"title_override": "Edited"})
        relay()
        assert list(studio.runs) == [there.key]

    @pytest.mark.parametrize("fault", ["500", "cut before"])
    def test_runs_of_an_import_are_not_made_after_a_failure_either(self, studio: StandIn, fault: str) -> None:
        made = make_course(make_organization("AcmeX"), actor=IMPORT, title="Data", runs=2)
        studio.faults = [fault]
        assert relay().failed == 1
        assert [known(run.uuid) for run in made.runs] == [("none", "")] * 2
        pass_time()
        assert relay().failed == 0
        assert studio.runs == {}

    def test_runs_outside_of_the_platform_are_not_made(self, studio: StandIn) -> None:
        a_course()
        CourseType.objects.filter(slug="verified-audit").update(slug="bootcamp-2u")
        assert relay().failed == 0
        assert studio.requests == []

    def test_a_run_whose_draft_was_deleted_meanwhile_is_not_made(self, studio: StandIn) -> None:
        made = a_course()
        delete_run(SYSTEM, made.runs[0].uuid)
        relay()
        assert studio.runs == {}

    def test_a_run_that_is_deleted_at_the_last_moment_is_not_made(
        self, studio: StandIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = a_course()
        read = HttpStudio.read

        def read_while_somebody_deletes(backend: Any, key: Any) -> Any:
            delete_run(SYSTEM, made.runs[0].uuid)
            return read(backend, key)

        monkeypatch.setattr(HttpStudio, "read", read_while_somebody_deletes)
        relay()
        assert studio.runs == {}

    def test_a_run_in_studio_cannot_be_deleted(self) -> None:
        made = a_course()
        relay()
        with pytest.raises(Conflict, match="In Studio"):
            delete_run(SYSTEM, made.runs[0].uuid)


class TestKeepingInStep:
    def test_another_title_of_a_run_that_is_not_published_is_brought_at_once(self, studio: StandIn) -> None:
        made = a_course()
        relay()
        update_run(SYSTEM, made.runs[0].uuid, {"title_override": "Data in spring"})
        relay()
        assert studio.runs[made.runs[0].key]["title"] == "Data in spring"

    def test_what_learners_see_changes_only_with_the_publication(self, studio: StandIn) -> None:
        made = a_course()
        publish_now(Selection.of(courses=[made.course.uuid], all_runs=True))
        relay()
        update_run(SYSTEM, made.runs[0].uuid, {"title_override": "Data in spring"})
        relay()
        assert studio.runs[made.runs[0].key]["title"] == "Data"
        publish_now(Selection.of(runs=[made.runs[0].uuid]))
        relay()
        assert studio.runs[made.runs[0].key]["title"] == "Data in spring"
        assert known(made.runs[0].uuid, draft=False) == ("done", "")

    def test_another_title_and_picture_of_the_course_reach_all_its_runs(self, studio: StandIn) -> None:
        made = a_course(runs=2)
        publish_now(Selection.of(courses=[made.course.uuid], all_runs=True))
        relay()
        update_course(SYSTEM, made.course.uuid, {"title": "Data for all", "image": stored()})
        publish_now(Selection.of(courses=[made.course.uuid]))
        relay()
        assert {run["title"] for run in studio.runs.values()} == {"Data for all"}
        assert studio.pictures == {run.key: content_of(made) for run in made.runs}

    def test_dates_and_pacing_are_studios_own_once_it_is_made(self, studio: StandIn) -> None:
        made = a_course()
        relay()
        changes = {"end": "2032-01-31T00:00:00Z", "pacing_type": "instructor_paced"}
        update_run(SYSTEM, made.runs[0].uuid, changes)
        studio.requests.clear()
        relay()
        assert writes(studio) == []

    def test_dates_and_pacing_are_brought_where_the_setting_says_so(self, studio: StandIn, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_STUDIO_FOLLOWS_DATES = True
        made = a_course()
        relay()
        changes = {"end": "2032-01-31T00:00:00Z", "pacing_type": "instructor_paced"}
        update_run(SYSTEM, made.runs[0].uuid, changes)
        relay()
        run = studio.runs[made.runs[0].key]
        assert (run["schedule"]["end"], run["pacing_type"]) == ("2032-01-31T00:00:00Z", "instructor_paced")

    def test_another_editor_joins_the_team_of_every_run_and_nobody_leaves_it(self, studio: StandIn) -> None:
        made = a_course(runs=2)
        relay()
        for run in studio.runs.values():
            run["team"].append({"user": "invited_in_studio", "role": "staff"})
        profile = Course.drafts.get().organization_links.get(kind="owner").organization
        add_editor(SYSTEM, made.course.uuid, make_member(profile, "bob"))
        relay()
        for run in studio.runs.values():
            assert [member["user"] for member in run["team"]] == ["ann", "invited_in_studio", "bob"]

    def test_nothing_is_sent_when_nothing_differs(self, studio: StandIn) -> None:
        made = a_course()
        relay()
        studio.requests.clear()
        publish_now(Selection.of(courses=[made.course.uuid], all_runs=True))
        relay()
        assert writes(studio) == []

    def test_a_run_that_was_deleted_in_studio_stays_deleted(self, studio: StandIn) -> None:
        made = a_course()
        relay()
        studio.runs.clear()
        update_run(SYSTEM, made.runs[0].uuid, {"title_override": "Data in spring"})
        relay()
        assert studio.runs == {}
        assert known(made.runs[0].uuid) == ("none", "")


class TestFailures:
    def test_no_editor_waits_for_studio_and_no_edit_is_lost(self, studio: StandIn) -> None:
        studio.faults = ["500", "500"]
        made = make_course(make_organization("AcmeX"))
        assert relay().failed == 1
        state, error = known(made.runs[0].uuid)
        assert state == "pending"
        assert "answered with status 500" in error
        update_run(SYSTEM, made.runs[0].uuid, {"title_override": "Edited meanwhile"})
        pass_time()
        relay()
        pass_time()
        relay()
        assert studio.runs[made.runs[0].key]["title"] == "Edited meanwhile"
        assert known(made.runs[0].uuid) == ("done", "")
        assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.DONE}

    @pytest.mark.slow
    @pytest.mark.parametrize("fault", ["hang", "500", "cut before", "cut after"])
    @pytest.mark.parametrize("which", [0, 1, 2], ids=["looking", "making", "sending the picture"])
    def test_whatever_happens_to_one_request_the_run_is_made_once_with_its_picture(
        self, studio: StandIn, fault: str, which: int
    ) -> None:
        made = make_course(make_organization("AcmeX"), image=stored(), runs=1)
        studio.faults = [*([""] * which), fault]
        relay()
        pass_time()
        relay()
        assert list(studio.runs) == [made.runs[0].key]
        assert studio.pictures == {made.runs[0].key: content_of(made)}
        assert known(made.runs[0].uuid) == ("done", "")

    def test_one_run_that_fails_keeps_no_other_back(self, studio: StandIn) -> None:
        made = a_course(runs=2)
        publish_now(Selection.of(courses=[made.course.uuid], all_runs=True))
        relay()
        update_course(SYSTEM, made.course.uuid, {"title": "Data for all"})
        publish_now(Selection.of(courses=[made.course.uuid]))
        # The first is found as it was, and fails to be changed.
        studio.faults = ["", "500"]
        assert relay().failed == 1
        first, second = made.runs
        assert known(first.uuid)[0] == "failed"
        assert known(second.uuid) == ("done", "")
        assert studio.runs[second.key]["title"] == "Data for all"

    def test_an_account_that_studio_does_not_know_is_shown_with_the_run(self, studio: StandIn) -> None:
        studio.accounts = {"bob"}
        made = a_course()
        relay()
        state, error = known(made.runs[0].uuid)
        assert state == "failed"
        assert "Course team user does not exist" in error

    def test_what_nobody_foresaw_is_shown_with_the_run(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*args: Any) -> None:
            raise ValueError("out of the blue")

        monkeypatch.setattr(HttpStudio, "create", fail)
        made = make_course(make_organization("AcmeX"))
        assert relay().failed == 1
        assert known(made.runs[0].uuid) == ("failed", "ValueError: out of the blue")

    def test_a_state_moves_no_revision(self) -> None:
        made = a_course()
        before = CourseRun.drafts.get().revision
        counts = row_counts()
        relay()
        assert CourseRun.drafts.get(uuid=made.runs[0].uuid).revision == before
        assert row_counts() == counts


class TestOutOfReach:
    def test_the_whole_consumer_rests_after_one_request_and_nothing_is_lost(self, studio: StandIn) -> None:
        made = a_course(runs=3)
        studio.faults = ["500"] * 2
        done = relay()
        assert (done.failed, done.delivered, len(studio.requests)) == (1, 0, 1)
        assert [known(run.uuid)[0] for run in made.runs] == ["pending"] * 3
        assert relay().attempts == 0
        pass_time()
        done = relay()
        assert (done.failed, done.delivered, len(studio.requests)) == (1, 0, 2)
        pass_time()
        assert relay().failed == 0
        assert sorted(studio.runs) == sorted(run.key for run in made.runs)

    def test_of_the_runs_of_a_course_no_other_is_tried(self, studio: StandIn) -> None:
        made = a_course(runs=3)
        publish_now(Selection.of(courses=[made.course.uuid], all_runs=True))
        relay()
        update_course(SYSTEM, made.course.uuid, {"title": "Data for all"})
        publish_now(Selection.of(courses=[made.course.uuid]))
        studio.requests.clear()
        studio.faults = ["500"]
        assert relay().failed == 1
        assert len(studio.requests) == 1
        assert [known(run.uuid)[0] for run in made.runs] == ["pending"] * 3

    def test_a_run_at_which_studio_fails_lets_the_others_go_on(self, studio: StandIn) -> None:
        made = make_course(make_organization("AcmeX"), runs=2)
        # Looked for, and failed to be made; Studio answers when it is looked for again.
        studio.faults = ["", "500"]
        done = relay()
        assert (done.failed, done.delivered) == (1, 1)
        assert OutboxConsumer.objects.get().failures == 0
        assert [known(run.uuid)[0] for run in made.runs] == ["failed", "done"]

    @pytest.mark.slow
    def test_an_hour_without_studio_keeps_no_editor_waiting_and_then_everything_is_there(
        self, studio: StandIn, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = Clock(monkeypatch)
        address, settings.CATALOG_PUBLISHER_STUDIO_API_ROOT = settings.CATALOG_PUBLISHER_STUDIO_API_ROOT, NOBODY
        read = HttpStudio.read
        asked: list[Any] = []

        def counted(backend: Any, key: Any) -> Any:
            asked.append(key)
            return read(backend, key)

        monkeypatch.setattr(HttpStudio, "read", counted)
        course = a_course(runs=0).course
        begun = []
        for minute in range(60):
            clock.move(minutes=1)
            before = len(asked)
            if minute % 5 == 0:
                begun.append(create_run(SYSTEM, course.uuid, run_changes()))
            update_run(SYSTEM, begun[0].uuid, {"title_override": f"Minute {minute}"})
            assert len(asked) == before
            relay()
        assert {known(run.uuid)[0] for run in begun} == {"pending"}
        # One delivery at a time finds out, and ever more seldom.
        assert 5 <= len(asked) <= 15
        settings.CATALOG_PUBLISHER_STUDIO_API_ROOT = address
        for _ in range(30):
            clock.move(minutes=1)
            relay()
        assert {run["id"]: run["title"] for run in studio.runs.values()} == {
            run.key: "Minute 59" if run is begun[0] else "Data" for run in begun
        }
        assert {known(run.uuid) for run in begun} == {("done", "")}
        assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.DONE}


class TestDeletion:
    def test_a_run_of_which_nobody_asked_studio_yet_is_deleted(self, studio: StandIn) -> None:
        made = a_course()
        delete_run(SYSTEM, made.runs[0].uuid)
        relay()
        assert studio.runs == {}

    @pytest.mark.parametrize("fault", ["500", "refused"])
    def test_so_is_one_that_studio_did_not_make_for_all_that_is_known(self, studio: StandIn, fault: str) -> None:
        if fault == "refused":
            studio.accounts = {"bob"}
        else:
            studio.faults = ["", "500"]
        made = a_course() if fault == "refused" else make_course(make_organization("AcmeX"))
        assert relay().failed > 0
        assert known(made.runs[0].uuid)[0] == "failed"
        assert CourseRun.drafts.get().in_studio is False
        delete_run(SYSTEM, made.runs[0].uuid)
        assert not CourseRun.drafts.exists()

    @pytest.mark.slow
    @pytest.mark.parametrize("faults", [["", "cut before"], ["", "cut after", "500"]], ids=["not made", "made"])
    def test_one_of_which_nobody_knows_waits_for_the_next_look(self, studio: StandIn, faults: list[str]) -> None:
        made = make_course(make_organization("AcmeX"))
        studio.faults = list(faults)
        assert relay().failed == 1
        assert CourseRun.drafts.get().in_studio is None
        with pytest.raises(Conflict, match=r"Perhaps in Studio.*outbox retry --consumer studio"):
            delete_run(SYSTEM, made.runs[0].uuid)
        assert retry("studio") == 1
        relay()
        assert CourseRun.drafts.get().in_studio is True
        with pytest.raises(Conflict, match="In Studio"):
            delete_run(SYSTEM, made.runs[0].uuid)

    def test_one_that_was_deleted_in_studio_is_deleted_once_the_catalog_has_looked(self, studio: StandIn) -> None:
        made = a_course()
        relay()
        studio.runs.clear()
        with pytest.raises(Conflict, match="check_drift --consumer studio --repair"):
            delete_run(SYSTEM, made.runs[0].uuid)
        (found,) = check_drift(DriftReport(), consumer="studio", repair=True)
        assert found.unit == made.runs[0].uuid
        relay()
        assert studio.runs == {}
        assert known(made.runs[0].uuid) == ("none", "")
        delete_run(SYSTEM, made.runs[0].uuid)
        assert not CourseRun.drafts.exists()

    def test_a_change_that_studio_refuses_says_nothing_of_the_run_not_being_there(self, studio: StandIn) -> None:
        made = a_course()
        relay()
        update_run(SYSTEM, made.runs[0].uuid, {"title_override": "Other"})
        studio.faults = ["", "500"]
        assert relay().failed == 1
        assert known(made.runs[0].uuid)[0] == "failed"
        assert CourseRun.drafts.get().in_studio is True


class TestPending:
    def test_a_run_is_on_its_way_from_the_moment_on_in_which_it_is_begun(self) -> None:
        made = a_course(runs=2)
        later = create_run(SYSTEM, made.course.uuid, run_changes())
        assert {known(run.uuid)[0] for run in (*made.runs, later)} == {"pending"}

    def test_where_no_consumer_brings_it_and_of_an_import_it_is_not(self, settings: Any) -> None:
        make_course(make_organization("AcmeX"), actor=IMPORT)
        settings.CATALOG_PUBLISHER_CONSUMERS = []
        make_course(make_organization("AcmeX"))
        settings.CATALOG_PUBLISHER_CONSUMERS = ["no.such.Consumer"]
        make_course(make_organization("AcmeX"))
        assert set(CourseRun.drafts.values_list("studio_state", flat=True)) == {"none"}
        assert CourseRun.drafts.count() == 3

    def test_one_that_runs_elsewhere_says_so_when_the_consumer_has_looked(self) -> None:
        made = a_course()
        CourseType.objects.filter(slug="verified-audit").update(slug="bootcamp-2u")
        relay()
        assert known(made.runs[0].uuid) == ("none", "")


class TestWhereItRuns:
    def test_over_http_any_service_can_run_it_and_else_studio_alone(self, settings: Any) -> None:
        assert Studio().service == Service.EITHER
        settings.CATALOG_PUBLISHER_STUDIO_API_ROOT = ""
        assert Studio().service == Service.CMS

    def test_a_client_that_is_not_set_is_named(self, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_OAUTH_CLIENT_SECRET = ""
        with pytest.raises(ImproperlyConfigured, match="set CATALOG_PUBLISHER_OAUTH_CLIENT_SECRET"):
            backends.studio()

    def test_in_the_platform_without_an_address_it_is_the_process_itself(self, settings: Any) -> None:
        # Of fakes alone, which stand in for the modules that this imports.
        from tests.fake_platform.studio import FakeStudio  # noqa: PLC0415

        settings.CATALOG_PUBLISHER_STUDIO_API_ROOT = ""
        with platform_modules(FakeStudio(set()).modules()):
            assert type(backends.studio()).__name__ == "InProcessStudio"


def test_drift_is_told_field_by_field_and_gone_when_it_was_delivered(studio: StandIn, settings: Any) -> None:
    made = a_course()
    publish_now(Selection.of(courses=[made.course.uuid], all_runs=True))
    consumer, unit = Studio(), made.runs[0].uuid
    assert drift(consumer, unit) == {"title": ("Data", None), "editors_in_team": (1, None)}
    relay()
    assert drift(consumer, unit) == {}
    settings.CATALOG_PUBLISHER_STUDIO_FOLLOWS_DATES = True
    assert drift(consumer, unit) == {}
    held = studio.runs[made.runs[0].key]
    held |= {"title": "Other", "team": [{"user": "zoe", "role": "staff"}], "pacing_type": "instructor_paced"}
    held["schedule"]["end"] = "2032-01-01T00:00:00Z"
    start, end = "2031-02-01T00:00:00+00:00", "2031-12-31T00:00:00+00:00"
    assert drift(consumer, unit) == {
        "title": ("Data", "Other"),
        "editors_in_team": (1, 0),
        "schedule": ([start, end], [start, "2032-01-01T00:00:00+00:00"]),
        "pacing": ("self_paced", "instructor_paced"),
    }
    (found,) = check_drift(DriftReport(), repair=True)
    assert found.unit == unit
    relay()
    assert list(check_drift(DriftReport())) == []
    assert held["title"] == "Data"


def test_what_is_still_to_come_with_the_course_is_no_drift_of_its_run(studio: StandIn) -> None:
    made = a_course()
    publish_now(Selection.of(courses=[made.course.uuid], all_runs=True))
    relay()
    update_course(SYSTEM, made.course.uuid, {"title": "Data in spring"})
    publish_now(Selection.of(courses=[made.course.uuid]))
    report = DriftReport()
    assert list(check_drift(report)) == []
    assert (report.verified, report.lagging) == (0, 1)
    relay()
    assert list(check_drift(report := DriftReport())) == []
    assert (report.verified, report.lagging) == (1, 0)
    assert studio.runs[made.runs[0].key]["title"] == "Data in spring"


def test_runs_that_were_never_published_are_asked_of_as_well_and_those_of_an_import_are_not(studio: StandIn) -> None:
    made = a_course(runs=2)
    make_course(make_organization("AcmeX"), actor=IMPORT)
    relay()
    assert list(check_drift(report := DriftReport())) == []
    assert report.verified == 2
    first, second = made.runs
    studio.runs[first.key]["title"] = "Other"
    del studio.runs[second.key]
    found = {each.unit: each.differences for each in check_drift(DriftReport(), repair=True)}
    assert found == {
        first.uuid: [{"field": "title", "published": "Data", "held": "Other"}],
        second.uuid: [
            {"field": "title", "published": "Data", "held": None},
            {"field": "editors_in_team", "published": 1, "held": None},
        ],
    }
    relay()
    # What was deleted in Studio stays so, and is no drift any more.
    assert {run["title"] for run in studio.runs.values()} == {"Data"}
    assert list(check_drift(DriftReport())) == []


def test_dates_that_are_missing_are_no_drift(studio: StandIn, settings: Any) -> None:
    made = a_course()
    relay()
    settings.CATALOG_PUBLISHER_STUDIO_FOLLOWS_DATES = True
    update_run(SYSTEM, made.runs[0].uuid, {"end": None})
    publish_now(Selection.of(courses=[made.course.uuid], all_runs=True))
    relay()
    assert drift(Studio(), made.runs[0].uuid) == {}


class TestContract(StateContract):
    path = PATH

    @pytest.fixture(autouse=True)
    def stand_in(self, studio: StandIn) -> None:
        self.studio = studio

    def steps(self) -> Sequence[Callable[[], Any]]:
        made = make_course(make_organization("AcmeX"), number="N1", runs=0)

        def begin() -> None:
            self.run = create_run(SYSTEM, made.course.uuid, run_changes()).uuid

        return [begin, lambda: update_run(SYSTEM, self.run, {"title_override": "Data in spring"})]

    def state(self) -> Any:
        return {run["id"]: run["title"] for run in self.studio.runs.values()}

    def wanted(self) -> Any:
        return {run.key: run.title_override or run.course.title for run in CourseRun.drafts.all()}

    def effects(self) -> list[Hashable]:
        return list(writes(self.studio))

    def writes_of_the_last_state(self) -> list[Hashable]:
        return [("POST", "")]

    @contextmanager
    def failing(self, error: BaseException, *, after: bool) -> Iterator[None]:
        create, failures = HttpStudio.create, [error]

        def fail_once(backend: Any, run: Any) -> None:
            if failures and not after:
                raise failures.pop()
            create(backend, run)
            if failures:
                raise failures.pop()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(HttpStudio, "create", fail_once)
            yield


def stored(form: str = "PNG") -> str | None:
    """Store a picture for a course, and return its name."""
    content = picture(form=form)
    return stored_image(Course._meta.get_field("image"), SimpleUploadedFile("any", content))


def content_of(made: CourseCreated) -> bytes:
    """Return the stored picture of a course."""
    image = Course.drafts.get(uuid=made.course.uuid).image
    with image.storage.open(image.name) as file:
        content: bytes = file.read()
    return content
