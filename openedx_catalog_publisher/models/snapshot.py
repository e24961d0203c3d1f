"""Snapshots: what a unit's content was, once and for all."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.immutability import AppendOnlyModel
from openedx_catalog_publisher.models.unit import UnitKind

SCHEMA_VERSION = 1
"""Version of the shape of content, in snapshots and in the edit log. A step has an upcaster (publishing.snapshots)."""


class Snapshot(AppendOnlyModel):
    """
    The content of one side of a unit at one moment, as exact bytes.

    ``body`` is zlib-compressed canonical JSON; MySQL's JSON type would reorder its keys. ``content_digest`` is the
    BLAKE2b-256 of the uncompressed bytes, ``review_digest`` the same over the reviewed content. ``labels`` are names
    for display, outside both digests. Stored once per content digest and never changed; ``prune_snapshots`` deletes
    what nothing refers to.

    .. no_pii: course content; people stand in it by uuid.
    """

    unit_kind = models.CharField(_("kind of unit"), max_length=16, choices=UnitKind)
    unit_uuid = models.UUIDField(_("UUID of the unit"))
    schema_version = models.PositiveSmallIntegerField(_("schema version"))
    content_digest = models.CharField(_("content digest"), max_length=64, unique=True)
    review_digest = models.CharField(_("review digest"), max_length=64)
    body = models.BinaryField(_("content"))
    labels = models.JSONField(_("labels"), default=dict)
    created = models.DateTimeField(_("created"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        # All snapshots of one unit: history, and what approvals were given for.
        indexes = [models.Index(fields=["unit_uuid", "review_digest"], name="ocp_snapshot_unit_idx")]

    def __str__(self) -> str:
        return f"{self.unit_kind} {self.unit_uuid} {self.content_digest[:12]}"
