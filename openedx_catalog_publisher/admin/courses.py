"""Courses in the admin."""

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
from openedx_catalog_publisher.admin.unit_forms import CourseForm, rows_of
from openedx_catalog_publisher.admin.unit_views import Tool
from openedx_catalog_publisher.api import Action, create_course, delete_course, update_course
from openedx_catalog_publisher.models import Course, CourseEntitlement

ENTITLEMENT = ("mode", "price", "currency")


class EntitlementInline(PartInline):
    """The entitlement that a course sells."""

    model = CourseEntitlement
    fields = ENTITLEMENT
    max_num = 1
    verbose_name_plural = gettext_lazy("entitlement")


@admin.register(Course)
class CourseAdmin(UnitAdmin):
    """Courses: drafts to edit, plan and publish; official rows to read."""

    form = CourseForm
    part_inlines = (EntitlementInline,)
    list_display = ("key", "title", "side_name", "status", "standing", "modified")
    list_filter = (SideFilter, "status", ChangesFilter, "type", "product_source")
    list_select_related = ("official_version",)
    search_fields = ("key", "title", "url_slug")
    fields_of_anchor = ("key", "uuid", "number", "status", "canonical_course_run", "official_row")
    measured = Course.classes.measured

    CONTENT: ClassVar[list[Any]] = [
        (
            gettext_lazy("Organizations and subjects"),
            {
                "fields": [
                    "authoring_organizations",
                    "sponsoring_organizations",
                    "subjects",
                    "topics",
                    "collaborators",
                    "organization_short_code_override",
                    "organization_logo_override",
                ]
            },
        ),
        (
            gettext_lazy("Texts"),
            {
                "fields": [
                    "short_description",
                    "full_description",
                    "outcome",
                    "prerequisites_raw",
                    "prerequisites",
                    "syllabus_raw",
                    "expected_learning_items",
                    "faq",
                    "learner_testimonials",
                    "additional_information",
                    "extra_description",
                ]
            },
        ),
        (gettext_lazy("Pictures and video"), {"fields": ["image", "card_image_url", "video"]}),
        (
            gettext_lazy("Where it is shown and sold"),
            {
                "fields": [
                    "product_source",
                    "enterprise_subscription_inclusion",
                    "excluded_from_search",
                    "excluded_from_seo",
                    "geolocation",
                    "location_restriction",
                    "in_year_value",
                    "additional_metadata",
                ]
            },
        ),
        (gettext_lazy("Workflow"), {"fields": ["watchers"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the groups of the form; the number is asked for once and never changes."""
        if not self._editable(request, obj):
            return super().get_fieldsets(request, obj)
        first = ["title", "type", "level_type", "url_slug", "key_for_reruns"]
        head = ["number", *first] if obj is None else [*self.fields_of_anchor, "seen_revision", *first]
        return [(None, {"fields": head}), *self.CONTENT]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Offer it to members of any organization; the command checks the owner's."""
        return allowed_somewhere(request, Action.CREATE_COURSE)

    def run_command(self, request: HttpRequest, form: Any, formsets: list[Any], *, change: bool) -> Any:
        """Create or update the draft by its command."""
        changes = form.changes()
        for formset in formsets:
            if formset.has_changed():
                changes["entitlement"] = next(iter(rows_of(formset, dict.fromkeys(ENTITLEMENT))), None)
        if change:
            revision = form.cleaned_data["seen_revision"]
            written = update_course(actor_of(request), form.instance.uuid, changes, revision=revision)
        else:
            number = form.cleaned_data["number"]
            written = create_course(actor_of(request), number=number, changes=changes).course
        return Course.drafts.get(uuid=written.uuid)

    def run_delete(self, request: HttpRequest, obj: Any) -> None:
        """Delete the draft by its command."""
        delete_course(actor_of(request), obj.uuid)

    def tools(self, request: HttpRequest, obj: Any) -> list[Tool]:
        """Add the ways to what hangs on a course."""
        tools = super().tools(request, obj)
        prefix = f"{self.admin_site.name}:{self.opts.app_label}"
        runs = reverse(f"{prefix}_courserun_changelist")
        tools.append(Tool(_("Runs"), f"{runs}?course__id__exact={obj.pk}&side={obj.side}"))
        if obj.draft:
            editors = reverse(f"{prefix}_courseeditor_changelist")
            tools.append(Tool(_("Editors"), f"{editors}?course__id__exact={obj.pk}"))
            if self.has_change_permission(request, obj):
                tools.append(Tool(_("Add run"), f"{reverse(f'{prefix}_courserun_add')}?course={obj.pk}"))
        return tools
