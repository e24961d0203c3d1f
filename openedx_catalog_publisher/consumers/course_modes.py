"""Course modes of the LMS from the seats of published runs."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.consumers.units import (
    elsewhere,
    holdings,
    is_live,
    official_run,
    plain,
    platform_key,
    run_of,
)
from openedx_catalog_publisher.models import CourseRun, EventKind, OutboxEvent, Publication, Seat, Track
from openedx_catalog_publisher.models.derived.seat import upgrade_deadline
from openedx_catalog_publisher.outbox.consumers import Holding, NoEffect, Service
from openedx_catalog_publisher.platform import backends
from openedx_catalog_publisher.platform.course_modes import NO_DEADLINE, ModeRow
from openedx_catalog_publisher.platform.errors import Refused
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot

FREE_CURRENCY = "usd"
"""In which the LMS keeps modes that cost nothing and have no seat."""

PUBLICATIONS_LOOKED_BACK = 50


class CourseModes:
    """
    Brings the modes of a run in the LMS to what is official: one for each seat of a track of the run's type, and one
    without a price for each track that nothing sells (masters).

    What is official when the event is delivered counts, so that an event that comes late turns nothing back. Modes that
    the catalog never had, and those of runs that were taken back, are left alone: learners are enrolled in them. A mode
    that an earlier publication had and this one has not is closed and not deleted, for the same reason.
    """

    name = "course_modes"
    service = Service.LMS
    kinds: Collection[EventKind] = frozenset({EventKind.PUBLISHED})

    def deliver(self, event: OutboxEvent) -> None:
        """
        Write the modes that differ.

        Raises:
            CourseMissing: when the platform does not know the run yet.
            Refused: when the LMS does not accept a mode.
        """
        run, key = _run_in_platform(run_of(event))
        if run is None or key is None:
            return
        modes = backends.course_modes()
        held = _by_slug(modes.of_course(key))
        wanted = _by_slug(wanted_modes(run))
        rows = [
            row for name, row in wanted.items() if name not in held or _shown(row, held[name]) != _shown(held[name])
        ]
        rows += _closing(run, [row for name, row in held.items() if name not in wanted])
        if rows:
            modes.write(key, rows)

    def without_effect(self, events: Sequence[OutboxEvent]) -> Mapping[uuid.UUID, NoEffect]:
        """Return which events are of runs that the platform does not have."""
        return elsewhere(events)

    def held(self, records: Sequence[Publication]) -> Mapping[uuid.UUID, Holding]:
        """Return what the LMS holds of runs that are live."""
        return holdings(records, _holding)


def wanted_modes(run: CourseRun) -> list[ModeRow]:
    """
    Return the modes that a run is to have.

    Prices are whole units of their currency, cut off, since the LMS keeps no cents. Of several seats of one mode and
    currency, for several credit providers, the first counts.
    """
    if run.type is None:
        return []
    seats: dict[int, list[Seat]] = {}
    for seat in run.seats.all():
        seats.setdefault(seat.type_id, []).append(seat)
    rows: dict[tuple[str, str], ModeRow] = {}
    for track in run.type.tracks.select_related("mode").order_by("mode__slug", "pk"):
        of_track = [ModeRow(track.mode.slug, FREE_CURRENCY, track.mode.name, 0)]
        if track.seat_type_id is not None:
            of_track = [_mode(track, seat) for seat in seats.get(track.seat_type_id, ())]
        for row in of_track:
            rows.setdefault((row.slug, row.currency), row)
    return list(rows.values())


def _mode(track: Track, seat: Seat) -> ModeRow:
    return ModeRow(
        slug=track.mode.slug,
        currency=str(seat.currency_id).lower(),
        display_name=track.mode.name,
        min_price=int(seat.price),
        upgrade_deadline=None if track.mode.slug in NO_DEADLINE else upgrade_deadline(seat),
        sku=seat.sku,
        bulk_sku=seat.bulk_sku,
    )


def _run_in_platform(unit: uuid.UUID | None) -> tuple[CourseRun | None, CourseKey | None]:
    run = None if unit is None else official_run(unit)
    return (run, platform_key(run)) if run is not None and is_live(run) else (None, None)


def _by_slug(rows: Iterable[ModeRow]) -> dict[tuple[str, str], ModeRow]:
    return {(row.slug, row.currency): row for row in rows}


def _holding(unit: uuid.UUID) -> Holding | None:
    run, key = _run_in_platform(unit)
    if run is None or key is None:
        return None
    held = _by_slug(backends.course_modes().of_course(key))
    wanted = _by_slug(wanted_modes(run))
    return Holding(
        wanted={"/".join(name): _shown(row, held.get(name)) for name, row in wanted.items()},
        held={"/".join(name): _shown(row) for name, row in held.items()},
    )


def _shown(row: ModeRow, held: ModeRow | None = None) -> dict[str, Any]:
    """Return what is compared of a mode; what it does not say is taken from the one that is there."""
    return {
        "price": row.min_price,
        "deadline": plain(row.upgrade_deadline),
        "sku": row.sku or (held.sku if held else None),
        "bulk_sku": row.bulk_sku or (held.bulk_sku if held else None),
    }


def _closing(run: CourseRun, others: list[ModeRow]) -> list[ModeRow]:
    """Return those of the other modes that are to be closed: the catalog had them once, and they are open."""
    now = timezone.now()
    open_ones = [row for row in others if row.upgrade_deadline is None or row.upgrade_deadline > now]
    if not open_ones:
        return []
    sold = _sold_before(run)
    closing = []
    for row in open_ones:
        if (row.slug, row.currency) not in sold:
            continue
        if row.slug in NO_DEADLINE:
            raise Refused(
                f"{run.key} has the mode {row.slug} no more, and the LMS cannot close it. Delete it in the LMS's admin."
            )
        closing.append(ModeRow(row.slug, row.currency, row.display_name, row.min_price, upgrade_deadline=now))
    return closing


def _sold_before(run: CourseRun) -> set[tuple[str, str]]:
    """Return mode and currency of the seats that earlier publications of a run had."""
    records = Publication.objects.filter(unit_uuid=run.uuid, snapshot__isnull=False).select_related("snapshot")
    last = records.order_by("-number")[:PUBLICATIONS_LOOKED_BACK]
    contents = [UnitSnapshot.load(record.snapshot).content for record in last if record.snapshot]
    seats = {(seat["type"], seat["currency"].lower()) for content in contents for seat in content["seats"]}
    modes = Track.objects.filter(seat_type__slug__in={slug for slug, _ in seats})
    by_seat: dict[str, set[str]] = {}
    for seat_type, mode in modes.values_list("seat_type__slug", "mode__slug"):
        by_seat.setdefault(str(seat_type), set()).add(mode)
    return {(mode, currency) for seat_type, currency in seats for mode in by_seat.get(seat_type, ())}
