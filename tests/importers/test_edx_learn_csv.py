# ruff: noqa: RUF001 - the pages have en dashes
"""What the adapter for ``edx-learn-csv`` makes of each row."""

from decimal import Decimal
from pathlib import Path

import pytest
from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.importers.edx_learn_csv import EdxLearnCsv
from openedx_catalog_publisher.importers.formats import FORMATS
from openedx_catalog_publisher.importers.records import (
    CourseRecord,
    RefusedRow,
    RunRecord,
    UnreadableFileError,
)
from tests.importers.page_rows import HEADER, only_course, only_refusal, page, program, read, run_fields, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pages.csv"


class TestAnOrdinaryPage:
    def test_it_is_one_course_with_one_run(self, path: Path) -> None:
        assert read(write(path, [page()])) == [
            CourseRecord(
                line=2,
                organization_key="SampleUniversity-7vrt2jn6",
                organization_name="Sample University",
                number="reading-the-night-sky-a3c2hxkp",
                fields={
                    "title": "Reading the Night Sky",
                    "short_description": "Find your way among the stars.",
                    "level_type": "Introductory",
                    "subjects": ["Astronomy"],
                    "type": "verified-audit",
                    "url_slug": "reading-the-night-sky",
                    "product_source": "edx",
                    "entitlement": {"mode": "verified", "price": Decimal("3052.00"), "currency": "MXN"},
                },
                runs=(
                    RunRecord(
                        key="course-v1:SampleUniversity-7vrt2jn6+reading-the-night-sky-a3c2hxkp+edx-learn",
                        fields={
                            "type": "verified-audit",
                            "pacing_type": "self_paced",
                            "min_effort": 2,
                            "max_effort": 3,
                            "weeks_to_complete": 6,
                            "language": "en",
                            "transcript_languages": ["en", "es"],
                            "seats": [
                                {"type": "audit", "price": Decimal("0.00"), "currency": "MXN"},
                                {"type": "verified", "price": Decimal("3052.00"), "currency": "MXN"},
                            ],
                        },
                    ),
                ),
            )
        ]

    def test_its_keys_are_keys_of_the_platform(self, path: Path) -> None:
        course = only_course(write(path, [page()]))
        key = CourseKey.from_string(course.runs[0].key)
        assert course.key == f"{key.org}+{key.course}"
        assert key.run == "edx-learn"

    def test_a_run_states_no_dates_since_the_page_has_none(self, path: Path) -> None:
        assert {"start", "end"}.isdisjoint(run_fields(only_course(write(path, [page()]))))

    def test_white_space_around_a_text_goes_and_inside_it_stays(self, path: Path) -> None:
        course = only_course(
            write(
                path, [page(course_name="\n  Two  skies:\xa0north \n", course_description=" One.\n\nتلسكوب <b>&amp; ")]
            )
        )
        assert course.fields["title"] == "Two  skies:\xa0north"
        assert course.fields["short_description"] == "One.\n\nتلسكوب <b>&amp;"

    @pytest.mark.parametrize("missing", ["null", "", "  ", " null "])
    def test_what_is_missing_is_not_stated(self, path: Path, missing: str) -> None:
        columns = (
            "topics",
            "course_description",
            "estimated_weeks",
            "estimated_hours_per_week",
            "study_mode",
            "course_language",
            "course_transcript_language",
            "course_level",
            "verified_price",
            "audit_price",
        )
        course = only_course(write(path, [page(**dict.fromkeys(columns, missing))]))
        assert course.fields == {
            "title": "Reading the Night Sky",
            "url_slug": "reading-the-night-sky",
            "product_source": "edx",
        }
        assert run_fields(course) == {}
        assert course.mended == ()

    def test_the_file_may_begin_with_a_byte_order_mark_and_end_its_lines_either_way(self, path: Path) -> None:
        write(path, [page()], encoding="utf-8-sig")
        unix = read(path)
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
        assert read(path) == unix

    def test_columns_may_stand_in_another_order_and_others_may_be_missing(self, path: Path) -> None:
        ordinary = read(write(path, [page()]))
        needed = [name for name in reversed(HEADER) if not name.startswith("web-") and name != "course"]
        assert read(write(path, [page()], header=needed)) == ordinary


