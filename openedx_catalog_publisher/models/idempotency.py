"""Requests that a client may repeat without their being carried out twice."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.normalization import BinaryCharField


class IdempotentRequest(models.Model):
    """
    One request with an ``Idempotency-Key``, and its answer once there is one.

    The unique constraint lets one of two equal requests that meet be carried out. A row is kept for 24 hours.

    .. pii: the answer repeats what the user sent, which may hold names and e-mail addresses.
    .. pii_types: other
    .. pii_retirement: local_api
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = BinaryCharField(_("key"), max_length=255)
    fingerprint = models.CharField(_("digest of the request"), max_length=64)
    started = models.DateTimeField(_("started"))
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    answer = models.TextField(_("answer"), blank=True, default="")
    headers = models.JSONField(_("headers"), default=dict)

    class Meta:
        verbose_name = _("idempotent request")
        verbose_name_plural = _("idempotent requests")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="ocp_idempotent_request_uniq")]

    def __str__(self) -> str:
        return str(self.key)
