"""Course runs in the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openedx_catalog_publisher.admin.command_admin import actor_of
from openedx_catalog_publisher.admin.rights import allowed_somewhere
from openedx_catalog_publisher.admin.unit_admin import ChangesFilter, PartInline, SideFilter, UnitAdmin
from openedx_catalog_publisher.admin.unit_forms import RunForm, rows_of
from openedx_catalog_publisher.admin.unit_views import Tool
from openedx_catalog_publisher.api import Action, create_run, delete_run, update_run
from openedx_catalog_publisher.models import CourseRun, Seat

SEAT = ("type", "price", "currency", "credit_provider", "credit_hours", "upgrade_deadline_override")


class SeatInline(PartInline):
    """The ways to enrol in a run."""

    model = Seat
    fields = SEAT


@admin.register(CourseRun)
class CourseRunAdmin(UnitAdmin):
    """Course runs: drafts to edit, plan and publish; official rows to read."""

    form = RunForm
    part_inlines = (SeatInline,)
    list_display = (
        "key",
        "title",
        "side_name",
        "status",
        "standing",
        "start",
        "end",
        "modified",
    )
    list_filter = (SideFilter, "status", "studio_state", ChangesFilter, "pacing_type", "type", "start")
    list_select_related = ("course", "official_version")
    search_fields = ("key", "title_override", "course__title", "external_key")
    autocomplete_fields = ("course",)
    fields_of_anchor = ("key", "uuid", "course", "status", "studio_state", "studio_error", "official_row")
    measured = CourseRun.classes.measured

    CONTENT: ClassVar[list[Any]] = [
        (
            gettext_lazy("Dates and pacing"),
            {"fields": ["start", "end", "enrollment_start", "enrollment_end", "pacing_type", "go_live_date"]},
        ),
        (
            gettext_lazy("Effort and languages"),
            {
                "fields": [
                    "min_effort",
                    "max_effort",
                    "weeks_to_complete",
                    "language",
                    "transcript_languages",
                    "video_translation_languages",
                ]
            },
        ),
        (gettext_lazy("People"), {"fields": ["staff"]}),
        (
            gettext_lazy("Texts and pictures"),
            {
                "fields": [
                    "title_override",
                    "short_description_override",
                    "full_description_override",
                    "outcome_override",
                    "course_overridden",
                    "slug",
                    "tags",
                    "card_image_url",
                    "video",
                ]
            },
        ),
        (
            gettext_lazy("How it is offered"),
            {
                "fields": [
                    "restricted_run",
                    "hidden",
                    "license",
                    "mobile_available",
                    "reporting_type",
                    "eligible_for_financial_aid",
                    "fixed_price_usd",
                    "expected_program_type",
                    "expected_program_name",
                    "variant_id",
                ]
            },
        ),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the groups of the form; course and key are asked for once and never change."""
        if not self._editable(request, obj):
            return super().get_fieldsets(request, obj)
        head = ["course", "run"] if obj is None else [*self.fields_of_anchor, "seen_revision"]
        return [(None, {"fields": [*head, "type", "external_key"]}), *self.CONTENT]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Offer it to members of any organization; the command checks the course."""
        return allowed_somewhere(request, Action.EDIT)

    def run_command(self, request: HttpRequest, form: Any, formsets: list[Any], *, change: bool) -> Any:
        """Create or update the draft by its command."""
        changes = form.changes()
        for formset in formsets:
            if formset.has_changed():
                changes["seats"] = rows_of(formset, dict.fromkeys(SEAT))
        if change:
            revision = form.cleaned_data["seen_revision"]
            written = update_run(actor_of(request), form.instance.uuid, changes, revision=revision)
        else:
            written = create_run(actor_of(request), form.cleaned_data["course"].uuid, changes)
        return CourseRun.drafts.get(uuid=written.uuid)

    def run_delete(self, request: HttpRequest, obj: Any) -> None:
        """Delete the draft by its command."""
        delete_run(actor_of(request), obj.uuid)

    def tools(self, request: HttpRequest, obj: Any) -> list[Tool]:
        """Add the way to the course."""
        course = f"{self.admin_site.name}:{self.opts.app_label}_course_change"
        return [*super().tools(request, obj), Tool(_("Course"), reverse(course, args=[obj.course_id]))]

    @admin.display(description=gettext_lazy("Title"))
    def title(self, obj: Any) -> str | None:
        """Return the run's title, or its course's."""
        title: str | None = obj.title_override or obj.course.title
        return title
