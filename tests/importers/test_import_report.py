"""The report is told piece by piece, however long its lists are."""

import tracemalloc

from openedx_catalog_publisher.importers.records import RefusedRow
from openedx_catalog_publisher.importers.report import ImportReport


def peak_of_reporting(rows: int) -> int:
    """Return the most bytes that Python held while rows were noted and told as JSON and as text."""
    tracemalloc.start()
    try:
        with ImportReport("pages.csv", "records", dry_run=False, publish=False, limit=None) as report:
            for line in range(rows):
                report.note_row()
                report.note_refused_row(RefusedRow(line, "title", "the text is missing"))
                report.note_course(f"SampleX+{line}", {"created": [f"SampleX+{line}"], "updated": [], "unchanged": []})
            report.write_json(lambda piece: None)
            report.write_text(lambda piece: None)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_report() -> None:
    peak_of_reporting(10)
    assert peak_of_reporting(3_000) < peak_of_reporting(100) + 64 * 1024
