"""The demo's catalog, as learners would see it: what is official, as cards and course by course."""

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from demo.course_cards import card_of, cards_of, picture_of, with_parts
from demo.views.pages import render_missing, render_page
from openedx_catalog_publisher.models import (
    Course,
    CourseOrganization,
    CourseRun,
    CourseSubject,
    LanguageTag,
    OrganizationProfile,
    Status,
    Subject,
)
from openedx_catalog_publisher.models.normalization import normalize_key

ON_A_PAGE = 24


@require_safe
def catalog(request: HttpRequest) -> HttpResponse:
    """Show the official courses that are not withdrawn, narrowed to what the visitor chose."""
    chosen = {name: request.GET.get(name, "") for name in ("q", "org", "subject", "language")}
    courses = narrowed(Course.objects.filter(status=Status.PUBLISHED), chosen).order_by("-modified", "pk")
    page = Paginator(with_parts(courses), ON_A_PAGE).get_page(request.GET.get("page"))
    rest = request.GET.copy()
    rest.pop("page", None)
    context = {
        "here": "catalog",
        "chosen": chosen,
        "page": page,
        "cards": cards_of(page.object_list, timezone.now()),
        "rest": rest.urlencode(),
        "organizations": OrganizationProfile.objects.filter(
            Exists(CourseOrganization.objects.filter(organization=OuterRef("pk"), course__draft=False))
        ).select_related("organization"),
        "subjects": Subject.objects.filter(
            Exists(CourseSubject.objects.filter(subject=OuterRef("pk"), course__draft=False))
        ),
        "languages": LanguageTag.objects.filter(Exists(CourseRun.objects.filter(language=OuterRef("pk")))).order_by(
            "name"
        ),
    }
    return render_page(request, "demo/catalog.html", context)


@require_safe
def course(request: HttpRequest, key: str) -> HttpResponse:
    """Show the official version of one course."""
    found = with_parts(Course.objects.filter(key_normalized=normalize_key(key))).first()
    if found is None:
        return render_missing(request, f"Nothing is official of a course {key}.", here="catalog")
    card = card_of(found, timezone.now())
    runs = found.course_runs.prefetch_related("staff_links__person")
    staff = {link.person for run in runs for link in run.staff_links.all()}
    context = {
        "here": "catalog",
        "card": card,
        "course": found,
        "picture": picture_of(found),
        "staff": sorted(staff, key=lambda person: (person.family_name, person.given_name, person.pk)),
    }
    return render_page(request, "demo/course.html", context)


def narrowed(courses: QuerySet[Course], chosen: dict[str, str]) -> QuerySet[Course]:
    """Return the courses that have what was chosen: words, an organization, a subject, a language."""
    if chosen["q"]:
        courses = courses.filter(Q(title__icontains=chosen["q"]) | Q(short_description__icontains=chosen["q"]))
    if chosen["org"]:
        owners = CourseOrganization.objects.filter(
            course=OuterRef("pk"), kind="owner", organization__key_normalized=normalize_key(chosen["org"])
        )
        courses = courses.filter(Exists(owners))
    if chosen["subject"]:
        links = CourseSubject.objects.filter(course=OuterRef("pk"), subject__slug=chosen["subject"])
        courses = courses.filter(Exists(links))
    if chosen["language"]:
        runs = CourseRun.everything.filter(course=OuterRef("pk"), language=chosen["language"])
        courses = courses.filter(Exists(runs))
    return courses
