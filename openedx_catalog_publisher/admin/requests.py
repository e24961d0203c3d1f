"""Files that were handed in, requests that may be repeated, and what reviewers were shown: read-only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.admin.logs import LogAdmin
from openedx_catalog_publisher.admin.parts import UnlistedAdmin
from openedx_catalog_publisher.models import BulkTask, IdempotentRequest, ImportContent, ImportJob, ShownDigests


@admin.register(ImportJob)
class ImportJobAdmin(LogAdmin):
    """Imports, and how far they are; the report is the API's to answer."""

    date_hierarchy = "created"
    list_display = ("file_name", "format", "user", "status", "progress", "created", "finished")
    list_filter = ("status", "format", "dry_run")
    list_select_related = ("user",)
    search_fields = ("file_name", "=uuid", "user__username")
    fields = (
        "uuid",
        "file_name",
        "format",
        "publish",
        "drafts_only",
        "dry_run",
        "user",
        "status",
        "message",
        "progress",
        "counts",
        "created",
        "started",
        "sign_of_life",
        "finished",
    )

    @admin.display(description=_("Rows"))
    def progress(self, obj: Any) -> str:
        """Return how many rows of how many were read."""
        return f"{obj.rows_done:,} / {obj.rows_total:,}" if obj.rows_total is not None else f"{obj.rows_done:,}"


@admin.register(ImportContent)
class ImportContentAdmin(UnlistedAdmin):
    """Pieces of files and reports."""

    list_display = ("job", "kind", "position")
    list_select_related = ("job",)
    fields = ("job", "kind", "position")


@admin.register(BulkTask)
class BulkTaskAdmin(LogAdmin):
    """Files of rows, and how far they are; file and results name people, and are the API's to answer."""

    date_hierarchy = "created"
    list_display = ("file_name", "task_type", "uploaded_by", "status", "rows_done", "created", "modified")
    list_filter = ("status", "task_type")
    list_select_related = ("uploaded_by",)
    search_fields = ("file_name", "=task_id", "uploaded_by__username")
    fields = (
        "task_id",
        "file_name",
        "task_type",
        "uploaded_by",
        "status",
        "message",
        "rows_done",
        "row_begun",
        "created",
        "modified",
    )


@admin.register(ShownDigests)
class ShownDigestsAdmin(UnlistedAdmin):
    """What users were shown of courses under review."""

    list_display = ("user", "course_uuid", "shown_at")
    list_select_related = ("user",)
    fields = ("user", "course_uuid", "course_digest", "run_digests", "shown_at")


@admin.register(IdempotentRequest)
class IdempotentRequestAdmin(UnlistedAdmin):
    """Requests with a key of the client's; their answers are the users' own and not shown."""

    list_display = ("user", "key", "status", "started")
    list_select_related = ("user",)
    fields = ("user", "key", "status", "started")
