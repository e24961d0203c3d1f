"""Mails: which were sent, and who wants none."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.normalization import BinaryCharField, normalize_key
from openedx_catalog_publisher.models.outbox import OutboxEvent


class SentMail(models.Model):
    """
    One mail about one event to one user, or to one watcher of a course, of whom no more than an address is known.

    The row is written before the mail is handed to the mail server, and ``sent`` after; the unique constraints let one
    of two relays that have the same event send it. A row without ``sent`` is of a mail that is being sent, or of a
    worker that died between the two, so that nobody knows whether the mail went out: after a while it is sent again,
    under the same Message-ID, by which mail servers and programs tell that they have it.

    ``watcher`` stands for an address within one event: it tells two addresses apart and keeps none.

    .. no_pii: points at the user, whom the platform retires; keeps no address.
    """

    event = models.ForeignKey(OutboxEvent, on_delete=models.PROTECT, related_name="mails", verbose_name=_("event"))
    mail = models.CharField(_("kind of mail"), max_length=32)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("user"),
    )
    watcher = models.UUIDField(_("watcher"), null=True, blank=True, editable=False)
    started = models.DateTimeField(_("started"))
    sent = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("sent mail")
        verbose_name_plural = _("sent mails")
        constraints = [
            models.UniqueConstraint(fields=["event", "mail", "user"], name="ocp_sent_mail_uniq"),
            models.UniqueConstraint(fields=["event", "mail", "watcher"], name="ocp_sent_mail_watcher_uniq"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, watcher__isnull=True) | Q(user__isnull=True, watcher__isnull=False),
                name="ocp_sent_mail_recipient",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mail}: {self.user or self.watcher}"


class NotificationOptOut(models.Model):
    """
    Who wants no mails of the catalog: a user, or an address that courses name as a watcher.

    .. pii: addresses of people who asked not to be mailed.
    .. pii_types: email_address
    .. pii_retirement: retained
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("user"),
    )
    # Compared whatever its case, and stored so: addresses that differ in nothing else lead to one person.
    address = BinaryCharField(_("e-mail address"), max_length=254, unique=True, null=True, blank=True)
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("recipient without mails")
        verbose_name_plural = _("recipients without mails")
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, address__isnull=True) | Q(user__isnull=True, address__isnull=False),
                name="ocp_opt_out_of_one",
                violation_error_message=_("Name either a user or an address."),
            )
        ]

    def __str__(self) -> str:
        return str(self.user or self.address)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the address in the form in which it is compared."""
        if self.address is not None:
            self.address = normalize_key(self.address)
        super().save(*args, **kwargs)
