"""
Content and changes as people read them: labels for codes, names for fields, marks where texts differ.

Values are shown as text and never as the HTML that some of them hold.
"""

from __future__ import annotations

import difflib
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openedx_catalog_publisher.api import FieldChange
from openedx_catalog_publisher.models import ActorPseudonym, UnitKind
from openedx_catalog_publisher.models.field_classes import Review
from openedx_catalog_publisher.publishing.references import ReferenceIndex
from openedx_catalog_publisher.publishing.snapshots import named_references
from openedx_catalog_publisher.publishing.unit_tables import UNITS, Column

LIST_NAMES: Mapping[str, Any] = {
    "authoring_organizations": gettext_lazy("Owners"),
    "sponsoring_organizations": gettext_lazy("Sponsors"),
    "subjects": gettext_lazy("Subjects"),
    "topics": gettext_lazy("Topics"),
    "collaborators": gettext_lazy("Collaborators"),
    "entitlement": gettext_lazy("Entitlement"),
    "seats": gettext_lazy("Seats"),
    "staff": gettext_lazy("Staff"),
    "transcript_languages": gettext_lazy("Languages of transcripts"),
    "video_translation_languages": gettext_lazy("Languages of video translations"),
    "restricted_run": gettext_lazy("Restriction"),
    "editors": gettext_lazy("Editors"),
    "url_redirects": gettext_lazy("URL redirects"),
}
"""Names of content that is no column of a root."""

REVIEW_NAMES: Mapping[Review, Any] = {
    Review.REVIEWED: gettext_lazy("reviewed"),
    Review.EXEMPT: gettext_lazy("exempt from review"),
    Review.OWNED: gettext_lazy("owned by Studio"),
}

NOTHING = "\N{EN DASH}"

MARKED_FROM = 60
"""Texts of at least this many characters, old or new, are shown with the words marked that differ."""

WORDS = re.compile(r"\s+|<[^<>]*>|\w+|[^\w\s]")


@dataclass(frozen=True)
class ShownChange:
    """One field of a change, ready to be shown."""

    name: str
    old: SafeString
    new: SafeString
    review: str


@dataclass(frozen=True)
class ShownValue:
    """One field of content, ready to be shown."""

    name: str
    value: SafeString


def field_name(kind: UnitKind, name: str) -> str:
    """Return what people call a field of a unit."""
    if name in LIST_NAMES:
        return str(LIST_NAMES[name])
    fields = {field.name: field for field in UNITS[kind].root._meta.get_fields()}
    label = getattr(fields.get(name), "verbose_name", None) or name.replace("_", " ")
    return str(label)[:1].upper() + str(label)[1:]


class Labels:
    """What is known of codes that stand in content: looked up for many contents at once, one statement per table."""

    def __init__(self) -> None:
        self._index = ReferenceIndex()
        self._given: dict[tuple[str, str], str] = {}

    def give(self, labels: Mapping[str, Mapping[str, str]]) -> None:
        """Take labels that are known already, for example those that stand beside a snapshot."""
        self._given |= {(target, code): label for target, codes in labels.items() for code, label in codes.items()}

    def look_up(self, kind: UnitKind, contents: Iterable[Mapping[str, Any]]) -> None:
        """Look up what these contents name."""
        known = set(UNITS[kind].reviews)
        needed = {
            reference
            for content in contents
            for _, reference in named_references(kind, {k: v for k, v in content.items() if k in known})
        }
        self._index.resolve(needed - self._given.keys())

    def of(self, target: str, code: str) -> str:
        """Return the label of a code; the code itself where it names nothing any more."""
        if (target, code) in self._given:
            return self._given[target, code]
        return self._index.label(target, code) if self._index.knows(target, code) else code


def shown_content(kind: UnitKind, content: Mapping[str, Any], labels: Labels) -> list[ShownValue]:
    """Return content field by field, in the order of declaration."""
    return [
        ShownValue(name=field_name(kind, name), value=_shown(kind, name, content[name], labels))
        for name in UNITS[kind].reviews
        if name in content
    ]


