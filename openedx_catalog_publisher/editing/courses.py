"""Commands on courses: create, update."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.anchors import Anchor, Anchors, expect_tag, read_anchors
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.rights import require, require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.editing.canonical import default_content
from openedx_catalog_publisher.editing.drafts import canonical_changes, check_references, draft_write
from openedx_catalog_publisher.editing.price_lists import canonical_prices, priced_entitlement
from openedx_catalog_publisher.editing.run_creation import run_creation
from openedx_catalog_publisher.editing.run_keys import check_free, course_key
from openedx_catalog_publisher.editing.slugs import SlugRules, free_course_slug
from openedx_catalog_publisher.editing.topics import known_topic_codes, topic_codes
from openedx_catalog_publisher.editing.types import check_course_type, check_keeps_what_is_sold
from openedx_catalog_publisher.models import (
    Course,
    CourseEditor,
    EventKind,
    OrganizationProfile,
    Side,
    Source,
    UnitKind,
)
from openedx_catalog_publisher.outbox.record import unit_event
from openedx_catalog_publisher.publishing.capture import capture
from openedx_catalog_publisher.publishing.draft_writes import DraftWrite, new_anchor, write_drafts
from openedx_catalog_publisher.publishing.references import ReferenceIndex
from openedx_catalog_publisher.settings.conf import default_source_slug


@dataclass(frozen=True)
class Written:
    """
    What a write did to a draft.

    Attributes:
        uuid: the unit.
        key: its key.
        revision: the draft's revision afterwards.
        changed: names of the fields that moved; empty where the input equalled the draft and nothing was written.
    """

    uuid: uuid.UUID
    key: str
    revision: int
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Extras:
    """
    What clients say of a course in words that are not its content's.

    Attributes:
        prices: prices by slug of the seat type, which make the entitlement (``price_lists``); None leaves it.
        topics: names of topics, made where they do not exist (``topics``); None leaves them.
        tag: the version of the draft and its runs that the caller saw (``course_tag``); None is last-wins per field.
        makes_slug: whether a draft without a slug gets one from its title.
    """

    prices: Mapping[str, Any] | None = None
    topics: Sequence[str] | None = None
    tag: str | None = None
    makes_slug: bool = False


NO_EXTRAS = Extras()


@dataclass(frozen=True)
class CourseCreated:
    """A created course with the runs that were created with it."""

    course: Written
    runs: tuple[Written, ...]


def written(entry: DraftWrite, changed: Sequence[str]) -> Written:
    """Return what a write did, after it was carried out."""
    return Written(uuid=entry.anchor.uuid, key=entry.anchor.key, revision=entry.anchor.revision, changed=tuple(changed))


@command
def create_course(
    operation: Operation,
    *,
    number: str,
    changes: Mapping[str, Any],
    runs: Sequence[Mapping[str, Any]] = (),
    extras: Extras = NO_EXTRAS,
) -> CourseCreated:
    """
    Create the draft of a course, and of runs with it. Its creator becomes its first editor.

    Arguments:
        operation: given by the command.
        number: the course number; with the key of the first owner it makes the course's key, and never changes.
        changes: content and state by name, as ``canonical_content`` takes it; ``authoring_organizations`` is required.
            Without ``url_slug`` the title makes one; without ``product_source`` the installation's default is taken.
        runs: content and state of each run; see ``create_run`` for ``run`` and ``key``.
        extras: what clients name in their own way; its prices are those of all runs.

    Raises:
        NotPermitted: when the actor may not create courses of the first owner.
        InvalidInput: naming every faulty field; those of runs as ``runs[0].start``. A key that is taken names ``key``.
    """
    references = ReferenceIndex()
    entry = course_creation(operation, number=number, changes=changes, references=references, extras=extras)
    anchors = Anchors(courses={entry.anchor.uuid: entry.anchor}, runs={})
    writes = [entry]
    taken: set[str] = set()
    for index, run in enumerate(runs):
        try:
            write = run_creation(
                operation, entry.anchor, entry.snapshot.content, run, references, taken, prices=extras.prices
            )
        except InvalidInput as error:
            raise InvalidInput({f"runs[{index}].{name}": found for name, found in error.fields.items()}) from error
        anchors.runs[write.anchor.uuid] = write.anchor
        writes.append(write)
    changed = {write.anchor.uuid: sorted(write.logged) for write in writes}
    write_drafts(operation, anchors, writes, references)
    point_at_first_run(anchors.courses, anchors.runs.values())
    add_first_editor(operation, entry.anchor)
    anchors.save()
    return CourseCreated(
        course=written(entry, changed[entry.anchor.uuid]),
        runs=tuple(written(write, changed[write.anchor.uuid]) for write in writes[1:]),
    )


def course_creation(
    operation: Operation,
    *,
    number: str,
    changes: Mapping[str, Any],
    references: ReferenceIndex,
    extras: Extras = NO_EXTRAS,
) -> DraftWrite:
    """
    Return the write that creates a course.

    Raises:
        NotPermitted: when the actor may not create courses of the first owner.
        InvalidInput: naming every faulty field.
    """
    content, state = canonical_changes(UnitKind.COURSE, changes)
    owners = content.get("authoring_organizations") or []
    if not owners:
        raise InvalidInput({"authoring_organizations": ["A course has at least one organization that owns it."]})
    check_references(UnitKind.COURSE, content, None, references)
    owner = str(OrganizationProfile._meta.model_name), owners[0]
    require(operation.actor, Action.CREATE_COURSE, OrganizationProfile(pk=references.pk(*owner)))
    check_course_type(operation, content.get("type"), owners)
    if content.get("url_slug") is None and content.get("title"):
        operation.generated.add("url_slug")
        content["url_slug"] = free_course_slug(content["title"])
    if content.get("product_source") is None:
        content["product_source"] = _default_source()
    SlugRules().check(content, created=True)
    content |= _extra_content(operation, default_content(UnitKind.COURSE) | content, extras)
    key = course_key(references.label(*owner), number)
    check_free(Course, key)
    anchor = new_anchor(UnitKind.COURSE, uuid.uuid4(), key, watchers=[], canonical_course_run_id=None)
    anchor.values |= {"number": number.strip(), "key_for_reruns": content.get("key_for_reruns")}
    identity = {"key": key, "number": number.strip()}
    return draft_write(anchor, None, default_content(UnitKind.COURSE), content, state, identity)


def _extra_content(operation: Operation, content: Mapping[str, Any], extras: Extras) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if extras.prices is not None:
        extra["entitlement"] = priced_entitlement(content, canonical_prices(extras.prices))
    if extras.topics is not None:
        extra["topics"] = topic_codes(operation, extras.topics)
    return extra


def _default_source() -> str | None:
    found = Source.objects.filter(slug=default_source_slug(), retired=False).values_list("uuid", flat=True).first()
    return None if found is None else str(found)


def add_first_editor(operation: Operation, course: Anchor) -> None:
    """Make the creator of a course its first editor; the system is nobody's editor. The caller saves the anchor."""
    user = operation.actor.user
    if user is None:
        return
    CourseEditor.objects.create(course_id=course.pk, user=user)
    unit_event(operation, course, EventKind.EDITOR_ADDED, {"editor": str(operation.pseudonym)}).save()


