"""Bodies of requests in JSON."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MOST_LEVELS = 50
"""How deep a body is nested at most; none of ours needs more than six levels."""


class StorableJSONParser(JSONParser):
    """
    JSON of texts that can be encoded, and of no absurd depth.

    JSON can escape half of a character (a lone surrogate), which no database stores and no answer can repeat.
    """

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """
        Return the data.

        Raises:
            ParseError: for what is no JSON, or none that is read here.
        """
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(f"JSON parse error - nested deeper than {MOST_LEVELS} levels") from error
        try:
            _check(data, MOST_LEVELS)
        except UnicodeEncodeError as error:
            raise ParseError("JSON parse error - half of a character (a lone surrogate), which no text has") from error
        return data


def _check(value: Any, levels: int) -> None:
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, dict | list) and not levels:
        raise ParseError(f"JSON parse error - nested deeper than {MOST_LEVELS} levels")
    elif isinstance(value, dict):
        for name, entry in value.items():
            name.encode()
            _check(entry, levels - 1)
    elif isinstance(value, list):
        for entry in value:
            _check(entry, levels - 1)
