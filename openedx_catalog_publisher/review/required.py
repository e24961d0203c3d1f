"""What must be filled before a draft is submitted for review; all that is missing is told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.models import CourseType, UnitKind
from openedx_catalog_publisher.review.policy import required_names

EMPTY: tuple[Any, ...] = (None, "", [], {})
GEOLOCATION = ("location_name", "lng", "lat")

MESSAGE = "Fill this in before you submit for review."
GEOLOCATION_MESSAGE = "Give name, longitude and latitude, or none of them."


@dataclass(frozen=True)
class Offer:
    """
    What a course's type means for what must be filled.

    Attributes:
        slug: slug of the type; empty where the course has none.
        marketable: whether one of its run types is marketable.
        priced: whether it sells something.
    """

    slug: str = ""
    marketable: bool = False
    priced: bool = False


def offer_of(course_type: str | None) -> Offer:
    """Return what a course type means, by its uuid; two statements."""
    if course_type is None:
        return Offer()
    found = CourseType.objects.filter(uuid=course_type).first()
    if found is None:
        return Offer()
    run_types = found.course_run_types.values_list("is_marketable", "tracks__seat_type", "tracks__mode__payee")
    offers = list(run_types)
    return Offer(
        slug=found.slug,
        marketable=any(marketable for marketable, _, _ in offers),
        priced=any(seat_type is not None and payee for _, seat_type, payee in offers),
    )


def check_required(
    kind: UnitKind,
    offer: Offer,
    content: Mapping[str, Any],
    state: Mapping[str, Any],
    *,
    prefix: str = "",
    official: Mapping[str, Any] | None = None,
) -> dict[str, list[str]]:
    """
    Return what is missing of a unit, by field; empty where nothing is.

    Arguments:
        kind: the kind of unit.
        offer: what the type of the course means.
        content: the draft's content.
        state: state columns that count as filled or not, such as ``go_live_date``.
        prefix: what stands before the names, so that fields of a course and of a run can be told apart.
        official: what is official of the unit, None for nothing. What lacks there is not asked for now, lest an older
            unit could not be changed any more.
    """
    values = {**content, **state} if official is None else dict(content)
    names = required_names(kind, offer.slug, marketable=offer.marketable, priced=offer.priced)
    if official is not None:
        names = tuple(name for name in names if official.get(name) not in EMPTY)
    found = {f"{prefix}{name}": [MESSAGE] for name in names if name in values and values[name] in EMPTY}
    place = values.get("geolocation")
    if place:
        given = [place.get(name) not in EMPTY for name in GEOLOCATION]
        if any(given) and not all(given):
            found[f"{prefix}geolocation"] = [GEOLOCATION_MESSAGE]
    return found


def refuse_missing(*found: Mapping[str, list[str]]) -> None:
    """
    Refuse a submission of which something is missing.

    Raises:
        InvalidInput: naming every field.
    """
    errors = {name: messages for part in found for name, messages in part.items()}
    if errors:
        raise InvalidInput(errors)
