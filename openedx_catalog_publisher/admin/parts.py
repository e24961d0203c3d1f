"""
Part tables in the admin, read-only: rows of both sides, for whoever looks for a seat, a price or a person across runs.

They are edited in the form of the draft that owns them. The admin's home page leaves them out; their addresses work.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from openedx_catalog_publisher.admin.rights import ReadOnlyAdmin
from openedx_catalog_publisher.models import (
    CourseCollaborator,
    CourseEntitlement,
    CourseOrganization,
    CourseRunLanguage,
    CourseRunStaff,
    CourseSubject,
    CourseTopic,
    CourseTypeRunType,
    RestrictedCourseRun,
    Seat,
)


class UnlistedAdmin(ReadOnlyAdmin):
    """Rows that hang on others: reached by address or link, absent from the admin's home page."""

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Return no right at all, which is how Django leaves a model out of its lists."""
        return {}


class CoursePartAdmin(UnlistedAdmin):
    """Parts of courses."""

    search_fields = ("course__key",)
    list_filter: ClassVar[Any] = ("course__draft",)


class RunPartAdmin(UnlistedAdmin):
    """Parts of runs."""

    search_fields = ("course_run__key",)
    list_filter: ClassVar[Any] = ("course_run__draft",)


@admin.register(CourseOrganization)
class CourseOrganizationAdmin(CoursePartAdmin):
    """Owners and sponsors."""

    list_display = ("course", "organization", "kind", "position")
    list_select_related = ("course", "organization")


@admin.register(CourseSubject)
class CourseSubjectAdmin(CoursePartAdmin):
    """Subjects of courses."""

    list_display = ("course", "subject", "position")
    list_select_related = ("course", "subject")


@admin.register(CourseTopic)
class CourseTopicAdmin(CoursePartAdmin):
    """Topics of courses."""

    list_display = ("course", "topic", "position")
    list_select_related = ("course", "topic")


@admin.register(CourseCollaborator)
class CourseCollaboratorAdmin(CoursePartAdmin):
    """Collaborators of courses."""

    list_display = ("course", "collaborator", "position")
    list_select_related = ("course", "collaborator")


@admin.register(CourseEntitlement)
class CourseEntitlementAdmin(CoursePartAdmin):
    """Entitlements."""

    list_display = ("course", "mode", "price", "currency_id", "sku")
    list_select_related = ("course", "mode")
    list_filter = ("course__draft", "mode")


@admin.register(Seat)
class SeatAdmin(RunPartAdmin):
    """Seats."""

    list_display = ("course_run", "type", "price", "currency_id", "sku")
    list_select_related = ("course_run", "type")
    list_filter = ("course_run__draft", "type")


@admin.register(CourseRunStaff)
class CourseRunStaffAdmin(RunPartAdmin):
    """Staff of runs."""

    list_display = ("course_run", "person", "position")
    list_select_related = ("course_run", "person")


@admin.register(CourseRunLanguage)
class CourseRunLanguageAdmin(RunPartAdmin):
    """Languages of transcripts and video translations."""

    list_display = ("course_run", "language", "kind", "position")
    list_select_related = ("course_run", "language")


@admin.register(RestrictedCourseRun)
class RestrictedCourseRunAdmin(RunPartAdmin):
    """Restrictions of runs."""

    list_display = ("course_run", "restriction_type")
    list_select_related = ("course_run",)


@admin.register(CourseTypeRunType)
class CourseTypeRunTypeAdmin(UnlistedAdmin):
    """Run types of course types; edited in the form of the course type."""

    list_display = ("course_type", "course_run_type", "position")
    list_select_related = ("course_type", "course_run_type")
