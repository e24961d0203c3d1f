"""Pseudonyms: who did what stays provable when the person's account is gone."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.normalization import BinaryCharField


class ActorPseudonym(models.Model):
    """
    The identity under which a user, or a part of the system, stands in the hash chains.

    Hashed entries hold the pseudonym only. Who is behind it stands here, beside the chain; when an account is retired
    the link is cut and the chains still verify.

    .. no_pii: links a pseudonym to the user, whom the platform retires.
    """

    uuid = models.UUIDField(_("pseudonym"), default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="catalog_pseudonym"
    )
    system_name = BinaryCharField(
        _("part of the system"),
        max_length=64,
        null=True,
        blank=True,
        unique=True,
        help_text=_("For acts of the system itself, for example a management command; unset for people."),
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("actor")
        verbose_name_plural = _("actors")

    def __str__(self) -> str:
        return self.system_name or (self.user.get_username() if self.user else str(self.uuid))
