"""The inbox: what other systems told us, until a worker has acted on it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class InboxEntry(models.Model):
    """
    One thing that a receiver was told inside of somebody else's transaction.

    The receiver writes this row and nothing else, so that the row exists exactly when that transaction was committed.
    A worker acts on it later by a command, which marks the row as done in the transaction of its effects.

    Scenarios:

    =======  =========  ================================================================================================
    done_at  attempts   means
    =======  =========  ================================================================================================
    none     0          it waits for a worker
    none     1 or more  it failed that many times, the last time by ``last_error``; it is tried again at ``due``
    a time   any        a worker has acted on it, at that time
    =======  =========  ================================================================================================

    .. no_pii: users stand in payloads by primary key and pseudonym.
    """

    class Kind(models.TextChoices):
        """What was told."""

        USER_RETIRED = "user_retired", _("user retired")
        USER_DELETED = "user_deleted", _("user deleted")

    kind = models.CharField(_("kind"), max_length=32, choices=Kind)
    payload = models.JSONField(_("payload"), default=dict)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    due = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True, default="")
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("inbox entry")
        verbose_name_plural = _("inbox entries")
        # What waits, the first due first.
        indexes = [models.Index(fields=["done_at", "due", "id"], name="ocp_inbox_waiting_idx")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
