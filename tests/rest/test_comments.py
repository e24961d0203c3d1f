"""Comments on drafts through the API."""

from __future__ import annotations

from typing import Any

import pytest

from openedx_catalog_publisher.models import Comment, EventKind, OutboxEvent
from tests import factories
from tests.rest.conftest import Api
from tests.review.stage import Stage, draft, set_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return set_stage()


def said(api: Api, path: str) -> list[tuple[str, str, str]]:
    """Return kind of unit, author and text of what is listed."""
    return [(entry["kind"], entry["author"], entry["comment"]) for entry in api.get(path).json()["results"]]


def test_what_was_said_of_a_course_and_its_runs_is_listed_in_the_order_of_time(stage: Stage) -> None:
    editor, legal = Api(stage.editor.user), Api(stage.legal.user)
    names = [api.user.get_username() for api in (stage.editor, stage.legal)]
    of_course, of_run = f"/courses/{stage.course}/comments/", f"/course_runs/{stage.run}/comments/"

    first = legal.post(of_run, {"comment": "  Who teaches? ", "field": "staff"})
    second = editor.post(of_course, {"comment": "Grace does."})

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == {
        "id": str(Comment.objects.order_by("pk")[0].uuid),
        "kind": "course_run",
        "unit": str(stage.run),
        "key": draft(stage.run).key,
        "field": "staff",
        "author": names[1],
        "comment": "Who teaches?",
        "created": first.json()["created"],
        "review": None,
        "action": "",
    }
    assert said(editor, of_course) == [
        ("course_run", names[1], "Who teaches?"),
        ("course", names[0], "Grace does."),
    ]
    assert said(editor, of_run) == [("course_run", names[1], "Who teaches?")]
    assert OutboxEvent.objects.filter(kind=EventKind.COMMENT_ADDED).count() == 2


def test_what_was_said_with_a_decision_names_the_review(stage: Stage) -> None:
    stage.submit(comment="Please.")

    [entry] = Api(stage.legal.user).get(f"/course_runs/{stage.run}/comments/").json()["results"]

    assert (entry["comment"], entry["action"]) == ("Please.", "submitted")
    assert entry["review"] == str(stage.open_review(stage.run).uuid)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "comment"),
        ({"comment": " "}, "comment"),
        ({"comment": 7}, "comment"),
        ({"comment": "x" * 10_001}, "comment"),
        ({"comment": "x", "field": "nothing"}, "field"),
        ({"comment": "x", "text": "y"}, "text"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_faulty_comment_names_the_field(stage: Stage, body: dict[str, Any], field: str) -> None:
    response = Api(stage.legal.user).post(f"/courses/{stage.course}/comments/", body)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


def test_only_those_who_see_the_draft_read_and_comment(stage: Stage) -> None:
    outsider = Api(factories.make_user())

    for path in (f"/courses/{stage.course}/comments/", f"/course_runs/{stage.run}/comments/"):
        assert outsider.get(path).status_code == outsider.post(path, {"comment": "x"}).status_code == 404
