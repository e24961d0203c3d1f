"""
What is measured of commands: each case makes rows for one repetition and returns the engine's work and the floor's.

The two never work on the same rows, since the second would find the work done; they work on rows of the same shape that
one command made.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from benchmarks.catalogue import TEXTS, Catalogue
from benchmarks.floor import Copies, Drafts, edit_course, publish_first, republish, review_and_publish
from benchmarks.measure import Work
from benchmarks.relaying import EVENTS, LOOKS, STATEMENTS_PER_DELIVERY, relayed
from openedx_catalog_publisher.api import (
    Ofac,
    Selection,
    create_course,
    decide,
    submit_run,
    update_course,
    update_run,
    write_courses,
)
from openedx_catalog_publisher.models import Course, CourseRun, CourseSubject, CourseTopic, Review, UnitKind
from openedx_catalog_publisher.publishing.unit_tables import UNITS

T = sum(UNITS[kind].tables for kind in (UnitKind.COURSE, UnitKind.COURSE_RUN))
"""Tables of a course and its runs."""

FIRST_PUBLICATION = 3 * T + 10
REPUBLICATION = 2 * T + 10
CREATION = 40
REVIEW = 120
TIMES_THE_FLOOR = 10.0
SECONDS_FOR_ALL = 15.0


@dataclass(frozen=True)
class Sizes:
    """
    How much is measured.

    Attributes:
        repetitions: pairs of each case that is measured by repeating it.
        release: courses of the release.
        bulk: courses of the cases that are measured batch by batch.
        events: events that the relay is given at once.
    """

    repetitions: int
    release: int
    bulk: int
    events: int = EVENTS


@dataclass(frozen=True)
class Bound:
    """
    What a case may cost.

    Attributes:
        statements: most statements of one run. What must not depend on the number of units has the bound of a single
            one, whatever their number.
        ratio: most times the floor, median of the pairs; None for no such bound.
        seconds: most seconds for all runs together; None for no such bound.
    """

    statements: int
    ratio: float | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Case:
    """
    One thing to measure.

    Attributes:
        name: what it is called on the command line.
        title: what it is called in the table.
        bound: what it may cost.
        repetitions: how many pairs.
        prepare: makes the rows of one repetition and returns the engine's work and the floor's.
        in_batches: whether the repetitions are the parts of one whole, whose total counts.
        things: how many of what one run does are told by the second; 0 where that says nothing.
    """

    name: str
    title: str
    bound: Bound
    repetitions: int
    prepare: Callable[[], tuple[Work, Work]]
    in_batches: bool = False
    things: int = 0


def writing_cases(catalogue: Catalogue, sizes: Sizes) -> list[Case]:
    """Return the cases of commands that write, in the order of the table."""
    batch = min(catalogue.courses_per_batch, sizes.bulk)
    batches = sizes.bulk // batch
    courses = batches * batch
    units = batch * catalogue.units_per_course
    # Bounds on times are for a server. Within SQLite a floor that moves rows without leaving the database pays for no
    # conversation, and a ratio to it says nothing about the platform.
    is_server = connection.vendor != "sqlite"
    ratio, seconds = (TIMES_THE_FLOOR, SECONDS_FOR_ALL) if is_server else (None, None)
    runs = catalogue.runs_per_course
    return [
        Case(
            name="first-publish",
            title=f"first publish of a course with {runs} runs",
            bound=Bound(statements=FIRST_PUBLICATION, ratio=ratio),
            repetitions=sizes.repetitions,
            prepare=lambda: _first_publications(catalogue, 1),
        ),
        Case(
            name="republish",
            title="republish after one changed field",
            bound=Bound(statements=REPUBLICATION),
            repetitions=sizes.repetitions,
            prepare=lambda: _republications(catalogue),
        ),
        Case(
            name="release",
            title=f"release of {sizes.release} courses with {runs} runs each, one transaction",
            bound=Bound(statements=FIRST_PUBLICATION, ratio=ratio),
            repetitions=max(2, sizes.repetitions // 4),
            prepare=lambda: _first_publications(catalogue, sizes.release),
        ),
        Case(
            name="review",
            title="whole cycle of a run with its course: submit, legal, internal, go live",
            bound=Bound(statements=REVIEW),
            repetitions=sizes.repetitions,
            prepare=lambda: _reviews(catalogue),
        ),
        Case(
            name="edit-title",
            title="draft edit: title",
            bound=Bound(statements=10),
            repetitions=sizes.repetitions,
            prepare=lambda: _title_edits(catalogue),
        ),
        Case(
            name="edit-twelve",
            title="draft edit: twelve fields",
            bound=Bound(statements=20),
            repetitions=sizes.repetitions,
            prepare=lambda: _twelve_edits(catalogue),
        ),
        Case(
            name="create",
            title="create course with one run",
            bound=Bound(statements=CREATION),
            repetitions=sizes.repetitions,
            prepare=lambda: _creations(catalogue),
        ),
        Case(
            name="drafts",
            title=f"drafts of {courses:,} courses with {runs} runs each, by batches of {units} units",
            bound=Bound(statements=CREATION, seconds=seconds),
            repetitions=batches,
            prepare=lambda: _draft_batches(catalogue, batch),
            in_batches=True,
        ),
        Case(
            name="officials",
            title=f"official rows of {courses:,} courses with {runs} runs each, by batches of {units} units",
            bound=Bound(statements=FIRST_PUBLICATION, seconds=seconds),
            repetitions=batches,
            prepare=lambda: _first_publications(catalogue, batch),
            in_batches=True,
        ),
        Case(
            name="relay",
            title=f"relay of {sizes.events} events to a consumer that does nothing",
            bound=Bound(statements=STATEMENTS_PER_DELIVERY * sizes.events + LOOKS),
            repetitions=max(2, sizes.repetitions // 4),
            prepare=lambda: relayed(sizes.events),
            things=sizes.events,
        ),
    ]


def _first_publications(catalogue: Catalogue, courses: int) -> tuple[Work, Work]:
    made = catalogue.make_drafts(2 * courses)
    selection, drafts = Selection.of(made[0::2], all_runs=True), Drafts.of(made[1::2])
    return lambda: catalogue.publish(catalogue.admin, selection), lambda: publish_first(drafts)


def _republications(catalogue: Catalogue) -> tuple[Work, Work]:
    ours, theirs = catalogue.make_published(2)
    for course in (ours, theirs):
        update_course(catalogue.system, course, {"outcome": catalogue.text(TEXTS["outcome"])})
    selection, drafts = Selection.of([ours], all_runs=True), Drafts.of([theirs])
    return lambda: catalogue.publish(catalogue.admin, selection), lambda: republish(drafts, "outcome")


def _reviews(catalogue: Catalogue) -> tuple[Work, Work]:
    ours, theirs = catalogue.make_drafts(2)
    picture = f"catalog_publisher/courses/{'a' * 48}.png"
    update_course(catalogue.system, ours, {"image": picture})
    run = CourseRun.drafts.filter(course__uuid=ours).earliest("pk").uuid
    update_run(catalogue.system, run, {"go_live_date": "2026-01-01T00:00:00Z"})
    drafts = Drafts.of([theirs])

    def cycle() -> None:
        submitted = submit_run(catalogue.admin, run)
        found = dict(Review.objects.filter(course_uuid=ours).values_list("unit_kind", "review_digest"))
        seen: dict[str, Any] = {"run_digest": found[UnitKind.COURSE_RUN], "course_digest": found[UnitKind.COURSE]}
        decide(catalogue.admin, submitted.review, **seen, step="legal", ofac=Ofac(has_restrictions=False))
        decided = decide(catalogue.admin, submitted.review, **seen, step="internal")
        if decided.release is None:
            raise RuntimeError("The run did not go live.")

    return cycle, lambda: review_and_publish(Drafts(courses=drafts.courses, runs=drafts.runs[:1]))


def _title_edits(catalogue: Catalogue) -> tuple[Work, Work]:
    ours, theirs = catalogue.make_published(2)
    title, pk = catalogue.text(60), _pk(theirs)
    return (
        lambda: update_course(catalogue.admin, ours, {"title": title}),
        lambda: edit_course(pk, {"title": title}, {}),
    )


def _twelve_edits(catalogue: Catalogue) -> tuple[Work, Work]:
    ours, theirs = catalogue.make_published(2)
    columns: dict[str, Any] = {name: catalogue.text(characters) for name, characters in TEXTS.items()}
    columns |= {
        "title": catalogue.text(60),
        "prerequisites_raw": catalogue.text(100),
        "learner_testimonials": catalogue.text(200),
        "additional_information": catalogue.text(100),
        "excluded_from_search": True,
    }
    subjects, topics = catalogue.subjects[:3], catalogue.topics[:3]
    changes = columns | {"subjects": subjects, "topics": topics}
    links: Mapping[type[models.Model], list[dict[str, Any]]] = {
        CourseSubject: [{"subject_id": row.pk, "position": position} for position, row in enumerate(subjects)],
        CourseTopic: [{"topic_id": row.pk, "position": position} for position, row in enumerate(topics)],
    }
    pk = _pk(theirs)
    return lambda: update_course(catalogue.admin, ours, changes), lambda: edit_course(pk, columns, links)


def _creations(catalogue: Catalogue) -> tuple[Work, Work]:
    changes, number, run = catalogue.course_changes(), catalogue.number(), catalogue.run_changes()
    (template,) = catalogue.make_drafts(1)
    drafts = Drafts.of([template])
    copies = Copies(Drafts(courses=drafts.courses, runs=drafts.runs[:1]), 1)
    return lambda: create_course(catalogue.admin, number=number, changes=changes, runs=[run]), copies.insert


def _draft_batches(catalogue: Catalogue, courses: int) -> tuple[Work, Work]:
    inputs = catalogue.course_inputs(courses)
    (template,) = catalogue.make_drafts(1)
    copies = Copies(Drafts.of([template]), courses)
    return lambda: write_courses(catalogue.admin, inputs), copies.insert


def _pk(course: uuid.UUID) -> int:
    return int(Course.drafts.values_list("pk", flat=True).get(uuid=course))
