"""One page under several topics is one course with several subjects."""

from pathlib import Path

import pytest

from openedx_catalog_publisher.importers.records import CourseRecord, MergedRow, RefusedRow
from tests.importers.page_rows import page, read, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pages.csv"


def test_it_is_one_course_with_the_topics_as_subjects_in_the_order_of_the_rows(path: Path) -> None:
    first, other, second, third = read(
        write(
            path,
            [
                page(course="plain", topics="Physics"),
                page(course="plain", href="https://www.example.org/course/other", topics="Art"),
                page(course="plain", topics="Astronomy"),
                page(course="plain", topics="Chemistry"),
            ],
        )
    )
    assert isinstance(first, CourseRecord)
    assert first.fields["subjects"] == ["Physics", "Astronomy", "Chemistry"]
    assert isinstance(other, CourseRecord)
    assert other.fields["subjects"] == ["Art"]
    assert (second, third) == (MergedRow(4, into=2), MergedRow(5, into=2))


def test_a_topic_that_comes_twice_is_one_subject_and_a_missing_one_none(path: Path) -> None:
    course, *merged = read(write(path, [page(course="plain", topics=topic) for topic in ("Art", "null", "Art")]))
    assert isinstance(course, CourseRecord)
    assert course.fields["subjects"] == ["Art"]
    assert merged == [MergedRow(3, into=2), MergedRow(4, into=2)]


@pytest.mark.parametrize(
    "address",
    [
        "http://www.example.org/course/reading-the-night-sky",
        "https://WWW.Example.org/course/reading-the-night-sky/",
        "https://www.example.org/course/reading-the-night-sky?index=product#top",
    ],
)
def test_a_page_is_known_by_its_address_however_it_is_written(path: Path, address: str) -> None:
    rows = [page(course="plain", href=address), page(course="plain", topics="Physics")]
    course, merged = read(write(path, rows))
    assert isinstance(course, CourseRecord)
    assert course.number == "reading-the-night-sky-a3c2hxkp"
    assert merged == MergedRow(3, into=2)


def test_a_page_with_another_case_is_another_page(path: Path) -> None:
    rows = [page(), page(href="https://www.example.org/course/Reading-the-night-sky")]
    first, second = read(write(path, rows))
    assert isinstance(first, CourseRecord)
    assert isinstance(second, CourseRecord)
    assert first.key.casefold() != second.key.casefold()


def test_a_later_row_that_says_something_else_is_refused_and_gives_no_subject(path: Path) -> None:
    rows = [
        page(course="plain"),
        page(course="plain", topics="Physics", verified_price="MX$1"),
        page(course="plain", topics="Art"),
    ]
    course, refused, merged = read(write(path, rows))
    assert isinstance(course, CourseRecord)
    assert course.fields["subjects"] == ["Astronomy", "Art"]
    reason = "the row on line 2 is about the same page and says something else here"
    assert refused == RefusedRow(3, "verified_price", reason)
    assert merged == MergedRow(4, into=2)


def test_the_first_row_that_can_be_read_gives_the_course(path: Path) -> None:
    rows = [page(course="plain", topics="Physics", course_level="High"), page(course="plain", topics="Art")]
    refused, course = read(write(path, rows))
    assert isinstance(refused, RefusedRow)
    assert isinstance(course, CourseRecord)
    assert course.fields["subjects"] == ["Art"]
