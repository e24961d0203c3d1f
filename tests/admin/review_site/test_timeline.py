"""The timeline of a course shows what happened, by whom, and what it changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from openedx_catalog_publisher.admin.review_site import timeline as timeline_page
from openedx_catalog_publisher.admin.review_site.page import address
from openedx_catalog_publisher.api import add_comment, update_course, update_run
from openedx_catalog_publisher.models import Comment, UnitKind
from tests.admin.conftest import logged_in
from tests.factories import make_user
from tests.review.stage import Stage, draft, set_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    stage = set_stage()
    stage.go_live()
    update_course(stage.editor, stage.course, {"title": "Data for <b>Nobody</b>"})
    stage.submit_course(comment="Shorter now.")
    add_comment(stage.coordinator, UnitKind.COURSE, stage.course, "Why?", field="title")
    return stage


@pytest.fixture
def legal(stage: Stage) -> Client:
    return logged_in(stage.legal.user)


def entries(response: Any) -> list[Any]:
    return [entry for day in response.context["days"] for entry in day.entries]


def test_it_tells_edits_reviews_publications_and_comments_the_last_first(stage: Stage, legal: Client) -> None:
    shown = entries(legal.get(address("timeline", stage.course)))

    assert [(shown.entry.what, shown.entry.action) for shown in shown[:3]] == [
        ("comment", "commented"),
        ("review", "submitted"),
        ("edit", "update"),
    ]
    assert {str(entry.entry.what) for entry in shown} == {"comment", "review", "edit", "publication"}
    assert {entry.entry.unit_key for entry in shown} == {draft(stage.course).key, draft(stage.run).key}
    assert shown[0].fields == "Title"
    assert shown[1].entry.text == "Shorter now."
    assert shown[1].url == address("review", stage.open_review(stage.course).uuid)


def test_an_edit_shows_what_it_changed_word_by_word_and_escaped(stage: Stage, legal: Client) -> None:
    page = legal.get(address("timeline", stage.course), {"what": "edit"}).content.decode()

    assert '<ins data-say="[added]">&lt;b&gt;Nobody&lt;/b&gt;</ins>' in page
    assert "<b>Nobody</b>" not in page


def test_what_is_no_content_is_shown_too(stage: Stage, legal: Client) -> None:
    update_run(stage.editor, stage.run, {"go_live_date": "2033-05-01T00:00:00Z"})

    first = entries(legal.get(address("timeline", stage.course)))[0]

    assert [change.name for change in first.others] == ["Go-live date"]
    assert first.found == []
    assert first.fields == "Go-live date"


@pytest.mark.parametrize("what", ["edit", "review", "publication", "comment"])
def test_one_kind_can_be_shown_alone(stage: Stage, legal: Client, what: str) -> None:
    shown = entries(legal.get(address("timeline", stage.course), {"what": what}))

    assert shown
    assert {str(entry.entry.what) for entry in shown} == {what}


def test_days_are_those_of_utc(stage: Stage, legal: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Kiritimati"
    Comment.objects.update(created=datetime(2033, 5, 1, 23, 30, tzinfo=UTC))

    response = legal.get(address("timeline", stage.course), {"what": "comment"})

    assert response.context["days"][0].date.isoformat() == "2033-05-01"
    assert ">23:30</time>" in response.content.decode()


def test_it_has_pages_whose_statements_do_not_grow(
    stage: Stage, legal: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        add_comment(stage.legal, UnitKind.COURSE, stage.course, f"Comment {number}")
    with django_assert_max_num_queries(30):
        response = legal.get(address("timeline", stage.course))
    assert len(entries(response)) == timeline_page.PAGE_SIZE
    assert "Page 1 of 2" in response.content.decode()

    monkeypatch.setattr(timeline_page, "PAGE_SIZE", 2)
    first, second = (entries(legal.get(address("timeline", stage.course), {"page": page})) for page in (1, 2))
    assert [entry.entry.text for entry in (*first, *second)] == [f"Comment {number}" for number in (29, 28, 27, 26)]


def test_it_is_downloaded_from_the_api(stage: Stage, legal: Client) -> None:
    exports = dict(legal.get(address("timeline", stage.course)).context["exports"])

    assert set(exports) == {"CSV", "JSON"}
    answer = legal.get(exports["JSON"])
    assert answer.status_code == 200
    assert json.loads(b"".join(answer.streaming_content))["results"][0]["text"] == "Why?"


def test_courses_of_others_are_not_found(stage: Stage) -> None:
    assert logged_in(set_stage().legal.user).get(address("timeline", stage.course)).status_code == 404
    assert logged_in(make_user()).get(address("timeline", stage.course)).status_code == 403
    assert logged_in(stage.admin.user).get(address("timeline", stage.run)).status_code == 404
