"""Webhooks: who is told of events by HTTP. For those who manage the outbox."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import Action
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.commands.rights import require
from openedx_catalog_publisher.consumers.webhooks.subscriptions import (
    SecretMade,
    add_secret,
    change_subscription,
    found,
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
from openedx_catalog_publisher.rest.named import uuid_or_none
from openedx_catalog_publisher.rest.openapi import PAGES, operation, page_of
from openedx_catalog_publisher.rest.paging import NumberedPages
from openedx_catalog_publisher.rest.units import body_of
from openedx_catalog_publisher.rest.views import CatalogViewSet

SUBSCRIBE = OpenApiExample(
    "A site that shows the catalog",
    request_only=True,
    value={
        "name": "Our site",
        "url": "https://site.example.org/hooks/catalog",
        "kinds": ["published", "unpublished", "removed"],
        "object_types": ["course", "course_run"],
    },
)
RICHIE = OpenApiExample(
    "A Richie site",
    request_only=True,
    value={
        "name": "Richie",
        "url": "https://richie.example.org/api/v1.0/course-runs-sync/",
        "kinds": ["published", "unpublished", "removed"],
        "flavor": "richie",
        "link_template": "https://lms.example.org/courses/{key}/course/",
        "secret": "the-secret-of-the-richie-site",
    },
)
PAUSE = OpenApiExample("Tell it of nothing for now", request_only=True, value={"active": False})
ROTATE = OpenApiExample("One that is made up", request_only=True, value={})

HELP_ON_SECRETS = "16 to 255 ASCII characters; made up where it is left out."
SHOWN_ONCE = "The secret; shown here, and never again."

BODILESS = (400, 403, 404, 409, 413, 415, 503)


class WebhookFields(serializers.Serializer[Any]):
    """What can be changed."""

    name = serializers.CharField(max_length=255, help_text="For people.")
    url = serializers.CharField(max_length=1000, help_text="Where requests are sent: https://...")
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=EventKind.choices), min_length=1, help_text="Of which events it is told."
    )
    object_types = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, help_text="On which objects; empty for all."
    )
    link_template = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=500,
        help_text="For Richie: the address of a run in the LMS, with {key} for its key.",
    )
    active = serializers.BooleanField(
        required=False, help_text="false: what happens meanwhile is not kept for it; what waits, waits."
    )


class WebhookInput(WebhookFields):
    """A webhook to make."""

    flavor = serializers.ChoiceField(
        choices=WebhookSubscription.Flavor.choices, required=False, help_text="How requests are made; never changes."
    )
    secret = serializers.CharField(required=False, help_text=HELP_ON_SECRETS)


class WebhookChanges(WebhookFields):
    """What of a webhook is changed."""

    name = serializers.CharField(max_length=255, required=False, help_text="For people.")
    url = serializers.CharField(max_length=1000, required=False, help_text="Where requests are sent: https://...")
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=EventKind.choices),
        min_length=1,
        required=False,
        help_text="Of which events it is told from now on.",
    )


class SecretInput(serializers.Serializer[Any]):
    """A secret to add."""

    secret = serializers.CharField(required=False, help_text=HELP_ON_SECRETS)


class WebhookSecretOutput(serializers.Serializer[Any]):
    """A secret that requests are signed with, without its value."""

    id = serializers.IntegerField()
    fingerprint = serializers.CharField(help_text="Tells it from others.")
    created = serializers.DateTimeField()


class WebhookSecretMadeOutput(WebhookSecretOutput):
    """A secret that was made just now."""

    secret = serializers.CharField(help_text=SHOWN_ONCE)


class WebhookOutput(serializers.Serializer[Any]):
    """A webhook."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()
    url = serializers.CharField()
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=EventKind.choices))
    object_types = serializers.ListField(child=serializers.CharField())
    flavor = serializers.ChoiceField(choices=WebhookSubscription.Flavor.choices)
    link_template = serializers.CharField()
    active = serializers.BooleanField()
    consumer = serializers.CharField(help_text="The name under which its deliveries stand in outbox/.")
    resting_until = serializers.DateTimeField(
        allow_null=True, help_text="It was out of reach, and is tried again then; null where it was not."
    )
    failures = serializers.IntegerField(help_text="How often in a row it was out of reach.")
    secrets = WebhookSecretOutput(many=True)
    created = serializers.DateTimeField()
    created_by = serializers.CharField(
        allow_null=True, help_text="Username; null for the system, and where it is gone."
    )


