"""The seeded reference data is complete, agrees with itself and keeps to the width of its columns."""

from uuid import UUID

import pytest

from openedx_catalog_publisher.seeds.course_types import COURSE_RUN_TYPES, COURSE_TYPES, MODES, SEAT_TYPES, TRACKS
from openedx_catalog_publisher.seeds.currencies import CURRENCIES
from openedx_catalog_publisher.seeds.language_tags import DISCOVERY_LANGUAGE_TAGS, LANGUAGE_TAGS
from openedx_catalog_publisher.seeds.program_types import PROGRAM_TYPES


def test_discovery_seeds_189_language_tags_and_each_is_here_once_whatever_its_case() -> None:
    assert len(DISCOVERY_LANGUAGE_TAGS) == 189
    assert len({code.casefold() for code, _ in LANGUAGE_TAGS}) == len(LANGUAGE_TAGS) == 193


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("en-us", "English - United States"),
        ("es-419", "Spanish - Latin America and Caribbean"),
        ("zh-Hans", "Chinese - Simplified"),
        ("zh-cmn", "Chinese - Mandarin"),
        ("zh-Hant-TW", "Chinese - Traditional, Taiwan"),
        ("nb-no", "Norwegian - Bokmål"),
    ],
)
def test_a_tag_keeps_the_spelling_that_clients_hold(code: str, name: str) -> None:
    assert dict(LANGUAGE_TAGS)[code] == name


def test_names_of_languages_tell_them_apart() -> None:
    names = [name for _, name in LANGUAGE_TAGS]
    assert len(set(names)) == len(names)


def test_currencies_are_iso_codes_each_once_in_order() -> None:
    codes = [code for code, _ in CURRENCIES]
    assert codes == sorted(set(codes))
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in codes)
    assert dict(CURRENCIES)["MXN"] == "Mexican Peso"
    assert dict(CURRENCIES)["USD"] == "US Dollar"
    assert all(name == name.strip() and len(name) <= 100 for _, name in CURRENCIES)


def test_currencies_that_iso_withdrew_are_not_seeded() -> None:
    assert {"BGN", "HRK", "CUC", "ANG", "SLL", "ZWL"}.isdisjoint(dict(CURRENCIES))


def test_every_seeded_uuid_is_a_random_one_and_used_once() -> None:
    uuids = [
        *(seed.uuid for seed in SEAT_TYPES),
        *(seed.uuid for seed in MODES),
        *(seed.uuid for seed in TRACKS),
        *(seed.uuid for seed in COURSE_RUN_TYPES),
        *(seed.uuid for seed in COURSE_TYPES),
        *(seed.uuid for seed in PROGRAM_TYPES),
    ]
    assert all(UUID(value).version == 4 and str(UUID(value)) == value for value in uuids)
    assert len(set(uuids)) == len(uuids) == 5 + 5 + 5 + 8 + 7 + 5


def test_a_course_type_lists_the_run_types_that_the_decision_names_in_order() -> None:
    assert {seed.name: seed.course_run_types for seed in COURSE_TYPES} == {
        "Audit Only": ("audit",),
        "Professional Only": ("professional",),
        "Verified and Audit": ("audit", "verified-audit"),
        "Credit": ("audit", "verified-audit", "credit-verified-audit"),
        "Honor Only": ("honor",),
        "Verified and Honor": ("honor", "verified-honor"),
        "Credit with Honor": ("honor", "verified-honor", "credit-verified-honor"),
    }


def test_a_course_type_sells_the_entitlement_that_the_decision_names() -> None:
    assert {seed.slug: seed.entitlement_types for seed in COURSE_TYPES} == {
        "audit": (),
        "professional": ("professional",),
        "verified-audit": ("verified",),
        "credit-verified-audit": ("verified",),
        "honor": (),
        "verified-honor": ("verified",),
        "credit-verified-honor": ("verified",),
    }


def test_a_run_type_has_the_tracks_that_its_name_says() -> None:
    assert {seed.slug: seed.tracks for seed in COURSE_RUN_TYPES} == {
        "audit": ("audit",),
        "professional": ("professional",),
        "verified-audit": ("audit", "verified"),
        "credit-verified-audit": ("audit", "verified", "credit"),
        "honor": ("honor",),
        "verified-honor": ("honor", "verified"),
        "credit-verified-honor": ("honor", "verified", "credit"),
        "empty": (),
    }


def test_the_empty_run_type_is_not_marketable_and_offered_nowhere() -> None:
    assert [seed.slug for seed in COURSE_RUN_TYPES if not seed.is_marketable] == ["empty"]
    assert all("empty" not in seed.course_run_types for seed in COURSE_TYPES)


def test_every_slug_that_a_seed_names_is_seeded() -> None:
    seat_types, modes = {seed.slug for seed in SEAT_TYPES}, {seed.slug for seed in MODES}
    run_types = {seed.slug for seed in COURSE_RUN_TYPES}
    assert {(track.mode, track.seat_type) for track in TRACKS} == {(slug, slug) for slug in modes}
    assert modes == seat_types
    assert all(modes.issuperset(seed.tracks) for seed in COURSE_RUN_TYPES)
    assert all(run_types.issuperset(seed.course_run_types) for seed in COURSE_TYPES)
    assert all(seat_types.issuperset(seed.entitlement_types) for seed in COURSE_TYPES)


def test_program_types_have_the_slugs_and_names_of_discovery() -> None:
    assert {seed.slug: seed.name for seed in PROGRAM_TYPES} == {
        "xseries": "XSeries",
        "micromasters": "MicroMasters",
        "professional-certificate": "Professional Certificate",
        "masters": "Masters",
        "microbachelors": "MicroBachelors",
    }
