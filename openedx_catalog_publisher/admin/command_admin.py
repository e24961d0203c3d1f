"""
Pages that write through commands.

A command opens the outermost transaction itself. ``ModelAdmin`` opens one around its change and delete views, and the
platform's ``ATOMIC_REQUESTS`` one around every view; so both views are overridden here, and all views of these pages
are marked as not atomic. Django's own log of the admin (``LogEntry``) is written after the command and outside of its
transaction: it is a convenience, the ledger is the record.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect

from openedx_catalog_publisher.admin.form_fields import FORM_FIELDS
from openedx_catalog_publisher.admin.rights import CatalogAdmin
from openedx_catalog_publisher.api import Actor, CatalogError, InvalidInput
from openedx_catalog_publisher.models import WriteSource

REFUSAL = "_catalog_refusal"
"""Attribute of a request that holds the error with which a command refused what its form says."""


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor of a request: its user, through the admin."""
    return Actor.of(request.user, WriteSource.ADMIN)


class CommandForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form whose content a command takes. It never saves, and shows what a command refused, field by field."""

    refusal: CatalogError | None = None

    def clean(self) -> dict[str, Any] | None:
        """Add what the command refused when the same form was sent to it."""
        cleaned = super().clean()
        if self.refusal is not None:
            self.show_refusal(self.refusal)
        return cleaned

    def show_refusal(self, error: CatalogError) -> None:
        """Note each message at the field that it names; what names no field of this form stands above them all."""
        if not isinstance(error, InvalidInput):
            self.add_error(None, error.message)
            return
        for name, found in error.fields.items():
            if name in self.fields:
                self.add_error(name, found)
            else:
                self.add_error(None, [message if name == "__all__" else f"{name}: {message}" for message in found])

    def _save_m2m(self) -> None:
        """Save nothing: lists go through the command with everything else."""


class CommandAdmin(CatalogAdmin):
    """
    A page whose forms call commands.

    Subclasses implement ``run_command`` and, where rows can be deleted, ``run_delete``.
    """

    form = CommandForm
    actions: Any = ()
    formfield_overrides = FORM_FIELDS

    def run_command(self, request: HttpRequest, form: Any, formsets: list[Any], *, change: bool) -> Any:
        """
        Carry out what a valid form says and return the row that it made or changed.

        Raises:
            CatalogError: what the form then shows.
        """
        raise NotImplementedError

    def run_delete(self, request: HttpRequest, obj: Any) -> None:
        """
        Carry out the deletion of a row.

        Raises:
            CatalogError: what the page then shows.
        """
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        """Return the pages' URLs, none of them in a transaction of its request."""
        urls = super().get_urls()
        for pattern in urls:
            pattern.callback = transaction.non_atomic_requests(pattern.callback)
        return urls

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer no deletion of many rows at once: Django's would bypass the commands."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form's class, which knows what a command refused in this request."""
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, REFUSAL, None)  # type: ignore[attr-defined]
        return form

    @method_decorator(csrf_protect)
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form or carry it out, outside of a transaction; what the command refuses is shown in the form."""
        try:
            return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined,no-any-return]
        except CatalogError as error:
            setattr(request, REFUSAL, error)
        return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined,no-any-return]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save nothing: the command runs when the related forms are known too, in ``save_related``."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Run the command, and let the form's instance be the row that it wrote."""
        row = self.run_command(request, form, list(formsets), change=change)
        form.instance.__dict__.update(row.__dict__)

    def construct_change_message(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        add: bool = False,
    ) -> list[dict[str, Any]]:
        """Return what Django's own log of the admin says."""
        if add:
            return [{"added": {}}]
        names = [str(form.fields[name].label or name) for name in form.changed_data]
        names += [str(formset.model._meta.verbose_name_plural) for formset in formsets or () if formset.has_changed()]
        return [{"changed": {"fields": names}}] if names else []

    @method_decorator(csrf_protect)
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask, then carry out the deletion by its command; what it refuses is shown on the row's page."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]
        if not self.has_delete_permission(request, obj):
            raise PermissionDenied
        name, pk = str(obj), obj.pk
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "title": _("Delete"),
                "object": obj,
                "object_name": str(self.opts.verbose_name),
                "opts": self.opts,
                "preserved_filters": self.get_preserved_filters(request),
                **(extra_context or {}),
            }
            return self.render_delete_form(request, context)
        try:
            self.run_delete(request, obj)
        except CatalogError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(self.page_of(pk))
        obj.pk = pk
        self.log_deletions(request, [obj])  # type: ignore[arg-type]
        return self.response_delete(request, name, pk)

    def page_of(self, pk: Any, page: str = "change") -> str:
        """Return the address of one of a row's pages."""
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}", args=[pk])

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """
        Refuse: rows are deleted one by one, by their command.

        Raises:
            PermissionDenied: always.
        """
        raise PermissionDenied
