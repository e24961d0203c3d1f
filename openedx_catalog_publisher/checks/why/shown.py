"""The places of the catalog itself: the draft, what is official, what is marketed, and where learners can enrol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from openedx_catalog_publisher.checks.why.answer import EDITORS, OPERATORS, Doing, Reason, Step, Verdict
from openedx_catalog_publisher.checks.why.facts import Facts
from openedx_catalog_publisher.checks.why.going_live import Way, way_to_official
from openedx_catalog_publisher.models import CourseRun, Status, UnitRoot
from openedx_catalog_publisher.models.derived.course_run import Obstacle, enrollment_obstacles, marketing_obstacles

NEVER = "It was never published."
REMOVED = "It was removed from the catalog."

SENTENCES: Mapping[Obstacle, str] = {
    Obstacle.TYPE_MISSING: "The run has no type.",
    Obstacle.TYPE_NOT_MARKETABLE: "Runs of its type are not marketed.",
    Obstacle.OLD_KEY: "Its key has the old form, which the platform cannot open.",
    Obstacle.NOT_PUBLISHED: "It was unpublished.",
    Obstacle.NO_SEATS: "It has no seats.",
    Obstacle.NO_SLUG: "It has no slug, and so no page.",
    Obstacle.NO_SITE: "No marketing site is set, so it has no page.",
    Obstacle.ENROLLMENT_NOT_OPEN: "Enrolment is not open yet.",
    Obstacle.ENROLLMENT_OVER: "Enrolment is over.",
    Obstacle.ENDED: "The run is over.",
}
BY_EDITORS: Mapping[Obstacle, str] = {
    Obstacle.TYPE_MISSING: "Give the run a type, and publish it.",
    Obstacle.TYPE_NOT_MARKETABLE: "Give the run another type, and publish it.",
    Obstacle.NO_SEATS: "Give the run a price for each way to enrol, and publish it.",
    Obstacle.NO_SLUG: "Publish the run; it is given a slug.",
    Obstacle.ENROLLMENT_OVER: "Set another end of enrolment, and publish the run.",
    Obstacle.ENDED: "Set another end, and publish the run; or add another run.",
}


def draft(facts: Facts, unit: UnitRoot) -> Verdict:
    """Return the verdict for whoever asks: they read the draft, else they would not be told."""
    return Verdict(True, [Reason(unit.key, "may_read", "You may read drafts of this course.", unit.created)])


def official(facts: Facts, unit: UnitRoot) -> Verdict:
    """Return the verdict for what is official, which every reader of the catalog reads."""
    state = facts.official[unit.uuid]
    is_run = unit.uuid != facts.course.uuid
    since = None if state.publication is None else state.publication.occurred_at
    reasons, steps = way_to_official(facts, unit.uuid)
    if state.snapshot is None:
        code, told = ("removed", REMOVED) if since else ("never_published", NEVER)
        with_course = is_run and facts.official[facts.course.uuid].snapshot is None
        course = way_to_official(facts, facts.course.uuid) if with_course else ([], [])
        own = Reason(unit.key, code, told, since or unit.created)
        # A decision on a run decides its course at the same step.
        brought = {Doing.EDIT} if unit.uuid in facts.pending else {Doing.EDIT, Doing.DECIDE}
        before = [step for step in course[1] if step.doing in brought and step not in steps]
        return Verdict(False, [own, *course[0], *reasons], [*before, *steps])
    if state.status == Status.UNPUBLISHED:
        taken_back = Reason(unit.key, "unpublished", "It was unpublished; it stays readable as such.", since)
        reasons, steps = _way_back(facts, unit)
        return Verdict(True, [taken_back, *reasons], steps)
    live = Reason(unit.key, "published", "It is published.", since)
    if not reasons:
        return Verdict(True, [live])
    changed = Reason(unit.key, "unpublished_changes", "The draft has changes that are not official.", unit.modified)
    return Verdict(True, [live, changed, *reasons], steps)


def _way_back(facts: Facts, unit: UnitRoot) -> Way:
    """Return how what was unpublished is published: as it is, unless the draft has changes or is in review."""
    if facts.wanted[unit.uuid].changes or unit.uuid in facts.pending:
        return way_to_official(facts, unit.uuid)
    told = "Publish again what is official."
    return [], [Step(unit.key, EDITORS, told, Doing.REOPEN, unit.uuid, unit.uuid != facts.course.uuid)]


def marketable(facts: Facts, run: CourseRun) -> Verdict:
    """Return the verdict for the lists of what is marketable, as Discovery's door and sites show them."""
    row = facts.officials.get(run.uuid)
    if row is None:
        return official(facts, run)
    found = list(_told(facts, run, marketing_obstacles(row)))
    if row.hidden:
        hidden = Reason(run.key, "hidden", "It is hidden: lists of a course's marketable runs leave it out.")
        told = "Let the run not be hidden, and publish it."
        found.append((hidden, Step(run.key, EDITORS, told, Doing.EDIT, run.uuid, is_run=True)))
    restriction = getattr(row, "restricted_run", None)
    if restriction is not None:
        label = restriction.get_restriction_type_display()
        found.append((Reason(run.key, "restricted", f"It is sold by one channel alone: {label}."), None))
    if not found:
        state = facts.official[run.uuid]
        since = None if state.publication is None else state.publication.occurred_at
        return Verdict(True, [Reason(run.key, "marketable", "It is published, with seats and a page.", since)])
    return Verdict(False, [reason for reason, _ in found], [step for _, step in found if step is not None])


