"""Which public signal an event of the outbox is, and what that carries."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher import data, events
from openedx_catalog_publisher.models import CourseRun, EventKind, OutboxEvent, UnitKind


class Message(NamedTuple):
    """
    A public signal with what it carries.

    Attributes:
        signal: an ``OpenEdxPublicSignal``.
        data: its arguments by name.
    """

    signal: Any
    data: Mapping[str, Any]


def message(event: OutboxEvent) -> Message:
    """
    Return the public signal that tells of an event.

    Raises:
        KeyError: when no public signal tells of such an event.
    """
    signal, write = SIGNALS[event.object_type, event.kind]
    (name,) = signal.init_data
    return Message(signal, {name: write(event)})


def is_public(event: OutboxEvent) -> bool:
    """Tell whether there is a public signal for an event."""
    return (event.object_type, event.kind) in SIGNALS


def _course_published(event: OutboxEvent) -> data.CatalogCoursePublishedData:
    return data.CatalogCoursePublishedData(**_head(event), **_course(event), **_publication(event), **_content(event))


def _course_withdrawn(event: OutboxEvent) -> data.CatalogCourseWithdrawnData:
    return data.CatalogCourseWithdrawnData(**_head(event), **_course(event), **_publication(event))


def _run_published(event: OutboxEvent) -> data.CatalogRunPublishedData:
    return data.CatalogRunPublishedData(**_head(event), **_run(event), **_publication(event), **_content(event))


def _run_withdrawn(event: OutboxEvent) -> data.CatalogRunWithdrawnData:
    return data.CatalogRunWithdrawnData(**_head(event), **_run(event), **_publication(event))


def _draft_run(event: OutboxEvent) -> data.CatalogDraftRunData:
    return data.CatalogDraftRunData(**_head(event), **_run(event))


def _review(event: OutboxEvent) -> data.CatalogReviewStateData:
    payload = event.payload
    said: dict[str, Any] = {name: payload.get(name) or None for name in ("step", "decision", "reason")}
    return data.CatalogReviewStateData(
        **_head(event),
        review_uuid=uuid.UUID(payload["review"]),
        unit_kind=event.object_type,
        unit_uuid=uuid.UUID(event.object_code),
        unit_key=event.object_key,
        change=CHANGES[EventKind(event.kind)],
        status=payload["status"],
        previous_status=payload["previous_status"],
        **said,
    )


def _head(event: OutboxEvent) -> dict[str, Any]:
    return {"event_uuid": event.uuid, "sequence": event.sequence, "occurred_at": event.occurred_at}


def _course(event: OutboxEvent) -> dict[str, Any]:
    return {"course_uuid": uuid.UUID(event.object_code), "catalog_course_key": event.object_key}


def _run(event: OutboxEvent) -> dict[str, Any]:
    draft = CourseRun.drafts.filter(uuid=event.object_code)
    return {
        "run_uuid": uuid.UUID(event.object_code),
        "course_key": CourseKey.from_string(event.object_key),
        "course_uuid": draft.values_list("course__uuid", flat=True).first(),
    }


def _publication(event: OutboxEvent) -> dict[str, Any]:
    return {"publication": event.payload["publication"], "release_uuid": uuid.UUID(event.payload["release"])}


def _content(event: OutboxEvent) -> dict[str, Any]:
    return {"content_digest": event.payload["content_digest"], "changed": list(event.payload["changed"])}


CHANGES: Mapping[EventKind, str] = {
    EventKind.REVIEW_OPENED: "opened",
    EventKind.REVIEW_DECIDED: "decided",
    EventKind.REVIEW_CLOSED: "closed",
}

SIGNALS: Mapping[tuple[str, str], tuple[Any, Callable[[OutboxEvent], Any]]] = {
    (UnitKind.COURSE, EventKind.PUBLISHED): (events.CATALOG_COURSE_PUBLISHED, _course_published),
    (UnitKind.COURSE, EventKind.UNPUBLISHED): (events.CATALOG_COURSE_UNPUBLISHED, _course_withdrawn),
    (UnitKind.COURSE, EventKind.REMOVED): (events.CATALOG_COURSE_REMOVED, _course_withdrawn),
    (UnitKind.COURSE_RUN, EventKind.PUBLISHED): (events.CATALOG_RUN_PUBLISHED, _run_published),
    (UnitKind.COURSE_RUN, EventKind.UNPUBLISHED): (events.CATALOG_RUN_UNPUBLISHED, _run_withdrawn),
    (UnitKind.COURSE_RUN, EventKind.REMOVED): (events.CATALOG_RUN_REMOVED, _run_withdrawn),
    (UnitKind.COURSE_RUN, EventKind.DRAFT_RUN_CREATED): (events.CATALOG_DRAFT_RUN_CREATED, _draft_run),
    **{(unit, kind): (events.CATALOG_REVIEW_STATE_CHANGED, _review) for unit in UnitKind for kind in CHANGES},
}
