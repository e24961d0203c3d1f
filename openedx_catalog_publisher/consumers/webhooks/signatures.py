"""Signatures of requests: HMAC-SHA256 over the body as it is sent, byte by byte."""

from __future__ import annotations

import hashlib
import hmac
import secrets

SHORTEST = 16
LONGEST = 255

PREFIX = "whsec_"
"""Secrets made here begin with it, so that scanners for leaked secrets know them."""


def new_secret() -> str:
    """Return a secret of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """Return by what a secret is told from others, and cannot be had back."""
    return hashlib.sha256(b"fingerprint of a webhook's secret:" + secret.encode()).hexdigest()[:16]


def signature(secret: str, body: bytes) -> str:
    """Return the signature of a body, in hexadecimal digits."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
