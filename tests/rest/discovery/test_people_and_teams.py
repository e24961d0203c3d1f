"""People, collaborators, editors, members and roles through Discovery's door, and the lists that forms choose from."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

import pytest

from openedx_catalog_publisher.models import (
    Collaborator,
    Course,
    CourseEditor,
    CourseRun,
    OrganizationProfile,
    Person,
    RoleName,
)
from tests import factories
from tests.rest.askers import data_uri
from tests.rest.discovery.conftest import DOOR, Door

pytestmark = pytest.mark.django_db

PUBLISHER = f"{DOOR}/publisher/api/admins/organizations"
TAGS = f"{DOOR}/taggit_autosuggest/list/taggit.tag/"

INSTRUCTOR = {
    "given_name": "Grace",
    "family_name": "Example",
    "bio": "<p>Teaches.</p>",
    "profile_image": data_uri(),
    "position": {"title": "Professor", "organization": None, "organization_override": "Elsewhere"},
    "urls_detailed": [{"id": None, "type": "twitter", "title": "", "url": "https://t.example/grace"}],
    "areas_of_expertise": [{"id": None, "value": "Statistics"}],
}


def test_an_instructor_is_added_found_and_put_on_a_run(run: CourseRun, door: Door) -> None:
    made = door.post("/people/", INSTRUCTOR)

    assert made.status_code == 201, made.content
    person = made.json()
    assert person["profile_image"]["medium"]["url"] == person["profile_image_url"].replace(".png", ".medium.png")
    assert person["position"]["organization_name"] == "Elsewhere"
    assert person["urls"]["twitter"] == "https://t.example/grace"
    found = door.get("/search/person_typeahead/", q="gra exam", org=["AcmeX"]).json()
    assert person in found
    assert "item_text" not in person
    assert door.get("/search/person_typeahead/", q=person["uuid"]).json() == [person]
    staffed = door.patch(f"/course_runs/{run.key}/", {"staff": [person["uuid"]], "draft": True}).json()
    assert staffed["staff"] == [person]


def test_an_instructor_is_changed_by_sending_back_what_was_shown(run: CourseRun, door: Door) -> None:
    person = Person.objects.get(given_name="Grace")
    Person.objects.filter(pk=person.pk).update(email="kept@example.org")
    shown = door.get(f"/people/{person.uuid}/").json()
    edited = shown | {
        "family_name": "Neu",
        "position": {"title": "Prof", "organization": None, "organization_override": "Ort"},
        "areas_of_expertise": [{"id": None, "value": "Wasser"}],
    }

    answer = door.patch(f"/people/{person.uuid}/", edited)

    assert answer.status_code == 200, answer.content
    assert (answer.json()["family_name"], answer.json()["position"]["title"]) == ("Neu", "Prof")
    assert answer.json()["areas_of_expertise"] == [{"id": 1, "value": "Wasser"}]
    assert Person.objects.get(pk=person.pk).email == "kept@example.org"
    assert answer.json()["email"] is None


def test_faults_of_an_instructor_are_told_by_field(course: Course, door: Door, outsider: Door) -> None:
    body = INSTRUCTOR | {"given_name": "", "urls_detailed": [{"id": None, "type": "twitter", "url": "no address"}]}

    answer = door.post("/people/", body)

    assert answer.status_code == 400
    assert answer.json() == {
        "given_name": ["This field may not be blank."],
        "urls_detailed": ["[0].url: Enter a valid URL."],
    }
    assert outsider.post("/people/", INSTRUCTOR).status_code == 403
    assert door.get("/search/person_typeahead/").status_code == 400


def test_a_collaborator_is_added_and_listed(course: Course, door: Door, outsider: Door) -> None:
    made = door.post("/collaborators/", {"name": "Labor", "image": data_uri(200, 100)})

    assert made.status_code == 201
    shown = made.json()
    assert shown.keys() == {"uuid", "name", "image", "image_url"}
    assert shown["image"]["original"]["url"].endswith(".png")
    listed = door.get("/collaborators/").json()
    assert listed.keys() == {"next", "previous", "results"}
    assert listed["results"][0]["name"] == "Labor"
    assert all(isinstance(row["image"], dict) for row in listed["results"])
    without = door.post("/collaborators/", {"name": "Labor"})
    assert (without.status_code, list(without.json())) == (400, ["image"])
    assert outsider.post("/collaborators/", {"name": "x", "image": data_uri()}).status_code == 403
    stranger = Collaborator.objects.get(name="Labor")
    assert outsider.patch(f"/collaborators/{stranger.uuid}/", {"name": "x"}).status_code == 403


def test_people_and_collaborators_are_replaced_by_what_is_whole(run: CourseRun, door: Door, staff_door: Door) -> None:
    person = Person.objects.get(given_name="Grace")
    shown = door.get(f"/people/{person.uuid}/").json()
    whole = door.send("PUT", f"/people/{person.uuid}/", shown | {"family_name": "Neu"})
    assert (whole.status_code, whole.json()["family_name"]) == (200, "Neu")
    part = door.send("PUT", f"/people/{person.uuid}/", {"family_name": "Anders"})
    assert (part.status_code, "given_name" in part.json()) == (400, True)
    made = door.post("/collaborators/", {"name": "Labor", "image": data_uri(200, 100)}).json()
    renamed = staff_door.send("PUT", f"/collaborators/{made['uuid']}/", made | {"name": "Werkstatt"})
    assert (renamed.status_code, renamed.json()) == (200, made | {"name": "Werkstatt"})


def test_editors_are_listed_added_and_removed(course: Course, door: Door, member: Any) -> None:
    colleague = factories.make_member(OrganizationProfile.objects.get(key="AcmeX"), "colleague")

    listed = door.get("/course_editors/", course=str(course.uuid)).json()
    assert listed.keys() == {"next", "previous", "results"}
    assert [row["user"]["full_name"] for row in listed["results"]] == ["ann"]
    added = door.post("/course_editors/", {"course": str(course.uuid), "user_id": colleague.pk})
    assert added.status_code == 201
    assert added.json() == {
        "id": CourseEditor.objects.get(user=colleague).pk,
        "user": {"id": colleague.pk, "full_name": "colleague", "email": ""},
        "course": str(course.uuid),
    }
    assert door.post("/course_editors/", {"course": str(course.uuid), "user_id": colleague.pk}).status_code == 201
    shown = door.get(f"/course_editors/{added.json()['id']}/")
    assert shown.json() == added.json()
    assert door.delete(f"/course_editors/{added.json()['id']}/").status_code == 204
    assert door.delete(f"/course_editors/{added.json()['id']}/").status_code == 404


def test_editors_are_not_for_everybody(course: Course, door: Door, outsider: Door) -> None:
    editor = CourseEditor.objects.get(course=course)
    stranger = factories.make_user("stranger")
    colleague = Door(factories.make_member(OrganizationProfile.objects.get(key="AcmeX"), "colleague"))
    named = {"course": str(course.uuid), "user_id": stranger.pk}

    assert Door(None).get("/course_editors/").status_code == 401
    assert outsider.get("/course_editors/").json()["results"] == []
    assert outsider.delete(f"/course_editors/{editor.pk}/").status_code == 404
    assert door.post("/course_editors/", named).status_code == 403
    assert door.post("/course_editors/", named | {"user_id": 0}).status_code == 404
    assert colleague.post("/course_editors/", named | {"user_id": colleague.user.pk}).status_code == 403
    # Discovery lets a colleague who is no editor remove the only one, and write the course then.
    assert colleague.delete(f"/course_editors/{editor.pk}/").status_code == 403
    assert door.get("/course_editors/", course="garbage").status_code == 400
    assert door.post("/course_editors/", {}).status_code == 400


def test_members_and_coordinators_of_an_organization(course: Course, door: Door, outsider: Door) -> None:
    organization = OrganizationProfile.objects.get(key="AcmeX")
    coordinator = factories.make_user("coordinator")
    factories.grant(coordinator, RoleName.PROJECT_COORDINATOR, organization)
    elsewhere = factories.make_organization()

    users = door.get(f"{PUBLISHER}/{organization.uuid}/users/").json()
    assert [row["full_name"] for row in users["results"]] == ["ann"]
    assert users["results"][0].keys() == {"id", "full_name", "email"}
    roles = door.get(f"{PUBLISHER}/{organization.uuid}/roles/", role="project_coordinator").json()
    assert [row["user"]["full_name"] for row in roles["results"]] == ["coordinator"]
    assert {row["role"] for row in roles["results"]} == {"project_coordinator"}
    everybody = door.get(f"{PUBLISHER}/users/", page=1, page_size=250).json()
    assert [row["id"] for row in everybody["results"]] == [door.user.pk]
    assert door.get(f"{PUBLISHER}/{elsewhere.uuid}/users/").status_code == 404
    assert door.get(f"{PUBLISHER}/{elsewhere.uuid}/roles/").json()["results"] == []
    assert outsider.get(f"{PUBLISHER}/users/").status_code == 403


def test_organizations_are_those_for_which_one_works(
    course: Course, door: Door, outsider: Door, staff_door: Door
) -> None:
    mine = door.get("/organizations/", page=1, page_size=500, limit=500).json()

    assert [row["key"] for row in mine["results"]] == ["AcmeX"]
    assert mine["results"][0].keys() >= {"name", "auto_generate_course_run_keys", "description_es", "tags", "slug"}
    assert outsider.get("/organizations/").json()["results"] == []
    assert staff_door.get("/organizations/").json()["count"] == OrganizationProfile.objects.count()
    assert door.get(f"/organizations/{mine['results'][0]['uuid']}/").json() == mine["results"][0]
    assert door.get("/organizations/", timestamp="soon").status_code == 400


def test_tags_are_suggested(door: Door) -> None:
    for name in ("Data", "Big data", "Water"):
        factories.make_topic(name)

    assert door.get(TAGS, q="dat", limit=20).json() == [
        {"name": "Data", "value": "Data"},
        {"name": "Big data", "value": "Big data"},
    ]
    assert len(door.get(TAGS, q="", limit=1).json()) == 1
    assert door.get(TAGS.removesuffix("/")).status_code == 200
    assert Door(None).get(TAGS).status_code == 401


def test_small_lists(course: Course, source: Any, door: Door) -> None:
    assert door.get("/sources/").json()["results"] == [{"name": "edX", "slug": "edx", "description": ""}]
    assert door.get("/currency").json() == {}
    assert door.get("/course_review/").json()["results"] == []
    assert door.get("/level_types/").json()["results"][0].keys() == {"name", "sort_value"}
    subject = door.get("/subjects/").json()["results"][0]
    assert subject.keys() == {"name", "subtitle", "description", "banner_image_url", "card_image_url", "slug", "uuid"}
    assert door.get(f"/subjects/{subject['uuid']}/").json() == subject
    assert door.get("/topics/").json()["results"][0].keys() == {
        *("name", "subtitle", "description", "long_description", "banner_image_url", "slug", "uuid")
    }
    assert door.get("/program_types/").json()["count"] == 5


def test_recommendations_share_the_primary_subject(course: Course, door: Door) -> None:
    answer = door.get("/course_recommendations/AcmeX+DS101/").json()

    assert answer == {"uuid": str(course.uuid), "recommendations": []}
    assert door.get("/course_recommendations/AcmeX+None/").status_code == 404


def test_usernames_are_replaced_for_the_platforms_worker_alone(door: Door, settings: Any) -> None:
    settings.USERNAME_REPLACEMENT_WORKER = "ann"
    mappings = [{"old": "new"}]

    answer = door.post("/replace_usernames/", {"username_mappings": mappings})

    assert answer.json() == {"successful_replacements": mappings, "failed_replacements": []}
    settings.USERNAME_REPLACEMENT_WORKER = "worker"
    assert door.post("/replace_usernames/", {"username_mappings": mappings}).status_code == 403


@pytest.mark.parametrize("path", ["/collaborators/", "/course_editors/"])
@pytest.mark.parametrize("position", ["a", "٣", "9" * 30])
def test_a_cursor_that_names_no_row_is_not_found(path: str, position: str, door: Door) -> None:
    cursor = base64.b64encode(urlencode({"p": position}).encode()).decode()

    answer = door.get(path, cursor=cursor)

    assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid cursor"})
