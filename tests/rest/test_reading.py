"""Lists and details of courses and runs: what is shown to whom, and how it is asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from openedx_catalog_publisher.api import Selection, remove, unpublish, update_course, update_run
from openedx_catalog_publisher.models import Course, CourseRun, OrganizationProfile, Publication
from tests import factories
from tests.rest.conftest import API, Api

pytestmark = pytest.mark.django_db


def keys_of(response: Any) -> list[str]:
    assert response.status_code == 200, response.json()
    return [row["key"] for row in response.json()["results"]]


# Who may see what.


@pytest.mark.parametrize("path", ["/courses/", "/course_runs/", "/courses/AcmeX+DS101/", "/releases/"])
def test_whoever_is_not_logged_in_is_told_so(course: Course, path: str) -> None:
    response = Api(None).get(path)

    assert response.status_code == 401
    assert response.json()["type"] == "https://docs.openedx.org/errors/authn"
    assert response["WWW-Authenticate"].startswith("JWT")


def test_an_account_that_was_closed_has_no_entry(course: Course, member: Any) -> None:
    api = Api(member)
    member.is_active = False
    member.save()

    assert api.get("/courses/").status_code in (401, 403)


def test_everybody_with_an_account_reads_what_is_official(course: Course) -> None:
    outsider = Api(factories.make_user())

    assert keys_of(outsider.get("/courses/")) == ["AcmeX+DS101"]
    assert outsider.get("/courses/AcmeX+DS101/").json()["draft"] is False


@pytest.mark.parametrize("path", ["/courses/AcmeX+DS101/", "/course_runs/course-v1:AcmeX+DS101+1T2031/"])
def test_drafts_are_for_their_organization_and_do_not_exist_for_others(course: Course, path: str) -> None:
    stranger = Api(factories.make_member(factories.make_organization("OtherX")))

    assert stranger.get(path, editable="1").status_code == 404
    assert stranger.patch(path, {"title": "Mine"}).status_code == 404
    assert stranger.get(f"{path}history/").status_code == 404
    assert keys_of(stranger.get(f"{path.split('/')[1].join('//')}", editable="1")) == []


def test_a_member_who_is_no_editor_sees_the_draft_and_may_not_write_it(
    course: Course, organization: OrganizationProfile
) -> None:
    colleague = Api(factories.make_member(organization))

    assert colleague.get("/courses/AcmeX+DS101/", editable="1").json()["editable"] is False
    refused = colleague.patch("/courses/AcmeX+DS101/", {"title": "Mine"})
    assert refused.status_code == 403
    assert refused.json()["type"] == "https://docs.openedx.org/errors/authz"


def test_editors_and_staff_are_told_that_they_may_edit(course: Course, team: Api) -> None:
    staff = Api(factories.make_user(is_staff=True))

    for api in (team, staff):
        assert api.get("/courses/AcmeX+DS101/", editable="1").json()["editable"] is True
        assert api.get("/courses/", editable="1").json()["results"][0]["editable"] is True
        assert api.get("/courses/AcmeX+DS101/").json()["editable"] is False


def test_editors_are_named_on_drafts_only(course: Course, team: Api, member: Any) -> None:
    draft = team.get("/courses/AcmeX+DS101/", editable="1").json()

    assert [editor["user"] for editor in draft["editors"]] == [{"id": member.pk, "full_name": "ann", "email": ""}]
    assert team.get("/courses/AcmeX+DS101/").json()["editors"] == []


# What is shown.


def test_a_unit_is_found_by_uuid_and_by_key_in_any_case(course: Course, run: CourseRun, team: Api) -> None:
    for name in (course.uuid, course.key, course.key.lower()):
        assert team.get(f"/courses/{name}/").json()["uuid"] == str(course.uuid)
    for name in (run.uuid, run.key, run.key.upper()):
        assert team.get(f"/course_runs/{name}/").json()["uuid"] == str(run.uuid)


def test_a_course_is_answered_with_its_runs_by_start(course: Course, team: Api) -> None:
    answer = team.get("/courses/AcmeX+DS101/").json()

    assert answer["course_run_keys"] == [run["key"] for run in answer["course_runs"]]
    assert answer["course_run_keys"] == ["course-v1:AcmeX+DS101+1T2031", "course-v1:AcmeX+DS101+2T2031"]
    assert {run["draft"] for run in answer["course_runs"]} == {False}
    assert answer["entitlements"] == [{"mode": "verified", "price": "49.00", "currency": "USD", "sku": None}]
    assert answer["owners"][0]["key"] == "AcmeX"
    assert answer["course_type"] == "verified-audit"
    assert answer["course_run_statuses"] == ["published"]
    assert answer["canonical_course_run_key"] == "course-v1:AcmeX+DS101+1T2031"


def test_what_a_run_lacks_is_its_courses(course: Course, run: CourseRun, team: Api) -> None:
    answer = team.get(f"/course_runs/{run.key}/").json()

    assert (answer["title"], answer["title_override"]) == ("Data für alle", None)
    assert answer["level_type"] == "Introductory"
    assert answer["staff"][0]["given_name"] == "Grace"
    assert answer["transcript_languages"] == ["en-us", "ar"]
    assert answer["seats"][1]["upgrade_deadline"] == "2031-12-21T23:59:59.099999Z"
    assert answer["first_enrollable_paid_seat_price"] == 49


def test_official_rows_do_not_move_with_the_draft(course: Course, team: Api) -> None:
    update_course(factories.SYSTEM, course.uuid, {"title": "Changed"})

    official = team.get("/courses/AcmeX+DS101/").json()
    draft = team.get("/courses/AcmeX+DS101/", editable="1").json()

    assert (official["title"], draft["title"]) == ("Data für alle", "Changed")
    assert (official["has_unpublished_changes"], draft["has_unpublished_changes"]) == (None, True)
    assert (official["revision"], draft["revision"]) == (None, 3)


def test_only_the_fields_that_are_asked_for_are_answered(course: Course, team: Api) -> None:
    answer = team.get("/courses/AcmeX+DS101/", fields="key,course_runs.key,owners.name").json()

    assert answer == {
        "key": "AcmeX+DS101",
        "course_runs": [{"key": "course-v1:AcmeX+DS101+1T2031"}, {"key": "course-v1:AcmeX+DS101+2T2031"}],
        "owners": [{"name": "AcmeX Öffentlich"}],
    }


@pytest.mark.parametrize("fields", ["nothing", "key.more", "course_runs.nothing"])
def test_fields_that_do_not_exist_are_named(course: Course, team: Api, fields: str) -> None:
    response = team.get("/courses/AcmeX+DS101/", fields=fields)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["fields"]


# Lists.


@pytest.fixture
def catalog(organization: OrganizationProfile, course: Course) -> list[str]:
    """Three courses: the full one, one that is only a draft, one with unpublished changes."""
    factories.make_course(organization, number="A1", title="Algebra", runs=0)
    changed = factories.make_course(factories.make_organization("OtherX"), number="B1", title="Botany", runs=1)
    factories.publish_now(Selection.of([changed.course.uuid], all_runs=True))
    update_course(factories.SYSTEM, changed.course.uuid, {"title": "Botany again"})
    return ["AcmeX+A1", "AcmeX+DS101", "OtherX+B1"]


@pytest.fixture
def staff() -> Api:
    return Api(factories.make_user(is_staff=True))


def test_lists_are_ordered_by_key_and_counted(catalog: list[str], staff: Api) -> None:
    answer = staff.get("/courses/", editable="1", page_size="2").json()

    assert [row["key"] for row in answer["results"]] == catalog[:2]
    assert (answer["count"], answer["num_pages"], answer["current_page"]) == (3, 2, 1)
    assert keys_of(staff.get("/courses/", editable="1", page_size="2", page="2")) == catalog[2:]
    assert staff.get("/courses/", editable="1", page="9").status_code == 404


def test_pages_by_key_go_through_all_rows_and_back(catalog: list[str], staff: Api) -> None:
    first = staff.get("/courses/", editable="1", page_size="2", cursor="").json()
    second = staff.client.get(first["next"]).json()

    assert [row["key"] for row in first["results"] + second["results"]] == catalog
    assert (first["previous"], second["next"]) == (None, None)
    assert staff.client.get(second["previous"]).json()["results"] == first["results"]


@pytest.mark.parametrize("ordering", ["modified", "-modified"])
def test_pages_by_key_skip_none_of_the_rows_of_one_moment(
    organization: OrganizationProfile, staff: Api, ordering: str
) -> None:
    for number in range(5):
        factories.make_course(organization, number=f"N{number}", runs=0)
    Course.everything.update(modified=timezone.now())

    found, url = [], f"{API}/courses/?editable=1&cursor=&page_size=2&ordering={ordering}"
    while url:
        page = staff.client.get(url).json()
        found += [row["key"] for row in page["results"]]
        url = page["next"]

    assert sorted(found) == [f"AcmeX+N{number}" for number in range(5)]


@pytest.mark.parametrize(
    "cursor", ["nonsense", "cD1ub25zZW5zZQ==", "cD0wMDAxLTAxLTAxVDAwJTNBMDAlM0EwMCUyQjE0JTNBMDA=", "%00"]
)
def test_a_cursor_that_is_none_is_not_found(catalog: list[str], staff: Api, cursor: str) -> None:
    assert staff.get("/courses/", cursor=cursor, ordering="modified").status_code == 404


@pytest.mark.parametrize(
    ("parameters", "numbers"),
    [
        ({"keys": "acmex+a1,OtherX+B1"}, [0, 2]),
        ({"org": "otherx"}, [2]),
        ({"search": "alg"}, [0]),
        ({"search": "ds101"}, [1]),
        ({"status": "published"}, [1, 2]),
        ({"has_unpublished_changes": "true"}, [0, 2]),
        ({"has_unpublished_changes": "false"}, [1]),
        ({"course_type": "open-courses"}, [0, 1, 2]),
        ({"course_type": "audit"}, []),
        ({"course_run_statuses": "published"}, [1, 2]),
        ({"course_run_statuses": "unsubmitted,archived"}, []),
        ({"ordering": "-title"}, [1, 2, 0]),
    ],
    ids=str,
)
def test_a_list_is_narrowed(catalog: list[str], staff: Api, parameters: dict[str, str], numbers: list[int]) -> None:
    assert keys_of(staff.get("/courses/", editable="1", **parameters)) == [catalog[number] for number in numbers]


def test_a_list_is_narrowed_to_editors(catalog: list[str], staff: Api, member: Any) -> None:
    assert keys_of(staff.get("/courses/", editable="1", editors=str(member.pk))) == ["AcmeX+DS101"]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"uuids": "x"}, "uuids"),
        ({"status": "gone"}, "status"),
        ({"has_unpublished_changes": "maybe"}, "has_unpublished_changes"),
        ({"modified_since": "yesterday"}, "modified_since"),
        ({"modified_since": "0001-01-01T00:00:00+14:00"}, "modified_since"),
        ({"modified_since": "9999-12-31T23:59:59-12:00"}, "modified_since"),
        ({"ordering": "price"}, "ordering"),
        ({"ordering": "title", "cursor": ""}, "ordering"),
        ({"editors": "ann"}, "editors"),
        ({"as_of": "2031-01-01T00:00:00Z"}, "as_of"),
        ({"editable": "perhaps"}, "editable"),
    ],
    ids=str,
)
def test_a_faulty_parameter_is_named(staff: Api, parameters: dict[str, str], field: str) -> None:
    response = staff.get("/courses/", **parameters)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


def test_runs_are_narrowed_to_their_course(catalog: list[str], course: Course, staff: Api) -> None:
    expected = ["course-v1:AcmeX+DS101+1T2031", "course-v1:AcmeX+DS101+2T2031"]

    assert keys_of(staff.get("/course_runs/", course=str(course.uuid))) == expected
    assert keys_of(staff.get("/course_runs/", course="acmex+ds101", ordering="-start")) == expected[::-1]
    assert keys_of(staff.get("/course_runs/", org="AcmeX", active="true", hidden="false")) == expected


def test_what_moved_since_is_found_when_only_a_run_moved(course: Course, run: CourseRun, staff: Api) -> None:
    Course.everything.update(modified=timezone.now() - timedelta(days=2))
    CourseRun.everything.update(modified=timezone.now() - timedelta(days=2))
    before = timezone.now()

    assert keys_of(staff.get("/courses/", editable="1", modified_since=before.isoformat())) == []
    update_run(factories.SYSTEM, run.uuid, {"min_effort": 2})
    answer = staff.get("/courses/", editable="1", modified_since=before.isoformat()).json()

    assert [row["key"] for row in answer["results"]] == ["AcmeX+DS101"]
    assert answer["results"][0]["data_modified_timestamp"] > answer["results"][0]["modified"]
    assert answer["server_time"] < timezone.now().isoformat()


def test_what_is_gone_since_is_listed(course: Course, staff: Api) -> None:
    before = timezone.now().isoformat()
    assert staff.get("/tombstones/", since=before).json()["results"] == []

    remove(factories.SYSTEM, courses=[course.uuid], reason="Rights expired")
    answer = staff.get("/tombstones/", since=before).json()["results"]

    assert [(row["kind"], row["key"]) for row in answer] == [
        ("course", "AcmeX+DS101"),
        ("course_run", "course-v1:AcmeX+DS101+1T2031"),
        ("course_run", "course-v1:AcmeX+DS101+2T2031"),
    ]
    factories.publish_now(Selection.of([course.uuid]))
    assert [row["kind"] for row in staff.get("/tombstones/").json()["results"]] == ["course_run", "course_run"]


# The past.


def test_what_was_official_then_is_answered_as_it_was(course: Course, run: CourseRun, team: Api) -> None:
    now_official = team.get("/courses/AcmeX+DS101/").json()
    then = timezone.now().isoformat()
    update_course(factories.SYSTEM, course.uuid, {"title": "Changed", "subjects": []})
    update_run(factories.SYSTEM, run.uuid, {"staff": [], "seats": []})
    factories.publish_now(Selection.of([course.uuid], all_runs=True))

    past = team.get("/courses/AcmeX+DS101/", as_of=then).json()

    # State that no record holds, and the time of the row, are not what they were.
    unknown = {"modified", "data_modified_timestamp", "canonical_course_run_key", "url_slug_history", "course_runs"}
    assert {name: value for name, value in past.items() if name not in unknown} == {
        name: value for name, value in now_official.items() if name not in unknown
    }
    for old, new in zip(past["course_runs"], now_official["course_runs"], strict=True):
        assert old | {"modified": None} == new | {"modified": None}
    assert team.get(f"/course_runs/{run.key}/", as_of=then).json() == past["course_runs"][0]


def test_the_status_of_the_time_is_answered(course: Course, team: Api) -> None:
    then = timezone.now().isoformat()
    unpublish(factories.SYSTEM, Selection.of([course.uuid]), reason="Paused")

    assert team.get("/courses/AcmeX+DS101/", as_of=then).json()["status"] == "published"
    assert team.get("/courses/AcmeX+DS101/", as_of=timezone.now().isoformat()).json()["status"] == "unpublished"


def test_before_the_first_publication_and_after_a_removal_there_is_nothing(course: Course, team: Api) -> None:
    first = Publication.objects.order_by("occurred_at").first()
    assert first is not None
    before = (first.occurred_at - timedelta(microseconds=1)).isoformat()
    assert team.get("/courses/AcmeX+DS101/", as_of=before).status_code == 404
    assert team.get("/courses/AcmeX+DS101/", as_of=first.occurred_at.isoformat()).status_code == 200

    remove(factories.SYSTEM, courses=[course.uuid], reason="Rights expired")
    assert team.get("/courses/AcmeX+DS101/", as_of=timezone.now().isoformat()).status_code == 404


@pytest.mark.parametrize(
    "parameters",
    [
        {"as_of": "then"},
        {"as_of": "2031-01-01T00:00:00Z", "editable": "1"},
        {"as_of": "0001-01-01T00:00:00+14:00"},
    ],
    ids=str,
)
def test_a_past_that_cannot_be_is_a_fault_of_as_of(course: Course, team: Api, parameters: dict[str, str]) -> None:
    response = team.get("/courses/AcmeX+DS101/", **parameters)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["as_of"]
