"""What was official when: publications of a unit, and its content as of a time."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet

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


def as_of_each(units: Iterable[uuid.UUID], moment: datetime) -> list[OfficialAsOf]:
    """
    Return what was official of each of some units at a time, without those of which nothing was. Checks no rights.

    Arguments:
        units: their uuids.
        moment: an aware time.
    """
    last = (
        Publication.objects.filter(unit_uuid__in=list(units), occurred_at__lte=moment)
        .values("unit_uuid")
        .annotate(last=Max("number"))
        .values_list("unit_uuid", "last")
    )
    wanted = Q(pk__in=())
    for unit, number in last:
        wanted |= Q(unit_uuid=unit, number=number)
    records = Publication.objects.filter(wanted, snapshot__isnull=False).select_related("release", "snapshot")
    return [
        OfficialAsOf(publication=record, snapshot=UnitSnapshot.load(record.snapshot), status=Status(record.status))
        for record in records
        if record.snapshot is not None
    ]
