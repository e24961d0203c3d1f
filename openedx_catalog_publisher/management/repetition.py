"""Commands that the clock runs: once, or again and again with pauses."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser
from django.db import close_old_connections

LONGEST_PAUSE = 86_400
"""Seconds between two rounds at most."""


def add_repetition(parser: CommandParser, *, limited: str) -> None:
    """
    Declare ``--once``, ``--loop`` and ``--limit``.

    Arguments:
        parser: the command's parser.
        limited: what ``--limit`` counts, for example ``deliveries``.
    """
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="end when nothing is due any more; this is the default")
    how.add_argument("--loop", type=seconds, metavar="SECONDS", help="go on, with pauses of so many seconds")
    parser.add_argument("--limit", type=count, metavar="NUMBER", help=f"attempt at most so many {limited} a run")


def repeat(options: dict[str, Any], once: Callable[[], None]) -> None:
    """
    Do the work of a command once, or with ``--loop`` until it is stopped.

    Arguments:
        options: the command's options.
        once: does one round.
    """
    while True:
        once()
        if options["loop"] is None:
            return
        # As between two requests: a connection that broke meanwhile is made anew.
        close_old_connections()
        time.sleep(options["loop"])


def seconds(text: str) -> float:
    """
    Return the length of a pause.

    Raises:
        ValueError: for what is none, or is longer than a day.
    """
    given = float(text)
    if not 0 < given <= LONGEST_PAUSE:
        raise ValueError(text)
    return given


def count(text: str) -> int:
    """
    Return how many.

    Raises:
        ValueError: for what is no whole number of at least 1.
    """
    given = int(text)
    if given < 1:
        raise ValueError(text)
    return given
