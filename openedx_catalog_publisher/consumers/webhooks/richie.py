"""
Course runs as Richie's ``course-runs-sync`` takes them.

Richie knows a run by the address of its page in the LMS (``resource_link``) and finds the course by the number in it.
It takes one run a request, whose ``Authorization`` is the signature by one of the secrets that it knows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import global_settings

from openedx_catalog_publisher.consumers.webhooks.signatures import signature
from openedx_catalog_publisher.models import (
    EventKind,
    OutboxEvent,
    Publication,
    Status,
    UnitKind,
    WebhookSubscription,
)
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot

SHOWN = "course_and_search"
HIDDEN = "hidden"

TIMES = ("start", "end", "enrollment_start", "enrollment_end")

LANGUAGES = frozenset(code for code, _ in global_settings.LANGUAGES)
"""The codes that Richie knows are Django's."""


class Richie:
    """What is said of a run, signed by the last secret."""

    kinds: ClassVar[frozenset[EventKind]] = frozenset({EventKind.PUBLISHED, EventKind.UNPUBLISHED, EventKind.REMOVED})
    object_types: ClassVar[frozenset[str] | None] = frozenset({str(UnitKind.COURSE_RUN)})
    # Signed well, it gets as far as finding that it names no run.
    answers_of_ping: ClassVar[frozenset[int]] = frozenset({400})

    def body(self, event: OutboxEvent, subscription: WebhookSubscription) -> bytes:
        """Return the run as it was published, or that it is to be seen no more."""
        link = subscription.link_template.replace("{key}", event.object_key)
        record = (
            Publication.objects.select_related("snapshot")
            .filter(unit_uuid=event.object_code, number=event.payload["publication"])
            .first()
        )
        told: dict[str, Any] = {"resource_link": link, "catalog_visibility": HIDDEN}
        if record is not None and record.snapshot is not None:
            content = UnitSnapshot.load(record.snapshot).content
            told |= {name: content[name] for name in TIMES}
            told["languages"] = _languages(content["language"])
            if record.status == Status.PUBLISHED and not content["hidden"]:
                told["catalog_visibility"] = SHOWN
        return json.dumps(told).encode()

    def ping(self) -> bytes:
        """Return a request that names no run."""
        return b"{}"

    def signed(self, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
        """Return the signature by the secret that was made last: Richie takes one, and may know several."""
        return {"Authorization": f"SIG-HMAC-SHA256 {signature(secrets[-1], body)}"}


def _languages(tag: str | None) -> list[str]:
    """Return a language as Django writes it, which has few of the regional ones; none where it has none."""
    found = (tag or "").lower()
    known = [code for code in (found, found.partition("-")[0]) if code in LANGUAGES]
    return known[:1]
