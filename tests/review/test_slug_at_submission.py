"""A draft gets a slug of the form that is set, when it or a run of it is submitted for review."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from openedx_catalog_publisher.api import InvalidInput, Ofac, Selection, read_changes, submit_run, update_course
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.commands import transaction
from openedx_catalog_publisher.commands.actor import actor_names
from openedx_catalog_publisher.models import (
    ActorPseudonym,
    Course,
    CourseUrlSlug,
    EditRecord,
    Review,
    ReviewRecord,
    Status,
)
from openedx_catalog_publisher.publishing import slugs
from openedx_catalog_publisher.publishing.slug_formats import SlugFormat
from openedx_catalog_publisher.review import slug_at_submission
from tests.factories import SYSTEM, make_course, publish_now
from tests.review.stage import Stage, set_stage

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FORM = "learn/{primary_subject}/{organization_name}-{course_title}"
FORMATS = {"*": {"*": FORM}}


@pytest.fixture
def stage(settings: Any) -> Stage:
    """A complete course with two runs, and a slug of one part."""
    settings.CATALOG_PUBLISHER_COURSE_SLUG_FORMATS = FORMATS
    return set_stage(runs=2)


def slug_of(course: UUID) -> str | None:
    """Return the slug of a draft."""
    return Course.drafts.get(uuid=course).url_slug


def form_of(course: UUID) -> str:
    """Return the slug that a course gets at its submission."""
    draft = Course.drafts.get(uuid=course)
    made = SlugFormat(FORM).slug(
        {
            "primary_subject": draft.subject_links.order_by("position")[0].subject.slug,
            "organization_name": draft.owning_organizations().get().organization.organization.name,
            "course_title": str(draft.title),
        }
    )
    assert made is not None
    return made


def system_actors() -> list[UUID]:
    """Return under which pseudonym the system makes slugs."""
    return list(ActorPseudonym.objects.filter(system_name="slug formats").values_list("uuid", flat=True))


def test_without_a_form_the_slug_stays() -> None:
    stage = set_stage()
    before = slug_of(stage.course)

    stage.submit()

    assert slug_of(stage.course) == before


def test_the_submission_of_a_run_gives_the_draft_its_slug(stage: Stage) -> None:
    before, wanted = slug_of(stage.course), form_of(stage.course)

    stage.submit()

    assert slug_of(stage.course) == wanted
    slugs = CourseUrlSlug.objects.filter(course__uuid=stage.course).values_list("url_slug", flat=True)
    assert list(slugs) == [wanted], f"{before} never was official, and is free again"
    assert list(check_catalog()) == []


def test_the_system_chose_it_within_the_submission(stage: Stage) -> None:
    submit_run(stage.admin, stage.run)

    record = EditRecord.objects.filter(unit_uuid=stage.course).latest("sequence")
    opened = ReviewRecord.objects.get(unit_uuid=stage.course)
    assert read_changes(record).keys() == {"url_slug"}
    assert actor_names([record.actor]) == {record.actor: "slug formats"}
    assert (record.operation, record.occurred_at) == (opened.operation, opened.occurred_at)
    # So who submitted it did not change it, and may approve it.
    assert stage.decide(stage.admin, ofac=Ofac(has_restrictions=False)).status == Status.REVIEW_BY_INTERNAL


def test_a_slug_that_is_taken_gets_a_number(stage: Stage) -> None:
    wanted = form_of(stage.course)
    make_course(runs=0, url_slug=wanted)

    stage.submit()

    assert slug_of(stage.course) == f"{wanted}-2"


def test_a_slug_that_somebody_else_takes_at_this_moment_gets_a_number(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "PAUSE_SECONDS", 0)
    wanted = form_of(stage.course)
    make_course(runs=0, url_slug=wanted)
    blind = [True]

    def free_slug(base: str, **known: Any) -> str:
        # The first look was before the other course came.
        return base if blind and blind.pop() else slugs.free_slug(base, **known)

    monkeypatch.setattr(slug_at_submission, "free_slug", free_slug)
    stage.submit()

    assert slug_of(stage.course) == f"{wanted}-2"
    assert EditRecord.objects.filter(unit_uuid=stage.course, actor__in=system_actors()).count() == 1


def test_a_slug_that_fits_stays_whatever_the_title_becomes(stage: Stage) -> None:
    update_course(SYSTEM, stage.course, {"url_slug": "learn/data/acme-chosen", "title": "Anders"})

    stage.submit()

    assert slug_of(stage.course) == "learn/data/acme-chosen"


def test_what_was_official_redirects(settings: Any) -> None:
    stage = set_stage()
    publish_now(Selection.of(courses=[stage.course]))
    before = slug_of(stage.course)
    settings.CATALOG_PUBLISHER_COURSE_SLUG_FORMATS = FORMATS
    wanted = form_of(stage.course)

    stage.submit_course()
    assert Course.objects.get(uuid=stage.course).url_slug == before
    stage.approve(stage.course)

    assert Course.objects.get(uuid=stage.course).url_slug == wanted
    rows = {row.url_slug: row.is_active for row in CourseUrlSlug.objects.filter(course__uuid=stage.course)}
    assert rows == {before: False, wanted: True}


def test_what_is_under_review_does_not_move(settings: Any) -> None:
    stage = set_stage(runs=2)
    stage.submit(stage.runs[0])
    before = slug_of(stage.course)
    settings.CATALOG_PUBLISHER_COURSE_SLUG_FORMATS = FORMATS

    stage.submit(stage.runs[1])

    assert slug_of(stage.course) == before
    assert Review.objects.filter(open_unit__isnull=False).count() == 3


def test_where_the_submission_is_refused_the_slug_stays(stage: Stage) -> None:
    before = slug_of(stage.course)
    update_course(SYSTEM, stage.course, {"outcome": None})

    with pytest.raises(InvalidInput):
        stage.submit()

    assert slug_of(stage.course) == before


def test_a_course_without_what_the_form_needs_keeps_its_slug(settings: Any) -> None:
    settings.CATALOG_PUBLISHER_COURSE_SLUG_FORMATS = FORMATS
    stage = set_stage()
    update_course(SYSTEM, stage.course, {"title": "数据"})
    before = slug_of(stage.course)

    stage.submit()

    assert slug_of(stage.course) == before
