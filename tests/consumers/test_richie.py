"""Richie is told of runs as its course-runs-sync takes them: a receiver that speaks its contract takes what we send."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest

from openedx_catalog_publisher.api import Selection, remove, unpublish, update_run
from openedx_catalog_publisher.consumers.webhooks.richie import _languages
from openedx_catalog_publisher.consumers.webhooks.subscriptions import add_secret, send_ping, subscribe
from openedx_catalog_publisher.models import CourseRun, Delivery, WebhookAttempt, WebhookSubscription
from openedx_catalog_publisher.outbox.relay import relay
from tests.consumers.receiver import Handler, Receiver, listening
from tests.factories import SYSTEM, make_course, publish_now, run_changes

pytestmark = pytest.mark.django_db

SECRETS = ["the-secret-of-the-richie-site", "and-the-one-that-comes-after-it"]
FIELDS = {"resource_link", "start", "end", "enrollment_start", "enrollment_end", "languages", "catalog_visibility"}


class Richie:
    """What a Richie site makes of requests: who signed them, and which runs it knows afterwards."""

    def __init__(self) -> None:
        self.secrets = SECRETS[:1]
        self.runs: dict[str, dict[str, Any]] = {}

    def __call__(self, handler: Handler) -> bool:
        """Answer as Richie does."""
        handler.answer(*self.answer(handler))
        return True

    def answer(self, handler: Handler) -> tuple[int, bytes]:
        """Return the status and the body."""
        received = handler.received
        given = received.headers.get("Authorization")
        if not given:
            return 403, b'"Missing authentication."'
        good = (hmac.new(secret.encode(), received.body, hashlib.sha256).hexdigest() for secret in self.secrets)
        if given not in {f"SIG-HMAC-SHA256 {each}" for each in good}:
            return 401, b'"Invalid authentication."'
        link = received.data.get("resource_link")
        if not link:
            return 400, b'{"resource_link": ["This field is required."]}'
        known = self.runs.setdefault(link, {})
        known.update(received.data)
        return 200, b'{"success": true}'


@pytest.fixture
def richie() -> Richie:
    return Richie()


@pytest.fixture
def receiver(settings: Any, richie: Richie) -> Iterator[Receiver]:
    settings.CATALOG_PUBLISHER_CONSUMERS = ["openedx_catalog_publisher.consumers.webhooks.Webhooks"]
    settings.CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with listening() as made:
        made.always = richie
        yield made


@pytest.fixture
def subscription(receiver: Receiver) -> WebhookSubscription:
    given = {
        "name": "Richie",
        "url": receiver.url,
        "kinds": ["published", "unpublished", "removed"],
        "flavor": "richie",
        "link_template": "https://lms.example.org/courses/{key}/course/",
    }
    return subscribe(SYSTEM, given, secret=SECRETS[0]).subscription


@pytest.fixture
def run(subscription: WebhookSubscription) -> CourseRun:
    """A run that was published."""
    course = make_course(runs=[run_changes(language="de-at")]).course
    publish_now(Selection.of(courses=[course.uuid], all_runs=True))
    relay()
    return CourseRun.drafts.get()


def link_of(run: CourseRun) -> str:
    return f"https://lms.example.org/courses/{run.key}/course/"


def test_a_published_run_is_known_and_shown(run: CourseRun, richie: Richie, receiver: Receiver) -> None:
    assert richie.runs == {
        link_of(run): {
            "resource_link": link_of(run),
            "start": "2031-02-01T00:00:00.000000Z",
            "end": "2031-12-31T00:00:00.000000Z",
            "enrollment_start": None,
            "enrollment_end": None,
            "languages": ["de"],
            "catalog_visibility": "course_and_search",
        }
    }
    assert set(receiver.came[0].data) == FIELDS
    # Of the course Richie is told nothing, and no request was made.
    assert len(receiver.came) == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}


def test_a_hidden_run_is_not_shown(run: CourseRun, richie: Richie) -> None:
    update_run(SYSTEM, run.uuid, {"hidden": True})
    publish_now(Selection.of(runs=[run.uuid]))
    relay()
    assert richie.runs[link_of(run)]["catalog_visibility"] == "hidden"


@pytest.mark.parametrize("how", ["unpublished", "removed"])
def test_a_run_that_is_withdrawn_is_hidden(run: CourseRun, richie: Richie, how: str) -> None:
    if how == "removed":
        remove(SYSTEM, courses=[run.course.uuid], reason="A mistake.")
    else:
        unpublish(SYSTEM, Selection.of(runs=[run.uuid]), reason="Over.")
    relay()
    assert richie.runs[link_of(run)]["catalog_visibility"] == "hidden"
    assert richie.runs[link_of(run)]["start"] == "2031-02-01T00:00:00.000000Z"


def test_a_secret_is_replaced_there_first_and_here_afterwards(
    run: CourseRun, richie: Richie, subscription: WebhookSubscription
) -> None:
    richie.secrets = SECRETS
    add_secret(SYSTEM, subscription.uuid, secret=SECRETS[1])
    richie.secrets = SECRETS[1:]
    assert send_ping(SYSTEM, subscription.uuid).succeeded


def test_a_test_tells_a_good_signature_from_a_wrong_one(subscription: WebhookSubscription, richie: Richie) -> None:
    assert send_ping(SYSTEM, subscription.uuid).succeeded
    richie.secrets = ["something-else-altogether"]
    wrong = send_ping(SYSTEM, subscription.uuid)
    assert (wrong.succeeded, wrong.status, wrong.response) == (False, 401, '"Invalid authentication."')
    assert richie.runs == {}
    assert WebhookAttempt.objects.count() == 2


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("en-us", ["en"]), ("pt-br", ["pt-br"]), ("fr", ["fr"]), ("zh-Hans", ["zh-hans"]), ("tlh", []), (None, [])],
)
def test_languages_are_told_as_django_writes_them(tag: str | None, expected: list[str]) -> None:
    assert _languages(tag) == expected
