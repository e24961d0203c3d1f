"""The adapter of ``catalog-json``: lines in, records out, and a reason for every line that gives none."""

from __future__ import annotations

import json
import tracemalloc
import uuid
from pathlib import Path

import pytest

from openedx_catalog_publisher.importers.catalog_json import lines as raw_lines
from openedx_catalog_publisher.importers.catalog_json.layout import REFERENCE_KINDS
from openedx_catalog_publisher.importers.catalog_json.reader import CatalogJson
from openedx_catalog_publisher.importers.catalog_json.reference_kinds import KINDS
from openedx_catalog_publisher.importers.formats import FORMATS
from openedx_catalog_publisher.importers.records import (
    CourseRecord,
    ImageData,
    ImageFile,
    OfficialRecord,
    ReferenceRecord,
    RefusedRow,
    RunRecord,
    UnreadableFileError,
)
from tests.importers.catalog_files import HEADER, SUBJECT, course_line, picture, read, refusal, run_line, write

UNIT = uuid.UUID("4c9a3c35-6b1c-4f6e-9d2e-0f3a6f0f8d11")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.jsonl"


class TestRecords:
    def test_a_course_is_read_with_all_that_its_line_states(self, path: Path) -> None:
        line = {
            "kind": "course",
            "uuid": str(UNIT),
            "key": " NorthU+SKY ",
            "watchers": ["w@example.org"],
            "canonical_course_run_key": "course-v1:NorthU+SKY+1",
            "url_slug_history": ["old"],
            "url_redirects": ["/old"],
            "draft": {"title": "Sky"},
            "official": {"status": "unpublished", "title": "Old sky"},
            "runs": [
                {
                    "uuid": str(UNIT),
                    "key": "course-v1:NorthU+SKY+1",
                    "go_live_date": None,
                    "draft": {"min_effort": 2},
                    "official": {},
                }
            ],
        }
        assert read(path, line) == [
            CourseRecord(
                line=2,
                organization_key="NorthU",
                organization_name=None,
                number="SKY",
                fields={"title": "Sky", "watchers": ["w@example.org"]},
                runs=(
                    RunRecord(
                        "course-v1:NorthU+SKY+1",
                        {"min_effort": 2, "go_live_date": None},
                        UNIT,
                        OfficialRecord("published", {}),
                    ),
                ),
                uuid=UNIT,
                official=OfficialRecord("unpublished", {"title": "Old sky"}),
                canonical_run="course-v1:NorthU+SKY+1",
                former_slugs=("old",),
                redirects=("/old",),
            )
        ]

    def test_what_a_line_leaves_out_is_not_stated(self, path: Path) -> None:
        [record] = read(path, {"kind": "course", "key": "NorthU+SKY", "canonical_course_run_key": None})
        assert isinstance(record, CourseRecord)
        assert (record.fields, record.runs, record.official, record.uuid) == ({}, (), None, None)
        assert record.canonical_run == ""

    def test_reference_data_is_read_by_kind(self, path: Path) -> None:
        assert read(path, SUBJECT | {"uuid": str(UNIT)}) == [
            ReferenceRecord(2, "subject", UNIT, {"slug": "astronomy", "name": "Astronomy"})
        ]

    def test_every_kind_has_a_table(self) -> None:
        assert tuple(KINDS) == REFERENCE_KINDS

    def test_lines_are_numbered_as_editors_do_and_empty_ones_are_none(self, path: Path) -> None:
        outcomes = read(path, "", json.dumps(SUBJECT), "  \t", "[]", header=HEADER)
        assert [outcome.line for outcome in outcomes] == [3, 5]

    def test_the_format_is_registered_and_takes_a_byte_order_mark(self, path: Path) -> None:
        path.write_bytes(b"\xef\xbb\xbf" + write(path, SUBJECT).read_bytes())
        assert [outcome.line for outcome in FORMATS["catalog-json"].read(path)] == [2]


