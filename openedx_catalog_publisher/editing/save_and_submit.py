"""
Commands that save a draft and put it forward in one act: both happen, or neither.

Discovery's clients ask for both in one request, and so do rows of files. What cannot be submitted is not saved either,
so that whoever is refused finds the draft as it was, and sends all of it again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.editing.courses import NO_EXTRAS, Extras, Written, update_course
from openedx_catalog_publisher.editing.runs import update_run
from openedx_catalog_publisher.publishing.publish import Published
from openedx_catalog_publisher.review.put_forward import put_course_forward, put_run_forward
from openedx_catalog_publisher.review.submit import Submitted


class SubmissionRefused(InvalidInput):
    """What was to be saved is in order, and the draft is not complete; ``fields`` names all that is missing."""


@dataclass(frozen=True)
class SavedAndSubmitted:
    """
    What was done to a draft.

    Attributes:
        written: what the save did.
        published: what went live, where nothing was left to approve; None otherwise.
        submitted: what the submission did; None where there was none. With neither, nothing was left to put forward.
    """

    written: Written
    published: Published | None = None
    submitted: Submitted | None = None


@command
def save_and_submit_course(
    operation: Operation,
    course: uuid.UUID,
    changes: Mapping[str, Any],
    *,
    revision: int | None = None,
    extras: Extras = NO_EXTRAS,
    keep_reviews: bool = False,
) -> SavedAndSubmitted:
    """
    Change a course's draft, and publish it where it needs no approval any more, else submit it for review.

    A course of which nothing is official, or that is in review, is saved only: its runs take it along.

    Arguments:
        operation: given by the command.
        course: uuid of the course.
        changes: as for ``update_course``.
        revision: as for ``update_course``.
        extras: as for ``update_course``.
        keep_reviews: as for ``update_course``.

    Raises:
        SubmissionRefused: naming every field that must be filled; nothing was saved then.
        CatalogError: as ``update_course``, ``publish`` and ``submit_course`` do; nothing was saved then.
    """
    written = update_course.within(
        operation, course, changes, revision=revision, extras=extras, keep_reviews=keep_reviews
    )
    try:
        return _outcome(written, put_course_forward(operation, course))
    except InvalidInput as error:
        raise SubmissionRefused(error.fields) from error


@command
def save_and_submit_run(
    operation: Operation,
    run: uuid.UUID,
    changes: Mapping[str, Any],
    *,
    revision: int | None = None,
    prices: Mapping[str, Any] | None = None,
    keep_reviews: bool = False,
    terms: Mapping[str, Mapping[str, Any]] | None = None,
) -> SavedAndSubmitted:
    """
    Change a run's draft, and publish it where it is live and needs no approval any more, else submit it for review.

    A run that is in review or waits to go live is saved only.

    Arguments:
        operation: given by the command.
        run: uuid of the run.
        changes: as for ``update_run``.
        revision: as for ``update_run``.
        prices: as for ``update_run``.
        keep_reviews: as for ``update_run``.
        terms: as for ``update_run``.

    Raises:
        SubmissionRefused: naming every field that must be filled, those of the course as ``course.title``; nothing was
            saved then.
        CatalogError: as ``update_run``, ``publish`` and ``submit_run`` do; nothing was saved then.
    """
    written = update_run.within(
        operation, run, changes, revision=revision, prices=prices, keep_reviews=keep_reviews, terms=terms
    )
    try:
        return _outcome(written, put_run_forward(operation, run))
    except InvalidInput as error:
        raise SubmissionRefused(error.fields) from error


def _outcome(written: Written, done: Published | Submitted | None) -> SavedAndSubmitted:
    return SavedAndSubmitted(
        written=written,
        published=done if isinstance(done, Published) else None,
        submitted=done if isinstance(done, Submitted) else None,
    )
