"""What people say about drafts: by themselves, about one field, or together with an act of a review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from openedx_catalog_publisher.api import (
    InvalidInput,
    NotPermitted,
    UnitNotFound,
    add_comment,
    request_changes,
    skip_step,
    withdraw,
)
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import Comment, OutboxEvent, UnitKind
from openedx_catalog_publisher.review.comments import LONGEST
from tests.factories import acting, make_member, make_organization
from tests.review.stage import Stage, draft

pytestmark = pytest.mark.django_db


def test_everybody_who_reads_a_draft_comments_on_it_and_nobody_else(stage: Stage) -> None:
    for somebody in (stage.editor, stage.legal, stage.coordinator, stage.admin):
        add_comment(somebody, UnitKind.COURSE, stage.course, "Good.")
    with pytest.raises(NotPermitted):
        add_comment(acting(make_member(make_organization())), UnitKind.COURSE, stage.course, "Mine?")
    assert Comment.objects.filter(course_uuid=stage.course).count() == 4


def test_a_comment_on_a_field_of_a_run_is_an_event_and_changes_nothing_of_the_draft(stage: Stage) -> None:
    before = draft(stage.run)
    comment = add_comment(stage.legal, UnitKind.COURSE_RUN, stage.run, "  Too long.  ", field="title_override")
    assert (comment.text, comment.field, comment.author, comment.record) == (
        "Too long.",
        "title_override",
        stage.legal.user,
        None,
    )
    event = OutboxEvent.objects.filter(object_code=str(stage.run)).latest("sequence")
    assert (event.kind, event.payload["comment"], event.payload["record"]) == (
        "comment_added",
        str(comment.uuid),
        False,
    )
    after = draft(stage.run)
    assert (after.revision, after.status) == (before.revision, before.status)
    assert list(check_catalog()) == []


@pytest.mark.parametrize(
    ("text", "field", "named"),
    [("  ", "", "comment"), ("x" * (LONGEST + 1), "", "comment"), ("Fine.", "no_such_field", "field")],
    ids=["empty", "too long", "of no field"],
)
def test_what_is_no_comment_is_refused(stage: Stage, text: str, field: str, named: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        add_comment(stage.editor, UnitKind.COURSE, stage.course, text, field=field)
    assert list(refused.value.fields) == [named]


def test_there_is_no_such_draft(stage: Stage) -> None:
    with pytest.raises(UnitNotFound):
        add_comment(stage.editor, UnitKind.COURSE, stage.run, "Where?")


def test_comments_stand_in_the_order_of_time(stage: Stage) -> None:
    for number in range(3):
        add_comment(stage.editor, UnitKind.COURSE, stage.course, str(number))
    assert list(Comment.objects.filter(course_uuid=stage.course).values_list("text", flat=True)) == ["0", "1", "2"]


ACTS: dict[str, tuple[str, Callable[[Stage, Any, str], Any]]] = {
    "decide": ("comment", lambda stage, review, text: stage.approve_legally(comment=text)),
    "skip": (
        "reason",
        lambda stage, review, text: skip_step(stage.admin, review, **stage.digests(stage.run), reason=text),
    ),
    "request changes": (
        "comment",
        lambda stage, review, text: request_changes(stage.legal, review, **stage.digests(stage.run), comment=text),
    ),
    "withdraw": ("comment", lambda stage, review, text: withdraw(stage.editor, review, comment=text)),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_is_said_with_an_act_is_held_to_the_same_length_and_stands_without_blanks(stage: Stage, act: str) -> None:
    name, say = ACTS[act]
    review = stage.submit().review
    with pytest.raises(InvalidInput) as refused:
        say(stage, review, "x" * (LONGEST + 1))
    assert list(refused.value.fields) == [name]
    say(stage, review, "  Said.  ")
    assert set(Comment.objects.filter(course_uuid=stage.course).values_list("text", flat=True)) == {"Said."}


def test_blanks_are_no_comment(stage: Stage) -> None:
    with pytest.raises(InvalidInput):
        stage.submit(comment="x" * (LONGEST + 1))
    stage.submit(comment="   ")
    assert not Comment.objects.filter(course_uuid=stage.course).exists()
