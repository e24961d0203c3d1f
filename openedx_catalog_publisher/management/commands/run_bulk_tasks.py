"""``manage.py run_bulk_tasks``: carry out files of rows that wait, or whose worker died."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone

from openedx_catalog_publisher.management.catalog_command import CatalogCommand
from openedx_catalog_publisher.models import BulkTask
from openedx_catalog_publisher.rest.discovery.bulk_rows import run_task


class Command(CatalogCommand):
    """Carries out bulk tasks that no worker was told of, and goes on with those whose worker died."""

    help = "Carry out bulk tasks of Discovery's door that wait, or whose worker died. May be run by the clock."

    def run(self, options: dict[str, Any]) -> None:
        """Run the command."""
        lost = Q(status=BulkTask.Status.PROCESSING, modified__lt=timezone.now() - BulkTask.LEASE)
        waiting = BulkTask.objects.filter(Q(status=BulkTask.Status.PENDING) | lost).order_by("pk")
        for task_id in waiting.values_list("task_id", flat=True):
            run_task(task_id)
