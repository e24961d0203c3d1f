"""What a list of prices by seat type makes of a course's entitlement and of a run's seats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.editing.canonical import FieldError, canonical_value
from openedx_catalog_publisher.models import CourseRunType, CourseType, Currency, SeatType, UnitKind
from openedx_catalog_publisher.publishing.capture import list_value
from openedx_catalog_publisher.publishing.unit_tables import UNITS

DEFAULT_CURRENCY = "USD"
NO_PRICE = "0.00"


def canonical_prices(prices: Mapping[str, Any], currency: str = DEFAULT_CURRENCY) -> dict[str, str]:
    """
    Return prices as they stand in snapshots, by slug of the seat type.

    Arguments:
        prices: price by slug of the seat type: a decimal, a whole number or text, at most two decimal places.
        currency: ISO 4217 code of all these prices.

    Raises:
        InvalidInput: naming ``prices``, the seat type (``prices.verified``), or ``currency``.
    """
    if not isinstance(prices, Mapping):
        raise InvalidInput({"prices": ['Give an object of prices by seat type, for example {"verified": "49.00"}.']})
    column = UNITS[UnitKind.COURSE_RUN].lists["seats"][0].by_name["price"]
    amounts, errors = {}, {}
    for slug, price in prices.items():
        try:
            amounts[slug] = canonical_value(column, price)
        except FieldError as error:
            errors[f"prices.{slug}"] = error.messages
    known = set(SeatType.objects.filter(slug__in=prices).values_list("slug", flat=True))
    errors |= {f"prices.{slug}": ["There is no such seat type."] for slug in prices.keys() - known}
    # Compared here, since MySQL's own comparison ignores case.
    if currency not in Currency.objects.filter(code=currency).values_list("code", flat=True):
        errors["currency"] = [f"There is no currency {currency}."]
    if errors:
        raise InvalidInput(errors)
    return amounts


def priced_entitlement(
    content: Mapping[str, Any], amounts: Mapping[str, str], currency: str = DEFAULT_CURRENCY
) -> dict[str, Any] | None:
    """
    Return the entitlement of a course: the first of its type's entitlement types that is priced; what it has of those
    types stays where no price is given, and goes where its type sells none.

    Arguments:
        content: the course's content, at least ``type`` and ``entitlement``.
        amounts: canonical prices.
        currency: of all of them.
    """
    sold = list(
        CourseType.objects.filter(uuid=content["type"]).values_list("entitlement_types__slug", flat=True)
        if content["type"]
        else ()
    )
    current: dict[str, Any] | None = content["entitlement"]
    for slug in sold:
        if slug in amounts:
            return {"mode": slug, "price": amounts[slug], "currency": currency}
    return current if current is not None and current["mode"] in sold else None


def priced_seats(
    content: Mapping[str, Any], amounts: Mapping[str, str], currency: str = DEFAULT_CURRENCY
) -> list[dict[str, Any]]:
    """
    Return the seats of a run: one for each seat type of its type's tracks, with the price from the list, else the one
    that it has, else nothing. Seats of other types go; what stays keeps credit hours and deadlines.

    Arguments:
        content: the run's content, at least ``type`` and ``seats``.
        amounts: canonical prices.
        currency: of all of them.
    """
    sold = [
        slug
        for slug in CourseRunType.objects.filter(uuid=content["type"]).values_list("tracks__seat_type__slug", flat=True)
        if slug is not None
    ]
    seats = []
    for slug in sorted(set(sold)):
        existing = [seat for seat in content["seats"] if seat["type"] == slug]
        if slug in amounts:
            priced = {"price": amounts[slug], "currency": currency}
            same_currency = [seat for seat in existing if seat["currency"] == currency] or existing[:1]
            seats += [seat | priced for seat in same_currency] or [_new_seat(slug) | priced]
        else:
            seats += existing or [_new_seat(slug) | {"currency": currency}]
    seats_part = UNITS[UnitKind.COURSE_RUN].lists["seats"][0]
    ordered: list[dict[str, Any]] = list_value(seats_part, seats)
    return ordered


def seats_with_terms(
    seats: Sequence[Mapping[str, Any]], terms: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """
    Return seats with values of some columns set; seat types that the run does not sell are left out.

    Arguments:
        seats: canonical seats.
        terms: canonical values by column, by slug of the seat type.
    """
    return [{**seat, **terms.get(seat["type"], {})} for seat in seats]


def _new_seat(slug: str) -> dict[str, Any]:
    return {
        "type": slug,
        "price": NO_PRICE,
        "currency": DEFAULT_CURRENCY,
        "credit_provider": "",
        "credit_hours": None,
        "upgrade_deadline_override": None,
    }
