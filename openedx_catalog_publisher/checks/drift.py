"""
Drift: what consumers really hold against what was published.

A consumer is asked of each unit that was ever published, and where it brings drafts across, of each run that never was.
What is under way to it, of the unit or of its course, and what came up or arrived while it was asked, is lag and no
drift. When each unit was last verified is kept.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from openedx_catalog_publisher.models import (
    CourseRun,
    Delivery,
    DriftCheck,
    OutboxConsumer,
    OutboxEvent,
    Publication,
    UnitKind,
)
from openedx_catalog_publisher.outbox.backlog import UNDER_WAY
from openedx_catalog_publisher.outbox.consumers import (
    Holding,
    Service,
    Verifiable,
    VerifiesDrafts,
    configured,
    runs_in,
    with_members,
)
from openedx_catalog_publisher.outbox.relay import this_service
from openedx_catalog_publisher.outbox.repairs import send_again

logger = logging.getLogger(__name__)

BATCH = 100

LONGEST_ERROR = 500


@dataclass(frozen=True)
class Drift:
    """
    A unit of which a consumer does not hold what was published, or of which it cannot be asked.

    Attributes:
        consumer: the consumer.
        unit: the unit.
        key: its key.
        differences: the fields that differ, each with what was published and what is held.
        error: why the consumer could not be asked; empty where it could.
        sent_again: whether it is sent again.
    """

    consumer: str
    unit: UUID
    key: str
    differences: Sequence[dict[str, Any]]
    error: str = ""
    sent_again: bool = False

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self) | {"unit": str(self.unit)}


@dataclass
class DriftReport:
    """
    What a check covered; filled while its findings are read.

    Attributes:
        consumers: the consumers that were asked.
        verified: units that a consumer was asked of and answered, counted once for each consumer.
        lagging: units that were left out because an event of theirs is still under way.
    """

    consumers: Collection[str] = ()
    verified: int = 0
    lagging: int = 0


def check_drift(
    report: DriftReport,
    *,
    repair: bool = False,
    consumer: str = "",
    units: Collection[UUID] = (),
    service: Service | None = None,
) -> Iterator[Drift]:
    """
    Yield every unit of which a consumer does not hold what was published, and note when each was verified.

    A consumer that cannot be asked of a batch of units is left at its first failure, which is yielded.

    Arguments:
        report: is filled with what the check covers.
        repair: send again what differs; whoever runs the relay delivers it.
        consumer: ask this one alone.
        units: ask of these alone; of all unless given.
        service: in which service this runs; this one unless given.

    Raises:
        ImproperlyConfigured: when the settings name something that is no consumer.
    """
    asked = [
        each
        for each in with_members(configured())
        if isinstance(each, Verifiable) and runs_in(each, service or this_service()) and consumer in ("", each.name)
    ]
    report.consumers = [each.name for each in asked]
    for each in asked:
        row = OutboxConsumer.objects.filter(name=each.name).first()
        if row is not None:
            yield from _check(each, row, report, repair=repair, units=units)


@dataclass(frozen=True)
class _Unit:
    """A unit that a consumer is asked of."""

    kind: str
    uuid: UUID
    key: str


@dataclass(frozen=True)
class _Question:
    """Some units that a consumer is asked of at once."""

    units: Sequence[_Unit]
    ask: Callable[[], Mapping[UUID, Holding]]


def _check(
    consumer: Verifiable, row: OutboxConsumer, report: DriftReport, *, repair: bool, units: Collection[UUID]
) -> Iterator[Drift]:
    for question in _questions(consumer, units):
        asked = [unit.uuid for unit in question.units]
        before = _Moment.now(row, asked)
        asked_at = timezone.now()
        try:
            holdings = question.ask()
        # Whatever a consumer raises is its own; it is told, and other consumers are asked.
        except Exception as error:  # noqa: BLE001
            told = f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
            logger.warning("%s could not be asked what it holds: %r", row.name, error)
            DriftCheck.objects.filter(consumer=row, unit_uuid__in=asked).update(error=told)
            first = question.units[0]
            yield Drift(row.name, first.uuid, first.key, [], told)
            return
        after = _Moment.now(row, asked)
        settled = [
            unit for unit in question.units if unit.uuid in holdings and after.is_settled_since(before, unit.uuid)
        ]
        report.lagging += len(holdings) - len(settled)
        report.verified += len(settled)
        _note(row, settled, holdings, asked_at)
        drifted = [unit for unit in settled if holdings[unit.uuid].differences()]
        if repair and drifted:
            send_again(row, [str(unit.uuid) for unit in drifted])
            DriftCheck.objects.filter(consumer=row, unit_uuid__in=[unit.uuid for unit in drifted]).update(
                repaired_at=timezone.now()
            )
        for unit in drifted:
            yield Drift(row.name, unit.uuid, unit.key, holdings[unit.uuid].differences(), sent_again=repair)


def _questions(consumer: Verifiable, units: Collection[UUID]) -> Iterator[_Question]:
    for records in _last_records(units):
        asked = [_Unit(record.unit_kind, record.unit_uuid, record.unit_key) for record in records]
        yield _Question(asked, functools.partial(consumer.held, records))
    if isinstance(consumer, VerifiesDrafts):
        for runs in _draft_runs(units):
            drafts = [_Unit(str(run.kind), run.uuid, run.key) for run in runs]
            yield _Question(drafts, functools.partial(consumer.held_of_drafts, [run.uuid for run in runs]))


def _last_records(units: Collection[UUID]) -> Iterator[list[Publication]]:
    later = Publication.objects.filter(unit_uuid=OuterRef("unit_uuid"), number__gt=OuterRef("number"))
    rows = Publication.objects.filter(~Exists(later), Q(unit_uuid__in=list(units)) if units else Q())
    last = 0
    while records := list(rows.filter(pk__gt=last).select_related("snapshot").order_by("pk")[:BATCH]):
        last = records[-1].pk
        yield records


def _draft_runs(units: Collection[UUID]) -> Iterator[list[CourseRun]]:
    """Yield the runs that were never published."""
    published = Publication.objects.filter(unit_uuid=OuterRef("uuid"))
    rows = CourseRun.drafts.filter(~Exists(published), Q(uuid__in=list(units)) if units else Q())
    last = 0
    while runs := list(rows.filter(pk__gt=last).only("uuid", "key").order_by("pk")[:BATCH]):
        last = runs[-1].pk
        yield runs


@dataclass(frozen=True)
class _Moment:
    """
    How far the events of some units, and of the courses of those that are runs, are for one consumer.

    Attributes:
        courses: course by run, since much that is held of a run comes with its course.
        last: number of the last event, by unit.
        moving: units of which an event is not over for the consumer.
    """

    courses: Mapping[UUID, UUID]
    last: Mapping[str, int]
    moving: Collection[str]

    @classmethod
    def now(cls, row: OutboxConsumer, units: Sequence[UUID]) -> _Moment:
        """Return how far they are now."""
        courses = dict(CourseRun.everything.filter(uuid__in=units).values_list("uuid", "course__uuid"))
        codes = [str(unit) for unit in {*units, *courses.values()}]
        events = OutboxEvent.objects.filter(
            object_type__in=UnitKind.values, object_code__in=codes, kind__in=row.kinds
        ).order_by()
        # In the order in which an event goes, so that none slips through between two statements.
        last = dict(events.values_list("object_code").annotate(Max("sequence")))
        moving = set(events.filter(routed=False).values_list("object_code", flat=True))
        under_way = Delivery.objects.filter(consumer=row, object_code__in=codes, state__in=UNDER_WAY)
        moving.update(under_way.values_list("object_code", flat=True))
        return cls(courses, last, moving)

    def is_settled_since(self, before: _Moment, unit: UUID) -> bool:
        """Tell whether nothing of a unit was under way at an earlier moment, nor is now, nor came up between."""
        codes = {str(unit), *(str(moment.courses[unit]) for moment in (before, self) if unit in moment.courses)}
        return codes.isdisjoint({*before.moving, *self.moving}) and all(
            before.last.get(code) == self.last.get(code) for code in codes
        )


def _note(row: OutboxConsumer, settled: Sequence[_Unit], holdings: Mapping[UUID, Holding], asked_at: datetime) -> None:
    units = [unit.uuid for unit in settled]
    known = {check.unit_uuid: check for check in DriftCheck.objects.filter(consumer=row, unit_uuid__in=units)}
    made: list[DriftCheck] = []
    for unit in settled:
        check = known.get(unit.uuid)
        if check is None:
            check = DriftCheck(consumer=row, unit_kind=unit.kind, unit_uuid=unit.uuid)
            made.append(check)
        check.unit_key = unit.key
        check.verified_at = asked_at
        check.differences = holdings[unit.uuid].differences()
        check.error = ""
    # Of two checks at once, one makes the rows; both found the same but for a moment.
    DriftCheck.objects.bulk_create(made, ignore_conflicts=True)
    DriftCheck.objects.bulk_update(known.values(), ["unit_key", "verified_at", "differences", "error"])
