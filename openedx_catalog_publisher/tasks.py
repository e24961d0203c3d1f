"""Celery tasks of the plugin; the platform finds them by the name of this module. Others start them by name."""

from __future__ import annotations

import uuid

from celery import shared_task

from openedx_catalog_publisher.importers.jobs import run_job
from openedx_catalog_publisher.inbound import worker
from openedx_catalog_publisher.ledger.seal import seal_along_the_way
from openedx_catalog_publisher.outbox.relay import relay
from openedx_catalog_publisher.rest.discovery.bulk_rows import run_task
from openedx_catalog_publisher.review import schedule


@shared_task(name="openedx_catalog_publisher.run_import", ignore_result=True)
def run_import(job: str) -> None:
    """
    Carry out an import that was handed in.

    Arguments:
        job: uuid of the job. Handing over the same twice carries it out once.
    """
    run_job(uuid.UUID(job))


@shared_task(name="openedx_catalog_publisher.relay_outbox", ignore_result=True)
def relay_outbox() -> None:
    """Hand recorded events to the consumers that can run in this service, and seal the log where that is due."""
    relay()
    seal_along_the_way()


@shared_task(name="openedx_catalog_publisher.process_inbox", ignore_result=True)
def process_inbox() -> None:
    """Act on what receivers noted in the inbox. Handing over the same twice acts once."""
    worker.process_inbox()


@shared_task(name="openedx_catalog_publisher.publish_due", ignore_result=True)
def publish_due() -> None:
    """Let approved course runs go live whose go-live date is over. Any number of these may run at once."""
    schedule.publish_due()


@shared_task(name="openedx_catalog_publisher.run_bulk_task", ignore_result=True)
def run_bulk_task(task: str) -> None:
    """
    Carry out a bulk task that was handed in through Discovery's door.

    Arguments:
        task: uuid of the task. Handing over the same twice carries it out once.
    """
    run_task(uuid.UUID(task))
