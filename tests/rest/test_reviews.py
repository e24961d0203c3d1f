"""Reviews through the API: the queue, what is shown of one, and what is done with it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from openedx_catalog_publisher.api import add_comment, skip_step, update_course, update_run
from openedx_catalog_publisher.models import Review, RoleName, Status, UnitKind
from tests import factories
from tests.rest.conftest import API, Api
from tests.rest.test_budgets import statements
from tests.review.stage import Stage, draft, is_official, official, set_stage

pytestmark = pytest.mark.django_db

NONE = "00000000-0000-4000-8000-000000000000"


class Cast:
    """A stage with a client of each who has a part in it."""

    def __init__(self, **options: Any) -> None:
        """Set the stage."""
        self.stage: Stage = set_stage(**options)
        self.editor = Api(self.stage.editor.user)
        self.legal = Api(self.stage.legal.user)
        self.coordinator = Api(self.stage.coordinator.user)
        self.admin = Api(self.stage.admin.user)

    def path(self, unit: uuid.UUID | None = None) -> str:
        """Return the path of the open review of a unit; of the first run unless another is named."""
        return f"/reviews/{self.stage.open_review(unit or self.stage.run).uuid}/"

    def shown(self, api: Api, unit: uuid.UUID | None = None) -> dict[str, Any]:
        """Return what somebody is shown of the open review of a unit."""
        answer: dict[str, Any] = api.get(self.path(unit)).json()
        return answer

    def decide(self, api: Api, unit: uuid.UUID | None = None, **more: Any) -> Any:
        """Let somebody approve what they are shown."""
        seen = self.shown(api, unit)
        named = {name: seen[name] for name in ("run_digest", "course_digest")}
        return api.post(f"{self.path(unit)}decide/", named | more)


# Submitting.


def test_a_run_is_submitted_with_its_course_and_the_review_is_answered() -> None:
    cast = Cast()

    response = cast.editor.post(f"/course_runs/{cast.stage.run}/reviews/", {"comment": "Please."})

    review = Review.objects.get(open_unit=cast.stage.run)
    assert response.status_code == 201, response.json()
    assert response["Location"] == f"http://testserver{API}/reviews/{review.uuid}/"
    answered = response.json()
    assert (answered["id"], answered["kind"], answered["key"]) == (str(review.uuid), "course_run", review.unit_key)
    assert (answered["status"], answered["draft_status"], answered["step"]) == (
        "review_by_legal",
        "review_by_legal",
        "legal",
    )
    assert answered["missing_steps"] == ["legal", "internal"]
    assert answered["run_digest"] == review.review_digest
    of_course = Review.objects.get(open_unit=cast.stage.course)
    assert (answered["course_review"], answered["course_digest"]) == (str(of_course.uuid), of_course.review_digest)
    assert [(act["action"], act["comment"]) for act in answered["acts"]] == [("submitted", "Please.")]
    assert answered["submitted_by"] == cast.stage.editor.user.get_username()


def test_a_course_is_submitted_by_itself_if_it_is_what_was_read() -> None:
    cast = Cast()
    path = f"/courses/{cast.stage.course}/reviews/"
    tag = cast.editor.get(f"/courses/{cast.stage.course}/", editable="1")["ETag"]
    update_run(cast.stage.editor, cast.stage.run, {"max_effort": 9})

    assert cast.editor.post(path, {}, If_Match=tag).status_code == 412
    fresh = cast.editor.get(f"/courses/{cast.stage.course}/", editable="1")["ETag"]
    response = cast.editor.post(path, {}, If_Match=fresh)

    assert response.status_code == 201, response.json()
    assert (response.json()["kind"], response.json()["run_digest"], response.json()["origin"]) == ("course", "", "own")
    assert draft(cast.stage.run).status == Status.UNPUBLISHED


def test_a_run_that_moved_on_is_not_submitted() -> None:
    cast = Cast()
    path = f"/course_runs/{cast.stage.run}/reviews/"

    assert cast.editor.post(path, {}, If_Match='"0"').status_code == 412
    assert cast.editor.post(path, {}, If_Match=f'"{draft(cast.stage.run).revision}"').status_code == 201


def test_all_that_is_missing_is_named_as_the_api_names_it() -> None:
    cast = Cast(go_live=None, title="", subjects=[], entitlement=None)
    update_run(cast.stage.editor, cast.stage.run, {"language": None})

    of_run = cast.editor.post(f"/course_runs/{cast.stage.run}/reviews/")
    of_course = cast.editor.post(f"/courses/{cast.stage.course}/reviews/")

    assert of_run.status_code == of_course.status_code == 400
    assert set(of_run.json()["errors"]) == {
        "go_live_date",
        "content_language",
        "course.entitlements",
        "course.subjects",
        "course.title",
    }
    assert set(of_course.json()["errors"]) == {"entitlements", "subjects", "title"}


def test_what_is_in_review_is_not_submitted_again() -> None:
    cast = Cast()
    cast.stage.submit()

    again = cast.editor.post(f"/course_runs/{cast.stage.run}/reviews/")

    assert again.status_code == 409
    assert again.json()["details"][0]["code"] == "in_review"


def test_reviews_of_a_unit_are_listed_with_their_acts_the_last_first() -> None:
    cast = Cast()
    first = cast.stage.submit().review
    cast.editor.post(f"/reviews/{first}/withdraw/", {"comment": "A teacher is ill."})
    second = cast.stage.submit().review

    listed = cast.legal.get(f"/course_runs/{cast.stage.run}/reviews/").json()

    assert [entry["id"] for entry in listed["results"]] == [str(second), str(first)]
    closed = listed["results"][1]
    assert [(act["action"], act["comment"]) for act in closed["acts"]] == [
        ("submitted", ""),
        ("withdrawn", "A teacher is ill."),
    ]
    assert (closed["is_open"], closed["closing"], closed["step"]) == (False, "withdrawn", None)
    assert cast.legal.get(f"/courses/{cast.stage.course}/reviews/").json()["count"] == 2


def test_the_same_submission_again_gets_the_first_answer() -> None:
    cast = Cast()
    path = f"/course_runs/{cast.stage.run}/reviews/"

    first, again = (cast.editor.post(path, {}, Idempotency_Key="once") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replayed"] == "true"
    assert again["Location"] == first["Location"]
    assert Review.objects.filter(unit_uuid=cast.stage.run).count() == 1


# The queue.


def test_the_queue_holds_what_waits_for_the_user_who_waits_longest_first() -> None:
    cast = Cast(runs=2)
    first, second = cast.stage.runs
    cast.stage.submit(second)
    cast.stage.submit(first)

    def waiting(api: Api) -> list[str]:
        return [entry["unit"] for entry in api.get("/reviews/").json()["results"]]

    assert waiting(cast.legal) == [str(cast.stage.course), str(second), str(first)]
    assert waiting(cast.coordinator) == waiting(cast.editor) == []
    cast.stage.approve_legally(second)
    assert waiting(cast.legal) == [str(first)]
    assert waiting(cast.coordinator) == [str(cast.stage.course), str(second)]
    assert set(waiting(cast.admin)) == {str(cast.stage.course), str(first), str(second)}


def test_without_waiting_all_that_may_be_seen_is_listed_the_last_first() -> None:
    cast, other = Cast(), Cast()
    cast.stage.submit()
    other.stage.submit()

    listed = cast.editor.get("/reviews/", waiting="0").json()["results"]

    assert [entry["unit"] for entry in listed] == [str(cast.stage.run), str(cast.stage.course)]
    assert Api(factories.make_user()).get("/reviews/", waiting="0").json()["count"] == 0


def test_the_queue_is_narrowed() -> None:
    cast, other = Cast(), Cast()
    for each in (cast, other):
        each.stage.submit()
    other.stage.approve_legally()
    withdrawn = Cast()
    withdrawn.editor.post(f"/reviews/{withdrawn.stage.submit().review}/withdraw/")
    key = draft(cast.stage.course).key

    def units(**parameters: Any) -> set[str]:
        found = cast.admin.get("/reviews/", waiting="0", **parameters).json()["results"]
        return {entry["unit"] for entry in found}

    ours, theirs = ({str(each.stage.course), str(each.stage.run)} for each in (cast, other))
    assert units(step="legal") == ours
    assert units(step="internal") == units(status="review_by_internal,reviewed") == theirs
    assert units(organization=cast.stage.organization.key.lower(), open="1") == ours
    assert units(course=key) == units(course=str(cast.stage.course)) == ours
    assert units(course=key, kind="course") == {str(cast.stage.course)}
    assert units(open="0") == {str(withdrawn.stage.course), str(withdrawn.stage.run)}


@pytest.mark.parametrize(
    "parameters",
    [{"waiting": "2"}, {"step": "third"}, {"status": "lost"}, {"kind": "program"}, {"open": "x"}, {"ordering": "key"}],
    ids=str,
)
def test_a_faulty_parameter_is_named(parameters: dict[str, str]) -> None:
    response = Api(factories.make_admin()).get("/reviews/", **parameters)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == list(parameters)


# One review.


def test_a_review_shows_what_differs_and_what_was_done() -> None:
    cast = Cast()
    cast.stage.submit(comment="Please.")

    shown = cast.shown(cast.legal)

    assert {"type", "staff"} <= {change["field"] for change in shown["changes_since_official"]}
    assert shown["changes_since_approval"] is None
    assert shown["labels"]["courseruntype"] == {str(factories.run_type().uuid): factories.run_type().name}
    assert (shown["may_decide"], shown["obstacle"]) == (True, "")
    assert (shown["has_ofac_restrictions"], shown["ofac_comment"]) == (None, None)
    assert shown["course"]["key"] == draft(cast.stage.course).key
    assert shown["course"]["owners"] == [cast.stage.organization.key]
    theirs = cast.shown(cast.coordinator)
    assert (theirs["may_decide"], theirs["obstacle"]) == (
        False,
        "Legal review of this course is not yours to decide.",
    )


def test_a_reviewer_is_shown_what_moved_since_their_own_approval() -> None:
    cast = Cast()
    cast.stage.submit_course()
    cast.stage.approve_legally(cast.stage.course)
    update_course(cast.stage.editor, cast.stage.course, {"title": "Another"})
    cast.stage.submit_course()

    mine, theirs = (cast.shown(api, cast.stage.course) for api in (cast.legal, cast.coordinator))

    assert [(change["field"], change["new"]) for change in mine["changes_since_approval"]] == [("title", "Another")]
    assert theirs["changes_since_approval"] is None
    assert len(mine["changes_since_official"]) > 5


def test_whoever_changed_the_content_is_told_that_they_may_not_approve_it() -> None:
    cast = Cast()
    factories.grant(cast.stage.editor.user, RoleName.LEGAL_REVIEWER, cast.stage.organization)
    cast.stage.submit()

    shown = cast.shown(cast.editor)
    refused = cast.decide(cast.editor, has_ofac_restrictions=False)

    assert not shown["may_decide"]
    assert "yourself since it was last published" in shown["obstacle"]
    assert refused.status_code == 403


def test_whoever_approved_the_other_step_may_not_where_two_are_asked_for(settings: Any) -> None:
    settings.CATALOG_PUBLISHER_TWO_REVIEWERS = True
    cast = Cast()
    factories.grant(cast.stage.legal.user, RoleName.PROJECT_COORDINATOR, cast.stage.organization)
    cast.stage.submit()
    cast.stage.approve_legally()

    shown = cast.shown(cast.legal)

    assert (shown["may_decide"], shown["step"]) == (False, "internal")
    assert "approved another step" in shown["obstacle"]
    assert cast.decide(cast.legal).status_code == 403
    assert cast.shown(cast.coordinator)["may_decide"]


def test_what_may_not_be_seen_does_not_exist() -> None:
    cast, other = Cast(), Cast()
    other.stage.submit()
    path = other.path()

    assert cast.legal.get(path).status_code == 404
    for act in ("decide", "withdraw", "request_changes", "skip"):
        assert cast.legal.post(f"{path}{act}/").status_code == 404
    assert cast.legal.get(f"/reviews/{NONE}/").status_code == cast.legal.get("/reviews/mine/").status_code == 404


# Deciding.


def test_the_whole_way_of_a_run() -> None:
    cast = Cast(go_live=-timedelta(minutes=1))
    cast.editor.post(f"/course_runs/{cast.stage.run}/reviews/")

    legal = cast.decide(cast.legal, comment="Fine.", has_ofac_restrictions=True, ofac_comment="Not in Neverland.")

    assert legal.status_code == 200, legal.json()
    assert (legal.json()["status"], legal.json()["release"]) == ("review_by_internal", None)
    assert legal.json()["decided"] == [draft(cast.stage.course).key, draft(cast.stage.run).key]
    assert draft(cast.stage.run).has_ofac_restrictions is True  # type: ignore[attr-defined]
    last = legal.json()["review"]["acts"][-1]
    assert (last["action"], last["step"], last["comment"]) == ("approved", "legal", "Fine.")
    assert cast.shown(cast.coordinator)["ofac_comment"] == "Not in Neverland."

    internal = cast.decide(cast.coordinator)

    assert internal.json()["status"] == "published"
    assert internal.json()["release"] is not None
    assert (internal.json()["review"]["closing"], internal.json()["review"]["is_open"]) == ("went_live", False)
    assert official(cast.stage.run).status == official(cast.stage.course).status == Status.PUBLISHED


def test_what_was_not_read_is_not_approved() -> None:
    cast = Cast()
    cast.stage.submit()
    path = cast.path()

    stale = cast.legal.post(f"{path}decide/", {"run_digest": "old", "has_ofac_restrictions": False})

    assert stale.status_code == 409
    [detail] = stale.json()["details"]
    assert (detail["code"], detail["review_digest"]) == ("stale_digest", cast.shown(cast.legal)["run_digest"])
    assert draft(cast.stage.run).status == Status.REVIEW_BY_LEGAL


@pytest.mark.parametrize(
    ("act", "body", "field"),
    [
        ("decide", {}, "run_digest"),
        ("decide", {"run_digest": 7}, "run_digest"),
        ("decide", {"digest": "x"}, "digest"),
        ("decide", {"step": "third"}, "step"),
        ("decide", {"has_ofac_restrictions": "no"}, "has_ofac_restrictions"),
        ("decide", {"ofac_comment": 7}, "ofac_comment"),
        ("request_changes", {}, "comment"),
        ("request_changes", {"reason": "x"}, "reason"),
        ("skip", {}, "reason"),
        ("withdraw", {"comment": []}, "comment"),
        ("withdraw", {"reason": "x"}, "reason"),
    ],
    ids=str,
)
def test_a_faulty_request_names_the_field(act: str, body: dict[str, Any], field: str) -> None:
    cast = Cast()
    cast.stage.submit()

    response = cast.admin.post(f"{cast.path()}{act}/", body)

    assert response.status_code == 400, response.json()
    assert list(response.json()["errors"]) == [field]


def test_of_two_who_decide_one_step_the_second_is_told() -> None:
    cast = Cast()
    cast.stage.submit()
    seen = cast.shown(cast.admin)
    named = {name: seen[name] for name in ("run_digest", "course_digest", "step")}
    cast.stage.approve_legally()

    second = cast.admin.post(f"{cast.path()}decide/", named)
    back = cast.admin.post(f"{cast.path()}request_changes/", named | {"comment": "Too long."})
    skipped = cast.admin.post(f"{cast.path()}skip/", named | {"reason": "x"})
    plan = cast.admin.post(
        "/reviews/bulk/", {"action": "approve", "reviews": [{"id": seen["id"], **named}], "dry_run": True}
    )

    for response in (second, back, skipped):
        assert (response.status_code, response.json()["details"][0]["code"]) == (409, "step_moved")
    assert [remark["code"] for remark in plan.json()["reviews"][0]["problems"]] == ["step_moved"]
    assert draft(cast.stage.run).status == Status.REVIEW_BY_INTERNAL


def test_the_legal_review_needs_an_ofac_decision() -> None:
    cast = Cast()
    cast.stage.submit()

    assert list(cast.decide(cast.legal).json()["errors"]) == ["has_ofac_restrictions"]


def test_each_does_their_part_and_nobody_theirs_for_another() -> None:
    cast = Cast()
    cast.stage.submit()

    for api in (cast.editor, cast.coordinator):
        assert cast.decide(api, has_ofac_restrictions=False).status_code == 403
        seen = cast.shown(api)
        assert api.post(f"{cast.path()}skip/", {"run_digest": seen["run_digest"], "reason": "x"}).status_code == 403
    assert cast.legal.post(f"{cast.path()}withdraw/").status_code == 403


def test_changes_are_requested_and_the_team_reads_why() -> None:
    cast = Cast()
    cast.stage.submit()
    path, seen = cast.path(), cast.shown(cast.legal)

    response = cast.legal.post(
        f"{path}request_changes/", {"run_digest": seen["run_digest"], "comment": "Name the teachers."}
    )

    assert response.status_code == 200, response.json()
    assert (response.json()["closing"], response.json()["is_open"]) == ("changes_requested", False)
    assert draft(cast.stage.run).status == Status.UNPUBLISHED
    act = cast.editor.get(path).json()["acts"][-1]
    assert (act["action"], act["step"], act["comment"], act["reason"]) == (
        "changes_requested",
        "legal",
        "Name the teachers.",
        "changes_requested",
    )
    over = cast.legal.post(f"{path}decide/", {"run_digest": seen["run_digest"]})
    assert (over.status_code, over.json()["details"][0]["code"]) == (409, "review_over")


def test_an_administrator_skips_a_step_and_the_report_says_so() -> None:
    cast = Cast()
    cast.stage.submit()
    seen = cast.shown(cast.admin)
    named = {name: seen[name] for name in ("run_digest", "course_digest")}

    response = cast.admin.post(f"{cast.path()}skip/", named | {"reason": "Legal staff are away."})

    assert response.status_code == 200, response.json()
    assert response.json()["status"] == "review_by_internal"
    report = cast.admin.get("/reviews/skipped/").json()
    assert report["count"] == 2
    assert {(entry["kind"], entry["what"], entry["step"], entry["text"]) for entry in report["results"]} == {
        ("course_run", "review", "legal", "Legal staff are away."),
        ("course", "review", "legal", "Legal staff are away."),
    }
    assert {entry["actor"] for entry in report["results"]} == {cast.stage.admin.user.get_username()}


# Many at once.


def bulk(cast: Cast, api: Api, units: list[uuid.UUID], action: str = "approve", **more: Any) -> Any:
    """Let somebody decide what they are shown of some units, together."""
    named = []
    for unit in units:
        seen = cast.shown(api, unit)
        named.append({name: seen[name] for name in ("id", "run_digest", "course_digest")})
    return api.post("/reviews/bulk/", {"action": action, "reviews": named} | more)


def outcome(response: Any) -> list[tuple[str, str | None, str, bool]]:
    """Return unit kind, step, status afterwards and whether it goes live, of an answer."""
    assert response.status_code == 200, response.json()
    return [(entry["kind"], entry["step"], entry["status"], entry["goes_live"]) for entry in response.json()["reviews"]]


@pytest.mark.parametrize("date", [timedelta(days=3), -timedelta(minutes=1)], ids=["scheduled", "due"])
def test_a_plan_foretells_what_approving_many_does(date: timedelta) -> None:
    cast = Cast(runs=2, go_live=date)
    for run in cast.stage.runs:
        cast.stage.submit(run)
        cast.stage.approve_legally(run)
    units = [*cast.stage.runs]
    live = date < timedelta()
    expected = [("course_run", "internal", "published" if live else "reviewed", live)] * 2

    plan = bulk(cast, cast.coordinator, units, dry_run=True)
    assert outcome(plan) == expected
    assert (plan.json()["dry_run"], plan.json()["release"]) == (True, None)
    assert draft(cast.stage.run).status == Status.REVIEW_BY_INTERNAL
    done = bulk(cast, cast.coordinator, units, comment="All read.")

    assert outcome(done) == expected
    assert (done.json()["release"] is not None) is live
    assert draft(cast.stage.run).status == ("published" if live else "reviewed")
    assert is_official(cast.stage.run) is live


def test_a_plan_foretells_that_a_change_of_a_live_course_goes_live() -> None:
    cast = Cast()
    cast.stage.go_live()
    update_course(cast.stage.editor, cast.stage.course, {"title": "Another"})
    cast.stage.submit_course()
    cast.stage.approve_legally(cast.stage.course)
    expected = [("course", "internal", "published", True)]

    assert outcome(bulk(cast, cast.coordinator, [cast.stage.course], dry_run=True)) == expected
    assert outcome(bulk(cast, cast.coordinator, [cast.stage.course])) == expected


def test_without_the_course_s_digest_the_runs_wait_for_it() -> None:
    cast = Cast()
    cast.stage.submit()
    cast.stage.approve_legally()
    seen = cast.shown(cast.coordinator)
    body = {"action": "approve", "reviews": [{"id": seen["id"], "run_digest": seen["run_digest"]}]}
    expected = [("course_run", "internal", "review_by_internal", False)]

    assert outcome(cast.coordinator.post("/reviews/bulk/", body | {"dry_run": True})) == expected
    assert outcome(cast.coordinator.post("/reviews/bulk/", body)) == expected
    assert draft(cast.stage.run).status == Status.REVIEW_BY_INTERNAL


@pytest.mark.parametrize("live", [False, True])
def test_a_plan_foretells_what_requesting_changes_does(live: bool) -> None:
    cast = Cast()
    if live:
        cast.stage.go_live()
        update_course(cast.stage.editor, cast.stage.course, {"title": "Another"})
        update_run(cast.stage.editor, cast.stage.run, {"title_override": "Another"})
    cast.stage.submit()
    expected = [("course_run", "legal", "published" if live else "unpublished", False)]
    more = {"action": "request_changes", "comment": "Too long."}

    assert outcome(bulk(cast, cast.legal, [cast.stage.run], **more, dry_run=True)) == expected
    assert Review.objects.filter(open_unit=cast.stage.run).exists()
    assert outcome(bulk(cast, cast.legal, [cast.stage.run], **more)) == expected
    assert not Review.objects.filter(open_unit=cast.stage.run).exists()


def test_with_one_problem_nothing_is_decided_and_the_plan_names_all_of_them() -> None:
    cast, other = Cast(runs=2), Cast()
    for run in cast.stage.runs:
        cast.stage.submit(run)
    first, second = cast.stage.runs
    cast.stage.approve_legally(second)
    cast.stage.approve_internally(second)
    other.stage.submit()
    shown = [cast.shown(cast.admin, run) for run in (first, second)]
    theirs = other.shown(other.admin)
    over = other.shown(other.admin, other.stage.course)
    other.editor.post(f"/reviews/{theirs['id']}/withdraw/")
    body = {
        "action": "approve",
        "reviews": [
            {"id": shown[0]["id"], "run_digest": "old", "course_digest": shown[0]["course_digest"]},
            {"id": shown[1]["id"], "run_digest": shown[1]["run_digest"]},
            {"id": theirs["id"], "run_digest": theirs["run_digest"]},
            {"id": over["id"]},
        ],
    }

    plan = cast.admin.post("/reviews/bulk/", body | {"dry_run": True})
    refused = cast.admin.post("/reviews/bulk/", body)

    assert [[remark["code"] for remark in entry["problems"]] for entry in plan.json()["reviews"]] == [
        ["stale_digest", "ofac_missing"],
        ["already_approved"],
        ["review_over"],
        ["review_over"],
    ]
    assert refused.status_code == 409
    assert draft(first).status == Status.REVIEW_BY_LEGAL


def test_a_plan_names_what_is_not_named_and_who_may_not() -> None:
    cast = Cast()
    cast.stage.submit()
    shown = cast.shown(cast.legal)

    def codes(api: Api, **named: str) -> list[str]:
        body = {"action": "approve", "reviews": [{"id": shown["id"], **named}], "dry_run": True}
        [entry] = api.post("/reviews/bulk/", body).json()["reviews"]
        return [remark["code"] for remark in entry["problems"]]

    assert codes(cast.legal) == ["digest_missing", "ofac_missing"]
    assert codes(cast.coordinator, run_digest=shown["run_digest"]) == ["not_permitted", "ofac_missing"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["action", "reviews"]),
        ({"action": "reject", "reviews": []}, ["action", "reviews"]),
        ({"action": "approve", "reviews": [{"id": NONE}, {"id": NONE}]}, ["reviews"]),
        ({"action": "approve", "reviews": [{"id": "x"}, 7]}, ["reviews[0]", "reviews[1]"]),
        ({"action": "approve", "reviews": [{"id": NONE, "digest": "x"}]}, ["reviews[0]"]),
        ({"action": "approve", "reviews": [{"id": NONE, "run_digest": 7}]}, ["reviews[0]"]),
        ({"action": "approve", "reviews": [{"id": NONE, "step": "third"}]}, ["reviews[0]"]),
        ({"action": "request_changes", "reviews": [{"id": NONE}]}, ["comment"]),
        ({"action": "approve", "reviews": [{"id": NONE}], "comment": 7}, ["comment"]),
        ({"action": "approve", "reviews": [{"id": NONE}], "dry_run": "yes"}, ["dry_run"]),
        ({"action": "approve", "reviews": [{"id": NONE}], "dryrun": True}, ["dryrun"]),
    ],
    ids=str,
)
def test_a_faulty_request_about_many_names_every_field(body: dict[str, Any], fields: list[str]) -> None:
    response = Api(factories.make_admin()).post("/reviews/bulk/", body)

    assert response.status_code == 400, response.json()
    assert sorted(response.json()["errors"]) == fields


def test_a_review_that_may_not_be_seen_is_not_there_among_many_either() -> None:
    cast, other = Cast(), Cast()
    review = other.stage.submit().review
    body = {"action": "approve", "reviews": [{"id": str(review), "run_digest": "x"}], "dry_run": True}

    assert cast.legal.post("/reviews/bulk/", body).status_code == 404


# The report.


def test_the_report_is_for_administrators_and_of_their_organizations() -> None:
    cast, other = Cast(), Cast()
    for each in (cast, other):
        each.stage.submit()
        review, digests = each.stage.open_review(each.stage.run).uuid, each.stage.digests(each.stage.run)
        skip_step(each.stage.admin, review, **digests, reason="x")
    local = factories.make_user()
    factories.grant(local, RoleName.CATALOG_ADMIN, cast.stage.organization)

    assert cast.admin.get("/reviews/skipped/").json()["count"] == 4
    assert {entry["unit"] for entry in Api(local).get("/reviews/skipped/").json()["results"]} == {
        str(cast.stage.course),
        str(cast.stage.run),
    }
    for api in (cast.editor, cast.legal, cast.coordinator):
        assert api.get("/reviews/skipped/").status_code == 403
    assert Api(factories.make_user(is_superuser=True)).get("/reviews/skipped/").json()["count"] == 4
    assert cast.admin.get("/reviews/skipped/", since="2999-01-01T00:00:00Z").json()["count"] == 0
    assert list(cast.admin.get("/reviews/skipped/", since="soon").json()["errors"]) == ["since"]


def test_a_publication_without_review_stands_in_the_report_with_its_reason() -> None:
    cast = Cast()
    cast.admin.post(f"/courses/{cast.stage.course}/publish/", {"skip_review": True, "message": "The press waits."})

    [entry] = cast.admin.get("/reviews/skipped/").json()["results"]

    assert (entry["what"], entry["unit"], entry["text"], entry["approval"]) == (
        "publication",
        str(cast.stage.course),
        "The press waits.",
        "skipped",
    )
    download = cast.admin.get("/reviews/skipped/", export="csv")
    assert download["Content-Disposition"] == 'attachment; filename="skipped-reviews.csv"'


# What it costs.


def test_the_queue_costs_the_same_whatever_its_length() -> None:
    costs = {}
    admin = factories.make_admin()
    for count in (1, 3):
        cast = Cast(runs=count)
        for run in cast.stage.runs:
            cast.stage.submit(run, comment="Please.")
        costs[count] = {
            "legal": statements(cast.legal, "/reviews/"),
            "everything": statements(Api(admin), "/reviews/", waiting="0"),
        }

    assert costs[1] == costs[3] == {"legal": 8, "everything": 8}


def test_a_review_costs_the_same_whatever_was_done_in_it() -> None:
    costs = []
    for amendments in (1, 4):
        cast = Cast()
        cast.stage.submit()
        for number in range(amendments):
            add_comment(cast.stage.legal, UnitKind.COURSE_RUN, cast.stage.run, f"{number}?")
            update_run(cast.stage.editor, cast.stage.run, {"max_effort": 5 + number})
        costs.append(statements(cast.legal, cast.path()))

    assert costs == [19, 19]
