"""The commands of the home page, run one after the other on the demo's catalog: they do what the page says."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from demo import delivery_recipe, recipe
from demo.recipe import COURSE, NEW_TITLE, RUN
from openedx_catalog_publisher.models import Course, CourseRun, Publication, Status
from tests.demo.catalog import import_catalog
from tests.demo.shell import Shell

pytestmark = [pytest.mark.django_db, pytest.mark.urls("demo.urls")]

QUICKSTART = Path(__file__).resolve().parents[2] / "docs" / "quickstarts" / "run-the-demo.rst"
OLD_TITLE = "Wool: From Sheep to Standard"


@pytest.fixture
def shell(demo_mode: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell whose `sleep` turns the clock on."""
    passed = timedelta()
    now = timezone.now

    def sleep(seconds: int) -> None:
        nonlocal passed
        passed += timedelta(seconds=seconds)

    monkeypatch.setattr(timezone, "now", lambda: now() + passed)
    return Shell(client, sleep)


def statuses() -> tuple[str, str]:
    return (Course.drafts.get(key=COURSE).status, CourseRun.drafts.get(key=RUN).status)


def test_every_command_does_what_the_page_says(shell: Shell) -> None:
    import_catalog()
    call_command("create_demo_users", stdout=None, verbosity=0)
    steps = iter(recipe.steps("http://127.0.0.1/api/catalog_publisher/v1"))

    def take(*expected: int | None) -> list[Any]:
        """Run the next step; return the answers of its requests, of which these statuses are expected."""
        said = [shell.run(command) for command in next(steps).commands]
        answers = [answer for answer in said if hasattr(answer, "status_code")]
        assert [answer.status_code for answer in answers] == list(expected), [answer.content for answer in answers]
        return [answer.json() for answer in answers]

    take()

    _patched, draft = take(200, 200)
    assert (draft["title"], draft["status"]) == (NEW_TITLE, "unpublished")

    plan, refused = take(200, 409)
    [unit] = plan["units"]
    assert unit["missing_reviews"] == ["legal", "internal"]
    assert [found["new"] for found in unit["changes"] if found["field"] == "title"] == [NEW_TITLE]
    assert refused["details"] == [{"code": "review_missing", "key": COURSE, "steps": ["legal", "internal"]}]

    missing, _patched, review = take(400, 200, 201)
    assert missing["errors"].keys() == {"go_live_date"}
    assert (review["key"], review["draft_status"]) == (RUN, "review_by_legal")
    assert statuses() == (Status.REVIEW_BY_LEGAL, Status.REVIEW_BY_LEGAL)

    queue, review, returned = take(200, 200, 200)
    assert {found["key"] for found in queue["results"]} == {RUN, COURSE}
    assert review["changes_since_approval"] is None
    assert returned["closing"] == "changes_requested"
    assert statuses()[1] == Status.UNPUBLISHED

    _patched, review = take(200, 201)
    assert review["draft_status"] == "review_by_legal"

    [decided] = take(200)
    assert (decided["status"], set(decided["decided"])) == ("review_by_internal", {COURSE, RUN})

    _patched, decided = take(200, 200)
    assert (decided["status"], decided["review"]["due"] is not None) == ("reviewed", True)
    assert not Course.objects.filter(key=COURSE).exists()

    [official] = take(200)
    assert official == {"key": COURSE, "title": NEW_TITLE, "status": "published"}
    assert statuses() == (Status.PUBLISHED, Status.PUBLISHED)
    assert set(Publication.objects.filter(unit_key__in=[COURSE, RUN]).values_list("number", "approval")) == {
        (1, "approved")
    }

    [timeline] = take(200)
    assert {"edit", "review", "publication"} == {entry["what"] for entry in timeline["results"]}

    shown, problem = take(200, 404)
    assert shown == {"key": COURSE, "title": NEW_TITLE}
    assert problem["detail"] == f"There is no course {COURSE} whose draft you may see."
    assert next(steps, None) is None


def test_the_quickstart_shows_the_same_commands() -> None:
    page = QUICKSTART.read_text(encoding="utf-8")

    shown = [line.removeprefix("   $ ") for line in page.splitlines() if line.startswith("   $ ")]
    api = "http://127.0.0.1:8000/api/catalog_publisher/v1"
    steps = (*recipe.steps(api), *delivery_recipe.steps(api))
    assert shown == [command for step in steps for command in step.commands]
