"""Bodies of requests in JSON."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

MOST_LEVELS = 50
"""How deep a body is nested at most; none of ours needs more than six levels."""

LARGEST = 32 * 1024 * 1024
"""How many bytes a body has at most: some images of the largest size, in base64."""


class StorableJSONParser(JSONParser):
    """
    JSON of texts that can be encoded, and of no absurd size or depth.

    JSON can escape half of a character (a lone surrogate), which no database stores and no answer can repeat.
    """

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """
        Return the data.

        Raises:
            ParseError: for what is no JSON, or none that is read here.
            RequestDataTooBig: for what is larger than any request has to be.
        """
        if _length((parser_context or {})["request"]) > LARGEST:
            raise RequestDataTooBig(f"A body has at most {LARGEST // 1024**2} MiB.")
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(f"JSON parse error - nested deeper than {MOST_LEVELS} levels") from error
        try:
            _check(data, MOST_LEVELS)
        except UnicodeEncodeError as error:
            raise ParseError("JSON parse error - half of a character (a lone surrogate), which no text has") from error
        return data


def _length(request: Request) -> int:
    given = request.META.get("CONTENT_LENGTH") or "0"
    return int(given) if given.isascii() and given.isdigit() else 0


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
