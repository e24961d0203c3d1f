"""Values of content before and after, as HTML: single values, lists, tables of prices, pictures, objects."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from rest_framework import serializers

from openedx_catalog_publisher.admin.review_site.marks import joined, mark, marked_texts, nothing
from openedx_catalog_publisher.admin.review_site.rich_text import compared_html
from openedx_catalog_publisher.admin.review_site.words import changed_ranges
from openedx_catalog_publisher.editing.parts import Html, Part
from openedx_catalog_publisher.models.content_fields import PictureField
from openedx_catalog_publisher.publishing.unit_tables import Column
from openedx_catalog_publisher.publishing.unit_tables import Part as PartRows

LabelOf = Callable[[str, str], str]
"""Returns what people call a code: takes the name of the reference table, and the code."""

Sides = tuple[SafeString, SafeString]
"""HTML of a value before and after."""

EMPTY: tuple[Any, ...] = (None, "", [], {})

MOSTLY = 0.6
"""Two entries of lists that share more than this part of their letters are taken for one that changed."""


def value_text(column: Column, value: Any, label_of: LabelOf) -> str:
    """Return one value of a column in words; an empty text for none."""
    if value in EMPTY:
        return ""
    if column.reference is not None:
        return label_of(column.reference.name, str(value))
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(column.field, models.DateTimeField):
        return shown_time(value)
    choices = dict(column.field.flatchoices)
    return str(choices.get(value, value))


def yes_or_no(value: bool) -> str:
    """Return a boolean in words."""
    return _("Yes") if value else _("No")


def shown_time(value: Any) -> str:
    """Return a time of content as date and time in UTC, in the reader's language."""
    time = parse_datetime(value) if isinstance(value, str) else value
    if not isinstance(time, datetime):
        return str(value)
    time = time.astimezone(UTC)
    date = date_format(time, "DATE_FORMAT", use_l10n=True)
    return _("%(date)s, %(time)s UTC") % {"date": date, "time": time.strftime("%H:%M")}


def compared_values(column: Column, old: Any, new: Any, label_of: LabelOf) -> Sides:
    """Return two values of a column; what is not a text is marked as a whole."""
    before, after = value_text(column, old, label_of), value_text(column, new, label_of)
    whole = column.reference is not None or isinstance(new, bool) or isinstance(old, bool) or column.field.flatchoices
    return whole_texts(before, after) if whole else marked_texts(before, after)


def whole_texts(old: str, new: str) -> Sides:
    """Return two texts, each marked as a whole where both are there and differ."""
    if not old or not new or old == new:
        return (format_html("{}", old) if old else nothing()), (format_html("{}", new) if new else nothing())
    return mark(old, removed=True), mark(new, removed=False)


def compared_pictures(column: Column, old: Any, new: Any) -> Sides:
    """Return two pictures, with the name of each."""
    return _picture(column, old), _picture(column, new)


def _picture(column: Column, name: Any) -> SafeString:
    if not name:
        return nothing()
    field = column.field
    address = field.storage.url(name) if isinstance(field, PictureField) else str(name)
    short = str(name).rpartition("/")[2] or str(name)
    return format_html(
        '<figure class="picture"><a href="{}" target="_blank" rel="noopener noreferrer"><img src="{}" alt="{}"'
        ' loading="lazy" referrerpolicy="no-referrer"></a><figcaption dir="ltr">{}</figcaption></figure>',
        address,
        address,
        _("%(field)s, opens in full size") % {"field": str(field.verbose_name).capitalize()},
        short,
    )


def compared_lists(old: Sequence[str], new: Sequence[str]) -> Sides:
    """Return two lists of texts: entries that only one has are marked, those that changed word by word."""
    if not old or not new:
        return _list(old), _list(new)
    before = [format_html("{}", entry) for entry in old]
    after = [format_html("{}", entry) for entry in new]
    for i, j, k, m in changed_ranges(old, new):
        gone, come = old[i:j], new[k:m]
        if len(gone) == len(come) and all(map(_is_close, gone, come)):
            pairs = [marked_texts(left, right) for left, right in zip(gone, come, strict=True)]
            before[i:j] = [left for left, _right in pairs]
            after[k:m] = [right for _left, right in pairs]
        else:
            before[i:j] = [mark(entry, removed=True) for entry in gone]
            after[k:m] = [mark(entry, removed=False) for entry in come]
    return _list(before), _list(after)


def _is_close(old: str, new: str) -> bool:
    return difflib.SequenceMatcher(None, old, new, autojunk=False).quick_ratio() > MOSTLY


def _list(entries: Sequence[str]) -> SafeString:
    if not entries:
        return nothing()
    return format_html(
        '<ol class="entries">{}</ol>', joined(format_html('<li dir="auto">{}</li>', entry) for entry in entries)
    )


