"""Webhooks in the admin: subscriptions and secrets by their commands, and the log of attempts."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.admin.command_admin import CommandAdmin, CommandForm, actor_of
from openedx_catalog_publisher.admin.logs import LogAdmin
from openedx_catalog_publisher.admin.rights import allowed
from openedx_catalog_publisher.api import Action
from openedx_catalog_publisher.consumers.webhooks.subscriptions import (
    FIELDS,
    SecretMade,
    add_secret,
    change_subscription,
    remove_secret,
    send_ping,
    subscribe,
    unsubscribe,
)
from openedx_catalog_publisher.models import (
    ALL_ORGANIZATIONS,
    EventKind,
    WebhookAttempt,
    WebhookSecret,
    WebhookSubscription,
)

HELP_ON_SECRETS = _("Empty for one that is made up. It is shown once, when it is made.")


class OutboxWriter(CommandAdmin):
    """A page of whoever manages the outbox."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow it to whoever manages the outbox."""
        return allowed(request, Action.MANAGE_OUTBOX, ALL_ORGANIZATIONS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it to whoever manages the outbox."""
        return allowed(request, Action.MANAGE_OUTBOX, ALL_ORGANIZATIONS)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it to whoever manages the outbox."""
        return allowed(request, Action.MANAGE_OUTBOX, ALL_ORGANIZATIONS)

    def show_secret(self, request: HttpRequest, made: SecretMade) -> None:
        """Show a secret, this once."""
        sentence = _("The secret is %s. Keep it now: it is not shown again.") % made.value
        self.message_user(request, sentence, messages.WARNING)


class SubscriptionForm(CommandForm):
    """A subscription: who is told of what."""

    kinds = forms.MultipleChoiceField(
        label=_("Kinds of events"), choices=EventKind.choices, widget=forms.CheckboxSelectMultiple
    )
    object_types = forms.CharField(
        label=_("Types of objects"),
        required=False,
        help_text=_("Separated by commas, such as: course, course_run. Empty for all."),
    )
    secret = forms.CharField(label=_("Secret"), required=False, help_text=HELP_ON_SECRETS)

    class Meta:
        model = WebhookSubscription
        fields: ClassVar[list[str]] = ["name", "url", "flavor", "link_template", "active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.initial["kinds"] = self.instance.kinds
            self.initial["object_types"] = ", ".join(self.instance.object_types)

    def clean_object_types(self) -> list[str]:
        """Return the types as a list."""
        return [text.strip() for text in self.cleaned_data["object_types"].split(",") if text.strip()]


@admin.register(WebhookSubscription)
class WebhookSubscriptionAdmin(OutboxWriter):
    """Who is told of events by HTTP."""

    form = SubscriptionForm
    list_display = ("name", "url", "flavor", "kinds", "active", "created")
    list_filter = ("active", "flavor")
    search_fields = ("name", "url", "=uuid")
    actions = ("send_test",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what a subscription asks for; its first secret when it is made, by whom when it is there."""
        common = ["name", "url", "kinds", "object_types", "flavor", "link_template", "active"]
        return [*common, "secret"] if obj is None else [*common, "uuid", "consumer", "created", "created_by"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what never changes."""
        return () if obj is None else ("flavor", "uuid", "consumer", "created", "created_by")

    def run_command(self, request: HttpRequest, form: Any, formsets: list[Any], *, change: bool) -> Any:
        """Make or change the subscription by its command."""
        given = {name: form.cleaned_data[name] for name in FIELDS}
        if change:
            return change_subscription(actor_of(request), form.instance.uuid, given)
        secret = form.cleaned_data["secret"] or None
        made = subscribe(actor_of(request), given | {"flavor": form.cleaned_data["flavor"]}, secret=secret)
        self.show_secret(request, made.first)
        return made.subscription

    def run_delete(self, request: HttpRequest, obj: Any) -> None:
        """Delete the subscription by its command."""
        unsubscribe(actor_of(request), obj.uuid)

    @admin.action(description=_("Send a test to the selected"), permissions=["change"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[WebhookSubscription]) -> None:
        """Send a test to each, and show what was answered."""
        for row in queryset:
            attempt = send_ping(actor_of(request), row.uuid)
            answer = attempt.error or f"{attempt.status} {attempt.response}"
            level = messages.SUCCESS if attempt.succeeded else messages.ERROR
            self.message_user(request, f"{row}: {answer}", level)


class SecretForm(CommandForm):
    """A secret: of which subscription."""

    secret = forms.CharField(label=_("Secret"), required=False, help_text=HELP_ON_SECRETS)

    class Meta:
        model = WebhookSecret
        fields: ClassVar[list[str]] = ["subscription"]


@admin.register(WebhookSecret)
class WebhookSecretAdmin(OutboxWriter):
    """Secrets by their fingerprints: added and removed, never shown."""

    form = SecretForm
    list_display = ("fingerprint", "subscription", "created")
    list_select_related = ("subscription",)
    search_fields = ("=fingerprint", "subscription__name")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what a secret asks for, or what may be seen of one."""
        return ["subscription", "secret"] if obj is None else ["subscription", "fingerprint", "created"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a secret: add another and remove it."""
        return False

    def run_command(self, request: HttpRequest, form: Any, formsets: list[Any], *, change: bool) -> Any:
        """Add the secret by its command."""
        subscription = form.cleaned_data["subscription"].uuid
        made = add_secret(actor_of(request), subscription, secret=form.cleaned_data["secret"] or None)
        self.show_secret(request, made)
        return made.secret

    def run_delete(self, request: HttpRequest, obj: Any) -> None:
        """Remove the secret by its command."""
        remove_secret(actor_of(request), obj.subscription.uuid, obj.pk)


@admin.register(WebhookAttempt)
class WebhookAttemptAdmin(LogAdmin):
    """The log of requests to webhooks."""

    list_display = ("started", "subscription", "event", "status", "succeeded", "milliseconds", "error")
    list_filter = ("succeeded", "subscription")
    list_select_related = ("subscription", "event")
    search_fields = ("=event__uuid", "event__object_key", "error")
    fields = (
        "subscription",
        "event",
        "started",
        "milliseconds",
        "sent_bytes",
        "status",
        "succeeded",
        "error",
        "response",
    )
