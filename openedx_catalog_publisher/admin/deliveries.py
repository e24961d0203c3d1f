"""Events, deliveries, consumers and mails in the admin: read-only, with replay; and who wants no mails."""

from __future__ import annotations

import json
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
from openedx_catalog_publisher.admin.rights import CatalogAdmin, ReadOnlyAdmin, allowed
from openedx_catalog_publisher.api import Action
from openedx_catalog_publisher.consumers.notifications.preferences import set_address_wants_mails, set_wants_mails
from openedx_catalog_publisher.models import (
    ALL_ORGANIZATIONS,
    Delivery,
    DriftCheck,
    NotificationOptOut,
    OutboxConsumer,
    OutboxEvent,
    SentMail,
)
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.outbox.repairs import replay, retry


class OutboxRepairs(CatalogAdmin):
    """A page with actions by which deliveries are made again."""

    def has_repair_permission(self, request: HttpRequest) -> bool:
        """Allow it to whoever manages the outbox."""
        return allowed(request, Action.MANAGE_OUTBOX, ALL_ORGANIZATIONS)

    def tell_repaired(self, request: HttpRequest, count: int) -> None:
        """Say how many deliveries are to be made."""
        sentence = ngettext("%d delivery is to be made again.", "%d deliveries are to be made again.", count) % count
        self.message_user(request, sentence, messages.SUCCESS)


@admin.register(OutboxEvent)
class OutboxEventAdmin(OutboxRepairs, LogAdmin):
    """Events. Their deliveries can be replayed by whoever manages the outbox."""

    date_hierarchy = "occurred_at"
    list_display = ("kind", "object_type", "object_key", "sequence", "occurred_at")
    list_filter = ("kind", "object_type")
    search_fields = ("object_key", "=object_code", "=uuid", "=operation")
    fields = (
        "uuid",
        "kind",
        "object_type",
        "object_key",
        "object_code",
        "sequence",
        "occurred_at",
        "operation",
        "data",
    )
    actions = ("replay_selected",)  # type: ignore[assignment]

    @admin.display(description=_("Payload"))
    def data(self, obj: Any) -> SafeString:
        """Return the payload, indented."""
        return format_html('<pre class="ocp-json">{}</pre>', json.dumps(obj.payload, indent=2, ensure_ascii=False))

    @admin.action(description=_("Deliver the selected again"), permissions=["repair"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[OutboxEvent]) -> None:
        """Let the deliveries of the selected that are over be made once more."""
        events = list(queryset.values_list("pk", flat=True))
        self.tell_repaired(request, replay(Delivery.objects.filter(event__in=events)))


@admin.register(OutboxConsumer)
class OutboxConsumerAdmin(OutboxRepairs, ReadOnlyAdmin):
    """Consumers that a relay met. What failed can be tried again by whoever manages the outbox."""

    actions = ("retry_selected",)  # type: ignore[assignment]

    list_display = ("name", "service", "since", "resting_until", "failures")
    fields = ("name", "service", "kinds", "since", "kinds_since", "resting_until", "failures", "pruned_until")

    @admin.action(description=_("Try again at once what failed"), permissions=["repair"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[OutboxConsumer]) -> None:
        """Let all that failed of the selected be tried again."""
        self.tell_repaired(request, sum(retry(consumer.name) for consumer in queryset))


@admin.register(Delivery)
class DeliveryAdmin(OutboxRepairs, LogAdmin):
    """How far each delivery is. What is over can be replayed by whoever manages the outbox."""

    list_display = ("event", "consumer", "state", "outcome", "attempts", "due", "done_at", "error")
    list_filter = ("state", "outcome", "consumer", "event__kind")
    list_select_related = ("event", "consumer")
    search_fields = ("=event__uuid", "event__object_key", "=object_code")
    fields = ("event", "consumer", "state", "outcome", "attempts", "due", "done_at", "last_error")
    actions = ("replay_selected",)  # type: ignore[assignment]

    MOST_SHOWN = 80
    """Characters of an error in the list."""

    @admin.display(description=_("Last error"))
    def error(self, obj: Any) -> SafeString:
        """Return the beginning of the last error, the whole of it as a tooltip."""
        return format_html('<span title="{}">{}</span>', obj.last_error, obj.last_error[: self.MOST_SHOWN])

    @admin.action(description=_("Deliver the selected again"), permissions=["repair"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Let the selected deliveries that are over be made once more."""
        self.tell_repaired(request, replay(queryset))


@admin.register(DriftCheck)
class DriftCheckAdmin(LogAdmin):
    """What consumers really held when somebody last looked."""

    list_display = ("unit_key", "consumer", "verified_at", "differences", "error", "repaired_at")
    list_filter = ("consumer", "unit_kind")
    list_select_related = ("consumer",)
    search_fields = ("unit_key", "=unit_uuid")
    fields = ("unit_kind", "unit_key", "consumer", "verified_at", "differences", "error", "repaired_at")


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
