"""Export and import are inverse: into an empty installation nothing is lost, into the same one nothing is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from openedx_catalog_publisher.api import (
    Parents,
    Selection,
    add_redirect,
    create_reference,
    create_run,
    discard,
    remove,
    unpublish,
    update_course,
    update_run,
)
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.editing.images import stored_image
from openedx_catalog_publisher.importers.catalog_json import export as export_module
from openedx_catalog_publisher.importers.catalog_json.export_references import References
from openedx_catalog_publisher.importers.catalog_json.layout import Sides
from openedx_catalog_publisher.models import (
    Collaborator,
    Course,
    CourseRun,
    CourseUrlRedirect,
    CourseUrlSlug,
    OrganizationProfile,
    Person,
    Subject,
    UnitKind,
)
from tests.factories import SYSTEM, make_course, make_organization, make_person, publish_now, run_changes
from tests.importers.catalog_files import (
    HEADER,
    export_file,
    exported,
    import_catalog,
    import_lines,
    of_kind,
    picture,
    taken_back,
    write,
)
from tests.row_counts import row_counts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.jsonl"


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    """Each test has a storage of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"


def make_catalog() -> None:
    """Make a catalog with something of everything: drafts, officials, what is withdrawn, retired and removed."""
    north, south = make_organization("NorthU"), make_organization("SouthU")
    logo = stored_image(OrganizationProfile._meta.get_field("logo_image"), picture("red"))
    OrganizationProfile.objects.filter(pk=north.pk).update(logo_image=logo, homepage_url="https://north.example.org")
    ada = create_reference(
        SYSTEM,
        Person,
        {
            "given_name": "Ada",
            "bio": "<p>Counts.</p>",
            "position_organization": make_organization("EastU"),
            "profile_image": stored_image(Person._meta.get_field("profile_image"), picture("green")),
            "urls_detailed": [{"type": "blog", "title": None, "url": "https://ada.example.org"}],
        },
    )
    twins = [create_reference(SYSTEM, Collaborator, {"name": "Acme"}) for _ in range(2)]
    image = Course._meta.get_field("image")
    stars = make_course(
        north,
        number="STARS",
        runs=[run_changes(staff=[ada, make_person()]), run_changes(), run_changes(staff=[])],
        image=stored_image(image, picture("navy")),
        collaborators=[twins[1], twins[0]],
        watchers=["w@example.org"],
        url_slug="stars",
        geolocation={"location_name": "Nord", "lat": "48.137154", "lng": "11.57612400001"},
    )
    _, second, third = (run.uuid for run in stars.runs)
    publish_now(Selection.of([stars.course.uuid], [second]))
    update_course(SYSTEM, stars.course.uuid, {"url_slug": "more-stars"})
    publish_now(Selection.of([stars.course.uuid]))
    update_course(
        SYSTEM,
        stars.course.uuid,
        {
            "url_slug": "even-more-stars",
            "title": "Даёшь звёзды 🌟",
            "image": stored_image(image, picture("gold")),
            "sponsoring_organizations": [],
        },
    )
    update_run(SYSTEM, second, {"title_override": "Second", "go_live_date": "2031-01-01T00:00:00Z", "end": None})
    add_redirect(SYSTEM, stars.course.uuid, "/old/stars")
    add_redirect(SYSTEM, stars.course.uuid, "/a")
    publish_now(Selection.of(runs=[third]))
    unpublish(SYSTEM, Selection.of(runs=[third]), reason="Over.")
    CourseRun.drafts.filter(uuid=third).update(has_ofac_restrictions=True, ofac_comment="Asked.")

    sea = make_course(south, number="SEA", runs=1, url_slug="sea")
    publish_now(Selection.of([sea.course.uuid], all_runs=True))
    unpublish(SYSTEM, Selection.of([sea.course.uuid], all_runs=True), reason="Dry.")
    update_course(SYSTEM, sea.course.uuid, {"faq": "<p>Where is the water?</p>"})

    gone = make_course(south, number="GONE", runs=[run_changes(restricted_run=None)])
    publish_now(Selection.of([gone.course.uuid], all_runs=True))
    remove(SYSTEM, courses=[gone.course.uuid], reason="Never was.")
    make_course(north, number="DRAFT", runs=0, level_type=None, entitlement=None)

    whole = make_course(south, number="WHOLE", runs=2)
    publish_now(Selection.of([whole.course.uuid], all_runs=True))
    Subject.objects.filter(course_links__course__uuid=whole.course.uuid).update(retired=True)
    create_run(SYSTEM, whole.course.uuid, run_changes(start="2033-01-01T00:00:00Z", end=None))


