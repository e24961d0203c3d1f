"""Commands for subscriptions and their secrets; all for catalog administrators."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.actor import Actor
from openedx_catalog_publisher.commands.errors import Conflict, InvalidInput, UnitNotFound
from openedx_catalog_publisher.commands.rights import require
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.consumers.webhooks.addresses import AddressRefused, check_literal, target_of
from openedx_catalog_publisher.consumers.webhooks.messages import FLAVORS
from openedx_catalog_publisher.consumers.webhooks.sending import ping_request
from openedx_catalog_publisher.consumers.webhooks.signatures import LONGEST, SHORTEST, fingerprint, new_secret
from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.editing.text import canonical_text
from openedx_catalog_publisher.models import (
    ALL_ORGANIZATIONS,
    Delivery,
    EventKind,
    OutboxConsumer,
    WebhookAttempt,
    WebhookSecret,
    WebhookSubscription,
)
from openedx_catalog_publisher.outbox.consumers import Service
from openedx_catalog_publisher.outbox.routing import with_kinds

FIELDS = ("name", "url", "kinds", "object_types", "link_template", "active")
"""What can be changed."""

KEY = "{key}"

MOST_SECRETS = 5

LONGEST_NAME = 255
LONGEST_URL = 1_000
LONGEST_TEMPLATE = 500
LONGEST_TYPE = 64


@dataclass(frozen=True)
class SecretMade:
    """A secret with its value, which is shown this once."""

    secret: WebhookSecret
    value: str


@dataclass(frozen=True)
class Subscribed:
    """A subscription with its first secret."""

    subscription: WebhookSubscription
    first: SecretMade


@command
def subscribe(operation: Operation, given: Mapping[str, Any], *, secret: str | None = None) -> Subscribed:
    """
    Make a subscription. It is told of what happens from now on.

    Arguments:
        operation: given by the command.
        given: ``name``, ``url`` and ``kinds``; ``flavor``, ``object_types``, ``link_template``, ``active`` where they
            are not the default.
        secret: the first secret; one is made up where none is given.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        InvalidInput: naming every faulty field.
    """
    _require(operation.actor)
    columns = {"flavor": WebhookSubscription.Flavor.STANDARD, "object_types": [], "link_template": "", "active": True}
    values, errors = _checked(columns | dict(given), {*FIELDS, "flavor"}, required={"name", "url", "kinds"})
    if secret is not None and (wrong := _faults_of_secret(secret)):
        errors["secret"] = wrong
    if errors:
        raise InvalidInput(errors)
    code = uuid.uuid4()
    consumer = OutboxConsumer.objects.create(
        name=f"webhooks:{code}",
        service=str(Service.EITHER),
        kinds=values["kinds"] if values["active"] else [],
        since=operation.time,
    )
    made: WebhookSubscription = WebhookSubscription.objects.create(
        **values, uuid=code, consumer=consumer, created=operation.time, created_by=operation.actor.user
    )
    return Subscribed(made, _make_secret(operation, made, secret))


@command
def change_subscription(operation: Operation, subscription: uuid.UUID, given: Mapping[str, Any]) -> WebhookSubscription:
    """
    Change a subscription. What waits for it goes to the new address, also where its kind is asked for no more.

    Arguments:
        operation: given by the command.
        subscription: which.
        given: any of ``FIELDS``.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        InvalidInput: naming every faulty field.
        UnitNotFound: when there is no such subscription.
    """
    _require(operation.actor)
    row = _locked(subscription)
    before = {name: getattr(row, name) for name in (*FIELDS, "flavor")}
    changes = {name: value for name, value in given.items() if name != "flavor"}
    values, errors = _checked(before | changes, {*FIELDS, "flavor"}, required=set())
    if "flavor" in given:
        errors["flavor"] = ["This never changes after creation."]
    if errors:
        raise InvalidInput(errors)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    kinds = row.kinds if row.active else []
    consumer = OutboxConsumer.objects.select_for_update().get(pk=row.consumer_id)
    columns = with_kinds(consumer, kinds, operation.time)
    if row.url != before["url"]:
        # Another address is another peer.
        columns |= {"resting_until": None, "failures": 0}
    OutboxConsumer.objects.filter(pk=consumer.pk).update(**columns)
    return row


@command
def unsubscribe(operation: Operation, subscription: uuid.UUID) -> None:
    """
    Delete a subscription with its secrets, its log, and what waits for it.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        UnitNotFound: when there is no such subscription.
    """
    _require(operation.actor)
    row = _locked(subscription)
    consumer = row.consumer_id
    WebhookAttempt.objects.filter(subscription=row).delete()
    WebhookSecret.objects.filter(subscription=row).delete()
    row.delete()
    Delivery.objects.filter(consumer=consumer).delete()
    OutboxConsumer.objects.filter(pk=consumer).delete()


@command
def add_secret(operation: Operation, subscription: uuid.UUID, *, secret: str | None = None) -> SecretMade:
    """
    Add a secret, with which requests are signed beside the others from now on.

    Arguments:
        operation: given by the command.
        subscription: to which.
        secret: its value; one is made up where none is given.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        InvalidInput: naming ``secret``.
        Conflict: when there are as many as there can be.
        UnitNotFound: when there is no such subscription.
    """
    _require(operation.actor)
    row = _locked(subscription)
    if secret is not None and (wrong := _faults_of_secret(secret)):
        raise InvalidInput({"secret": wrong})
    if row.secrets.count() >= MOST_SECRETS:
        raise Conflict(f"There are {MOST_SECRETS} secrets, which is the most there can be. Remove one first.")
    return _make_secret(operation, row, secret)


@command
def remove_secret(operation: Operation, subscription: uuid.UUID, secret: int) -> None:
    """
    Remove a secret, with which nothing is signed any more.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        Conflict: when it is the only one.
        UnitNotFound: when there is no such subscription or secret.
    """
    _require(operation.actor)
    row = _locked(subscription)
    found = row.secrets.filter(pk=secret).first()
    if found is None:
        raise UnitNotFound(f"There is no secret {secret} of this webhook.")
    if row.secrets.count() == 1:
        raise Conflict("This is the only secret. Add another first.")
    found.delete()


def send_ping(actor: Actor, subscription: uuid.UUID) -> WebhookAttempt:
    """
    Send a test, and return what came of it, which stands in the log. Waits for the answer; called in no transaction.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        UnitNotFound: when there is no such subscription.
    """
    _require(actor)
    request = ping_request(found(subscription))
    request.run()
    return request.noted()


def found(subscription: uuid.UUID) -> WebhookSubscription:
    """Return a subscription with its consumer; raises UnitNotFound when there is none."""
    row = WebhookSubscription.objects.select_related("consumer", "created_by").filter(uuid=subscription).first()
    if row is None:
        raise UnitNotFound(f"There is no webhook {subscription}.")
    return row


def _require(actor: Actor) -> None:
    require(actor, Action.MANAGE_OUTBOX, ALL_ORGANIZATIONS)


def _locked(subscription: uuid.UUID) -> WebhookSubscription:
    row = WebhookSubscription.objects.select_for_update().filter(uuid=subscription).first()
    if row is None:
        raise UnitNotFound(f"There is no webhook {subscription}.")
    return row


def _make_secret(operation: Operation, row: WebhookSubscription, value: str | None) -> SecretMade:
    value = value or new_secret()
    made = WebhookSecret.objects.create(
        subscription=row, value=value, fingerprint=fingerprint(value), created=operation.time
    )
    return SecretMade(made, value)


def _checked(
    values: Mapping[str, Any], known: Collection[str], required: Collection[str]
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return the columns in canonical form, and what is wrong with them, by field."""
    errors = {name: ["There is no such field."] for name in values.keys() - known}
    errors |= {name: ["Required."] for name in required - values.keys()}
    clean = {name: value for name, value in values.items() if name in known}
    checks = {
        "name": lambda value: _text(value, LONGEST_NAME),
        "url": _url,
        "kinds": _kinds,
        "object_types": _object_types,
        "link_template": lambda value: _text(value, LONGEST_TEMPLATE, empty=True),
        "active": _boolean,
        "flavor": _flavor,
    }
    for name, value in list(clean.items()):
        try:
            clean[name] = checks[name](value)
        except FieldError as error:
            errors[name] = error.messages
    if not errors:
        errors = _faults_of_flavor(clean)
    return clean, errors


