"""Deleting drafts that never were anything else."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.anchors import Anchor, Anchors, read_anchors
from openedx_catalog_publisher.commands.bulk import delete_rows
from openedx_catalog_publisher.commands.errors import Conflict
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.ledger.edit_log import edit_record
from openedx_catalog_publisher.models import (
    Course,
    CourseEditor,
    CourseUrlRedirect,
    CourseUrlSlug,
    EditRecord,
    Publication,
    Side,
    UnitKind,
)
from openedx_catalog_publisher.outbox.consumers import STUDIO
from openedx_catalog_publisher.publishing.capture import capture
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from openedx_catalog_publisher.review.states import SUBMITTED


@command
def delete_course(operation: Operation, course: uuid.UUID, *, revision: int | None = None) -> None:
    """
    Delete the draft of a course that was never published, with its runs. The edit log keeps what it was.

    Arguments:
        operation: given by the command.
        course: uuid of the course.
        revision: the revision that the caller saw; None deletes whatever the draft is.

    Raises:
        NotPermitted: when the actor may not delete the course.
        StaleRevision: when the draft moved on.
        Conflict: when the course or one of its runs was published once, is in review, or a run is or may be in Studio;
            says the remedy.
        UnitNotFound: when there is no such draft.
    """
    anchors = read_anchors(courses=[course], all_runs=True)
    require_on_courses(operation.actor, Action.DELETE, anchors)
    anchors.courses[course].expect(revision)
    _delete(operation, anchors, [*anchors.runs.values(), anchors.courses[course]])


@command
def delete_run(operation: Operation, run: uuid.UUID, *, revision: int | None = None) -> None:
    """
    Delete the draft of a run that was never published and is not in Studio. The edit log keeps what it was.

    Arguments:
        operation: given by the command.
        run: uuid of the run.
        revision: the revision that the caller saw; None deletes whatever the draft is.

    Raises:
        NotPermitted: when the actor may not delete runs of the course.
        StaleRevision: when the draft moved on.
        Conflict: when the run was published once, is in review, or is or may be in Studio; says the remedy.
        UnitNotFound: when there is no such draft.
    """
    anchors = read_anchors(runs=[run])
    require_on_courses(operation.actor, Action.DELETE, anchors)
    anchors.runs[run].expect(revision)
    _delete(operation, anchors, [anchors.runs[run]])


def _delete(operation: Operation, anchors: Anchors, going: Sequence[Anchor]) -> None:
    _refuse_what_stays(going)
    pks = {kind: [anchor.pk for anchor in going if anchor.kind == kind] for kind in UnitKind}
    known = capture(UnitKind.COURSE, Side.DRAFT, pks[UnitKind.COURSE])
    capture(UnitKind.COURSE_RUN, Side.DRAFT, pks[UnitKind.COURSE_RUN], into=known)
    EditRecord.objects.bulk_create(
        _tombstone(operation, anchor, known.units[anchor.uuid].snapshot.content) for anchor in going
    )
    Course.everything.filter(canonical_course_run__in=pks[UnitKind.COURSE_RUN]).update(canonical_course_run=None)
    for model in (CourseEditor, CourseUrlSlug, CourseUrlRedirect):
        model._default_manager.filter(course__in=pks[UnitKind.COURSE]).delete()
    for kind in (UnitKind.COURSE_RUN, UnitKind.COURSE):
        for part in UNITS[kind].parts:
            rows = part.model._base_manager.filter(**{f"{part.owner_attname}__in": pks[kind]})
            rows._raw_delete(rows.db)
        delete_rows(UNITS[kind].root, pks[kind])


def _refuse_what_stays(going: Sequence[Anchor]) -> None:
    uuids = [anchor.uuid for anchor in going]
    published = sorted(set(Publication.objects.filter(unit_uuid__in=uuids).values_list("unit_key", flat=True)))
    if published:
        raise Conflict(
            f"Published once, so it cannot be deleted: {', '.join(published)}. Unpublish it instead, or discard the "
            "draft's changes.",
            [{"code": "published", "key": key} for key in published],
        )
    in_review = sorted(anchor.key for anchor in going if anchor.status in SUBMITTED)
    if in_review:
        raise Conflict(
            f"In review, or waiting to go live: {', '.join(in_review)}. Withdraw the review first.",
            [{"code": "in_review", "key": key} for key in in_review],
        )
    runs = [anchor for anchor in going if anchor.kind == UnitKind.COURSE_RUN]
    in_studio = sorted(anchor.key for anchor in runs if anchor["in_studio"])
    if in_studio:
        raise Conflict(
            f"In Studio: {', '.join(in_studio)}. Delete the course run in Studio first, then let the catalog look: "
            f"manage.py check_drift --consumer {STUDIO} --repair {' '.join(in_studio)}",
            [{"code": "in_studio", "key": key} for key in in_studio],
        )
    unknown = sorted(anchor.key for anchor in runs if anchor["in_studio"] is None)
    if unknown:
        raise Conflict(
            f"Perhaps in Studio: {', '.join(unknown)}. The last attempt to make it there ended without a word, and the "
            f"relay looks again at the next one: manage.py outbox retry --consumer {STUDIO}",
            [{"code": "perhaps_in_studio", "key": key} for key in unknown],
        )


def _tombstone(operation: Operation, anchor: Anchor, content: Mapping[str, Any]) -> EditRecord:
    anchor.move(operation.time, content=True)
    changes = {name: {"old": value, "new": None} for name, value in content.items() if value not in (None, [], {})}
    return edit_record(operation, anchor, EditRecord.Action.DELETE, changes)