def learners(facts: Facts, run: CourseRun) -> Verdict:
    """Return the verdict for learners: whether they are shown the run and can enrol in it now."""
    row = facts.officials.get(run.uuid)
    shown = marketable(facts, run)
    if row is None:
        return shown
    found = list(_told(facts, run, enrollment_obstacles(row, facts.now)))
    if not found:
        return shown
    reasons = [] if shown.visible else shown.reasons
    return Verdict(
        False,
        [*reasons, *(reason for reason, _ in found)],
        [*shown.steps, *(step for _, step in found if step is not None)],
    )


def of_course(facts: Facts, verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict for a course in a place that only its runs are shown in."""
    found = list(verdicts)
    if found:
        return Verdict.any_of(found)
    course = facts.course
    return Verdict(
        False,
        [Reason(course.key, "no_runs", "The course has no runs.", course.created)],
        [Step(course.key, EDITORS, "Add a run.", Doing.ADD_RUN, course.uuid)],
    )


def _told(facts: Facts, run: CourseRun, obstacles: Iterable[Obstacle]) -> Iterable[tuple[Reason, Step | None]]:
    row = facts.officials[run.uuid]
    since = {
        Obstacle.NOT_PUBLISHED: _published(facts, run.uuid),
        Obstacle.ENROLLMENT_OVER: row.enrollment_end,
        Obstacle.ENDED: row.end,
    }
    for obstacle in obstacles:
        yield Reason(run.key, str(obstacle), SENTENCES[obstacle], since.get(obstacle)), _mended(facts, run, obstacle)


def _published(facts: Facts, unit: UUID) -> datetime | None:
    record = facts.official[unit].publication
    return None if record is None else record.occurred_at


def _mended(facts: Facts, run: CourseRun, obstacle: Obstacle) -> Step | None:
    if obstacle is Obstacle.NOT_PUBLISHED:
        return _way_back(facts, run)[1][0]
    if obstacle is Obstacle.NO_SITE:
        return Step(run.key, OPERATORS, "Set CATALOG_PUBLISHER_MARKETING_URL_ROOT.")
    if obstacle is Obstacle.ENROLLMENT_NOT_OPEN:
        opens = facts.officials[run.uuid].enrollment_start
        told = "Nothing: it opens by itself. Or set another start of enrolment, and publish the run."
        return Step(run.key, EDITORS, told, Doing.EDIT, run.uuid, is_run=True, at=opens)
    if obstacle in BY_EDITORS:
        return Step(run.key, EDITORS, BY_EDITORS[obstacle], Doing.EDIT, run.uuid, is_run=True)
    return None
