"""Plans, publications, history and releases through the API."""

from __future__ import annotations

from typing import Any

import pytest

from openedx_catalog_publisher.api import Selection, update_course, update_run
from openedx_catalog_publisher.models import Course, CourseRun, OrganizationProfile, Publication, Release
from tests import factories
from tests.rest.conftest import Api

pytestmark = pytest.mark.django_db

COURSE_PATH = "/courses/AcmeX+DS101/"
RUN_KEY = "course-v1:AcmeX+DS101+1T2031"
RUN_PATH = f"/course_runs/{RUN_KEY}/"
PLACE = {"location_name": "Antwerp", "lat": "51.2", "lng": "4.4"}
"""Content that needs no review."""

UNREVIEWED = {"skip_review": True, "message": "Spring"}


@pytest.fixture
def admin() -> Api:
    """A catalog administrator."""
    return Api(factories.make_admin("chief"))


def title(api: Api, **parameters: Any) -> str:
    found: str = api.get(COURSE_PATH, **parameters).json()["title"]
    return found


# Plan and publish.


def test_a_plan_says_what_would_move_and_writes_nothing(course: Course, team: Api) -> None:
    team.patch(COURSE_PATH, {"title": "Daten"})
    before = Publication.objects.count()

    response = team.post(f"{COURSE_PATH}plan/")

    plan = response.json()
    assert response.status_code == 200
    assert [(unit["key"], unit["effect"], unit["base_publication"]) for unit in plan["units"]] == [
        ("AcmeX+DS101", "change", 1)
    ]
    assert plan["units"][0]["changes"] == [
        {"field": "title", "old": "Data für alle", "new": "Daten", "review": "reviewed"}
    ]
    assert plan["units"][0]["rows"] == {"course": {"inserts": 0, "updates": 1, "deletes": 0}}
    assert Publication.objects.count() == before
    assert title(team) == "Data für alle"


def test_changes_tell_what_people_call_the_things_that_they_name(course: Course, team: Api) -> None:
    level, subject = factories.make_level("Advanced"), factories.make_subject("Botany")
    team.patch(COURSE_PATH, {"level_type": "Advanced", "subjects": [subject.slug]})

    plan, diff = team.post(f"{COURSE_PATH}plan/").json(), team.get(f"{COURSE_PATH}diff/").json()

    assert plan["labels"]["leveltype"][str(level.uuid)] == "Advanced"
    assert plan["labels"]["subject"][str(subject.uuid)] == "Botany"
    assert plan["labels"] == diff["labels"] == team.post(f"{COURSE_PATH}discard/").json()["labels"]
    assert "AcmeX" in team.get(f"{COURSE_PATH}history/").json()["labels"]["organizationprofile"].values()


def test_what_was_planned_is_published(course: Course, team: Api) -> None:
    team.patch(COURSE_PATH, {"geolocation": PLACE})
    digest = team.post(f"{COURSE_PATH}plan/").json()["plan_digest"]

    response = team.post(f"{COURSE_PATH}publish/", {"expected_digest": digest, "message": "Spring"})

    assert response.status_code == 200
    assert [(row["key"], row["number"]) for row in response.json()["publications"]] == [("AcmeX+DS101", 2)]
    assert Release.objects.get(uuid=response.json()["release"]).message == "Spring"
    assert team.get(COURSE_PATH).json()["geolocation"]["location_name"] == "Antwerp"
    assert team.get(COURSE_PATH, editable="1").json()["has_unpublished_changes"] is False


# Reviews.


