"""Four eyes: who contributed to what is being reviewed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import F, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from openedx_catalog_publisher.commands.errors import NotPermitted
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.ledger.edit_log import read_changes
from openedx_catalog_publisher.models import EditRecord, Publication, Release, Review, ReviewRecord, UnitKind
from openedx_catalog_publisher.models.field_classes import Review as Stand
from openedx_catalog_publisher.publishing.snapshots import change_stand
from openedx_catalog_publisher.settings import conf

CONTENT_ACTIONS = (
    EditRecord.Action.CREATE,
    EditRecord.Action.UPDATE,
    EditRecord.Action.DISCARD,
    EditRecord.Action.RESTORE,
)


def check_four_eyes(operation: Operation, reviews: Iterable[Review], step: str) -> None:
    """
    Check that the actor did not change what they approve, since it was last published.

    An edit counts that touched content which needs review; decisions, and edits of anything else, do not. The system
    is nobody's eyes.

    Raises:
        NotPermitted: with one sentence that names what they changed.
    """
    if operation.actor.is_system:
        return
    deciding = list(reviews)
    if conf.four_eyes():
        touched = contributed(operation.pseudonym, [review.unit_uuid for review in deciding])
        for review in deciding:
            if review.unit_uuid in touched:
                raise NotPermitted(
                    f"You changed {review.unit_key} yourself since it was last published, so somebody else approves it."
                )
    if conf.two_reviewers():
        _check_two_reviewers(operation, deciding, step)


def contributed(pseudonym: uuid.UUID, units: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """
    Return the units whose reviewed content somebody changed since it was last published, in one statement.

    Withdrawing a unit, publishing again what was withdrawn, and undoing or repairing what is official leave the draft
    alone, and its changes as unseen as they were.
    """
    published = (
        Publication.objects.filter(unit_uuid=OuterRef("unit_uuid"), action=Release.Action.PUBLISH)
        .exclude(previous__content_digest=F("content_digest"))
        .order_by()
        .values("unit_uuid")
        .annotate(last=Max("sequence"))
        .values("last")
    )
    records = (
        EditRecord.objects.filter(unit_uuid__in=list(units), actor=pseudonym, action__in=CONTENT_ACTIONS)
        .annotate(published=Coalesce(Subquery(published), Value(0)))
        .filter(sequence__gt=F("published"))
    )
    return {record.unit_uuid for record in records if _touches_reviewed(record)}


def _touches_reviewed(record: EditRecord) -> bool:
    kind = UnitKind(record.unit_kind)
    return any(
        change_stand(kind, name, change.get("old"), change.get("new")) is Stand.REVIEWED
        for name, change in read_changes(record).items()
    )


def _check_two_reviewers(operation: Operation, reviews: Iterable[Review], step: str) -> None:
    approved = Q(pk__in=())
    for review in reviews:
        approved |= Q(unit_uuid=review.unit_uuid, review_digest=review.review_digest)
    own = ReviewRecord.objects.filter(approved, action=ReviewRecord.Action.APPROVED, actor=operation.pseudonym)
    found = own.exclude(step=step).first()
    if found is not None:
        raise NotPermitted(
            f"You approved another step of {found.unit_key} yourself, and the two steps need two people."
        )
