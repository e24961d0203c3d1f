"""Tokens for the API, with the claims that the LMS puts into its own."""

import json
import time

import jwt
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from jwt.api_jwk import PyJWK

from demo.accounts import BY_USERNAME
from openedx_catalog_publisher.models import RoleName

LIFETIME = 12 * 60 * 60
"""Seconds that a token is good for: a day of trying things out."""

CLAIMS_VERSION = "1.2.0"


REVIEWERS = (RoleName.LEGAL_REVIEWER, RoleName.PROJECT_COORDINATOR, RoleName.CATALOG_ADMIN)


def reviews_drafts(user: AbstractUser) -> bool:
    """Tell whether a user of the demo decides in reviews."""
    account = BY_USERNAME.get(user.get_username())
    return account is not None and account.role in REVIEWERS


def token_of(user: AbstractUser, *, lifetime: int = LIFETIME) -> str:
    """
    Return a token with which a request is ``user``'s: ``Authorization: JWT <token>``.

    Arguments:
        user: a user of the demo.
        lifetime: seconds until it expires; one that is negative has expired already.
    """
    now = int(time.time())
    issuer = settings.JWT_AUTH["JWT_ISSUERS"][0]
    claims = {
        "iss": issuer["ISSUER"],
        "aud": issuer["AUDIENCE"],
        "iat": now,
        "exp": now + lifetime,
        "sub": str(user.pk),
        "user_id": user.pk,
        "preferred_username": user.get_username(),
        "email": user.email,
        # What the Publisher micro-frontend offers the steps of reviews by; of rights it says nothing here.
        "administrator": user.is_staff or reviews_drafts(user),
        "superuser": user.is_superuser,
        "scopes": ["user_id", "email", "profile"],
        "version": CLAIMS_VERSION,
        "is_restricted": False,
        "filters": [],
    }
    key = PyJWK(json.loads(settings.JWT_AUTH["JWT_PRIVATE_SIGNING_JWK"]))
    algorithm = settings.JWT_AUTH["JWT_SIGNING_ALGORITHM"]
    return jwt.encode(claims, key.key, algorithm=algorithm, headers={"kid": key.key_id})
