"""Starting the relay when events were committed."""

from __future__ import annotations

import logging

from celery import signature
from django.db import transaction
from kombu.exceptions import OperationalError

from openedx_catalog_publisher.settings import conf

logger = logging.getLogger(__name__)

TASK = "openedx_catalog_publisher.relay_outbox"
"""Started by its name: what it does stands in layers above."""


def start_relay_on_commit() -> None:
    """
    Start the relay in a worker when this transaction is committed; once for any number of events.

    Nothing that goes wrong then is the command's: it is logged, and the next run of ``manage.py relay_outbox`` catches
    up.
    """
    if not any(hook[1] is start_relay for hook in transaction.get_connection().run_on_commit):
        transaction.on_commit(start_relay, robust=True)


def start_relay() -> None:
    """Start the relay in a worker, where there is a consumer."""
    if not conf.consumers():
        return
    try:
        signature(TASK).apply_async(retry=False, ignore_result=True)
    except OperationalError as error:
        logger.warning("The relay was not started: %s. The next run of manage.py relay_outbox catches up.", error)
