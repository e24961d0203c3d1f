"""Lists of reference data: pages, order, what changed since, fields, and what they cost in statements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from openedx_catalog_publisher.models import (
    Collaborator,
    Course,
    CourseType,
    LevelType,
    OrganizationProfile,
    Person,
    Source,
    Subject,
    Topic,
)
from openedx_catalog_publisher.rest.native_urls import router
from openedx_catalog_publisher.rest.reference_views import EditableViewSet, ReferenceViewSet
from tests import factories
from tests.rest.conftest import API, Api
from tests.rest.test_budgets import statements

pytestmark = pytest.mark.django_db

KINDS = {prefix: view for prefix, view, _ in router.registry if issubclass(view, ReferenceViewSet)}

STATEMENTS = {
    "organizations": 2,
    "people": 2,
    "collaborators": 2,
    "subjects": 2,
    "topics": 2,
    "level_types": 2,
    "sources": 3,
    "course_types": 5,
    "course_run_types": 3,
    "program_types": 3,
    "seat_types": 2,
    "languages": 2,
    "currencies": 2,
}
"""Of a page by number: count, rows, and one for each nested list; for staff."""


@pytest.fixture
def many() -> None:
    """Five of everything that is not seeded."""
    for number in range(5):
        organization = factories.make_organization(f"Org-{number}")
        Person.objects.create(given_name=f"P{number}", slug=f"p{number}", position_organization=organization)
        factories.make_collaborator()
        factories.make_subject()
        factories.make_topic()
        LevelType.objects.get_or_create(name=f"Level {number}")
        Source.objects.create(name=f"Source {number}", slug=f"source-{number}")


@pytest.fixture
def staff() -> Api:
    return Api(factories.make_user("clerk", is_staff=True))


def test_every_kind_has_a_budget() -> None:
    assert KINDS.keys() == STATEMENTS.keys()


@pytest.mark.parametrize("kind", STATEMENTS)
@pytest.mark.parametrize("size", [1, 5])
def test_a_list_of_any_length_takes_as_many_statements(many: None, staff: Api, kind: str, size: int) -> None:
    assert staff.get(f"/{kind}/", page_size=size).json()["results"][size - 1 :], "as many as asked for"
    assert statements(staff, f"/{kind}/", page_size=size) == STATEMENTS[kind]
    assert statements(staff, f"/{kind}/", page_size=size, cursor="") == STATEMENTS[kind] - 1


def test_a_filter_by_rights_takes_at_most_one_more(course: Course, team: Api) -> None:
    assert statements(team, "/course_types/") == STATEMENTS["course_types"] + 1
    assert statements(team, "/people/", org="AcmeX") == STATEMENTS["people"]


def test_less_is_read_where_less_is_asked_for(many: None, staff: Api) -> None:
    assert statements(staff, "/course_types/", fields="slug,name") == 2
    assert statements(staff, "/sources/", fields="slug") == 2


@pytest.mark.parametrize("kind", STATEMENTS)
def test_pages_by_key_go_through_everything_once(many: None, staff: Api, kind: str) -> None:
    name = "code" if kind in ("languages", "currencies") else "uuid"
    url, seen = f"{API}/{kind}/?cursor=&page_size=2&include_retired=1", []

    while url:
        page = staff.client.get(url).json()
        assert len(page["results"]) <= 2
        seen += [row[name] for row in page["results"]]
        url = page["next"]

    everything = KINDS[kind].model.objects.values_list(name, flat=True)
    assert sorted(seen) == sorted(map(str, everything))


@pytest.mark.parametrize("kind", STATEMENTS)
def test_lists_are_ordered_by_what_they_say(many: None, staff: Api, kind: str) -> None:
    view = KINDS[kind]

    for name in view.orders:
        forth = staff.get(f"/{kind}/", ordering=name, page_size=1).json()["results"]
        back = staff.get(f"/{kind}/", ordering=f"-{name}", page_size=1).json()
        last = staff.get(f"/{kind}/", ordering=f"-{name}", page_size=1, page=back["num_pages"]).json()["results"]
        assert forth == last != back["results"]
    wrong = staff.get(f"/{kind}/", ordering="retired")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["ordering"])
    other = next(name for name in view.orders if name != view.key_order)
    by_key = staff.get(f"/{kind}/", ordering=other, cursor="")
    assert by_key.json()["errors"] == {"ordering": [f"With cursor, give {view.key_order} or -{view.key_order}."]}


@pytest.mark.parametrize("kind", STATEMENTS)
def test_the_order_by_key_is_of_a_column_that_is_unique_and_never_null(kind: str) -> None:
    view = KINDS[kind]
    column = view.model._meta.get_field(view.orders[view.key_order])

    assert column.unique
    assert not column.null


@pytest.mark.parametrize("kind", STATEMENTS)
def test_faulty_parameters_are_named(many: None, staff: Api, kind: str) -> None:
    answers = staff.get(f"/{kind}/", include_retired="maybe", modified_since="yesterday", uuids="x", q="w " * 21)

    assert answers.status_code == 400
    errors = answers.json()["errors"]
    assert "include_retired" in errors
    if kind not in ("languages", "currencies"):
        assert errors.keys() == {"include_retired", "modified_since", "uuids"}
    assert staff.get(f"/{kind}/", q="w " * 21).json()["errors"] == {"q": ["At most 20 words."]}
    assert staff.get(f"/{kind}/", fields="name,nonsense").json()["errors"].keys() == {"fields"}
    assert staff.get(f"/{kind}/", page="0").status_code == 404
    assert staff.get(f"/{kind}/", cursor="nonsense").status_code == 404


def test_a_forged_cursor_is_not_found(staff: Api) -> None:
    # The position of a row that a column of UUIDs cannot hold.
    assert staff.get("/collaborators/", cursor="cD1ub25zZW5zZQ==").status_code == 404


@pytest.mark.parametrize(
    ("kind", "model"),
    [
        ("organizations", OrganizationProfile),
        ("people", Person),
        ("collaborators", Collaborator),
        ("subjects", Subject),
        ("topics", Topic),
        ("level_types", LevelType),
        ("sources", Source),
        ("course_types", CourseType),
    ],
)
def test_what_changed_since_a_time(many: None, staff: Api, kind: str, model: Any) -> None:
    model.objects.update(modified=datetime(2031, 1, 1, tzinfo=UTC))
    moved, retired = model.objects.order_by("pk")[:2]
    model.objects.filter(pk=moved.pk).update(modified=datetime(2031, 2, 1, tzinfo=UTC))
    model.objects.filter(pk=retired.pk).update(modified=datetime(2031, 3, 1, tzinfo=UTC), retired=True)

    answer = staff.get(f"/{kind}/", modified_since="2031-02-01T00:00:00Z").json()
    both = staff.get(f"/{kind}/", modified_since="2031-02-01T00:00:00Z", include_retired="1", cursor="").json()

    assert [row["uuid"] for row in answer["results"]] == [str(moved.uuid)]
    assert {row["uuid"] for row in both["results"]} == {str(moved.uuid), str(retired.uuid)}
    told = datetime.fromisoformat(answer["server_time"])
    assert timedelta(seconds=59) < timezone.now() - told < timedelta(seconds=90)
    assert "server_time" in both
    named = staff.get(f"/{kind}/", uuids=f"{moved.uuid},{retired.uuid}", include_retired="1").json()
    assert {row["uuid"] for row in named["results"]} == {str(moved.uuid), str(retired.uuid)}


def test_a_change_moves_the_time_that_is_asked_for(staff: Api) -> None:
    subject = factories.make_subject()
    since = timezone.now()
    assert staff.get("/subjects/", modified_since=since.isoformat()).json()["results"] == []

    staff.patch(f"/subjects/{subject.slug}/", {"subtitle": "New"})

    assert [row["uuid"] for row in staff.get("/subjects/", modified_since=since.isoformat()).json()["results"]] == [
        str(subject.uuid)
    ]


@pytest.mark.parametrize("kind", STATEMENTS)
def test_input_names_only_what_answers_have_or_never_show(kind: str) -> None:
    view = KINDS[kind]
    if not issubclass(view, EditableViewSet):
        return
    unshown = {"people": {"email"}}

    assert set(view.input().fields) - set(view.output().fields) == unshown.get(kind, set())
