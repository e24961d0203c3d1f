"""``manage.py import_courses``: files in, drafts and releases out, and a report that says what became of each row."""

from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from organizations.models import Organization

from openedx_catalog_publisher.api import create_run, update_course, update_run
from openedx_catalog_publisher.importers.edx_learn_csv import COLUMNS
from openedx_catalog_publisher.models import (
    ActorPseudonym,
    Course,
    CourseEntitlement,
    CourseRun,
    EditRecord,
    Publication,
    Release,
    Seat,
    WriteSource,
)
from tests.factories import SYSTEM, make_admin, make_member, make_organization, make_user
from tests.importers.imports import import_file
from tests.importers.page_rows import HEADER, page, program, write

pytestmark = pytest.mark.django_db

NIGHT_SKY = "SampleUniversity-bjd5mgqw+reading-the-night-sky-a3c2hxkp"


def other_page(number: int = 1, **cells: str) -> dict[str, str]:
    named = {"href": f"https://www.example.org/course/other-{number}", "course_name": f"Other {number}"}
    return page(**(named | cells))


def rows_of_everything() -> dict[str, int]:
    """Return the number of rows of each table that an import could write to."""
    models = [*apps.get_app_config("openedx_catalog_publisher").get_models(), Organization]
    return {model._meta.label: model._base_manager.count() for model in models}


def test_a_row_becomes_a_draft_course_with_one_run(tmp_path: Path) -> None:
    imported = import_file(write(tmp_path / "pages.csv", [page()]))
    course, run = Course.drafts.get(), CourseRun.drafts.get()
    assert imported.report["created"] == {"courses": 1, "runs": 1, "keys": [course.key, run.key]}
    assert run.key == f"course-v1:{course.key}+edx-learn"
    assert (course.title, course.short_description) == ("Reading the Night Sky", "Find your way among the stars.")
    assert (course.url_slug, course.type.slug, course.product_source.slug) == (
        "reading-the-night-sky",
        "verified-audit",
        "edx",
    )
    assert (course.level_type.name, course.canonical_course_run) == ("Introductory", run)
    assert [link.subject.name for link in course.subject_links.all()] == ["Astronomy"]
    (owner,) = course.organization_links.all()
    assert (owner.kind, owner.organization.organization.name) == ("owner", "Sample University")
    assert (run.start, run.end, run.pacing_type, run.language_id) == (None, None, "self_paced", "en")
    assert (run.min_effort, run.max_effort, run.weeks_to_complete) == (2, 3, 6)
    assert [link.language_id for link in run.language_links.order_by("position")] == ["en", "es"]
    seats = {seat.type.slug: (seat.price, seat.currency_id) for seat in Seat.objects.all()}
    assert seats == {"audit": (Decimal("0.00"), "MXN"), "verified": (Decimal("3052.00"), "MXN")}
    entitlement = CourseEntitlement.objects.get()
    assert (entitlement.mode.slug, entitlement.price, entitlement.currency_id) == (
        "verified",
        Decimal("3052.00"),
        "MXN",
    )
    assert not Course.objects.exists()


def test_a_page_that_sells_nothing_becomes_a_course_without_a_type(tmp_path: Path) -> None:
    import_file(write(tmp_path / "pages.csv", [page(verified_price="null", audit_price="null")]))
    assert (Course.drafts.get().type, CourseRun.drafts.get().type) == (None, None)
    assert not Seat.objects.exists()


def test_importing_twice_changes_nothing_and_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "pages.csv", [page(), other_page()])
    first = import_file(path, "--publish")
    before = rows_of_everything()
    second = import_file(path, "--publish")
    assert rows_of_everything() == before
    assert (first.counts("created"), second.counts("created")) == ((2, 2), (0, 0))
    assert (second.counts("updated"), second.counts("unchanged")) == ((0, 0), (2, 2))
    assert second.report["unchanged"]["keys"] == first.report["created"]["keys"]
    assert second.report["published"] == {"units": 0, "releases": []}
    assert second.report["reference_data"] == []
    assert second.text.endswith("Nothing changed: the catalog says already what the file says.\n")
    assert "Nothing changed" not in first.text


