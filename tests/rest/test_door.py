"""What holds for every path of the API: transactions, permissions, throttles, errors, health."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from openedx_catalog_publisher import __version__
from openedx_catalog_publisher.admin.review_site.site import site as review_site
from openedx_catalog_publisher.models import Course
from openedx_catalog_publisher.rest.parsers import LARGEST
from openedx_catalog_publisher.rest.views import CatalogThrottle, KnownUser
from tests import factories
from tests.rest.conftest import API, Api

pytestmark = pytest.mark.django_db

OPEN = {"health", "schema", "discovery-bulk-task-file"}


def our_routes() -> Iterator[URLPattern]:
    """Yield every route of the plugin."""

    def walk(resolver: URLResolver) -> Iterator[URLPattern]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry)
            else:
                yield entry

    yield from walk(get_resolver("openedx_catalog_publisher.urls"))


def test_no_route_is_inside_a_transaction_of_the_request() -> None:
    routes = list(our_routes())

    assert len(routes) > 20
    atomic = [route.name for route in routes if not getattr(route.callback, "_non_atomic_requests", set())]
    assert atomic == []


def test_every_route_names_its_permission_and_its_throttle() -> None:
    pages = {page.name for page in review_site.get_urls() if isinstance(page, URLPattern)}
    for route in our_routes():
        view: Any = getattr(route.callback, "cls", None)
        if view is None:
            assert route.name in pages
            continue
        assert CatalogThrottle in view.throttle_classes, route
        if route.name not in OPEN:
            assert issubclass(view.permission_classes[0], KnownUser), route


def test_a_path_that_does_not_exist_below_a_unit_is_not_found(course: Course, team: Api) -> None:
    assert team.get("/courses/AcmeX+DS101/nothing/").status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS", "BREW"])
@pytest.mark.parametrize("path", ["/", "/nothing/", "/courses/a/b/c/", "/courses/AcmeX%2FDS101/", "/courses/a%0Ab/c/"])
def test_a_path_that_leads_nowhere_is_told_as_all_errors_are(method: str, path: str, team: Api) -> None:
    answer = team.send(method, path)

    assert (answer.status_code, answer.json()["type"]) == (404, "https://docs.openedx.org/errors/not-found")
    assert Api(None).send(method, path).status_code == 401


def test_a_path_that_only_lacks_its_slash_is_sent_on(team: Api) -> None:
    answer = team.get("/courses", editable="1")

    assert (answer.status_code, answer["Location"]) == (301, "/api/catalog_publisher/v1/courses/?editable=1")


def test_errors_are_one_object(course: Course, team: Api) -> None:
    answer = team.send("PUT", "/courses/AcmeX+DS101/", {})

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, PATCH, DELETE, HEAD, OPTIONS"
    assert answer.json() == {
        "type": "https://docs.openedx.org/errors/method-not-allowed",
        "title": "Not a method of this resource",
        "status": 405,
        "detail": 'Method "PUT" not allowed.',
        "instance": "/api/catalog_publisher/v1/courses/AcmeX+DS101/",
    }


def test_a_body_that_is_no_json_is_told(course: Course, team: Api) -> None:
    path = "/api/catalog_publisher/v1/courses/AcmeX+DS101/"

    broken = team.client.generic("PATCH", path, "{", content_type="application/json")
    other = team.client.generic("PATCH", path, "<a/>", content_type="application/xml")
    listed = team.client.generic("PATCH", path, "[1]", content_type="application/json")

    assert (broken.status_code, other.status_code, listed.status_code) == (400, 415, 400)
    assert {answer["Content-Type"] for answer in (broken, other, listed)} == {"application/json"}


def test_a_body_that_is_too_large_is_told_before_it_is_read(course: Course, team: Api) -> None:
    body = b'{"title": "' + b"x" * LARGEST + b'"}'

    answer = team.client.patch(f"{API}/courses/AcmeX+DS101/", body, content_type="application/json")

    assert (answer.status_code, answer.json()["type"]) == (413, "https://docs.openedx.org/errors/too-large")
    assert "32 MiB" in answer.json()["detail"]


def test_each_user_asks_as_often_as_their_rate_says(course: Course, member: Any) -> None:
    cache.clear()
    rates = {"anonymous": "1/minute", "user": "2/minute", "staff": None}
    with override_settings(CATALOG_PUBLISHER_THROTTLE_RATES=rates):
        ann, bob = Api(member), Api(factories.make_user())
        staff = Api(factories.make_user(is_staff=True))
        assert [ann.get("/courses/").status_code for _ in range(3)] == [200, 200, 429]
        assert bob.get("/courses/").status_code == 200
        assert [staff.get("/courses/").status_code for _ in range(4)] == [200] * 4
        assert [Api(None).get("/health/").status_code for _ in range(2)] == [200, 429]
        refused = ann.get("/courses/")
    assert refused.json()["type"] == "https://docs.openedx.org/errors/rate-limited"
    assert int(refused["Retry-After"]) <= 60
    cache.clear()


def test_health_needs_no_account_and_says_how_each_part_is() -> None:
    answer = Api(None).get("/health/")

    assert answer.status_code == 200
    nothing = dict.fromkeys(("unrouted", "waiting", "failing", "dead", "resting", "unconfirmed", "lag_seconds"), 0)
    parts = {"database": "ok", "migrations": "ok", "outbox": nothing}
    assert answer.json() == {"status": "ok", "version": __version__, **parts}


def test_health_says_which_migrations_are_missing() -> None:
    last = MigrationLoader(connection).graph.leaf_nodes("openedx_catalog_publisher")[0]
    MigrationRecorder(connection).record_unapplied(*last)

    answer = Api(None).get("/health/")

    assert answer.status_code == 503
    assert answer.json()["outbox"] is None
    assert answer.json()["migrations"] == "1 not applied: run manage.py migrate openedx_catalog_publisher"
