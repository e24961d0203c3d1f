"""The commands that are crashed, and what each needs beforehand."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from openedx_catalog_publisher.api import Selection, restore
from openedx_catalog_publisher.models import Publication, UnitKind
from tests.factories import SYSTEM, publish_now
from tests.races.catalog import Catalog, Item
from tests.races.pairs import draft_course


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


ACTS: tuple[type[Act], ...] = (FirstPublish, Republish, Release, Restore)


def units_of(items: Sequence[Item]) -> set[uuid.UUID]:
    """Return the uuids of courses and their runs."""
    return {unit for item in items for unit in (item.course, *item.runs)}


def _selection(items: Sequence[Item]) -> Selection:
    return Selection.of((item.course for item in items), all_runs=True)


def _publications(items: Sequence[Item]) -> int:
    return Publication.objects.filter(unit_uuid__in=units_of(items)).count()
