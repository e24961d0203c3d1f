"""Commands on course runs: create, update."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.anchors import Anchor, read_anchors
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.editing.courses import Written, point_at_first_run, written
from openedx_catalog_publisher.editing.drafts import canonical_changes, check_references, draft_write
from openedx_catalog_publisher.editing.price_lists import canonical_prices, priced_seats, seats_with_terms
from openedx_catalog_publisher.editing.run_creation import run_creation
from openedx_catalog_publisher.editing.types import check_keeps_what_is_sold, check_run_type
from openedx_catalog_publisher.models import Course, CourseRun, Side, UnitKind
from openedx_catalog_publisher.publishing.capture import Capture, capture
from openedx_catalog_publisher.publishing.draft_writes import write_drafts

VERIFIED = "verified"

COPIED = ("language", "min_effort", "max_effort", "weeks_to_complete", "staff", "transcript_languages")
"""What a rerun takes over."""


@command
def create_run(
    operation: Operation,
    course: uuid.UUID,
    changes: Mapping[str, Any],
    *,
    prices: Mapping[str, Any] | None = None,
    rerun: uuid.UUID | None = None,
) -> Written:
    """
    Create the draft of a run of a course.

    Arguments:
        operation: given by the command.
        course: uuid of the course.
        changes: content and state by name; ``run`` types the run part of the key, ``key`` the whole key; without either
            the start makes the key (trimester and year, with a suffix of letters when it is taken).
        prices: prices by slug of the seat type, which make the seats (``price_lists``); None leaves them.
        rerun: uuid of a run of this course whose language, efforts, length, staff and transcripts are taken over where
            ``changes`` do not name them; None takes over nothing.

    Raises:
        NotPermitted: when the actor may not edit the course.
        InvalidInput: naming every faulty field; a key that is taken names ``key``, a run of another course ``rerun``.
        UnitNotFound: when there is no such course.
    """
    anchors = read_anchors(courses=[course])
    require_on_courses(operation.actor, Action.EDIT, anchors)
    anchor = anchors.courses[course]
    known = capture(UnitKind.COURSE, Side.DRAFT, [anchor.pk], names=())
    content = known.units[course].snapshot.content
    copied = {} if rerun is None else _copied(anchor, rerun, known)
    entry = run_creation(operation, anchor, content, changes, known.references, set(), prices=prices, copied=copied)
    anchors.runs[entry.anchor.uuid] = entry.anchor
    changed = sorted(entry.logged)
    write_drafts(operation, anchors, [entry], known.references, course_pks={course: anchor.pk})
    point_at_first_run(anchors.courses, [entry.anchor])
    anchors.save()
    return written(entry, changed)


def _copied(course: Anchor, rerun: uuid.UUID, known: Capture) -> dict[str, Any]:
    run = CourseRun.drafts.filter(uuid=rerun, course=course.pk).values_list("pk", flat=True).first()
    if run is None:
        raise InvalidInput({"rerun": [f"This is no run of {course.key}."]})
    capture(UnitKind.COURSE_RUN, Side.DRAFT, [run], names=COPIED, into=known)
    content = known.units[rerun].snapshot.content
    return {name: content[name] for name in COPIED}


@command
def update_run(
    operation: Operation,
    run: uuid.UUID,
    changes: Mapping[str, Any],
    *,
    revision: int | None = None,
    prices: Mapping[str, Any] | None = None,
    keep_reviews: bool = False,
    terms: Mapping[str, Mapping[str, Any]] | None = None,
) -> Written:
    """
    Change a run's draft. Fields that are not named stay; equal input writes nothing.

    A moved end clears the upgrade deadlines that were set on verified seats, unless seats are given too: a deadline
    that was right for another end is wrong for this one.

    Arguments:
        operation: given by the command.
        run: uuid of the run.
        changes: content and state by name, as ``canonical_content`` takes it.
        revision: the revision that the caller saw; None is last-wins per field.
        prices: prices by slug of the seat type, which make the seats (``price_lists``); None leaves them.
        keep_reviews: refuse what would close the review of the run.
        terms: canonical values of columns of seats, by slug of the seat type; None leaves them.

    Raises:
        Conflict: with ``keep_reviews``, when the review would have to be closed.
        NotPermitted: when the actor may not edit the course.
        StaleRevision: when the draft moved on.
        InvalidInput: naming every faulty field.
        UnitNotFound: when there is no such draft.
    """
    anchors = read_anchors(runs=[run])
    require_on_courses(operation.actor, Action.EDIT, anchors)
    anchor = anchors.runs[run]
    anchor.expect(revision)
    parent = str(anchors.course_of(anchor).uuid)
    identity = {"uuid": str(run), "key": anchor.key, "course": parent}
    content, state = canonical_changes(UnitKind.COURSE_RUN, changes, identity)
    names = set(content) | ({"seats"} if "end" in content or prices is not None or terms else set())
    known = capture(UnitKind.COURSE_RUN, Side.DRAFT, [anchor.pk], names=names)
    current = known.units[run]
    base = current.snapshot.content
    check_references(UnitKind.COURSE_RUN, content, base, known.references)
    if content.get("type", base["type"]) != base["type"]:
        course_type = Course.drafts.filter(pk=anchor["course_id"]).values_list("type__uuid", flat=True).get()
        check_run_type(operation, content["type"], None if course_type is None else str(course_type))
        check_keeps_what_is_sold(operation, anchor, content["type"])
    if "seats" not in content and content.get("end", base["end"]) != base["end"]:
        content["seats"] = [
            seat | {"upgrade_deadline_override": None} if seat["type"] == VERIFIED else seat for seat in base["seats"]
        ]
    if prices is not None:
        content["seats"] = priced_seats({**base, **content}, canonical_prices(prices))
        check_references(UnitKind.COURSE_RUN, {"seats": content["seats"]}, base, known.references)
    if terms:
        content["seats"] = seats_with_terms(content.get("seats", base["seats"]), terms)
    entry = draft_write(anchor, current, base, content, state, current.snapshot.identity)
    changed = sorted(entry.logged)
    write_drafts(operation, anchors, [entry], known.references, keep_reviews=keep_reviews)
    return written(entry, changed)
