"""A format whose files are written in Python: an adapter over records, for what no file of a real format can say."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from openedx_catalog_publisher.importers.catalog_import import CatalogImport
from openedx_catalog_publisher.importers.records import CourseRecord, Naming, RowOutcome, RunRecord
from openedx_catalog_publisher.importers.report import ImportReport
from tests.factories import SYSTEM

FILE = Path("records.py")


class Records:
    """Reads nothing and gives the records that it was made of."""

    name = "records"
    naming = Naming(codes={"subject": "name"}, makes=True)

    def __init__(self, outcomes: Sequence[RowOutcome]) -> None:
        self._outcomes = outcomes

    def states_official(self, path: Path) -> bool:
        return False

    def count_rows(self, path: Path) -> int:
        return len(self._outcomes)

    def read(self, path: Path) -> Iterator[RowOutcome]:
        yield from self._outcomes


def course(number: int, *, runs: int | Sequence[dict[str, Any]] = 1, line: int = 0, **fields: Any) -> CourseRecord:
    """Return the record of a course of the organization ``SampleX``, on the line of its number."""
    given = [{} for _ in range(runs)] if isinstance(runs, int) else runs
    return CourseRecord(
        line=line or number,
        organization_key="SampleX",
        organization_name="Sample University",
        number=f"N{number}",
        fields={"title": f"Course {number}"} | fields,
        runs=tuple(
            RunRecord(key=f"course-v1:SampleX+N{number}+R{position}", fields=run) for position, run in enumerate(given)
        ),
    )


def import_records(*outcomes: RowOutcome, publish: bool = False, dry_run: bool = False) -> dict[str, Any]:
    """Import records as the system and return the report's JSON."""
    with ImportReport(FILE.name, "records", dry_run=dry_run, publish=publish, limit=None) as report:
        CatalogImport(SYSTEM, report, publish=publish, dry_run=dry_run).run(Records(outcomes), FILE)
        pieces: list[str] = []
        report.write_json(pieces.append)
    parsed: dict[str, Any] = json.loads("".join(pieces))
    return parsed