class WebhookMadeOutput(WebhookOutput):
    """A webhook that was made just now."""

    secret = serializers.CharField(help_text=SHOWN_ONCE)


class WebhookAttemptOutput(serializers.Serializer[Any]):
    """One request to a webhook."""

    id = serializers.IntegerField()
    event = serializers.UUIDField(allow_null=True, help_text="null for a test.")
    kind = serializers.CharField(allow_null=True)
    started = serializers.DateTimeField()
    milliseconds = serializers.IntegerField()
    sent_bytes = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True, help_text="null where no answer came.")
    succeeded = serializers.BooleanField()
    error = serializers.CharField(help_text="Why no answer came.")
    response = serializers.CharField(help_text="The beginning of the answer.")


class OutboxViewSet(CatalogViewSet):
    """A resource of those who manage the outbox."""

    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "id"

    def _require(self) -> None:
        require(self.actor, Action.MANAGE_OUTBOX, ALL_ORGANIZATIONS)


class WebhookViewSet(OutboxViewSet):
    """
    Addresses that are told of events.

    Making one takes no ``Idempotency-Key``: the answer holds a secret, which is kept nowhere.
    """

    @operation(page_of(WebhookOutput, "Webhook"), errors=(403, 404), parameters=PAGES)
    def list(self, request: Request) -> Response:
        """List the webhooks, the first made first."""
        self._require()
        pages = NumberedPages()
        rows = WebhookSubscription.objects.select_related("consumer", "created_by").prefetch_related("secrets")
        page = pages.paginate_queryset(rows.order_by("pk"), request) or []
        response: Response = pages.get_paginated_response([_data(row) for row in page])
        return response

    @operation(WebhookOutput, errors=(403, 404))
    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Show one webhook."""
        self._require()
        return Response(_data(_found(id)))

    @operation(WebhookMadeOutput, status=201, request=WebhookInput, examples=(SUBSCRIBE, RICHIE))
    def create(self, request: Request) -> Response:
        """Make a webhook, which is told of what happens from now on. Its secret is answered this once."""
        self._require()
        body = body_of(request.data)
        secret = _secret_of(body)
        made = subscribe(self.actor, body, secret=secret)
        row = made.subscription
        response = Response(_data(found(row.uuid)) | {"secret": made.first.value}, status=201)
        response["Location"] = request.build_absolute_uri(f"{request.path}{row.uuid}/")
        return response

    @operation(WebhookOutput, request=WebhookChanges, errors=(404,), examples=(PAUSE,))
    def partial_update(self, request: Request, id: str) -> Response:  # noqa: A002
        """Change a webhook; what waits for it goes to the address of the moment."""
        self._require()
        row = change_subscription(self.actor, _found(id).uuid, body_of(request.data))
        return Response(_data(found(row.uuid)))

    @operation(None, status=204, errors=(403, 404, 503))
    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002
        """Delete a webhook, with its secrets, its log and what waits for it."""
        self._require()
        unsubscribe(self.actor, _found(id).uuid)
        return Response(status=204)

    @operation(WebhookAttemptOutput, request=None, errors=BODILESS)
    @action(detail=True, methods=["post"])
    def ping(self, request: Request, id: str) -> Response:  # noqa: A002
        """Send a test and answer what came of it; 200 also where it failed."""
        self._require()
        body_of(request.data)
        return Response(_attempt_data(send_ping(self.actor, _found(id).uuid)))

    @operation(page_of(WebhookAttemptOutput, "WebhookAttempt"), errors=(403, 404), parameters=PAGES)
    @action(detail=True, methods=["get"])
    def attempts(self, request: Request, id: str) -> Response:  # noqa: A002
        """List the requests that were sent, the last first."""
        self._require()
        pages = NumberedPages()
        rows = WebhookAttempt.objects.filter(subscription=_found(id)).select_related("event").order_by("-pk")
        page = pages.paginate_queryset(rows, request) or []
        response: Response = pages.get_paginated_response([_attempt_data(row) for row in page])
        return response


class WebhookSecretViewSet(OutboxViewSet):
    """The secrets of one webhook: all sign at once, so that one can take another's place without a gap."""

    part = "secrets"

    @operation(WebhookSecretMadeOutput, status=201, request=SecretInput, errors=(404,), examples=(ROTATE,))
    def create(self, request: Request, webhook: str) -> Response:
        """Add a secret, with which requests are signed beside the others. It is answered this once."""
        self._require()
        body = body_of(request.data)
        unknown = body.keys() - {"secret"}
        if unknown:
            raise InvalidInput({name: ["There is no such field."] for name in unknown})
        made = add_secret(self.actor, _found(webhook).uuid, secret=_secret_of(body))
        response = Response(_made_data(made), status=201)
        response["Location"] = request.build_absolute_uri(f"{request.path}{made.secret.pk}/")
        return response

    @operation(None, status=204, errors=(403, 404, 409, 503))
    def destroy(self, request: Request, webhook: str, id: str) -> Response:  # noqa: A002
        """Remove a secret, with which nothing is signed any more; the last one stays."""
        self._require()
        row = _found(webhook)
        if not (id.isascii() and id.isdigit() and len(id) < 19):
            raise UnitNotFound(f"There is no secret {id} of this webhook.")
        remove_secret(self.actor, row.uuid, int(id))
        return Response(status=204)


