"""The mail that somebody commented."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.consumers.notifications.letters import Letter, Recipient
from openedx_catalog_publisher.consumers.notifications.recipients import coordinators_of, team_told_of
from openedx_catalog_publisher.consumers.notifications.units import course_of, draft_of, facts_of, review_url
from openedx_catalog_publisher.models import Comment, EventKind, OutboxEvent, ReviewRecord, ReviewStep, UnitKind
from openedx_catalog_publisher.publishing.unit_tables import UNITS

OPENINGS: Mapping[tuple[str, str], Any] = {
    (ReviewRecord.Action.SUBMITTED, ""): _("{author} submitted it for review, and wrote:"),
    (ReviewRecord.Action.APPROVED, ReviewStep.LEGAL): _("{author} approved it in the legal review, and wrote:"),
    (ReviewRecord.Action.APPROVED, ReviewStep.INTERNAL): _("{author} approved it in the internal review, and wrote:"),
    (ReviewRecord.Action.SKIPPED, ReviewStep.LEGAL): _("{author} skipped the legal review, and wrote:"),
    (ReviewRecord.Action.SKIPPED, ReviewStep.INTERNAL): _("{author} skipped the internal review, and wrote:"),
    (ReviewRecord.Action.CHANGES_REQUESTED, ReviewStep.LEGAL): _(
        "{author} asks for changes in the legal review. It is with its team again, to be edited and submitted anew:"
    ),
    (ReviewRecord.Action.CHANGES_REQUESTED, ReviewStep.INTERNAL): _(
        "{author} asks for changes in the internal review. It is with its team again, to be edited and submitted anew:"
    ),
    (ReviewRecord.Action.WITHDRAWN, ""): _("{author} withdrew it from its review, and wrote:"),
}
"""By act and step of a review: how the mail about the comment that was given with it begins."""


class CommentAdded:
    """
    Tells the team of a course, and its project coordinators, what somebody else wrote about it: in a conversation, or
    with a decision, a request for changes or a withdrawal, of which it tells with it.
    """

    name = "comment_added"
    kinds: Collection[EventKind] = frozenset({EventKind.COMMENT_ADDED})

    def compose(self, event: OutboxEvent) -> Letter | None:
        """Return the comment."""
        comment = Comment.objects.select_related("author", "record").filter(uuid=event.payload["comment"]).first()
        unit = draft_of(event)
        if comment is None or unit is None:
            return None
        course = course_of(unit)
        coordinators = list(coordinators_of(course))
        told = (user for user in (*team_told_of(course), *coordinators) if user.pk != comment.author_id)
        record = comment.record
        return Letter(
            recipients=Recipient.of(told),
            context=facts_of(unit, coordinators)
            | {
                "opening": _opening(comment),
                "asks_for_changes": record is not None and record.action == ReviewRecord.Action.CHANGES_REQUESTED,
                "comment": comment.text,
                "review_url": review_url(record.review_id) if record is not None else None,
            },
        )


def _opening(comment: Comment) -> Any:
    """Return the first sentence; it is translated when it is shown."""
    author = comment.author
    name = (author.get_full_name() or author.get_username()) if author is not None else _("Somebody")
    record = comment.record
    if record is not None:
        at_step, anywhere = ((record.action, record.step), (record.action, ""))
        return format_lazy(OPENINGS[at_step if at_step in OPENINGS else anywhere], author=name)
    if comment.field:
        return format_lazy(_("{author} commented on “{field}”:"), author=name, field=_label(comment))
    return format_lazy(_("{author} commented:"), author=name)


def _label(comment: Comment) -> Any:
    """Return what people call the field that a comment is about."""
    fields = {field.name: field for field in UNITS[UnitKind(comment.unit_kind)].root._meta.get_fields()}
    return getattr(fields.get(comment.field), "verbose_name", comment.field.replace("_", " "))
