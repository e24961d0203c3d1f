"""Prices that do not survive the way to the LMS, told by the plan."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Final

from openedx_catalog_publisher.models import UnitKind
from openedx_catalog_publisher.publishing.problems import Remark
from openedx_catalog_publisher.publishing.selection import Standings
from openedx_catalog_publisher.settings import conf

COURSE_MODES: Final = "openedx_catalog_publisher.consumers.course_modes.CourseModes"
"""The consumer that brings prices to the LMS, by its name in the settings: it stands in a layer above."""


def price_warnings(standings: Standings) -> dict[uuid.UUID, list[Remark]]:
    """Return a warning for each run with prices in cents, where prices are brought to the LMS."""
    if COURSE_MODES not in conf.consumers():
        return {}
    warnings = {}
    for unit in standings.units:
        seats = unit.draft.content["seats"] if unit.anchor.kind == UnitKind.COURSE_RUN else ()
        uneven = sorted({f"{seat['price']} {seat['currency']}" for seat in seats if Decimal(seat["price"]) % 1})
        if uneven:
            warnings[unit.anchor.uuid] = [
                Remark(
                    "price_with_cents",
                    f"The LMS keeps whole prices, so cents are cut off there: {', '.join(uneven)}. Choose whole "
                    "prices, or sell where cents count.",
                )
            ]
    return warnings
