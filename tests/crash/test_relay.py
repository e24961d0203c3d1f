"""
A relay crashes before and after each of its statements, or is killed at a random moment while another goes on.

Afterwards every mail was sent, the mails about one run are in the order of its events, and one that was sent again
bears the Message-ID under which it was sent before.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from openedx_catalog_publisher.api import Selection, unpublish
from openedx_catalog_publisher.models import Delivery, EventKind, OutboxEvent, SentMail
from openedx_catalog_publisher.outbox import record
from openedx_catalog_publisher.outbox.relay import relay
from tests.crash.killing import kill_two_relays
from tests.crash.mail_folder import mail_settings, mails_in
from tests.crash.test_crash_points import Crash, Crashed, kill_this_connection
from tests.factories import SYSTEM, make_member, publish_now
from tests.outbox.recording import pass_time
from tests.races.catalog import Catalog, Item
from tests.races.points import observed
from tests.races.stage import Stage
from tests.races.table import CRASH

pytestmark = [pytest.mark.django_db, pytest.mark.mysql, pytest.mark.slow]

ROUNDS_PER_KILL = 10
RUNS_PER_KILL = 4


@pytest.fixture
def folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The mail server, and notifications as the only consumer; no command starts a relay when it is committed."""
    monkeypatch.setattr(record, "start_relay_on_commit", lambda: None)
    for name, value in mail_settings(str(tmp_path)).items():
        setattr(settings, name, value)
    return tmp_path


def team(catalog: Catalog) -> list[Any]:
    """Return two people who get mails of the courses."""
    people = [make_member(catalog.organization) for _ in range(2)]
    for person in people:
        person.email = f"{person.username}@example.org"
        person.save()
    return people


def go_live_twice(items: list[Item]) -> list[OutboxEvent]:
    """Let the runs of courses go live, be withdrawn, and go live again; return the events that mails are about."""
    runs = [run for item in items for run in item.runs]
    publish_now(Selection.of([item.course for item in items], runs))
    unpublish(SYSTEM, Selection.of(runs=runs), reason="tests")
    publish_now(Selection.of(runs=runs))
    return list(
        OutboxEvent.objects.filter(object_code__in=map(str, runs), kind=EventKind.PUBLISHED).order_by("sequence")
    )


def finish() -> None:
    """Let all leases be over, and relay what is left."""
    pass_time()
    SentMail.objects.filter(sent=None).update(started=timezone.now() - timedelta(hours=1))
    relay()


def message_id(event: OutboxEvent, person: Any) -> str:
    return f"<{uuid.uuid5(event.uuid, f'run_published:{person.pk}')}@example.org>"


def check_mails(sent: list[str], events: list[OutboxEvent], people: list[Any]) -> int:
    """Check that every mail was sent, and those about one run in order; return how many were sent again."""
    wanted = {message_id(event, person) for event in events for person in people}
    own = [mail for mail in sent if mail in wanted]
    assert set(own) == wanted
    assert not Delivery.objects.exclude(state=Delivery.State.DONE).exists()
    for person in people:
        for code in {event.object_code for event in events}:
            order = [own.index(message_id(event, person)) for event in events if event.object_code == code]
            assert order == sorted(order)
    return len(own) - len(wanted)


def points_of_a_relay(catalog: Catalog) -> list[str]:
    points: list[str] = []
    go_live_twice(catalog.make(1))
    with observed(points.append, lambda point: None, lambda: None):
        relay()
    return points


def crash_and_finish(how: Crash, where: str, *, after: bool) -> None:
    """Relay, crash at a point, and relay what is left as another process would."""

    def strike(point: str) -> None:
        if point != where:
            return
        if how is Crash.ERROR:
            raise Crashed(point)
        kill_this_connection()

    def ignore(point: str) -> None:
        pass

    try:
        with observed(ignore if after else strike, strike if after else ignore, lambda: None):
            relay()
    except DatabaseError:
        # What a consumer does is tried again by the relay itself; what the relay does ends it.
        pass
    finally:
        connection.close()
    finish()


def check_every_point(catalog: Catalog, folder: Path, how: Crash) -> tuple[int, int]:
    """Crash at every point, on courses of their own; return at how many, and how many mails came again."""
    people = team(catalog)
    relay()
    points = points_of_a_relay(catalog)
    doubled = 0
    for point in points:
        for after in (False, True):
            events = go_live_twice(catalog.make(1))
            crash_and_finish(how, point, after=after)
            doubled += check_mails(mails_in(folder), events, people)
    return 2 * len(points), doubled


@pytest.mark.parametrize("how", list(Crash), ids=lambda how: how.value)
def test_a_relay_that_crashes_at_any_point_loses_no_mail_and_no_order(
    how: Crash, catalog: Catalog, stage: Stage, folder: Path, record_property: Callable[[str, object], None]
) -> None:
    crashes, doubled = stage.direct(lambda: check_every_point(catalog, folder, how))

    words = f"{how.value} at each point; {doubled} mails sent again, under their Message-ID"
    record_property(CRASH, {"command": "relay_outbox", "how": words, "crashes": crashes})
    assert crashes >= 40
    # Only between handing a mail over and noting it, that is around one statement for each mail.
    assert doubled <= crashes // 4


def kill_relays(catalog: Catalog, folder: Path, people: list[Any], seed: int) -> int:
    """Let two relays run, kill one and then the other, and return how many mails came again."""
    events = go_live_twice(catalog.make(RUNS_PER_KILL))
    kill_two_relays(mail_settings(str(folder)), seed)
    finish()
    return check_mails(mails_in(folder), events, people)


def test_relays_that_are_killed_lose_no_mail_and_no_order(
    catalog: Catalog, stage: Stage, folder: Path, rounds: int, record_property: Callable[[str, object], None]
) -> None:
    kills = max(3, rounds // ROUNDS_PER_KILL)

    def play() -> int:
        people = team(catalog)
        relay()
        return sum(kill_relays(catalog, folder, people, seed) for seed in range(kills))

    doubled = stage.direct(play)

    words = f"two processes killed; {doubled} mails sent again, under their Message-ID"
    record_property(CRASH, {"command": "relay_outbox", "how": words, "crashes": 2 * kills})
    # One for each process at most: the mail that it was handing over.
    assert doubled <= 2 * kills