def point_at_first_run(courses: Mapping[uuid.UUID, Anchor], created: Iterable[Anchor]) -> None:
    """Point courses that have no canonical run at the first of the created ones; the caller saves the anchors."""
    for run in created:
        course = courses[run["course_uuid"]]
        if course["canonical_course_run_id"] is None:
            course.set(canonical_course_run_id=run.pk)


@command
def update_course(
    operation: Operation,
    course: uuid.UUID,
    changes: Mapping[str, Any],
    *,
    revision: int | None = None,
    extras: Extras = NO_EXTRAS,
    keep_reviews: bool = False,
) -> Written:
    """
    Change a course's draft. Fields that are not named stay; equal input writes nothing.

    Arguments:
        operation: given by the command.
        course: uuid of the course.
        changes: content and state by name, as ``canonical_content`` takes it.
        revision: the revision that the caller saw; None is last-wins per field.
        extras: what clients name in their own way.
        keep_reviews: refuse what would close a review of the course or of one of its runs.

    Raises:
        Conflict: with ``keep_reviews``, when a review would have to be closed.
        NotPermitted: when the actor may not edit the course.
        StaleRevision: when the draft moved on.
        InvalidInput: naming every faulty field.
        UnitNotFound: when there is no such draft.
    """
    anchors = read_anchors(courses=[course], all_runs=extras.tag is not None)
    require_on_courses(operation.actor, Action.EDIT, anchors)
    anchor = anchors.courses[course]
    anchor.expect(revision)
    expect_tag(anchors, course, extras.tag)
    identity = {"uuid": str(course), "key": anchor.key, "number": anchor["number"]}
    content, state = canonical_changes(UnitKind.COURSE, changes, identity)
    names = set(content) | ({"authoring_organizations"} if "type" in content else set())
    names |= {name for name, value in (("entitlement", extras.prices), ("topics", extras.topics)) if value is not None}
    known = capture(UnitKind.COURSE, Side.DRAFT, [anchor.pk], names=names)
    current = known.units[course]
    base = current.snapshot.content
    content |= _extra_content(operation, {**base, **content}, extras)
    check_references(UnitKind.COURSE, content, base, known.references)
    SlugRules().check({**base, **content}, kept=[base["url_slug"]])
    if extras.makes_slug and not content.get("url_slug", base["url_slug"]):
        slug = free_course_slug(content.get("title", base["title"]) or "")
        if slug is not None:
            operation.generated.add("url_slug")
            content["url_slug"] = slug
    if content.get("type", base["type"]) != base["type"]:
        owners = content.get("authoring_organizations", base.get("authoring_organizations", []))
        check_course_type(operation, content["type"], owners)
        check_keeps_what_is_sold(operation, anchor, content["type"])
    entry = draft_write(anchor, current, base, content, state, current.snapshot.identity)
    changed = sorted(entry.logged)
    write_drafts(operation, anchors, [entry], known.references, keep_reviews=keep_reviews)
    return written(entry, changed)


def course_differences(course: uuid.UUID, changes: Mapping[str, Any], *, extras: Extras = NO_EXTRAS) -> tuple[str, ...]:
    """
    Return the names of what a change of a course's draft would write, sorted; nothing is written. Checks no rights.

    Arguments:
        course: uuid of the course.
        changes: content and state by name, as ``update_course`` takes it.
        extras: what clients name in their own way.

    Raises:
        InvalidInput: naming every faulty field.
        UnitNotFound: when there is no such draft.
    """
    anchors = read_anchors(courses=[course], lock=False)
    anchor = anchors.courses[course]
    identity = {"uuid": str(course), "key": anchor.key, "number": anchor["number"]}
    content, state = canonical_changes(UnitKind.COURSE, changes, identity)
    base = capture(UnitKind.COURSE, Side.DRAFT, [anchor.pk]).units[course].snapshot.content
    wanted: dict[str, Any] = dict(content)
    if extras.prices is not None:
        wanted["entitlement"] = priced_entitlement({**base, **content}, canonical_prices(extras.prices))
    if extras.topics is not None:
        wanted["topics"] = known_topic_codes(extras.topics)
    moved = {name for name, value in wanted.items() if value != base[name]}
    return tuple(sorted(moved | {name for name, value in state.items() if value != anchor[name]}))
