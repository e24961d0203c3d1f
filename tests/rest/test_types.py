"""Types, languages and currencies through the API: read by all, offered to whom they may serve."""

from __future__ import annotations

from typing import Any

import pytest

from openedx_catalog_publisher.models import (
    CourseRunType,
    CourseType,
    LanguageTag,
    OrganizationProfile,
    ProgramType,
    SeatType,
)
from openedx_catalog_publisher.seeds import course_types as seeds
from tests import factories
from tests.rest.askers import askers, statuses
from tests.rest.conftest import Api

pytestmark = pytest.mark.django_db

DETAILS = {
    "course_types": "verified-audit",
    "course_run_types": "verified-audit",
    "program_types": "masters",
    "seat_types": "verified",
    "languages": "de",
    "currencies": "USD",
}


def slugs(api: Api, kind: str, **parameters: str) -> list[str]:
    response = api.get(f"/{kind}/", page_size="100", **parameters)
    assert response.status_code == 200, response.json()
    return [row["slug"] for row in response.json()["results"]]


@pytest.mark.parametrize(("kind", "name"), list(DETAILS.items()))
def test_everybody_who_is_known_reads_them_and_nobody_writes_them_here(
    organization: OrganizationProfile, kind: str, name: str
) -> None:
    apis = askers(organization)
    refused = dict.fromkeys(apis, 405) | {"anonymous": 401}

    assert statuses(apis, "GET", f"/{kind}/") == dict.fromkeys(apis, 200) | {"anonymous": 401}
    assert statuses(apis, "GET", f"/{kind}/{name}/") == dict.fromkeys(apis, 200) | {"anonymous": 401}
    assert statuses(apis, "POST", f"/{kind}/", {"name": "A"}) == refused
    assert statuses(apis, "PATCH", f"/{kind}/{name}/", {"name": "A"}) == refused
    assert statuses(apis, "DELETE", f"/{kind}/{name}/") == refused


def test_a_course_type_is_answered_with_all_that_it_offers(team: Api) -> None:
    answer = team.get("/course_types/verified-audit/").json()

    row = CourseType.objects.get(slug="verified-audit")
    audit = {
        "seat_type": {"name": "Audit", "slug": "audit"},
        "mode": {
            "name": "Audit",
            "slug": "audit",
            "is_id_verified": False,
            "is_credit_eligible": False,
            "certificate_type": "",
            "payee": "",
        },
    }
    assert (answer["uuid"], answer["name"], answer["retired"]) == (str(row.uuid), "Verified and Audit", False)
    assert answer["entitlement_types"] == ["verified"]
    seed = next(seed for seed in seeds.COURSE_TYPES if seed.slug == "verified-audit")
    assert [run_type["slug"] for run_type in answer["course_run_types"]] == list(seed.course_run_types)
    by_slug = {run_type["slug"]: run_type for run_type in answer["course_run_types"]}
    assert by_slug["audit"] == {
        "uuid": str(CourseRunType.objects.get(slug="audit").uuid),
        "slug": "audit",
        "name": "Audit Only",
        "is_marketable": True,
        "modes": ["audit"],
        "tracks": [audit],
        "retired": False,
        "modified": by_slug["audit"]["modified"],
    }
    assert by_slug["verified-audit"]["modes"] == ["audit", "verified"]
    assert team.get("/course_run_types/audit/").json() == by_slug["audit"]


def test_a_track_without_a_seat_type_is_free_of_commerce(team: Api) -> None:
    audit = CourseRunType.objects.get(slug="audit")
    audit.tracks.get().__class__.objects.filter(pk=audit.tracks.get().pk).update(seat_type=None)

    assert team.get("/course_run_types/audit/").json()["tracks"][0]["seat_type"] is None


def test_a_type_that_is_reserved_is_offered_to_members_of_its_organizations_only(
    organization: OrganizationProfile,
) -> None:
    CourseType.objects.get(slug="professional").white_listed_orgs.set([organization, factories.make_organization()])
    apis = askers(organization)
    del apis["anonymous"]

    offered = {name: "professional" in slugs(api, "course_types") for name, api in apis.items()}

    assert offered == {
        "outsider": False,
        "member": True,
        "member elsewhere": False,
        "staff": True,
        "administrator": True,
    }
    assert "verified-audit" in slugs(apis["outsider"], "course_types")
    assert apis["outsider"].get("/course_types/professional/").json()["slug"] == "professional"


def test_retired_types_are_offered_to_nobody(team: Api, settings: Any) -> None:
    CourseType.objects.filter(slug="audit").update(retired=True)
    settings.CATALOG_PUBLISHER_RETIRED_COURSE_TYPES = ["professional"]
    settings.CATALOG_PUBLISHER_RETIRED_RUN_TYPES = ["credit-verified-audit"]
    everything = slugs(team, "course_types", include_retired="1")

    assert set(everything) - set(slugs(team, "course_types")) == {"audit", "professional"}
    assert set(slugs(team, "course_run_types", include_retired="true")) - set(slugs(team, "course_run_types")) == {
        "credit-verified-audit",
        "empty",
    }
    assert team.get("/course_types/professional/").json()["retired"] is True
    assert team.get("/course_run_types/empty/").json()["retired"] is True


def test_program_and_seat_types_are_answered(team: Api) -> None:
    masters = ProgramType.objects.get(slug="masters")
    masters.applicable_seat_types.set(SeatType.objects.filter(slug__in=["verified", "credit"]))

    answer = team.get("/program_types/masters/").json()

    assert answer == {
        "uuid": str(masters.uuid),
        "slug": "masters",
        "name": masters.name,
        "logo_image": {},
        "applicable_seat_types": ["credit", "verified"],
        "coaching_supported": masters.coaching_supported,
        "retired": False,
        "modified": answer["modified"],
    }
    ProgramType.objects.update(logo_image="catalog_publisher/program_types/x.png")
    logo = team.get("/program_types/masters/").json()["logo_image"]
    assert logo["x-small"] == {
        "url": "http://testserver/media/catalog_publisher/program_types/x.x-small.png",
        "width": 32,
        "height": 32,
    }
    assert slugs(team, "seat_types", ordering="slug") == ["audit", "credit", "honor", "professional", "verified"]


def test_languages_and_currencies_are_found_by_code_in_any_case_or_by_name(team: Api) -> None:
    assert team.get("/languages/EN-us/").json()["code"] == "en-us"
    assert team.get("/currencies/usd/").json() == {"code": "USD", "name": "US Dollar", "retired": False}
    assert team.get("/languages/1b7f5f0a-5c0e-4b0e-9d3e-4a2f6f1d9c11/").status_code == 404
    assert "de" in [row["code"] for row in team.get("/languages/", q="german").json()["results"]]
    LanguageTag.objects.filter(code="de").update(retired=True)
    assert "de" not in [row["code"] for row in team.get("/languages/", q="german").json()["results"]]
