"""How readers of Discovery's door tell that the catalog moved, and who reads without an account."""

from __future__ import annotations

from typing import Any

import pytest

from openedx_catalog_publisher.api import Selection, update_course
from openedx_catalog_publisher.models import Course, CourseRun
from tests import factories
from tests.rest.discovery.conftest import DOOR, Door

pytestmark = pytest.mark.django_db

VERSION = "X-Catalog-Version"


def test_the_version_moves_with_each_publication_alone(course: Course, door: Door) -> None:
    before = door.get("/courses/")
    update_course(factories.SYSTEM, course.uuid, {"title": "Anders"})
    edited = door.get("/course_runs/", page=1)
    factories.publish_now(Selection.of(courses=[course.uuid]))
    published = door.get(f"/courses/{course.uuid}/")

    assert before[VERSION] == edited[VERSION] != published[VERSION]
    assert VERSION not in door.get("/courses/", editable=1)


@pytest.mark.parametrize("path", ["/courses/", "/courses/AcmeX+DS101/", "/course_runs/?page=1"])
def test_what_did_not_move_is_not_sent_again(path: str, course: Course, door: Door) -> None:
    first = door.get(path)

    again = door.client.get(f"{DOOR}/api/v1{path}", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    update_course(factories.SYSTEM, course.uuid, {"title": "Anders"})
    factories.publish_now(Selection.of(courses=[course.uuid]))
    moved = door.client.get(f"{DOOR}/api/v1{path}", headers={"If-None-Match": first["ETag"]})
    assert (moved.status_code, moved["ETag"] != first["ETag"]) == (200, True)


def test_no_cache_gives_an_answer_to_another_user(course: Course, door: Door) -> None:
    official, draft = door.get("/courses/"), door.get("/courses/", editable=1)

    assert official["Cache-Control"] == "private, no-cache"
    assert draft["Cache-Control"] == "private, no-store"
    for answer in (official, draft):
        assert {"Cookie", "Authorization", "USE-JWT-COOKIE"} <= set(answer["Vary"].split(", "))


def test_what_is_official_is_read_without_an_account_where_the_setting_says_so(
    course: Course, run: CourseRun, settings: Any
) -> None:
    nobody = Door(None)
    paths = (
        "/courses/",
        "/courses/AcmeX+DS101/",
        f"/course_runs/{run.key}/?include_restricted=custom-b2c",
        "/subjects/",
    )
    assert {nobody.get(path).status_code for path in paths} == {401}

    settings.CATALOG_PUBLISHER_ANONYMOUS_READS = True

    assert {nobody.get(path).status_code for path in paths} == {200}
    shown = nobody.get("/courses/AcmeX+DS101/").json()
    assert (shown["watchers"], shown["editors"], shown["editable"]) == ([], [], False)
    assert nobody.get("/courses/", editable=1).status_code == 401
    assert nobody.patch("/courses/AcmeX+DS101/", {}).status_code == 401
    for path in ("/organizations/", "/course_editors/", "/people/", "/comments/"):
        assert nobody.get(path).status_code == 401


def test_readers_are_throttled_by_their_rate(course: Course, door: Door, settings: Any) -> None:
    settings.CATALOG_PUBLISHER_THROTTLE_RATES = {"anonymous": "1/hour", "user": "2/hour", "staff": None}

    statuses = [door.get("/courses/").status_code for _ in range(3)]

    assert statuses == [200, 200, 429]


def test_a_timestamp_asks_for_what_moved_since(course: Course, door: Door) -> None:
    moved = door.get("/courses/AcmeX+DS101/").json()["data_modified_timestamp"]

    assert door.get("/courses/", timestamp=moved).json()["count"] == 1
    assert door.get("/courses/", timestamp="2100-01-01T00:00:00Z").json()["count"] == 0
    faulty = door.get("/courses/", timestamp="soon")
    assert (faulty.status_code, list(faulty.json())) == (400, ["timestamp"])