def test_only_what_a_later_file_says_otherwise_is_updated(tmp_path: Path) -> None:
    import_file(write(tmp_path / "first.csv", [page(), other_page()]))
    imported = import_file(
        write(tmp_path / "second.csv", [page(course_name="Reading the Evening Sky"), other_page(verified_price="$10")])
    )
    first, other = Course.drafts.order_by("key_normalized").values_list("key", flat=True).reverse()
    assert imported.report["updated"]["keys"] == [first, other, f"course-v1:{other}+edx-learn"]
    assert imported.report["unchanged"]["keys"] == [f"course-v1:{first}+edx-learn"]
    assert EditRecord.objects.filter(unit_key=first).count() == 2


def test_what_the_file_does_not_state_stays_as_the_course_team_wrote_it(tmp_path: Path) -> None:
    import_file(write(tmp_path / "pages.csv", [page()]))
    update_course(SYSTEM, Course.drafts.get().uuid, {"full_description": "<p>Ours.</p>"})
    update_run(SYSTEM, CourseRun.drafts.get().uuid, {"start": "2031-02-01T00:00:00Z"})
    imported = import_file(write(tmp_path / "pages.csv", [page(study_mode="null", course_description="")]))
    assert imported.counts("unchanged") == (1, 1)
    assert Course.drafts.get().full_description == "<p>Ours.</p>"
    assert CourseRun.drafts.get().pacing_type == "self_paced"


def test_bad_rows_are_refused_with_line_field_and_reason_and_stop_nobody(tmp_path: Path) -> None:
    rows = [other_page(1, estimated_weeks="soon"), program(), page(), other_page(2, course_name="x" * 256)]
    imported = import_file(write(tmp_path / "pages.csv", rows))
    assert imported.report["refused"] == [
        {"line": 2, "field": "estimated_weeks", "reason": '"soon" is not an estimate of weeks'},
        {"line": 4, "field": "course-href", "reason": "the page is of a program, not of a course"},
        {"line": 7, "field": "course_name", "reason": "the text is longer than 255 characters"},
    ]
    assert 'refused: line 2, estimated_weeks: "soon" is not an estimate of weeks\n' in imported.text
    assert [course.title for course in Course.drafts.all()] == ["Reading the Night Sky"]


def test_a_course_whose_slug_leads_elsewhere_is_refused_whole(tmp_path: Path) -> None:
    rows = [page(), page(href="https://other.example.org/course/reading-the-night-sky"), other_page()]
    imported = import_file(write(tmp_path / "pages.csv", rows))
    assert imported.report["refused"] == [
        {"line": 4, "field": "url_slug", "reason": "This slug leads to another course. Choose another one."}
    ]
    assert (Course.drafts.count(), CourseRun.drafts.count()) == (2, 2)


def test_merged_and_mended_rows_are_in_the_report(tmp_path: Path) -> None:
    rows = [
        page(),
        page(topics="Physics"),
        other_page(course_transcript_language="Video Transcripts:  English, English"),
    ]
    imported = import_file(write(tmp_path / "pages.csv", rows))
    other = Course.drafts.get(title="Other 1")
    assert imported.report["rows"] == 3
    assert imported.report["merged"] == [{"line": 4, "into": 2}]
    assert imported.report["mended"] == [{"line": 6, "key": other.key, "rules": ["repeated-transcript-language"]}]
    assert "mended     1 row; repeated-transcript-language: 1\n" in imported.text
    links = Course.drafts.get(title="Reading the Night Sky").subject_links.order_by("position")
    assert [link.subject.name for link in links] == ["Astronomy", "Physics"]