def _faults_of_flavor(values: Mapping[str, Any]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    flavor = FLAVORS[values["flavor"]]
    other = sorted(set(values["kinds"]) - set(map(str, flavor.kinds)))
    if other:
        kinds = ", ".join(sorted(map(str, flavor.kinds)))
        errors["kinds"] = [f"{values['flavor']} is told of {kinds} alone, not of {', '.join(other)}."]
    is_richie = values["flavor"] == WebhookSubscription.Flavor.RICHIE
    if is_richie and KEY not in values["link_template"]:
        errors["link_template"] = [f"Give the address of a run in the LMS, with {KEY} for its key."]
    if not is_richie and values["link_template"]:
        errors["link_template"] = ["Only Richie is told of addresses; leave it empty."]
    return errors


def _text(value: Any, longest: int, *, empty: bool = False) -> str:
    if not isinstance(value, str):
        raise FieldError("Give text.")
    text = canonical_text(value) or ""
    if not text and not empty:
        raise FieldError("Give text.")
    if len(text) > longest:
        raise FieldError(f"At most {longest} characters; this has {len(text)}.")
    return text


def _url(value: Any) -> str:
    text = _text(value, LONGEST_URL)
    try:
        check_literal(target_of(text))
    except AddressRefused as error:
        raise FieldError(str(error)) from error
    return text


def _kinds(value: Any) -> list[str]:
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        raise FieldError(f"Give a list of at least one of {', '.join(EventKind.values)}.")
    unknown = sorted(set(value) - set(EventKind.values))
    if unknown:
        raise FieldError(f"There are no events {', '.join(unknown)}. Give some of {', '.join(EventKind.values)}.")
    return sorted(set(value))


def _object_types(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(
        isinstance(each, str) and 0 < len(each) <= LONGEST_TYPE for each in value
    ):
        raise FieldError("Give a list of types of objects, such as course and course_run; empty for all.")
    return sorted({_text(each, LONGEST_TYPE) for each in value})


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise FieldError("Give true or false.")
    return value


def _flavor(value: Any) -> str:
    if value not in WebhookSubscription.Flavor.values:
        raise FieldError(f"Give one of {', '.join(WebhookSubscription.Flavor.values)}.")
    return str(value)


def _faults_of_secret(secret: Any) -> list[str]:
    if not isinstance(secret, str) or not secret.isascii() or not secret.isprintable() or " " in secret:
        return ["Give ASCII characters without blanks."]
    if not SHORTEST <= len(secret) <= LONGEST:
        return [f"Give {SHORTEST} to {LONGEST} characters; leave it out for one that is made up."]
    return []
