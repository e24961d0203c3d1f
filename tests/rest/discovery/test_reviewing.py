"""
Submitting, reviewing and going live through Discovery's door, as the micro-frontend does it.

Every save of a page is its two requests: the course whole, then each run that changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from openedx_catalog_publisher.api import Selection, publish, update_course, update_run
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import (
    BulkTask,
    Course,
    CourseRun,
    EditRecord,
    OutboxEvent,
    Publication,
    Review,
    ReviewRecord,
    ShownDigests,
    Status,
    WriteSource,
)
from openedx_catalog_publisher.rest.discovery.bulk_rows import run_task
from tests import factories
from tests.rest.discovery.conftest import Door
from tests.rest.discovery.requests import SAVE, course_form, run_form
from tests.review.stage import Stage, set_stage

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@dataclass
class Desk:
    """
    The screens of the people around one course.

    Attributes:
        stage: the course, and who does what.
        editor: an editor's browser.
        reviewer: an administrator's browser: staff, who decide both steps.
    """

    stage: Stage
    editor: Door
    reviewer: Door

    @property
    def uuid(self) -> str:
        """UUID of the course."""
        return str(self.stage.course)

    def page(self, door: Door) -> dict[str, Any]:
        """Load the page."""
        return door.course(self.uuid)

    def save_course(self, door: Door, shown: dict[str, Any], **edits: Any) -> Any:
        """Send the whole course back."""
        return door.patch(f"/courses/{self.uuid}/", course_form(shown, **edits), **SAVE)

    def save_run(self, door: Door, shown: dict[str, Any], place: int = 0, **edits: Any) -> Any:
        """Send a run back."""
        run = shown["course_runs"][place]
        return door.patch(f"/course_runs/{run['key']}/", run_form(shown, run) | edits, **SAVE)

    def submit(self, place: int = 0, **edits: Any) -> Any:
        """Submit a run from a page that is loaded now."""
        shown = self.page(self.editor)
        answer = self.save_course(self.editor, shown)
        assert answer.status_code == 200, answer.content
        return self.save_run(self.editor, answer.json(), place, draft=False, **edits)

    def decide(
        self, body: dict[str, Any], *, shown: dict[str, Any] | None = None, place: int = 0, door: Any = None
    ) -> Any:
        """Decide as a reviewer: the course unchanged, then the run."""
        door = door or self.reviewer
        shown = shown or self.page(door)
        answer = self.save_course(door, shown)
        if answer.status_code != 200:
            return answer
        return door.patch(f"/course_runs/{shown['course_runs'][place]['key']}/", body, exclude_utm=1)

    def approve(self, place: int = 0, **ofac: Any) -> Any:
        """Approve both steps."""
        legal = self.decide(LEGAL | ofac, place=place)
        assert legal.status_code == 200, legal.content
        return self.decide(INTERNAL, place=place)


MOVED_BY_SUBMISSION = (
    "url_slug",
    "url_slug_history",
    "course_runs",
    "course_run_statuses",
    "modified",
    "data_modified_timestamp",
)
LEGAL = {"status": "review_by_internal", "has_ofac_restrictions": False}
INTERNAL = {"status": "reviewed"}


def desk_of(stage: Stage) -> Desk:
    """Return the screens around a stage."""
    return Desk(
        stage=stage,
        editor=Door(stage.editor.user),
        reviewer=Door(factories.make_user(f"reviewer{get_user_model().objects.count()}", is_staff=True)),
    )


@pytest.fixture
def desk() -> Desk:
    """A complete course with one run, whose date is over."""
    return desk_of(set_stage(go_live=-timedelta(minutes=1)))


@pytest.fixture
def live() -> Desk:
    """A course with two live runs."""
    desk = desk_of(set_stage(runs=2, go_live=-timedelta(minutes=1)))
    for run in desk.stage.runs:
        desk.stage.go_live(run)
    return desk


def statuses(shown: dict[str, Any]) -> list[str]:
    """Return the statuses of a page's runs."""
    return [run["status"] for run in shown["course_runs"]]


def written() -> dict[str, Any]:
    """Return what the commands wrote so far: counts of the logs, and where each draft is."""
    return {
        "edits": EditRecord.objects.count(),
        "reviews": ReviewRecord.objects.count(),
        "events": OutboxEvent.objects.count(),
        "revisions": {
            str(unit.uuid): unit.revision for model in (Course, CourseRun) for unit in model.drafts.order_by("pk")
        },
    }