class TestEffortAndPacing:
    @pytest.mark.parametrize(
        ("cell", "least", "most"),
        [
            ("1–2 hours per week", 1, 2),
            ("10–20 hours per week", 10, 20),
            ("1-40 hours per week", 1, 40),
            ("5 hours per week", 5, 5),
            ("1 hour per week", 1, 1),
            ("168 hours per week", 168, 168),
        ],
    )
    def test_hours_are_a_range_or_one_number_for_both(self, path: Path, cell: str, least: int, most: int) -> None:
        fields = run_fields(only_course(write(path, [page(estimated_hours_per_week=cell)])))
        assert (fields["min_effort"], fields["max_effort"]) == (least, most)

    @pytest.mark.parametrize(
        ("cell", "reason"),
        [
            ("Self-paced", '"Self-paced" is not an estimate of hours per week'),
            ("1–2 hours", '"1–2 hours" is not an estimate of hours per week'),
            ("4–2 hours per week", '"4–2 hours per week" is not a range of hours within a week'),
            ("1–169 hours per week", '"1–169 hours per week" is not a range of hours within a week'),
        ],
    )
    def test_other_hours_are_refused(self, path: Path, cell: str, reason: str) -> None:
        refusal = only_refusal(write(path, [page(estimated_hours_per_week=cell)]))
        assert refusal == ("estimated_hours_per_week", reason)

    @pytest.mark.parametrize(("cell", "weeks"), [("Estimated 1 weeks", 1), ("Estimated 1 week", 1)])
    def test_weeks_are_counted(self, path: Path, cell: str, weeks: int) -> None:
        assert run_fields(only_course(write(path, [page(estimated_weeks=cell)])))["weeks_to_complete"] == weeks

    @pytest.mark.parametrize("cell", ["Estimated 0 weeks", "Estimated 32768 weeks", "6 weeks", "Estimated ٦ weeks"])
    def test_other_weeks_are_refused(self, path: Path, cell: str) -> None:
        refusal = only_refusal(write(path, [page(estimated_weeks=cell)]))
        assert refusal == ("estimated_weeks", f'"{cell}" is not an estimate of weeks')

    def test_pacing_is_the_platforms_word(self, path: Path) -> None:
        course = only_course(write(path, [page(study_mode="Instructor-paced")]))
        assert run_fields(course)["pacing_type"] == "instructor_paced"

    def test_another_pacing_is_refused(self, path: Path) -> None:
        refusal = only_refusal(write(path, [page(study_mode="At night")]))
        assert refusal == ("study_mode", '"At night" is neither Self-paced nor Instructor-paced')


class TestLanguages:
    @pytest.mark.parametrize(
        ("name", "tag"),
        [
            ("中文", "zh"),
            ("اردو", "ur"),
            ("བོད་ཡིག", "bo"),
            ("Norsk bokmål", "nb-no"),
            ("ESPAÑOL", "es"),
            ("Indonesian", "id"),
            ("English - Canada", "en-ca"),
            ("هاس ملايو\u200e", "ms"),
        ],
    )
    def test_a_language_is_known_by_its_own_or_its_english_name(self, path: Path, name: str, tag: str) -> None:
        course = only_course(write(path, [page(course_language=f"Language:  {name}")]))
        assert run_fields(course)["language"] == tag

    def test_transcripts_keep_the_order_of_the_page(self, path: Path) -> None:
        cell = "Video Transcripts:  język polski, English, עברית"
        course = only_course(write(path, [page(course_transcript_language=cell)]))
        assert run_fields(course)["transcript_languages"] == ["pl", "en", "he"]

    def test_a_label_without_languages_states_none(self, path: Path) -> None:
        course = only_course(write(path, [page(course_transcript_language="Video Transcripts:")]))
        assert "transcript_languages" not in run_fields(course)
        assert course.mended == ()

    def test_a_transcript_language_that_is_named_twice_is_kept_once_and_reported(self, path: Path) -> None:
        cell = "Video Transcripts:  English, 中文, 中文"
        course = only_course(write(path, [page(course_transcript_language=cell)]))
        assert run_fields(course)["transcript_languages"] == ["en", "zh"]
        assert course.mended == ("repeated-transcript-language",)

    @pytest.mark.parametrize(
        ("column", "cell"),
        [
            ("course_language", "Language:  Klingon"),
            ("course_transcript_language", "Video Transcripts:  English, Klingon"),
        ],
    )
    def test_an_unknown_language_is_refused(self, path: Path, column: str, cell: str) -> None:
        refusal = only_refusal(write(path, [page(**{column: cell})]))
        assert refusal == (column, 'the language "Klingon" is not known')


