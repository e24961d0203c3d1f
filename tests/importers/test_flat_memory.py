"""The adapter holds no more of a long file than of a short one."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from openedx_catalog_publisher.importers.edx_learn_csv import EdxLearnCsv
from tests.importers.page_rows import page, write


def rows(count: int) -> Iterator[dict[str, str]]:
    """Yield pages with 2,000 characters of text, every tenth under a second topic far below."""
    for number in range(count):
        yield page(href=f"https://www.example.org/course/c-{number}", course_description="x" * 2000)
    for number in range(0, count, 10):
        yield page(href=f"https://www.example.org/course/c-{number}", course_description="x" * 2000, topics="Physics")


def peak_of_reading(path: Path) -> int:
    """Return the most bytes that Python held while the file was read."""
    tracemalloc.start()
    try:
        for _ in EdxLearnCsv().read(path):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    short = peak_of_reading(write(tmp_path / "short.csv", rows(100)))
    long = peak_of_reading(write(tmp_path / "long.csv", rows(2000)))
    assert long < short + 64 * 1024
