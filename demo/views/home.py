"""The home page of the demo: what this is, who may do what, and what to try."""

from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from demo import delivery_recipe, recipe
from demo.accounts import ACCOUNTS, RIGHTS
from demo.course_cards import cards_of, with_parts
from demo.deliveries import delivery_figures, stand_in_state
from demo.views.pages import API_ROOT, render_page
from demo.views.people import NEXT, next_page
from openedx_catalog_publisher.models import (
    Course,
    CourseOrganization,
    CourseRun,
    OrganizationProfile,
    Publication,
    Review,
    Status,
)

LISTED_ORGANIZATIONS = 6
"""Of how many organizations the page shows a course; the catalog itself may hold hundreds."""


@dataclass(frozen=True)
class Figure:
    """How many there are of something."""

    name: str
    number: int


@require_safe
@ensure_csrf_cookie
def home(request: HttpRequest) -> HttpResponse:
    """Show the people, the words, what to try, what the catalog holds and delivers, and what was published last."""
    after = next_page(request.GET.get(NEXT, ""))
    api = request.build_absolute_uri(API_ROOT).rstrip("/")
    context = {
        "here": "home",
        "people": ACCOUNTS,
        "rights": [(right, [account.username in right.who for account in ACCOUNTS]) for right in RIGHTS],
        "next_page": after,
        "is_sent_by_admin": after.startswith("/admin/"),
        "is_sent_by_reviews": after.startswith(reverse("catalog_publisher:review:queue")),
        "figures": [
            Figure("drafts of courses", Course.drafts.count()),
            Figure("official courses", Course.objects.count()),
            Figure("drafts of runs", CourseRun.drafts.count()),
            Figure("official runs", CourseRun.objects.count()),
            Figure("drafts to publish", _changed(Course) + _changed(CourseRun)),
            Figure("open reviews", Review.objects.filter(open_unit__isnull=False).count()),
            Figure("publications on record", Publication.objects.count()),
        ],
        "deliveries": delivery_figures(),
        "stand_in": stand_in_state(),
        "cards": cards_of(_newest(), timezone.now()),
        "steps": recipe.steps(api),
        "delivery_steps": delivery_recipe.steps(api),
    }
    return render_page(request, "demo/home.html", context)


def _changed(model: type[Course] | type[CourseRun]) -> int:
    changed: int = model.drafts.filter(model.unpublished_changes()).count()
    return changed


def _newest() -> QuerySet[Course]:
    """Return what each organization published last."""
    own = Course.objects.filter(
        organization_links__organization=OuterRef("pk"),
        organization_links__kind=CourseOrganization.Kind.OWNER,
        organization_links__position=0,
        status=Status.PUBLISHED,
    )
    newest = own.order_by("-modified", "pk").values("pk")[:1]
    organizations = OrganizationProfile.objects.annotate(newest=Subquery(newest)).filter(newest__isnull=False)
    listed = list(organizations.order_by("pk").values_list("newest", flat=True)[:LISTED_ORGANIZATIONS])
    return with_parts(Course.objects.filter(pk__in=listed)).order_by("pk")
