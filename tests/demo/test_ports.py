"""The ports of the demo, and whether they are taken."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from demo import ports
from demo.ports import HOST, Ports


@pytest.fixture(autouse=True)
def _nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ports.VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)


def test_without_a_word_they_are_the_usual_ones(tmp_path: Path) -> None:
    assert ports.ports(tmp_path) == Ports(server=8000, studio=8001)


def test_other_terminals_find_those_of_the_last_run(tmp_path: Path) -> None:
    ports.keep(Ports(8010, 8011), tmp_path)

    assert ports.ports(tmp_path) == Ports(8010, 8011)


def test_the_environment_has_the_last_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ports.keep(Ports(8010, 8011), tmp_path)
    monkeypatch.setenv("CATALOG_STUDIO_PORT", "8012")

    assert ports.ports(tmp_path) == Ports(8010, 8012)


@pytest.mark.parametrize("wrong", ["0", "65536", "-1", "80a", "٨٠٠١"])
def test_what_is_no_port_is_refused_by_the_name_of_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("CATALOG_PORT", wrong)

    with pytest.raises(ValueError, match="CATALOG_PORT must be a port, a number from 1 to 65535, not"):
        ports.ports(tmp_path)


def test_a_port_is_free_and_silent_until_somebody_listens() -> None:
    with socket.socket() as server:
        server.bind((HOST, 0))
        port: int = server.getsockname()[1]
        assert not ports.answers(port)
        server.listen()

        assert (ports.is_free(port), ports.answers(port)) == (False, True)
    assert ports.is_free(port)
