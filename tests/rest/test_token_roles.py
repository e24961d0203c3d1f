"""What the claims of the token that authenticates a request open, and what other tokens do not."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from django.conf import settings as django_settings
from django.test import Client
from jwt.api_jwk import PyJWK

from demo.tokens import token_of
from openedx_catalog_publisher.models import Course, CourseEditor, CourseRun
from tests.factories import make_user
from tests.rest.conftest import API, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mapping(settings: Any) -> None:
    settings.CATALOG_PUBLISHER_JWT_ROLES = {
        "team": "org_member",
        "legal": "legal_reviewer",
        "internal": "publisher_editor",
        "operator": "catalog_admin",
    }


def token_with(user: Any, roles: Any, **claims: Any) -> str:
    """Return a token of the user that claims roles, signed as the platform signs its own."""
    payload = jwt.decode(token_of(user), options={"verify_signature": False})
    key = PyJWK(json.loads(django_settings.JWT_AUTH["JWT_PRIVATE_SIGNING_JWK"]))
    algorithm = django_settings.JWT_AUTH["JWT_SIGNING_ALGORITHM"]
    return jwt.encode({**payload, "roles": roles, **claims}, key.key, algorithm=algorithm, headers={"kid": key.key_id})


def asking(roles: Any, user: Any = None) -> Client:
    """Return a client that sends a token with these claims."""
    return Client(headers={"Authorization": f"JWT {token_with(user or make_user(), roles)}"})


def patched(client: Client, title: str) -> int:
    """Change the course's title, and return the status."""
    path = f"{API}/courses/AcmeX+DS101/"
    return client.patch(path, json.dumps({"title": title}), content_type="application/json").status_code


def drafts(client: Client) -> int:
    """Return how many drafts a client sees."""
    count: int = client.get(f"{API}/courses/", {"editable": "1"}).json()["count"]
    return count


@pytest.mark.parametrize(
    ("roles", "seen", "status"),
    [
        (["legal:acmex"], 1, 403),
        (["legal:*"], 1, 403),
        (["internal:AcmeX"], 1, 200),
        (["internal:Other", "legal:Other"], 0, 404),
        (["operator:*"], 1, 200),
        (["team:AcmeX"], 1, 403),
        (["internal"], 0, 404),
        (["internal:"], 0, 404),
        (None, 0, 404),
        ([], 0, 404),
    ],
)
def test_a_claim_opens_what_the_role_opens(course: Course, roles: Any, seen: int, status: int) -> None:
    client = asking(roles)

    assert drafts(client) == seen
    assert patched(client, "By a claim") == status


def test_a_member_by_a_claim_writes_a_course_that_nobody_edits(course: Course) -> None:
    CourseEditor.objects.all().delete()

    assert patched(asking(["team:AcmeX"]), "By the team") == 200


def test_an_editor_stays_one_by_a_claim_and_keeps_nobody_else_out(course: Course, member: Any) -> None:
    editor = make_user()
    CourseEditor.objects.all().delete()
    CourseEditor.objects.create(course=course, user=editor)

    assert patched(asking(["team:AcmeX"], editor), "By the editor") == 200
    assert patched(client_of(member), "By a member") == 200


def test_a_claim_creates_courses_and_runs_and_publishes_as_the_role_does(course: Course, run: CourseRun) -> None:
    client = asking(["internal:AcmeX"])
    sent = json.dumps({"org": "AcmeX", "number": "NEW1", "title": "New", "type": "verified-audit"})

    assert client.post(f"{API}/courses/", sent, content_type="application/json").status_code == 201
    publish = client.post(f"{API}/courses/AcmeX+DS101/publish/", "{}", content_type="application/json")
    assert publish.status_code == 200


def test_roles_are_managed_by_the_claim_of_an_administrator_of_all(course: Course) -> None:
    path = f"{API}/role_assignments/"

    assert asking(["operator:*"]).get(path).status_code == 200
    assert asking(["operator:AcmeX"]).get(path).status_code == 403
    assert asking(["internal:*"]).get(path).status_code == 403


def test_a_token_whose_account_is_not_active_opens_nothing(course: Course) -> None:
    assert asking(["operator:*"], make_user(is_active=False)).get(f"{API}/courses/").status_code in (401, 403)


def in_cookies(client: Client, token: str) -> Client:
    """Send a token as the platform's micro-frontends do: in two cookies."""
    header, payload, signature = token.split(".")
    client.cookies["edx-jwt-cookie-header-payload"] = f"{header}.{payload}"
    client.cookies["edx-jwt-cookie-signature"] = signature
    return client


def test_a_token_in_cookies_that_authenticates_the_request_opens_what_it_claims(course: Course) -> None:
    assert drafts(in_cookies(Client(), token_with(make_user(), ["legal:AcmeX"]))) == 1


def test_a_session_without_a_token_claims_nothing(course: Course) -> None:
    assert drafts(client_of(make_user())) == 0


@pytest.mark.parametrize("claims", [{"exp": 1}, {"iss": "https://elsewhere.example.org"}, {"aud": "others"}])
def test_a_token_that_is_over_or_of_others_opens_nothing_beside_a_session(course: Course, claims: Any) -> None:
    user = make_user()
    client = in_cookies(client_of(user), token_with(user, ["operator:*"], **claims))

    assert drafts(client) == 0
    assert patched(client, "By a cookie") == 404


def test_without_a_mapping_tokens_are_not_read_again(course: Course, settings: Any) -> None:
    settings.CATALOG_PUBLISHER_JWT_ROLES = {}

    assert drafts(asking(["operator:*"])) == 0
