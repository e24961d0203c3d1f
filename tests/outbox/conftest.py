"""Fixtures of the tests of the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.outbox.recording import PATH, InLms, InStudio, Recording


@pytest.fixture
def recording(settings: Any) -> Iterator[type[Recording]]:
    """The one consumer of the settings."""
    settings.CATALOG_PUBLISHER_CONSUMERS = [PATH]
    Recording.reset()
    yield Recording
    Recording.reset()


@pytest.fixture
def by_service(settings: Any) -> Iterator[None]:
    """A consumer for the LMS and one for Studio."""
    settings.CATALOG_PUBLISHER_CONSUMERS = [f"{InLms.__module__}.{each.__name__}" for each in (InLms, InStudio)]
    for each in (InLms, InStudio):
        each.reset()
    yield
    for each in (InLms, InStudio):
        each.reset()
