"""The commands that are crashed, and what each needs beforehand."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from openedx_catalog_publisher.api import Selection, restore, submit_run, update_run
from openedx_catalog_publisher.models import Publication, Review, UnitKind
from openedx_catalog_publisher.review.schedule import publish_claimed
from tests.factories import SYSTEM, publish_now
from tests.races.catalog import Catalog, Item
from tests.races.pairs import Round, draft_course
from tests.races.review_pairs import OVER, approve, complete, submit


class Act(ABC):
    """
    A command on courses of its own.

    Attributes:
        name: what it does.
        courses: how many courses it works on, each with a run.
    """

    name: ClassVar[str]
    courses: ClassVar[int] = 1

    def prepare(self, catalog: Catalog, items: Sequence[Item]) -> None:  # noqa: B027 - some need no more than courses
        """Bring courses, for any number of acts, to where the command starts."""

    @abstractmethod
    def command(self, items: Sequence[Item]) -> Callable[[], Any]:
        """Return the command on these courses."""

    def repeat(self, items: Sequence[Item]) -> None:
        """Give the command again, as a caller does who never learnt what came of it."""
        self.command(items)()

    @abstractmethod
    def happened(self, items: Sequence[Item]) -> bool:
        """Tell whether everything that the command does was done."""


class FirstPublish(Act):
    """A course with a run goes live for the first time."""

    name = "first publish"

    def command(self, items: Sequence[Item]) -> Callable[[], Any]:
        return lambda: publish_now(_selection(items))

    def happened(self, items: Sequence[Item]) -> bool:
        return _publications(items) == 2


class Republish(Act):
    """A course and its run are published again, with changes to columns and to rows of other tables."""

    name = "republish"

    def prepare(self, catalog: Catalog, items: Sequence[Item]) -> None:
        catalog.publish(items)
        catalog.edit(
            items,
            {"title": "Edited", "url_slug": None, "subjects": list(reversed(catalog.subjects)), "entitlement": None},
            {"weeks_to_complete": 7, "seats": [], "transcript_languages": ["en-us"]},
        )

    def command(self, items: Sequence[Item]) -> Callable[[], Any]:
        return lambda: publish_now(_selection(items))

    def happened(self, items: Sequence[Item]) -> bool:
        return _publications(items) == 4


class Release(Act):
    """Three courses with their runs go live at once: one for the first time, two again."""

    name = "release of three courses"
    courses = 3

    def prepare(self, catalog: Catalog, items: Sequence[Item]) -> None:
        live = [item for index, item in enumerate(items) if index % self.courses]
        catalog.publish(live)
        catalog.edit(live, {"title": "Edited"}, {"weeks_to_complete": 7})

    def command(self, items: Sequence[Item]) -> Callable[[], Any]:
        return lambda: publish_now(_selection(items))

    def happened(self, items: Sequence[Item]) -> bool:
        return _publications(items) == 2 + 4 + 4


class Restore(Act):
    """The first publication is restored onto a draft that differs in columns and in rows of other tables."""

    name = "restore"

    def prepare(self, catalog: Catalog, items: Sequence[Item]) -> None:
        catalog.publish(items)
        catalog.edit(items, {"title": "Edited", "url_slug": None, "subjects": catalog.subjects, "entitlement": None})

    def command(self, items: Sequence[Item]) -> Callable[[], Any]:
        return lambda: restore(SYSTEM, UnitKind.COURSE, items[0].course, 1)

    def happened(self, items: Sequence[Item]) -> bool:
        return draft_course(items[0].course).title != "Edited"


class ReviewAct(Act):
    """A command of a review, which is refused where it is done already."""

    def repeat(self, items: Sequence[Item]) -> None:
        if not self.happened(items):
            self.command(items)()


class Submit(ReviewAct):
    """A run is submitted for review, with its course."""

    name = "submit"

    def prepare(self, catalog: Catalog, items: Sequence[Item]) -> None:
        complete(catalog, _rounds(items))

    def command(self, items: Sequence[Item]) -> Callable[[], Any]:
        return lambda: submit_run(SYSTEM, items[0].runs[0], comment="Please look.")

    def happened(self, items: Sequence[Item]) -> bool:
        return Review.objects.filter(open_unit__in=units_of(items)).count() == 2


class LastApproval(ReviewAct):
    """The last approval of a run, with its course, lets both go live."""

    name = "last approval, and live"

    def prepare(self, catalog: Catalog, items: Sequence[Item]) -> None:
        complete(catalog, _rounds(items), OVER)
        for race in _rounds(items):
            submit(race, legal=True)

    def command(self, items: Sequence[Item]) -> Callable[[], Any]:
        return approve(items[0].runs[0], "internal")

    def happened(self, items: Sequence[Item]) -> bool:
        return _publications(items) == 2


class GoLive(ReviewAct):
    """The scheduler lets a run that it claimed go live, with its course."""

    name = "scheduled go-live"

    def prepare(self, catalog: Catalog, items: Sequence[Item]) -> None:
        complete(catalog, _rounds(items))
        for race in _rounds(items):
            submit(race, legal=True, internal=True)
            update_run(SYSTEM, race.item.runs[0], {"go_live_date": OVER})

    def command(self, items: Sequence[Item]) -> Callable[[], Any]:
        review = Review.objects.get(open_unit=items[0].runs[0]).uuid
        return lambda: publish_claimed(SYSTEM, review)

    def happened(self, items: Sequence[Item]) -> bool:
        return _publications(items) == 2


ACTS: tuple[type[Act], ...] = (FirstPublish, Republish, Release, Restore, Submit, LastApproval, GoLive)


def _rounds(items: Sequence[Item]) -> list[Round]:
    return [Round(number, [item]) for number, item in enumerate(items)]


def units_of(items: Sequence[Item]) -> set[uuid.UUID]:
    """Return the uuids of courses and their runs."""
    return {unit for item in items for unit in (item.course, *item.runs)}


def _selection(items: Sequence[Item]) -> Selection:
    return Selection.of((item.course for item in items), all_runs=True)


def _publications(items: Sequence[Item]) -> int:
    return Publication.objects.filter(unit_uuid__in=units_of(items)).count()