class TestShiftedCells:
    def test_a_labelled_cell_counts_by_its_label_and_the_report_names_the_rule(self, path: Path) -> None:
        course = only_course(
            write(
                path,
                [
                    page(
                        course_language="Video Transcripts:  English, हिन्दी",
                        course_transcript_language="Associated programs:XSeries Program in Night Skies",
                    )
                ],
            )
        )
        assert "language" not in run_fields(course)
        assert run_fields(course)["transcript_languages"] == ["en", "hi"]
        assert course.fields["level_type"] == "Introductory"
        assert course.mended == ("shifted-labelled-cells",)

    def test_associated_programs_are_no_transcript(self, path: Path) -> None:
        course = only_course(write(path, [page(course_transcript_language="Associated program:XSeries")]))
        assert "transcript_languages" not in run_fields(course)
        assert run_fields(course)["language"] == "en"
        assert course.mended == ("shifted-labelled-cells",)

    def test_a_cell_without_a_label_is_refused(self, path: Path) -> None:
        refusal = only_refusal(write(path, [page(course_level="Planetariums hire more people every year.")]))
        assert refusal == ("course_level", '"Planetariums hire more people every year." does not begin with "Level:"')

    def test_a_label_that_comes_twice_is_refused(self, path: Path) -> None:
        refusal = only_refusal(write(path, [page(course_transcript_language="Language:  English")]))
        assert refusal == ("course_transcript_language", 'a second cell begins with "Language"')

    def test_free_in_the_place_of_pacing_is_the_free_track_and_the_pacing_is_not_known(self, path: Path) -> None:
        course = only_course(
            write(
                path,
                [
                    page(
                        estimated_weeks="null",
                        estimated_hours_per_week="null",
                        study_mode="Free",
                        verified_price="null",
                        audit_price="null",
                    )
                ],
            )
        )
        assert course.fields["type"] == "audit"
        assert "pacing_type" not in run_fields(course)
        assert run_fields(course)["seats"] == [{"type": "audit", "price": Decimal("0.00"), "currency": "USD"}]
        assert course.mended == ("free-in-study-mode",)

    @pytest.mark.parametrize("column", ["estimated_weeks", "estimated_hours_per_week"])
    def test_free_as_pacing_beside_an_estimate_is_refused(self, path: Path, column: str) -> None:
        estimates = {"estimated_weeks": "null", "estimated_hours_per_week": "null"}
        del estimates[column]
        refusal = only_refusal(write(path, [page(study_mode="Free", **estimates)]))
        assert refusal == ("study_mode", '"Free" is neither Self-paced nor Instructor-paced')

    def test_every_rule_that_was_used_is_named(self, path: Path) -> None:
        course = only_course(
            write(
                path,
                [
                    page(
                        estimated_weeks="",
                        estimated_hours_per_week="",
                        study_mode="Free",
                        course_language="Video Transcripts:  中文, 中文",
                        course_transcript_language="",
                    )
                ],
            )
        )
        assert course.mended == ("shifted-labelled-cells", "free-in-study-mode", "repeated-transcript-language")


