"""The key pair of the demo's tokens."""

import stat
from pathlib import Path

from demo import jwt_keys
from demo.jwt_keys import public_key_set, signing_key


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "key.json"

    first, second = signing_key(file), signing_key(file)

    assert first == second
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_two_demos_have_different_keys(tmp_path: Path) -> None:
    assert signing_key(tmp_path / "one.json")["n"] != signing_key(tmp_path / "two.json")["n"]


def test_of_two_processes_that_start_together_the_first_key_stays(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    first = signing_key(file)

    jwt_keys._put(file, {"kid": "of the second"})

    assert signing_key(file) == first
    assert list(tmp_path.iterdir()) == [file]


def test_what_is_published_holds_nothing_of_the_private_key(tmp_path: Path) -> None:
    [published] = public_key_set(signing_key(tmp_path / "key.json"))["keys"]

    assert set(published) == {"kty", "kid", "n", "e"}
    assert published["kid"] == "demo"
