"""The outbox through the API: deliveries are listed, narrowed, replayed and tried again by those who manage it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from openedx_catalog_publisher.models import Delivery, OrganizationProfile
from openedx_catalog_publisher.outbox.relay import relay
from tests import factories
from tests.outbox.recording import PATH as RECORDING
from tests.outbox.recording import Recording, make_event
from tests.rest.askers import askers, statuses
from tests.rest.conftest import Api

pytestmark = pytest.mark.django_db

PATH = "/outbox/"


@pytest.fixture
def admin() -> Api:
    return Api(factories.make_admin("root"))


@pytest.fixture(autouse=True)
def recording(settings: Any) -> Iterator[type[Recording]]:
    settings.CATALOG_PUBLISHER_CONSUMERS = [RECORDING]
    settings.CATALOG_PUBLISHER_DELIVERY_ATTEMPTS = 1
    Recording.reset()
    yield Recording
    Recording.reset()


@pytest.fixture
def deliveries() -> list[Delivery]:
    """One that was given up and, of an event a day older, one that is done."""
    now = timezone.now()
    older = make_event("two", occurred_at=now - timedelta(minutes=30))
    relay()
    newer = make_event("one")
    Recording.failures.append(ValueError("never"))
    relay()
    return [Delivery.objects.get(event=event) for event in (newer, older)]


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["object_code"] for row in answer.json()["results"]]


def test_deliveries_are_listed_the_last_first(admin: Api, deliveries: list[Delivery]) -> None:
    dead, done = deliveries
    rows = admin.get(PATH).json()["results"]
    assert [row["id"] for row in rows] == [dead.pk, done.pk]
    assert rows[0] == {
        "id": dead.pk,
        "consumer": "recording",
        "event": str(dead.event.uuid),
        "kind": "published",
        "object_type": "course",
        "object_code": "one",
        "object_key": "course-v1:one",
        "sequence": 1,
        "occurred_at": dead.event.occurred_at.isoformat().replace("+00:00", "Z"),
        "state": "dead",
        "due": None,
        "attempts": 1,
        "last_error": "ValueError: never",
        "done_at": None,
        "outcome": "",
    }


def test_they_are_narrowed(admin: Api, deliveries: list[Delivery]) -> None:
    done = deliveries[1]
    between = (timezone.now() - timedelta(minutes=10)).isoformat()
    assert codes(admin.get(PATH, state="dead")) == ["one"]
    assert codes(admin.get(PATH, consumer="nobody")) == []
    assert codes(admin.get(PATH, event=str(done.event.uuid))) == ["two"]
    assert codes(admin.get(PATH, kind="published")) == ["one", "two"]
    assert codes(admin.get(PATH, unit="course-v1:one")) == codes(admin.get(PATH, unit="one")) == ["one"]
    assert codes(admin.get(PATH, since=between)) == ["one"]
    assert codes(admin.get(PATH, until=between)) == ["two"]
    assert admin.get(PATH, state="lost", event="x").json()["errors"].keys() == {"state", "event"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"dead": True}, ["one"]),
        ({"unit": "course-v1:two"}, ["two"]),
        ({"since": "2000-01-01T00:00:00Z"}, ["two", "one"]),
        ({"since": "2000-01-01T00:00:00Z", "dead": True, "consumer": "recording"}, ["one"]),
        ({"until": "2000-01-01T00:00:00Z"}, []),
    ],
)
def test_deliveries_are_replayed_by_unit_and_time(
    admin: Api, deliveries: list[Delivery], asked: dict[str, Any], expected: list[str]
) -> None:
    Recording.handed.clear()
    assert admin.post(f"{PATH}replay/", asked).json() == {"deliveries": len(expected)}
    relay()
    assert sorted(event.object_code for event in Recording.handed) == sorted(expected)


def test_and_by_event(admin: Api, deliveries: list[Delivery]) -> None:
    done = deliveries[1]
    answer = admin.post(f"{PATH}replay/", {"events": [str(done.event.uuid)]})
    assert answer.json() == {"deliveries": 1}
    done.refresh_from_db()
    assert done.state == "pending"


def test_a_unit_is_found_by_its_key_in_whatever_letters(admin: Api) -> None:
    factories.make_course(factories.make_organization("AcmeX"), number="DS101")
    assert codes(admin.get(PATH, unit="acmex+ds101")) == []


def test_a_replay_of_everything_is_not_asked_for_by_mistake(admin: Api, deliveries: list[Delivery]) -> None:
    answer = admin.post(f"{PATH}replay/", {})
    assert answer.json()["errors"] == {
        "non_field_errors": ["Name events, a unit, or a time by since or until; or dead for all given up."]
    }
    wrong = {
        "events": ["x"],
        "unit": "",
        "since": "soon",
        "until": "2026-01-01",
        "consumer": "nobody",
        "dead": 1,
        "y": 1,
    }
    assert admin.post(f"{PATH}replay/", wrong).json()["errors"].keys() == wrong.keys()
    assert Delivery.objects.filter(state="pending").count() == 0


def test_all_that_failed_is_tried_again(admin: Api, deliveries: list[Delivery]) -> None:
    assert admin.post(f"{PATH}retry/", {"consumer": "nobody"}).status_code == 400
    assert admin.post(f"{PATH}retry/", {"consumer": "recording"}).json() == {"deliveries": 1}
    assert relay().delivered == 1


def test_how_the_outbox_stands_is_told_in_numbers(admin: Api, deliveries: list[Delivery]) -> None:
    make_event("three", occurred_at=timezone.now() - timedelta(seconds=90))
    told = admin.get(f"{PATH}status/").json()
    lag = told.pop("lag_seconds")
    assert 90 <= lag < 120
    assert told == {
        "unrouted": 1,
        "waiting": 0,
        "failing": 0,
        "dead": 1,
        "unconfirmed": 0,
        "resting": 0,
        "consumers": [
            {
                "name": "recording",
                "service": "either",
                "waiting": 0,
                "leased": 0,
                "dead": 1,
                "done": 1,
                "unconfirmed": 0,
                "oldest": None,
                "resting_until": None,
            }
        ],
    }
    health = Api(None).get("/health/").json()["outbox"]
    assert health | {"lag_seconds": lag} == {name: told[name] for name in told if name != "consumers"} | {
        "lag_seconds": lag
    }


@pytest.mark.parametrize("path", [PATH, f"{PATH}status/"])
def test_it_is_read_by_catalog_administrators_alone(organization: OrganizationProfile, path: str) -> None:
    answered = statuses(askers(organization), "GET", path)
    assert answered == {name: {"anonymous": 401, "administrator": 200}.get(name, 403) for name in answered}


@pytest.mark.parametrize("path", ["replay/", "retry/"])
def test_and_repaired_by_them_alone(organization: OrganizationProfile, path: str) -> None:
    answered = statuses(askers(organization), "POST", PATH + path, {"dead": True} if path == "replay/" else {})
    assert answered == {name: {"anonymous": 401, "administrator": 200}.get(name, 403) for name in answered}
