"""Files of many rows that an administrator hands in through Discovery's door, each row a command of its own."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class BulkTask(models.Model):
    """
    A CSV file whose rows a worker carries out one by one, with the result of each.

    ``rows_done`` counts the rows whose result is noted, ``row_begun`` is the one that was begun last. Where a worker
    dies, the next one goes on after ``row_begun``, and says of that row that it may have been carried out.

    .. pii: a file may name people by username or e-mail address.
    .. pii_types: username, email_address
    .. pii_retirement: local_api
    """

    class Type(models.TextChoices):
        """What its rows do."""

        COURSE_CREATE = "course_create", _("create courses")
        COURSE_RERUN = "course_rerun", _("create runs")
        PARTIAL_UPDATES = "partial_updates", _("change courses and runs")
        COURSE_EDITOR_UPDATE = "course_editor_update", _("add and remove editors")

    class Status(models.TextChoices):
        """How far it is."""

        PENDING = "pending", _("waiting")
        PROCESSING = "processing", _("running")
        COMPLETED = "completed", _("completed")
        FAILED = "failed", _("failed")

    LEASE: ClassVar[timedelta] = timedelta(minutes=10)
    """Without a sign of life for so long, the worker of a running task is dead."""

    task_id = models.UUIDField(_("UUID"), default=uuid.uuid4, unique=True, editable=False)
    task_type = models.CharField(_("type"), max_length=32, choices=Type)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PENDING)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("user")
    )
    file_name = models.CharField(_("file"), max_length=255)
    content = models.BinaryField(_("content"))
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    row_begun = models.PositiveIntegerField(_("row begun last"), default=0)
    results = models.JSONField(_("results"), default=list, blank=True)
    message = models.TextField(_("message"), blank=True, default="")
    created = models.DateTimeField(_("handed in"), default=timezone.now)
    modified = models.DateTimeField(_("last sign of life"), default=timezone.now)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("bulk task")
        verbose_name_plural = _("bulk tasks")

    def __str__(self) -> str:
        return f"{self.task_type}: {self.file_name} ({self.created:%Y-%m-%d %H:%M:%S})"
