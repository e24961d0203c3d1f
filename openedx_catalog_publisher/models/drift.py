"""What consumers really hold, when somebody last looked."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.deliveries import OutboxConsumer
from openedx_catalog_publisher.models.unit import UnitKind


class DriftCheck(models.Model):
    """
    What the last check found of one unit at one consumer.

    ``differences`` is empty where what the consumer holds is what was published; else it lists the fields that differ,
    each with what was published and what is held. ``error`` says why the consumer could not be asked since; then the
    rest is what was found at ``verified_at``.

    .. no_pii: consumers count people and do not name them.
    """

    consumer = models.ForeignKey(
        OutboxConsumer, on_delete=models.CASCADE, related_name="drift_checks", verbose_name=_("consumer")
    )
    unit_kind = models.CharField(_("kind of unit"), max_length=16, choices=UnitKind)
    unit_uuid = models.UUIDField(_("unit"))
    unit_key = models.CharField(_("key"), max_length=255)
    verified_at = models.DateTimeField(_("verified at"))
    differences = models.JSONField(_("differences"), default=list, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True, default="")
    repaired_at = models.DateTimeField(_("sent again at"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("check for drift")
        verbose_name_plural = _("checks for drift")
        constraints = [models.UniqueConstraint(fields=["consumer", "unit_uuid"], name="ocp_drift_check_uniq")]

    def __str__(self) -> str:
        return f"{self.unit_key} at {self.consumer}"