def test_what_needs_review_is_not_published_and_the_missing_steps_are_named(course: Course, team: Api) -> None:
    team.patch(COURSE_PATH, {"title": "Daten"})
    assert team.patch(RUN_PATH, {"title": "Daten im Frühling"}).status_code == 200
    both = ["legal", "internal"]

    plan = team.post(f"{COURSE_PATH}plan/", {"runs": "all"}).json()
    refused = team.post(f"{COURSE_PATH}publish/", {"runs": "all"})

    assert {unit["key"]: unit["missing_reviews"] for unit in plan["units"]} == {
        "AcmeX+DS101": both,
        RUN_KEY: both,
        "course-v1:AcmeX+DS101+2T2031": [],
    }
    assert refused.status_code == 409
    assert refused.json()["details"] == [
        {"code": "review_missing", "key": "AcmeX+DS101", "steps": both},
        {"code": "review_missing", "key": RUN_KEY, "steps": both},
    ]
    assert title(team) == "Data für alle"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{COURSE_PATH}publish/", {}),
        (f"{RUN_PATH}publish/", {"with_course": True}),
        ("/releases/", {"units": ["AcmeX+DS101"]}),
    ],
    ids=str,
)
def test_an_administrator_publishes_without_review_and_says_why(
    course: Course, team: Api, admin: Api, path: str, body: dict[str, Any]
) -> None:
    team.patch(COURSE_PATH, {"title": "Daten"})
    skipping = body | {"skip_review": True, "message": "A wrong title is live."}

    assert team.post(path, skipping).status_code == 403
    assert list(admin.post(path, skipping | {"message": " "}).json()["errors"]) == ["message"]
    assert list(admin.post(path, skipping | {"skip_review": "yes"}).json()["errors"]) == ["skip_review"]
    assert title(team) == "Data für alle"
    response = admin.post(path, skipping)

    assert response.status_code in (200, 201), response.json()
    assert title(team) == "Daten"
    last = team.get(f"{COURSE_PATH}history/").json()["results"][0]
    assert (last["approval"], last["actor"], last["message"]) == ("skipped", "chief", "A wrong title is live.")


def test_what_is_undone_is_not_asked_for_review(course: Course, team: Api, admin: Api) -> None:
    team.patch(COURSE_PATH, {"title": "Daten"})
    made = admin.post(f"{COURSE_PATH}publish/", {"skip_review": True, "message": "Now."}).json()
    path = f"/releases/{made['release']}/undo/"

    assert list(admin.post(path, {"skip_review": True}).json()["errors"]) == ["skip_review"]
    assert admin.post(path).status_code == 200
    assert title(team) == "Data für alle"


def test_what_moved_since_the_plan_is_not_published(course: Course, team: Api) -> None:
    digest = team.post(f"{COURSE_PATH}plan/").json()["plan_digest"]
    team.patch(COURSE_PATH, {"title": "Daten"})

    refused = team.post(f"{COURSE_PATH}publish/", {"expected_digest": digest})

    assert refused.status_code == 409
    assert refused.json()["details"] == [
        {"key": "AcmeX+DS101", "revision": 3, "base_publication": 1, "fields": ["title"]}
    ]
    assert title(team) == "Data für alle"


def test_nothing_to_publish_is_no_fault(course: Course, team: Api) -> None:
    response = team.post(f"{COURSE_PATH}publish/", {"runs": "all"})

    assert response.status_code == 200
    assert (response.json()["release"], response.json()["publications"]) == (None, [])
    assert len(response.json()["unchanged"]) == 3


def test_named_runs_come_along(course: Course, run: CourseRun, team: Api) -> None:
    team.patch(COURSE_PATH, {"title": "Daten"})
    team.patch(RUN_PATH, {"min_effort": 2})

    alone = team.post(f"{COURSE_PATH}plan/").json()
    named = team.post(f"{COURSE_PATH}plan/", {"runs": [RUN_KEY.upper()]}).json()
    every = team.post(f"{COURSE_PATH}plan/", {"runs": "all"}).json()

    assert [len(plan["units"]) for plan in (alone, named, every)] == [1, 2, 3]


def test_the_course_comes_along_with_a_run_where_needed_or_asked_for(
    course: Course, organization: OrganizationProfile, team: Api, admin: Api
) -> None:
    made = factories.make_course(organization, number="New", runs=1)
    new_run = f"/course_runs/{made.runs[0].uuid}/"

    assert [unit["kind"] for unit in team.post(f"{new_run}plan/").json()["units"]] == ["course", "course_run"]
    assert [unit["kind"] for unit in team.post(f"{RUN_PATH}plan/").json()["units"]] == ["course_run"]
    with_course = team.post(f"{RUN_PATH}plan/", {"with_course": True}).json()["units"]
    assert [unit["kind"] for unit in with_course] == ["course", "course_run"]
    assert admin.post(f"{new_run}publish/", {"skip_review": True, "message": "Now."}).status_code == 200
    assert team.get("/courses/AcmeX+New/").json()["status"] == "published"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (f"{COURSE_PATH}plan/", {"runs": ["course-v1:No+Such+Run"]}, "runs"),
        (f"{COURSE_PATH}plan/", {"runs": "some"}, "runs"),
        (f"{COURSE_PATH}plan/", {"run": "all"}, "run"),
        (f"{COURSE_PATH}publish/", {"expected_digest": 7}, "expected_digest"),
        (f"{COURSE_PATH}publish/", {"expected_digst": "7"}, "expected_digst"),
        (f"{COURSE_PATH}publish/", {"message": []}, "message"),
        (f"{COURSE_PATH}unpublish/", {}, "message"),
        (f"{COURSE_PATH}unpublish/", {"message": "Over.", "runs": "all"}, "runs"),
        (f"{RUN_PATH}publish/", {"runs": "all"}, "runs"),
        (f"{RUN_PATH}plan/", {"with_course": "yes"}, "with_course"),
        ("/releases/", {}, "units"),
        ("/releases/", {"units": ["AcmeX+DS101"], "dry_run": True}, "dry_run"),
        ("/releases/", {"units": []}, "units"),
        ("/releases/plan/", {"units": ["AcmeX+Nothing"]}, "units"),
        ("/releases/plan/", {"units": ["AcmeX+DS101"], "with_runs": "yes"}, "with_runs"),
    ],
    ids=str,
)
def test_a_faulty_request_names_the_field(course: Course, team: Api, path: str, body: Any, field: str) -> None:
    response = team.post(path, body)

    assert response.status_code == 400, response.json()
    assert list(response.json()["errors"]) == [field]