def shown_as(desk: Desk, words: str, **parameters: Any) -> list[list[str]]:
    """Return the statuses of the dashboard's rows, with a filter of statuses."""
    asked = {"editable": 1, **parameters, "course_run_statuses": words}
    return [row["course_run_statuses"] for row in desk.editor.get("/courses/", **asked).json()["results"]]


def sound() -> bool:
    """Tell whether nothing is wrong with the catalog."""
    return list(check_catalog()) == []


def test_a_run_is_submitted_approved_twice_and_live(desk: Desk) -> None:
    submitted = desk.submit()

    assert (submitted.status_code, submitted.json()["status"]) == (200, "review_by_legal")
    legal = desk.decide({"status": "review_by_internal", "has_ofac_restrictions": True, "ofac_comment": "Ask."})
    assert (legal.status_code, legal.json()["status"]) == (200, "review_by_internal")
    assert (legal.json()["has_ofac_restrictions"], legal.json()["ofac_comment"]) == (True, "Ask.")
    internal = desk.decide(INTERNAL)
    assert (internal.status_code, internal.json()["status"]) == (200, "published")
    assert CourseRun.objects.get(uuid=desk.stage.run).status == Status.PUBLISHED
    decisions = ReviewRecord.objects.filter(unit_uuid=desk.stage.run, action="approved")
    assert {(record.confirmation, record.source) for record in decisions} == {("page", WriteSource.DISCOVERY)}
    assert sound()


def test_a_run_with_a_date_to_come_is_reviewed_and_waits() -> None:
    desk = desk_of(set_stage())
    desk.submit()

    assert desk.approve().json()["status"] == "reviewed"
    assert desk.page(desk.editor)["course_run_statuses"] == ["reviewed"]
    assert not CourseRun.objects.filter(uuid=desk.stage.run).exists()


def test_what_is_missing_at_a_submission_is_told_by_field_and_nothing_is_saved(desk: Desk) -> None:
    desk.save_course(desk.editor, desk.page(desk.editor), outcome="")
    shown = desk.page(desk.editor)
    before = written()

    answer = desk.save_run(desk.editor, shown, draft=False, min_effort=None, max_effort=None, weeks_to_complete="9")

    assert answer.status_code == 400
    assert answer.json().keys() == {"min_effort", "max_effort", "course.outcome"}
    assert written() == before
    assert desk.page(desk.editor) == shown


def test_a_live_course_that_is_not_complete_is_not_saved(live: Desk) -> None:
    shown = live.page(live.editor)
    before = written()

    answer = live.save_course(live.editor, shown, title="Anders", outcome="")

    assert (answer.status_code, answer.json()) == (400, "outcome: Fill this in before you submit for review.")
    assert written() == before
    assert live.page(live.editor) == shown


def test_a_row_of_a_file_that_cannot_be_submitted_is_not_saved(live: Desk) -> None:
    course = Course.drafts.get(uuid=live.stage.course)
    update_course(live.stage.editor, live.stage.course, {"outcome": None})
    key = CourseRun.drafts.get(uuid=live.stage.runs[1]).key
    before = written()
    rows = f"key,title,max_effort,draft\n{course.key},Anders,,false\n{key},,9,false\n{course.key},Nur so,,\n"
    task = BulkTask.objects.create(
        task_type=BulkTask.Type.PARTIAL_UPDATES, uploaded_by=live.reviewer.user, content=rows.encode()
    )

    run_task(task.task_id)

    task.refresh_from_db()
    refused = {"row": 1, "status": "failed", "message": "outcome: Fill this in before you submit for review."}
    assert task.results == [
        refused,
        {"row": 2, "status": "done", "key": key},
        {"row": 3, "status": "done", "key": course.key},
    ]
    assert written()["edits"] == before["edits"] + 2
    assert Course.drafts.get(pk=course.pk).title == "Nur so"
    assert CourseRun.objects.get(uuid=live.stage.runs[1]).max_effort == 9
    assert sound()


def test_what_is_saved_and_submitted_is_one_act_of_the_log(desk: Desk) -> None:
    answer = desk.submit(weeks_to_complete="9")

    assert (answer.json()["weeks_to_complete"], answer.json()["status"]) == (9, "review_by_legal")
    edit = EditRecord.objects.filter(unit_uuid=desk.stage.run).latest("sequence")
    opened = ReviewRecord.objects.get(unit_uuid=desk.stage.run)
    assert (opened.operation, opened.revision) == (edit.operation, edit.revision + 1)
    assert opened.occurred_at == edit.occurred_at
    assert sound()


