"""The outbox: events written in the transaction of the change that they tell of."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.immutability import AppendOnlyModel


class EventKind(models.TextChoices):
    """The closed list of what is told (design, invariant 6)."""

    PUBLISHED = "published", _("published")
    UNPUBLISHED = "unpublished", _("unpublished")
    REMOVED = "removed", _("removed")
    REVIEW_OPENED = "review_opened", _("submitted for review")
    REVIEW_DECIDED = "review_decided", _("review decided")
    REVIEW_CLOSED = "review_closed", _("review closed")
    COMMENT_ADDED = "comment_added", _("comment added")
    DRAFT_RUN_CREATED = "draft_run_created", _("draft run created")
    DRAFT_RUN_CHANGED = "draft_run_changed", _("draft run changed in what Studio shows")
    EDITOR_ADDED = "editor_added", _("course editor added")
    EDITOR_REMOVED = "editor_removed", _("course editor removed")
    ROLE_GRANTED = "role_granted", _("role granted")
    ROLE_REVOKED = "role_revoked", _("role revoked")
    REFERENCE_CHANGED = "reference_changed", _("reference data changed")


class OutboxEvent(AppendOnlyModel):
    """
    One event: exists exactly when its change was committed.

    ``sequence`` counts the events of one object (unit, role assignment, piece of reference data) from 1, given under
    that object's lock, so that a consumer can tell order and gaps. ``routed`` is the relay's own mark, the only column
    that is ever written again: whether the event's deliveries were made.

    .. no_pii: users stand in payloads by pseudonym.
    """

    uuid = models.UUIDField(_("UUID"), default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=32, choices=EventKind)
    object_type = models.CharField(_("kind of object"), max_length=64)
    object_code = models.CharField(_("code of the object"), max_length=64)
    object_key = models.CharField(_("key of the object"), max_length=255)
    sequence = models.PositiveBigIntegerField(_("number among the object's events"))
    occurred_at = models.DateTimeField(_("time"))
    operation = models.UUIDField(_("operation"))
    payload = models.JSONField(_("payload"), default=dict)
    routed = models.BooleanField(_("deliveries made"), default=False, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("outbox event")
        verbose_name_plural = _("outbox events")
        constraints = [
            models.UniqueConstraint(fields=["object_type", "object_code", "sequence"], name="ocp_outbox_sequence_uniq")
        ]
        # What no relay has seen yet. No mark "seen up to here" would do: ids are not committed in their order.
        indexes = [models.Index(fields=["routed", "id"], name="ocp_outbox_routed_idx")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_key} #{self.sequence}"
