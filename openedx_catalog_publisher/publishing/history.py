"""What was official when: publications of a unit, and its content as of a time."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from openedx_catalog_publisher.commands.errors import UnitNotFound
from openedx_catalog_publisher.models import Publication, Status
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot


@dataclass(frozen=True)
class OfficialAsOf:
    """
    What was official of a unit at a time.

    Attributes:
        publication: the record that was in force.
        snapshot: the content.
        status: the official status.
    """

    publication: Publication
    snapshot: UnitSnapshot
    status: Status


def publications_of(unit: uuid.UUID) -> QuerySet[Publication]:
    """Return a unit's publication records, the last first, with release and snapshot. Checks no rights."""
    return (
        Publication.objects.filter(unit_uuid=unit)
        .select_related("release", "snapshot", "previous__snapshot")
        .order_by("-number")
    )


def as_of(unit: uuid.UUID, moment: datetime) -> OfficialAsOf:
    """
    Return what was official of a unit at a time. Checks no rights.

    Arguments:
        unit: its uuid.
        moment: an aware time.

    Raises:
        UnitNotFound: when nothing was official then: before the first publication, or after a removal.
    """
    record = publications_of(unit).filter(occurred_at__lte=moment).first()
    if record is None or record.snapshot is None:
        raise UnitNotFound(f"Nothing was official of {unit} at {moment.isoformat()}.")
    return OfficialAsOf(publication=record, snapshot=UnitSnapshot.load(record.snapshot), status=Status(record.status))