def stored() -> list[Any]:
    """Return what a catalog has beside content: identity, state, pointers, slugs and paths."""
    return [
        sorted(
            Course.everything.values_list("uuid", "draft", "key", "number", "status", "canonical_course_run__uuid"),
            key=str,
        ),
        sorted(
            CourseRun.everything.values_list("uuid", "draft", "key", "status", "announcement", "course__uuid"), key=str
        ),
        sorted(CourseRun.drafts.values_list("uuid", "go_live_date", "has_ofac_restrictions", "ofac_comment"), key=str),
        sorted(Course.drafts.filter(Course.unpublished_changes()).values_list("key", "watchers")),
        sorted(CourseRun.drafts.filter(CourseRun.unpublished_changes()).values_list("key")),
        sorted(CourseUrlSlug.objects.values_list("url_slug", "is_active", "is_active_on_draft", "was_official")),
        sorted(CourseUrlRedirect.objects.values_list("course__key", "value")),
    ]


class TestIntoAnEmptyInstallation:
    @pytest.fixture
    def folders(self, tmp_path: Path) -> tuple[Path, Path]:
        """Two files of one name, whose folders are there: one that was exported, one after the import."""
        paths = tmp_path / "a" / "catalog.jsonl", tmp_path / "b" / "catalog.jsonl"
        for path in paths:
            path.parent.mkdir()
        return paths

    def test_nothing_is_lost(self, folders: tuple[Path, Path]) -> None:
        first, second = folders
        with taken_back():
            make_catalog()
            text = export_file(first, "--references", "all")
            before = stored()
        assert not Course.everything.exists()
        report = import_catalog(first).report
        assert report["refused"] == []
        assert report["created"]["courses"] == 5
        assert export_file(second, "--references", "all") == text
        assert list(check_catalog()) == []
        assert stored() == before
        counts = row_counts()
        assert "Nothing changed" in import_catalog(first).text
        assert row_counts() == counts

    def test_drafts_alone_are_not_lost_either(self, folders: tuple[Path, Path]) -> None:
        first, second = folders
        with taken_back():
            make_catalog()
            text = export_file(first, "--side", "draft")
        assert import_catalog(first).report["refused"] == []
        assert export_file(second, "--side", "draft") == text
        assert not Course.objects.exists()
        assert list(check_catalog()) == []

    def test_nor_officials_alone(self, folders: tuple[Path, Path]) -> None:
        first, second = folders
        with taken_back():
            make_catalog()
            before = export_file(first, "--side", "official").splitlines()
        assert import_catalog(first).report["refused"] == []
        after = export_file(second, "--side", "official").splitlines()
        # The canonical run of a draft may be none that is official; then the first of the officials becomes it.
        [stars] = [index for index, line in enumerate(after) if '"NorthU+STARS"' in line]
        line = json.loads(after[stars])
        assert line.pop("canonical_course_run_key") == line["runs"][0]["key"]
        assert line == json.loads(before[stars])
        assert after[:stars] + after[stars + 1 :] == before[:stars] + before[stars + 1 :]
        assert list(check_catalog()) == []

    def test_what_is_discarded_afterwards_is_what_was_official(self, path: Path) -> None:
        with taken_back():
            make_catalog()
            export_file(path)
            stars = Course.objects.get(number="STARS")
            official = stars.title, stars.url_slug, str(stars.image)
        import_catalog(path)
        discard(SYSTEM, UnitKind.COURSE, stars.uuid)
        draft = Course.drafts.get(number="STARS")
        assert (draft.title, draft.url_slug, str(draft.image)) == official


class TestIntoTheSameInstallation:
    @pytest.fixture(autouse=True)
    def _catalog(self) -> None:
        make_catalog()

    @pytest.mark.parametrize(
        "arguments",
        [
            (),
            ("--side", "draft"),
            ("--side", "official"),
            ("--no-media",),
            ("--references", "all"),
            ("--references", "none"),
            ("--org", "NorthU"),
        ],
        ids=" ".join,
    )
    def test_nothing_is_written(self, path: Path, arguments: tuple[str, ...]) -> None:
        export_file(path, *arguments)
        before = row_counts(), list(Course.everything.order_by("pk").values()), list(Subject.history.values())
        imported = import_catalog(path)
        assert imported.report["refused"] == []
        assert "Nothing changed" in imported.text
        assert (
            row_counts(),
            list(Course.everything.order_by("pk").values()),
            list(Subject.history.values()),
        ) == before

    def test_an_export_is_told_apart_from_what_came_after_it(self, path: Path) -> None:
        export_file(path)
        uuid = Course.drafts.get(number="SEA").uuid
        update_course(SYSTEM, uuid, {"title": "Later"})
        publish_now(Selection.of([uuid], parents=Parents.NEVER))
        report = import_catalog(path).report
        assert report["updated"]["keys"] == ["SouthU+SEA"]
        assert [release["units"] for release in report["published"]["releases"]] == [1, 1]
        assert Course.objects.get(number="SEA").title == "Data for Everyone: 数据 📊"