def test_a_dry_run_writes_nothing_and_reports_what_would_be(tmp_path: Path) -> None:
    path = write(tmp_path / "pages.csv", [page(), program(), other_page(topics="Physics")])
    admin = make_admin("ada")
    before = rows_of_everything()
    planned = import_file(path, "--dry-run", "--publish", "--as", "ada")
    assert rows_of_everything() == before
    assert not ActorPseudonym.objects.filter(user=admin).exists()
    assert planned.text.endswith("This is what an import would do. Nothing was written.\n")
    done = import_file(path, "--publish", "--as", "ada")
    assert done.report["published"].pop("releases") != planned.report["published"].pop("releases") == []
    assert planned.report | {"dry_run": False} == done.report


def test_a_dry_run_over_an_imported_catalog_tells_updated_from_unchanged(tmp_path: Path) -> None:
    import_file(write(tmp_path / "first.csv", [page(), other_page()]), "--publish")
    import_file(write(tmp_path / "unpublished.csv", [other_page(2)]))
    rows = [page(topics="Optics"), other_page(), other_page(2)]
    planned = import_file(write(tmp_path / "second.csv", rows), "--dry-run", "--publish")
    assert (planned.counts("created"), planned.counts("updated"), planned.counts("unchanged")) == (
        (0, 0),
        (1, 0),
        (2, 3),
    )
    assert planned.report["reference_data"] == [{"kind": "subject", "name": "Optics"}]
    assert planned.report["published"] == {"units": 3, "releases": []}


def test_publishing_makes_one_release_of_a_batch_with_the_name_of_the_file_as_message(tmp_path: Path) -> None:
    imported = import_file(write(tmp_path / "pages.csv", [page(), other_page()]), "--publish")
    release = Release.objects.get()
    assert imported.report["published"] == {"units": 4, "releases": [{"uuid": str(release.uuid), "units": 4}]}
    assert (release.message, release.source) == ("pages.csv", WriteSource.IMPORT)
    assert ActorPseudonym.objects.get(uuid=release.actor).system_name == "import"
    assert Publication.objects.filter(release=release).count() == 4
    assert (Course.objects.count(), CourseRun.objects.count()) == (2, 2)


def test_publishing_includes_what_is_equal_to_the_file_and_not_yet_official(tmp_path: Path) -> None:
    path = write(tmp_path / "pages.csv", [page()])
    import_file(path)
    imported = import_file(path, "--publish")
    assert imported.counts("unchanged") == (1, 1)
    assert imported.report["published"]["units"] == 2
    assert "Nothing changed" not in imported.text
    assert Course.objects.get().title == "Reading the Night Sky"


def test_publishing_leaves_the_other_runs_of_a_course_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "pages.csv", [page()])
    import_file(path, "--publish")
    course = Course.drafts.get()
    create_run(SYSTEM, course.uuid, {"start": "2031-02-01T00:00:00Z", "end": "2031-12-31T00:00:00Z"})
    import_file(write(tmp_path / "pages.csv", [page(course_name="Stars")]), "--publish")
    assert (CourseRun.drafts.count(), CourseRun.objects.count()) == (2, 1)


def test_a_catalog_administrator_imports_in_their_own_name(tmp_path: Path) -> None:
    admin = make_admin("ada")
    import_file(write(tmp_path / "pages.csv", [page()]), "--publish", "--as", "ada")
    assert Release.objects.get().actor == ActorPseudonym.objects.get(user=admin).uuid


def test_a_limit_counts_rows_of_any_kind(tmp_path: Path) -> None:
    rows = [program(), page(), other_page()]
    imported = import_file(write(tmp_path / "pages.csv", rows), "--limit", "2")
    assert (imported.report["rows"], imported.counts("created"), len(imported.report["refused"])) == (2, (1, 1), 1)