class TestImages:
    def test_images_are_files_below_the_folder_or_data(self, path: Path) -> None:
        (path.parent / "images").mkdir()
        (path.parent / "images" / "x.png").write_bytes(picture())
        draft = {"image": {"path": "x.png"}, "organization_logo_override": {"data": "data:,"}}
        [record] = read(path, course_line(draft=draft), header=HEADER | {"images": "images"})
        assert isinstance(record, CourseRecord)
        assert record.fields["image"] == ImageFile(path.parent / "images" / "x.png")
        assert record.fields["organization_logo_override"] == ImageData("data:,")

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            ("../secret.png", "../secret.png is not a path below it"),
            ("/etc/passwd", "/etc/passwd is not a path below it"),
            ("a/../../b.png", "a/../../b.png is not a path below it"),
            ("none.png", "there is no file none.png in the folder of images"),
            (".", "there is no file . in the folder of images"),
            ("x" * 5000, f"there is no file {'x' * 5000} in the folder of images"),
            ("a\0b", "no path"),
        ],
    )
    def test_other_paths_are_refused(self, path: Path, given: str, reason: str) -> None:
        assert refusal(path, course_line(draft={"image": {"path": given}})) == ("draft.image", reason)

    def test_a_link_out_of_the_folder_is_refused(self, path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
        secret = tmp_path_factory.mktemp("elsewhere") / "secret.png"
        secret.write_bytes(picture())
        (path.parent / "x.png").symlink_to(secret)
        assert refusal(path, course_line(draft={"image": {"path": "x.png"}})) == (
            "draft.image",
            "x.png leads out of it",
        )


class TestRefusals:
    @pytest.mark.parametrize(
        ("line", "field", "reason"),
        [
            ("{", None, "this line is not JSON: Expecting property name enclosed in double quotes"),
            ("[1]", None, "this line is no JSON object"),
            ('{"kind": "course", "kind": "subject"}', None, 'this line is not JSON: "kind" stands twice in one object'),
            ('{"kind": "subject", "n": NaN}', None, "this line is not JSON: NaN is no number of JSON"),
            ('{"kind": "subject", "slug": "\\ud83d"}', None, "this line is not UTF-8, or holds half of a character"),
            ("[" * 100_000, None, "this line is nested too deeply"),
            ('{"n": ' + "1" * 5000 + "}", None, "this line is not JSON: Exceeds the limit"),
            ({"kind": "cours"}, "kind", "not known; known are course, collaborator, "),
            ({"kind": ["course"]}, "kind", "not known; known are course, collaborator, "),
            ({"kind": "course"}, "key", "missing, or no text"),
            ({"kind": "course", "key": "SKY"}, "key", '"SKY" is no course key, which looks like Organization+Number'),
            ({"kind": "course", "key": "A+B", "title": "x"}, "title", "not known here; known are kind, uuid, key, "),
            ({"kind": "course", "key": "A+B", "uuid": 7}, "uuid", "no UUID of RFC 9562; leave it out to have one made"),
            ({"kind": "course", "key": "A+B", "uuid": "0" * 32}, "uuid", "no UUID of RFC 9562"),
            ({"kind": "course", "key": "A+B", "draft": []}, "draft", "no JSON object"),
            ({"kind": "course", "key": "A+B", "runs": {}}, "runs", "not a list of objects"),
            ({"kind": "course", "key": "A+B", "runs": ["x"]}, "runs", "not a list of objects"),
            ({"kind": "course", "key": "A+B", "url_redirects": [1]}, "url_redirects", "not a list of texts"),
            ({"kind": "course", "key": "A+B", "official": {"status": "gone"}}, "official.status", "none of published"),
            (course_line(runs=[{}]), "runs[0].key", "missing, or no text"),
            (course_line(runs=[{"key": "K", "title": "x"}]), "K.title", "not known here; known are uuid, key, "),
            (course_line(runs=[{"key": "K", "official": 1}]), "K.official", "no JSON object"),
            (course_line(draft={"image": {"path": 1}}), "draft.image", "its path is no text"),
            (course_line(canonical_course_run_key=1), "canonical_course_run_key", "missing, or no text"),
        ],
    )
    def test_a_line_that_gives_nothing_says_why(
        self, path: Path, line: dict[str, object] | str, field: str | None, reason: str
    ) -> None:
        found_field, found_reason = refusal(path, line)
        assert found_field == field
        assert found_reason.startswith(reason)

    def test_a_line_that_is_not_utf_8_refuses_itself_only(self, path: Path) -> None:
        path.write_bytes(write(path).read_bytes() + b'{"kind": "subject", "slug": "\xff"}\n' + b'{"kind": "topic"}\n')
        refused, topic = CatalogJson().read(path)
        assert refused == RefusedRow(2, None, "this line is not UTF-8, or holds half of a character")
        assert isinstance(topic, ReferenceRecord)

    def test_a_line_that_is_too_long_is_passed_over(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(raw_lines, "MAX_LINE", 100)
        refused, topic = read(path, '{"kind": "' + "x" * 1000 + '"}', {"kind": "topic"})
        assert isinstance(refused, RefusedRow)
        assert refused.reason.startswith("this line is longer than")
        assert isinstance(topic, ReferenceRecord)

    def test_a_file_of_drafts_states_nothing_official(self, path: Path) -> None:
        drafts = HEADER | {"sides": "draft"}
        assert refusal(path, course_line(official={}), drafts) == (
            "official",
            "the header says that this file states drafts only",
        )
        assert refusal(path, course_line(runs=[run_line(official={})]), drafts)[0] == "course-v1:NorthU+SKY+1.official"
        assert not CatalogJson().states_official(path)
        assert CatalogJson().states_official(write(path))


class TestTheHeader:
    @pytest.mark.parametrize(
        ("header", "sentence"),
        [
            ({"kind": "course"}, 'Its first line is not {"format": "catalog-json", "version": 1, ...}.'),
            (HEADER | {"version": 2}, "It is of version 2; this release reads version 1."),
            (HEADER | {"version": True}, "It is of version True; this release reads version 1."),
            ({"format": "catalog-json"}, "It is of version None; this release reads version 1."),
            (HEADER | {"side": "both"}, "Its header has side; known are format, version, sides, images."),
            (HEADER | {"sides": "all"}, "Its header's sides are none of both, draft, official."),
            (HEADER | {"sides": []}, "Its header's sides are none of both, draft, official."),
            (HEADER | {"images": "../x"}, "Its header's folder of images: ../x is not a path below it."),
        ],
    )
    def test_another_file_is_not_read_at_all(self, path: Path, header: dict[str, object], sentence: str) -> None:
        write(path, SUBJECT, header=header)
        for reading in (lambda: list(CatalogJson().read(path)), lambda: CatalogJson().count_rows(path)):
            with pytest.raises(UnreadableFileError) as refused:
                reading()
            assert str(refused.value) == sentence

    def test_neither_is_an_empty_one(self, path: Path) -> None:
        path.write_text("", encoding="utf-8")
        with pytest.raises(UnreadableFileError):
            list(CatalogJson().read(path))


def test_reading_holds_one_line_at_a_time(path: Path) -> None:
    def peak(courses: int) -> int:
        write(path, *(course_line(f"C{number}", draft={"faq": "x" * 5000}) for number in range(courses)))
        tracemalloc.start()
        try:
            for _ in CatalogJson().read(path):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(1000) < peak(100) + 64 * 1024
