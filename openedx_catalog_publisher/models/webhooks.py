"""Webhooks: who is told of events by HTTP, with which secrets, and what became of each attempt."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.deliveries import OutboxConsumer
from openedx_catalog_publisher.models.immutability import ImmutableFieldsModel
from openedx_catalog_publisher.models.outbox import OutboxEvent


class WebhookSubscription(ImmutableFieldsModel):
    """
    An address that is told of events.

    Each is a consumer of its own to the relay (decision 0019), so what waits for it, what it was given, and what was
    given up are ``Delivery`` rows like everybody's, and one that fails holds nothing up for the others.

    ``kinds`` and ``object_types`` are its filter: events of these kinds, on objects of these types (all, where empty).

    .. no_pii: points at the user who made it, whom the platform retires.
    """

    class Flavor(models.TextChoices):
        """How requests are made."""

        STANDARD = "standard", _("standard: the event as JSON, signed")
        RICHIE = "richie", _("Richie: course runs, as its course-runs-sync takes them")

    immutable_fields: ClassVar[tuple[str, ...]] = ("uuid", "flavor")

    uuid = models.UUIDField(_("UUID"), default=uuid.uuid4, unique=True, editable=False)
    consumer = models.OneToOneField(
        OutboxConsumer, on_delete=models.PROTECT, related_name="webhook", verbose_name=_("consumer")
    )
    name = models.CharField(_("name"), max_length=255)
    url = models.CharField(_("address"), max_length=1000, help_text=_("Where requests are sent (POST)."))
    flavor = models.CharField(_("flavour"), max_length=16, choices=Flavor, default=Flavor.STANDARD)
    kinds = models.JSONField(_("kinds of events"), default=list)
    object_types = models.JSONField(
        _("types of objects"), default=list, blank=True, help_text=_("Empty for all; else course, course_run, ...")
    )
    link_template = models.CharField(
        _("address of a run"),
        max_length=500,
        blank=True,
        default="",
        help_text=_("For Richie: the address of a run in the LMS, with {key} for its key."),
    )
    active = models.BooleanField(
        _("active"), default=True, help_text=_("What happens while it is not active is not kept for it.")
    )
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("created by"),
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.name


class WebhookSecret(models.Model):
    """
    A secret that requests to a subscription are signed with; all that there are sign at once.

    The value stands as it is, since HMAC needs it, and is shown once, to whoever made it. ``fingerprint`` tells one
    from the other.

    .. no_pii:
    """

    subscription = models.ForeignKey(
        WebhookSubscription, on_delete=models.CASCADE, related_name="secrets", verbose_name=_("webhook")
    )
    value = models.CharField(_("value"), max_length=255, editable=False)
    fingerprint = models.CharField(_("fingerprint"), max_length=16, editable=False)
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("secret of a webhook")
        verbose_name_plural = _("secrets of webhooks")

    def __str__(self) -> str:
        return self.fingerprint


class WebhookAttempt(models.Model):
    """
    One request to a subscription, and what was answered: the log of deliveries, pruned by the clock.

    ``event`` is empty for a test. ``status`` is empty where no answer came; then ``error`` says why. ``response`` is
    the beginning of the answer.

    .. no_pii: what a receiver answers is cut short and pruned; events name users by pseudonym.
    """

    subscription = models.ForeignKey(
        WebhookSubscription, on_delete=models.CASCADE, related_name="attempts", verbose_name=_("webhook")
    )
    event = models.ForeignKey(
        OutboxEvent,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="webhook_attempts",
        verbose_name=_("event"),
    )
    started = models.DateTimeField(_("started"))
    milliseconds = models.PositiveIntegerField(_("milliseconds"))
    sent_bytes = models.PositiveIntegerField(_("bytes sent"))
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    succeeded = models.BooleanField(_("succeeded"))
    error = models.CharField(_("error"), max_length=500, blank=True, default="")
    response = models.CharField(_("beginning of the answer"), max_length=1000, blank=True, default="")

    class Meta:
        ordering = ["id"]
        verbose_name = _("attempt of a webhook")
        verbose_name_plural = _("attempts of webhooks")
        indexes = [
            # The log of one subscription.
            models.Index(fields=["subscription", "id"], name="ocp_webhook_attempt_log_idx"),
            # What is old enough to be pruned.
            models.Index(fields=["started"], name="ocp_webhook_attempt_age_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.event or 'test'} → {self.subscription}"
