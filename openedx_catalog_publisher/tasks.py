"""Celery tasks of the plugin; the platform finds them by the name of this module. Others start them by name."""

from __future__ import annotations

import uuid

from celery import shared_task

from openedx_catalog_publisher.importers.jobs import run_job


@shared_task(name="openedx_catalog_publisher.run_import", ignore_result=True)
def run_import(job: str) -> None:
    """
    Carry out an import that was handed in.

    Arguments:
        job: uuid of the job. Handing over the same twice carries it out once.
    """
    run_job(uuid.UUID(job))
