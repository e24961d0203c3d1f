"""Reference data: live at once, with history, an event for each change, and no deletion of what is named anywhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from openedx_catalog_publisher.api import (
    Conflict,
    InvalidInput,
    NotPermitted,
    Selection,
    StaleRevision,
    UnitNotFound,
    create_reference,
    delete_reference,
    update_course,
    update_reference,
)
from openedx_catalog_publisher.models import (
    Collaborator,
    CourseRunType,
    CourseType,
    Currency,
    LanguageTag,
    OrganizationProfile,
    OutboxEvent,
    Person,
    ProgramType,
    SeatType,
    Subject,
    Track,
)
from tests.factories import (
    SYSTEM,
    acting,
    make_admin,
    make_course,
    make_member,
    make_organization,
    make_person,
    make_subject,
    make_user,
    publish_now,
)

pytestmark = pytest.mark.django_db


def _events(row: Any) -> list[tuple[int, dict[str, Any]]]:
    code = str(getattr(row, type(row).reference_code))
    events = OutboxEvent.objects.filter(kind="reference_changed", object_type=row._meta.model_name, object_code=code)
    return list(events.order_by("sequence").values_list("sequence", "payload"))


def test_what_is_created_is_live_with_history_and_an_event() -> None:
    subject = create_reference(SYSTEM, Subject, {"name": " Biology ", "slug": "biology"})
    assert (Subject.objects.get().name, subject.revision) == ("Biology", 1)
    assert [(row.history_type, row.name) for row in subject.history.all()] == [("+", "Biology")]
    assert _events(subject) == [(1, {"changed": ["name", "slug"]})]


def test_what_changes_adds_history_and_an_event_and_equal_input_adds_nothing() -> None:
    subject = create_reference(SYSTEM, Subject, {"name": "Biology", "slug": "biology"})
    for changes in ({}, {"name": " Biology"}, {"subtitle": None}, {"subtitle": "  "}, {"retired": False}):
        assert update_reference(SYSTEM, Subject, subject.pk, changes).revision == 1
    update_reference(SYSTEM, Subject, subject.pk, {"name": "Life sciences", "retired": True})
    assert [(row.history_type, row.name, row.retired) for row in subject.history.all()] == [
        ("~", "Life sciences", True),
        ("+", "Biology", False),
    ]
    assert [sequence for sequence, _ in _events(subject)] == [1, 2]
    assert _events(subject)[1][1] == {"changed": ["name", "retired"]}


@pytest.mark.parametrize("name", ["uuid", "revision", "id", "created", "nonsense", "course_links"])
def test_columns_that_nobody_writes_are_refused_by_name(name: str) -> None:
    subject = make_subject()
    with pytest.raises(InvalidInput) as caught:
        update_reference(SYSTEM, Subject, subject.pk, {"name": "Other", name: 5})
    assert list(caught.value.fields) == [name]
    assert Subject.objects.get(pk=subject.pk).name == subject.name


@pytest.mark.parametrize(
    ("model", "lookup", "name"),
    [
        (LanguageTag, {"code": "de"}, "code"),
        (Currency, {"code": "USD"}, "code"),
        (SeatType, {"slug": "verified"}, "slug"),
        (CourseType, {"slug": "audit"}, "slug"),
        (ProgramType, {"slug": "masters"}, "slug"),
    ],
)
def test_a_code_never_changes(model: Any, lookup: dict[str, str], name: str) -> None:
    row, count = model.objects.get(**lookup), model.objects.count()
    with pytest.raises(InvalidInput) as caught:
        update_reference(SYSTEM, model, row.pk, {name: "other"})
    assert list(caught.value.fields) == [name]
    assert model.objects.count() == count
    assert update_reference(SYSTEM, model, row.pk, lookup).revision == row.revision


def test_a_code_that_is_taken_names_its_field() -> None:
    for model, changes, field in (
        (LanguageTag, {"code": "de", "name": "German"}, "code"),
        (Subject, {"name": "Other", "slug": make_subject().slug}, "slug"),
    ):
        with pytest.raises(InvalidInput) as caught:
            create_reference(SYSTEM, model, changes)
        assert list(caught.value.fields) == [field]


def test_input_that_a_field_does_not_take_is_refused_by_name() -> None:
    for model, changes, field in (
        (Subject, {"name": "x" * 256, "slug": "a"}, "name"),
        (Subject, {"name": "a", "slug": "no slug"}, "slug"),
        (Subject, {"slug": "a"}, "name"),
        (Person, {"given_name": "Ada", "email": "nobody"}, "email"),
        (
            Person,
            {"given_name": "Ada", "urls_detailed": [{"type": "myspace", "url": "https://a.example"}]},
            "urls_detailed",
        ),
        (Person, {"given_name": "Ada", "urls_detailed": [{"type": "blog", "url": "no"}]}, "urls_detailed"),
    ):
        with pytest.raises(InvalidInput) as caught:
            create_reference(SYSTEM, model, changes)
        assert list(caught.value.fields) == [field]


def test_people_of_one_name_get_slugs_of_their_own() -> None:
    ada = {"given_name": "Ada", "family_name": "Łovelace"}
    slugs = [create_reference(SYSTEM, Person, ada).slug for _ in range(3)]
    assert slugs == ["ada-łovelace", "ada-łovelace-2", "ada-łovelace-3"]
    assert create_reference(SYSTEM, Person, {"given_name": "😀"}).slug == "person"


def test_links_and_expertise_of_a_person_are_brought_to_one_form() -> None:
    person = create_reference(
        SYSTEM,
        Person,
        {
            "given_name": "Ada",
            "urls_detailed": [{"type": "blog", "url": " https://ada.example/ "}],
            "areas_of_expertise": [" Engines ", ""],
        },
    )
    assert person.urls_detailed == [{"type": "blog", "title": None, "url": "https://ada.example/"}]
    assert person.areas_of_expertise == ["Engines"]
    equal = {"urls_detailed": [{"type": "blog", "title": "", "url": "https://ada.example/"}]}
    assert update_reference(SYSTEM, Person, person.pk, equal).revision == 1


def test_sets_of_rows_are_written_where_they_differ_whatever_their_order() -> None:
    micromasters = ProgramType.objects.get(slug="micromasters")
    seats = list(SeatType.objects.filter(slug__in=["verified", "professional"]).order_by("pk"))
    first = update_reference(SYSTEM, ProgramType, micromasters.pk, {"applicable_seat_types": seats})
    again = update_reference(SYSTEM, ProgramType, micromasters.pk, {"applicable_seat_types": seats[::-1]})
    assert (first.revision, again.revision) == (micromasters.revision + 1, micromasters.revision + 1)
    fewer = update_reference(SYSTEM, ProgramType, micromasters.pk, {"applicable_seat_types": seats[:1]})
    assert list(fewer.applicable_seat_types.all()) == seats[:1]


def test_the_order_of_a_course_types_run_types_is_kept() -> None:
    verified = CourseType.objects.get(slug="verified-audit")
    types = [CourseRunType.objects.get(slug=slug) for slug in ("verified-audit", "audit", "professional")]
    update_reference(SYSTEM, CourseType, verified.pk, {"course_run_types": types})
    assert [link.course_run_type for link in verified.run_type_links.all()] == types
    assert (
        update_reference(SYSTEM, CourseType, verified.pk, {"course_run_types": types}).revision == verified.revision + 1
    )
    assert update_reference(SYSTEM, CourseType, verified.pk, {"course_run_types": types[::-1]}).revision == (
        verified.revision + 2
    )


def test_what_a_draft_or_an_old_publication_names_is_not_deleted_but_retired() -> None:
    subject = make_subject()
    course = make_course(runs=0, subjects=[subject]).course.uuid
    with pytest.raises(Conflict, match="Retire it instead"):
        delete_reference(SYSTEM, Subject, subject.pk)
    publish_now(Selection.of([course]))
    update_course(SYSTEM, course, {"subjects": []})
    publish_now(Selection.of([course]))
    assert not subject.course_links.exists()
    with pytest.raises(Conflict, match="Retire it instead"):
        delete_reference(SYSTEM, Subject, subject.pk)
    assert [row.history_type for row in subject.history.all()] == ["+"]
    assert update_reference(SYSTEM, Subject, subject.pk, {"retired": True}).retired


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (LanguageTag, {"code": "en-us"}),
        (Currency, {"code": "USD"}),
        (SeatType, {"slug": "verified"}),
        (CourseType, {"slug": "verified-audit"}),
        (CourseRunType, {"slug": "verified-audit"}),
        (Track, {"mode__slug": "verified"}),
    ],
)
def test_what_courses_runs_and_types_are_made_of_is_not_deleted(model: Any, lookup: dict[str, str]) -> None:
    make_course()
    row = model.objects.get(**lookup)
    with pytest.raises(Conflict):
        delete_reference(SYSTEM, model, row.pk)
    assert model.objects.filter(pk=row.pk).exists()


def test_an_organization_for_which_a_course_type_is_reserved_is_not_deleted() -> None:
    profile = make_organization()
    CourseType.objects.get(slug="professional").white_listed_orgs.add(profile)
    with pytest.raises(Conflict):
        delete_reference(SYSTEM, OrganizationProfile, profile.pk)
    assert CourseType.objects.get(slug="professional").white_listed_orgs.exists(), "it would be open to all"


def test_what_nothing_names_is_deleted_with_history_and_an_event_and_its_code_may_come_again() -> None:
    tag = create_reference(SYSTEM, LanguageTag, {"code": "tlh", "name": "Klingon"})
    delete_reference(SYSTEM, LanguageTag, "tlh")
    again = create_reference(SYSTEM, LanguageTag, {"code": "tlh", "name": "Klingon"})
    assert [(row.history_type) for row in LanguageTag.history.filter(code="tlh").order_by("history_id")] == [
        "+",
        "-",
        "+",
    ]
    assert _events(tag) == [
        (1, {"changed": ["code", "name"]}),
        (2, {"deleted": True}),
        (3, {"changed": ["code", "name"]}),
    ]
    assert again.revision == 3


def test_a_write_or_a_deletion_that_names_an_older_revision_is_refused() -> None:
    subject = create_reference(SYSTEM, Subject, {"name": "Biology", "slug": "biology"})
    update_reference(SYSTEM, Subject, subject.pk, {"subtitle": "Meanwhile"}, revision=1)
    with pytest.raises(StaleRevision, match="Biology is at revision 2, not 1"):
        update_reference(SYSTEM, Subject, subject.pk, {"name": "Life sciences"}, revision=1)
    with pytest.raises(StaleRevision):
        delete_reference(SYSTEM, Subject, subject.pk, revision=1)
    assert [row.name for row in subject.history.all()] == ["Biology", "Biology"]
    delete_reference(SYSTEM, Subject, subject.pk, revision=2)
    assert not Subject.objects.exists()


def test_what_does_not_exist_is_not_found() -> None:
    for command in (lambda: update_reference(SYSTEM, Subject, 0, {}), lambda: delete_reference(SYSTEM, Subject, 0)):
        with pytest.raises(UnitNotFound):
            command()


def test_only_tables_of_reference_data_are_written_here() -> None:
    with pytest.raises(ValueError, match="is not reference data"):
        create_reference(SYSTEM, get_user_model(), {"username": "mallory"})


def test_course_teams_make_people_and_collaborators_and_change_those_of_their_courses() -> None:
    organization = make_organization()
    member, outsider, admin = acting(make_member(organization)), acting(make_user()), acting(make_admin())
    person = create_reference(member, Person, {"given_name": "Ada"})
    create_reference(member, Collaborator, {"name": "Engines Ltd"})
    for actor, model, changes in (
        (outsider, Person, {"given_name": "Eve"}),
        (member, Subject, {"name": "Biology", "slug": "biology"}),
    ):
        with pytest.raises(NotPermitted):
            create_reference(actor, model, changes)
    with pytest.raises(NotPermitted):
        update_reference(member, Person, person.pk, {"bio": "x"})
    made = make_course(organization, runs=[{"start": "2031-02-01T00:00:00Z", "staff": [person]}])
    assert update_reference(member, Person, person.pk, {"bio": "x"}).bio == "x"
    elsewhere = make_person()
    make_course(runs=[{"start": "2031-02-01T00:00:00Z", "staff": [elsewhere]}])
    with pytest.raises(NotPermitted):
        update_reference(member, Person, elsewhere.pk, {"bio": "x"})
    with pytest.raises(NotPermitted):
        delete_reference(member, Collaborator, Collaborator.objects.get(name="Engines Ltd").pk)
    delete_reference(admin, Collaborator, Collaborator.objects.get(name="Engines Ltd").pk)
    assert made.course.uuid
