"""The history of a unit: its edits and publications in the order of their chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openedx_catalog_publisher.admin.presentation import Labels, ShownChange, actor_names, shown_change
from openedx_catalog_publisher.api import read_changes
from openedx_catalog_publisher.models import ChainedRecord, EditRecord, Publication, UnitKind, UnitRoot

PAGE_SIZE = 50


@dataclass(frozen=True)
class HistoryEntry:
    """
    One entry of a unit's history.

    Attributes:
        record: the edit or the publication.
        actor: who.
        changes: what an edit moved; empty for a publication.
        publication: the publication; None for an edit.
    """

    record: ChainedRecord
    actor: str
    changes: list[ShownChange]
    publication: Publication | None


def history_page(anchor: UnitRoot, page: str) -> tuple[list[HistoryEntry], int, int]:
    """
    Return one page of a unit's history, the last entry first.

    Both kinds of records share the numbers of the unit's chain, so a page is a range of numbers.

    Arguments:
        anchor: the unit's draft row.
        page: the page's number from 1, as it stands in an address; what is no such number is the first page.

    Returns:
        The entries, the page's number, and the number of pages.
    """
    pages = max(1, -(-anchor.log_sequence // PAGE_SIZE))
    number = min(int(page), pages) if page.isdecimal() and int(page) > 0 else 1
    last = anchor.log_sequence - (number - 1) * PAGE_SIZE
    wanted = {"unit_uuid": anchor.uuid, "sequence__range": (last - PAGE_SIZE + 1, last)}
    edits = list(EditRecord.objects.filter(**wanted))
    publications = list(Publication.objects.filter(**wanted).select_related("release"))
    names = actor_names(record.actor for record in (*edits, *publications))
    changes = {edit.pk: read_changes(edit) for edit in edits}
    labels = Labels()
    kind = anchor.kind
    labels.look_up(kind, [value for edit in changes.values() for value in _values(edit)])
    entries = [
        HistoryEntry(
            record=record,
            actor=names.get(str(record.actor), str(record.actor)),
            changes=shown_edit(kind, changes[record.pk], labels) if isinstance(record, EditRecord) else [],
            publication=record if isinstance(record, Publication) else None,
        )
        for record in sorted((*edits, *publications), key=lambda entry: -entry.sequence)
    ]
    return entries, number, pages


def shown_edit(kind: UnitKind, changes: Mapping[str, Mapping[str, Any]], labels: Labels) -> list[ShownChange]:
    """Return what an edit moved, field by field."""
    return [
        shown_change(kind, name, change.get("old"), change.get("new"), labels)
        for name, change in sorted(changes.items())
    ]


def shown_record(record: EditRecord) -> list[ShownChange]:
    """Return what one stored edit moved, with the labels of what it names."""
    kind = UnitKind(record.unit_kind)
    changes = read_changes(record)
    labels = Labels()
    labels.look_up(kind, _values(changes))
    return shown_edit(kind, changes, labels)


def _values(changes: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: change[side]}
        for name, change in changes.items()
        for side in ("old", "new")
        if change.get(side) is not None
    ]
