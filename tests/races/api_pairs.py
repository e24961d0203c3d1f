"""Races of what clients of the API say in their own way: topics by name, the version of a course with its runs."""

from __future__ import annotations

from openedx_catalog_publisher.api import StaleRevision, update_course, update_run
from openedx_catalog_publisher.commands.anchors import course_tag
from openedx_catalog_publisher.editing.courses import Extras
from openedx_catalog_publisher.models import Topic
from tests.factories import SYSTEM
from tests.races.catalog import Catalog
from tests.races.pairs import Pair, Round, both, draft_course, draft_run, second_refused
from tests.races.stage import Command, Outcome


class OneTopicTwoCourses(Pair):
    """Two courses are tagged with one topic that does not exist yet, named in different case."""

    name = "one topic, two courses"
    courses = 2

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        first, second = race.items
        topic = race.notes["topic"] = f"topic of {first.number.lower()}"
        return (
            lambda: update_course(SYSTEM, first.course, {}, extras=Extras(topics=[topic])),
            lambda: update_course(SYSTEM, second.course, {}, extras=Extras(topics=[topic.upper(), "kept"])),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        made = Topic.objects.get(name__iexact=race.notes["topic"])
        for item in race.items:
            assert draft_course(item.course).topic_links.filter(topic=made).count() == 1
        return "both tagged, one topic"


class VersionWithRuns(Pair):
    """A course is edited by somebody who names the version that they saw, while one of its runs is edited."""

    name = "edit course with version / edit run"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        course, run = race.item.course, race.item.runs[0]
        seen = course_tag(1, [(run, 1)])
        return (
            lambda: update_run(SYSTEM, run, {"weeks_to_complete": 7}),
            lambda: update_course(SYSTEM, course, {"title": "Of B"}, extras=Extras(tag=seen)),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        found = second_refused(one, two, StaleRevision)
        assert draft_run(race.item.runs[0]).weeks_to_complete == 7
        assert (draft_course(race.item.course).title == "Of B") == (two.error is None)
        return found


PAIRS: tuple[type[Pair], ...] = (OneTopicTwoCourses, VersionWithRuns)
