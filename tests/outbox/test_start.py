"""The relay is started when a command is committed, once, and nothing that goes wrong with it is the command's."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from openedx_catalog_publisher.api import Selection
from openedx_catalog_publisher.models import Delivery, Seal
from openedx_catalog_publisher.outbox.start import start_relay, start_relay_on_commit
from openedx_catalog_publisher.tasks import relay_outbox
from tests.factories import make_course, publish_now
from tests.outbox.recording import Recording

pytestmark = pytest.mark.django_db


def test_commands_start_the_relay_once_when_they_are_committed(
    recording: type[Recording], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        course = make_course(runs=3).course
        publish_now(Selection.of([course.uuid], all_runs=True))

    assert callbacks == [start_relay]
    assert recording.handed == []
    start_relay()
    assert len(recording.handed) == 4
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}


def test_a_rolled_back_part_takes_its_start_with_it_and_no_other(
    recording: type[Recording], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        with transaction.atomic():
            start_relay_on_commit()
            transaction.set_rollback(True)
        start_relay_on_commit()
        start_relay_on_commit()

    assert callbacks == [start_relay]


def test_without_a_consumer_no_task_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a task was started")

    monkeypatch.setattr(type(current_app.tasks[relay_outbox.name]), "apply_async", refuse)
    start_relay()


def test_a_queue_that_cannot_be_reached_is_logged_and_fails_nothing(
    recording: type[Recording], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreachable(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("Connection refused")

    monkeypatch.setattr(type(current_app.tasks[relay_outbox.name]), "apply_async", unreachable)

    with caplog.at_level(logging.WARNING):
        start_relay()

    assert caplog.messages == [
        "The relay was not started: Connection refused. The next run of manage.py relay_outbox catches up."
    ]


def test_whatever_else_fails_after_the_commit_is_logged_by_django_and_not_raised() -> None:
    make_course()

    hooks = [hook for hook in connection.run_on_commit if hook[1] is start_relay]

    assert [is_robust for _, _, is_robust in hooks] == [True]


def test_the_task_seals_the_log_a_quarter_of_an_hour_apart(recording: type[Recording]) -> None:
    make_course()
    relay_outbox.delay()
    make_course()
    relay_outbox.delay()
    assert Seal.objects.count() == 1
