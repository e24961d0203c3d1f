"""Writes files of the format ``edx-learn-csv`` with invented rows."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from openedx_catalog_publisher.importers.edx_learn_csv import EdxLearnCsv
from openedx_catalog_publisher.importers.records import CourseRecord, RefusedRow, RowOutcome

PAGE = {
    "web-scraper-order": "1700000000-1",
    "web-scraper-start-url": "https://www.example.org/learn",
    "topics": "Astronomy",
    "topics-href": "https://www.example.org/learn/astronomy",
    "course": "Reading the\nNight Sky…Schools and Partners: SampleX…Course",
    "course-href": "https://www.example.org/course/reading-the-night-sky",
    "course_institution": "Sample University Logo",
    "course_name": "Reading the Night Sky",
    "course_description": "Find your way among the stars.",
    "estimated_weeks": "Estimated 6 weeks",
    "estimated_hours_per_week": "2–3 hours per week",  # noqa: RUF001 - the pages have an en dash
    "study_mode": "Self-paced",
    "course_language": "Language:  English",
    "course_transcript_language": "Video Transcripts:  English, Español",
    "course_level": "Level:  Introductory",
    "verified_price": "MX$3,052",
    "audit_price": "Free",
}
HEADER = list(PAGE)


def page(**cells: str) -> dict[str, str]:
    """Return the row of an ordinary page with other cells; ``href`` stands for ``course-href``."""
    changed = {"course-href" if name == "href" else name: cell for name, cell in cells.items()}
    assert set(changed) <= set(HEADER)
    return PAGE | changed


def program() -> dict[str, str]:
    """Return the row of a program: no course columns, and a fact of the program where a level would be."""
    row = dict.fromkeys(HEADER, "null")
    return row | {
        "topics": "Astronomy",
        "topics-href": "https://www.example.org/learn/astronomy",
        "course": "Night Skies…Schools and Partners: SampleX…XSeries Program 3 Courses",
        "course-href": "https://www.example.org/xseries/samplex-night-skies",
        "course_level": "Planetariums hire more people every year.",
    }


def write(path: Path, rows: Iterable[dict[str, str]], *, header: list[str] = HEADER, encoding: str = "utf-8") -> Path:
    """Write rows below the header and return the path."""
    with path.open("w", newline="", encoding=encoding) as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows([row[name] for name in header] for row in rows)
    return path


def read(path: Path) -> list[RowOutcome]:
    """Return every outcome of a file, after checking that there are as many as rows."""
    outcomes = list(EdxLearnCsv().read(path))
    assert EdxLearnCsv().count_rows(path) == len(outcomes)
    return outcomes


def only_course(path: Path) -> CourseRecord:
    """Return the one course of a file with one row."""
    (outcome,) = read(path)
    assert isinstance(outcome, CourseRecord), outcome
    return outcome


def only_refusal(path: Path) -> tuple[str | None, str]:
    """Return field and reason of the refusal of a file with one row."""
    (outcome,) = read(path)
    assert isinstance(outcome, RefusedRow), outcome
    return outcome.field, outcome.reason


def run_fields(course: CourseRecord) -> dict[str, Any]:
    """Return the fields of a course's one run."""
    (run,) = course.runs
    return dict(run.fields)
