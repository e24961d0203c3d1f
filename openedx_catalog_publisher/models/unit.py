"""What every unit's root row has: two sides, an anchor, a revision and the heads of its logs."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Self

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.field_classes import FieldClasses
from openedx_catalog_publisher.models.immutability import ImmutableFieldsModel
from openedx_catalog_publisher.models.normalization import BinaryCharField, normalize_key


class UnitKind(models.TextChoices):
    """The kinds of units: what is published as one."""

    COURSE = "course", _("course")
    COURSE_RUN = "course_run", _("course run")


class Side(models.TextChoices):
    """The two sides of a unit."""

    DRAFT = "draft", _("draft")
    OFFICIAL = "official", _("official")


class Status(models.TextChoices):
    """
    Where a unit stands in the workflow.

    The draft row's status is the workflow's. The official row's is ``published`` or ``unpublished`` and changes only
    with a publication record.
    """

    UNPUBLISHED = "unpublished", _("Unpublished")
    REVIEW_BY_LEGAL = "review_by_legal", _("Review by legal")
    REVIEW_BY_INTERNAL = "review_by_internal", _("Review by internal")
    REVIEWED = "reviewed", _("Reviewed")
    PUBLISHED = "published", _("Published")


class OfficialManager(models.Manager[Any]):
    """Official rows only: what readers see."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the official rows."""
        return super().get_queryset().filter(draft=False)


class DraftManager(models.Manager[Any]):
    """Draft rows only; each is the anchor of its unit."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the draft rows."""
        return super().get_queryset().filter(draft=True)


class UnitRoot(ImmutableFieldsModel):
    """
    The root row of one side of a unit.

    Draft and official row share uuid and key. The official row points at its draft row, which is the unit's **anchor**:
    editors, slugs, reviews and publications hang on it, and it is the row that commands lock. The anchor alone carries
    ``revision`` (moves with every write), ``log_sequence`` and ``log_hash`` (head of the unit's hash chain) and
    ``event_sequence`` (number of its last event); on official rows they stay at their defaults.

    ``objects`` gives official rows; relations and validation use ``everything``, because a filtering default manager
    would make ``draft_course.course_runs`` empty.

    .. no_pii:
    """

    kind: ClassVar[UnitKind]
    classes: ClassVar[FieldClasses]
    immutable_fields: ClassVar[tuple[str, ...]] = ("uuid", "key", "draft")

    BOOKKEEPING: ClassVar[tuple[str, ...]] = (
        "id",
        "draft",
        "draft_version",
        "key_normalized",
        "revision",
        "published_revision",
        "log_sequence",
        "log_hash",
        "event_sequence",
        "created",
        "modified",
    )

    uuid = models.UUIDField(_("UUID"), default=uuid.uuid4, editable=False)
    key = models.CharField(_("key"), max_length=255)
    key_normalized = BinaryCharField(_("normalised key"), max_length=255, editable=False)
    draft = models.BooleanField(_("draft"), default=True, editable=False)
    draft_version = models.OneToOneField(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="official_version"
    )
    status = models.CharField(_("status"), max_length=32, choices=Status, default=Status.UNPUBLISHED)

    revision = models.PositiveBigIntegerField(_("revision"), default=0, editable=False)
    published_revision = models.PositiveBigIntegerField(
        _("published revision"),
        null=True,
        editable=False,
        help_text=_("The anchor's revision at which draft and official were last known to be equal."),
    )
    log_sequence = models.PositiveBigIntegerField(_("last log entry"), default=0, editable=False)
    log_hash = models.CharField(_("hash of the last log entry"), max_length=64, default="", editable=False)
    event_sequence = models.PositiveBigIntegerField(_("last event"), default=0, editable=False)
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    modified = models.DateTimeField(_("modified"), default=timezone.now, editable=False)

    objects = OfficialManager()
    drafts = DraftManager()
    everything: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True
        default_manager_name = "everything"
        base_manager_name = "everything"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["uuid", "draft"],
                name="ocp_%(class)s_uuid_draft_uniq",
                violation_error_message=_("A unit has one row per side."),
            ),
            models.UniqueConstraint(
                fields=["key_normalized", "draft"],
                name="ocp_%(class)s_key_draft_uniq",
                violation_error_message=_("This key is taken."),
            ),
            models.CheckConstraint(
                condition=Q(draft=True, draft_version__isnull=True) | Q(draft=False, draft_version__isnull=False),
                name="ocp_%(class)s_pointer_check",
                violation_error_message=_("An official row points at its draft row, a draft row at none."),
            ),
        ]
        indexes = [
            # The lists of each side by key, whose pages lie side by side; the unique constraint ends with the side.
            models.Index(fields=["draft", "key_normalized", "id"], name="ocp_%(class)s_key_idx"),
            # The lists of each side, newest change first, and the walk of clients that ask for what changed since.
            models.Index(fields=["draft", "modified", "id"], name="ocp_%(class)s_modified_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.side.label})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """
        Save with the normalised key in step with the key.

        Raises:
            ValidationError: when uuid, key or side differ from the stored row.
        """
        self.key_normalized = normalize_key(self.key)
        super().save(*args, **kwargs)

    @property
    def side(self) -> Side:
        """The side that this row is on."""
        return Side.DRAFT if self.draft else Side.OFFICIAL

    @property
    def anchor_id(self) -> int:
        """Primary key of the unit's anchor, the draft root row."""
        anchor_id: int = self.pk if self.draft else self.draft_version_id  # type: ignore[attr-defined]
        return anchor_id

    @property
    def official(self) -> Self | None:
        """The official row of a draft row; None before the first publication and after a removal."""
        try:
            row: Self = self.official_version  # type: ignore[attr-defined]
        except ObjectDoesNotExist:
            return None
        return row

    @property
    def has_unpublished_changes(self) -> bool:
        """Whether this draft was written since draft and official were last known to be equal."""
        return self.revision != self.published_revision

    @classmethod
    def unpublished_changes(cls) -> Q:
        """Return the condition, for query sets of drafts, that ``has_unpublished_changes`` answers for one row."""
        return Q(published_revision__isnull=True) | ~Q(published_revision=F("revision"))
