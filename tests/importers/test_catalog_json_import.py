"""Importing ``catalog-json``: drafts and officials as the file says, nothing twice, and reasons for what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError
from pytest_django import Settings

from openedx_catalog_publisher.api import update_course
from openedx_catalog_publisher.editing import images
from openedx_catalog_publisher.models import (
    Course,
    CourseRun,
    EditRecord,
    OrganizationProfile,
    Publication,
    Release,
    Subject,
)
from tests.factories import SYSTEM, make_admin, make_member, make_organization
from tests.importers.catalog_files import (
    HEADER,
    ORGANIZATION,
    SUBJECT,
    content_of,
    course_line,
    data_uri,
    import_catalog,
    import_lines,
    picture,
    run_line,
    write,
)
from tests.row_counts import row_counts

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).resolve().parents[2] / "docs" / "references" / "catalog-json.rst"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.jsonl"


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    """Each test has a storage of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"


def refusals(path: Path, *lines: dict[str, Any], options: tuple[str, ...] = ()) -> list[tuple[int, str | None, str]]:
    """Import lines and return what the report says of those that were refused."""
    report = import_lines(path, *lines, options=options).report
    return [(row["line"], row["field"], row["reason"]) for row in report["refused"]]


class TestTheExampleOfTheDocumentation:
    @pytest.fixture
    def example(self, path: Path) -> Path:
        block = re.search(r"\.\. code-block:: text\n\n((?:   .+\n)+)", PAGE.read_text(encoding="utf-8"))
        assert block is not None
        path.write_text("".join(f"{line[3:]}\n" for line in block[1].splitlines()), encoding="utf-8")
        return path

    def test_it_is_imported_as_the_page_says(self, example: Path) -> None:
        first = import_catalog(example)
        assert (first.report["refused"], first.counts("created")) == ([], (1, 1))
        draft, run = Course.drafts.get(), CourseRun.drafts.get()
        assert (draft.title, draft.official.title) == ("Reading the Night Sky", "The Night Sky")
        assert (draft.has_unpublished_changes, run.has_unpublished_changes) == (True, False)
        assert [str(link.person) for link in run.official.staff_links.all()] == ["Nora Example"]
        assert run.official.seats.get(type__slug="verified").price == 49
        assert OrganizationProfile.objects.get().organization.name == "University of the North (invented)"

    def test_a_second_time_nothing_is_written(self, example: Path) -> None:
        import_catalog(example)
        before = row_counts()
        second = import_catalog(example)
        assert row_counts() == before
        assert second.counts("unchanged") == (1, 1)
        assert "Nothing changed" in second.text

    def test_a_dry_run_says_what_the_import_does(self, example: Path) -> None:
        before = row_counts()
        planned = import_catalog(example, "--dry-run")
        assert row_counts() == before
        assert not Subject.objects.exists()
        done = import_catalog(example)
        for key in ("created", "updated", "unchanged", "refused", "reference_data", "changed_reference_data"):
            assert planned.report[key] == done.report[key]
        assert planned.report["published"] == {"units": 2, "releases": []}
        assert done.report["published"]["units"] == 2


class TestWhatIsPublished:
    def test_what_the_file_calls_official_is_one_release_for_each_batch(self, path: Path) -> None:
        lines = [course_line(f"C{number}", official={}) for number in range(3)]
        report = import_lines(path, ORGANIZATION, *lines).report
        assert [release["units"] for release in report["published"]["releases"]] == [3]
        assert Release.objects.get().message == "catalog.jsonl"

    def test_a_file_that_says_what_is_official_is_not_published_besides(self, path: Path) -> None:
        with pytest.raises(CommandError) as refused:
            import_lines(path, ORGANIZATION, course_line(), options=("--publish",))
        assert str(refused.value).startswith("--publish: This file says itself what is official")
        assert not Course.drafts.exists()

    def test_drafts_are_published_where_that_is_asked_for(self, path: Path) -> None:
        drafts = HEADER | {"sides": "draft"}
        lines = (ORGANIZATION, course_line(runs=[run_line()]))
        assert import_lines(path, *lines, header=drafts).report["published"]["units"] == 0
        assert import_lines(path, *lines, header=drafts, options=("--publish",)).report["published"]["units"] == 2
        assert CourseRun.objects.get().status == "published"

    def test_drafts_only_takes_what_is_official_into_drafts_and_publishes_nothing(self, path: Path) -> None:
        official = {"title": "Official", "faq": "<p>Ask.</p>"}
        line = course_line(official=official, runs=[run_line(official={"min_effort": 3})])
        report = import_lines(path, ORGANIZATION, line, options=("--drafts-only",)).report
        assert report["published"]["units"] == 0
        assert (Course.drafts.get().title, Course.drafts.get().faq) == ("The Sky", "<p>Ask.</p>")
        assert CourseRun.drafts.get().min_effort == 3
        assert not Publication.objects.exists()

    def test_drafts_only_may_be_published(self, path: Path) -> None:
        line = course_line(official={"title": "Official"})
        import_lines(path, ORGANIZATION, line, options=("--drafts-only", "--publish"))
        assert Course.objects.get().title == "The Sky"

    def test_officials_alone_bring_drafts_along(self, path: Path) -> None:
        line = course_line(official={"title": "Official", "authoring_organizations": ["NorthU"], "url_slug": "sky"})
        del line["draft"]
        import_lines(path, ORGANIZATION, line, header=HEADER | {"sides": "official"})
        draft = Course.drafts.get()
        assert (draft.title, draft.official.title, draft.has_unpublished_changes) == ("Official", "Official", False)


