"""
Invariant 1: official rows are what the last publication record says, table by table, and under the status that it
says.
"""

from __future__ import annotations

from collections.abc import Iterator

from openedx_catalog_publisher.checks.findings import Finding, read_snapshot
from openedx_catalog_publisher.checks.walk import Head, Heads, last_records, walk
from openedx_catalog_publisher.models import Publication, Side, UnitKind
from openedx_catalog_publisher.publishing.capture import CapturedUnit, capture
from openedx_catalog_publisher.publishing.snapshots import compare

INVARIANT = 1


def check_official_content() -> Iterator[Finding]:
    """
    Yield where official rows are not what was published.

    Codes: ``rows_without_record``, ``record_without_rows``, ``snapshot_unreadable``, ``identity_differs``,
    ``content_differs``, ``status_differs``. ``rebuild_official`` repairs the content and the status, and makes rows
    that are missing.
    """
    yield from walk(_check)


def _check(kind: UnitKind, heads: Heads) -> Iterator[Finding]:
    records = last_records(heads)
    official = capture(kind, Side.OFFICIAL, [head.pk for head in heads.values()]).units
    for unit, head in heads.items():
        yield from _check_unit(head, records.get(unit), official.get(unit))


def _check_unit(head: Head, record: Publication | None, rows: CapturedUnit | None) -> Iterator[Finding]:
    if record is None or record.snapshot is None:
        if rows is not None:
            said = "there is no publication record" if record is None else f"publication {record.number} removed them"
            yield _finding(head, "rows_without_record", f"There are official rows, and {said}.")
        return
    if rows is None:
        yield _finding(
            head, "record_without_rows", f"Publication {record.number} made rows official that are not there."
        )
        return
    if rows.values["status"] != record.status:
        yield _finding(
            head,
            "status_differs",
            f"The official status is {rows.values['status']}; publication {record.number} says {record.status}.",
        )
    snapshot = read_snapshot(record.snapshot)
    if snapshot is None:
        yield _finding(head, "snapshot_unreadable", f"The snapshot of publication {record.number} cannot be read.")
        return
    if dict(snapshot.identity) != dict(rows.snapshot.identity):
        yield _finding(
            head, "identity_differs", f"The official row bears another identity than publication {record.number}."
        )
    names = ", ".join(change.name for change in compare(snapshot, rows.snapshot))
    if names:
        yield _finding(
            head, "content_differs", f"The official rows differ from publication {record.number} in {names}."
        )


def _finding(head: Head, code: str, message: str) -> Finding:
    return Finding(INVARIANT, code, head.key, message, head.uuid)
