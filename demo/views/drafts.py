"""The drafts that the visitor may see, and what publishing each would change."""

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass

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
from openedx_catalog_publisher.models import Course, CourseRun, Status, UnitKind, WriteSource
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
    """A draft with how it stands, and how many of its runs stand otherwise than as published."""

    card: Card
    standing: Standing
    moving_runs: int


@dataclass(frozen=True)
class Move:
    """What publishing would do to one unit."""

    unit: UnitPlan
    changes: list[ShownChange]


@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """Show the drafts that the visitor may see, narrowed to one standing if one is chosen."""
    mine = visible(request.user, Action.VIEW_DRAFT, Course.drafts.all())
    chosen = request.GET.get("standing", "")
    courses = mine.filter(CONDITIONS[Standing[chosen]]) if chosen in Standing.__members__ else mine
    rows = with_parts(courses).select_related("official_version").order_by("key_normalized")
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "here": "drafts",
        "chosen": chosen,
        "standings": list(Standing),
        "page": page,
        "rest": urlencode({"standing": chosen}) if chosen else "",
        "drafts": [_draft(card) for card in cards_of(page.object_list, timezone.now())],
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
        "draft": _draft(card_of(found, timezone.now())),
        "digest": plan.digest,
        "moves": moves,
        "body": json.dumps({"runs": [move.unit.key for move in moves if move.unit.kind == UnitKind.COURSE_RUN]}),
        "unmoved": [unit.key for unit in plan.units if unit.effect is Effect.NONE],
        "withdrawn": CourseRun.drafts.filter(course=found, official_version__status=Status.UNPUBLISHED),
    }
    return render_page(request, "demo/draft.html", context)


def _draft(card: Card) -> Draft:
    runs = [line.run for line in card.runs]
    moving = sum(run.has_unpublished_changes for run in runs)
    return Draft(card, _standing(card.course, moving), moving)


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
