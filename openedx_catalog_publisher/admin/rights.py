"""
Who sees and writes what in the admin.

The admin lets in staff with an active account, who read everything (``access.policy``). What one may write is what the
policy says; Django's own model permissions are not asked, because the commands would not ask them either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from openedx_catalog_publisher.access.policy import may_by_account, may_somewhere
from openedx_catalog_publisher.api import Action, can

if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin[Any]
else:
    BaseAdmin = admin.ModelAdmin


def allowed(request: HttpRequest, action: Action, obj: Any) -> bool:
    """
    Tell whether the user of a request may do something on an object; asked once per request and object.

    Arguments:
        request: the request, whose user is logged in.
        action: what.
        obj: as ``access.policy.can`` takes it.
    """
    answers: dict[Any, bool] = request.__dict__.setdefault("_catalog_rights", {})
    key = (action, obj if isinstance(obj, str | type) else (type(obj), obj.pk))
    if key not in answers:
        answers[key] = can(request.user, action, obj)
    return answers[key]


def allowed_somewhere(request: HttpRequest, action: Action) -> bool:
    """Tell whether the user of a request may do something on at least one object, as far as roles can tell."""
    answers: dict[Any, bool] = request.__dict__.setdefault("_catalog_rights", {})
    if action not in answers:
        answers[action] = may_somewhere(request.user, action)
    return answers[action]


class CatalogAdmin(BaseAdmin):
    """What all pages of the catalog share: staff see them."""

    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the catalog on the admin's home page to whoever reads everything."""
        return may_by_account(request.user, Action.VIEW_DRAFT)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show every row to whoever reads everything."""
        return may_by_account(request.user, Action.VIEW_DRAFT)


class ReadOnlyAdmin(CatalogAdmin):
    """Rows that only commands make: shown, searched, never written."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds these rows by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes these rows by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes these rows by hand."""
        return False
