"""The audit that races and crash tests trust finds nothing wrong with what is right, and names what is not."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Callable

import pytest
from django.db.models import F

from openedx_catalog_publisher.api import Selection, update_course, update_run
from openedx_catalog_publisher.ledger.canonical_json import canonical_json
from openedx_catalog_publisher.models import (
    Course,
    CourseEntitlement,
    CourseRun,
    CourseUrlSlug,
    EditRecord,
    OutboxEvent,
    Publication,
    Seat,
)
from tests.factories import SYSTEM, make_course, publish_now
from tests.races.audit import audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def units() -> tuple[uuid.UUID, uuid.UUID]:
    """A course and its run, published, edited, published again, and edited since."""
    made = make_course(url_slug="a-slug")
    course, run = made.course.uuid, made.runs[0].uuid
    publish_now(Selection.of([course], all_runs=True))
    update_course(SYSTEM, course, {"title": "Second"})
    update_run(SYSTEM, run, {"end": "2032-12-31T00:00:00Z"})
    publish_now(Selection.of([course], all_runs=True))
    update_course(SYSTEM, course, {"title": "Third"})
    return course, run


def test_it_finds_nothing_wrong_with_what_commands_left(units: tuple[uuid.UUID, uuid.UUID]) -> None:
    assert audit(units) == {}


def overwrite(model: type[EditRecord], sequence: int, old: str, new: str) -> None:
    """Let an entry of the edit log say something else."""
    record = model.objects.get(unit_kind="course", sequence=sequence)
    changes = zlib.compress(canonical_json({"title": {"old": old, "new": new}}), 1)
    model._base_manager.filter(pk=record.pk)._update([(model._meta.get_field("changes"), None, changes)])


TAMPERINGS: dict[str, tuple[Callable[[], object], str]] = {
    "an official column": (lambda: Course.objects.update(title="Other"), "not what was published last"),
    "an official row of another table": (
        lambda: Seat.objects.filter(course_run__draft=False).first().delete(),
        "not what was published last",
    ),
    "the official status": (lambda: CourseRun.objects.update(status="unpublished"), "the official status is"),
    "a draft column": (lambda: Course.drafts.update(title="Lost"), "the draft is not what the log says: ['title']"),
    "a draft row of another table": (
        lambda: CourseEntitlement.objects.filter(course__draft=True).delete(),
        "the draft is not what the log says: ['entitlement']",
    ),
    "an overwritten value": (lambda: overwrite(EditRecord, 3, "First", "Second"), "overwrote title"),
    "what was published": (lambda: overwrite(EditRecord, 3, "Second", "Else"), "is not the draft of its moment"),
    "a revision": (lambda: Course.drafts.update(revision=F("revision") + 1), "the anchor's heads are"),
    "an event": (lambda: OutboxEvent.objects.filter(sequence=1)._raw_delete("default"), "events are"),
    "the last record": (
        lambda: Publication.objects.filter(unit_kind="course_run", number=2)._raw_delete("default"),
        "verify_log: head_mismatch",
    ),
    "equal sides": (lambda: Course.drafts.update(published_revision=F("revision")), "says that they are equal"),
    "a slug": (lambda: CourseUrlSlug.objects.update(is_active=False), "slugs with is_active are"),
    "a pointer": (
        lambda: CourseRun.objects.update(course=Course.drafts.get()),
        "the course of the official run is not of that side",
    ),
    "an official side": (
        lambda: CourseRun.objects.all().delete(),
        "no official rows for the last publication",
    ),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_it_names_what_is_not_as_it_must_be(what: str, units: tuple[uuid.UUID, uuid.UUID]) -> None:
    tamper, words = TAMPERINGS[what]

    tamper()

    found = [problem for problems in audit(units).values() for problem in problems]
    assert any(words in problem for problem in found), found