def test_whoever_may_not_edit_may_not_publish(course: Course, organization: OrganizationProfile) -> None:
    colleague = Api(factories.make_member(organization))

    assert colleague.post(f"{COURSE_PATH}plan/").status_code == 200
    for path in (f"{COURSE_PATH}publish/", f"{COURSE_PATH}discard/", f"{COURSE_PATH}history/1/restore/"):
        assert colleague.post(path).status_code == 403


# Differences, discarding, history.


def test_a_difference_is_told_field_by_field_and_can_be_discarded(course: Course, team: Api) -> None:
    assert team.get(f"{COURSE_PATH}diff/").json()["changes"] == []
    team.patch(COURSE_PATH, {"title": "Daten", "prices": {"verified": "59.00"}})

    different = team.get(f"{COURSE_PATH}diff/").json()
    discarded = team.post(f"{COURSE_PATH}discard/").json()

    assert [change["field"] for change in different["changes"]] == ["title", "entitlement"]
    assert [change["field"] for change in discarded["changes"]] == ["title", "entitlement"]
    assert team.get(f"{COURSE_PATH}diff/").json()["changes"] == []
    assert title(team, editable="1") == "Data für alle"


def test_what_never_was_official_cannot_be_discarded(organization: OrganizationProfile, team: Api) -> None:
    factories.make_course(organization, number="New")

    assert team.post("/courses/AcmeX+New/discard/").status_code == 409


def test_history_is_listed_and_an_old_publication_restored(course: Course, team: Api, admin: Api) -> None:
    team.patch(COURSE_PATH, {"title": "Daten"})
    admin.post(f"{COURSE_PATH}publish/", {"message": "Renamed", "skip_review": True})

    history = team.get(f"{COURSE_PATH}history/").json()

    assert history["count"] == 2
    last, first = history["results"]
    assert (last["number"], last["actor"], last["message"], last["source"]) == (2, "chief", "Renamed", "native")
    assert [change["field"] for change in last["changes"]] == ["title"]
    assert (first["number"], first["actor"]) == (1, "tests")
    assert {"title", "subjects"} <= {change["field"] for change in first["changes"]}

    restored = team.post(f"{COURSE_PATH}history/1/restore/")
    assert [(change["field"], change["new"]) for change in restored.json()["changes"]] == [("title", "Data für alle")]
    assert (title(team), title(team, editable="1")) == ("Daten", "Data für alle")
    assert team.post(f"{COURSE_PATH}history/9/restore/").status_code == 404


def test_a_course_is_taken_out_of_the_market_and_stays_readable(course: Course, team: Api) -> None:
    response = team.post(f"{COURSE_PATH}unpublish/", {"message": "Paused"})

    assert response.status_code == 200
    assert response.json()["action"] == "unpublish"
    assert team.get(COURSE_PATH).json()["status"] == "unpublished"


@pytest.mark.parametrize("path", [COURSE_PATH, RUN_PATH])
def test_what_was_unpublished_is_opened_again_as_it_was(course: Course, team: Api, path: str) -> None:
    team.patch(COURSE_PATH, {"title": "Daten"})
    assert team.post(f"{path}reopen/", {"message": "Renewed"}).status_code == 409
    team.post(f"{path}unpublish/", {"message": "Paused"})

    response = team.post(f"{path}reopen/", {"message": "Renewed"})

    assert response.status_code == 200, response.json()
    assert (response.json()["action"], response.json()["message"]) == ("publish", "Renewed")
    assert len(response.json()["publications"]) == 1
    assert team.get(path).json()["status"] == "published"
    assert title(team) == "Data für alle"


