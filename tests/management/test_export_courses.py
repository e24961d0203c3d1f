"""``manage.py export_courses``: what it writes where, and what it says when it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytest_django import Settings

from openedx_catalog_publisher.api import Selection
from openedx_catalog_publisher.editing.images import stored_image
from openedx_catalog_publisher.models import Course
from tests.factories import make_course, make_organization, publish_now
from tests.importers.catalog_files import data_uri, import_catalog, picture
from tests.management.calling import call, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _catalog(settings: Settings, tmp_path: Path) -> None:
    """A published course of NorthU with a picture, and a draft of SouthU."""
    settings.MEDIA_ROOT = tmp_path / "media"
    image = stored_image(Course._meta.get_field("image"), picture())
    made = make_course(make_organization("NorthU"), number="SKY", image=image)
    publish_now(Selection.of([made.course.uuid], all_runs=True))
    make_course(make_organization("SouthU"), number="SEA", runs=2)


def keys(text: str) -> list[str]:
    """Return the keys of the courses in an export."""
    return [line["key"] for line in map(json.loads, text.splitlines()) if line.get("kind") == "course"]


def test_standard_output_holds_everything_images_included(tmp_path: Path) -> None:
    text = call("export_courses")
    assert keys(text) == ["NorthU+SKY", "SouthU+SEA"]
    assert json.loads(text.splitlines()[-2])["draft"]["image"] == {"data": data_uri(picture())}
    path = tmp_path / "catalog.jsonl"
    path.write_text(text, encoding="utf-8")
    assert "Nothing changed" in import_catalog(path).text


def test_a_file_has_its_images_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "catalog.jsonl"
    said = call("export_courses", "--output", str(path))
    assert said.startswith("Courses: 2; runs: 3; lines of reference data: ")
    assert len(list((tmp_path / "catalog.jsonl.media").iterdir())) == 1
    assert call("export_courses", "--output", str(path), "--verbosity", "0") == ""
    assert "Nothing changed" in import_catalog(path).text


def test_images_are_left_out_on_demand(tmp_path: Path) -> None:
    path = tmp_path / "catalog.jsonl"
    call("export_courses", "--output", str(path), "--no-media")
    assert [file.name for file in tmp_path.glob("catalog*")] == ["catalog.jsonl"]
    assert "image" not in json.loads(path.read_text(encoding="utf-8").splitlines()[-2])["draft"]


def test_sides_and_organizations_are_chosen() -> None:
    assert keys(call("export_courses", "--side", "official")) == ["NorthU+SKY"]
    assert keys(call("export_courses", "--org", "southu")) == ["SouthU+SEA"]
    assert keys(call("export_courses", "--org", "southu", "--org", "NorthU")) == ["NorthU+SKY", "SouthU+SEA"]
    assert keys(call("export_courses", "--org", "SouthU", "--side", "official")) == []


def test_an_organization_that_is_not_there_is_named() -> None:
    assert refusal("export_courses", "--org", "NorthU", "--org", "WestU") == (
        "There is no organization WestU. Name organizations by their keys."
    )


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "catalog.jsonl"
    assert refusal("export_courses", "--output", str(path)) == (
        f"{path} cannot be written. Name a file in a folder that can be written to."
    )
    assert refusal("export_courses", "--output", str(tmp_path)).startswith(f"{tmp_path} cannot be written.")
