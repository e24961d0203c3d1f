"""The commands of the home page, run one after the other on the demo's catalog: they do what the page says."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from demo import recipe
from demo.recipe import NEW_TITLE
from openedx_catalog_publisher.models import Course, Publication
from tests.demo.catalog import import_catalog
from tests.demo.shell import Shell

pytestmark = [pytest.mark.django_db, pytest.mark.urls("demo.urls")]

QUICKSTART = Path(__file__).resolve().parents[2] / "docs" / "quickstarts" / "run-the-demo.rst"
OLD_TITLE = "Reading the Night Sky"


def titles() -> tuple[str, str]:
    return (
        Course.drafts.get(key=recipe.COURSE).title,
        Course.objects.get(key=recipe.COURSE).title,
    )


def test_every_command_does_what_the_page_says(demo_mode: Any, client: Client) -> None:
    import_catalog()
    call_command("create_demo_users", stdout=None, verbosity=0)
    steps = recipe.steps("http://127.0.0.1/api/catalog_publisher/v1")
    setup, look, change, plan, publish, back, refused = steps
    shell = Shell(client)

    def ask(command: str, status: int = 200) -> Any:
        answer = shell.run(command)
        assert answer is not None
        assert answer.status_code == status, answer.content
        return answer.json()

    for command in setup.commands:
        assert shell.run(command) is None

    assert ask(look.commands[0]) == {"key": recipe.COURSE, "title": OLD_TITLE, "status": "published"}

    ask(change.commands[0])
    assert titles() == (NEW_TITLE, OLD_TITLE)
    draft = ask(change.commands[1])
    assert (draft["title"], draft["has_unpublished_changes"]) == (NEW_TITLE, True)

    [unit] = ask(plan.commands[0])["units"]
    assert [(found["field"], found["old"], found["new"]) for found in unit["changes"]] == [
        ("title", OLD_TITLE, NEW_TITLE)
    ]
    assert titles() == (NEW_TITLE, OLD_TITLE)

    [publication] = ask(publish.commands[0])["publications"]
    assert publication["number"] == 2
    assert ask(publish.commands[1])["title"] == NEW_TITLE

    [last] = ask(back.commands[0])["results"]
    assert (last["number"], last["message"], last["actor"]) == (2, "Winter is coming", "nadia")
    [restored] = ask(back.commands[1])["changes"]
    assert (restored["field"], restored["new"]) == ("title", OLD_TITLE)
    assert titles() == (OLD_TITLE, NEW_TITLE)
    ask(back.commands[2])
    assert titles() == (OLD_TITLE, OLD_TITLE)
    assert Publication.objects.filter(unit_key=recipe.COURSE).count() == 3

    assert shell.run(refused.commands[0]) is None
    assert ask(refused.commands[1])["title"] == OLD_TITLE
    problem = ask(refused.commands[2], status=404)
    assert problem["detail"] == f"There is no course {recipe.COURSE} whose draft you may see."
    assert titles() == (OLD_TITLE, OLD_TITLE)


def test_the_quickstart_shows_the_same_commands() -> None:
    page = QUICKSTART.read_text(encoding="utf-8")

    shown = [line.removeprefix("   $ ") for line in page.splitlines() if line.startswith("   $ ")]
    steps = recipe.steps("http://127.0.0.1:8000/api/catalog_publisher/v1")
    assert shown == [command for step in steps for command in step.commands]
