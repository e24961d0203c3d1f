"""The outbox: what is to be delivered, what was, and what was given up. For those who manage it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.models import Delivery, EventKind, OutboxConsumer
from openedx_catalog_publisher.outbox.backlog import backlog, figures
from openedx_catalog_publisher.outbox.repairs import Choice, chosen, replay, retry
from openedx_catalog_publisher.rest.filters import (
    MOST_NAMES,
    MomentFilter,
    UUIDsFilter,
    narrowed,
    parameters_of,
    utc_or_none,
)
from openedx_catalog_publisher.rest.idempotency import idempotent
from openedx_catalog_publisher.rest.named import uuid_or_none
from openedx_catalog_publisher.rest.openapi import IDEMPOTENCY_KEY, PAGES, operation, page_of
from openedx_catalog_publisher.rest.paging import NumberedPages
from openedx_catalog_publisher.rest.units import body_of
from openedx_catalog_publisher.rest.webhooks import OutboxViewSet

REPLAY_UNIT = OpenApiExample(
    "All that one consumer was told of a course in November",
    request_only=True,
    value={
        "unit": "AcmeX+DS101",
        "since": "2026-11-01T00:00:00Z",
        "until": "2026-12-01T00:00:00Z",
        "consumer": "notifications",
    },
)
REPLAY_DEAD = OpenApiExample(
    "What was given up since a time", request_only=True, value={"since": "2026-11-01T00:00:00Z", "dead": True}
)
RETRY = OpenApiExample("All that failed", request_only=True, value={})


class DeliveryOutput(serializers.Serializer[Any]):
    """The delivery of one event to one consumer."""

    id = serializers.IntegerField()
    consumer = serializers.CharField()
    event = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=EventKind.choices)
    object_type = serializers.CharField()
    object_code = serializers.CharField(help_text="UUID of a unit; else what the object is known by.")
    object_key = serializers.CharField()
    sequence = serializers.IntegerField(help_text="Number among the object's events.")
    occurred_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=Delivery.State.choices)
    due = serializers.DateTimeField(allow_null=True, help_text="When it is tried next; null where it is over.")
    attempts = serializers.IntegerField()
    last_error = serializers.CharField()
    done_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.ChoiceField(
        choices=[("", ""), *Delivery.Outcome.choices],
        help_text="Of what is done: unconfirmed where the consumer could not ask whether it arrived, else empty.",
    )


class ConsumerOutput(serializers.Serializer[Any]):
    """How far the deliveries to one consumer are."""

    name = serializers.CharField()
    service = serializers.CharField(help_text="Where it can run: lms, cms, or either.")
    waiting = serializers.IntegerField()
    leased = serializers.IntegerField(help_text="What is being delivered.")
    dead = serializers.IntegerField(help_text="What was given up.")
    done = serializers.IntegerField(help_text="What is done, and was not pruned.")
    unconfirmed = serializers.IntegerField(help_text="What of it could not be asked whether it arrived.")
    oldest = serializers.DateTimeField(allow_null=True, help_text="Time of the oldest event that waits.")
    resting_until = serializers.DateTimeField(
        allow_null=True, help_text="Its peer is out of reach, and is tried again then."
    )


class OutboxStatusOutput(serializers.Serializer[Any]):
    """How the outbox stands."""

    unrouted = serializers.IntegerField(help_text="Events that no relay has seen.")
    waiting = serializers.IntegerField(help_text="Deliveries that wait or are being made.")
    failing = serializers.IntegerField(help_text="Those of them that failed at least once.")
    dead = serializers.IntegerField(help_text="Deliveries that were given up.")
    unconfirmed = serializers.IntegerField(
        help_text="Deliveries of the last day that were sent, and could not be asked whether they arrived."
    )
    resting = serializers.IntegerField(help_text="Consumers whose peers are out of reach.")
    lag_seconds = serializers.IntegerField(help_text="Age of the oldest event that waits.")
    consumers = ConsumerOutput(many=True)


class ReplayInput(serializers.Serializer[Any]):
    """Which deliveries are made again: at least one of events, unit, since, until, or dead."""

    events = serializers.ListField(child=serializers.UUIDField(), required=False, help_text="Of these events.")
    unit = serializers.CharField(required=False, help_text="Of this unit, by key or UUID.")
    since = serializers.DateTimeField(required=False, help_text="Of events from this time on.")
    until = serializers.DateTimeField(required=False, help_text="Of events before this time.")
    consumer = serializers.CharField(required=False, help_text="To this consumer alone.")
    dead = serializers.BooleanField(required=False, help_text="true: only what was given up.")


class RetryInput(serializers.Serializer[Any]):
    """What is tried again at once."""

    consumer = serializers.CharField(required=False, help_text="Of this consumer alone.")


class RepairOutput(serializers.Serializer[Any]):
    """How much is to be made again."""

    deliveries = serializers.IntegerField()


class DeliveryFilter(django_filters.FilterSet):
    """Filters of deliveries."""

    state = django_filters.ChoiceFilter(choices=Delivery.State.choices, label="How far they are.")
    consumer = django_filters.CharFilter(field_name="consumer__name", label="Name of the consumer.")
    event = UUIDsFilter(method="by_event", label="UUIDs of events, separated by commas.")
    kind = django_filters.ChoiceFilter(choices=EventKind.choices, field_name="event__kind", label="Kind of the events.")
    unit = django_filters.CharFilter(method="by_unit", label="Key or UUID of a unit.")
    since = MomentFilter(method="by_since", label="Of events from this time on.")
    until = MomentFilter(method="by_until", label="Of events before this time.")

    def by_event(self, rows: QuerySet[Any], name: str, uuids: Sequence[uuid.UUID]) -> QuerySet[Any]:
        """Narrow to events."""
        return rows.filter(event__uuid__in=uuids) if uuids else rows

    def by_unit(self, rows: QuerySet[Any], name: str, unit: str) -> QuerySet[Any]:
        """Narrow to one unit."""
        return rows.filter(pk__in=chosen(Choice(unit=unit)).order_by().values("pk"))

    def by_since(self, rows: QuerySet[Any], name: str, moment: datetime) -> QuerySet[Any]:
        """Narrow to what happened from a time on."""
        return rows.filter(event__occurred_at__gte=moment)

    def by_until(self, rows: QuerySet[Any], name: str, moment: datetime) -> QuerySet[Any]:
        """Narrow to what happened before a time."""
        return rows.filter(event__occurred_at__lt=moment)


class DeliveryViewSet(OutboxViewSet):
    """Deliveries of events to consumers."""

    @operation(
        page_of(DeliveryOutput, "Delivery"),
        errors=(400, 403, 404),
        parameters=(*parameters_of(DeliveryFilter), *PAGES),
    )
    def list(self, request: Request) -> Response:
        """List deliveries, the last made first."""
        self._require()
        pages = NumberedPages()
        rows = Delivery.objects.select_related("event", "consumer").order_by("-pk")
        page = pages.paginate_queryset(narrowed(DeliveryFilter, request, rows), request) or []
        response: Response = pages.get_paginated_response([_data(row) for row in page])
        return response

    @operation(OutboxStatusOutput, errors=(403, 404))
    @action(detail=False, methods=["get"])
    def status(self, request: Request) -> Response:
        """Show how the outbox stands, and how far each consumer is."""
        self._require()
        return Response(asdict(figures()) | {"consumers": [asdict(each) for each in backlog()]})

    @operation(RepairOutput, request=ReplayInput, parameters=(IDEMPOTENCY_KEY,), examples=(REPLAY_UNIT, REPLAY_DEAD))
    @action(detail=False, methods=["post"])
    @idempotent
    def replay(self, request: Request) -> Response:
        """Let deliveries that are done, or were given up, be made once more."""
        self._require()
        return Response({"deliveries": replay(chosen(_choice(body_of(request.data))))})

    @operation(RepairOutput, request=RetryInput, parameters=(IDEMPOTENCY_KEY,), examples=(RETRY,))
    @action(detail=False, methods=["post"])
    @idempotent
    def retry(self, request: Request) -> Response:
        """Let all that failed be tried again at once, also what was given up; consumers that rest are woken."""
        self._require()
        body = body_of(request.data)
        errors = _unknown(body, RetryInput)
        consumer = _consumer(body, errors)
        if errors:
            raise InvalidInput(errors)
        return Response({"deliveries": retry(consumer)})


def _choice(body: Mapping[str, Any]) -> Choice:
    """
    Return which deliveries are meant.

    Raises:
        InvalidInput: naming every faulty field.
    """
    errors = _unknown(body, ReplayInput)
    events = body.get("events", [])
    uuids = [uuid_or_none(each) for each in events if isinstance(each, str)] if isinstance(events, list) else []
    if not isinstance(events, list) or len(uuids) != len(events) or None in uuids or len(uuids) > MOST_NAMES:
        errors["events"] = [f"Give a list of at most {MOST_NAMES} UUIDs."]
    unit = body.get("unit", "")
    if not isinstance(unit, str) or ("unit" in body and not unit.strip()):
        errors["unit"] = ["Give the key or the UUID of a unit."]
    since, until = _moment(body, "since", errors), _moment(body, "until", errors)
    dead = body.get("dead", False)
    if not isinstance(dead, bool):
        errors["dead"] = ["Give true or false."]
    consumer = _consumer(body, errors)
    if not (errors or uuids or unit or since or until or dead):
        errors["non_field_errors"] = ["Name events, a unit, or a time by since or until; or dead for all given up."]
    if errors:
        raise InvalidInput(errors)
    return Choice(
        events=[each for each in uuids if each is not None],
        unit=unit.strip(),
        since=since,
        until=until,
        consumer=consumer,
        states=[Delivery.State.DEAD] if dead else [],
    )


def _consumer(body: Mapping[str, Any], errors: dict[str, list[str]]) -> str:
    name = body.get("consumer", "")
    if "consumer" not in body:
        return ""
    if not isinstance(name, str) or not OutboxConsumer.objects.filter(name=name).exists():
        errors["consumer"] = [f"There is no consumer {name}."]
        return ""
    return name


def _moment(body: Mapping[str, Any], name: str, errors: dict[str, list[str]]) -> datetime | None:
    if name not in body:
        return None
    text = body[name]
    try:
        moment = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        # It looks like a time, and is none: the 31st of February.
        moment = None
    if moment is None or moment.tzinfo is None or utc_or_none(moment) is None:
        errors[name] = ["Give a time with its time zone, such as 2026-11-30T08:00:00Z."]
        return None
    return moment


def _unknown(body: Mapping[str, Any], described: type[serializers.Serializer[Any]]) -> dict[str, list[str]]:
    return {name: ["There is no such field."] for name in body.keys() - described._declared_fields.keys()}


def _data(row: Delivery) -> dict[str, Any]:
    event = row.event
    return {
        "id": row.pk,
        "consumer": row.consumer.name,
        "event": event.uuid,
        "kind": event.kind,
        "object_type": event.object_type,
        "object_code": event.object_code,
        "object_key": event.object_key,
        "sequence": event.sequence,
        "occurred_at": event.occurred_at,
        "state": row.state,
        "due": row.due,
        "attempts": row.attempts,
        "last_error": row.last_error,
        "done_at": row.done_at,
        "outcome": row.outcome,
    }
