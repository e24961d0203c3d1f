"""
What the pages of courses and of course runs share.

One list shows both sides, drafts unless asked otherwise. Drafts are edited in a form whose content goes into one
command; official rows, and drafts that the user may not edit, are shown field by field.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.admin.command_admin import CommandAdmin
from openedx_catalog_publisher.admin.form_fields import LinesField, PartField
from openedx_catalog_publisher.admin.presentation import NOTHING, Labels, shown_content
from openedx_catalog_publisher.admin.rights import allowed
from openedx_catalog_publisher.admin.unit_forms import PartForm
from openedx_catalog_publisher.admin.unit_views import UnitViews
from openedx_catalog_publisher.api import Action, visible
from openedx_catalog_publisher.editing.parts import PARTS
from openedx_catalog_publisher.models import Side, UnitRoot
from openedx_catalog_publisher.publishing.capture import capture

BOTH = "both"


class SideFilter(admin.SimpleListFilter):
    """Drafts, official rows or both; drafts unless chosen otherwise."""

    title = _("side")
    parameter_name = "side"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the sides, and both."""
        return [*Side.choices, (BOTH, _("both"))]

    def value(self) -> str:
        """Return the chosen side; drafts where none is chosen."""
        return super().value() or Side.DRAFT

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield the choices; there is none for "no filter", since that is drafts."""
        choices = iter(super().choices(changelist))
        next(choices)
        return choices

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Return the rows of the chosen side."""
        return queryset if self.value() == BOTH else queryset.filter(draft=self.value() == Side.DRAFT)


class ChangesFilter(admin.SimpleListFilter):
    """Drafts with changes that are not published, or without."""

    title = _("unpublished changes")
    parameter_name = "changes"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the choices."""
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Return the drafts that are asked for; official rows have no changes of their own."""
        changed = UnitRoot.unpublished_changes()
        if self.value() == "yes":
            return queryset.filter(changed, draft=True)
        return queryset.filter(~changed, draft=True) if self.value() == "no" else queryset


class PartInline(admin.TabularInline):  # type: ignore[type-arg]
    """
    Rows of a part table in the form of the draft that owns them.

    Their rights are those on the draft: where the draft can be edited, so can they. They are saved by its command.
    """

    form = PartForm
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it: this form is shown to those who may edit the draft."""
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it: this form is shown to those who may edit the draft."""
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it: this form is shown to those who may edit the draft."""
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it: this form is shown to those who may edit the draft."""
        return True


