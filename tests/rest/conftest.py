"""What tests of the API start from: one course of an organization, as a draft and official, and clients of users."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from openedx_catalog_publisher.api import Actor, Selection
from openedx_catalog_publisher.models import Course, CourseRun, OrganizationProfile, WriteSource
from tests import factories

API = "/api/catalog_publisher/v1"


def client_of(user: Any) -> Client:
    """Return a client that is logged in as a user, and raises what the API does not answer."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


class Api:
    """A client of one user that speaks JSON to the API."""

    def __init__(self, user: Any) -> None:
        """Log in; None is nobody."""
        self.client = client_of(user)

    def get(self, path: str, **parameters: Any) -> Any:
        """Ask for something."""
        return self.client.get(API + path, parameters)

    def send(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        """Send something; underscores in names of headers stand for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method, API + path, json.dumps({} if data is None else data), content_type="application/json", headers=named
        )

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        """Post something."""
        return self.send("POST", path, data, **headers)

    def patch(self, path: str, data: Any, **headers: str) -> Any:
        """Change something."""
        return self.send("PATCH", path, data, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        """Delete something."""
        return self.send("DELETE", path, None, **headers)


@pytest.fixture
def organization() -> OrganizationProfile:
    return factories.make_organization("AcmeX")


@pytest.fixture
def member(organization: OrganizationProfile) -> Any:
    return factories.make_member(organization, "ann")


@pytest.fixture
def api(member: Any) -> Client:
    """The client of a member of AcmeX's course team."""
    return client_of(member)


@pytest.fixture
def team(member: Any) -> Api:
    """A member of AcmeX's course team."""
    return Api(member)


@pytest.fixture
def course(organization: OrganizationProfile, member: Any) -> Course:
    """A full course of AcmeX with two runs, published, made by its member."""
    created = factories.make_course(
        organization,
        actor=Actor.of(member, WriteSource.NATIVE),
        number="DS101",
        title="Data für alle",
        runs=[
            factories.run_changes(run="1T2031", staff=[factories.make_person("Grace")]),
            {"run": "2T2031", "start": "2031-07-01T00:00:00Z", "type": factories.run_type()},
        ],
    )
    factories.publish_now(Selection.of(courses=[created.course.uuid], all_runs=True))
    return Course.drafts.get(uuid=created.course.uuid)


@pytest.fixture
def run(course: Course) -> CourseRun:
    """The first run of the course."""
    return CourseRun.drafts.get(course=course, key="course-v1:AcmeX+DS101+1T2031")


@pytest.fixture(autouse=True)
def one_transaction_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Let the framework answer errors without marking the test's own transaction as failed.

    It does so where requests are atomic. Ours never are; that they are not is tested by their routes.
    """
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", False)


@pytest.fixture(autouse=True)
def unlimited(settings: Any) -> None:
    """No throttle but where a test sets one."""
    settings.CATALOG_PUBLISHER_THROTTLE_RATES = {"anonymous": None, "user": None, "staff": None}