def shown_changes(kind: UnitKind, changes: Iterable[FieldChange], labels: Labels) -> list[ShownChange]:
    """Return changes field by field, with marks where long texts differ."""
    return [
        shown_change(kind, change.name, change.old, change.new, labels, str(REVIEW_NAMES[change.review]))
        for change in changes
    ]


def shown_change(kind: UnitKind, name: str, old: Any, new: Any, labels: Labels, review: str = "") -> ShownChange:
    """Return one change of a field."""
    if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) >= MARKED_FROM:
        before, after = _marked(old, new)
    else:
        before, after = _shown(kind, name, old, labels), _shown(kind, name, new, labels)
    return ShownChange(name=field_name(kind, name), old=before, new=after, review=review)


def _shown(kind: UnitKind, name: str, value: Any, labels: Labels) -> SafeString:
    unit = UNITS[kind]
    if value in (None, "", [], {}):
        return format_html('<span class="ocp-none">{}</span>', NOTHING)
    if name in unit.lists:
        part, _field = unit.lists[name]
        if part.table.plain:
            column = part.by_name[part.table.plain]
            return _listed(_word(column, entry, labels) for entry in value)
        if isinstance(value, Mapping):
            return _text(_row(part.by_name, value, labels))
        return _listed(_row(part.by_name, row, labels) for row in value)
    if name in unit.columns_by_name:
        return _text(_word(unit.columns_by_name[name], value, labels))
    return _text(value)


def _row(columns: Mapping[str, Column], row: Mapping[str, Any], labels: Labels) -> str:
    words = [
        f"{column.field.verbose_name}: {_word(column, row[name], labels)}"
        for name, column in columns.items()
        if row.get(name) not in (None, "")
    ]
    return ", ".join(words)


def _word(column: Column, value: Any, labels: Labels) -> Any:
    if column.reference is not None and isinstance(value, str):
        return labels.of(column.reference.name, value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return dict(column.field.flatchoices).get(value, value) if isinstance(value, str) else value


def _text(value: Any) -> SafeString:
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return _listed(value)
    if isinstance(value, dict | list):
        return format_html('<pre class="ocp-json">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False))
    if isinstance(value, bool):
        value = _("Yes") if value else _("No")
    return format_html('<span class="ocp-text">{}</span>', value)


def _listed(entries: Iterable[Any]) -> SafeString:
    return format_html('<ol class="ocp-list">{}</ol>', format_html_join("", "<li>{}</li>", ((e,) for e in entries)))


def _marked(old: str, new: str) -> tuple[SafeString, SafeString]:
    before, after = WORDS.findall(old), WORDS.findall(new)
    removed, added = [], []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        left, right = "".join(before[i:j]), "".join(after[k:m])
        removed.append(format_html("<del>{}</del>", left) if tag != "equal" and left else format_html("{}", left))
        added.append(format_html("<ins>{}</ins>", right) if tag != "equal" and right else format_html("{}", right))
    wrap = '<span class="ocp-text">{}</span>'
    return (
        format_html(wrap, format_html_join("", "{}", ((piece,) for piece in removed))),
        format_html(wrap, format_html_join("", "{}", ((piece,) for piece in added))),
    )


def with_actor_names(rows: QuerySet[Any], column: str = "actor") -> QuerySet[Any]:
    """Return log rows with ``actor_name``: the user's name, or the part of the system; null where the link was cut."""
    pseudonyms = ActorPseudonym.objects.filter(uuid=OuterRef(column))
    name = f"user__{get_user_model().USERNAME_FIELD}"
    named: QuerySet[Any] = rows.annotate(
        actor_name=Coalesce(
            Subquery(pseudonyms.values(name)[:1]),
            Subquery(pseudonyms.values("system_name")[:1]),
            output_field=CharField(),
        )
    )
    return named


def actor_names(pseudonyms: Iterable[uuid.UUID]) -> dict[str, str]:
    """Return the names behind pseudonyms, by pseudonym as text; one statement."""
    rows = ActorPseudonym.objects.filter(uuid__in=set(pseudonyms)).select_related("user")
    return {str(row.uuid): str(row) for row in rows}
