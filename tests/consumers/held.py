"""What consumers say that their peers hold, as the drift check asks for it."""

from __future__ import annotations

import uuid
from typing import Any

from openedx_catalog_publisher.models import Publication
from openedx_catalog_publisher.outbox.consumers import Verifiable


def drift(consumer: object, unit: uuid.UUID) -> dict[str, tuple[Any, Any]] | None:
    """Return what differs, by field as (published, held); None where the unit is no matter of the consumer."""
    assert isinstance(consumer, Verifiable)
    records = list(Publication.objects.filter(unit_uuid=unit, followers__isnull=True).select_related("snapshot"))
    holding = consumer.held(records).get(unit)
    if holding is None:
        return None
    return {each["field"]: (each["published"], each["held"]) for each in holding.differences()}
