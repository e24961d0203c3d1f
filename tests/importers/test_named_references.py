"""Reference data that a file names: found by its exact name, made where an import may make it."""

import pytest
from organizations.models import Organization

from openedx_catalog_publisher.importers.derived_keys import name_slugs
from openedx_catalog_publisher.models import (
    Course,
    LevelType,
    OrganizationProfile,
    OutboxEvent,
    Source,
    Subject,
)
from tests.factories import make_level, make_organization, make_subject
from tests.importers.record_files import course, import_records

pytestmark = pytest.mark.django_db


def test_subjects_whose_names_have_one_slug_get_two() -> None:
    report = import_records(course(1, subjects=["C", "C++", "C#"]), course(2, subjects=["C++"]))
    slugs = dict(Subject.objects.values_list("name", "slug"))
    assert slugs == {"C": "c", "C++": name_slugs("C++")[1], "C#": name_slugs("C#")[1]}
    assert len(set(slugs.values())) == 3
    assert report["refused"] == []


def test_a_name_without_latin_letters_has_a_slug() -> None:
    import_records(course(1, subjects=["数学"]))
    assert Subject.objects.get().slug == name_slugs("数学")[0] == name_slugs("数学")[1]


def test_existing_subjects_and_levels_are_used() -> None:
    subject, level = make_subject("Optics"), make_level("Introductory")
    report = import_records(course(1, subjects=["Optics"], level_type="Introductory"))
    assert (Subject.objects.get(), LevelType.objects.get()) == (subject, level)
    assert [entry["kind"] for entry in report["reference_data"]] == ["organization profile"]


def test_names_are_one_only_when_they_are_equal_in_every_letter() -> None:
    make_subject("optics")
    import_records(course(1, subjects=["Optics", "Óptics"]))
    assert sorted(Subject.objects.values_list("name", flat=True)) == ["Optics", "optics", "Óptics"]


def test_a_subject_in_use_is_preferred_to_a_retired_one_of_its_name() -> None:
    retired, used = make_subject("Optics"), make_subject("Optics")
    Subject.objects.filter(pk=retired.pk).update(retired=True)
    import_records(course(1, subjects=["Optics"]))
    assert Course.drafts.get().subject_links.get().subject == used


def test_a_retired_subject_is_not_taken_up() -> None:
    Subject.objects.filter(pk=make_subject("Optics").pk).update(retired=True)
    report = import_records(course(1, subjects=["Optics"]))
    assert report["refused"] == [{"line": 1, "field": "subjects", "reason": "The subject Optics is retired."}]


def test_levels_sort_from_the_easiest_on() -> None:
    import_records(
        *(course(number, level_type=name) for number, name in enumerate(["Expert", "Advanced", "Introductory"]))
    )
    assert [level.name for level in LevelType.objects.all()] == ["Introductory", "Advanced", "Expert"]


def test_reference_data_is_made_by_commands() -> None:
    import_records(course(1, subjects=["Optics"], level_type="Advanced", product_source="edx"))
    made = {(event.object_type, event.object_key) for event in OutboxEvent.objects.filter(kind="reference_changed")}
    assert made == {("subject", "Optics"), ("leveltype", "Advanced"), ("source", "edx")}
    assert Source.objects.get().history.count() == 1


def test_an_organization_is_made_with_its_profile() -> None:
    report = import_records(course(1))
    profile = OrganizationProfile.objects.get()
    assert (profile.key, profile.organization.name, profile.organization.active) == (
        "SampleX",
        "Sample University",
        True,
    )
    assert report["reference_data"] == [{"kind": "organization profile", "name": "Sample University"}]


def test_an_organization_that_the_catalog_has_is_left_as_it_is() -> None:
    profile = make_organization("samplex")
    name = profile.organization.name
    report = import_records(course(1))
    assert report["reference_data"] == []
    assert Organization.objects.get().name == name


def test_an_organization_without_a_profile_gets_one_and_keeps_its_name() -> None:
    Organization.objects.bulk_create([Organization(short_name="SampleX", name="The platform's own name")])
    import_records(course(1), dry_run=True)
    assert not OrganizationProfile.objects.exists()
    import_records(course(1))
    assert OrganizationProfile.objects.get().organization.name == "The platform's own name"


@pytest.mark.parametrize("dry_run", [False, True])
def test_what_an_import_does_not_make_is_refused_by_name(dry_run: bool) -> None:
    report = import_records(
        course(1, type="unheard-of"), course(2, runs=[{"type": "empty"}, {"type": "unheard-of"}]), dry_run=dry_run
    )
    assert report["refused"] == [
        {"line": 1, "field": "type", "reason": "There is no course type unheard-of."},
        {"line": 2, "field": "course-v1:SampleX+N2+R1.type", "reason": "There is no course run type unheard-of."},
    ]


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_name_that_is_no_name_refuses_only_the_courses_that_have_it(dry_run: bool) -> None:
    report = import_records(course(1, level_type="x" * 256), course(2), dry_run=dry_run)
    (refused,) = report["refused"]
    assert (refused["line"], refused["field"]) == (1, "level_type")
    assert report["created"]["courses"] == 1
