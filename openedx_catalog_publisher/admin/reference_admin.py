"""
What the pages of reference data share: forms whose content goes into one command, and the history beside them.

Reference data is live at once. What a unit or a snapshot refers to is retired rather than deleted; the command says so.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from simple_history.admin import SimpleHistoryAdmin

from openedx_catalog_publisher.admin.command_admin import CommandAdmin, CommandForm, actor_of
from openedx_catalog_publisher.admin.form_fields import narrow_to_offered, uploaded_image
from openedx_catalog_publisher.admin.rights import allowed, allowed_somewhere
from openedx_catalog_publisher.api import (
    Action,
    CatalogError,
    create_reference,
    delete_reference,
    update_reference,
)


class ReferenceForm(CommandForm):
    """A piece of reference data."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            initial = self.initial.get(name)
            current = initial if isinstance(initial, list) else [initial] if initial else []
            narrow_to_offered(field, [getattr(entry, "pk", entry) for entry in current])

    def changes(self) -> dict[str, Any]:
        """Return what the form says, as commands take it; what equals the stored row is no change. Stores images."""
        return {name: self._value(name, value) for name, value in self.cleaned_data.items()}

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(self.fields[name], forms.ImageField):
            if name not in self.changed_data:
                # A form field knows one kind of "none", a column two.
                return self.initial.get(name)
            return uploaded_image(self._meta.model, name, value)
        if isinstance(value, models.QuerySet):
            return list(value.order_by("pk"))
        return value


class ReferenceAdmin(CommandAdmin, SimpleHistoryAdmin):  # type: ignore[misc]
    """Reference data, edited by whom the policy allows it, with its history."""

    form = ReferenceForm
    list_filter: ClassVar[Any] = ("retired",)
    search_fields: ClassVar[Any] = ("name",)
    list_per_page = 100
    shown: ClassVar[tuple[str, ...]] = ("uuid", "revision")
    history_list_display: ClassVar[list[str]] = ["revision"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow it to whom the policy allows it."""
        return allowed(request, Action.CREATE_REFERENCE, self.model)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it to whom the policy allows it."""
        if obj is None:
            return allowed_somewhere(request, Action.CHANGE_REFERENCE)
        return allowed(request, Action.CHANGE_REFERENCE, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it to whom the policy allows it."""
        return allowed(request, Action.DELETE_REFERENCE, obj or self.model)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields in the order of the model, but for "retired", which is rarely what somebody came for."""
        return sorted(super().get_fields(request, obj), key=lambda name: name == "retired")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what never changes, and what machines count."""
        if obj is None:
            return ()
        kept = getattr(self.model, "immutable_fields", ())
        return tuple(dict.fromkeys([*kept, *self.shown]))

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Offer nothing retired to fields that choose."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        match = request.resolver_match
        if match is not None and match.url_name == "autocomplete":
            found = found.filter(retired=False)
        return found, duplicates

    def run_command(self, request: HttpRequest, form: Any, formsets: list[Any], *, change: bool) -> Any:
        """Create or update the row by its command."""
        if change:
            return update_reference(actor_of(request), self.model, form.instance.pk, form.changes())
        return create_reference(actor_of(request), self.model, form.changes())

    def run_delete(self, request: HttpRequest, obj: Any) -> None:
        """Delete the row by its command."""
        delete_reference(actor_of(request), self.model, obj.pk)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show an earlier version, and bring it back by the command; what that refuses is said on the row's page."""
        try:
            return super().history_form_view(request, object_id, version_id, extra_context)  # type: ignore[no-any-return]
        except CatalogError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(self.page_of(object_id, "history"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Run the command; reference data has no related forms, and a revert of the history knows only this step."""
        row = self.run_command(request, form, [], change=change)
        obj.__dict__.update(row.__dict__)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save nothing: lists went through the command."""
