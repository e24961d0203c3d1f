"""Deliveries, consumers and mails in the admin: read-only, with replay; and who wants no mails."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from openedx_catalog_publisher.admin.access_rows import UsernameField
from openedx_catalog_publisher.admin.command_admin import CommandAdmin, CommandForm
from openedx_catalog_publisher.admin.logs import LogAdmin
from openedx_catalog_publisher.admin.rights import ReadOnlyAdmin, allowed
from openedx_catalog_publisher.api import Action
from openedx_catalog_publisher.consumers.notifications.preferences import set_address_wants_mails, set_wants_mails
from openedx_catalog_publisher.models import (
    ALL_ORGANIZATIONS,
    Delivery,
    NotificationOptOut,
    OutboxConsumer,
    SentMail,
)
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.outbox.backlog import replay


@admin.register(OutboxConsumer)
class OutboxConsumerAdmin(ReadOnlyAdmin):
    """Consumers that a relay met."""

    list_display = ("name", "service", "since")
    fields = ("name", "service", "kinds", "since")


@admin.register(Delivery)
class DeliveryAdmin(LogAdmin):
    """How far each delivery is. What is over can be replayed by whoever manages the installation."""

    list_display = ("event", "consumer", "state", "outcome", "attempts", "due", "done_at", "error")
    list_filter = ("state", "outcome", "consumer", "event__kind")
    list_select_related = ("event", "consumer")
    search_fields = ("=event__uuid", "event__object_key", "=object_code")
    fields = ("event", "consumer", "state", "outcome", "attempts", "due", "done_at", "last_error")
    actions = ("replay_selected",)  # type: ignore[assignment]

    MOST_SHOWN = 80
    """Characters of an error in the list."""

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Allow it to whoever may import: both reach beyond one organization."""
        return allowed(request, Action.IMPORT, ALL_ORGANIZATIONS)

    @admin.display(description=_("Last error"))
    def error(self, obj: Any) -> SafeString:
        """Return the beginning of the last error, the whole of it as a tooltip."""
        return format_html('<span title="{}">{}</span>', obj.last_error, obj.last_error[: self.MOST_SHOWN])

    @admin.action(description=_("Deliver the selected again"), permissions=["replay"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Let the selected deliveries that are over be made once more."""
        count = replay(queryset)
        sentence = ngettext("%d delivery is to be made again.", "%d deliveries are to be made again.", count) % count
        self.message_user(request, sentence, messages.SUCCESS)


@admin.register(SentMail)
class SentMailAdmin(LogAdmin):
    """Mails that were sent."""

    list_display = ("mail", "event", "user", "watcher", "started", "sent")
    list_filter = ("mail",)
    list_select_related = ("event", "user")
    search_fields = ("user__username", "event__object_key", "=event__uuid")
    fields = ("event", "mail", "user", "watcher", "started", "sent")


class OptOutForm(CommandForm):
    """A wish to get no mails: of which user, or for which address of a watcher."""

    username = UsernameField(required=False)
    watcher = forms.EmailField(
        required=False, label=_("E-mail address"), help_text=_("Of a watcher of courses, instead of a user.")
    )

    class Meta:
        model = NotificationOptOut
        fields: ClassVar[list[str]] = []

    def clean(self) -> dict[str, Any] | None:
        """
        Return what is wished.

        Raises:
            ValidationError: when not exactly one is named.
        """
        cleaned = super().clean() or {}
        if not self.errors and bool(cleaned.get("username")) == bool(cleaned.get("watcher")):
            raise ValidationError(_("Name either a user or an address."))
        return cleaned


@admin.register(NotificationOptOut)
class NotificationOptOutAdmin(CommandAdmin):
    """Who wants no mails: added and deleted at their wish, by whoever manages roles."""

    form = OptOutForm
    list_display = ("__str__", "since")
    list_select_related = ("user",)
    search_fields = ("user__username", "address")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what a wish asks for, or all that is known of one."""
        return ["username", "watcher"] if obj is None else ["user", "address", "since"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow it to whoever manages roles."""
        return allowed(request, Action.MANAGE_ROLES, ALL_ORGANIZATIONS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a wish: delete it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it to whoever manages roles."""
        return allowed(request, Action.MANAGE_ROLES, ALL_ORGANIZATIONS)

    def run_command(self, request: HttpRequest, form: Any, formsets: list[Any], *, change: bool) -> Any:
        """Note who wants no mails."""
        user, watcher = form.cleaned_data["username"], form.cleaned_data["watcher"]
        if user is not None:
            set_wants_mails(user, wanted=False)
            return NotificationOptOut.objects.get(user=user)
        set_address_wants_mails(watcher, wanted=False)
        return NotificationOptOut.objects.get(address=normalize_key(watcher))

    def run_delete(self, request: HttpRequest, obj: Any) -> None:
        """Note that mails are wanted again."""
        if obj.user is not None:
            set_wants_mails(obj.user, wanted=True)
        else:
            set_address_wants_mails(obj.address, wanted=True)