def test_an_approved_run_is_submitted_again_when_something_changed() -> None:
    desk = desk_of(set_stage())
    desk.submit()
    desk.approve()

    assert desk.submit().json()["status"] == "reviewed"
    assert desk.submit(max_effort="12").json()["status"] == "reviewed"
    answer = desk.submit(expected_program_name="Anders")

    assert (answer.status_code, answer.json()["status"]) == (200, "review_by_legal")
    assert sound()


def test_a_course_edit_takes_scheduled_runs_back() -> None:
    desk = desk_of(set_stage())
    desk.submit()
    desk.approve()

    saved = desk.save_course(desk.editor, desk.page(desk.editor), title="Anders")

    assert (saved.status_code, statuses(saved.json())) == (200, ["unpublished"])


def test_while_a_run_is_in_review_a_course_changes_in_nothing_that_needs_review(desk: Desk) -> None:
    before = desk.page(desk.editor)
    desk.submit()
    shown = desk.page(desk.editor)

    refused = desk.save_course(desk.editor, shown, title="Anders")
    assert refused.status_code == 409
    assert isinstance(refused.json(), str)
    assert "reload" in refused.json().lower()
    assert desk.page(desk.editor)["title"] == before["title"]
    assert desk.save_course(desk.editor, shown).status_code == 200
    exempt = desk.save_course(desk.editor, shown, geolocation={"location_name": "Ort", "lng": "1", "lat": "2"})
    assert (exempt.status_code, statuses(exempt.json())) == (200, ["review_by_legal"])
    assert desk.save_course(desk.editor, shown, watchers=["w@example.org"]).status_code == 200


def test_while_a_run_is_in_review_it_changes_in_nothing_that_needs_review(desk: Desk) -> None:
    desk.submit()
    shown = desk.page(desk.editor)

    refused = desk.save_run(desk.editor, shown, expected_program_name="Anders")
    assert (refused.status_code, type(refused.json())) == (403, str)
    assert desk.save_run(desk.editor, shown).status_code == 200
    exempt = desk.save_run(desk.editor, shown, max_effort="14")
    assert (exempt.status_code, exempt.json()["status"], exempt.json()["max_effort"]) == (200, "review_by_legal", 14)


def test_a_decision_holds_for_what_was_shown_alone(desk: Desk) -> None:
    desk.submit()
    shown = desk.page(desk.reviewer)
    review = Review.objects.get(open_unit=desk.stage.run)
    update_run(desk.stage.editor, desk.stage.run, {"title_override": "Anders"})
    desk.stage.submit()

    answer = desk.decide(LEGAL, shown=shown)

    assert (answer.status_code, type(answer.json())) == (409, str)
    assert not ReviewRecord.objects.filter(action="approved").exists()
    assert CourseRun.drafts.get(uuid=desk.stage.run).status == Status.REVIEW_BY_LEGAL
    assert Review.objects.get(open_unit=desk.stage.run).uuid != review.uuid
    assert desk.decide(LEGAL).status_code == 200


def test_a_decision_on_a_course_that_changed_since_is_refused_before_it_is_made(desk: Desk) -> None:
    desk.submit()
    shown = desk.page(desk.reviewer)
    update_course(desk.stage.editor, desk.stage.course, {"title": "Anders"})
    desk.stage.submit()

    answer = desk.decide(LEGAL, shown=shown)

    assert answer.status_code == 409
    assert not ReviewRecord.objects.filter(action="approved").exists()


def test_a_decision_without_a_page_is_refused(desk: Desk) -> None:
    desk.submit()
    key = CourseRun.drafts.get(uuid=desk.stage.run).key

    blind = desk.reviewer.patch(f"/course_runs/{key}/", LEGAL, exclude_utm=1)
    assert blind.status_code == 409
    shown = desk.page(desk.reviewer)
    without_course = desk.reviewer.patch(f"/course_runs/{key}/", LEGAL, exclude_utm=1)
    assert without_course.status_code == 409
    partial = desk.reviewer.patch(f"/courses/{desk.uuid}/", {"title": shown["title"]})
    assert partial.status_code == 200
    assert desk.reviewer.patch(f"/course_runs/{key}/", LEGAL, exclude_utm=1).status_code == 409
    assert desk.decide(LEGAL, shown=shown).status_code == 200


def test_the_answer_to_a_save_of_the_course_shows_no_run(desk: Desk) -> None:
    before = desk.page(desk.reviewer)
    desk.submit()

    answer = desk.decide(LEGAL, shown=before)

    assert answer.status_code == 409


