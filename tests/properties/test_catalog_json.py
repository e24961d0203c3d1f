"""Whatever a catalog holds, its export imported into an empty installation is the same catalog, and the same export."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from openedx_catalog_publisher.api import CourseInput, InvalidInput, OfficialInput, RunInput, carry_over
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.editing.canonical import canonical_content
from openedx_catalog_publisher.importers.catalog_json.export import CatalogExport
from openedx_catalog_publisher.importers.catalog_json.export_images import NoImages
from openedx_catalog_publisher.importers.draft_inputs import PICTURES
from openedx_catalog_publisher.models import Course, Source, Status, UnitKind
from openedx_catalog_publisher.publishing.references import TARGETS
from tests.factories import (
    SYSTEM,
    make_collaborator,
    make_level,
    make_organization,
    make_person,
    make_subject,
    make_topic,
)
from tests.importers.catalog_files import import_catalog
from tests.properties.content import Pool, contents, texts
from tests.row_counts import row_counts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ADDRESSES = st.sampled_from(["https://example.org/a", "https://例え.example/x?y=ü&z=%20"])
WORDS = st.none() | texts(40)
PARTS: dict[str, st.SearchStrategy[Any]] = {
    "video": st.fixed_dictionaries(
        {"src": ADDRESSES, "description": WORDS, "image": st.just({"src": "https://example.org/b"})}
    ),
    "extra_description": st.fixed_dictionaries({"title": WORDS, "description": texts(200)}),
    "geolocation": st.fixed_dictionaries(
        {"location_name": WORDS, "lat": st.just("-33.86882000001"), "lng": st.sampled_from(["0", "151.2"])}
    ),
    "location_restriction": st.fixed_dictionaries({"countries": st.lists(st.sampled_from(["DE", "MX"]), max_size=2)}),
    "in_year_value": st.fixed_dictionaries({"per_lead_usa": st.integers(0, 10**6)}),
    "additional_metadata": st.fixed_dictionaries(
        {
            "external_url": ADDRESSES,
            "facts": st.lists(st.fixed_dictionaries({"heading": WORDS, "blurb": WORDS}), max_size=2),
            "start_date": st.none() | st.just("2031-02-01T00:00:00.000001+05:30"),
            "variant_id": st.none() | st.uuids(version=4).map(str),
        }
    ),
}
"""Input of the columns that are JSON; much of it is no canonical form."""


def _accepted(kind: UnitKind, content: dict[str, Any]) -> dict[str, Any]:
    """Return the part of drawn content that commands take."""
    taken = {}
    for name, value in content.items():
        try:
            canonical_content(kind, {name: value})
        except InvalidInput:
            continue
        taken[name] = value
    return taken


@st.composite
def _units(draw: st.DrawFn, kind: UnitKind, pool: Pool, unique: dict[str, list[str | None]]) -> dict[str, Any]:
    """Draw what is stated of one unit: content of the draft, and of the official side, which may be missing."""
    sides = []
    for _ in range(2):
        content = draw(contents(kind, pool))
        content |= {name: draw(st.none() | strategy) for name, strategy in PARTS.items() if name in content}
        content |= {name: draw(st.sampled_from(values)) for name, values in unique.items() if name in content}
        # Pictures are files, and this is about texts.
        content |= dict.fromkeys(PICTURES[kind])
        sides.append(_accepted(kind, content))
    # Both sides name the same, so that the order of a pair of fields is that of one side.
    names = sides[0].keys() & sides[1].keys()
    draft, official = ({name: side[name] for name in names} for side in sides)
    status = draw(st.sampled_from([None, Status.PUBLISHED, Status.UNPUBLISHED]))
    if draw(st.booleans()):
        official = dict(draft)
    return {"changes": draft, "official": None if status is None else OfficialInput(status, official)}


@st.composite
def _courses(draw: st.DrawFn, pool: Pool) -> list[CourseInput]:
    """Draw a catalog."""
    courses = []
    for number in range(draw(st.integers(1, 2))):
        slugs: list[str | None] = [None, f"c{number}", f"C{number}-second"]
        course = draw(_units(UnitKind.COURSE, pool, {"url_slug": slugs}))
        owners = draw(st.lists(st.sampled_from(pool["organizationprofile"]), min_size=1, max_size=2, unique=True))
        course["changes"]["authoring_organizations"] = owners
        course["changes"]["watchers"] = draw(st.lists(st.just("w@example.org"), max_size=1))
        if course["official"] is not None:
            course["official"].changes["authoring_organizations"] = owners[::-1]
        runs = []
        for part in range(draw(st.integers(0, 2))):
            run = draw(_units(UnitKind.COURSE_RUN, pool, {"external_key": [None, f"x{part}"]}))
            run["changes"]["has_ofac_restrictions"] = draw(st.sampled_from([None, True, False]))
            if course["official"] is None:
                run["official"] = None
            runs.append(RunInput(f"course-v1:NorthU+N{number}+{part}", **run))
        canonical = draw(st.sampled_from([None, "", *(run.key for run in runs)]))
        former = draw(st.lists(st.sampled_from([f"f{number}", f"g{number}"]), max_size=2, unique=True))
        courses.append(
            CourseInput("NorthU", f"N{number}", runs=runs, canonical_run=canonical, former_slugs=former, **course)
        )
    return courses


def _make_references() -> dict[str, list[str]]:
    make_organization("NorthU")
    make_level("Advanced")
    Source.objects.create(name="edX", slug="edx")
    for _ in range(3):
        for make in (make_organization, make_subject, make_topic, make_person):
            make()
    for name in ("Acme", "Acme", "Ünïque"):
        make_collaborator(name)
    return {
        name: [str(code) for code in target.model._base_manager.values_list(target.code, flat=True)[:5]]
        for name, target in TARGETS.items()
    }


def _exported() -> str:
    export = CatalogExport(NoImages())
    return "".join(f"{line}\n" for line in export.lines())


@given(data=st.data())
def test_an_export_imported_into_an_empty_installation_is_the_same_export(data: st.DataObject) -> None:
    empty = transaction.savepoint()
    try:
        courses = data.draw(_courses(_make_references()))
        outcomes = carry_over(SYSTEM, courses, reason="drawn").courses
        assert not [outcome.refused for outcome in outcomes if outcome.refused]
        text = _exported()
        # Not splitlines(): texts hold characters that it takes for ends of lines.
        lines = [json.loads(line) for line in text.split("\n") if line]
        assert sum(line.get("kind") == "course" for line in lines) == len(courses)
        transaction.savepoint_rollback(empty)
        assert not Course.everything.exists()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "catalog.jsonl"
            path.write_text(text, encoding="utf-8", newline="\n")
            assert import_catalog(path).report["refused"] == []
            assert _exported() == text
            before = row_counts()
            assert "Nothing changed" in import_catalog(path).text
            assert row_counts() == before
        assert list(check_catalog()) == []
    finally:
        transaction.savepoint_rollback(empty)
