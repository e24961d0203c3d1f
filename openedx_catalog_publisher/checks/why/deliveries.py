"""What is known of units at the peers of consumers: from events, deliveries and the last check for drift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, QuerySet

from openedx_catalog_publisher.checks.why.answer import ADMINISTRATORS, OPERATORS, RELAY, Doing, Reason, Step, Verdict
from openedx_catalog_publisher.checks.why.facts import Facts
from openedx_catalog_publisher.models import (
    CourseRun,
    Delivery,
    DriftCheck,
    EventKind,
    OutboxConsumer,
    OutboxEvent,
    UnitKind,
    UnitRoot,
)
from openedx_catalog_publisher.outbox.backlog import UNDER_WAY
from openedx_catalog_publisher.outbox.consumers import (
    STUDIO,
    Consumer,
    NoEffect,
    Selective,
    configured,
    with_members,
)
from openedx_catalog_publisher.outbox.routing import bounds

LIFE = frozenset({EventKind.PUBLISHED, EventKind.UNPUBLISHED, EventKind.REMOVED})
"""The events that say whether a unit is to be seen."""

State = CourseRun.StudioState


@dataclass(frozen=True)
class _Last:
    """The last event that a consumer is told of a unit, and how far it is."""

    event: OutboxEvent
    delivery: Delivery | None
    shown: bool


class Peers:
    """
    What consumers' peers know of a course and its runs; read at once.

    Arguments:
        facts: how the units stand.
        internals: whether what stands in the outbox is told in full, with errors.
    """

    def __init__(self, facts: Facts, *, internals: bool) -> None:
        self._facts = facts
        self._internals = internals
        self._codes = [str(each.uuid) for each in (facts.course, *facts.runs)]
        self.rows: dict[str, OutboxConsumer] = {
            row.name: row for row in OutboxConsumer.objects.select_related("webhook").order_by("pk")
        }
        self.here: dict[str, Consumer] = {each.name: each for each in with_members(configured())}
        self._events = self._last_events()
        self._deliveries = {
            (row.consumer_id, row.event_id): row
            for row in Delivery.objects.filter(event__in=[event.pk for event in self._events])
        }
        # With the consumers, since these come first in the index of whose turn it is.
        consumers = [row.pk for row in self.rows.values()]
        of_units = Delivery.objects.filter(
            consumer__in=consumers, object_type__in=UnitKind.values, object_code__in=self._codes
        )
        self._shown = _shown_before(of_units)
        self._first_under_way: dict[tuple[int, str], Delivery] = {}
        for row in of_units.filter(state__in=UNDER_WAY).order_by("sequence"):
            self._first_under_way.setdefault((row.consumer_id, row.object_code), row)
        self._drift = {
            (check.consumer_id, check.unit_uuid): check
            for check in DriftCheck.objects.filter(consumer__in=consumers, unit_uuid__in=self._codes)
        }
        self._without: dict[str, Mapping[UUID, NoEffect]] = {}

    def _last_events(self) -> list[OutboxEvent]:
        """Return the last event of each kind of each unit, the last first."""
        of_units = OutboxEvent.objects.filter(object_type__in=UnitKind.values, object_code__in=self._codes)
        later = of_units.filter(
            object_type=OuterRef("object_type"),
            object_code=OuterRef("object_code"),
            kind=OuterRef("kind"),
            sequence__gt=OuterRef("sequence"),
        )
        return list(of_units.filter(~Exists(later)).order_by("-sequence"))

    def verdict(self, name: str, unit: UnitRoot) -> Verdict:
        """Return what is known of a unit at the peer of a consumer."""
        row = self.rows.get(name)
        if row is None:
            return self._not_configured(name, unit)
        kinds = set(row.kinds) if name == STUDIO else set(row.kinds) & LIFE
        last = self._last(row, unit, kinds)
        reasons: list[Reason] = []
        steps: list[Step] = []
        if last is None:
            reasons.append(Reason(unit.key, "nothing_to_tell", "Nothing happened that is told there."))
            return Verdict(False, reasons, steps)
        passed = self._no_effect(row, last.event)
        if passed is not None:
            return Verdict(False, [Reason(unit.key, passed.code, passed.message)])
        visible = self._of_delivery(row, unit, last, reasons, steps)
        visible = self._of_drift(row, unit, last, visible, reasons, steps)
        return Verdict(visible, reasons, steps)

    def studio(self, run: CourseRun) -> Verdict:
        """Return what is known of a run in Studio, which the run says itself, with how far its last event is."""
        found = self.verdict(STUDIO, run)
        state, told = State(run.studio_state), STUDIO_SENTENCES[State(run.studio_state)]
        unserved = found.reasons[0].code in ("not_configured", "not_relayed", "elsewhere")
        if state is State.NONE and unserved:
            return found
        if run.studio_error:
            told = f"{told} {run.studio_error}"
        # Drift was looked for after what the run says.
        gone = any(reason.code == "gone" for reason in found.reasons)
        visible = False if gone else run.in_studio
        own = Reason(run.key, STUDIO_CODES[state], told)
        return Verdict(visible, [own, *(each for each in found.reasons if each.code != "nothing_to_tell")], found.steps)

    def _not_configured(self, name: str, unit: UnitRoot) -> Verdict:
        if name in self.here:
            told = "No relay served this place yet."
            run = Step(unit.key, OPERATORS, "Let the relay run.", command="relay_outbox")
            return Verdict(None, [Reason(unit.key, "not_relayed", told)], [run])
        told = f"Nothing of the catalog is brought here: the consumer {name} is not switched on."
        step = Step(unit.key, OPERATORS, f"Name the consumer {name} in CATALOG_PUBLISHER_CONSUMERS.")
        return Verdict(None, [Reason(unit.key, "not_configured", told)], [step])

    def _last(self, row: OutboxConsumer, unit: UnitRoot, kinds: Iterable[str]) -> _Last | None:
        wanted = set(map(str, kinds))
        code = str(unit.uuid)
        event = next((each for each in self._events if each.object_code == code and each.kind in wanted), None)
        if event is None:
            return None
        shown = (row.pk, code) in self._shown
        return _Last(event, self._deliveries.get((row.pk, event.pk)), shown)

    def _no_effect(self, row: OutboxConsumer, event: OutboxEvent) -> NoEffect | None:
        consumer = self.here.get(row.name)
        if not isinstance(consumer, Selective):
            return None
        if row.name not in self._without:
            self._without[row.name] = consumer.without_effect([each for each in self._events if each.kind in row.kinds])
        return self._without[row.name].get(event.uuid)

    def _of_delivery(
        self, row: OutboxConsumer, unit: UnitRoot, last: _Last, reasons: list[Reason], steps: list[Step]
    ) -> bool | None:
        """Add what the last event's delivery tells, and return whether the unit is visible as far as that says."""
        event, delivery, key = last.event, last.delivery, unit.key
        if delivery is None:
            return self._undelivered(row, key, last, reasons, steps)
        if delivery.state == Delivery.State.DONE:
            if event.kind in (EventKind.UNPUBLISHED, EventKind.REMOVED):
                told = f"Told on {_day(delivery.done_at)} that it is {EventKind(event.kind).label}."
                reasons.append(Reason(key, f"told_{event.kind}", told, delivery.done_at))
                return False
            if delivery.outcome == Delivery.Outcome.UNCONFIRMED:
                told = "Sent; whether it arrived cannot be asked."
                reasons.append(Reason(key, "unconfirmed", told, delivery.done_at))
                return None
            reasons.append(Reason(key, "delivered", "The last change was delivered.", delivery.done_at))
            return True
        if last.shown:
            reasons.append(Reason(key, "outdated", "An earlier publication was delivered; the last one was not yet."))
        if delivery.state == Delivery.State.DEAD:
            told = f"Given up after {delivery.attempts} attempts.{self._error(delivery)}"
            reasons.append(Reason(key, "given_up", told, event.occurred_at))
            told = "Mend the cause, and let it be delivered once more."
            steps.append(Step(key, ADMINISTRATORS, told, Doing.REPLAY, command=f"outbox replay {event.uuid}"))
        else:
            # Later events of a unit wait for earlier ones.
            first = self._first_under_way.get((row.pk, delivery.object_code), delivery)
            self._under_way(row, key, first, reasons, steps)
        # An attempt that failed may have had its effect.
        return True if last.shown else False if delivery.attempts == 0 else None

    def _under_way(
        self, row: OutboxConsumer, key: str, delivery: Delivery, reasons: list[Reason], steps: list[Step]
    ) -> None:
        resting = row.resting_until
        if resting is not None and resting > self._facts.now:
            told = f"Out of reach; tried again on {resting.isoformat()}.{self._error(delivery)}"
            reasons.append(Reason(key, "resting", told))
            steps.append(Step(key, RELAY, "Try again.", Doing.RETRY, command="relay_outbox", at=resting))
        elif delivery.state == Delivery.State.LEASED:
            reasons.append(Reason(key, "being_delivered", "It is being delivered."))
            steps.append(Step(key, RELAY, "Deliver it.", command="relay_outbox"))
        elif delivery.last_error:
            told = f"The last of {delivery.attempts} attempts failed.{self._error(delivery)}"
            reasons.append(Reason(key, "failing", told))
            told = "Try again at its time, or at once when told so."
            steps.append(Step(key, RELAY, told, Doing.RETRY, command="relay_outbox", at=delivery.due))
        else:
            reasons.append(Reason(key, "waiting", "It waits to be delivered."))
            steps.append(Step(key, RELAY, "Deliver it.", command="relay_outbox", at=delivery.due))

    def _undelivered(
        self, row: OutboxConsumer, key: str, last: _Last, reasons: list[Reason], steps: list[Step]
    ) -> bool | None:
        event = last.event
        since = bounds(row).get(event.kind)
        if not event.routed:
            reasons.append(Reason(key, "not_relayed", "No relay has seen the last change yet.", event.occurred_at))
            steps.append(Step(key, RELAY, "Deliver it.", command="relay_outbox"))
            return last.shown
        if (
            row.pruned_until is not None
            and event.occurred_at < row.pruned_until
            and (since is None or event.occurred_at >= since)
        ):
            reasons.append(Reason(key, "delivered", "The last change was delivered; the record of it is pruned."))
            return event.kind not in (EventKind.UNPUBLISHED, EventKind.REMOVED)
        told = "The last change is older than the consumer, and was not delivered to it."
        reasons.append(Reason(key, "before_consumer", told, event.occurred_at))
        command = f"outbox catch_up --consumer {row.name} --since {event.occurred_at.isoformat()}"
        steps.append(Step(key, OPERATORS, "Let it be delivered, too.", command=command))
        return None

    def _of_drift(
        self,
        row: OutboxConsumer,
        unit: UnitRoot,
        last: _Last,
        visible: bool | None,
        reasons: list[Reason],
        steps: list[Step],
    ) -> bool | None:
        check = self._drift.get((row.pk, unit.uuid))
        done_at = None if last.delivery is None else last.delivery.done_at
        if check is None or (done_at is not None and check.verified_at < done_at):
            return visible
        if check.error:
            told = f"It could not be asked what it holds.{f' {check.error}' if self._internals else ''}"
            reasons.append(Reason(unit.key, "not_verified", told))
        if not check.differences:
            if visible is not False:
                told = f"Verified on {_day(check.verified_at)}: it holds what was published."
                reasons.append(Reason(unit.key, "verified", told, check.verified_at))
            return visible
        gone = all(each.get("held") is None for each in check.differences)
        names = ", ".join(str(each["field"]) for each in check.differences)
        told = "It is not there any more." if gone else f"It holds something else than was published: {names}."
        reasons.append(Reason(unit.key, "gone" if gone else "drift", told, check.verified_at))
        command = f"check_drift --repair {unit.key}"
        steps.append(Step(unit.key, OPERATORS, "Send it once more.", Doing.REPLAY, command=command))
        return False if gone else visible

    def _error(self, delivery: Delivery) -> str:
        return f" {delivery.last_error}" if self._internals and delivery.last_error else ""


