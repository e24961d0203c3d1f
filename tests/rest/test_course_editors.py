"""The editors of a course through the API: who sees them, who adds and removes them, and what follows."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from openedx_catalog_publisher.models import Course, CourseEditor, OrganizationProfile, RoleName
from tests import factories
from tests.rest.askers import askers, statuses
from tests.rest.conftest import Api

pytestmark = pytest.mark.django_db

PATH = "/courses/AcmeX+DS101/editors/"


@pytest.fixture
def grace(organization: OrganizationProfile) -> Any:
    """Another member of the organization."""
    return factories.make_member(organization, "grace")


def test_an_editor_adds_another_who_then_removes_the_first(course: Course, team: Api, member: Any, grace: Any) -> None:
    first = team.get(PATH).json()
    assert [(row["user"], row["valid"]) for row in first["results"]] == [({"id": member.pk, "username": "ann"}, True)]

    added = team.post(PATH, {"user": "grace"})

    assert added.status_code == 201
    body = added.json()
    assert added["Location"].endswith(f"{PATH}{body['id']}/")
    assert (body["user"], body["valid"]) == ({"id": grace.pk, "username": "grace"}, True)
    again = team.post(PATH, {"user": grace.pk})
    assert (again.status_code, again.json()) == (200, body)

    removed = Api(grace).delete(f"{PATH}{first['results'][0]['id']}/")

    assert removed.status_code == 204
    assert [row["user"]["username"] for row in Api(grace).get(PATH).json()["results"]] == ["grace"]
    assert team.patch("/courses/AcmeX+DS101/", {"title": "Ann's"}).status_code == 403


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({}, ["user"]),
        ({"user": None}, ["user"]),
        ({"user": "nobody"}, ["user"]),
        ({"user": 10**30}, ["user"]),
        ({"user": "outsider"}, ["user"]),
        ({"user": "grace", "user_id": 7}, ["user_id"]),
    ],
)
def test_what_is_wrong_with_an_editor_is_named(
    course: Course, team: Api, grace: Any, sent: Any, fields: list[str]
) -> None:
    factories.make_user("outsider")

    answer = team.post(PATH, sent)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, fields)
    assert CourseEditor.objects.count() == 1


def test_who_left_or_has_no_active_account_is_listed_as_not_counting(course: Course, team: Api, grace: Any) -> None:
    team.post(PATH, {"user": "grace"})
    get_user_model().objects.filter(pk=grace.pk).update(is_active=False)

    assert [row["valid"] for row in team.get(PATH).json()["results"]] == [True, False]


def test_who_writes_the_course_manages_its_editors_and_who_reads_it_sees_them(
    course: Course, organization: OrganizationProfile, grace: Any
) -> None:
    apis = askers(organization)
    for role in (RoleName.LEGAL_REVIEWER, RoleName.PROJECT_COORDINATOR, RoleName.PUBLISHER_EDITOR):
        user = factories.make_user(f"the {role}")
        factories.grant(user, role, organization)
        apis[role] = Api(user)
    nothing = {"anonymous": 401, "outsider": 404, "member elsewhere": 404}
    readers = {"member", "legal_reviewer", "project_coordinator"}

    assert statuses(apis, "GET", PATH) == {name: nothing.get(name, 200) for name in apis}
    refused = {name: nothing.get(name, 403 if name in readers else 200) for name in apis}
    assert statuses(apis, "POST", PATH, {"user": "grace"}) == refused | {"staff": 201}
    for name, api in apis.items():
        CourseEditor.objects.get_or_create(user=grace, course=course)
        editor = CourseEditor.objects.get(user=grace).pk
        expected = refused[name] if refused[name] != 200 else 204
        assert api.delete(f"{PATH}{editor}/").status_code == expected, name


def test_an_editor_of_another_course_is_not_found_here(
    course: Course, team: Api, organization: Any, grace: Any
) -> None:
    other = Course.drafts.get(uuid=factories.make_course(organization).course.uuid)
    elsewhere = CourseEditor.objects.create(user=grace, course=other)

    for name in (elsewhere.pk, 0, "x", "9" * 30):
        assert team.delete(f"{PATH}{name}/").status_code == 404
    assert CourseEditor.objects.filter(pk=elsewhere.pk).exists()


@pytest.mark.parametrize("name", ["AcmeX+NONE", "11111111-2222-3333-4444-555555555555"])
def test_a_course_that_is_not_there_has_no_editors(course: Course, team: Api, name: str) -> None:
    assert team.get(f"/courses/{name}/editors/").status_code == 404


def test_the_statements_of_the_list_do_not_grow_with_its_rows(
    course: Course, team: Api, organization: OrganizationProfile, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        CourseEditor.objects.create(user=factories.make_member(organization), course=course)
    with django_assert_max_num_queries(6):
        assert len(team.get(PATH).json()["results"]) == 6
