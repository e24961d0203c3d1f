"""The drafts that the visitor may see, and what publishing each would change."""

import enum
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from demo.course_cards import Card, card_of, cards_of, with_parts
from demo.views.pages import LANGUAGE, render_missing, render_page
from openedx_catalog_publisher.admin.presentation import Labels, ShownChange, shown_changes
from openedx_catalog_publisher.api import Action, Actor, Selection, plan_publication, visible
from openedx_catalog_publisher.models import (
    Comment,
    Course,
    CourseRun,
    Review,
    ReviewStep,
    Status,
    UnitKind,
    WriteSource,
)
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.publishing.plan import Effect, UnitPlan

ON_A_PAGE = 24


class Standing(enum.Enum):
    """How a draft stands to what is official; values are the words for it, and names those of the filter."""

    never = "Never published"
    changed = "Unpublished changes"
    withdrawn = "Withdrawn"
    same = "As published"


@dataclass(frozen=True)
class Draft:
    """A draft with how it stands, how many of its runs stand otherwise than as published, and what is in review."""

    card: Card
    standing: Standing
    moving_runs: int
    reviews: tuple[Review, ...] = ()

    @property
    def review_states(self) -> tuple[Status, ...]:
        """Where its reviews are, each state once, the earliest first."""
        found = {review.status for review in self.reviews}
        return tuple(status for status in Status if status in found)


@dataclass(frozen=True)
class Move:
    """What publishing would do to one unit."""

    unit: UnitPlan
    changes: list[ShownChange]

    @property
    def needs(self) -> str:
        """The reviews that it needs before, in words."""
        return " and ".join(str(ReviewStep(step).label).lower() for step in self.unit.missing_reviews)


@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """Show the drafts that the visitor may see, narrowed to one standing if one is chosen."""
    mine = visible(request.user, Action.VIEW_DRAFT, Course.drafts.all())
    chosen = request.GET.get("standing", "")
    courses = mine.filter(CONDITIONS[Standing[chosen]]) if chosen in Standing.__members__ else mine
    rows = with_parts(courses).select_related("official_version").order_by("key_normalized")
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    courses_shown = list(page.object_list)
    reviews = _open_reviews(course.uuid for course in courses_shown)
    context = {
        "here": "drafts",
        "chosen": chosen,
        "standings": list(Standing),
        "page": page,
        "rest": urlencode({"standing": chosen}) if chosen else "",
        "drafts": [_draft(card, reviews) for card in cards_of(courses_shown, timezone.now())],
    }
    return render_page(request, "demo/drafts.html", context)


@require_safe
def draft(request: HttpRequest, key: str) -> HttpResponse:
    """Show what publishing a course's draft, with its runs that are not withdrawn, would change: the plan."""
    mine: QuerySet[Course] = visible(request.user, Action.VIEW_DRAFT, Course.drafts.all())
    found = with_parts(mine.filter(key_normalized=normalize_key(key))).select_related("official_version").first()
    if found is None:
        return render_missing(request, f"There is no course {key} whose draft you may see.", here="drafts")
    runs = CourseRun.drafts.filter(course=found).exclude(official_version__status=Status.UNPUBLISHED)
    selection = Selection.of([found.uuid], runs.values_list("uuid", flat=True))
    plan = plan_publication(Actor.of(request.user, WriteSource.NATIVE), selection)
    moves = _moves([unit for unit in plan.units if unit.effect is not Effect.NONE])
    context = {
        "here": "drafts",
        "draft": _draft(card_of(found, timezone.now()), _open_reviews([found.uuid])),
        "comments": Comment.objects.filter(course_uuid=found.uuid).select_related("author", "record").order_by("-pk"),
        "digest": plan.digest,
        "moves": moves,
        "body": json.dumps({"runs": [move.unit.key for move in moves if move.unit.kind == UnitKind.COURSE_RUN]}),
        "unmoved": [unit.key for unit in plan.units if unit.effect is Effect.NONE],
        "withdrawn": CourseRun.drafts.filter(course=found, official_version__status=Status.UNPUBLISHED),
    }
    return render_page(request, "demo/draft.html", context)


def _open_reviews(courses: Iterable[UUID]) -> dict[UUID, list[Review]]:
    """Return the open reviews of courses and of their runs, by course, those of the course first."""
    found: dict[UUID, list[Review]] = {}
    reviews = Review.objects.filter(course_uuid__in=list(courses), open_unit__isnull=False)
    for review in reviews.order_by("unit_kind", "unit_key"):
        found.setdefault(review.course_uuid, []).append(review)
    return found


def _draft(card: Card, reviews: Mapping[UUID, list[Review]]) -> Draft:
    runs = [line.run for line in card.runs]
    moving = sum(run.has_unpublished_changes for run in runs)
    return Draft(card, _standing(card.course, moving), moving, tuple(reviews.get(card.course.uuid, ())))


def _standing(course: Course, moving_runs: int) -> Standing:
    official = course.official
    if official is None:
        return Standing.never
    if official.status != Status.PUBLISHED:
        return Standing.withdrawn
    return Standing.changed if course.has_unpublished_changes or moving_runs else Standing.same


def _moves(units: list[UnitPlan]) -> list[Move]:
    with translation.override(LANGUAGE):
        labels = Labels()
        for unit in units:
            values = [{change.name: value} for change in unit.changes for value in (change.old, change.new)]
            labels.look_up(unit.kind, values)
        return [Move(unit, shown_changes(unit.kind, unit.changes, labels)) for unit in units]


OFFICIAL = Q(official_version__isnull=False)
WITHDRAWN = Q(official_version__status=Status.UNPUBLISHED)
MOVING_RUNS = CourseRun.everything.filter(CourseRun.unpublished_changes(), course=OuterRef("pk"))
CHANGED = Course.unpublished_changes() | Q(Exists(MOVING_RUNS))
CONDITIONS: Mapping[Standing, Q] = {
    Standing.never: ~OFFICIAL,
    Standing.changed: OFFICIAL & ~WITHDRAWN & CHANGED,
    Standing.withdrawn: WITHDRAWN,
    Standing.same: OFFICIAL & ~WITHDRAWN & ~CHANGED,
}
"""What a query set of drafts is filtered by to find each standing; says the same as ``_standing``."""
