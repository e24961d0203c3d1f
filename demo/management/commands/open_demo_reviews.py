"""``manage.py open_demo_reviews``: drafts that wait for legal, for a coordinator, or for their date."""

import uuid
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from demo.accounts import user_of
from demo.reviews import REVIEWERS, SUBMISSIONS, Submission
from openedx_catalog_publisher.api import Actor, CatalogError, Ofac, decide, submit_course, submit_run, update_run
from openedx_catalog_publisher.management.catalog_command import CatalogCommand
from openedx_catalog_publisher.models import Course, CourseRun, Review, ReviewStep, UnitKind, WriteSource

GO_LIVE_IN = timedelta(days=30)


class Command(CatalogCommand):
    """
    Submits some of the demo's drafts, and decides some of the steps, as the people of the demo would.

    What was in review once stays as it is, so that nothing of what a visitor decides comes back.
    """

    help = "Submit some drafts of the demo's catalog for review, each once. For demonstration only."

    def run(self, options: dict[str, Any]) -> None:
        """
        Submit what was never in review.

        Raises:
            CommandError: when the people of the demo are missing.
        """
        made = 0
        for submission in SUBMISSIONS:
            draft = _draft(submission)
            if draft is None or Review.objects.filter(unit_uuid=draft).exists():
                continue
            try:
                _submit(submission, draft)
            except CatalogError as error:
                # A visitor was there first, with an edit, or with a publication.
                self.stdout.write(f"Left alone: {error.message}")
            else:
                made += 1
        if made:
            self.stdout.write(f"Submitted for review just now: {made}.")
        self.stdout.write(f"The demo has {Review.objects.filter(open_unit__isnull=False).count()} open reviews.")


def _draft(submission: Submission) -> uuid.UUID | None:
    drafts = Course.drafts if submission.kind == UnitKind.COURSE else CourseRun.drafts
    found: uuid.UUID | None = drafts.filter(key=submission.key).values_list("uuid", flat=True).first()
    return found


def _submit(submission: Submission, draft: uuid.UUID) -> None:
    author = _actor(submission.submitted_by)
    if submission.kind == UnitKind.COURSE:
        submit_course(author, draft, comment=submission.words)
    else:
        update_run(author, draft, {"go_live_date": (timezone.now() + GO_LIVE_IN).isoformat()})
        submit_run(author, draft, comment=submission.words)
    for step, words in submission.steps:
        _approve(step, draft, words)


def _approve(step: ReviewStep, run: uuid.UUID, words: str) -> None:
    """Approve a step of a run, and of its course where that is in review, too."""
    review = Review.objects.get(open_unit=run)
    course = Review.objects.filter(open_unit=review.course_uuid).first()
    decide(
        _actor(REVIEWERS[step]),
        review.uuid,
        run_digest=review.review_digest,
        course_digest=course.review_digest if course is not None else "",
        comment=words,
        ofac=Ofac(has_restrictions=False) if step is ReviewStep.LEGAL else None,
    )


def _actor(username: str) -> Actor:
    user = user_of(username)
    if user is None:
        raise CommandError("The demo has no users yet: run manage.py create_demo_users.")
    return Actor.of(user, WriteSource.COMMAND)