class TestWhatIsStated:
    def test_what_a_line_leaves_out_stays(self, path: Path) -> None:
        import_lines(path, ORGANIZATION, course_line(draft={"faq": "<p>Ask.</p>"}, runs=[run_line()]))
        update_course(SYSTEM, Course.drafts.get().uuid, {"outcome": "<p>Learn.</p>"})
        report = import_lines(path, {"kind": "course", "key": "northu+sky", "draft": {"title": "New"}}).report
        assert report["updated"]["keys"] == ["NorthU+SKY"]
        draft = Course.drafts.get()
        assert (draft.title, draft.faq, draft.outcome) == ("New", "<p>Ask.</p>", "<p>Learn.</p>")
        assert CourseRun.drafts.count() == 1

    def test_an_empty_value_is_a_value(self, path: Path) -> None:
        subjects = {"subjects": ["astronomy"], "faq": "<p>Ask.</p>"}
        import_lines(path, ORGANIZATION, SUBJECT, course_line(draft=subjects))
        import_lines(path, course_line(draft={"subjects": [], "faq": None}))
        draft = Course.drafts.get()
        assert (list(draft.subject_links.all()), draft.faq) == ([], None)

    def test_html_is_cleaned(self, path: Path) -> None:
        dirty = '<p onclick="x()">Ask <script>alert(1)</script><b>us</b>.</p>'
        lines = (ORGANIZATION, course_line(draft={"faq": dirty}, official={"outcome": dirty}))
        import_lines(path, *lines)
        clean = "<p>Ask <b>us</b>.</p>"
        assert (Course.drafts.get().faq, Course.objects.get().faq, Course.objects.get().outcome) == (clean,) * 3
        assert "Nothing changed" in import_lines(path, *lines).text

    def test_images_from_files_and_data_are_stored_as_anywhere(self, path: Path) -> None:
        (path.parent / "sky.png").write_bytes(picture("navy"))
        draft = {"image": {"path": "sky.png"}}
        official = {"image": {"data": data_uri(picture("gold"))}}
        lines = (ORGANIZATION, course_line(draft=draft, official=official))
        report = import_lines(path, *lines).report
        assert report["refused"] == []
        stored = Course.drafts.get().image, Course.objects.get().image
        assert [content_of(image) for image in stored] == [picture("navy"), picture("gold")]
        assert all(str(image).startswith("catalog_publisher/courses/") for image in stored)
        assert "Nothing changed" in import_lines(path, *lines).text

    def test_an_image_that_is_stored_already_is_not_decoded_again(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (path.parent / "sky.png").write_bytes(picture("navy"))
        lines = (ORGANIZATION, course_line(draft={"image": {"path": "sky.png"}}))
        import_lines(path, *lines)
        stored = Path(Course.drafts.get().image.path)
        decoded: list[bytes] = []

        def read(data: bytes, variants: object) -> tuple[dict[str, bytes], str]:
            decoded.append(data)
            return {}, "png"

        monkeypatch.setattr(images, "_read", read)
        assert "Nothing changed" in import_lines(path, *lines).text
        assert decoded == []
        # Unless a crash left half of it.
        stored.write_bytes(picture("navy")[:20])
        import_lines(path, *lines)
        assert decoded == [picture("navy")]
        assert stored.read_bytes() == picture("navy")

    def test_a_dry_run_checks_images_and_keeps_none(self, path: Path) -> None:
        lines = (
            ORGANIZATION,
            course_line(draft={"image": {"data": data_uri(picture())}}),
            course_line("SEA", draft={"image": {"data": data_uri(b"no picture")}}),
        )
        [(line, field, _)] = refusals(path, *lines, options=("--dry-run",))
        assert (line, field) == (4, "image")
        assert not default_storage.exists("catalog_publisher")

    @pytest.mark.parametrize(
        ("draft", "field", "reason"),
        [
            ({"subjects": ["optics"]}, "subjects", "There is no subject optics. Describe it on a line above."),
            ({"subjects": [7]}, "subjects", "Give what names a subject, as a text."),
            ({"subjects": "astronomy"}, "subjects", "Give a list."),
            ({"level_type": {"name": "x"}}, "level_type", "Give what names a level type, as a text."),
            ({"type": "unheard-of"}, "type", "There is no course type unheard-of. Describe it on a line above."),
            ({"authoring_organizations": ["SouthU"]}, "authoring_organizations", "There is no organization profile"),
            ({"image": "x.png"}, "image", 'Give {"path": "..."}, {"data": "data:image/png;base64,..."}, or null.'),
            ({"image": {"data": "data:,x"}}, "image", "Give a data URI in base64"),
            ({"video": {"data": "x"}}, "video", "This is not a field of an image."),
            ({"colour": "red"}, "colour", "This is not a field that can be written here."),
            ({"authoring_organizations": []}, "authoring_organizations", "A course has at least one organization"),
            ({"faq": 7}, "faq", "Give text."),
        ],
    )
    def test_faulty_fields_are_named(self, path: Path, draft: dict[str, Any], field: str, reason: str) -> None:
        [(line, found, why)] = refusals(path, ORGANIZATION, SUBJECT, course_line(draft=draft), course_line("SEA"))
        assert (line, found) == (4, field)
        assert why.startswith(reason)
        assert [course.number for course in Course.drafts.all()] == ["SEA"]

    def test_faults_of_runs_and_officials_are_named_with_their_place(self, path: Path) -> None:
        runs = [run_line(official={"type": "unheard-of"})]
        assert refusals(path, ORGANIZATION, course_line(official={"faq": 7}, runs=runs)) == [
            (
                3,
                "course-v1:NorthU+SKY+1.official.type",
                "There is no course run type unheard-of. Describe it on a line above.",
            )
        ]
        assert refusals(path, course_line(official={"faq": 7}), course_line("SEA")) == [
            (2, "official.faq", "Give text.")
        ]

    def test_what_cannot_be_published_is_refused_alone_and_whole(self, path: Path) -> None:
        twins = [
            run_line("1", draft={"external_key": "x"}, official={}),
            run_line("2", draft={}, official={"external_key": "x"}),
        ]
        report = import_lines(
            path, ORGANIZATION, course_line("A", official={}), course_line(official={}, runs=twins)
        ).report
        assert [(row["line"], row["field"]) for row in report["refused"]] == [(4, "external_key")]
        assert [course.number for course in Course.objects.all()] == ["A"]
        assert Course.drafts.count() == 1

    def test_a_dry_run_finds_slugs_that_earlier_batches_take(self, path: Path) -> None:
        lines = [
            ORGANIZATION,
            course_line("A", draft={"url_slug": "sky"}, official={"url_slug": "old-sky"}),
            SUBJECT,
            course_line("B", draft={"url_slug": "Old-Sky"}),
            course_line("C", url_slug_history=["sky"]),
        ]
        planned, done = refusals(path, *lines, options=("--dry-run",)), refusals(path, *lines)
        assert [line for line, *_ in planned] == [line for line, *_ in done] == [5, 6]


class TestTheCommand:
    def test_only_catalog_administrators_import(self, path: Path) -> None:
        make_member(make_organization("NorthU"), "member")
        make_admin("admin")
        write(path, course_line())
        with pytest.raises(CommandError, match="member may not import"):
            import_catalog(path, "--as", "member")
        import_catalog(path, "--as", "admin")
        assert EditRecord.objects.get().source == "import"

    def test_another_format_is_named(self, path: Path) -> None:
        path.write_text("title,price\n", encoding="utf-8")
        with pytest.raises(CommandError, match=r"cannot be read as catalog-json\. Its first line is not"):
            import_catalog(path)

    def test_a_file_of_reference_data_alone_is_something(self, path: Path) -> None:
        imported = import_lines(path, ORGANIZATION, SUBJECT)
        assert imported.report["reference_data"] == [
            {"kind": "organization profile", "name": "NorthU"},
            {"kind": "subject", "name": "astronomy"},
        ]

    def test_a_file_that_gives_nothing_fails(self, path: Path) -> None:
        with pytest.raises(CommandError, match="Not one row gave a course"):
            import_lines(path, course_line())

    def test_a_limit_counts_lines_behind_the_header(self, path: Path) -> None:
        report = import_lines(path, ORGANIZATION, course_line("A"), course_line("B"), options=("--limit", "2")).report
        assert (report["rows"], Course.drafts.count()) == (2, 1)
