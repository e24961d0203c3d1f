"""The demo's Celery, which runs tasks where they are started; the relay alone runs in a process of its own."""

from __future__ import annotations

from typing import Any

from celery import Celery, Task
from celery.result import EagerResult
from celery.states import IGNORED
from celery.utils import uuid
from django.conf import settings

from openedx_catalog_publisher.outbox.start import TASK as RELAY


class DemoTask(Task):  # type: ignore[type-arg]
    """A task that runs where it is started, unless it is the relay, which looks by itself for what there is to do."""

    def apply_async(self, *args: Any, **options: Any) -> Any:
        """Run the task, or leave it to the process beside."""
        if self.name == RELAY and settings.RELAY_RUNS_BESIDE:
            return EagerResult(uuid(), None, IGNORED)
        return super().apply_async(*args, **options)


celery = Celery("demo", task_cls=DemoTask)
celery.config_from_object("django.conf:settings", namespace="CELERY")
