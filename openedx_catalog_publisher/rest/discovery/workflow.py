"""
What ``draft: false`` and ``status`` of Discovery's clients mean: the submissions and decisions of the other door.

``draft: false`` saves and submits as one act (``save_and_submit_course``, ``save_and_submit_run``). A change of status
by a reviewer is a decision on what that reviewer was shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openedx_catalog_publisher.access.policy import REVIEWERS, may_by_account
from openedx_catalog_publisher.access.roles import holds_anywhere
from openedx_catalog_publisher.api import Action, Actor, Ofac, decide
from openedx_catalog_publisher.commands.errors import Conflict, InvalidInput
from openedx_catalog_publisher.models import CourseRun, Review, ReviewRecord, RoleName, Status
from openedx_catalog_publisher.rest.discovery.door import Sentence
from openedx_catalog_publisher.rest.discovery.shown import open_reviews, shown_to
from openedx_catalog_publisher.rest.unit_input import COURSE, RUN
from openedx_catalog_publisher.review.states import IN_REVIEW

RELOAD = "This page is out of date: reload it."

DECISIONS: Mapping[str, Status] = {
    Status.REVIEW_BY_INTERNAL: Status.REVIEW_BY_LEGAL,
    Status.REVIEWED: Status.REVIEW_BY_INTERNAL,
}
"""The status in which a run is whose step a client approves by asking for another one."""

OF_DECISIONS = frozenset({"status", "has_ofac_restrictions", "ofac_comment"})

ANSWERS: Mapping[Any, bool | None] = {True: True, False: False, "true": True, "false": False, "": None, None: None}


def says_no_draft(data: Mapping[str, Any]) -> bool:
    """Tell whether a client says that what it sends is no draft; without a word it is one."""
    return data.get("draft") in (False, "false")


def may_review(user: Any) -> bool:
    """Tell whether somebody may decide some step of some review, as far as can be told without naming it."""
    return may_by_account(user, Action.REVIEW_LEGAL) or holds_anywhere(
        user, *REVIEWERS.values(), RoleName.CATALOG_ADMIN
    )


def is_offered_decisions(user: Any) -> bool:
    """Tell whether the micro-frontend offers decisions to somebody: to the platform's staff, whatever their roles."""
    return bool(user.is_staff or user.is_superuser)


def in_words(error: InvalidInput) -> InvalidInput:
    """Return an error of a run's submission with the names of this door, also those of the course's fields."""
    fields = {}
    for name, messages in error.fields.items():
        of_course, dot, inner = name.partition("course.")
        fields[f"course.{COURSE.public(inner)}" if dot and not of_course else RUN.public(name)] = messages
    return InvalidInput(fields)


def is_decision(data: Mapping[str, Any], status: str) -> bool:
    """
    Tell whether a change of a run that is shown with a status is a decision.

    A page that is out of date decides what is not in review any more. What else is sent of such a run has other fields.
    """
    asked = data.get("status")
    return isinstance(asked, str) and asked in DECISIONS and (status in IN_REVIEW or data.keys() <= OF_DECISIONS)


def check_decision(data: Mapping[str, Any], status: str) -> None:
    """
    Check that a decision is one, and on the step that the run waits for.

    Raises:
        Sentence: when something else is sent with it.
        Conflict: when the run waits for another step, or for none.
    """
    if status not in IN_REVIEW:
        raise Conflict(f"The run is not in review any more. {RELOAD}")
    if data.keys() - OF_DECISIONS:
        raise Sentence(f"While the run is in review, only {', '.join(sorted(OF_DECISIONS))} can be given. {RELOAD}")
    if DECISIONS[data["status"]] != status:
        raise Conflict(f"The run waits for another step: {Status(status).label}. {RELOAD}")


def decide_run(actor: Actor, run: dict[str, Any], data: Mapping[str, Any]) -> None:
    """
    Approve the step for which a run waits: by its own review, or by that of its course where it has none.

    Arguments:
        actor: the reviewer.
        run: pk, uuid, key and course's uuid of the run's draft.
        data: what the client sent.

    Raises:
        Conflict: when the reviewer was not shown what is under review now.
        CatalogError: as ``decide`` does.
    """
    reviews = open_reviews(run["course__uuid"])
    own, course = reviews.by_unit.get(run["uuid"]), reviews.of_course
    review = own or course
    seen = shown_to(actor.user, run["course__uuid"])
    # Where the page showed the run under review, it is decided too, or nothing is: its course alone was not asked for.
    if review is None or (own is None and str(run["uuid"]) in seen.run_digests):
        raise Conflict(f"{run['key']} is not in review any more. {RELOAD}")
    run_digest = seen.run_digests.get(str(run["uuid"]), "") if own is not None else ""
    course_digest = seen.course_digest if course is not None else ""
    if (own is not None and not run_digest) or (course is not None and not course_digest):
        raise Conflict(f"What is under review of {run['key']} was not shown on this page. {RELOAD}")
    decide(
        actor,
        review.uuid,
        run_digest=run_digest,
        course_digest=course_digest,
        ofac=_ofac(run, own, data),
        confirmation=ReviewRecord.Confirmation.PAGE,
    )


def _ofac(run: dict[str, Any], own: Review | None, data: Mapping[str, Any]) -> Ofac | None:
    restricted = data.get("has_ofac_restrictions")
    if isinstance(restricted, list | dict) or restricted not in ANSWERS:
        raise InvalidInput({"has_ofac_restrictions": ["Give true or false."]})
    comment = data.get("ofac_comment")
    if comment is not None and not isinstance(comment, str):
        raise InvalidInput({"ofac_comment": ["Give text."]})
    before = CourseRun.drafts.values("has_ofac_restrictions", "ofac_comment").get(pk=run["pk"])
    chosen = ANSWERS[restricted]
    moved = chosen not in (None, before["has_ofac_restrictions"])
    said = comment is not None and (comment.strip() or None) != before["ofac_comment"]
    if not moved and not said:
        # The client repeats what stands already; only the legal step may name it.
        return None
    return Ofac(
        has_restrictions=chosen if moved else None,
        comment=comment if said else None,
        run=run["uuid"] if own is None else None,
    )
