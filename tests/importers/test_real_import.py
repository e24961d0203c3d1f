"""The real pages, imported and published: what a catalog of thousands of courses needs."""

from pathlib import Path

import pytest

from openedx_catalog_publisher.models import Course, CourseRun, EditRecord, OrganizationProfile, Publication, Subject
from tests.importers.catalog_files import export_file, import_catalog, taken_back
from tests.importers.imports import Imported, import_file

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def pages(real_pages: Path, tmp_path: Path) -> Path:
    """A link to the real file in a folder where reports may be written."""
    link = tmp_path / real_pages.name
    link.symlink_to(real_pages)
    return link


def import_twice(pages: Path, *arguments: str) -> tuple[Imported, Imported]:
    return import_file(pages, "--publish", *arguments), import_file(pages, "--publish", *arguments)


def test_the_first_real_pages_are_imported_and_published_once(pages: Path) -> None:
    first, second = import_twice(pages, "--limit", "100")
    courses = 100 - len(first.report["refused"])
    assert first.counts("created") == second.counts("unchanged") == (courses, courses)
    assert (second.counts("created"), second.counts("updated")) == ((0, 0), (0, 0))
    assert first.report["refused"] == second.report["refused"]
    assert (first.report["published"]["units"], second.report["published"]["units"]) == (2 * courses, 0)
    assert "Nothing changed" in second.text


def test_the_real_pages_are_exported_and_imported_into_an_empty_catalog_with_nothing_lost(
    pages: Path, tmp_path: Path
) -> None:
    exports = tmp_path / "here" / "catalog.jsonl", tmp_path / "there" / "catalog.jsonl"
    for export in exports:
        export.parent.mkdir()
    with taken_back():
        import_file(pages, "--publish")
        text = export_file(exports[0])
    assert not Course.everything.exists()
    first = import_catalog(exports[0])
    assert (first.counts("created"), first.report["refused"]) == ((1820, 1820), [])
    assert first.report["published"]["units"] == 3640
    assert export_file(exports[1]) == text
    assert "Nothing changed" in import_catalog(exports[0]).text
    assert not Course.drafts.filter(Course.unpublished_changes()).exists()


@pytest.mark.mysql
def test_all_real_pages_are_imported_and_published_once(pages: Path) -> None:
    planned = import_file(pages, "--publish", "--dry-run")
    assert not Course.drafts.exists()
    first, second = import_twice(pages)
    assert planned.counts("created") == first.counts("created") == second.counts("unchanged") == (1820, 1820)
    assert {row["reason"] for row in first.report["refused"]} == {"the page is of a program, not of a course"}
    assert len(first.report["refused"]) == len(second.report["refused"]) == 270
    assert planned.report["reference_data"] == first.report["reference_data"]
    assert [release["units"] for release in first.report["published"]["releases"]] == [500] * 7 + [140]
    assert second.report["published"] == {"units": 0, "releases": []}
    assert "Nothing changed" in second.text
    assert (Course.objects.count(), CourseRun.objects.count()) == (1820, 1820)
    assert (Course.drafts.filter(type=None).count(), CourseRun.drafts.filter(type=None).count()) == (123, 123)
    assert (OrganizationProfile.objects.count(), Subject.objects.count()) == (132, 394)
    assert EditRecord.objects.count() == Publication.objects.count() == 3640
