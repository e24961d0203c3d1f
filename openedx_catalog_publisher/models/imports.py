"""Files that were handed in to be imported, and what became of them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ImportJob(models.Model):
    """
    One file that an administrator handed in, and how far its import is.

    The file and its report are rows of ``ImportContent``: the worker that imports need not share a disk with the server
    that took the file in. The file is dropped when it was imported.

    .. no_pii: points at the user, whom the platform retires.
    """

    class Format(models.TextChoices):
        """The formats that can be handed in; those of ``importers.formats``."""

        CATALOG_JSON = "catalog-json", "catalog-json"
        EDX_LEARN_CSV = "edx-learn-csv", "edx-learn-csv"

    class Status(models.TextChoices):
        """How far an import is."""

        PENDING = "pending", _("waiting")
        RUNNING = "running", _("running")
        COMPLETED = "completed", _("completed")
        FAILED = "failed", _("failed")

    LEASE: ClassVar[timedelta] = timedelta(minutes=10)
    """A running import gives a sign of life at least after each batch; without one for so long its worker is dead."""

    uuid = models.UUIDField(_("UUID"), default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("user")
    )
    file_name = models.CharField(_("file"), max_length=255)
    format = models.CharField(_("format"), max_length=32, choices=Format)
    publish = models.BooleanField(_("publish"), default=False)
    drafts_only = models.BooleanField(_("drafts only"), default=False)
    dry_run = models.BooleanField(_("dry run"), default=False)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PENDING)
    message = models.TextField(_("message"), blank=True, default="")
    rows_total = models.PositiveIntegerField(_("rows of the file"), null=True)
    rows_done = models.PositiveIntegerField(_("rows read"), default=0)
    counts = models.JSONField(_("counts"), default=dict)
    created = models.DateTimeField(_("handed in"), default=timezone.now)
    started = models.DateTimeField(_("started"), null=True)
    sign_of_life = models.DateTimeField(_("last sign of life"), null=True)
    finished = models.DateTimeField(_("finished"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.file_name} ({self.created:%Y-%m-%d %H:%M:%S})"

    @property
    def is_lost(self) -> bool:
        """Whether it is running by its status, and its worker is dead."""
        return (
            self.status == self.Status.RUNNING
            and self.sign_of_life is not None
            and self.sign_of_life < timezone.now() - self.LEASE
        )


class ImportContent(models.Model):
    """
    A piece of a file that was handed in, or of the report of its import; small enough for one statement.

    .. pii: a file may describe people: names, biographies, pictures. Files go when they were imported.
    .. pii_types: name, biography, image
    .. pii_retirement: local_api
    """

    class Kind(models.TextChoices):
        """What it is a piece of."""

        FILE = "file", _("file")
        REPORT = "report", _("report")

    SIZE: ClassVar[int] = 512 * 1024
    """Bytes of a piece."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="pieces")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    position = models.PositiveIntegerField(_("position"))
    content = models.BinaryField(_("content"))

    class Meta:
        ordering = ["position"]
        verbose_name = _("piece of an import")
        verbose_name_plural = _("pieces of imports")
        constraints = [models.UniqueConstraint(fields=["job", "kind", "position"], name="ocp_import_content_uniq")]

    def __str__(self) -> str:
        return f"{self.job} {self.kind} {self.position}"
