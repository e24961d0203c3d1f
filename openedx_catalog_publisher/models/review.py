"""Reviews: what is being reviewed or waits to go live, every act of a review for good, and what people say about it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.ledger import ChainedRecord, Publication
from openedx_catalog_publisher.models.snapshot import Snapshot
from openedx_catalog_publisher.models.unit import Status, UnitKind


class ReviewStep(models.TextChoices):
    """The steps of a review, in their order."""

    LEGAL = "legal", _("Legal review")
    INTERNAL = "internal", _("Internal review")


class Review(models.Model):
    """
    The review of one unit's draft, from its submission until it goes live or is closed for another reason.

    Scenarios:

    ======================  ===============  =========  ========================================================
    status                  open_unit        closing    means
    ======================  ===============  =========  ========================================================
    review_by_legal         the unit         empty      it waits for legal staff, since ``step_since``
    review_by_internal      the unit         empty      it waits for a coordinator, since ``step_since``
    reviewed                the unit         empty      it is approved and waits: a run for ``due`` (null: for a
                                                        date), a course for one of its runs or for ``publish``
    any                     null             a reason   it is over, since ``closed_at``
    ======================  ===============  =========  ========================================================

    ``status`` is the step of this review alone; the draft run's own status is the earlier of this and its course's.
    ``open_unit`` is unique, and null once the review is over, so that a unit has at most one open review (design,
    invariant 5). ``snapshot`` is what is under review, and then what waits: it equals the draft as long as the review
    is open. ``base`` is the publication that was official when the last step was approved. ``due`` of a course is empty
    until it fails to go live with its approval: from then on the scheduler tries it again.

    Rows change under the lock of the course's anchor; what happened stands for good in ``ReviewRecord``.

    .. no_pii: people stand in it by pseudonym.
    """

    class Origin(models.TextChoices):
        """What opened the review of a course."""

        OWN = "own", _("submitted by itself")
        RUN = "run", _("submitted with a course run")

    class Closing(models.TextChoices):
        """Why a review is over."""

        WENT_LIVE = "went_live", _("went live")
        WITHDRAWN = "withdrawn", _("withdrawn")
        CHANGES_REQUESTED = "changes_requested", _("changes requested")
        EDITED = "edited", _("the draft was edited")
        DISCARDED = "discarded", _("the draft was discarded")
        RESTORED = "restored", _("an earlier publication was restored")
        UNPUBLISHED = "unpublished", _("unpublished")
        REMOVED = "removed", _("removed from the catalog")
        REPLACED = "replaced", _("something else was published")

    uuid = models.UUIDField(_("UUID"), default=uuid.uuid4, unique=True, editable=False)
    unit_kind = models.CharField(_("kind of unit"), max_length=16, choices=UnitKind)
    unit_uuid = models.UUIDField(_("UUID of the unit"))
    unit_key = models.CharField(_("key of the unit"), max_length=255)
    course_uuid = models.UUIDField(
        _("UUID of the course"), help_text=_("The course that it is, or that it belongs to.")
    )
    open_unit = models.UUIDField(_("unit while open"), null=True, blank=True, unique=True, editable=False)
    origin = models.CharField(_("origin"), max_length=8, choices=Origin, default=Origin.OWN)
    status = models.CharField(_("status"), max_length=32, choices=Status)
    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("what is reviewed")
    )
    content_digest = models.CharField(_("content digest"), max_length=64)
    review_digest = models.CharField(_("review digest"), max_length=64)
    missing_steps = models.JSONField(_("steps to come"), default=list, blank=True)
    base = models.ForeignKey(
        Publication,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reviews",
        verbose_name=_("official at approval"),
    )
    opened_at = models.DateTimeField(_("submitted"))
    opened_by = models.UUIDField(_("pseudonym of who submitted"))
    step_since = models.DateTimeField(_("waits since"))
    due = models.DateTimeField(_("goes live at"), null=True, blank=True)
    not_before = models.DateTimeField(_("not tried before"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts to go live"), default=0)
    last_error = models.TextField(_("last failure"), blank=True, default="")
    closed_at = models.DateTimeField(_("over since"), null=True, blank=True)
    closing = models.CharField(_("why it is over"), max_length=32, choices=Closing, blank=True, default="")
    closing_fields = models.JSONField(_("fields that ended it"), default=list, blank=True)
    lateness = models.PositiveIntegerField(_("went live late by seconds"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(open_unit__isnull=False, open_unit=models.F("unit_uuid"), closing="")
                | (models.Q(open_unit__isnull=True) & ~models.Q(closing="")),
                name="ocp_review_open_check",
                violation_error_message=_("A review is open, or over for a reason."),
            ),
        ]
        indexes = [
            # The open reviews of a course and of its runs, which every edit and publication of them asks for.
            models.Index(fields=["course_uuid", "open_unit"], name="ocp_review_course_idx"),
            # Who waits longest for a step comes first.
            models.Index(fields=["status", "step_since", "id"], name="ocp_review_queue_idx"),
            # What goes live next.
            models.Index(fields=["due", "id"], name="ocp_review_due_idx"),
            # All reviews of one unit.
            models.Index(fields=["unit_uuid", "id"], name="ocp_review_unit_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_key}: {self.get_closing_display() or self.get_status_display()}"


class ReviewRecord(ChainedRecord):
    """
    One act of a review, in the unit's hash chain.

    Scenarios: ``submitted`` opens a review, ``status`` says at which step; ``approved`` and ``skipped`` are decisions:
    they hold for the unit, the ``review_digest`` and the ``step`` for good, so that what was approved once is not asked
    for again; ``followed`` is a run whose status moved because its course was decided; ``amended`` is a change of what
    waits that needs no review (``content_digest`` moves, ``review_digest`` does not); ``changes_requested`` and
    ``withdrawn`` end it by somebody's wish, ``closed`` by something that happened to the unit; ``went_live`` ends it as
    meant.

    ``confirmation`` says how a decision named what it decides: by its digests, or, through Discovery's door, by the
    page that was shown. What people say beside it is a ``Comment``.

    .. no_pii: people stand in it by pseudonym.
    """

    class Action(models.TextChoices):
        """What was done."""

        SUBMITTED = "submitted", _("submitted")
        APPROVED = "approved", _("approved")
        SKIPPED = "skipped", _("skipped")
        FOLLOWED = "followed", _("followed its course's review")
        AMENDED = "amended", _("amended")
        CHANGES_REQUESTED = "changes_requested", _("changes requested")
        WITHDRAWN = "withdrawn", _("withdrawn")
        CLOSED = "closed", _("closed")
        WENT_LIVE = "went_live", _("went live")

    class Confirmation(models.TextChoices):
        """How a decision named the content that it is about."""

        NAMED = "named", _("by its digest")
        PAGE = "page", _("by the page that was shown")

    review = models.ForeignKey(Review, to_field="uuid", on_delete=models.PROTECT, related_name="records")
    action = models.CharField(_("action"), max_length=24, choices=Action)
    step = models.CharField(_("step"), max_length=16, choices=ReviewStep, blank=True, default="")
    status = models.CharField(_("status of the draft afterwards"), max_length=32, choices=Status)
    review_digest = models.CharField(_("review digest"), max_length=64)
    content_digest = models.CharField(_("content digest"), max_length=64)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="review_records")
    confirmation = models.CharField(_("confirmed"), max_length=8, choices=Confirmation, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=32, choices=Review.Closing, blank=True, default="")

    hashed_fields = (
        *ChainedRecord.CHAIN_FIELDS,
        "review_id",
        "action",
        "step",
        "status",
        "review_digest",
        "content_digest",
        "confirmation",
        "reason",
    )

    class Meta(ChainedRecord.Meta):
        verbose_name = _("act of a review")
        verbose_name_plural = _("acts of reviews")
        constraints = [
            models.UniqueConstraint(fields=["unit_uuid", "sequence"], name="ocp_review_record_sequence_uniq")
        ]
        # Which steps hold an approval for some content of a unit.
        indexes = [models.Index(fields=["unit_uuid", "review_digest", "action"], name="ocp_review_record_digest_idx")]


class Comment(models.Model):
    """
    What somebody said about a draft, perhaps about one field of it, or together with a decision (``record``).

    ``author`` is emptied when the account ends, ``author_pseudonym`` stays. Comments are not changed afterwards.

    .. pii: free text of people about drafts.
    .. pii_types: other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField(_("UUID"), default=uuid.uuid4, unique=True, editable=False)
    unit_kind = models.CharField(_("kind of unit"), max_length=16, choices=UnitKind)
    unit_uuid = models.UUIDField(_("UUID of the unit"))
    unit_key = models.CharField(_("key of the unit"), max_length=255)
    course_uuid = models.UUIDField(_("UUID of the course"))
    field = models.CharField(_("field"), max_length=64, blank=True, default="")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="catalog_comments"
    )
    author_pseudonym = models.UUIDField(_("pseudonym of the author"))
    text = models.TextField(_("comment"))
    created = models.DateTimeField(_("time"))
    record = models.ForeignKey(
        ReviewRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="comments", verbose_name=_("act")
    )

    class Meta:
        ordering = ["created", "id"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        # A course's comments with those of its runs, in the order of time.
        indexes = [models.Index(fields=["course_uuid", "created", "id"], name="ocp_comment_course_idx")]

    def __str__(self) -> str:
        return f"{self.unit_key} {self.created:%Y-%m-%d %H:%M}"
