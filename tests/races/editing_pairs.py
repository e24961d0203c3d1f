"""Races of edits and creations."""

from __future__ import annotations

from collections.abc import Sequence

from openedx_catalog_publisher.api import (
    CourseInput,
    InvalidInput,
    RunInput,
    StaleRevision,
    UnitNotFound,
    add_editor,
    create_course,
    create_run,
    remove_editor,
    set_prices,
    update_course,
    update_run,
    write_courses,
)
from openedx_catalog_publisher.models import Course, CourseEditor, CourseRun, CourseUrlSlug, Seat
from openedx_catalog_publisher.models.normalization import normalize_key
from tests.factories import SYSTEM, acting, make_admin, make_member, seat
from tests.races.catalog import Catalog
from tests.races.pairs import (
    BOTH,
    Pair,
    Round,
    both,
    draft_course,
    draft_run,
    one_refused,
    second_refused,
)
from tests.races.stage import Command, Outcome


class OneKeyTwice(Pair):
    """Two courses of one number, in different case, are created with a run each."""

    name = "two creations of one key"
    courses = 0

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        number = race.notes["number"] = catalog.number()
        changes = catalog.course_changes(number, url_slug=None)
        return (
            lambda: create_course(SYSTEM, number=number, changes=changes, runs=[catalog.run_changes()]),
            lambda: create_course(SYSTEM, number=number.lower(), changes=changes, runs=[catalog.run_changes()]),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        found = one_refused(one, two, InvalidInput, "key")
        made = (one.result or two.result).course
        assert Course.everything.filter(key_normalized=normalize_key(made.key)).count() == 1
        assert CourseRun.everything.filter(course__uuid=made.uuid).count() == 1
        return found


class RunsInOneTerm(Pair):
    """Two runs are created in one term: of one course, or of two whose runs' keys derive from the same course."""

    name = "two run creations in one term"
    courses = 2
    runs = 0

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        first, second = race.items
        if race.scenario(2):
            catalog.edit([second], {"key_for_reruns": first.key})
        other = (second if race.scenario(2) else first).course
        return (
            lambda: create_run(SYSTEM, first.course, catalog.run_changes()),
            lambda: create_run(SYSTEM, other, catalog.run_changes(start="2031-04-30T23:00:00Z")),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        organization, number = race.item.key.split("+")
        base = f"course-v1:{organization}+{number}+1T2031"
        assert {one.result.key, two.result.key} == {base, f"{base}a"}
        pointers = {item.course: draft_course(item.course).canonical_course_run_id for item in race.items}
        assert pointers[race.item.course] is not None
        return "of two courses, two keys" if race.scenario(2) else "of one course, two keys"


class EditEdit(Pair):
    """Two edit one course without naming a revision: different fields, or one field."""

    name = "edit / edit without revision"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        course = race.item.course
        other = {"title": "Of B"} if race.scenario(2) else {"short_description": "Of B", "subjects": catalog.subjects}
        return (
            lambda: update_course(SYSTEM, course, {"title": "Of A"}),
            lambda: update_course(SYSTEM, course, other),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        draft = draft_course(race.item.course)
        assert {one.result.revision, two.result.revision} == {2, 3}
        if race.scenario(2):
            assert draft.title == ("Of A" if one.result.revision == 3 else "Of B")
            return "one field, the later kept"
        assert (draft.title, draft.short_description) == ("Of A", "Of B")
        assert draft.subject_links.count() == 2
        return "two fields, both kept"


class EditEditWithRevision(Pair):
    """Two edit one run and name the revision that they saw; or only one of them does."""

    name = "edit / edit with revision"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        run = race.item.runs[0]
        other = None if race.scenario(2) else 1
        return (
            lambda: update_run(SYSTEM, run, {"weeks_to_complete": 7}, revision=1),
            lambda: update_run(SYSTEM, run, {"min_effort": 2}, revision=other),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        draft = draft_run(race.item.runs[0])
        assert draft.weeks_to_complete == (7 if one.error is None else 6)
        assert draft.min_effort == (2 if two.error is None else None)
        if race.scenario(2):
            found = second_refused(two, one, StaleRevision)
            return BOTH if found == BOTH else f"one refused: {found}"
        return one_refused(one, two, StaleRevision)


class PricesEdit(Pair):
    """Prices of a course and its run are set while the run is edited: its effort, its end, or its seats."""

    name = "set_prices / update_run"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        course, run = race.item.course, race.item.runs[0]
        edits = (
            {"weeks_to_complete": 7},
            {"end": "2032-06-30T00:00:00Z"},
            {"seats": [seat("audit", "0.00"), seat("verified", "49.00", credit_hours=3)]},
        )
        return (
            lambda: set_prices(SYSTEM, course, {"verified": "99.00"}, runs=[run]),
            lambda: update_run(SYSTEM, run, edits[race.scenario(3)]),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        draft = draft_run(race.item.runs[0])
        price, hours = Seat.objects.values_list("price", "credit_hours").get(course_run=draft, type__slug="verified")
        assert str(draft_course(race.item.course).entitlement.price) == "99.00"
        if race.scenario(3) == 2:
            assert hours == 3
            later = one if one.result[1].revision > two.result.revision else two
            assert str(price) == ("99.00" if later is one else "49.00")
            return "one field, the later kept"
        assert str(price) == "99.00"
        assert draft.weeks_to_complete == 7 or draft.end.year == 2032
        return "two fields, both kept"


class OneSlugTwice(Pair):
    """Two courses take one slug: both typed, both made from one title, or one of each."""

    name = "one slug, two courses"
    courses = 2
    runs = 0

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        first, second = race.items
        slug = race.notes["slug"] = f"one-slug-{first.number.lower()}"
        made = [catalog.course_changes(catalog.number(), title=slug.replace("-", " "), url_slug=None) for _ in range(2)]
        typed: list[Command] = [
            lambda: update_course(SYSTEM, first.course, {"url_slug": slug}),
            lambda: update_course(SYSTEM, second.course, {"url_slug": slug.upper()}),
        ]
        created: list[Command] = [
            lambda: create_course(SYSTEM, number=f"A{first.number}", changes=made[0]),
            lambda: create_course(SYSTEM, number=f"B{first.number}", changes=made[1]),
        ]
        return ((typed[0], typed[1]), (created[0], created[1]), (typed[0], created[1]))[race.scenario(3)]

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        slug = race.notes["slug"]
        found = set(
            CourseUrlSlug.objects.filter(url_slug_normalized__startswith=slug).values_list(
                "url_slug_normalized", flat=True
            )
        )
        if race.scenario(3) == 0:
            assert found == {slug}
            return one_refused(one, two, InvalidInput, "url_slug")
        if race.scenario(3) == 1:
            assert found == {slug, f"{slug}-2"}
            both(one, two)
            return "two made, two slugs"
        if one.error is None:
            assert found == {slug, f"{slug}-2"}
            both(one, two)
            return "typed first, the other made another"
        assert found == {slug}
        return one_refused(one, two, InvalidInput, "url_slug")


class ImportEdit(Pair):
    """A file's batch writes two courses with their runs while one of them is edited."""

    name = "import / edit"
    courses = 2

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        keys = dict(
            CourseRun.drafts.filter(course__uuid__in=[item.course for item in race.items]).values_list(
                "course__uuid", "key"
            )
        )
        batch = [
            CourseInput(
                organization=catalog.organization.key,
                number=item.number,
                changes={"title": "Imported"},
                runs=[RunInput(key=keys[item.course], changes={"weeks_to_complete": 9})],
            )
            for item in reversed(race.items)
        ]
        item = race.items[race.scenario(2)]
        return (
            lambda: write_courses(SYSTEM, batch),
            lambda: update_course(SYSTEM, item.course, {"short_description": "Edited.", "title": "Edited"}),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        assert all(not outcome.refused for outcome in one.result)
        edited = draft_course(race.items[race.scenario(2)].course)
        untouched = draft_course(race.items[1 - race.scenario(2)].course)
        assert (edited.short_description, untouched.title) == ("Edited.", "Imported")
        assert edited.title in ("Imported", "Edited")
        return "imported first" if edited.title == "Edited" else "edited first"


class EditorTwice(Pair):
    """One user is made an editor by two, or made one and ended."""

    name = "add editor / add, remove editor"
    runs = 0

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        for race in rounds:
            race.notes["user"] = make_member(catalog.organization)

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        course, user = race.item.course, race.notes["user"]
        if race.scenario(2):
            return (lambda: add_editor(SYSTEM, course, user)), (lambda: remove_editor(SYSTEM, course, user))
        return (lambda: add_editor(SYSTEM, course, user)), (lambda: add_editor(SYSTEM, course, user))

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        count = CourseEditor.objects.filter(course__uuid=race.item.course).count()
        if not race.scenario(2):
            both(one, two)
            assert count == 1
            return "both accepted, one editor"
        found = second_refused(one, two, UnitNotFound)
        assert count == (0 if found == BOTH else 1)
        return found


class FirstAct(Pair):
    """A user who never acted does two things at once, on two courses: one pseudonym is made."""

    name = "first act / first act of one user"
    courses = 2
    runs = 0

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        for race in rounds:
            race.notes["user"] = make_admin()

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        actor = acting(race.notes["user"])
        first, second = race.items
        return (
            lambda: update_course(actor, first.course, {"title": "Of A"}),
            lambda: update_course(actor, second.course, {"title": "Of B"}),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        assert [draft_course(item.course).title for item in race.items] == ["Of A", "Of B"]
        return both(one, two)


PAIRS: tuple[type[Pair], ...] = (
    OneKeyTwice,
    RunsInOneTerm,
    EditEdit,
    EditEditWithRevision,
    PricesEdit,
    OneSlugTwice,
    ImportEdit,
    EditorTwice,
    FirstAct,
)