def test_another_picture_on_the_page_confirms_nothing(desk: Desk) -> None:
    desk.submit()
    shown = desk.page(desk.reviewer)
    other = shown["image"]["src"].replace("a" * 48, "b" * 48)
    desk.save_course(desk.reviewer, shown, image=other)

    key = shown["course_runs"][0]["key"]
    assert desk.reviewer.patch(f"/course_runs/{key}/", LEGAL, exclude_utm=1).status_code == 409


def test_steps_are_taken_in_their_order(desk: Desk) -> None:
    desk.submit()

    assert desk.decide(INTERNAL).status_code == 409
    assert desk.decide(LEGAL).status_code == 200
    assert desk.decide({"status": "review_by_internal"}).status_code == 409
    assert desk.decide(INTERNAL | {"has_ofac_restrictions": True}).status_code == 400
    with_more = desk.decide(INTERNAL | {"key": "x"})
    assert (with_more.status_code, type(with_more.json())) == (400, str)
    assert desk.decide(INTERNAL).json()["status"] == "published"


def test_legal_staff_decide_on_ofac_once(desk: Desk) -> None:
    desk.submit()

    unanswered = desk.decide({"status": "review_by_internal"})
    assert (unanswered.status_code, list(unanswered.json())) == (400, ["has_ofac_restrictions"])
    assert desk.approve().status_code == 200
    shown = desk.page(desk.editor)
    desk.save_run(desk.editor, shown, expected_program_name="Anders")

    # What was decided before is not sent again where it is false, and sent where it is true; both are fine.
    assert desk.decide({"status": "review_by_internal"}).status_code == 200


def test_editors_decide_nothing(desk: Desk) -> None:
    desk.submit()

    assert desk.decide(LEGAL, door=desk.editor).status_code in (403, 409)
    assert CourseRun.drafts.get(uuid=desk.stage.run).status == Status.REVIEW_BY_LEGAL


def test_nobody_approves_what_they_changed_themselves(desk: Desk) -> None:
    desk.save_course(desk.reviewer, desk.page(desk.reviewer), title="Anders")
    desk.submit()

    answer = desk.decide(LEGAL)

    assert answer.status_code == 403
    assert "yourself" in answer.json()["detail"]


def test_reviewers_who_may_not_edit_decide_by_the_same_requests(desk: Desk) -> None:
    desk.submit()
    legal, coordinator = Door(desk.stage.legal.user), Door(desk.stage.coordinator.user)

    changed = desk.save_course(legal, desk.page(legal), title="Anders")
    assert changed.status_code == 409
    assert desk.decide(LEGAL, door=legal).json()["status"] == "review_by_internal"
    assert desk.decide(INTERNAL, door=coordinator).json()["status"] == "published"


def test_an_exempt_change_of_what_is_live_is_published_at_once(live: Desk) -> None:
    shown = live.page(live.editor)
    assert course_form(shown)["draft"] is False

    saved = live.save_course(live.editor, shown, geolocation={"location_name": "Ort", "lng": "1", "lat": "2"})
    run = live.save_run(live.editor, shown, max_effort="14")

    assert (saved.status_code, statuses(saved.json())) == (200, ["published", "published"])
    assert Course.objects.get(uuid=live.stage.course).geolocation["location_name"] == "Ort"
    assert (run.status_code, run.json()["status"]) == (200, "published")
    assert CourseRun.objects.get(uuid=live.stage.run).max_effort == 14
    assert sound()


def test_a_change_of_a_live_course_is_reviewed_on_each_of_its_runs(live: Desk) -> None:
    saved = live.save_course(live.editor, live.page(live.editor), title="Anders")

    assert (saved.status_code, statuses(saved.json())) == (200, ["review_by_legal", "review_by_legal"])
    assert Course.objects.get(uuid=live.stage.course).title != "Anders"
    assert {run.status for run in CourseRun.objects.filter(course__uuid=live.stage.course)} == {Status.PUBLISHED}
    official = live.editor.get(f"/courses/{live.uuid}/", **SAVE).json()
    assert statuses(official) == ["published", "published"]
    assert shown_as(live, "in_review") == shown_as(live, "review_by_legal") == [["review_by_legal"]]
    assert shown_as(live, "published") == shown_as(live, "review_by_internal,reviewed") == []
    assert shown_as(live, "published", editable=0) == [["published"]]
    assert live.decide({"status": "review_by_internal"}, place=1).json()["status"] == "review_by_internal"
    assert live.decide(INTERNAL).json()["status"] == "published"
    assert Course.objects.get(uuid=live.stage.course).title == "Anders"
    assert statuses(live.page(live.editor)) == ["published", "published"]
    assert (shown_as(live, "published"), shown_as(live, "in_review")) == ([["published"]], [])
    assert sound()


