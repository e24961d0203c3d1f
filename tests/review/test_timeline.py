"""The timeline of a course: everything that happened to it and to its runs, the last first."""

from __future__ import annotations

import uuid

import pytest

from openedx_catalog_publisher.api import (
    Selection,
    add_comment,
    delete_run,
    publish,
    request_changes,
    update_course,
    update_run,
    withdraw,
)
from openedx_catalog_publisher.models import UnitKind
from openedx_catalog_publisher.review.timeline import Entry, timeline
from tests.publishing.test_budgets import counting
from tests.review.stage import Stage, set_stage

pytestmark = pytest.mark.django_db


def told(entries: list[Entry]) -> list[tuple[str, str, str]]:
    """Return kind of unit, kind of entry, and action of entries."""
    return [(entry.unit_kind, str(entry.what), entry.action) for entry in entries]


def newest(stage: Stage, count: int) -> list[Entry]:
    return timeline(stage.course)[0:count]


def test_everything_that_happened_stands_in_it_the_last_first() -> None:
    stage = set_stage()
    add_comment(stage.legal, UnitKind.COURSE_RUN, stage.run, "Who teaches?", field="staff")
    stage.submit(comment="Please.")
    stage.approve_legally(comment="Fine.")
    update_course(stage.editor, stage.course, {"title": "Another"})
    publish(stage.admin, Selection.of([stage.course]), without_review=True, message="The press waits.")

    assert told(list(timeline(stage.course))) == [
        ("course", "publication", "publish"),
        ("course_run", "review", "closed"),
        ("course", "review", "closed"),
        ("course", "edit", "update"),
        ("course_run", "review", "approved"),
        ("course_run", "edit", "update"),
        ("course", "review", "approved"),
        ("course_run", "review", "submitted"),
        ("course", "review", "submitted"),
        ("course_run", "comment", "commented"),
        ("course_run", "edit", "create"),
        ("course", "edit", "create"),
    ]


def test_each_entry_says_who_what_and_why() -> None:
    stage = set_stage()
    editor, legal = stage.editor.user.get_username(), stage.legal.user.get_username()
    add_comment(stage.legal, UnitKind.COURSE_RUN, stage.run, "Who teaches?", field="staff")
    stage.submit(comment="Please.")
    review = stage.open_review(stage.run)
    request_changes(stage.legal, review.uuid, **stage.digests(stage.run), comment="Name the teachers.")
    update_run(stage.editor, stage.run, {"title_override": "Spring"})
    publish(stage.admin, Selection.of([stage.course]), without_review=True, message="The press waits.")

    publication, edit, returned, _, submitted, _, comment, *_ = timeline(stage.course)

    assert (publication.publication, publication.approval, publication.status) == (1, "skipped", "published")
    assert (publication.text, publication.label) == ("The press waits.", "published")
    assert publication.release is not None
    assert (edit.actor, edit.fields, edit.source) == (editor, ("title_override",), "native")
    assert edit.changes == {"title_override": {"old": None, "new": "Spring"}}
    assert (returned.actor, returned.action, returned.step) == (legal, "changes_requested", "legal")
    assert (returned.text, returned.status, returned.review) == ("Name the teachers.", "unpublished", review.uuid)
    assert returned.reason == "changes_requested"
    assert (submitted.actor, submitted.text, submitted.status) == (editor, "Please.", "review_by_legal")
    assert (comment.actor, comment.text, comment.fields) == (legal, "Who teaches?", ("staff",))
    assert comment.unit_uuid == stage.run


def test_an_edit_that_ended_a_review_is_told_with_its_fields() -> None:
    stage = set_stage()
    stage.submit()
    update_run(stage.editor, stage.run, {"title_override": "Spring"})

    closed = newest(stage, 1)[0]

    assert (closed.label, closed.reason, closed.fields) == ("the draft was edited", "edited", ("title_override",))


def test_other_courses_stand_in_their_own() -> None:
    stage, other = set_stage(), set_stage()
    other.submit()
    add_comment(other.editor, UnitKind.COURSE, other.course, "Ours.")

    assert {entry.unit_uuid for entry in timeline(stage.course)} == {stage.course, stage.run}
    assert list(timeline(uuid.uuid4())) == []


def test_a_run_that_was_reviewed_stays_in_it_after_its_deletion() -> None:
    stage = set_stage()
    withdraw(stage.editor, stage.submit().review)
    delete_run(stage.editor, stage.run)

    assert ("course_run", "edit", "delete") in told(newest(stage, 2))


def test_pages_are_parts_of_the_whole() -> None:
    stage = set_stage(runs=3)
    for run in stage.runs:
        stage.submit(run)
    whole = list(timeline(stage.course))

    assert timeline(stage.course).count() == len(whole) == 8
    assert [entry for start in (0, 3, 6) for entry in timeline(stage.course)[start : start + 3]] == whole


def test_a_page_costs_the_same_however_much_it_holds() -> None:
    costs = []
    for runs in (1, 4):
        stage = set_stage(runs=runs)
        for run in stage.runs:
            add_comment(stage.legal, UnitKind.COURSE_RUN, run, "Who teaches?")
            stage.submit(run, comment="Please.")
        publish(stage.admin, Selection.of([stage.course]), without_review=True, message="Now.")
        with counting() as count:
            assert {str(entry.what) for entry in newest(stage, 50)} == {"edit", "review", "publication", "comment"}
        costs.append(count.statements)

    # The units, the places, one for each of four kinds, comments of acts, names.
    assert costs == [8, 8]
