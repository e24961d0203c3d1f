"""A plan as people read it at a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from openedx_catalog_publisher.api import FieldChange, Plan
from openedx_catalog_publisher.publishing.plan import Effect, UnitPlan

WIDTH = 100
"""Characters of a value that are shown; the whole value stands in JSON."""

EFFECTS = {
    Effect.FIRST_PUBLICATION: "first publication",
    Effect.CHANGE: "changes",
    Effect.STATUS: "status",
    Effect.NONE: "nothing differs",
}


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yield the lines of a plan: each unit with its fields, rows and remarks, and the digest at the end."""
    for unit in plan.units:
        yield from _unit_lines(unit)
        yield ""
    yield f"Digest: {plan.digest}"


def _unit_lines(unit: UnitPlan) -> Iterator[str]:
    status = unit.status if unit.official_status in ("", unit.status) else f"{unit.official_status} to {unit.status}"
    yield f"{unit.kind.label} {unit.key}: {EFFECTS[unit.effect]}"
    yield f"  publication {unit.base + 1 if unit.effect is not Effect.NONE else unit.base}, {status}"
    for change in unit.changes:
        yield from change_lines(change)
    for table, counts in unit.rows.items():
        words = ", ".join(f"{count} {verb}" for verb, count in counts.items() if count)
        yield f"  {table}: {words}"
    for remark in unit.warnings:
        yield f"  warning: {remark.message}"
    for remark in unit.problems:
        yield f"  problem: {remark.message}"
    for step in unit.missing_reviews:
        yield f"  missing review: {step}"


def change_lines(change: FieldChange) -> Iterator[str]:
    """Yield one field with its old and its new value."""
    yield f"  {change.name}"
    yield f"    - {short(change.old)}"
    yield f"    + {short(change.new)}"


def short(value: Any) -> str:
    """Return a value on one line, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
