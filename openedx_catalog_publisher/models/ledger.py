"""
The ledger's tables: edit log, releases and publications, seals.

Edits and publications of one unit form one hash chain, numbered by ``sequence`` and written under the unit's lock. What
is hashed holds pseudonyms only; names and personal free text stand beside it.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.immutability import AppendOnlyModel
from openedx_catalog_publisher.models.snapshot import SCHEMA_VERSION, Snapshot
from openedx_catalog_publisher.models.unit import Status, UnitKind


class WriteSource(models.TextChoices):
    """The door through which a write came."""

    NATIVE = "native", _("API")
    DISCOVERY = "discovery", _("Discovery's API")
    ADMIN = "admin", _("Admin")
    IMPORT = "import", _("Import")
    STUDIO = "studio", _("Studio")
    COMMAND = "command", _("Management command")


class ChainedRecord(AppendOnlyModel):
    """
    One entry of a unit's hash chain.

    ``record_hash`` is the BLAKE2b-256 of ``previous_hash`` and the canonical JSON of ``hashed_fields``. The row that
    sealed it stands in ``SealedHead``, not here: an entry is never touched again.

    .. no_pii:
    """

    hashed_fields: ClassVar[tuple[str, ...]]

    unit_kind = models.CharField(_("kind of unit"), max_length=16, choices=UnitKind)
    unit_uuid = models.UUIDField(_("UUID of the unit"))
    unit_key = models.CharField(_("key of the unit"), max_length=255)
    sequence = models.PositiveBigIntegerField(_("number in the unit's chain"))
    actor = models.UUIDField(_("pseudonym of the actor"))
    occurred_at = models.DateTimeField(_("time"))
    operation = models.UUIDField(
        _("operation"), help_text=_("The same for all that one command wrote, over all units.")
    )
    source = models.CharField(_("door"), max_length=16, choices=WriteSource)
    revision = models.PositiveBigIntegerField(_("revision of the draft afterwards"))
    previous_hash = models.CharField(_("previous hash"), max_length=64, blank=True)
    record_hash = models.CharField(_("hash"), max_length=64)

    CHAIN_FIELDS: ClassVar[tuple[str, ...]] = (
        "unit_kind",
        "unit_uuid",
        "unit_key",
        "sequence",
        "actor",
        "occurred_at",
        "operation",
        "source",
        "revision",
    )

    class Meta:
        abstract = True
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.unit_key} #{self.sequence}"


class EditRecord(ChainedRecord):
    """
    One write to a unit's draft: exactly one per command and unit.

    ``changes`` is compressed canonical JSON ``{field: {"old": ..., "new": ...}}``, so that an overwritten value is
    never lost. Values of personal free text (``watchers``, ``ofac_comment``) stand in ``personal_changes`` beside the
    chain, in the same shape, and ``changes`` only names the field.

    Scenarios: ``create`` has no old values; ``update`` names what moved; ``discard`` and ``restore`` are updates whose
    values come from a snapshot; ``delete`` is the tombstone of a draft that was never published; ``editors`` and
    ``slugs`` change what hangs on the anchor.

    .. pii: personal_changes holds e-mail addresses of watchers and comments of legal staff.
    .. pii_types: email_address, other
    .. pii_retirement: local_api
    """

    class Action(models.TextChoices):
        """What kind of write."""

        CREATE = "create", _("created")
        UPDATE = "update", _("changed")
        DISCARD = "discard", _("draft discarded")
        RESTORE = "restore", _("restored")
        DELETE = "delete", _("deleted")
        EDITORS = "editors", _("editors changed")

    action = models.CharField(_("action"), max_length=16, choices=Action)
    schema_version = models.PositiveSmallIntegerField(_("schema version of the values"), default=SCHEMA_VERSION)
    changes = models.BinaryField(_("changes"))
    personal_changes = models.JSONField(_("personal changes"), null=True, blank=True)

    hashed_fields = (*ChainedRecord.CHAIN_FIELDS, "action", "schema_version", "changes")

    class Meta(ChainedRecord.Meta):
        verbose_name = _("edit")
        verbose_name_plural = _("edit log")
        constraints = [models.UniqueConstraint(fields=["unit_uuid", "sequence"], name="ocp_edit_sequence_uniq")]


class Release(AppendOnlyModel):
    """
    One act of publishing: one plan, one transaction, one or many units of one or many organizations.

    Its inverse is kept in the ``previous`` pointers of its publications; undoing it is a release of its own that names
    it in ``undoes``.

    .. pii: the message is free text of the actor.
    .. pii_types: other
    .. pii_retirement: retained
    """

    class Action(models.TextChoices):
        """What was done to the official side."""

        PUBLISH = "publish", _("published")
        UNPUBLISH = "unpublish", _("unpublished")
        REMOVE = "remove", _("removed")
        UNDO = "undo", _("undone")
        REBUILD = "rebuild", _("rebuilt")

    uuid = models.UUIDField(_("UUID"), default=uuid.uuid4, unique=True, editable=False)
    action = models.CharField(_("action"), max_length=16, choices=Action)
    actor = models.UUIDField(_("pseudonym of the actor"))
    occurred_at = models.DateTimeField(_("time"))
    source = models.CharField(_("door"), max_length=16, choices=WriteSource)
    plan_digest = models.CharField(_("digest of the plan"), max_length=64, blank=True, default="")
    message = models.TextField(_("message"), blank=True, default="")
    undoes = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by")

    class Meta:
        ordering = ["id"]
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        # "What was published since": the walk of readers, newest first.
        indexes = [models.Index(fields=["occurred_at"], name="ocp_release_time_idx")]

    def __str__(self) -> str:
        return f"{self.action} {self.occurred_at:%Y-%m-%d %H:%M:%S}"


class Publication(ChainedRecord):
    """
    What one release did to one unit's official side: the record that says what is official and under which status.

    Scenarios:

    - ``publish`` with ``previous`` empty: the first publication; official rows were made.
    - ``publish`` with ``previous``: official rows were brought to ``snapshot``; equal snapshots mean that only the
      status
      moved.
    - ``unpublish``: ``snapshot`` is the one that was official and stays readable; ``status`` is ``unpublished``.
    - ``remove``: no ``snapshot``; the official rows are gone, this row is the tombstone.

    ``number`` counts a unit's publications from 1 and is what ``restore`` takes. ``approval`` says on what ground the
    content went live: ``not_required`` for what the policy asks no review for, ``approved`` where every step of
    ``steps`` was approved for its review digest, ``live_change`` where a setting asks no review of what is live, and
    ``skipped`` where a catalog administrator skipped a step: in the review with a comment, or by publishing without
    review with the reason in the release's message.

    .. no_pii:
    """

    class Approval(models.TextChoices):
        """On what ground the content went live."""

        NOT_REQUIRED = "not_required", _("no review required")
        APPROVED = "approved", _("approved")
        LIVE_CHANGE = "live_change", _("change of what is live")
        SKIPPED = "skipped", _("review skipped with reason")

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="publications")
    number = models.PositiveIntegerField(_("number"))
    action = models.CharField(_("action"), max_length=16, choices=Release.Action)
    snapshot = models.ForeignKey(Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="publications")
    content_digest = models.CharField(_("content digest"), max_length=64, blank=True)
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followers")
    status = models.CharField(_("official status"), max_length=32, choices=Status, blank=True)
    announcement = models.DateTimeField(_("announcement"), null=True, blank=True)
    go_live_date = models.DateTimeField(_("go-live date"), null=True, blank=True)
    approval = models.CharField(_("approval"), max_length=16, choices=Approval, default=Approval.NOT_REQUIRED)
    steps = models.JSONField(_("steps of review that it needed"), default=list, blank=True)

    hashed_fields = (
        *ChainedRecord.CHAIN_FIELDS,
        "number",
        "action",
        "content_digest",
        "status",
        "announcement",
        "go_live_date",
        "approval",
        "steps",
    )

    class Meta(ChainedRecord.Meta):
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        constraints = [
            models.UniqueConstraint(fields=["unit_uuid", "sequence"], name="ocp_publication_sequence_uniq"),
            models.UniqueConstraint(fields=["unit_uuid", "number"], name="ocp_publication_number_uniq"),
        ]
        # What was official at a time T.
        indexes = [models.Index(fields=["unit_uuid", "occurred_at"], name="ocp_publication_as_of_idx")]


class Seal(AppendOnlyModel):
    """
    A hash over the heads of all chains that moved since the last seal, chained to that seal.

    A missing unit, or a missing tail of a chain, shows when the heads that were sealed are not there any more.

    .. no_pii:
    """

    created = models.DateTimeField(_("time"))
    previous_hash = models.CharField(_("previous hash"), max_length=64, blank=True)
    seal_hash = models.CharField(_("hash"), max_length=64, unique=True)
    heads = models.PositiveIntegerField(_("chains sealed"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("seal")
        verbose_name_plural = _("seals")

    def __str__(self) -> str:
        return f"{self.created:%Y-%m-%d %H:%M:%S} {self.seal_hash[:12]}"


class SealedHead(AppendOnlyModel):
    """
    The head of one unit's chain as a seal found it.

    .. no_pii:
    """

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="sealed_heads")
    unit_uuid = models.UUIDField(_("UUID of the unit"))
    sequence = models.PositiveBigIntegerField(_("number in the unit's chain"))
    record_hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        ordering = ["id"]
        verbose_name = _("sealed head")
        verbose_name_plural = _("sealed heads")
        constraints = [models.UniqueConstraint(fields=["unit_uuid", "sequence"], name="ocp_sealed_head_uniq")]

    def __str__(self) -> str:
        return f"{self.unit_uuid} #{self.sequence}"
