"""The lines of a file as JSON objects: one at a time, and none that is not what it says."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from openedx_catalog_publisher.importers.records import RefusedRow

MAX_LINE = 64 * 1024 * 1024
"""Longest line in bytes: a course with many runs, and with its images in the line, is far below."""


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | RefusedRow]]:
    """
    Yield each line that is not empty: its number, counted from 1, and its object, or why it has none.

    Raises:
        OSError: the file cannot be opened.
    """
    for number, line in _numbered(path):
        yield number, RefusedRow(number, None, _too_long()) if line is None else _object(number, line)


def count_lines(path: Path) -> int:
    """Return how many lines ``read_lines`` yields."""
    return sum(1 for _ in _numbered(path))


def _numbered(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines that are not empty with their numbers, and None for one that is too long to be held."""
    with path.open("rb") as stream:
        number = 0
        while line := stream.readline(MAX_LINE + 1):
            number += 1
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            if len(line) > MAX_LINE and not line.endswith(b"\n"):
                _skip_line(stream)
                yield number, None
            elif line.strip():
                yield number, line


def _skip_line(stream: BinaryIO) -> None:
    while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
        pass


def _too_long() -> str:
    return f"this line is longer than {MAX_LINE // 1024**2} MiB; give images as files"


def _object(number: int, line: bytes) -> dict[str, Any] | RefusedRow:
    try:
        text = line.decode("utf-8")
        found = json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_number)
        if "\\u" in text:
            # An escape may be half of a character, which no database stores.
            json.dumps(found, ensure_ascii=False).encode()
    except UnicodeError:
        return RefusedRow(number, None, "this line is not UTF-8, or holds half of a character")
    except RecursionError:
        return RefusedRow(number, None, "this line is nested too deeply")
    except ValueError as error:
        return RefusedRow(number, None, f"this line is not JSON: {error}")
    if not isinstance(found, dict):
        return RefusedRow(number, None, "this line is no JSON object")
    return found


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f'"{next(name for name in names if names.count(name) > 1)}" stands twice in one object')
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")
