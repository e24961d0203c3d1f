"""What became of events: which consumers there are, and how far each event's delivery to each of them is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.normalization import BinaryCharField
from openedx_catalog_publisher.models.outbox import OutboxEvent


class OutboxConsumer(models.Model):
    """
    A consumer as a relay of LMS or Studio met it in its settings.

    Kept so that either service makes deliveries for all consumers, also for those that only the other one runs, and so
    that a consumer is not handed what happened long before it was there.

    A consumer whose peer is out of reach rests: until ``resting_until`` no relay hands it anything, so that one attempt
    finds out what each of a thousand would. ``failures`` counts how often in a row that was so. ``pruned_until`` is the
    time up to which deliveries that are done may have been deleted.

    .. no_pii:
    """

    name = BinaryCharField(_("name"), max_length=64, unique=True)
    service = models.CharField(_("service"), max_length=8, help_text=_("Where it can run: lms, cms, or either."))
    kinds = models.JSONField(_("kinds of events"), default=list)
    since = models.DateTimeField(_("since"), help_text=_("Events from before are not delivered to it."))
    kinds_since = models.JSONField(
        _("kinds since"),
        default=dict,
        blank=True,
        help_text=_("Of kinds that it came to ask for later: since when; times in ISO 8601."),
    )
    resting_until = models.DateTimeField(_("resting until"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    pruned_until = models.DateTimeField(_("pruned until"), null=True, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("consumer")
        verbose_name_plural = _("consumers")

    def __str__(self) -> str:
        return str(self.name)


class Delivery(models.Model):
    """
    The delivery of one event to one consumer.

    Scenarios:

    =========  ==============================  =========================================================================
    state      due                             means
    =========  ==============================  =========================================================================
    pending    when it may be taken            it waits: for its turn, or for the next attempt after ``last_error``
    leased     when the lease ends             a relay has it; if that relay died, another takes it when the lease ends
    done       none                            the consumer took it, at ``done_at``
    dead       none                            it failed ``attempts`` times, the last time by ``last_error``; nobody
                                               tries again until somebody replays it
    =========  ==============================  =========================================================================

    ``outcome`` says of a delivery that is done when the consumer could not ask whether its effect is there.

    ``attempts`` counts the leases since the delivery was made or replayed, so it also tells one lease from the next.

    .. no_pii: users stand in events by pseudonym.
    """

    class State(models.TextChoices):
        """How far a delivery is."""

        PENDING = "pending", _("waiting")
        LEASED = "leased", _("being delivered")
        DONE = "done", _("done")
        DEAD = "dead", _("dead")

    class Outcome(models.TextChoices):
        """What there is to be said of a delivery that is done."""

        UNCONFIRMED = "unconfirmed", _("sent, unconfirmed")

    event = models.ForeignKey(OutboxEvent, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("event"))
    consumer = models.ForeignKey(
        OutboxConsumer, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("consumer")
    )
    # Copies of the event's, so that the index below serves the question whose turn it is.
    object_type = models.CharField(_("kind of object"), max_length=64)
    object_code = models.CharField(_("code of the object"), max_length=64)
    sequence = models.PositiveBigIntegerField(_("number among the object's events"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    due = models.DateTimeField(_("due"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True, default="")
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"),
        max_length=16,
        choices=Outcome,
        blank=True,
        default="",
        help_text=_("Empty where the consumer saw the effect; otherwise it could not ask."),
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["event", "consumer"], name="ocp_delivery_uniq"),
            models.CheckConstraint(
                condition=models.Q(state__in=["pending", "leased"], due__isnull=False)
                | models.Q(state__in=["done", "dead"], due__isnull=True),
                name="ocp_delivery_due_check",
                violation_error_message=_("What waits or is being delivered has a time; what is over has none."),
            ),
        ]
        indexes = [
            # What a relay may take, the first due first.
            models.Index(fields=["consumer", "due", "id"], name="ocp_delivery_due_idx"),
            # What was given up, and what is over long enough to be pruned.
            models.Index(fields=["state", "done_at"], name="ocp_delivery_over_idx"),
            # What was sent of late and not confirmed.
            models.Index(fields=["outcome", "done_at"], name="ocp_delivery_outcome_idx"),
            # Whether an earlier event of the same object is still under way to the same consumer.
            models.Index(fields=["consumer", "object_code", "state", "sequence"], name="ocp_delivery_turn_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.consumer}"
