"""
Which change needs which step of review, and what must be filled before a draft is submitted: data, in one place.

By default every reviewed field needs both steps. A site may ask for less of a field (``REVIEW_STEPS``), and for more
fields to be filled (``REQUIRED_FIELDS``). What the Publisher micro-frontend requires is required by default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from openedx_catalog_publisher.ledger.canonical_json import canonical_json, digest
from openedx_catalog_publisher.models import ReviewStep, UnitKind
from openedx_catalog_publisher.models.field_classes import Review
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from openedx_catalog_publisher.settings import conf

POLICY_VERSION = 2
"""Moves when the rules move that say what may be published; a plan made under other rules is void."""

ALL_STEPS: tuple[str, ...] = tuple(str(step) for step in ReviewStep)

COURSE_FIELDS: tuple[str, ...] = ("title", "type")
RUN_FIELDS: tuple[str, ...] = (
    "type",
    "go_live_date",
    "min_effort",
    "max_effort",
    "weeks_to_complete",
    "language",
    "transcript_languages",
)
RUN_STATE: tuple[str, ...] = ("go_live_date",)
"""What can be required beside content."""

PRICED_FIELDS: tuple[str, ...] = ("entitlement",)
"""Required of a course whose type sells something."""

MARKETED_FIELDS: tuple[str, ...] = (
    "level_type",
    "subjects",
    "short_description",
    "full_description",
    "outcome",
    "image",
)
"""Required of a course one of whose run types is marketable."""


def steps_for(kind: UnitKind, names: Iterable[str]) -> tuple[str, ...]:
    """
    Return the steps that a change of these reviewed fields needs, in their order; none for no field.

    Arguments:
        kind: the kind of unit.
        names: names of reviewed content.
    """
    by_field = conf.review_steps().get(str(kind), {})
    needed = {step for name in names for step in by_field.get(name, ALL_STEPS)}
    return tuple(step for step in ALL_STEPS if step in needed)


def policy_digest() -> str:
    """Return what stands for the rules in force."""
    rules = {
        "version": POLICY_VERSION,
        "steps": conf.review_steps(),
        "live_changes_skip_review": conf.live_changes_skip_review(),
    }
    return digest(canonical_json(rules))


def required_names(kind: UnitKind, course_type: str, *, marketable: bool, priced: bool) -> tuple[str, ...]:
    """
    Return the names of what must be filled, in the order in which they are told.

    Arguments:
        kind: the kind of unit.
        course_type: slug of the type of the course; empty where it has none.
        marketable: whether one of the type's run types is marketable.
        priced: whether the type sells something.
    """
    usual = COURSE_FIELDS if kind == UnitKind.COURSE else RUN_FIELDS
    if kind == UnitKind.COURSE and priced:
        usual += PRICED_FIELDS
    if kind == UnitKind.COURSE and marketable:
        usual += MARKETED_FIELDS
    more: Mapping[str, Mapping[str, list[str]]] = conf.required_fields()
    site = [name for slug in ("*", course_type) for name in more.get(slug, {}).get(str(kind), ())]
    return tuple(dict.fromkeys((*usual, *site)))


def unknown_names() -> list[str]:
    """Return a sentence for each name in the settings of the policy that names nothing it can be about."""
    reviewed = {
        str(kind): {name for name, stand in unit.reviews.items() if stand is Review.REVIEWED}
        for kind, unit in UNITS.items()
    }
    filled = {str(kind): {*unit.reviews, *RUN_STATE} for kind, unit in UNITS.items()}
    found = [
        f"{conf.REVIEW_STEPS.name} names {kind}.{name}, which is no field that is reviewed."
        for kind, fields in conf.review_steps().items()
        for name in fields
        if name not in reviewed[kind]
    ]
    return found + [
        f"{conf.REQUIRED_FIELDS.name} names {kind}.{name}, which is no field that can be filled."
        for kinds in conf.required_fields().values()
        for kind, names in kinds.items()
        for name in names
        if name not in filled[kind]
    ]