class TestWhatIsSold:
    def test_a_price_beside_a_free_track_is_verified_and_audit(self, path: Path) -> None:
        course = only_course(write(path, [page(verified_price="€179.50")]))
        assert course.fields["type"] == run_fields(course)["type"] == "verified-audit"
        assert course.fields["entitlement"] == {"mode": "verified", "price": Decimal("179.50"), "currency": "EUR"}
        assert run_fields(course)["seats"] == [
            {"type": "audit", "price": Decimal("0.00"), "currency": "EUR"},
            {"type": "verified", "price": Decimal("179.50"), "currency": "EUR"},
        ]

    def test_a_price_alone_is_professional_only(self, path: Path) -> None:
        course = only_course(write(path, [page(verified_price="$450", audit_price="null")]))
        sold = {"price": Decimal("450.00"), "currency": "USD"}
        assert course.fields["type"] == run_fields(course)["type"] == "professional"
        assert course.fields["entitlement"] == {"mode": "professional", **sold}
        assert run_fields(course)["seats"] == [{"type": "professional", **sold}]

    def test_a_free_track_alone_is_audit_only(self, path: Path) -> None:
        course = only_course(write(path, [page(verified_price="null")]))
        assert course.fields["type"] == run_fields(course)["type"] == "audit"
        assert "entitlement" not in course.fields
        assert run_fields(course)["seats"] == [{"type": "audit", "price": Decimal("0.00"), "currency": "USD"}]

    def test_of_a_page_with_neither_no_type_seat_or_entitlement_is_stated(self, path: Path) -> None:
        course = only_course(write(path, [page(verified_price="null", audit_price="null")]))
        assert {"type", "entitlement"}.isdisjoint(course.fields)
        assert {"type", "seats"}.isdisjoint(run_fields(course))

    @pytest.mark.parametrize(
        ("column", "cell", "reason"),
        [
            ("verified_price", "Free", '"Free" is not a price'),
            ("verified_price", "C$99", 'the currency "C$" is not known'),
            ("audit_price", "MX$3,052", '"MX$3,052" is not Free'),
        ],
    )
    def test_another_price_is_refused(self, path: Path, column: str, cell: str, reason: str) -> None:
        assert only_refusal(write(path, [page(**{column: cell})])) == (column, reason)


class TestRefusedRows:
    def test_a_program_is_refused_as_one(self, path: Path) -> None:
        assert only_refusal(write(path, [program()])) == ("course-href", "the page is of a program, not of a course")

    @pytest.mark.parametrize("kind", ["professional-certificate", "micromasters", "microbachelors", "masters"])
    def test_every_kind_of_program_is_refused_even_with_a_name(self, path: Path, kind: str) -> None:
        refusal = only_refusal(write(path, [page(href=f"https://www.example.org/{kind}/night-skies")]))
        assert refusal == ("course-href", "the page is of a program, not of a course")

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "null",
            "reading-the-night-sky",
            "/course/reading-the-night-sky",
            "ftp://www.example.org/course/reading",
            "https://www.example.org/course/",
            "https://www.example.org/course/reading/more",
            "https://www.example.org/bio/reading",
        ],
    )
    def test_another_address_is_refused(self, path: Path, address: str) -> None:
        shown = "" if address == "null" else address
        refusal = only_refusal(write(path, [page(href=address)]))
        assert refusal == ("course-href", f'"{shown}" is not the address of a course page')

    def test_a_text_that_is_no_address_is_refused(self, path: Path) -> None:
        assert only_refusal(write(path, [page(href="http://[bad")])) == (
            "course-href",
            '"http://[bad" is not an address',
        )

    @pytest.mark.parametrize("column", ["course_institution", "course_name"])
    def test_a_course_without_institution_or_name_is_refused(self, path: Path, column: str) -> None:
        assert only_refusal(write(path, [page(**{column: "null"})])) == (column, "the text is missing")

    @pytest.mark.parametrize("column", ["course_institution", "course_name", "topics"])
    def test_a_text_that_does_not_fit_the_catalog_is_refused_and_one_that_just_does_is_not(
        self, path: Path, column: str
    ) -> None:
        only_course(write(path, [page(**{column: "ß" * 255})]))
        refusal = only_refusal(write(path, [page(**{column: "ß" * 256})]))
        assert refusal == (column, "the text is longer than 255 characters")

    def test_a_level_or_an_address_that_does_not_fit_is_refused(self, path: Path) -> None:
        assert only_refusal(write(path, [page(course_level="Level: " + "x" * 256)])) == (
            "course_level",
            "the text is longer than 255 characters",
        )
        assert only_refusal(write(path, [page(href="https://www.example.org/course/" + "x" * 256)])) == (
            "course-href",
            "the last part of the address is longer than 255 characters",
        )

    def test_a_long_cell_is_shown_in_part(self, path: Path) -> None:
        _, reason = only_refusal(write(path, [page(study_mode="x" * 500)]))
        assert reason == f'"{"x" * 60}…" is neither Self-paced nor Instructor-paced'

    def test_a_bad_row_does_not_stop_the_rest_and_lines_are_those_of_the_file(self, path: Path) -> None:
        rows = [
            page(course_description="one\ntwo\nthree", course="plain"),
            page(href="https://www.example.org/course/b", course_name="null", course="plain"),
            page(href="https://www.example.org/course/c", course="plain"),
        ]
        outcomes = read(write(path, rows))
        assert [(type(outcome), outcome.line) for outcome in outcomes] == [
            (CourseRecord, 2),
            (RefusedRow, 5),
            (CourseRecord, 6),
        ]

    def test_rows_of_another_length_are_refused_whole(self, path: Path) -> None:
        write(path, [page(course="plain")])
        with path.open("a", encoding="utf-8", newline="") as stream:
            stream.write("\r\none,two\r\n")
            stream.write(",".join("x" * 18) + "\r\n")
        assert read(path)[1:] == [
            RefusedRow(4, None, "the row has 2 cells where the header has 17"),
            RefusedRow(5, None, "the row has 18 cells where the header has 17"),
        ]

    def test_a_row_with_bytes_that_are_not_utf_8_is_refused_alone(self, path: Path) -> None:
        rows = [page(course_name="Sk\xe9", course="plain"), page(href="https://www.example.org/course/b")]
        write(path, rows)
        path.write_bytes(path.read_bytes().replace("Sk\xe9".encode(), b"Sk\xe9"))
        first, second = read(path)
        assert first == RefusedRow(2, "course_name", "the text is not valid UTF-8")
        assert isinstance(second, CourseRecord)

    def test_a_cell_that_never_ends_is_refused_and_later_rows_are_read(self, path: Path) -> None:
        rows = [page(course_description="x" * 200_000, course="plain"), page(href="https://www.example.org/course/b")]
        first, second = read(write(path, rows))
        assert first == RefusedRow(2, None, "the row cannot be read as CSV: field larger than field limit (131072)")
        assert isinstance(second, CourseRecord)