def _shown_before(deliveries: QuerySet[Delivery]) -> frozenset[tuple[int, str]]:
    """Return the consumers, and codes of units, of which a publication was delivered, and no withdrawal since."""
    done = deliveries.filter(state=Delivery.State.DONE, event__kind__in=LIFE).order_by()
    last: dict[tuple[int, str], tuple[int, str]] = {}
    rows = done.values_list("consumer", "object_code", "event__kind").annotate(last=Max("sequence"))
    for consumer, code, kind, number in rows:
        last[consumer, code] = max(last.get((consumer, code), (0, "")), (number, kind))
    return frozenset(at for at, (_, kind) in last.items() if kind == EventKind.PUBLISHED)


STUDIO_CODES: Mapping[State, str] = {
    State.NONE: "not_in_studio",
    State.PENDING: "on_its_way",
    State.DONE: "in_studio",
    State.FAILED: "refused",
}
STUDIO_SENTENCES: Mapping[State, str] = {
    State.NONE: "It is not in Studio: an import brought it, it was deleted there, or nobody asked for it.",
    State.PENDING: "It is on its way to Studio.",
    State.DONE: "It is in Studio.",
    State.FAILED: "The last attempt to bring it to Studio failed.",
}


def _day(moment: datetime | None) -> str:
    return "" if moment is None else moment.date().isoformat()
