"""Slugs and redirects in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from openedx_catalog_publisher.admin.command_admin import CommandAdmin, actor_of
from openedx_catalog_publisher.admin.rights import ReadOnlyAdmin, allowed, allowed_somewhere
from openedx_catalog_publisher.api import Action, add_redirect, remove_redirect
from openedx_catalog_publisher.models import CourseUrlRedirect, CourseUrlSlug


@admin.register(CourseUrlSlug)
class CourseUrlSlugAdmin(ReadOnlyAdmin):
    """Slugs that lead, or led, to courses: a course's own form changes them."""

    list_display = ("url_slug", "course", "is_active", "is_active_on_draft", "was_official", "created")
    list_filter = ("is_active", "is_active_on_draft", "was_official")
    list_select_related = ("course",)
    search_fields = ("url_slug", "course__key")


@admin.register(CourseUrlRedirect)
class CourseUrlRedirectAdmin(CommandAdmin):
    """Paths that lead to courses: added and taken away, never changed."""

    fields = ("course", "value")
    list_display = ("value", "course")
    list_select_related = ("course",)
    search_fields = ("value", "course__key")
    autocomplete_fields = ("course",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Offer it to members of any organization; the command checks the course."""
        return allowed_somewhere(request, Action.EDIT)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a redirect: take it away and add another."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it to whoever may edit the course."""
        return obj is not None and allowed(request, Action.EDIT, obj.course)

    def run_command(self, request: HttpRequest, form: Any, formsets: list[Any], *, change: bool) -> Any:
        """Add the redirect by its command."""
        return add_redirect(actor_of(request), form.cleaned_data["course"].uuid, form.cleaned_data["value"])

    def run_delete(self, request: HttpRequest, obj: Any) -> None:
        """Take the redirect away by its command."""
        remove_redirect(actor_of(request), obj.course.uuid, obj.value)
