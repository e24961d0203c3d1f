"""The home page of the demo project."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from openedx_catalog_publisher.models import Course, CourseRun

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# How many courses the page lists; the catalog itself may hold thousands.
LISTED_COURSES = 12


@dataclass(frozen=True)
class Count:
    """How many rows of one kind there are on each side."""

    name: "StrPromise"
    draft: int
    official: int


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what the catalog holds on each side, and the courses that were published last."""
    context = {
        "counts": [
            Count(_("Courses"), draft=Course.drafts.count(), official=Course.objects.count()),
            Count(_("Course runs"), draft=CourseRun.drafts.count(), official=CourseRun.objects.count()),
        ],
        "courses": Course.objects.order_by("-modified", "-pk").only("key", "title")[:LISTED_COURSES],
    }
    return render(request, "demo/home.html", context)