class TestTheFile:
    def test_the_format_is_registered_by_its_name(self) -> None:
        assert isinstance(FORMATS["edx-learn-csv"], EdxLearnCsv)

    def test_a_file_with_a_header_alone_has_no_rows(self, path: Path) -> None:
        assert read(write(path, [])) == []

    @pytest.mark.parametrize(
        ("content", "named"),
        [
            (b"", "topics, course-href, course_institution,"),
            (b"\x89PNG\r\n\x1a\n\x00\xff", "topics, course-href, course_institution,"),
            (",".join(name for name in HEADER if name != "study_mode").encode(), "once: study_mode."),
            (",".join([*HEADER, "topics"]).encode(), "once: topics."),
        ],
    )
    def test_a_file_of_another_format_is_unreadable(self, path: Path, content: bytes, named: str) -> None:
        path.write_bytes(content)
        with pytest.raises(UnreadableFileError, match="The header must name each of these columns once:") as caught:
            list(EdxLearnCsv().read(path))
        assert named in str(caught.value)
        with pytest.raises(UnreadableFileError):
            EdxLearnCsv().count_rows(path)

    def test_a_header_without_end_is_unreadable(self, path: Path) -> None:
        path.write_text("x" * 200_000)
        with pytest.raises(UnreadableFileError, match="The header cannot be read as CSV"):
            list(EdxLearnCsv().read(path))

    def test_a_file_that_changes_between_the_two_readings_is_unreadable(self, path: Path) -> None:
        rows = [page(href=f"https://www.example.org/course/a-{number}") for number in range(2000)]
        outcomes = EdxLearnCsv().read(write(path, rows))
        next(outcomes)
        with path.open("r+b") as stream:
            stream.write(path.read_bytes().replace(b"/course/a-", b"/course/b-"))
        with pytest.raises(UnreadableFileError, match="The file changed while it was read"):
            list(outcomes)
