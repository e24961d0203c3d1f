"""Organizations through the API: the platform's record is read, the catalog's profile is changed."""

from __future__ import annotations

import pytest

from openedx_catalog_publisher.models import OrganizationProfile
from tests import factories
from tests.rest.askers import askers, data_uri, statuses
from tests.rest.conftest import Api

pytestmark = pytest.mark.django_db

PATH = "/organizations/AcmeX/"


@pytest.fixture
def staff() -> Api:
    return Api(factories.make_user("clerk", is_staff=True))


def test_who_reads_and_changes_them(organization: OrganizationProfile) -> None:
    apis = askers(organization)
    read = dict.fromkeys(apis, 200) | {"anonymous": 401}

    assert statuses(apis, "GET", "/organizations/") == read
    assert statuses(apis, "GET", PATH) == read
    assert statuses(apis, "PATCH", PATH, {"homepage_url": "https://acmex.example/"}) == {
        "anonymous": 401,
        "outsider": 403,
        "member": 403,
        "member elsewhere": 403,
        "staff": 200,
        "administrator": 200,
    }


def test_the_platform_adds_and_deletes_them(organization: OrganizationProfile, staff: Api) -> None:
    assert staff.post("/organizations/", {"key": "New"}).status_code == 405
    assert staff.delete(PATH).status_code == 405


def test_an_organization_is_named_by_uuid_or_by_key_in_any_case(organization: OrganizationProfile, team: Api) -> None:
    for name in (organization.uuid, "AcmeX", "acmex"):
        assert team.get(f"/organizations/{name}/").json()["uuid"] == str(organization.uuid)
    assert team.get("/organizations/Nobody/").status_code == 404


def test_its_profile_is_changed(organization: OrganizationProfile, staff: Api) -> None:
    response = staff.patch(
        PATH,
        {
            "uuid": str(organization.uuid),
            "key": "AcmeX",
            "auto_generate_course_run_keys": False,
            "enterprise_subscription_inclusion": True,
            "certificate_name": "AcmeX University",
            "homepage_url": "https://acmex.example/",
            "organization_hex_color": "0b5394",
            "logo_image": data_uri(),
            "banner_image": data_uri(60, 10),
        },
    )

    answer = response.json()
    assert response.status_code == 200, answer
    organization.refresh_from_db()
    assert answer == {
        "uuid": str(organization.uuid),
        "key": "AcmeX",
        "name": "AcmeX Öffentlich",
        "auto_generate_course_run_keys": False,
        "certificate_logo_image_url": None,
        "logo_image_url": f"http://testserver{organization.logo_image.url}",
        "organization_hex_color": "0b5394",
        "data_modified_timestamp": answer["modified"],
        "description": None,
        "homepage_url": "https://acmex.example/",
        "slug": "acmex",
        "banner_image_url": f"http://testserver{organization.banner_image.url}",
        "enterprise_subscription_inclusion": True,
        "retired": False,
        "modified": answer["modified"],
        "certificate_name": "AcmeX University",
    }
    assert response["ETag"] == '"1"'


def test_what_the_platform_keeps_is_not_changed_here(organization: OrganizationProfile, staff: Api) -> None:
    answer = staff.patch(
        PATH,
        {"key": "Other", "name": "Other", "description": "x", "slug": "x", "organization_hex_color": "red", "tags": []},
    )

    kept = ["The platform keeps this: change it in the organization's own record."]
    assert answer.json()["errors"] == {
        "key": kept,
        "name": kept,
        "description": kept,
        "slug": ["This is worked out, or written elsewhere: leave it out."],
        "tags": ["There is no such field."],
        "organization_hex_color": ["Give 3 or 6 hexadecimal digits."],
    }


def test_a_write_that_names_an_older_version_is_refused(organization: OrganizationProfile, staff: Api) -> None:
    tag = staff.get(PATH)["ETag"]
    first = staff.patch(PATH, {"certificate_name": "A"}, If_Match=tag)
    second = staff.patch(PATH, {"certificate_name": "B"}, If_Match=tag)

    assert (first.status_code, second.status_code) == (200, 412)
    assert staff.patch(PATH, {"certificate_name": "B"}, If_Match="7").json()["errors"].keys() == {"If-Match"}


def test_they_are_found_by_key_or_name(organization: OrganizationProfile, team: Api) -> None:
    factories.make_organization("Other")

    def found(**parameters: str) -> list[str]:
        return [row["key"] for row in team.get("/organizations/", **parameters).json()["results"]]

    assert found(q="acm") == found(q="ACMEX Öff") == ["AcmeX"]
    assert found(q="ffentlich", ordering="-key") == ["Other", "AcmeX"]
