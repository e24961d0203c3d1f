"""What the demo does for micro-frontends on another port: CORS, CSRF tokens, log-in by cookies, log-out."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("demo.urls")]

ORIGIN = "http://localhost:18400"
COURSES = "/catalog_publisher/discovery/api/v1/courses/"
HEADER_PAYLOAD = "edx-jwt-cookie-header-payload"
SIGNATURE = "edx-jwt-cookie-signature"


@pytest.fixture
def browser() -> Client:
    """A browser that runs a micro-frontend: it checks CSRF as Django does."""
    return Client(enforce_csrf_checks=True, SERVER_NAME="localhost", headers={"Origin": ORIGIN})


@pytest.fixture
def logged_in(browser: Client, demo_mode: Any, demo_users: None) -> Client:
    """The same, of Nadia, with the cookies that hold her token and without the session."""
    browser.force_login(get_user_model().objects.get(username="nadia"))
    assert browser.post("/login_refresh").status_code == 200
    del browser.cookies["sessionid"]
    return browser


def test_a_preflight_is_told_from_a_request_for_metadata(browser: Client, demo_mode: Any) -> None:
    preflight = browser.options(
        COURSES,
        headers={"Access-Control-Request-Method": "OPTIONS", "Access-Control-Request-Headers": "use-jwt-cookie"},
    )
    metadata = browser.options(COURSES)

    assert preflight.status_code == 204
    assert preflight["Access-Control-Allow-Origin"] == ORIGIN
    assert preflight["Access-Control-Allow-Credentials"] == "true"
    assert {"GET", "POST", "PATCH", "DELETE", "OPTIONS"} <= set(preflight["Access-Control-Allow-Methods"].split(", "))
    allowed = set(preflight["Access-Control-Allow-Headers"].split(", "))
    assert {"use-jwt-cookie", "x-csrftoken", "content-type"} <= allowed
    assert (metadata.status_code, metadata["Access-Control-Allow-Origin"]) == (401, ORIGIN)


def test_other_origins_are_let_have_nothing(demo_mode: Any) -> None:
    answer = Client(SERVER_NAME="localhost", headers={"Origin": "http://elsewhere.example"}).get(COURSES)

    assert "Access-Control-Allow-Origin" not in answer
    assert "Origin" in answer["Vary"]


def test_a_login_is_refreshed_by_cookies_of_which_scripts_read_the_first(logged_in: Client) -> None:
    cookies = logged_in.cookies

    assert not cookies[HEADER_PAYLOAD]["httponly"]
    assert cookies[SIGNATURE]["httponly"]
    assert cookies[HEADER_PAYLOAD].value.count(".") == 1
    answer = logged_in.get(COURSES, headers={"USE-JWT-COOKIE": "true"})
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, ORIGIN)


def write(browser: Client, **headers: str) -> int:
    """Send a course that lacks nearly everything, and return the status of the answer."""
    answer = browser.post(
        COURSES,
        json.dumps({"org": "NorthU"}),
        content_type="application/json",
        headers={"USE-JWT-COOKIE": "true", **headers},
    )
    return answer.status_code


def test_a_write_without_a_token_is_refused(logged_in: Client) -> None:
    assert write(logged_in) == 401


def test_a_write_with_the_token_that_was_asked_for_is_read(logged_in: Client) -> None:
    token = logged_in.get("/csrf/api/v1/token", headers={"USE-JWT-COOKIE": "true"}).json()["csrfToken"]

    assert write(logged_in, **{"X-CSRFToken": token}) == 400


def test_nobody_is_refreshed(browser: Client, demo_mode: Any) -> None:
    answer = browser.post("/login_refresh")

    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (401, ORIGIN)


def test_log_in_and_log_out_lead_back_to_the_micro_frontend_and_nowhere_else(
    client: Client, demo_mode: Any, demo_users: None
) -> None:
    there, elsewhere = f"{ORIGIN}/courses/new", "http://elsewhere.example/"

    assert client.post("/demo/log-in/", {"username": "nadia", "next": there})["Location"] == there
    assert client.post("/demo/log-in/", {"username": "nadia", "next": elsewhere})["Location"] == "/"
    left = client.get("/logout", {"redirect_url": ORIGIN})
    assert (left["Location"], left.cookies[SIGNATURE].value) == (ORIGIN, "")
    assert client.get("/logout", {"redirect_url": elsewhere})["Location"] == "/"


def test_it_is_for_the_demo_alone(browser: Client, settings: Any) -> None:
    settings.CATALOG_DEMO = False

    assert browser.post("/login_refresh").status_code == 403
    assert browser.get("/logout").status_code == 403


@pytest.mark.parametrize(("username", "administrator"), [("nadia", False), ("legal", True), ("admin", True)])
def test_steps_of_reviews_are_offered_to_reviewers(
    username: str, administrator: bool, client: Client, demo_mode: Any, demo_users: None
) -> None:
    client.force_login(get_user_model().objects.get(username=username))
    token = client.get("/demo/token/").content.decode()

    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["administrator"] is administrator