class TestWhatIsExported:
    def test_courses_stand_in_the_order_of_their_keys_with_all_they_name_above_them(self) -> None:
        make_catalog()
        lines = exported()
        assert lines[0] == HEADER
        assert [line["key"] for line in of_kind(lines, "course")] == [
            "NorthU+DRAFT",
            "NorthU+STARS",
            "SouthU+GONE",
            "SouthU+SEA",
            "SouthU+WHOLE",
        ]
        kinds = [line["kind"] for line in lines[1:]]
        assert kinds.index("course") == len(kinds) - 5
        assert [line["key"] for line in of_kind(lines, "organization") if not line["key"].startswith("Org")] == [
            "EastU",
            "NorthU",
            "SouthU",
        ]

    def test_an_official_side_states_what_differs_from_the_draft(self) -> None:
        make_catalog()
        stars = next(line for line in of_kind(exported(), "course") if line["key"] == "NorthU+STARS")
        assert stars["official"].keys() == {"status", "title", "url_slug", "sponsoring_organizations"}
        assert (stars["draft"]["url_slug"], stars["official"]["url_slug"]) == ("even-more-stars", "more-stars")
        assert stars["url_slug_history"] == ["stars"]
        assert stars["url_redirects"] == ["/a", "/old/stars"]
        assert [run.get("official", {}).get("status") for run in stars["runs"]] == [None, "published", "unpublished"]
        assert stars["runs"][1]["official"] == {
            "status": "published",
            "title_override": None,
            "end": "2031-12-31T00:00:00.000000Z",
        }

    def test_reference_data_that_nothing_names_is_exported_on_demand(self) -> None:
        make_course(make_organization("NorthU"))
        create_reference(SYSTEM, Subject, {"name": "Alone", "slug": "alone"})
        named, everything = exported(), exported(references=References.ALL)
        assert "alone" not in [line["slug"] for line in of_kind(named, "subject")]
        assert "alone" in [line["slug"] for line in of_kind(everything, "subject")]
        assert {line["kind"] for line in exported(references=References.NONE)[1:]} == {"course"}

    def test_what_only_staff_sees_is_not_among_officials(self) -> None:
        person = make_person()
        Person.objects.filter(pk=person.pk).update(email="private@example.org")
        made = make_course(
            watchers=["w@example.org"], runs=[run_changes(staff=[person], go_live_date="2031-01-01T00:00:00Z")]
        )
        publish_now(Selection.of([made.course.uuid], all_runs=True))
        text = json.dumps(exported(sides=Sides.OFFICIAL))
        assert "@example.org" not in text
        assert "go_live_date" not in text
        assert "ofac" not in text.replace("ofac_restricted_program_types", "")
        assert "private@example.org" in json.dumps(exported())

    def test_courses_of_organizations_are_those_that_they_own(self) -> None:
        make_catalog()
        lines = exported(organizations=["southu"])
        assert [line["key"] for line in of_kind(lines, "course")] == ["SouthU+GONE", "SouthU+SEA", "SouthU+WHOLE"]
        assert "EastU" not in [line["key"] for line in of_kind(lines, "organization")]

    def test_the_number_of_statements_is_that_of_a_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # What is forgotten cannot be counted.
        monkeypatch.setattr(export_module, "reset_queries", lambda: None)

        def statements() -> int:
            with CaptureQueriesContext(connection) as captured:
                exported(references=References.NONE)
            return len(captured)

        organization = make_organization()
        make_course(organization, runs=2)
        before = statements()
        for _ in range(4):
            make_course(organization, runs=3)
        assert statements() == before
        monkeypatch.setattr(export_module, "PAGE", 2)
        assert len(of_kind(exported(), "course")) == 5


def test_images_without_a_file_are_left_out_and_named(path: Path) -> None:
    made = make_course(image=stored_image(Course._meta.get_field("image"), picture()))
    stored = Course.drafts.get(uuid=made.course.uuid).image
    Path(stored.path).unlink()
    assert "image" not in json.loads(export_file(path).splitlines()[-1])["draft"]


def test_the_same_images_are_written_once_under_names_of_their_content(path: Path) -> None:
    organization = make_organization()
    for _ in range(2):
        make_course(organization, image=stored_image(Course._meta.get_field("image"), picture()))
    lines = [json.loads(line) for line in export_file(path).splitlines()]
    [folder] = [line["images"] for line in lines if "images" in line]
    [one, other] = [line["draft"]["image"] for line in of_kind(lines, "course")]
    assert one == other
    [file] = (path.parent / folder).iterdir()
    assert (file.name, file.read_bytes()) == (one["path"], picture())
    assert folder == "catalog.jsonl.media"


def test_many_courses_come_in_batches(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line: Any = {"kind": "organization", "key": "NorthU"}
    courses: list[Any] = [
        {
            "kind": "course",
            "key": f"NorthU+C{number:03}",
            "draft": {"title": "C", "authoring_organizations": ["NorthU"]},
            "official": {},
        }
        for number in range(510)
    ]
    report = import_lines(path, line, *courses).report
    assert [release["units"] for release in report["published"]["releases"]] == [500, 10]
    monkeypatch.setattr(export_module, "PAGE", 50)
    again = exported()
    assert len(of_kind(again, "course")) == 510
    write(path, *again[1:], header=again[0])
    assert "Nothing changed" in import_catalog(path).text