def compared_rows(part: PartRows, old: Sequence[Any], new: Sequence[Any], label_of: LabelOf) -> Sides:
    """Return rows of a part table, such as seats, as two tables; rows are the same by their natural key."""
    columns = [
        column
        for column in part.columns
        if any(row.get(column.name) not in EMPTY for row in (*old, *new)) or column.name in part.table.natural_key[:1]
    ]

    def key(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row.get(name) for name in part.table.natural_key)

    before, after = {key(row): row for row in old}, {key(row): row for row in new}
    return (
        _table(columns, before, after, label_of, removed=True),
        _table(columns, after, before, label_of, removed=False),
    )


def _table(
    columns: Sequence[Column],
    rows: Mapping[tuple[Any, ...], Mapping[str, Any]],
    others: Mapping[tuple[Any, ...], Mapping[str, Any]],
    label_of: LabelOf,
    *,
    removed: bool,
) -> SafeString:
    if not rows:
        return nothing()

    def cell(key: tuple[Any, ...], column: Column) -> SafeString:
        value = rows[key].get(column.name)
        text = value_text(column, value, label_of)
        other = others.get(key)
        differs = bool(others) and (other is None or other.get(column.name) != value)
        css = "number" if isinstance(column.field, models.DecimalField | models.IntegerField) else ""
        shown = mark(text or "\N{EN DASH}", removed=removed) if differs else format_html("{}", text or "\N{EN DASH}")
        return format_html('<td class="{}">{}</td>', css, shown)

    head = joined(
        format_html(
            '<th scope="col" class="{}">{}</th>',
            "number" if isinstance(column.field, models.DecimalField | models.IntegerField) else "",
            str(column.field.verbose_name)[:1].upper() + str(column.field.verbose_name)[1:],
        )
        for column in columns
    )
    body = joined(
        format_html("<tr>{}</tr>", joined(cell(key, column) for column in columns))
        for key in sorted(rows, key=lambda key: tuple(map(str, key)))
    )
    return format_html(
        '<div class="scroll"><table class="rows"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>', head, body
    )


@dataclass(frozen=True)
class _Leaf:
    """One value within an object: its path in words, itself, and whether it is HTML."""

    name: str
    value: Any
    is_html: bool


def compared_objects(shape: type[Part] | None, old: Any, new: Any) -> Sides:
    """Return two objects (a video, a place) as lists of their values by name."""
    fields = shape().fields if shape is not None else {}
    before = {leaf.name: leaf for leaf in _leaves(old, fields)}
    after = {leaf.name: leaf for leaf in _leaves(new, fields)}
    rows: list[tuple[str, Sides]] = []
    for name in dict.fromkeys((*before, *after)):
        left, right = before.get(name), after.get(name)
        rows.append((name, _compared_leaves(left, right, alone=not before or not after)))
    return _pairs(rows, before, 0), _pairs(rows, after, 1)


def _leaves(value: Any, fields: Mapping[str, Any], path: str = "", field: Any = None) -> Iterator[_Leaf]:
    if value in EMPTY:
        return
    if isinstance(value, Mapping):
        for key, entry in value.items():
            name = str(key).replace("_", " ")
            inner = fields.get(key)
            deeper = getattr(getattr(inner, "child", inner), "fields", {})
            yield from _leaves(entry, deeper, f"{path}, {name}" if path else name, inner)
    elif isinstance(value, list):
        if all(not isinstance(entry, Mapping | list) for entry in value):
            yield _Leaf(path, ", ".join(map(str, value)), is_html=False)
            return
        for number, entry in enumerate(value, 1):
            yield from _leaves(entry, fields, f"{path} {number}", field)
    else:
        text = yes_or_no(value) if isinstance(value, bool) else value
        if isinstance(field, serializers.DateTimeField):
            text = shown_time(value)
        yield _Leaf(path, str(text), is_html=isinstance(field, Html))


def _compared_leaves(old: _Leaf | None, new: _Leaf | None, *, alone: bool) -> Sides:
    left, right = (old.value if old else ""), (new.value if new else "")
    if (old or new) and (old or new).is_html:  # type: ignore[union-attr]
        before, after = compared_html(left, right)
        return before.shown, after.shown
    if alone or (left and right):
        return marked_texts(left, right)
    return (mark(left, removed=True) if left else nothing()), (mark(right, removed=False) if right else nothing())


def _pairs(rows: Iterable[tuple[str, Sides]], there: Mapping[str, Any], side: int) -> SafeString:
    if not there:
        return nothing()
    return format_html(
        '<dl class="values">{}</dl>',
        joined(
            format_html('<dt>{}</dt><dd dir="auto">{}</dd>', name[:1].upper() + name[1:], sides[side])
            for name, sides in rows
            if name in there
        ),
    )
