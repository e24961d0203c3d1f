"""What consumers bring events to, as crashes find it: what they write there can be counted and compared."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from opaque_keys.edx.keys import CourseKey

from demo.stand_in_studio import StandIn, serving
from openedx_catalog_publisher.api import Selection, unpublish
from openedx_catalog_publisher.consumers.webhooks.subscriptions import subscribe
from openedx_catalog_publisher.models import CourseRun, EventKind, OutboxConsumer, OutboxEvent
from openedx_catalog_publisher.models.derived.course_run import marketing_url, title
from tests.consumers.receiver import Received, Receiver, listening
from tests.factories import SYSTEM, publish_now
from tests.fake_platform.models import CourseMode, CourseOverview, HistoricalCourseMode
from tests.races.catalog import Item

CONSUMERS = "openedx_catalog_publisher.consumers"
SITE = "https://catalog.example.org"
LIFE = (EventKind.PUBLISHED, EventKind.UNPUBLISHED)


def live_and_back(items: Sequence[Item]) -> None:
    """Let the runs of courses go live, be withdrawn, and go live again; the platform knows them."""
    runs = [run for item in items for run in item.runs]
    for key in CourseRun.drafts.filter(uuid__in=runs).values_list("key", flat=True):
        CourseOverview.objects.get_or_create(id=CourseKey.from_string(key))
    publish_now(Selection.of([item.course for item in items], runs))
    unpublish(SYSTEM, Selection.of(runs=runs), reason="tests")
    publish_now(Selection.of(runs=runs))


def officials(items: Sequence[Item]) -> list[CourseRun]:
    """Return the official rows of the runs of courses."""
    rows = CourseRun.objects.filter(uuid__in=[run for item in items for run in item.runs])
    return list(rows.select_related("course", "type"))


class Peer(ABC):
    """
    Where one consumer, or a family of them, brings events to.

    Attributes:
        name: the consumer.
        path: how the settings name it.
        settings: what else stands there; plain data, so that another process can be given it.
    """

    name: ClassVar[str]
    path: ClassVar[str]

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {"CATALOG_PUBLISHER_MARKETING_URL_ROOT": SITE}

    @abstractmethod
    def check(self, items: Sequence[Item]) -> int:
        """
        Check that what was published of courses is there, and nothing twice that the peer could tell.

        Returns:
            How often something was asked for again.
        """

    @contextmanager
    def there(self) -> Iterator[None]:
        """Let the peer be there."""
        yield

    def begin(self) -> None:  # noqa: B027 - most need nothing more
        """Make what the consumer needs in the database."""

    def forget(self) -> None:  # noqa: B027 - most count nothing
        """Forget what came before."""


class StudioPeer(Peer):
    """The stand-in of Studio over HTTP."""

    name = "studio"
    path = f"{CONSUMERS}.studio.Studio"

    def __init__(self) -> None:
        super().__init__()
        self.stand_in = StandIn()
        self._told = 0

    @contextmanager
    def there(self) -> Iterator[None]:
        with serving(self.stand_in) as address:
            self.settings |= {
                "CATALOG_PUBLISHER_STUDIO_API_ROOT": address,
                "CATALOG_PUBLISHER_OAUTH_ROOT": address,
                "CATALOG_PUBLISHER_OAUTH_CLIENT_ID": self.stand_in.client_id,
                "CATALOG_PUBLISHER_OAUTH_CLIENT_SECRET": self.stand_in.client_secret,
                "CATALOG_PUBLISHER_STUDIO_SECONDS": 5,
            }
            yield

    def check(self, items: Sequence[Item]) -> int:
        for run in officials(items):
            assert self.stand_in.runs[run.key]["title"] == title(run)
            draft = CourseRun.drafts.get(uuid=run.uuid)
            assert (draft.studio_state, draft.in_studio, draft.studio_error) == ("done", True, "")
        asked = sum(method == "POST" for method, _ in self.stand_in.requests)
        # A key that is taken is refused, so nothing is made twice.
        again = asked - len(self.stand_in.runs) - self._told
        self._told += again
        return again


class CourseModesPeer(Peer):
    """The LMS's course modes, in the same database, with a row of history for each time that one was saved."""

    name = "course_modes"
    path = f"{CONSUMERS}.course_modes.CourseModes"

    def check(self, items: Sequence[Item]) -> int:
        for run in officials(items):
            rows = CourseMode.objects.filter(course_id=CourseKey.from_string(run.key))
            assert sorted(rows.values_list("mode_slug", "min_price")) == [("audit", 0), ("verified", 49)]
            assert HistoricalCourseMode.objects.filter(course_key=run.key).count() == 2
        return 0


class CourseOverviewPeer(Peer):
    """The platform's course overviews, in the same database."""

    name = "course_overview"
    path = f"{CONSUMERS}.course_overview.CourseOverview"

    def check(self, items: Sequence[Item]) -> int:
        for run in officials(items):
            held = CourseOverview.objects.get(pk=CourseKey.from_string(run.key))
            assert held.marketing_url == marketing_url(run)
            assert held.marketing_url is not None
        return 0


class WebhookPeer(Peer):
    """A receiver of webhooks that answers, and one that never does beside it where that is asked for."""

    name = "webhooks"
    path = f"{CONSUMERS}.webhooks.Webhooks"

    def __init__(self) -> None:
        super().__init__()
        self.receiver = Receiver()
        self.settings["CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS"] = ["127.0.0.0/8"]

    @contextmanager
    def there(self) -> Iterator[None]:
        with listening() as receiver:
            self.receiver = receiver
            yield

    def subscribed(self, url: str = "") -> OutboxConsumer:
        """Subscribe the receiver, or another address, to what happens to runs; return its consumer."""
        given = {"name": url or "live", "url": url or self.receiver.url, "kinds": list(map(str, LIFE))}
        made: OutboxConsumer = subscribe(SYSTEM, {**given, "object_types": ["course_run"]}).subscription.consumer
        return made

    def begin(self) -> None:
        self.subscribed()

    def forget(self) -> None:
        self.receiver.took.clear()

    def check(self, items: Sequence[Item]) -> int:
        taken = took_of(self.receiver.took, items)
        self.forget()
        doubled = 0
        for run, requests in taken.items():
            ids = [request.headers["X-Catalog-Event-Id"] for request in requests]
            events = OutboxEvent.objects.filter(object_code=str(run), kind__in=LIFE).order_by("sequence")
            assert list(dict.fromkeys(ids)) == [str(event.uuid) for event in events]
            # What comes again is the same, byte by byte, and comes before anything later.
            assert all(len({each.body for each in requests if _id(each) == code}) == 1 for code in ids)
            assert list(map(_sequence, requests)) == sorted(map(_sequence, requests))
            doubled += sum(count - 1 for count in Counter(ids).values())
        return doubled


def took_of(took: Sequence[Received], items: Sequence[Item]) -> dict[uuid.UUID, list[Received]]:
    """Return the requests about the runs of courses, by run, in the order in which they were taken."""
    found: dict[uuid.UUID, list[Received]] = {run: [] for item in items for run in item.runs}
    for request in took:
        unit = uuid.UUID(request.data["object"]["code"])
        if unit in found:
            found[unit].append(request)
    return found


def _id(request: Received) -> str:
    return request.headers["X-Catalog-Event-Id"]


def _sequence(request: Received) -> int:
    return int(request.headers["X-Catalog-Sequence"])


PEERS: tuple[type[Peer], ...] = (StudioPeer, CourseModesPeer, CourseOverviewPeer, WebhookPeer)
