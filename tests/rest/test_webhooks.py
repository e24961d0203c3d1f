"""Webhooks through the API: made, changed, tested and deleted by those who manage the outbox; secrets shown once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from openedx_catalog_publisher.models import EventKind, OrganizationProfile, WebhookSecret, WebhookSubscription
from openedx_catalog_publisher.outbox.relay import relay
from tests import factories
from tests.consumers.receiver import Receiver, answering, is_signed, listening
from tests.outbox.recording import make_event
from tests.rest.askers import askers, statuses
from tests.rest.conftest import Api

pytestmark = pytest.mark.django_db

PATH = "/webhooks/"

SITE = {"name": "Site", "url": "https://site.example.org/hook", "kinds": ["unpublished", "published"]}


@pytest.fixture
def admin() -> Api:
    return Api(factories.make_admin("root"))


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.CATALOG_PUBLISHER_CONSUMERS = ["openedx_catalog_publisher.consumers.webhooks.Webhooks"]
    settings.CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with listening() as made:
        yield made


def test_a_webhook_is_made_shown_changed_and_deleted(admin: Api) -> None:
    made = admin.post(PATH, SITE | {"object_types": ["course_run", "course"]})

    assert made.status_code == 201
    body = made.json()
    path = f"{PATH}{body['uuid']}/"
    assert made["Location"].endswith(path)
    secret = WebhookSecret.objects.get()
    assert body.pop("secret") == secret.value
    assert secret.value.startswith("whsec_")
    assert body == {
        "uuid": body["uuid"],
        "name": "Site",
        "url": "https://site.example.org/hook",
        "kinds": ["published", "unpublished"],
        "object_types": ["course", "course_run"],
        "flavor": "standard",
        "link_template": "",
        "active": True,
        "consumer": f"webhooks:{body['uuid']}",
        "resting_until": None,
        "failures": 0,
        "secrets": [{"id": secret.pk, "fingerprint": secret.fingerprint, "created": body["created"]}],
        "created": body["created"],
        "created_by": "root",
    }
    assert admin.get(path).json() == body
    assert admin.get(PATH).json()["results"] == [body]

    changed = admin.patch(path, {"active": False, "url": "https://other.example.org/"})

    assert changed.json() == body | {"active": False, "url": "https://other.example.org/"}
    assert admin.delete(path).status_code == 204
    assert admin.get(path).status_code == 404
    assert admin.delete(path).status_code == 404


def test_every_faulty_field_is_named_at_once(admin: Api) -> None:
    sent = {"url": "http://127.0.0.1/", "kinds": ["weather"], "object_types": "course", "active": 1, "x": 1}

    answer = admin.post(PATH, sent | {"secret": "short", "flavor": "salty"})

    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert errors.keys() == {"name", "url", "kinds", "object_types", "active", "x", "secret", "flavor"}
    assert errors["name"] == ["Required."]
    assert errors["url"][0].startswith("Give an address that starts with https://.")
    assert errors["secret"] == ["Give 16 to 255 characters; leave it out for one that is made up."]
    assert not WebhookSubscription.objects.exists()


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/"])
def test_an_address_that_is_not_public_is_refused_at_once(admin: Api, url: str) -> None:
    answer = admin.post(PATH, SITE | {"url": url})
    assert "is no public address" in answer.json()["errors"]["url"][0]


def test_the_flavour_never_changes_and_says_what_it_needs(admin: Api) -> None:
    richie = SITE | {"flavor": "richie", "kinds": ["published", "role_granted"]}
    needs = "Give the address of a run in the LMS, with {key} for its key."
    errors = admin.post(PATH, richie).json()["errors"]
    assert errors == {
        "kinds": ["richie is told of published, removed, unpublished alone, not of role_granted."],
        "link_template": [needs],
    }
    made = admin.post(PATH, SITE).json()
    answer = admin.patch(f"{PATH}{made['uuid']}/", {"flavor": "richie"})
    assert answer.json()["errors"] == {"flavor": ["This never changes after creation."]}


def test_a_secret_is_replaced_without_a_gap_and_never_shown_again(admin: Api, receiver: Receiver) -> None:
    made = admin.post(PATH, SITE | {"url": receiver.url, "secret": "the-first-of-the-secrets"}).json()
    path = f"{PATH}{made['uuid']}/"
    (first,) = made["secrets"]

    added = admin.post(f"{path}secrets/")

    assert added.status_code == 201
    second = added.json()
    assert admin.post(f"{path}ping/").json()["succeeded"] is True
    assert is_signed(receiver.took[0], "the-first-of-the-secrets")
    assert is_signed(receiver.took[0], second["secret"])
    assert admin.delete(f"{path}secrets/{first['id']}/").status_code == 204
    admin.post(f"{path}ping/")
    assert not is_signed(receiver.took[1], "the-first-of-the-secrets")
    refused = admin.delete(f"{path}secrets/{second['id']}/")
    assert (refused.status_code, refused.json()["detail"]) == (409, "This is the only secret. Add another first.")
    for answer in (admin.get(path), admin.get(PATH), admin.patch(path, {"name": "Other"})):
        assert second["secret"] not in answer.content.decode()
    assert admin.delete(f"{path}secrets/{first['id']}/").status_code == 404


def test_there_are_at_most_five_secrets(admin: Api) -> None:
    path = f"{PATH}{admin.post(PATH, SITE).json()['uuid']}/secrets/"
    assert [admin.post(path).status_code for _ in range(5)] == [201, 201, 201, 201, 409]


def test_a_test_answers_what_came_of_it_and_stands_in_the_log(admin: Api, receiver: Receiver) -> None:
    path = f"{PATH}{admin.post(PATH, SITE | {'url': receiver.url}).json()['uuid']}/"
    receiver.faults.append(answering(500, b"Oh."))

    answer = admin.post(f"{path}ping/")

    assert answer.status_code == 200
    told = answer.json()
    assert (told["event"], told["status"], told["succeeded"], told["response"]) == (None, 500, False, "Oh.")
    event = make_event(kind=EventKind.UNPUBLISHED)
    relay()
    log = admin.get(f"{path}attempts/").json()["results"]
    assert [(each["event"], each["kind"], each["status"]) for each in log] == [
        (str(event.uuid), "unpublished", 200),
        (None, None, 500),
    ]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_webhooks_are_those_of_catalog_administrators(organization: OrganizationProfile, method: str) -> None:
    expected = {"anonymous": 401, "administrator": 200 if method == "GET" else 201}
    answered = statuses(askers(organization), method, PATH, SITE)
    assert answered == {name: expected.get(name, 403) for name in answered}


def test_so_is_each_of_their_parts(organization: OrganizationProfile) -> None:
    factories.make_admin("root")
    made = Api(factories.make_user("super", is_superuser=True)).post(PATH, SITE).json()
    path = f"{PATH}{made['uuid']}/"
    member = Api(factories.make_member(organization))
    staff = Api(factories.make_user(is_staff=True))
    for api in (member, staff):
        assert api.get(path).status_code == 403
        assert api.get(f"{path}attempts/").status_code == 403
        assert api.patch(path, {"active": False}).status_code == 403
        assert api.post(f"{path}ping/").status_code == 403
        assert api.post(f"{path}secrets/").status_code == 403
        assert api.delete(f"{path}secrets/{made['secrets'][0]['id']}/").status_code == 403
        assert api.delete(path).status_code == 403
    assert WebhookSubscription.objects.get().active
