"""
Differences between two contents of a unit, field by field, ready to be shown side by side.

Pure: reads no database. What it needs to know of codes it is told by a function.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from openedx_catalog_publisher.admin.presentation import REVIEW_NAMES, field_name
from openedx_catalog_publisher.admin.review_site.marks import marked_texts
from openedx_catalog_publisher.admin.review_site.rich_text import compared_html, differs_in_words
from openedx_catalog_publisher.admin.review_site.values import (
    EMPTY,
    LabelOf,
    Sides,
    compared_lists,
    compared_objects,
    compared_pictures,
    compared_rows,
    compared_values,
    value_text,
)
from openedx_catalog_publisher.api import FieldChange
from openedx_catalog_publisher.editing.parts import PARTS
from openedx_catalog_publisher.models import UnitKind
from openedx_catalog_publisher.models.content_fields import HtmlField, PictureField
from openedx_catalog_publisher.models.field_classes import Review
from openedx_catalog_publisher.publishing.snapshots import rows_of
from openedx_catalog_publisher.publishing.unit_tables import UNITS, Column
from openedx_catalog_publisher.publishing.unit_tables import Part as PartRows

PICTURE_ADDRESSES = frozenset({"card_image_url"})
"""Columns that hold the address of a picture somewhere in the web."""


@dataclass(frozen=True)
class Cell:
    """
    One side of a field.

    Attributes:
        shown: the value as HTML, with marks.
        source: the source of an HTML text, with marks; empty for other values.
        links: addresses that only this side leads to.
    """

    shown: SafeString
    source: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True)
class FieldDifference:
    """
    One field that differs.

    Attributes:
        name: its name in content.
        label: what people call it.
        needs_review: whether the change goes live only with approvals.
        review: how the change stands to the review, in words.
        effect: ``added``, ``removed`` or ``changed``.
        style: ``text``, ``html`` or ``value``: how the page sets it.
        old: the value before.
        new: the value after.
        note: what the marks alone do not say; empty where they say all.
    """

    name: str
    label: str
    needs_review: bool
    review: str
    effect: str
    style: str
    old: Cell
    new: Cell
    note: str = ""

    @property
    def effect_name(self) -> str:
        """The effect in words."""
        return {"added": _("added"), "removed": _("removed"), "changed": _("changed")}[self.effect]


def differences(kind: UnitKind, changes: Iterable[FieldChange], label_of: LabelOf) -> list[FieldDifference]:
    """
    Return changes ready to be shown, those that need review first, else in the order of declaration.

    Arguments:
        kind: the kind of unit.
        changes: the fields that differ.
        label_of: returns what people call a code of a reference table.
    """
    found = [difference(kind, change, label_of) for change in changes]
    return sorted(found, key=lambda entry: not entry.needs_review)


def difference(kind: UnitKind, change: FieldChange, label_of: LabelOf) -> FieldDifference:
    """Return one change ready to be shown."""
    style, old, new, note = _cells(kind, change, label_of)
    return FieldDifference(
        name=change.name,
        label=field_name(kind, change.name),
        needs_review=change.review is Review.REVIEWED,
        review=str(REVIEW_NAMES[change.review]),
        effect=_effect(change),
        style=style,
        old=old,
        new=new,
        note=note,
    )


def _effect(change: FieldChange) -> str:
    if change.old in EMPTY:
        return "added"
    return "removed" if change.new in EMPTY else "changed"


def _cells(kind: UnitKind, change: FieldChange, label_of: LabelOf) -> tuple[str, Cell, Cell, str]:
    unit = UNITS[kind]
    if change.name in unit.lists:
        part, _field = unit.lists[change.name]
        sides, note = _part_sides(part, change, label_of)
        return "value", Cell(sides[0]), Cell(sides[1]), note
    column = unit.columns_by_name[change.name]
    if isinstance(column.field, HtmlField):
        return _html_cells(change.old or "", change.new or "")
    if _is_text(column, change):
        left, right = marked_texts(change.old or "", change.new or "")
        return "text", Cell(left), Cell(right), _note_on_text(change)
    sides = _column_sides(column, change, label_of)
    return "value", Cell(sides[0]), Cell(sides[1]), ""


def _is_text(column: Column, change: FieldChange) -> bool:
    plain = column.reference is None and not column.field.flatchoices and not isinstance(column.field, PictureField)
    texts = all(value is None or isinstance(value, str) for value in (change.old, change.new))
    internal = column.field.get_internal_type()
    return plain and texts and internal in ("CharField", "TextField", "BinaryCharField") and column.name not in PARTS


def _html_cells(old: str, new: str) -> tuple[str, Cell, Cell, str]:
    before, after = compared_html(old, new)
    note = ""
    if old and new and not differs_in_words(old, new):
        note = _("The words are the same; only the formatting differs. The source shows where.")
    return (
        "html",
        Cell(before.shown, before.source, before.links),
        Cell(after.shown, after.source, after.links),
        note,
    )


def _note_on_text(change: FieldChange) -> str:
    if change.old and change.new and change.old.split() == change.new.split():
        return _("The words are the same; only white space differs.")
    return ""


def _column_sides(column: Column, change: FieldChange, label_of: LabelOf) -> Sides:
    old, new = change.old, change.new
    if isinstance(column.field, PictureField) or column.name in PICTURE_ADDRESSES:
        return compared_pictures(column, old, new)
    if column.name in PARTS:
        return compared_objects(PARTS[column.name], old, new)
    if isinstance(old, list) or isinstance(new, list):
        return compared_lists([str(entry) for entry in old or ()], [str(entry) for entry in new or ()])
    if isinstance(old, Mapping) or isinstance(new, Mapping):
        return compared_objects(None, old, new)
    return compared_values(column, old, new, label_of)


def _part_sides(part: PartRows, change: FieldChange, label_of: LabelOf) -> tuple[Sides, str]:
    if part.table.plain:
        column = part.by_name[part.table.plain]
        old, new = _labels(column, change.old, label_of), _labels(column, change.new, label_of)
        note = _("The entries are the same; only their order differs.") if sorted(old) == sorted(new) else ""
        return compared_lists(old, new), note
    return compared_rows(part, rows_of(change.old, None), rows_of(change.new, None), label_of), ""


def _labels(column: Column, values: Sequence[Any] | None, label_of: LabelOf) -> list[str]:
    return [value_text(column, value, label_of) for value in values or ()]
