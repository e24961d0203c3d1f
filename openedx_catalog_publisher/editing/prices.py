"""The price command: one price list sets a course's entitlement and the seats of its runs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.anchors import read_anchors
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.editing.canonical import FieldError, canonical_value
from openedx_catalog_publisher.editing.courses import Written, written
from openedx_catalog_publisher.editing.drafts import check_references, draft_write
from openedx_catalog_publisher.models import CourseRunType, CourseType, Currency, SeatType, Side, UnitKind
from openedx_catalog_publisher.publishing.capture import CapturedUnit, capture, list_value
from openedx_catalog_publisher.publishing.draft_writes import write_drafts
from openedx_catalog_publisher.publishing.unit_tables import UNITS

DEFAULT_CURRENCY = "USD"
NO_PRICE = "0.00"


@command
def set_prices(
    operation: Operation,
    course: uuid.UUID,
    prices: Mapping[str, Decimal | int | str],
    *,
    runs: Sequence[uuid.UUID] = (),
    currency: str = DEFAULT_CURRENCY,
) -> tuple[Written, ...]:
    """
    Set prices by seat type on a course's entitlement and on the seats of the named runs, in one transaction.

    A course has an entitlement of the first of its type's entitlement types that is priced; what it has of those types
    stays where no price is given, and goes where its type sells none. A run has one seat for each seat type of its
    type's
    tracks: the price from the list, else the one that it has, else nothing. Seats of other types go. Skus, credit hours
    and deadlines of seats that stay are kept.

    Arguments:
        operation: given by the command.
        course: uuid of the course.
        prices: price by slug of the seat type, at most two decimal places.
        runs: uuids of runs of this course.
        currency: ISO 4217 code of all these prices.

    Returns:
        What was written, the course first.

    Raises:
        NotPermitted: when the actor may not edit the course.
        InvalidInput: naming the seat type (``prices.verified``), ``currency``, or ``runs``.
        UnitNotFound: when there is no such course or run.
    """
    anchors = read_anchors(courses=[course], runs=runs)
    require_on_courses(operation.actor, Action.EDIT, anchors)
    if len(anchors.courses) > 1:
        raise InvalidInput({"runs": ["These runs are not all of this course."]})
    amounts = _canonical_prices(prices, currency)
    known = capture(UnitKind.COURSE, Side.DRAFT, [anchors.courses[course].pk], names=("entitlement",))
    pks = [anchor.pk for anchor in anchors.runs.values()]
    capture(UnitKind.COURSE_RUN, Side.DRAFT, pks, names=("seats",), into=known)
    writes = []
    for anchor in anchors:
        current = known.units[anchor.uuid]
        base = current.snapshot.content
        content: dict[str, Any] = (
            {"entitlement": _entitlement(current, amounts, currency)}
            if anchor.kind == UnitKind.COURSE
            else {"seats": _seats(current, amounts, currency)}
        )
        check_references(anchor.kind, content, base, known.references)
        writes.append(draft_write(anchor, current, base, content, {}, current.snapshot.identity))
    changed = [sorted(entry.logged) for entry in writes]
    write_drafts(operation, anchors, writes, known.references)
    return tuple(written(entry, names) for entry, names in zip(writes, changed, strict=True))


def _canonical_prices(prices: Mapping[str, Decimal | int | str], currency: str) -> dict[str, str]:
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


def _entitlement(course: CapturedUnit, amounts: Mapping[str, str], currency: str) -> dict[str, Any] | None:
    content = course.snapshot.content
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


def _seats(run: CapturedUnit, amounts: Mapping[str, str], currency: str) -> list[dict[str, Any]]:
    content = run.snapshot.content
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


def _new_seat(slug: str) -> dict[str, Any]:
    return {
        "type": slug,
        "price": NO_PRICE,
        "currency": DEFAULT_CURRENCY,
        "credit_provider": "",
        "credit_hours": None,
        "upgrade_deadline_override": None,
    }
