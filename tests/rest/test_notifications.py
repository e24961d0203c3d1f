"""Whoever is known says whether the catalog mails to them, and to nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from openedx_catalog_publisher.models import NotificationOptOut
from tests.factories import make_user
from tests.rest.conftest import Api

pytestmark = pytest.mark.django_db

PATH = "/me/notifications/"


def test_one_is_mailed_until_one_says_otherwise_and_again_after() -> None:
    user = make_user()
    api = Api(user)
    assert (api.get(PATH).status_code, api.get(PATH).json()) == (200, {"mail": True})

    for _ in range(2):
        answer = api.send("PUT", PATH, {"mail": False})
        assert (answer.status_code, answer.json()) == (200, {"mail": False})
    assert api.get(PATH).json() == {"mail": False}
    assert list(NotificationOptOut.objects.values_list("user", flat=True)) == [user.pk]
    assert Api(make_user()).get(PATH).json() == {"mail": True}

    assert api.send("PUT", PATH, {"mail": True}).json() == {"mail": True}
    assert not NotificationOptOut.objects.exists()


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"mail"}),
        ({"mail": "no"}, {"mail"}),
        ({"mail": False, "telegram": True}, {"telegram"}),
        ([], {"non_field_errors"}),
    ],
)
def test_every_faulty_field_is_named_and_nothing_is_written(body: Any, errors: set[str]) -> None:
    answer = Api(make_user()).send("PUT", PATH, body)
    assert answer.status_code == 400
    assert answer.json()["errors"].keys() == errors
    assert not NotificationOptOut.objects.exists()


def test_nobody_has_no_preferences() -> None:
    assert Api(None).get(PATH).status_code == 401
    assert Api(make_user(is_active=False)).get(PATH).status_code in (401, 403)
