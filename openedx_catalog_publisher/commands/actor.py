"""Who acts, through which door."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from openedx_catalog_publisher.models import ActorPseudonym, WriteSource


@dataclass(frozen=True)
class Actor:
    """
    A user, or a part of the system, and the door that they came through.

    Attributes:
        user: the user; None for the system.
        system_name: which part of the system acts, for example ``import``; empty for a user.
        source: the door, for the logs.
    """

    user: Any | None
    system_name: str
    source: WriteSource

    @classmethod
    def of(cls, user: Any, source: WriteSource) -> Self:
        """Return the actor for a user of the platform."""
        return cls(user=user, system_name="", source=source)

    @classmethod
    def system(cls, name: str, source: WriteSource = WriteSource.COMMAND) -> Self:
        """
        Return the actor for a part of the system: scheduler, consumers, management commands without ``--as``.

        Arguments:
            name: at most 64 characters; stands in the log.
            source: the door.
        """
        return cls(user=None, system_name=name, source=source)

    @property
    def is_system(self) -> bool:
        """Whether the system acts and not a person."""
        return self.user is None

    def pseudonym(self) -> uuid.UUID:
        """Return the identity under which this actor stands in the hash chains; made at the first act."""
        if self.is_system:
            row, _ = ActorPseudonym.objects.get_or_create(system_name=self.system_name)
        else:
            row, _ = ActorPseudonym.objects.get_or_create(user=self.user)
        return row.uuid


def actor_names(pseudonyms: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return by pseudonym who acted, in one statement; an account that is gone is named as such."""
    wanted = set(pseudonyms)
    names = dict.fromkeys(wanted, "unknown")
    rows = ActorPseudonym.objects.filter(uuid__in=wanted) if wanted else ActorPseudonym.objects.none()
    for pseudonym, system, username in rows.values_list("uuid", "system_name", "user__username"):
        names[pseudonym] = username or system or "unknown"
    return names
