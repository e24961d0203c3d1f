"""Collaborators through the API."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from openedx_catalog_publisher.api import Selection
from openedx_catalog_publisher.models import Collaborator, CourseCollaborator, OrganizationProfile
from tests import factories
from tests.rest.askers import askers, data_uri, png, statuses
from tests.rest.conftest import API, Api

pytestmark = pytest.mark.django_db


def test_who_reads_adds_changes_and_deletes_them(organization: OrganizationProfile) -> None:
    shown, other = factories.make_collaborator(), factories.make_collaborator()
    factories.make_course(organization, runs=0, collaborators=[shown])
    apis = askers(organization)
    nobody = dict.fromkeys(apis, 403) | {"anonymous": 401}
    everywhere = {"staff": 200, "administrator": 200}

    assert statuses(apis, "GET", "/collaborators/") == dict.fromkeys(apis, 200) | {"anonymous": 401}
    assert statuses(apis, "POST", "/collaborators/", {"name": "Engines Ltd"}) == (
        dict.fromkeys(apis, 201) | {"anonymous": 401, "outsider": 403}
    )
    path = f"/collaborators/{shown.uuid}/"
    assert statuses(apis, "PATCH", path, {"name": "A"}) == nobody | everywhere | {"member": 200}
    assert statuses(apis, "PATCH", f"/collaborators/{other.uuid}/", {"name": "B"}) == nobody | everywhere
    assert statuses(apis, "DELETE", f"/collaborators/{other.uuid}/") == nobody | {"administrator": 204}
    assert statuses(apis, "DELETE", path) == nobody | {"administrator": 409}


def test_a_collaborator_has_a_name_and_an_image(team: Api) -> None:
    response = team.post("/collaborators/", {"name": " Engines Ltd ", "image": data_uri()})

    answer = response.json()
    assert response.status_code == 201, answer
    collaborator = Collaborator.objects.get()
    assert answer == {
        "uuid": str(collaborator.uuid),
        "name": "Engines Ltd",
        "image": {
            "original": {
                "url": answer["image_url"].replace(".png", ".original.png"),
                "width": 200,
                "height": 100,
            }
        },
        "image_url": f"http://testserver{collaborator.image.url}",
        "retired": False,
        "modified": answer["modified"],
    }
    assert team.client.get(response["Location"]).json() == answer


def test_an_image_may_be_a_file_of_a_form_or_what_was_answered(team: Api) -> None:
    by_form = team.client.post(
        f"{API}/collaborators/", {"name": "A", "image": SimpleUploadedFile("a.png", png(), "image/png")}
    ).json()
    staff = Api(factories.make_user(is_staff=True))

    same = staff.patch(f"/collaborators/{by_form['uuid']}/", {"image": by_form["image"], "uuid": by_form["uuid"]})
    none = staff.patch(f"/collaborators/{by_form['uuid']}/", {"image": {}})

    assert (same.json(), same["ETag"]) == (by_form, '"1"')
    assert (none.json()["image"], none.json()["image_url"], none["ETag"]) == ({}, None, '"2"')


def test_all_faulty_fields_are_named_at_once(team: Api) -> None:
    answer = team.post("/collaborators/", {"image": "data:image/png;base64,AAAA", "image_url": "x", "logo": "y"})

    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"name", "image", "image_url", "logo"})
    assert not Collaborator.objects.exists()


def test_what_a_publication_names_is_retired_and_not_deleted(organization: OrganizationProfile) -> None:
    collaborator = factories.make_collaborator("Engines Ltd")
    course = factories.make_course(organization, runs=0, collaborators=[collaborator]).course
    factories.publish_now(Selection.of(courses=[course.uuid]))
    CourseCollaborator.objects.all().delete()
    administrator = Api(factories.make_admin())
    path = f"/collaborators/{collaborator.uuid}/"

    assert administrator.delete(path).status_code == 409
    assert administrator.patch(path, {"retired": True}).json()["retired"] is True
    assert administrator.get("/collaborators/", q="engines").json()["results"] == []
    listed = administrator.get("/collaborators/", q="engines", include_retired="1").json()["results"]
    assert [row["name"] for row in listed] == ["Engines Ltd"]
    assert administrator.get(path).json()["name"] == "Engines Ltd"