def _found(name: str) -> WebhookSubscription:
    wanted = uuid_or_none(name)
    if wanted is None:
        raise UnitNotFound(f"There is no webhook {name}.")
    return found(wanted)


def _secret_of(body: dict[str, Any]) -> str | None:
    """Take the secret out of a body; None where none is given."""
    if "secret" not in body:
        return None
    secret = body.pop("secret")
    if not isinstance(secret, str):
        raise InvalidInput({"secret": ["Give text, or leave it out for one that is made up."]})
    return secret


def _data(row: WebhookSubscription) -> dict[str, Any]:
    return {
        "uuid": row.uuid,
        "name": row.name,
        "url": row.url,
        "kinds": row.kinds,
        "object_types": row.object_types,
        "flavor": row.flavor,
        "link_template": row.link_template,
        "active": row.active,
        "consumer": row.consumer.name,
        "resting_until": row.consumer.resting_until,
        "failures": row.consumer.failures,
        "secrets": [_secret_data(secret) for secret in row.secrets.all()],
        "created": row.created,
        "created_by": None if row.created_by is None else row.created_by.get_username(),
    }


def _secret_data(secret: WebhookSecret) -> dict[str, Any]:
    return {"id": secret.pk, "fingerprint": secret.fingerprint, "created": secret.created}


def _made_data(made: SecretMade) -> dict[str, Any]:
    return _secret_data(made.secret) | {"secret": made.value}


def _attempt_data(row: WebhookAttempt) -> dict[str, Any]:
    return {
        "id": row.pk,
        "event": None if row.event is None else row.event.uuid,
        "kind": None if row.event is None else row.event.kind,
        "started": row.started,
        "milliseconds": row.milliseconds,
        "sent_bytes": row.sent_bytes,
        "status": row.status,
        "succeeded": row.succeeded,
        "error": row.error,
        "response": row.response,
    }
