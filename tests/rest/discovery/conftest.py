"""What tests of Discovery's door start from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from openedx_catalog_publisher.api import Selection
from openedx_catalog_publisher.models import Course, OrganizationProfile, Source
from tests import factories
from tests.rest.conftest import client_of

DOOR = "/catalog_publisher/discovery"

RESTRICTED = {"include_restricted": "custom-b2b-enterprise,custom-b2c"}
"""What the micro-frontend adds to nearly everything."""


class Door:
    """A client of one user that asks as the Publisher micro-frontend does."""

    def __init__(self, user: Any) -> None:
        """Log in; None is nobody."""
        self.user = user
        self.client = client_of(user)

    def get(self, path: str, **parameters: Any) -> Any:
        """Ask for something below the version's path, or below the door for a path that names it."""
        return self.client.get(self._whole(path), parameters)

    def options(self, path: str) -> Any:
        """Ask for metadata."""
        return self.client.options(self._whole(path))

    def send(self, method: str, path: str, data: Any = None, **parameters: Any) -> Any:
        """Send something."""
        return self.client.generic(
            method,
            self._whole(path),
            json.dumps({} if data is None else data),
            content_type="application/json",
            query_params=parameters,
        )

    def post(self, path: str, data: Any = None, **parameters: Any) -> Any:
        """Post something."""
        return self.send("POST", path, data, **parameters)

    def patch(self, path: str, data: Any, **parameters: Any) -> Any:
        """Change something."""
        return self.send("PATCH", path, data, **parameters)

    def delete(self, path: str) -> Any:
        """Delete something."""
        return self.send("DELETE", path)

    def course(self, uuid: Any) -> dict[str, Any]:
        """Return a course for editing, as the edit page asks for it."""
        answer = self.get(f"/courses/{uuid}/", editable=1, exclude_utm=1, **RESTRICTED)
        assert answer.status_code == 200, answer.content
        shown: dict[str, Any] = answer.json()
        return shown

    def _whole(self, path: str) -> str:
        return path if path.startswith(DOOR) else f"{DOOR}/api/v1{path}"


@pytest.fixture
def course(organization: OrganizationProfile, member: Any) -> Course:
    """A full course of AcmeX with two runs, live, made by its member."""
    created = factories.make_course(
        organization,
        actor=factories.acting(member),
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
def source() -> Source:
    return Source.objects.create(name="edX", slug="edx")


@pytest.fixture
def door(member: Any) -> Door:
    """A member of AcmeX's course team, at Discovery's door."""
    return Door(member)


@pytest.fixture
def staff_door() -> Door:
    """A member of Django staff: the micro-frontend's administrator."""
    return Door(factories.make_user("staff", is_staff=True))


@pytest.fixture
def outsider() -> Door:
    """Somebody with an account and no role."""
    return Door(factories.make_user("outsider"))


@pytest.fixture
def shown(course: Course, door: Door) -> dict[str, Any]:
    """The course as the edit page shows it."""
    return door.course(course.uuid)
