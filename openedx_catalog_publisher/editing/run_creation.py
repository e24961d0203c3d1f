"""What a course run that is being created starts with."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime

from openedx_catalog_publisher.commands.anchors import Anchor
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.editing.canonical import default_content
from openedx_catalog_publisher.editing.drafts import canonical_changes, check_references, draft_write
from openedx_catalog_publisher.editing.price_lists import canonical_prices, priced_seats
from openedx_catalog_publisher.editing.run_keys import (
    check_free,
    free_run_key,
    run_key,
    split_course_key,
    whole_run_key,
)
from openedx_catalog_publisher.editing.slugs import run_slug
from openedx_catalog_publisher.editing.types import check_run_type
from openedx_catalog_publisher.models import CourseRun, UnitKind
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.publishing.draft_writes import DraftWrite, new_anchor
from openedx_catalog_publisher.publishing.references import ReferenceIndex

KEY_INPUT = frozenset({"run", "key"})
NOTHING: Mapping[str, Any] = {}


def run_creation(  # noqa: PLR0913 - each says one thing of the run
    operation: Operation,
    course: Anchor,
    course_content: Mapping[str, Any],
    changes: Mapping[str, Any],
    references: ReferenceIndex,
    taken: set[str],
    *,
    prices: Mapping[str, Any] | None = None,
    copied: Mapping[str, Any] = NOTHING,
) -> DraftWrite:
    """
    Return the write that creates a run.

    Arguments:
        operation: the command's operation.
        course: the course's anchor, locked or being created.
        course_content: the course's content, at least ``type`` and ``title``.
        changes: content and state by name; besides them ``run``, the run part of the key as the organization types it,
            or ``key``, a whole key (importers: a run may be attached to a course whose key differs from its own).
            Without either, the start makes the key.
        references: what is known.
        taken: normalised keys of runs that the same command creates; the key is added.
        prices: prices by slug of the seat type, which make the seats (``price_lists``); None leaves them.
        copied: canonical content of another run, for what ``changes`` do not name; what it names may be retired.

    Raises:
        InvalidInput: naming every faulty field.
    """
    rest = {name: value for name, value in changes.items() if name not in KEY_INPUT}
    content, state = canonical_changes(UnitKind.COURSE_RUN, rest)
    content = {**copied, **content}
    check_references(UnitKind.COURSE_RUN, content, copied, references)
    check_run_type(operation, content.get("type"), course_content.get("type"))
    content.setdefault("pacing_type", str(CourseRun.Pacing.INSTRUCTOR))
    if prices is not None:
        content["seats"] = priced_seats(default_content(UnitKind.COURSE_RUN) | content, canonical_prices(prices))
        check_references(UnitKind.COURSE_RUN, {"seats": content["seats"]}, None, references)
    key = _key(operation, course, content, changes, taken)
    taken.add(normalize_key(key))
    if not content.get("slug"):
        content["slug"] = run_slug(content.get("title_override") or course_content.get("title"), key)
    anchor = new_anchor(
        UnitKind.COURSE_RUN,
        uuid.uuid4(),
        key,
        course_uuid=course.uuid,
        course_id=course.pk,
        go_live_date=None,
        announcement=None,
    )
    identity = {"key": key, "course": str(course.uuid)}
    return draft_write(anchor, None, default_content(UnitKind.COURSE_RUN), content, state, identity)


def _key(
    operation: Operation, course: Anchor, content: Mapping[str, Any], changes: Mapping[str, Any], taken: set[str]
) -> str:
    rerun_key = course["key_for_reruns"] or course.key
    if changes.get("key") or changes.get("run"):
        if changes.get("key"):
            key = whole_run_key(str(changes["key"]).strip())
        else:
            organization, number = split_course_key(rerun_key)
            key = run_key(organization, number, str(changes["run"]).strip())
        check_free(CourseRun, key, taken)
        return key
    start = parse_datetime(content.get("start") or "")
    if start is None:
        raise InvalidInput({"start": ["Give the start, from which the run's key is made, or type the run part."]})
    operation.generated.add("key")
    return free_run_key(rerun_key, start, taken)