def test_the_silent_command_prints_counts_and_no_refusals(tmp_path: Path) -> None:
    imported = import_file(write(tmp_path / "pages.csv", [program(), page()]), "--verbosity", "0")
    assert imported.text == (
        "pages.csv (edx-learn-csv): 2 rows\n"
        "  created    1 course, 1 run\n"
        "  updated    0 courses, 0 runs\n"
        "  unchanged  0 courses, 0 runs\n"
        "  refused    1 row\n"
        "  merged     0 rows\n"
        "  mended     0 rows\n"
        "  made       level type: 1; organization profile: 1; product source: 1; subject: 1\n"
    )


def test_there_is_no_progress_bar_where_there_is_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_file(write(tmp_path / "pages.csv", [page()]))
    assert capsys.readouterr().err == ""


class Terminal(StringIO):
    """What stands for a terminal: a stream that says it is one."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("verbosity", "shown"), [("1", True), ("0", False)])
def test_a_terminal_sees_the_progress_in_rows(
    verbosity: str, shown: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    import_file(
        write(tmp_path / "pages.csv", [page(), program(), other_page()]), "--verbosity", verbosity, "--limit", "2"
    )
    assert ("2/2" in terminal.getvalue()) is shown


def refusal(*arguments: str) -> str:
    """Return the message with which the command fails."""
    with pytest.raises(CommandError) as failure:
        call_command("import_courses", *arguments, "--format", "edx-learn-csv", stdout=StringIO())
    return str(failure.value)


def test_a_missing_file_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    assert refusal(str(path)) == f"There is no file {path}. Name a file; a pipe cannot be read twice."


def test_a_file_of_another_format_is_refused_naming_the_missing_columns(tmp_path: Path) -> None:
    header = [name for name in HEADER if name not in ("topics", "audit_price")]
    path = write(tmp_path / "pages.csv", [page()], header=header)
    assert refusal(str(path)) == (
        f"{path} cannot be read as edx-learn-csv. "
        "The header must name each of these columns once: topics, audit_price. "
        "Give a file of this format, or another --format."
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_file_in_another_encoding_is_refused_as_a_whole(encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path / "pages.csv", [page()], encoding=encoding)
    assert refusal(str(path)) == (
        f"{path} cannot be read as edx-learn-csv. The header must name each of these columns once: "
        f"{', '.join(COLUMNS)}. The text is not in UTF-8. Give a file of this format, or another --format."
    )


def test_nobody_imports_under_a_name_that_is_no_users(tmp_path: Path) -> None:
    path = write(tmp_path / "pages.csv", [page()])
    assert refusal(str(path), "--as", "nobody") == (
        "There is no user nobody. Name a catalog administrator, or leave out --as to import as the system."
    )


def test_only_a_catalog_administrator_imports(tmp_path: Path) -> None:
    path = write(tmp_path / "pages.csv", [page()])
    make_member(make_organization(), "member")
    make_user("staff", is_staff=True)
    before = rows_of_everything()
    for username in ("member", "staff"):
        for dry_run in ((), ("--dry-run",)):
            assert refusal(str(path), "--as", username, *dry_run) == (
                f"{username} may not import. Grant them the role catalog_admin, or name somebody who has it with --as."
            )
    assert rows_of_everything() == before


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    path = write(tmp_path / "pages.csv", [page()])
    report = tmp_path / "missing" / "report.json"
    assert refusal(str(path), "--report", str(report)) == (
        f"The report cannot be written to {report}. Name a file in a folder that can be written to."
    )
    assert not Course.drafts.exists()


def test_a_limit_below_one_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "pages.csv", [page()])
    assert "give a number of rows from 1 on" in refusal(str(path), "--limit", "0")


def test_a_file_without_one_course_fails_with_its_report(tmp_path: Path) -> None:
    path = write(tmp_path / "pages.csv", [program()])
    report = tmp_path / "report.json"
    assert refusal(str(path), "--report", str(report)) == "Not one row gave a course; the report says why of each."
    assert '"refused": [\n  {"line": 2,' in report.read_text(encoding="utf-8")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["pages.csv", "report.json"]
