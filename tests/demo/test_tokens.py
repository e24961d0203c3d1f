"""Tokens of the demo, judged by the authentication of the platform."""

from pathlib import Path
from typing import Any

import jwt
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from edx_rest_framework_extensions.auth.jwt.authentication import JwtAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIRequestFactory

from demo.jwt_keys import signing_key
from demo.settings import SECRET_KEY
from demo.tokens import token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return get_user_model().objects.create_user(username="ana", email="ana@example.org", is_staff=False)


def user_behind(token: str) -> Any:
    request = APIRequestFactory().get("/", HTTP_AUTHORIZATION=f"JWT {token}")
    authenticated, _ = JwtAuthentication().authenticate(request)
    return authenticated


def test_a_token_stands_for_its_user(user: User) -> None:
    assert user_behind(token_of(user)) == user


def test_an_expired_token_stands_for_nobody(user: User) -> None:
    with pytest.raises(AuthenticationFailed):
        user_behind(token_of(user, lifetime=-60))


def test_a_token_changes_nothing_of_the_account(user: User) -> None:
    token = token_of(user)
    get_user_model().objects.filter(pk=user.pk).update(is_staff=True, email="other@example.org")

    user_behind(token)

    user.refresh_from_db()
    assert (user.is_staff, user.email) == (True, "other@example.org")


def test_a_token_of_another_demo_is_refused(user: User, settings: Any, tmp_path: Path) -> None:
    own_private_key = settings.JWT_AUTH["JWT_PRIVATE_SIGNING_JWK"]
    signing_key(tmp_path / "other.json")
    settings.JWT_AUTH = {
        **settings.JWT_AUTH,
        "JWT_PRIVATE_SIGNING_JWK": (tmp_path / "other.json").read_text(encoding="utf-8"),
    }
    forged = token_of(user)
    settings.JWT_AUTH = {**settings.JWT_AUTH, "JWT_PRIVATE_SIGNING_JWK": own_private_key}

    with pytest.raises(AuthenticationFailed):
        user_behind(forged)


@pytest.mark.parametrize("secret", ["", SECRET_KEY])
def test_a_token_signed_with_what_everybody_knows_is_refused(user: User, secret: str) -> None:
    claims = jwt.decode(token_of(user), options={"verify_signature": False})
    forged = jwt.encode(claims, secret or None, algorithm="HS256" if secret else "none")

    with pytest.raises(AuthenticationFailed):
        user_behind(forged)
