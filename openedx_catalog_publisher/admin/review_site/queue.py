"""The queue: what waits for the reader, and for whom else; who waits longest comes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from openedx_catalog_publisher.access.policy import REVIEWERS, may_by_account, may_somewhere
from openedx_catalog_publisher.access.roles import holds_anywhere
from openedx_catalog_publisher.admin.review_site.forms import PageForm
from openedx_catalog_publisher.admin.review_site.page import address, page
from openedx_catalog_publisher.admin.review_site.units import ShownUnit, shown_units
from openedx_catalog_publisher.api import Action
from openedx_catalog_publisher.models import (
    Course,
    CourseOrganization,
    OrganizationProfile,
    Review,
    ReviewStep,
    RoleName,
    Status,
    UnitKind,
)
from openedx_catalog_publisher.review.decide import RIGHT_OF_STEP
from openedx_catalog_publisher.review.queries import reviews_waiting, visible_reviews

PAGE_SIZE = 25

AGES: Mapping[str, Any] = {
    "": gettext_lazy("any time"),
    "3": gettext_lazy("at least 3 days"),
    "7": gettext_lazy("at least a week"),
    "14": gettext_lazy("at least 2 weeks"),
    "30": gettext_lazy("at least 30 days"),
}

MINE, TEAM, WAITING = "mine", "all", "waiting"


class FilterForm(PageForm):
    """Which reviews are listed."""

    q = forms.CharField(required=False, max_length=255, label=gettext_lazy("Key"))
    organization = forms.ModelChoiceField(
        OrganizationProfile.objects.none(),
        required=False,
        to_field_name="key",
        label=gettext_lazy("Organization"),
        empty_label=gettext_lazy("all organizations"),
    )
    age = forms.ChoiceField(required=False, choices=list(AGES.items()), label=gettext_lazy("Waiting for"))

    def __init__(self, data: Any, listed: QuerySet[Review]) -> None:
        super().__init__(data)
        choice = self.fields["organization"]
        if isinstance(choice, forms.ModelChoiceField):
            courses = Course.everything.filter(draft=True, uuid__in=listed.values("course_uuid"))
            owned = _owned(Q(course__in=courses)).filter(organization=OuterRef("pk"))
            choice.queryset = OrganizationProfile.objects.filter(Exists(owned)).order_by("key_normalized")


@dataclass(frozen=True)
class Tab:
    """One list of the queue: its name in addresses, its label, how many reviews it holds, and whether it is shown."""

    name: str
    label: str
    count: int
    here: bool


@dataclass(frozen=True)
class Row:
    """A review in the queue."""

    review: Review
    unit: ShownUnit | None
    url: str
    status: str
    age: str
    with_course: bool

    @property
    def title(self) -> str:
        """What it is called."""
        return (self.unit.title if self.unit else "") or self.review.unit_key


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """List the open reviews that the reader may see, by what they wait for."""
    lists = _lists(request.user)
    shown = request.GET.get("show", "")
    if shown not in lists:
        shown = next(iter(lists))
    reviews = lists[shown][1]
    filters = FilterForm(request.GET, reviews)
    listed = Paginator(_filtered(reviews, filters), PAGE_SIZE).get_page(request.GET.get("page"))
    return page(
        request,
        "queue.html",
        _("Queue"),
        place="queue",
        tabs=[Tab(name, label, rows.count(), name == shown) for name, (label, rows) in lists.items()],
        show=shown,
        filters=filters,
        filtered=any(request.GET.get(name) for name in filters.fields),
        listed=listed,
        rows=_rows(list(listed)),
        may_decide=shown not in (TEAM, WAITING),
        may_publish=shown == WAITING and may_somewhere(request.user, Action.PUBLISH),
    )


def _lists(user: Any) -> dict[str, tuple[str, QuerySet[Review]]]:
    """Return the lists that concern a user, by name, the first one first."""
    steps = [step for step in ReviewStep if _decides(user, step)]
    found: dict[str, tuple[str, QuerySet[Review]]] = {}
    if len(steps) > 1:
        found[MINE] = (_("Waiting for you"), _submissions(reviews_waiting(user)))
    found |= {str(step): (str(step.label), _submissions(reviews_waiting(user, step))) for step in steps}
    open_reviews = _submissions(visible_reviews(user)).filter(open_unit__isnull=False).order_by("step_since", "pk")
    found[TEAM] = (_("All in review"), open_reviews.exclude(status=Status.REVIEWED))
    found[WAITING] = (_("Approved, not live yet"), open_reviews.filter(status=Status.REVIEWED))
    return found


def _submissions(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """Leave out the reviews of courses that stand at the same step as that of one of their runs, which shows both."""
    runs = Review.objects.filter(
        course_uuid=OuterRef("unit_uuid"),
        status=OuterRef("status"),
        open_unit__isnull=False,
        unit_kind=UnitKind.COURSE_RUN,
    )
    return reviews.exclude(Exists(runs))


def _decides(user: Any, step: ReviewStep) -> bool:
    right = RIGHT_OF_STEP[step]
    return may_by_account(user, right) or holds_anywhere(user, REVIEWERS[right], RoleName.CATALOG_ADMIN)


def _owned(condition: Q) -> QuerySet[CourseOrganization]:
    links: QuerySet[CourseOrganization] = CourseOrganization.objects.filter(condition)
    return links.filter(kind=CourseOrganization.Kind.OWNER)


def _filtered(reviews: QuerySet[Review], filters: FilterForm) -> QuerySet[Review]:
    if not filters.is_valid():
        return reviews
    data = filters.cleaned_data
    if data["q"]:
        reviews = reviews.filter(unit_key__icontains=data["q"])
    if data["organization"]:
        owned = _owned(Q(course__uuid=OuterRef("course_uuid"), course__draft=True))
        reviews = reviews.filter(Exists(owned.filter(organization=data["organization"])))
    if data["age"]:
        reviews = reviews.filter(step_since__lte=timezone.now() - timedelta(days=int(data["age"])))
    return reviews


def _rows(reviews: list[Review]) -> list[Row]:
    units = shown_units(reviews)
    now = timezone.now()
    runs = {review.course_uuid for review in reviews if review.unit_kind == UnitKind.COURSE_RUN}
    with_course = set(Review.objects.filter(open_unit__in=runs).values_list("course_uuid", "status"))
    return [
        Row(
            review=review,
            unit=units.get(review.unit_uuid),
            url=address("review", review.uuid),
            status=str(Status(review.status).label),
            age=age_of(review.step_since, now),
            with_course=(review.course_uuid, review.status) in with_course and review.unit_kind == UnitKind.COURSE_RUN,
        )
        for review in reviews
    ]


def age_of(moment: datetime, now: datetime) -> str:
    """Return how long ago something was, in its largest unit."""
    return timesince(moment, now, depth=1)
