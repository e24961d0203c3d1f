"""The data migration makes what is missing and leaves everything that is there, changed by an operator or not."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from organizations.models import Organization

from openedx_catalog_publisher.models import (
    CatalogRole,
    CourseRunType,
    CourseType,
    CourseTypeRunType,
    Currency,
    LanguageTag,
    Mode,
    OrganizationProfile,
    ProgramType,
    SeatType,
    Track,
)
from tests.factories import make_organization

pytestmark = pytest.mark.django_db

migration = importlib.import_module("openedx_catalog_publisher.migrations.0002_seed_reference_data")

SEEDED = (
    *(CatalogRole, CourseRunType, CourseType, CourseTypeRunType, Currency, LanguageTag, Mode, ProgramType),
    *(SeatType, Track, CourseType.entitlement_types.through, CourseRunType.tracks.through),
)


def _seed() -> None:
    migration.seed(apps, None)


def _stored() -> dict[str, list[dict[str, Any]]]:
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in SEEDED}


def test_seeding_twice_changes_nothing() -> None:
    before = _stored()
    assert all(before.values())
    _seed()
    assert _stored() == before


def _take_a_run_type_away() -> None:
    CourseType.objects.get(slug="verified-audit").run_type_links.all()[0].delete()


CHANGES: dict[str, Callable[[], object]] = {
    "a language renamed": lambda: LanguageTag.objects.filter(code="de").update(name="Deutsch", retired=True),
    "a currency renamed": lambda: Currency.objects.filter(code="USD").update(name="Dollar"),
    "a program type renamed": lambda: ProgramType.objects.filter(slug="masters").update(name="Master"),
    "a seat type renamed": lambda: SeatType.objects.filter(slug="verified").update(name="Zertifikat"),
    "a mode changed": lambda: Mode.objects.filter(slug="audit").update(is_id_verified=True, payee="platform"),
    "a track without its seat": lambda: Track.objects.filter(mode__slug="verified").update(seat_type=None),
    "a run type that is not marketable": lambda: CourseRunType.objects.filter(slug="audit").update(
        is_marketable=False, retired=True
    ),
    "a run type without tracks": lambda: CourseRunType.objects.get(slug="verified-audit").tracks.set([]),
    "a course type renamed": lambda: CourseType.objects.filter(slug="audit").update(name="Gasthörer"),
    "a course type that sells nothing": lambda: CourseType.objects.get(slug="verified-audit").entitlement_types.set([]),
    "a course type with fewer run types": _take_a_run_type_away,
    "run types in another order": lambda: CourseType.objects.get(slug="verified-audit").run_type_links.update(
        position=7
    ),
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_what_an_operator_changed_stays(change: str) -> None:
    untouched = _stored()
    CHANGES[change]()
    before = _stored()
    assert before != untouched
    _seed()
    assert _stored() == before


def test_what_is_missing_is_made_again() -> None:
    LanguageTag.objects.filter(code="de").delete()
    CatalogRole.objects.filter(name="org_member").delete()
    CourseType.objects.filter(slug="professional").delete()
    _seed()
    assert LanguageTag.objects.get(code="de").name.startswith("German")
    assert CatalogRole.objects.filter(name="org_member").exists()
    professional = CourseType.objects.get(slug="professional")
    assert [link.course_run_type.slug for link in professional.run_type_links.all()] == ["professional"]
    assert [seat.slug for seat in professional.entitlement_types.all()] == ["professional"]


def test_each_organization_without_a_profile_gets_one_and_those_that_have_keep_theirs() -> None:
    kept = make_organization("MITx")
    OrganizationProfile.objects.filter(pk=kept.pk).update(key="Renamed", auto_generate_course_run_keys=False)
    before = OrganizationProfile.objects.values().get(pk=kept.pk)
    Organization.objects.bulk_create([Organization(short_name="ÉcoleX", name="École")])
    for _ in range(2):
        migration.make_profiles(apps, None)
    made = OrganizationProfile.objects.get(organization__short_name="ÉcoleX")
    assert (made.key, made.key_normalized) == ("ÉcoleX", "écolex")
    assert OrganizationProfile.objects.values().get(pk=kept.pk) == before
    assert OrganizationProfile.objects.count() == Organization.objects.count()
