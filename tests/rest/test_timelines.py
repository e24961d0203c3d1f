"""The timeline of a course through the API: pages, and downloads of all of it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from openedx_catalog_publisher.api import Selection, add_comment, publish, update_course
from openedx_catalog_publisher.models import UnitKind
from openedx_catalog_publisher.review import timeline as timeline_module
from tests import factories
from tests.rest.conftest import Api
from tests.rest.test_budgets import statements
from tests.review.stage import Stage, draft, set_stage

pytestmark = pytest.mark.django_db


def eventful(runs: int = 1) -> Stage:
    """Return a stage on which something of every kind happened."""
    stage = set_stage(runs=runs)
    for run in stage.runs:
        add_comment(stage.legal, UnitKind.COURSE_RUN, run, '=HYPERLINK("x"), "Ä"\nand more', field="staff")
        stage.submit(run, comment="Please.")
    update_course(stage.editor, stage.course, {"title": "Another"})
    publish(stage.admin, Selection.of([stage.course]), without_review=True, message="The press waits.")
    return stage


def test_a_page_holds_everything_that_happened_the_last_first() -> None:
    stage = eventful()
    api = Api(stage.editor.user)

    page = api.get(f"/courses/{draft(stage.course).key}/timeline/", page_size=4).json()

    assert (page["count"], page["num_pages"]) == (9, 3)
    publication, closed, _, edit = page["results"]
    assert (publication["what"], publication["text"], publication["approval"], publication["publication"]) == (
        "publication",
        "The press waits.",
        "skipped",
        1,
    )
    assert publication["actor"] == stage.admin.user.get_username()
    assert (closed["what"], closed["key"], closed["reason"], closed["fields"]) == (
        "review",
        draft(stage.run).key,
        "edited",
        ["title"],
    )
    assert (edit["what"], edit["kind"], edit["changes"]["title"]["new"]) == ("edit", "course", "Another")
    last = api.get(f"/courses/{stage.course}/timeline/", page_size=4, page=3).json()["results"]
    assert [(entry["what"], entry["kind"]) for entry in last] == [("edit", "course")]


def test_everything_is_downloaded_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    # So few at once that it takes several.
    monkeypatch.setattr(timeline_module, "CHUNK", 3)
    stage = eventful()
    api = Api(stage.editor.user)
    page = api.get(f"/courses/{stage.course}/timeline/", page_size=100).json()

    download = api.get(f"/courses/{stage.course}/timeline/", export="json")

    name = draft(stage.course).key.replace("+", "-")
    assert download["Content-Type"] == "application/json"
    assert download["Content-Disposition"] == f'attachment; filename="timeline-{name}.json"'
    whole = json.loads(b"".join(download.streaming_content))
    assert [entry["at"][:23] for entry in whole["results"]] == [entry["at"][:23] for entry in page["results"]]
    assert [entry | {"at": ""} for entry in whole["results"]] == [entry | {"at": ""} for entry in page["results"]]


def test_everything_is_downloaded_as_a_table_in_which_nothing_is_a_formula() -> None:
    stage = eventful()

    download = Api(stage.editor.user).get(f"/courses/{stage.course}/timeline/", export="csv")

    assert download["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(download.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == 9
    assert [row["text"] for row in rows if row["what"] == "comment"] == ['\'=HYPERLINK("x"), "Ä"\nand more']
    edits = [json.loads(row["changes"]) for row in rows if row["what"] == "edit"]
    assert edits[0]["title"]["new"] == "Another"
    assert rows[1]["fields"] == "title"


def test_a_form_that_is_none_is_named() -> None:
    stage = set_stage()

    response = Api(stage.editor.user).get(f"/courses/{stage.course}/timeline/", export="xml")

    assert (response.status_code, list(response.json()["errors"])) == (400, ["export"])


def test_whoever_may_not_see_the_draft_sees_no_timeline() -> None:
    stage = set_stage()

    assert Api(factories.make_user()).get(f"/courses/{stage.course}/timeline/").status_code == 404
    assert Api(None).get(f"/courses/{stage.course}/timeline/").status_code == 401


def test_a_page_costs_the_same_whatever_it_holds() -> None:
    costs: list[Any] = []
    for runs in (1, 3):
        stage = eventful(runs)
        costs.append(statements(Api(stage.legal.user), f"/courses/{stage.course}/timeline/", page_size=100))

    assert costs == [10, 10]
