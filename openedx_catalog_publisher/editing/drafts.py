"""
Putting changes onto drafts: overlay, rules, comparison.

What is composed here: the draft's content with canonical changes laid over it, checked against the rules of its kind,
as a write that the engine carries out. Equal content is no write at all (the no-op rule).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug

from openedx_catalog_publisher.commands.anchors import Anchor
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.editing.canonical import FieldError, canonical_content
from openedx_catalog_publisher.editing.state import STATE_FIELDS, canonical_state
from openedx_catalog_publisher.models import EditRecord, UnitKind
from openedx_catalog_publisher.publishing.capture import CapturedUnit
from openedx_catalog_publisher.publishing.draft_writes import DraftWrite
from openedx_catalog_publisher.publishing.references import TARGETS, ReferenceIndex
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot, compare, named_references
from openedx_catalog_publisher.publishing.unit_tables import UNITS

NEVER_CHANGES = {
    UnitKind.COURSE: frozenset({"key", "uuid", "number"}),
    UnitKind.COURSE_RUN: frozenset({"key", "uuid", "course"}),
}


def canonical_changes(
    kind: UnitKind,
    changes: Mapping[str, Any],
    identity: Mapping[str, str] | None = None,
    states: Mapping[UnitKind, frozenset[str]] = STATE_FIELDS,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """
    Split input into content and state, both in canonical form.

    Arguments:
        kind: the kind of unit.
        changes: values by name.
        identity: what the unit is known by already, so that naming it unchanged is no fault.
        states: the state that is taken beside content.

    Returns:
        (content by name as it stands in snapshots, state columns by attname as they are stored).

    Raises:
        InvalidInput: naming every faulty field.
    """
    errors: dict[str, list[str]] = {}
    state: dict[str, Any] = {}
    content: dict[str, Any] = {}
    identifying = NEVER_CHANGES[kind] & changes.keys()
    for name in identifying:
        if identity is None or str(changes[name]) != identity.get(name):
            errors[name] = ["This never changes after creation."]
    for name in states[kind] & changes.keys():
        try:
            state[name] = canonical_state(name, changes[name])
        except FieldError as error:
            errors[name] = error.messages
    taken = identifying | state.keys() | errors.keys()
    rest = {name: value for name, value in changes.items() if name not in taken}
    try:
        content = canonical_content(kind, rest)
    except InvalidInput as error:
        errors |= error.fields
    if errors:
        raise InvalidInput(errors)
    return content, state


def draft_write(
    anchor: Anchor,
    current: CapturedUnit | None,
    base: Mapping[str, Any],
    content: Mapping[str, Any],
    state: Mapping[str, Any],
    identity: Mapping[str, str],
) -> DraftWrite:
    """
    Return the write that lays canonical content over a draft.

    Arguments:
        anchor: the unit's anchor.
        current: the captured draft, at least with the tables that ``content`` touches; None for a creation.
        base: the draft's content, or the defaults for a creation.
        content: canonical content by name.
        state: canonical state by attname.
        identity: the unit's identity, as it stands in snapshots.

    Raises:
        InvalidInput: naming each field that breaks a rule.
    """
    after = {**base, **content}
    check_rules(anchor.kind, after, content.keys() if current else after.keys())
    old = None
    if current is not None:
        old = UnitSnapshot(kind=anchor.kind, uuid=anchor.uuid, identity=identity, content=_filled(anchor.kind, base))
    snapshot = UnitSnapshot(kind=anchor.kind, uuid=anchor.uuid, identity=identity, content=_filled(anchor.kind, after))
    return DraftWrite(
        anchor=anchor,
        current=current,
        snapshot=snapshot,
        changes=compare(old, snapshot),
        action=EditRecord.Action.UPDATE if current else EditRecord.Action.CREATE,
        state=state,
    )


def _filled(kind: UnitKind, content: Mapping[str, Any]) -> dict[str, Any]:
    # Tables that were not read are equal on both sides of the comparison.
    return dict.fromkeys(UNITS[kind].reviews) | dict(content)


def check_rules(kind: UnitKind, after: Mapping[str, Any], touched: Iterable[str]) -> None:
    """
    Check what one unit's content must fulfil by itself.

    Arguments:
        kind: the kind of unit.
        after: the content as it would be.
        touched: names that the caller writes; a rule is checked when one of its fields is among them.

    Raises:
        InvalidInput: naming each field that breaks a rule.
    """
    touched = set(touched)
    errors: dict[str, list[str]] = {}
    if kind == UnitKind.COURSE:
        if "authoring_organizations" in touched and not after["authoring_organizations"]:
            errors["authoring_organizations"] = ["A course has at least one organization that owns it."]
        if "url_slug" in touched and after["url_slug"]:
            errors |= _slug_errors(after["url_slug"])
    else:
        if {"start", "end"} & touched and after["start"] and after["end"] and after["start"] > after["end"]:
            errors["end"] = ["The end is not before the start."]
        least, most = after["min_effort"], after["max_effort"]
        if {"min_effort", "max_effort"} & touched and least is not None and most is not None and least > most:
            errors["max_effort"] = ["The most effort is not below the least."]
    if errors:
        raise InvalidInput(errors)


def _slug_errors(slug: str) -> dict[str, list[str]]:
    try:
        for piece in slug.split("/"):
            validate_slug(piece)
    except ValidationError:
        return {"url_slug": ["Letters, digits, hyphens and underscores, in one or more parts separated by slashes."]}
    return {}


def check_references(
    kind: UnitKind,
    content: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    references: ReferenceIndex,
    kept: Collection[tuple[str, str]] = (),
) -> None:
    """
    Check that what content names exists, and that nothing retired is taken up.

    Arguments:
        kind: the kind of unit.
        content: canonical content that is written.
        before: the content before; what it names already may stay, retired or not. None for a creation.
        references: what is known; completed here by one statement per table.
        kept: what content may name although it is retired, as (name of the table, code).

    Raises:
        InvalidInput: naming each field that names nothing, or something retired.
    """
    named = named_references(kind, content)
    had = {reference for _, reference in named_references(kind, before or {})} | set(kept)
    missing = references.resolve(reference for _, reference in named)
    errors: dict[str, list[str]] = {}
    for field, (target, code) in named:
        model = TARGETS[target].model._meta.verbose_name
        if (target, code) in missing:
            errors.setdefault(field, []).append(f"There is no {model} {code}.")
        elif references.is_retired(target, code) and (target, code) not in had:
            errors.setdefault(field, []).append(f"The {model} {references.label(target, code)} is retired.")
    if errors:
        raise InvalidInput(errors)
