"""Where log-in by a click is offered, and what the system check says elsewhere."""

from typing import Any

import pytest
from django.core.checks import Error, run_checks

from demo import mode
from demo.checks import nobody_else_can_log_in_by_a_click


def demo_errors() -> list[Any]:
    return [message for message in run_checks() if str(message.id).startswith("demo.")]


@pytest.mark.parametrize("hosts", [[], ["127.0.0.1", "localhost"], ["[::1]", "catalog.localhost", "127.3.2.1"]])
def test_with_a_development_server_for_this_machine_it_is_offered(demo_mode: Any, hosts: list[str]) -> None:
    demo_mode.ALLOWED_HOSTS = hosts

    assert mode.is_on()
    assert demo_errors() == []


def test_where_the_setting_is_missing_it_is_not_offered_and_nothing_is_wrong(demo_mode: Any) -> None:
    del demo_mode.CATALOG_DEMO
    demo_mode.DEBUG = False

    assert not mode.is_on()
    assert demo_errors() == []


@pytest.mark.parametrize("value", ["False", 1, None])
def test_only_true_asks_for_it(demo_mode: Any, value: Any) -> None:
    demo_mode.CATALOG_DEMO = value

    assert not mode.is_on()


def test_without_debug_it_is_an_error_and_not_offered(demo_mode: Any) -> None:
    demo_mode.DEBUG = False

    assert not mode.is_on()
    assert demo_errors() == [
        Error(
            "CATALOG_DEMO lets everybody log in as anybody, administrators included. "
            "DEBUG is off, so this is no development server.",
            hint="Remove CATALOG_DEMO from the settings, or run the demo as `make run` does.",
            id="demo.E001",
        )
    ]


@pytest.mark.parametrize("host", ["*", ".example.org", "10.0.0.7", "localhost.example.org"])
def test_with_hosts_beyond_this_machine_it_is_an_error_and_not_offered(demo_mode: Any, host: str) -> None:
    demo_mode.ALLOWED_HOSTS = ["127.0.0.1", host]

    assert not mode.is_on()
    [error] = demo_errors()
    assert error.id == "demo.E001"
    assert error.msg.endswith(f"ALLOWED_HOSTS names hosts beyond this machine: {host}.")


def test_every_reason_is_an_error_of_its_own(demo_mode: Any) -> None:
    demo_mode.DEBUG = False
    demo_mode.ALLOWED_HOSTS = ["*"]

    assert [error.id for error in nobody_else_can_log_in_by_a_click(None)] == ["demo.E001", "demo.E001"]
