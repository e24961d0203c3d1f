"""Reviews, their acts and what people said, as they are stored: read-only. Reviewers work on the review site."""

from __future__ import annotations

from django.contrib import admin

from openedx_catalog_publisher.admin.logs import ChainedAdmin, LogAdmin
from openedx_catalog_publisher.models import Comment, Review, ReviewRecord


@admin.register(Review)
class ReviewAdmin(LogAdmin):
    """Reviews, open and over."""

    date_hierarchy = "opened_at"
    list_display = ("unit_key", "unit_kind", "status", "step_since", "due", "closing", "attempts")
    list_filter = ("status", "closing", "unit_kind", "origin")
    search_fields = ("unit_key", "=unit_uuid", "=course_uuid", "=uuid", "=review_digest")
    fields = (
        "uuid",
        "unit_kind",
        "unit_key",
        "unit_uuid",
        "course_uuid",
        "origin",
        "status",
        "missing_steps",
        "snapshot",
        "content_digest",
        "review_digest",
        "base",
        "opened_at",
        "opened_by",
        "step_since",
        "due",
        "not_before",
        "attempts",
        "last_error",
        "lateness",
        "closed_at",
        "closing",
        "closing_fields",
    )


@admin.register(ReviewRecord)
class ReviewRecordAdmin(ChainedAdmin):
    """Acts of reviews, in the chains of their units."""

    list_display = ("__str__", "action", "step", "status", "actor_name", "occurred_at")
    list_filter = ("action", "step", "confirmation", "source", "unit_kind")
    fields = (
        "unit",
        "sequence",
        "action",
        "step",
        "status",
        "reason",
        "confirmation",
        "actor_name",
        "occurred_at",
        "operation",
        "source",
        "revision",
        "review",
        "snapshot",
        "review_digest",
        "content_digest",
        "previous_hash",
        "record_hash",
    )


@admin.register(Comment)
class CommentAdmin(LogAdmin):
    """What people said about drafts."""

    date_hierarchy = "created"
    list_display = ("unit_key", "field", "author", "created")
    list_select_related = ("author",)
    list_filter = ("unit_kind",)
    search_fields = ("unit_key", "=unit_uuid", "=course_uuid", "author__username", "text")
    fields = ("uuid", "unit_kind", "unit_key", "unit_uuid", "field", "author", "author_pseudonym", "created", "text")
