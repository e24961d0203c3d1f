"""The adapter over the real pages, which are not ours to ship: counts as the file has them."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from openedx_catalog_publisher.importers.edx_learn_csv import EdxLearnCsv
from openedx_catalog_publisher.importers.records import CourseRecord, RefusedRow, RowOutcome


@pytest.fixture(scope="module")
def outcomes(real_pages: Path) -> list[RowOutcome]:
    return list(EdxLearnCsv().read(real_pages))


@pytest.fixture(scope="module")
def courses(outcomes: list[RowOutcome]) -> list[CourseRecord]:
    return [outcome for outcome in outcomes if isinstance(outcome, CourseRecord)]


def stated(courses: list[CourseRecord], name: str) -> list[Any]:
    """Return a field of every run, None where it is not stated."""
    return [course.runs[0].fields.get(name) for course in courses]


def test_every_row_has_one_outcome(real_pages: Path, outcomes: list[RowOutcome]) -> None:
    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"CourseRecord": 1820, "RefusedRow": 270}
    assert EdxLearnCsv().count_rows(real_pages) == len(outcomes) == 2090


def test_all_that_is_refused_are_the_programs(outcomes: list[RowOutcome]) -> None:
    reasons = Counter((row.field, row.reason) for row in outcomes if isinstance(row, RefusedRow))
    assert reasons == {("course-href", "the page is of a program, not of a course"): 270}


def test_the_rows_with_shifted_cells_are_mended_by_named_rules(courses: list[CourseRecord]) -> None:
    assert Counter(rule for course in courses for rule in course.mended) == {
        "shifted-labelled-cells": 18,
        "repeated-transcript-language": 13,
        "free-in-study-mode": 3,
    }


def test_no_two_courses_share_a_key_or_a_slug(courses: list[CourseRecord]) -> None:
    assert len({course.key.casefold() for course in courses}) == 1820
    assert len({str(course.fields["url_slug"]).casefold() for course in courses}) == 1820
    assert len({course.organization_key.casefold() for course in courses}) == 132
    assert len({course.organization_name for course in courses}) == 132


def test_languages_are_those_of_the_pages(courses: list[CourseRecord]) -> None:
    assert Counter(stated(courses, "language")) == {
        "en": 1738,
        "zh": 39,
        None: 18,
        "es": 10,
        "it": 8,
        "de": 2,
        "ja": 2,
        "hy": 1,
        "bo": 1,
        "ur": 1,
    }
    transcripts = sorted({tag for tags in stated(courses, "transcript_languages") for tag in tags or []})
    assert " ".join(transcripts) == "ar bo de en es fi fr he hi hy id is it ja ko lv ms nb-no pl pt ru sv tl tr ur zh"


def test_what_is_sold_is_what_the_pages_sell(courses: list[CourseRecord]) -> None:
    assert Counter(course.fields.get("type") for course in courses) == {"verified-audit": 1696, None: 123, "audit": 1}
    assert Counter(stated(courses, "type")) == {"verified-audit": 1696, None: 123, "audit": 1}
    assert Counter((seat["type"], seat["currency"]) for seats in stated(courses, "seats") for seat in seats or []) == {
        ("audit", "MXN"): 1695,
        ("verified", "MXN"): 1695,
        ("audit", "USD"): 2,
        ("verified", "USD"): 1,
    }


def test_levels_pacing_and_effort_are_stated_where_the_pages_state_them(courses: list[CourseRecord]) -> None:
    assert Counter(course.fields.get("level_type") for course in courses) == {
        "Introductory": 1007,
        "Intermediate": 576,
        "Advanced": 237,
    }
    assert Counter(stated(courses, "pacing_type")) == {"self_paced": 1631, "instructor_paced": 186, None: 3}
    assert Counter(weeks is None for weeks in stated(courses, "weeks_to_complete")) == {False: 1817, True: 3}
    assert Counter(hours is None for hours in stated(courses, "min_effort")) == {False: 1816, True: 4}
    assert len({subject for course in courses for subject in course.fields["subjects"]}) == 394  # type: ignore[attr-defined]
