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
from openedx_catalog_publisher.editing.courses import Written, written
from openedx_catalog_publisher.editing.drafts import check_references, draft_write
from openedx_catalog_publisher.editing.price_lists import (
    DEFAULT_CURRENCY,
    canonical_prices,
    priced_entitlement,
    priced_seats,
)
from openedx_catalog_publisher.models import Side, UnitKind
from openedx_catalog_publisher.publishing.capture import capture
from openedx_catalog_publisher.publishing.draft_writes import write_drafts


@command
def set_prices(
    operation: Operation,
    course: uuid.UUID,
    prices: Mapping[str, Decimal | int | str],
    *,
    runs: Sequence[uuid.UUID] = (),
    currency: str = DEFAULT_CURRENCY,
    keep_reviews: bool = False,
) -> tuple[Written, ...]:
    """
    Set prices by seat type on a course's entitlement and on the seats of the named runs, in one transaction; what
    becomes of them is said in ``price_lists``.

    Arguments:
        operation: given by the command.
        course: uuid of the course.
        prices: price by slug of the seat type, at most two decimal places.
        runs: uuids of runs of this course.
        currency: ISO 4217 code of all these prices.
        keep_reviews: refuse what would close a review.

    Returns:
        What was written, the course first.

    Raises:
        Conflict: with ``keep_reviews``, when a review would have to be closed.
        NotPermitted: when the actor may not edit the course.
        InvalidInput: naming the seat type (``prices.verified``), ``currency``, or ``runs``.
        UnitNotFound: when there is no such course or run.
    """
    anchors = read_anchors(courses=[course], runs=runs)
    require_on_courses(operation.actor, Action.EDIT, anchors)
    if len(anchors.courses) > 1:
        raise InvalidInput({"runs": ["These runs are not all of this course."]})
    amounts = canonical_prices(prices, currency)
    known = capture(UnitKind.COURSE, Side.DRAFT, [anchors.courses[course].pk], names=("entitlement",))
    pks = [anchor.pk for anchor in anchors.runs.values()]
    capture(UnitKind.COURSE_RUN, Side.DRAFT, pks, names=("seats",), into=known)
    writes = []
    for anchor in anchors:
        current = known.units[anchor.uuid]
        base = current.snapshot.content
        content: dict[str, Any] = (
            {"entitlement": priced_entitlement(base, amounts, currency)}
            if anchor.kind == UnitKind.COURSE
            else {"seats": priced_seats(base, amounts, currency)}
        )
        check_references(anchor.kind, content, base, known.references)
        writes.append(draft_write(anchor, current, base, content, {}, current.snapshot.identity))
    changed = [sorted(entry.logged) for entry in writes]
    write_drafts(operation, anchors, writes, known.references, keep_reviews=keep_reviews)
    return tuple(written(entry, names) for entry, names in zip(writes, changed, strict=True))
