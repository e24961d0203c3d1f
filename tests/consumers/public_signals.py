"""Events that have public signals, and what listens to these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from openedx_catalog_publisher import events
from openedx_catalog_publisher.api import Selection, remove, unpublish
from openedx_catalog_publisher.models import EventKind, OutboxEvent
from tests.factories import SYSTEM, make_course, make_organization, publish_now

PATH = "openedx_catalog_publisher.consumers.openedx_events.OpenedxEvents"

ALL = tuple(getattr(events, name) for name in sorted(vars(events)) if name.startswith("CATALOG_"))


def live_and_back() -> Sequence[OutboxEvent]:
    """Let a course with a run go live, be taken back and be removed, and return the events that are public."""
    made = make_course(make_organization("AcmeX"), number="N1")
    course = Selection.of(courses=[made.course.uuid], all_runs=True)
    publish_now(course)
    unpublish(SYSTEM, course, reason="tests")
    remove(SYSTEM, courses=[made.course.uuid], reason="tests")
    return list(OutboxEvent.objects.exclude(kind=EventKind.EDITOR_ADDED).order_by("pk"))


def events_of_one_run() -> Sequence[OutboxEvent]:
    """Return the public events of a run that went live and was taken back and removed."""
    return [event for event in live_and_back() if event.object_type == "course_run"]


@contextmanager
def listening(receiver: Callable[..., None]) -> Iterator[None]:
    """Let a receiver hear all public signals of ours."""
    for signal in ALL:
        signal.connect(receiver, weak=False)
    try:
        yield
    finally:
        for signal in ALL:
            signal.disconnect(receiver)


def carried(arguments: dict[str, Any]) -> Any:
    """Return what a signal carried, of the arguments of a receiver."""
    (data,) = (arguments[name] for name in ("catalog_course", "course_run", "review") if name in arguments)
    return data