class UnitAdmin(UnitViews, CommandAdmin):
    """Courses, or course runs: both sides in one list."""

    fields_of_anchor: ClassVar[tuple[str, ...]] = ("official_row",)
    part_inlines: ClassVar[tuple[type[PartInline], ...]] = ()
    measured: ClassVar[tuple[str, ...]] = ()

    change_form_template = "admin/openedx_catalog_publisher/unit/change_form.html"
    ordering = ("-modified", "-id")
    list_per_page = 50
    actions = ("plan_selected",)

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["openedx_catalog_publisher/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return what the user may see of both sides."""
        rows = self.model.everything.all()
        drafts = visible(request.user, Action.VIEW_DRAFT, rows)
        found = drafts | visible(request.user, Action.VIEW_OFFICIAL, rows)
        return found.order_by(*self.ordering)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Offer drafts alone to fields that choose a course: what hangs on a unit hangs on its draft."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        match = request.resolver_match
        if match is not None and match.url_name == "autocomplete":
            found = found.filter(draft=True)
        return found, duplicates

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow editing of drafts to whom the policy allows it; official rows change by publications."""
        if obj is None:
            return self.has_view_permission(request)
        return obj.draft and allowed(request, Action.EDIT, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow deletion of drafts to whom the policy allows it."""
        return obj is not None and obj.draft and allowed(request, Action.DELETE, obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Return form fields for value objects and lists of texts, which Django would show as bare JSON."""
        if db_field.name in PARTS:
            return PartField(PARTS[db_field.name], label=_sentence(db_field.verbose_name))
        if isinstance(db_field, models.JSONField):
            return LinesField(label=_sentence(db_field.verbose_name), required=False)
        if isinstance(db_field, models.BooleanField) and db_field.null:
            return forms.NullBooleanField(label=_sentence(db_field.verbose_name), help_text=db_field.help_text)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.ModelChoiceField) and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # Reference data has pages of its own; beside a choice these buttons are slips waiting to happen.
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_delete_related = False
        return field

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """Return the part tables with rows of their own, where there is something to edit."""
        return list(self.part_inlines) if self._editable(request, obj) else []

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the groups of the form, or what is shown instead of it."""
        if not self._editable(request, obj):
            return [(None, {"fields": ["identity"]}), (_("Content"), {"fields": ["content"]})]
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what is shown and not asked for."""
        if not self._editable(request, obj):
            return ["identity", "content"]
        return () if obj is None else self.fields_of_anchor

    def _editable(self, request: HttpRequest, obj: Any) -> bool:
        return self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)

    @admin.display(description=_("Identity"))
    def identity(self, obj: Any) -> SafeString:
        """Return what names the row, its state and its measured values, as a table."""
        names = ["key", "uuid", "status", "created", "modified", *self.model.classes.state, *self.measured]
        rows = [
            (_sentence(self.model._meta.get_field(name).verbose_name), _plain(obj, name))
            for name in dict.fromkeys(names)
            if name not in ("watchers", "ofac_comment")
        ]
        return _table("admin/openedx_catalog_publisher/unit/values.html", rows)

    @admin.display(description=_("Content"))
    def content(self, obj: Any) -> SafeString:
        """Return the content of the row's side, field by field."""
        kind = self.model.kind
        unit = capture(kind, obj.side, [obj.anchor_id]).units.get(obj.uuid)
        if unit is None:
            return format_html("")
        labels = Labels()
        labels.give(unit.snapshot.labels)
        rows = [(row.name, row.value) for row in shown_content(kind, unit.snapshot.content, labels)]
        return _table("admin/openedx_catalog_publisher/unit/values.html", rows)

    @admin.display(description=_("Official"))
    def official_row(self, obj: Any) -> Any:
        """Return a link to the official row, or say that there is none."""
        if obj.pk is None or obj.official is None:
            return _("never published, or removed")
        return format_html(
            '<a href="{}">{}</a>', self.page_of(obj.official.pk), obj.official.get_status_display().lower()
        )

    @admin.display(description=_("Side"), ordering="draft")
    def side_name(self, obj: Any) -> str:
        """Return the side's name."""
        return str(obj.side.label)

    @admin.display(description=_("Draft against official"))
    def standing(self, obj: Any) -> Any:
        """Say how a draft stands to its official row; nothing of official rows."""
        if not obj.draft:
            return None
        if obj.official is None:
            return _("not official")
        return _("changed") if obj.has_unpublished_changes else _("equal")

    @admin.action(description=_("Plan the publication of the selected drafts"), permissions=["view"])
    def plan_selected(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
        """Go to the plan of the selected units."""
        uuids = list(dict.fromkeys(queryset.values_list("uuid", flat=True)[: 2 * self.MOST_PLANNED + 1]))
        if len(uuids) > self.MOST_PLANNED:
            self.message_user(
                request, _("Choose at most %(most)s at once.") % {"most": self.MOST_PLANNED}, level="ERROR"
            )
            return None
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_plan")
        return HttpResponseRedirect(f"{address}?{'&'.join(f'unit={uuid}' for uuid in uuids)}")


def _sentence(name: Any) -> str:
    text = str(name)
    return text[:1].upper() + text[1:]


def _plain(obj: Any, name: str) -> Any:
    display = getattr(obj, f"get_{name}_display", None)
    value = display() if display else getattr(obj, name)
    return NOTHING if value in (None, "", []) else value


def _table(template: str, rows: list[tuple[Any, Any]]) -> SafeString:
    return render_to_string(template, {"rows": rows})
