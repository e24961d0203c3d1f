"""Subjects, topics, levels and product sources through the API."""

from __future__ import annotations

from typing import Any

import pytest

from openedx_catalog_publisher.models import LevelType, OrganizationProfile, ProgramType, Source, Subject, Topic
from tests import factories
from tests.rest.askers import askers, statuses
from tests.rest.conftest import Api

pytestmark = pytest.mark.django_db

KINDS = ("subjects", "topics", "level_types", "sources")


@pytest.fixture
def staff() -> Api:
    return Api(factories.make_user("clerk", is_staff=True))


@pytest.mark.parametrize("kind", KINDS)
def test_who_reads_adds_changes_and_deletes_them(organization: OrganizationProfile, staff: Api, kind: str) -> None:
    path = f"/{kind}/{staff.post(f'/{kind}/', {'name': 'Engines'}).json()['uuid']}/"
    apis = askers(organization)
    nobody = dict.fromkeys(apis, 403) | {"anonymous": 401}

    assert statuses(apis, "GET", path) == dict.fromkeys(apis, 200) | {"anonymous": 401}
    for number, (name, api) in enumerate(apis.items()):
        expected = 201 if name in ("staff", "administrator") else nobody[name]
        assert api.post(f"/{kind}/", {"name": f"N{number}"}).status_code == expected
    assert statuses(apis, "PATCH", path, {"name": "Gears"}) == nobody | {"staff": 200, "administrator": 200}
    assert statuses(apis, "DELETE", path) == nobody | {"administrator": 204}


def test_a_member_is_told_who_may(team: Api) -> None:
    assert team.post("/subjects/", {"name": "A"}).json()["detail"] == (
        "You may not create subjects. Staff and catalog administrators may."
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("subjects", "données-für-alle"), ("topics", "données-für-alle"), ("sources", "donnees-fur-alle")],
)
def test_a_slug_is_made_from_the_name_where_none_is_given(staff: Api, kind: str, expected: str) -> None:
    assert staff.post(f"/{kind}/", {"name": "Données für alle!"}).json()["slug"] == expected
    assert staff.post(f"/{kind}/", {"name": "Données für alle!", "slug": "own"}).json()["slug"] == "own"
    taken = staff.post(f"/{kind}/", {"name": "Données, für alle"})
    assert (taken.status_code, list(taken.json()["errors"])) == (400, ["slug"])
    none = staff.post(f"/{kind}/", {"name": "😀"})
    assert none.json()["errors"] == {"slug": ["Give one: the name has no letters to make it of."]}


def test_a_subject_is_answered_with_all_that_can_be_written(staff: Api) -> None:
    written = {
        "name": "Data",
        "slug": "data",
        "subtitle": "All of it",
        "description": "Long.",
        "banner_image_url": "https://acmex.example/b.png",
        "card_image_url": "https://acmex.example/c.png",
        "retired": False,
    }

    answer = staff.post("/subjects/", written).json()

    assert answer == written | {"uuid": str(Subject.objects.get().uuid), "modified": answer["modified"]}
    assert staff.get("/subjects/data/").json() == answer
    assert staff.patch("/subjects/data/", {"slug": "figures", "subtitle": None}).json()["subtitle"] == ""
    assert staff.get("/subjects/data/").status_code == 404
    assert staff.get("/subjects/figures/")["ETag"] == '"2"'


def test_all_faulty_fields_are_named_at_once(staff: Api) -> None:
    factories.make_subject()

    answer = staff.post(
        "/subjects/", {"slug": Subject.objects.get().slug, "banner_image_url": "x", "subtitle": 5, "level": 1}
    )

    assert set(answer.json()["errors"]) == {"name", "slug", "banner_image_url", "subtitle", "level"}


def test_a_slug_of_a_source_never_changes(staff: Api) -> None:
    staff.post("/sources/", {"name": "Feed", "slug": "feed"})

    assert staff.patch("/sources/feed/", {"slug": "other"}).json()["errors"] == {
        "slug": ["This never changes after creation."]
    }
    assert staff.patch("/sources/feed/", {"slug": "feed", "name": "The feed"}).json()["name"] == "The feed"


def test_program_types_of_a_source_are_named_by_slug_or_uuid(staff: Api) -> None:
    masters = ProgramType.objects.get(slug="masters")
    named = ["micromasters", str(masters.uuid), "micromasters"]

    made = staff.post("/sources/", {"name": "Feed", "ofac_restricted_program_types": named})
    again = staff.patch("/sources/feed/", {"ofac_restricted_program_types": ["masters", "micromasters"]})
    wrong = staff.patch("/sources/feed/", {"ofac_restricted_program_types": ["x", "masters", "y"]})

    assert made.json()["ofac_restricted_program_types"] == ["masters", "micromasters"]
    assert (again.status_code, again["ETag"]) == (200, '"1"')
    assert wrong.json()["errors"] == {
        "ofac_restricted_program_types": ["There is no program type x.", "There is no program type y."]
    }
    assert staff.patch("/sources/feed/", {"ofac_restricted_program_types": []})["ETag"] == '"2"'
    assert not Source.objects.get(slug="feed").ofac_restricted_program_types.exists()


@pytest.mark.parametrize("value", [-1, 32_768, 10**30, 1.5, "7", True, None, "", [], 1e400])
def test_a_sort_value_is_a_number_that_every_database_stores(staff: Api, value: Any) -> None:
    answer = staff.post("/level_types/", {"name": "Expert", "sort_value": value})

    assert answer.status_code == 400
    assert not LevelType.objects.filter(name="Expert").exists()


def test_levels_stand_in_their_order_and_are_named_by_uuid_or_name(staff: Api) -> None:
    LevelType.objects.all().delete()
    for name, value in (("Hard", 30), ("Easy", 10), ("In between", 20)):
        assert staff.post("/level_types/", {"name": name, "sort_value": value}).status_code == 201

    assert [row["name"] for row in staff.get("/level_types/").json()["results"]] == ["Easy", "In between", "Hard"]
    assert staff.get("/level_types/In between/").json()["sort_value"] == 20
    assert staff.post("/level_types/", {"name": "Easy"}).json()["errors"].keys() == {"name"}


def test_topics_suggest_tags_those_that_begin_so_first(team: Api) -> None:
    for name in ("Big data", "Data", "Analysis of data", "data science", "Gears"):
        factories.make_topic(name)
    Topic.objects.create(name="Data of old", slug="old", retired=True)

    def found(**parameters: str) -> list[str]:
        return [row["name"] for row in team.get("/topics/", fields="name", **parameters).json()["results"]]

    assert found(q="data") == ["Data", "data science", "Analysis of data", "Big data"]
    assert found(q="DATA", ordering="-name")[0] == "data science"
    assert found(q="science da") == ["data science"]
    assert found(q="%") == []


def test_what_a_draft_names_is_not_deleted(organization: OrganizationProfile) -> None:
    subject, topic = factories.make_subject(), factories.make_topic()
    factories.make_course(organization, runs=0, subjects=[subject], topics=[topic])
    administrator = Api(factories.make_admin())

    for path in (f"/subjects/{subject.slug}/", f"/topics/{topic.uuid}/", "/level_types/Introductory/"):
        assert administrator.delete(path).status_code == 409
        assert administrator.get(path).status_code == 200
