"""What stands between a draft and its being official, as reviews, the gate and the plan say."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from openedx_catalog_publisher.checks.why.answer import EDITORS, SCHEDULER, Doing, Reason, Step
from openedx_catalog_publisher.checks.why.facts import Facts
from openedx_catalog_publisher.models import Review, ReviewStep, UnitKind
from openedx_catalog_publisher.review.pending import Pending
from openedx_catalog_publisher.review.states import COORDINATORS, LEGAL

REVIEWERS = {ReviewStep.LEGAL: LEGAL, ReviewStep.INTERNAL: COORDINATORS}

Way = tuple[list[Reason], list[Step]]
"""Reasons why a draft is not official, and what would have to happen."""


def way_to_official(facts: Facts, unit: UUID) -> Way:
    """Return why a draft is not official as it is, and what would have to happen; nothing where it is."""
    if not facts.wanted[unit]:
        return [], []
    key, pending = facts.key_of(unit), facts.pending.get(unit)
    reasons, steps = _of_review(facts, pending) if pending is not None else _of_draft(facts, unit)
    reasons += [Reason(key, remark.code, remark.message) for remark in facts.problems.get(unit, ())]
    return reasons, steps


def _of_draft(facts: Facts, unit: UUID) -> Way:
    """Return what is missing of a draft that is in no review."""
    key, is_run = facts.key_of(unit), unit != facts.course.uuid
    missing = facts.clearances[unit].missing
    if not missing:
        reason = Reason(key, "not_published_yet", "Nothing is missing; nobody published the draft yet.")
        return [reason], [Step(key, EDITORS, "Publish the draft.", Doing.PUBLISH, unit, is_run)]
    reasons: list[Reason] = []
    steps: list[Step] = []
    # A run is submitted with its course, where that differs from what is official.
    for each in (unit, facts.course.uuid) if is_run and facts.wanted[facts.course.uuid] else (unit,):
        names = facts.unfilled[each]
        if names and each not in facts.pending:
            at = facts.key_of(each)
            reasons.append(Reason(at, "fields_missing", f"Not filled: {', '.join(names)}."))
            told = f"Fill {', '.join(names)}."
            steps.append(Step(at, EDITORS, told, Doing.EDIT, each, each != facts.course.uuid))
    named = ", ".join(str(ReviewStep(step).label).lower() for step in missing)
    reasons.append(Reason(key, "not_submitted", f"The draft is in no review, and needs: {named}."))
    steps.append(Step(key, EDITORS, "Submit the draft for review.", Doing.SUBMIT, unit, is_run))
    for step in missing:
        steps.append(Step(key, REVIEWERS[ReviewStep(step)], f"Approve the {ReviewStep(step).label.lower()}."))
    return reasons, [*steps, _last_step(facts, unit, needs_review=True)]


def _of_review(facts: Facts, pending: Pending) -> Way:
    """Return what a draft waits for that is in review, or approved."""
    review, key = pending.review, pending.review.unit_key
    if pending.step is not None:
        waiting = pending.deciding[-1] if pending.deciding else review
        reasons = [
            Reason(key, f"waits_for_{pending.step}", f"Waits for the {pending.step.label.lower()}.", waiting.step_since)
        ]
        return reasons, [*_decisions(pending), _last_step(facts, review.unit_uuid, needs_review=True)]
    return list(_approved(facts, review)), [_last_step(facts, review.unit_uuid)]


def _decisions(pending: Pending) -> Iterator[Step]:
    """Yield the decisions that are still to come, in their order."""
    both = [review for review in (pending.course_review, pending.review) if review is not None]
    for step in ReviewStep:
        of_step = [review for review in both if step in review.missing_steps]
        if of_step:
            # The run's own, which decides its course's at the same step with it.
            review = of_step[-1]
            told = f"Approve the {step.label.lower()}, or request changes."
            is_run = review.unit_kind == UnitKind.COURSE_RUN
            yield Step(review.unit_key, REVIEWERS[step], told, Doing.DECIDE, review.uuid, is_run)


def _approved(facts: Facts, review: Review) -> Iterator[Reason]:
    key = review.unit_key
    if review.last_error:
        yield Reason(
            key,
            "go_live_failed",
            f"Approved, and could not go live at its date: {review.last_error}",
            review.due,
        )
    elif review.due is not None and review.due > facts.now:
        yield Reason(key, "scheduled", f"Approved, and goes live on {review.due.isoformat()}.", review.step_since)
    elif review.due is not None:
        yield Reason(key, "due", "Approved, and due: the scheduler publishes it with its next round.", review.due)
    elif review.unit_kind == UnitKind.COURSE:
        yield Reason(key, "approved", "Approved; goes live with one of its runs, or by itself.", review.step_since)
    else:
        yield Reason(key, "no_date", "Approved, and without a date on which it goes live.", review.step_since)


def _last_step(facts: Facts, unit: UUID, *, needs_review: bool = False) -> Step:
    """Return by what a draft becomes official once it is approved."""
    key, is_run = facts.key_of(unit), unit != facts.course.uuid
    pending = facts.pending.get(unit)
    review = None if pending is None else pending.review
    if review is not None and review.due is not None:
        at = review.not_before if review.last_error and review.not_before else review.due
        told = "Publish it at its date." if not review.last_error else "Try again; or editors publish it."
        return Step(key, SCHEDULER, told, Doing.PUBLISH, unit, is_run, command="publish_due", at=at)
    run = next((each for each in facts.runs if each.uuid == unit), None)
    if run is not None and run.go_live_date is not None:
        told = "Publish it once it is approved, at its date."
        return Step(key, SCHEDULER, told, is_run=True, command="publish_due", at=run.go_live_date)
    told = "Publish it once it is approved." if needs_review else "Publish it."
    return Step(key, EDITORS, told, Doing.PUBLISH, unit, is_run)