def test_a_live_run_that_is_over_is_listed_as_published_beside_one_in_review(live: Desk) -> None:
    update_run(live.stage.editor, live.stage.runs[1], {"start": "2021-01-01T00:00:00Z", "end": "2021-06-01T00:00:00Z"})

    live.save_course(live.editor, live.page(live.editor), title="Anders")

    both = [["published", "review_by_legal"]]
    assert (shown_as(live, "published"), shown_as(live, "in_review")) == (both, both)


def test_a_price_of_a_live_course_is_reviewed_with_its_runs(live: Desk) -> None:
    shown = live.page(live.editor)
    prices = {"verified": "99"}
    saved = live.save_course(live.editor, shown, prices=prices)
    runs = [live.save_run(live.editor, shown, place, prices=prices) for place in (0, 1)]

    assert statuses(saved.json()) == ["review_by_legal", "review_by_legal"]
    assert [(run.status_code, run.json()["status"]) for run in runs] == [(200, "review_by_legal")] * 2
    assert Review.objects.filter(open_unit__in=live.stage.runs).count() == 2
    for place in (0, 1):
        live.approve(place)
    assert statuses(live.page(live.editor)) == ["published", "published"]
    official = live.editor.get(f"/courses/{live.uuid}/", **SAVE).json()
    assert official["entitlements"][0]["price"] == "99.00"
    assert {
        seat["price"] for run in official["course_runs"] for seat in run["seats"] if seat["type"] == "verified"
    } == {"99.00"}
    assert sound()


def test_a_change_of_a_live_run_is_reviewed_while_it_stays_live(live: Desk) -> None:
    shown = live.page(live.editor)
    live.save_course(live.editor, shown)

    run = live.save_run(live.editor, shown, expected_program_name="Anders")

    assert (run.status_code, run.json()["status"]) == (200, "review_by_legal")
    assert statuses(live.page(live.editor)) == ["review_by_legal", "published"]
    assert CourseRun.objects.get(uuid=live.stage.run).expected_program_name != "Anders"
    live.approve()
    assert CourseRun.objects.get(uuid=live.stage.run).expected_program_name == "Anders"
    assert statuses(live.page(live.editor)) == ["published", "published"]


def test_discoverys_behaviour_is_a_setting_and_stands_in_the_log(live: Desk, settings: Any) -> None:
    settings.CATALOG_PUBLISHER_LIVE_CHANGES_SKIP_REVIEW = True

    saved = live.save_course(live.editor, live.page(live.editor), title="Anders")

    assert statuses(saved.json()) == ["published", "published"]
    assert Course.objects.get(uuid=live.stage.course).title == "Anders"
    last = Publication.objects.filter(unit_uuid=live.stage.course).latest("number")
    assert last.approval == Publication.Approval.LIVE_CHANGE


def test_a_draft_of_what_is_live_stays_a_draft(live: Desk) -> None:
    saved = live.save_course(live.editor, live.page(live.editor), title="Anders", draft=True)

    assert (saved.status_code, statuses(saved.json())) == (200, ["published", "published"])
    assert not Review.objects.filter(open_unit__isnull=False).exists()


def test_what_lacks_on_the_official_side_is_not_asked_for(live: Desk) -> None:
    stage = set_stage(outcome="", go_live=None)
    publish(
        factories.SYSTEM,
        Selection.of(courses=[stage.course], all_runs=True),
        message="From another catalog.",
        without_review=True,
    )
    older = desk_of(stage)

    changed = older.save_run(older.editor, older.page(older.editor), expected_program_name="Anders")
    live.save_course(live.editor, live.page(live.editor), outcome="", draft=True)
    lacking = live.save_run(live.editor, live.page(live.editor), expected_program_name="Anders")

    assert (changed.status_code, changed.json()["status"]) == (200, "review_by_legal")
    assert (lacking.status_code, list(lacking.json())) == (400, ["course.outcome"])


def test_a_live_run_without_a_date_changes_with_its_last_approval(live: Desk) -> None:
    CourseRun.everything.filter(uuid=live.stage.run).update(go_live_date=None)
    shown = live.page(live.editor)
    assert live.save_run(live.editor, shown, expected_program_name="Anders").json()["status"] == "review_by_legal"

    assert live.approve().json()["status"] == "published"
    assert CourseRun.objects.get(uuid=live.stage.run).expected_program_name == "Anders"


