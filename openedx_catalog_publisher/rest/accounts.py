"""Users as requests name them, and as answers show them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from openedx_catalog_publisher.editing.canonical import FieldError
from openedx_catalog_publisher.editing.text import canonical_text

LARGEST_ID = 2**63 - 1


def user_named(value: Any) -> Any:
    """
    Return the user that a username or a number names.

    A number that is sent as text is a username, since usernames can be made of digits alone.

    Raises:
        FieldError: where there is none.
    """
    users = get_user_model()
    found = None
    if isinstance(value, str) and value:
        found = users._default_manager.filter(**{users.USERNAME_FIELD: canonical_text(value)}).first()
    elif isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_ID:
        found = users._default_manager.filter(pk=value).first()
    else:
        raise FieldError("Give a username, or the number of a user.")
    if found is None:
        raise FieldError(f"There is no user {value}.")
    return found


@extend_schema_field(
    {
        "oneOf": [{"type": "string"}, {"type": "integer"}],
        "description": "Username, or the number of a user as a number.",
    }
)
class UserName(serializers.Field[Any, Any, Any, Any]):
    """A user as requests name them, for the description."""


class UserOutput(serializers.Serializer[Any]):
    """A user."""

    id = serializers.IntegerField()
    username = serializers.CharField()


def user_data(user: Any) -> dict[str, Any]:
    """Return a user as answers show them."""
    return {"id": user.pk, "username": user.get_username()}
