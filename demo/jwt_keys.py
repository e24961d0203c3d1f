"""
The key pair with which the demo signs its tokens, as the LMS signs those of the platform.

It is made when it is first needed and kept beside the demo's database: no private key is in the repository, and nobody
can sign tokens for a demo that runs elsewhere.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

KEY_ID = "demo"
KEY_BITS = 2048
PUBLIC_MEMBERS = ("kty", "kid", "n", "e")


def signing_key(file: Path) -> dict[str, Any]:
    """
    Return the private key in ``file``, an RSA key as a JSON Web Key, which only its owner can read.

    A missing file is made. Processes that start at the same time agree on one key: the first to put it there wins.
    """
    if not file.exists():
        _put(file, _new_key())
    key: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return key


def public_key_set(key: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Web Key Set by which tokens signed with a private key are verified."""
    return {"keys": [{member: key[member] for member in PUBLIC_MEMBERS}]}


def _new_key() -> dict[str, Any]:
    private_key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return {**RSAAlgorithm.to_jwk(private_key, as_dict=True), "kid": KEY_ID}


def _put(file: Path, key: dict[str, Any]) -> None:
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    written = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(key, stream)
        # A link, unlike a renaming, never replaces the key that another process has put there and may have used.
        file.hardlink_to(written)
    except FileExistsError:
        return
    finally:
        written.unlink()