def test_a_run_is_submitted_beside_a_live_one(live: Desk) -> None:
    shown = live.page(live.editor)
    made = live.editor.post(
        "/course_runs/",
        {
            "course": shown["key"],
            "start": "2033-02-01T05:00:00Z",
            "end": "2033-12-31T05:00:00Z",
            "run_type": shown["course_runs"][0]["run_type"],
            "prices": {"verified": "49.00", "audit": "0.00"},
            "rerun": shown["course_runs"][0]["key"],
        },
    )
    assert made.status_code == 201
    place = [run["key"] for run in live.page(live.editor)["course_runs"]].index(made.json()["key"])
    date = (timezone.now() + timedelta(days=3)).isoformat()

    answer = live.submit(place, go_live_date=date)

    assert (answer.status_code, answer.json()["status"]) == (200, "review_by_legal")
    assert sorted(statuses(live.page(live.editor))) == ["published", "published", "review_by_legal"]
    assert live.approve(place).json()["status"] == "reviewed"


def test_the_enterprise_switch_is_a_partial_save(live: Desk) -> None:
    answer = live.reviewer.patch(
        f"/courses/{live.uuid}/",
        {"uuid": live.uuid, "draft": False, "enterprise_subscription_inclusion": True},
        **SAVE,
    )

    assert answer.status_code == 200
    assert "enterprise_subscription_inclusion" in answer.json()
    assert ShownDigests.objects.count() == 0


def test_a_page_with_the_slug_of_before_the_submission_is_out_of_date(desk: Desk, settings: Any) -> None:
    settings.CATALOG_PUBLISHER_COURSE_SLUG_FORMATS = {
        "*": {"*": "learn/{primary_subject}/{organization_name}-{course_title}"}
    }
    before = desk.page(desk.reviewer)
    desk.submit()
    shown = desk.page(desk.reviewer)

    assert shown["url_slug"].startswith("learn/")
    assert shown == before | {name: shown[name] for name in MOVED_BY_SUBMISSION}
    for door in (desk.reviewer, desk.editor, Door(desk.stage.legal.user)):
        stale = desk.save_course(door, before)
        assert (stale.status_code, "reload" in stale.json().lower()) == (409, True)
    assert desk.decide(LEGAL, shown=shown).status_code == 200


def test_a_course_without_a_slug_is_decided_on_as_it_is(desk: Desk) -> None:
    update_course(desk.stage.editor, desk.stage.course, {"url_slug": None})
    desk.stage.submit()

    assert desk.decide(LEGAL).json()["status"] == "review_by_internal"
    assert desk.page(desk.editor)["url_slug"] is None


def test_comments_are_a_plain_list(desk: Desk) -> None:
    said = desk.editor.post("/comments/", {"course_uuid": desk.uuid, "comment": "Ist das so?"})

    assert said.status_code == 201
    key = desk.page(desk.editor)["course_runs"][0]["key"]
    desk.editor.post("/comments/", {"course_uuid": desk.uuid, "comment": "Hier", "course_run_key": key})
    listed = desk.reviewer.get("/comments/", course_uuid=desk.uuid).json()
    assert [(entry["comment"], entry["course_run_key"]) for entry in listed] == [("Ist das so?", None), ("Hier", key)]
    assert listed[0].keys() == {"user", "course_run_key", "comment", "created"}
    assert listed[0]["user"].keys() == {"username", "email", "first_name", "last_name"}
    get_user_model().objects.filter(pk=desk.editor.user.pk).delete()
    assert desk.reviewer.get("/comments/", course_uuid=desk.uuid).json()[0]["user"]["username"] == ""


def test_comments_are_for_those_who_see_the_draft(desk: Desk, outsider: Door) -> None:
    assert outsider.get("/comments/", course_uuid=desk.uuid).status_code == 403
    elsewhere = Door(factories.make_member(factories.make_organization(), "elsewhere"))
    assert elsewhere.get("/comments/", course_uuid=desk.uuid).status_code == 404
    assert elsewhere.post("/comments/", {"course_uuid": desk.uuid, "comment": "x"}).status_code == 404
    for faulty in ({}, {"course_uuid": "x"}, {"course_uuid": desk.uuid, "comment": " "}):
        answer = desk.editor.post("/comments/", faulty)
        assert (answer.status_code, type(answer.json())) == (400, str)
