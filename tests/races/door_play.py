"""Players of races at Discovery's door: people with a browser each, and what their requests are answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.db import connection

from openedx_catalog_publisher.api import Busy, CatalogError
from tests.factories import make_member, make_user
from tests.races.catalog import Catalog
from tests.races.pairs import Round
from tests.races.stage import Command
from tests.rest.discovery.conftest import Door
from tests.rest.discovery.requests import SAVE, course_form, run_form

Page = dict[str, Any]

LEGAL = {"status": "review_by_internal", "has_ofac_restrictions": False}
INTERNAL = {"status": "reviewed"}


class Refused(CatalogError):
    """
    A request that was answered with an error of the client's.

    Attributes:
        answered: the status.
        body: what a client shows.
    """

    def __init__(self, answer: Any) -> None:
        super().__init__(f"{answer.status_code} {answer.content[:300]!r}")
        self.answered: int = answer.status_code
        self.body = answer.json()


def told(answer: Any) -> Any:
    """
    Return what was answered.

    Raises:
        Busy: for 503.
        Refused: for every other error.
    """
    if answer.status_code == Busy.status:
        raise Busy(answer.content.decode())
    if answer.status_code >= 400:
        raise Refused(answer)
    return answer.json()


@dataclass
class Browser:
    """One person's browser; it may be used by one thread at a time."""

    door: Door

    @classmethod
    def of_member(cls, catalog: Catalog) -> Browser:
        """Return the browser of a member of the course team."""
        return cls(Door(make_member(catalog.organization)))

    @classmethod
    def of_reviewer(cls) -> Browser:
        """Return the browser of an administrator of the micro-frontend, who decides both steps."""
        return cls(Door(make_user(is_staff=True)))

    def again(self) -> Browser:
        """Return another browser of the same person."""
        return Browser(Door(self.door.user))

    def page(self, race: Round) -> Page:
        """Load the page of a round's course."""
        return self.door.course(race.item.course)

    def save_course(self, page: Page, **edits: Any) -> Any:
        """Send the whole course."""
        return told(self.door.patch(f"/courses/{page['uuid']}/", course_form(page, **edits), **SAVE))

    def save_run(self, page: Page, place: int, **edits: Any) -> Any:
        """Send one of its runs."""
        run = page["course_runs"][place]
        return told(self.door.patch(f"/course_runs/{run['key']}/", run_form(page, run, **edits), **SAVE))

    def create_course(self, body: dict[str, Any]) -> Any:
        """Create a course with a run."""
        return told(self.door.post("/courses/", body))

    def rerun(self, page: Page) -> Any:
        """Create a run after the first."""
        run = page["course_runs"][0]
        prices = {seat["type"]: seat["price"] for seat in run["seats"]}
        dates = {"start": "2033-02-01T05:00:00Z", "end": "2033-12-31T05:00:00Z"}
        body = {"course": page["key"], "run_type": run["run_type"], "prices": prices, "rerun": run["key"], **dates}
        return told(self.door.post("/course_runs/", body))

    def decide(self, page: Page, body: dict[str, Any]) -> Any:
        """Decide a step of the first run."""
        return told(self.door.patch(f"/course_runs/{page['course_runs'][0]['key']}/", body, exclude_utm=1))


def at_once(commands: list[Command]) -> list[Any]:
    """
    Perform commands in a thread and with a connection each, all at once, as a browser sends requests.

    Returns:
        Their results.

    Raises:
        Exception: the first that any of them raised.
    """

    def perform(command: Command) -> Any:
        try:
            return command()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(commands)) as threads:
        return [future.result() for future in [threads.submit(perform, command) for command in commands]]
