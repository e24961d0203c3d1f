"""Mails to users: which were sent, and who wants none."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.outbox import OutboxEvent


class SentMail(models.Model):
    """
    One mail about one event to one user.

    The row is written before the mail is handed to the mail server, and ``sent`` after; the unique constraint lets one
    of two relays that have the same event send it. A row without ``sent`` is of a mail that is being sent, or of a
    worker that died between the two, so that nobody knows whether the mail went out: after a while it is sent again,
    under the same Message-ID, by which mail servers and programs tell that they have it.

    .. no_pii: points at the user, whom the platform retires.
    """

    event = models.ForeignKey(OutboxEvent, on_delete=models.PROTECT, related_name="mails", verbose_name=_("event"))
    mail = models.CharField(_("kind of mail"), max_length=32)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    started = models.DateTimeField(_("started"))
    sent = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("sent mail")
        verbose_name_plural = _("sent mails")
        constraints = [models.UniqueConstraint(fields=["event", "mail", "user"], name="ocp_sent_mail_uniq")]

    def __str__(self) -> str:
        return f"{self.mail}: {self.user}"


class NotificationOptOut(models.Model):
    """
    A user who wants no mails of the catalog.

    .. no_pii: points at the user, whom the platform retires.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("user without mails")
        verbose_name_plural = _("users without mails")

    def __str__(self) -> str:
        return str(self.user)
