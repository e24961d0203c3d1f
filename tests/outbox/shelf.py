"""A peer that holds titles and statuses of units, and the consumer that brings them there and can say what is held."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from openedx_catalog_publisher.models import EventKind, OutboxEvent, Publication, UnitKind
from openedx_catalog_publisher.outbox.consumers import Holding, OutOfReach, Service
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot

PATH = f"{__name__}.Shelf"


class Shelf:
    """Holds courses; runs are none of its matter."""

    name = "shelf"
    service = Service.EITHER
    kinds: Collection[EventKind] = (EventKind.PUBLISHED, EventKind.UNPUBLISHED, EventKind.REMOVED)

    books: ClassVar[dict[UUID, dict[str, Any]]] = {}
    is_open: ClassVar[bool] = True

    @classmethod
    def reset(cls) -> None:
        """Clear it."""
        cls.books.clear()
        Shelf.is_open = True

    def deliver(self, event: OutboxEvent) -> None:
        """Bring a course to what was published last."""
        if not self.is_open:
            raise OutOfReach("closed")
        if event.object_type != UnitKind.COURSE:
            return
        record = Publication.objects.filter(unit_uuid=event.object_code).order_by("-number")[0]
        self.books[record.unit_uuid] = wanted(record)

    def held(self, records: Sequence[Publication]) -> Mapping[UUID, Holding]:
        """Return what stands on the shelf."""
        if not self.is_open:
            raise OutOfReach("closed")
        return {
            record.unit_uuid: Holding(wanted(record), self.books.get(record.unit_uuid))
            for record in records
            if record.unit_kind == UnitKind.COURSE
        }


def wanted(record: Publication) -> dict[str, Any]:
    """Return what the shelf is to hold."""
    if record.snapshot is None:
        return {"title": None, "status": None}
    return {"title": UnitSnapshot.load(record.snapshot).content["title"], "status": record.status}