def test_a_run_is_archived_when_it_has_ended(course: Course, run: CourseRun, team: Api) -> None:
    early = team.post(f"{RUN_PATH}archive/", {"message": "Over"})
    assert (early.status_code, list(early.json()["errors"])) == (400, ["end"])
    assert "2031-12-31" in early.json()["detail"]
    team.patch(RUN_PATH, {"start": "2021-01-01T00:00:00Z", "end": "2021-06-30T00:00:00Z"})
    team.post(f"{RUN_PATH}publish/")

    response = team.post(f"{RUN_PATH}archive/", {"message": "Over"})

    assert response.status_code == 200, response.json()
    assert [(row["key"], row["status"]) for row in response.json()["publications"]] == [(RUN_KEY, "unpublished")]
    assert team.get(RUN_PATH).json()["status"] == "unpublished"


@pytest.mark.parametrize("act", ["reopen", "archive"])
def test_opening_again_and_archiving_say_why(course: Course, team: Api, act: str) -> None:
    for body, field in (({}, "message"), ({"message": "x", "reason": "y"}, "reason")):
        response = team.post(f"{RUN_PATH}{act}/", body)
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])


# Releases.


@pytest.fixture
def two_organizations(course: Course, organization: OrganizationProfile) -> Api:
    """An administrator of two organizations, whose courses both have something to publish."""
    other = factories.make_organization("OtherX")
    made = factories.make_course(other, number="B1", title="Botany", runs=1)
    factories.publish_now(Selection.of([made.course.uuid], all_runs=True))
    update_course(factories.SYSTEM, made.course.uuid, {"title": "Botany again"})
    update_run(factories.SYSTEM, made.runs[0].uuid, {"min_effort": 2})
    update_course(factories.SYSTEM, course.uuid, {"title": "Daten"})
    return Api(factories.make_admin("both"))


def test_units_of_many_organizations_are_released_and_the_release_undone(
    course: Course, two_organizations: Api
) -> None:
    api, units = two_organizations, {"units": ["AcmeX+DS101", "OtherX+B1"], "with_runs": True}
    plan = api.post("/releases/plan/", units).json()

    made = api.post("/releases/", units | UNREVIEWED | {"expected_digest": plan["plan_digest"]})

    assert made.status_code == 201, made.json()
    assert [row["key"] for row in made.json()["publications"]] == [
        unit["key"] for unit in plan["units"] if unit["effect"] != "none"
    ]
    path = f"/releases/{made.json()['release']}/"
    assert api.get(path).json()["message"] == "Spring"
    assert len(api.get(path).json()["publications"]) == 3

    undo = api.post(f"{path}undo/plan/").json()
    assert {unit["key"] for unit in undo["units"]} == {row["key"] for row in made.json()["publications"]}
    undone = api.post(f"{path}undo/", {"expected_digest": undo["plan_digest"]})
    assert undone.status_code == 200
    assert title(api) == "Data für alle"
    assert api.get("/releases/").json()["results"][0]["undoes"] == made.json()["release"]
    assert api.post(f"{path}undo/").status_code == 409


def test_a_release_with_nothing_to_do_is_none(course: Course, team: Api) -> None:
    response = team.post("/releases/", {"units": ["AcmeX+DS101"]})

    assert (response.status_code, response.json()["release"]) == (200, None)


def test_of_a_release_only_those_units_are_shown_whose_drafts_may_be_seen(
    course: Course, two_organizations: Api, team: Api
) -> None:
    made = two_organizations.post("/releases/", {"units": ["AcmeX+DS101", "OtherX+B1"]} | UNREVIEWED).json()
    path = f"/releases/{made['release']}/"

    assert [row["key"] for row in team.get(path).json()["publications"]] == ["AcmeX+DS101"]
    assert team.post("/releases/plan/", {"units": ["OtherX+B1"]}).status_code == 400
    outsider = Api(factories.make_user())
    assert outsider.get(path).status_code == 404
    assert outsider.get("/releases/").json()["count"] == 0
    assert team.post(f"{path}undo/").status_code == 403


def test_a_release_that_does_not_exist_is_not_found(team: Api) -> None:
    for name in ("00000000-0000-4000-8000-000000000000", "spring"):
        assert team.get(f"/releases/{name}/").status_code == 404
