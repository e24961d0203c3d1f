"""What every text has to be, whatever it says."""

from __future__ import annotations

from openedx_catalog_publisher.editing.field_error import FieldError

MAX_TEXT = 200_000
"""Longest text that a field takes, in characters; far above any real page, and below what one statement can carry."""


def canonical_text(value: str) -> str:
    """
    Return a text without the white space around it.

    Raises:
        FieldError: when it is longer than any field takes, or cannot be encoded.
    """
    value = value.strip()
    if len(value) > MAX_TEXT:
        raise FieldError(f"At most {MAX_TEXT} characters; this has {len(value)}.")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise FieldError("This holds half of a character (a lone surrogate), which no text has.") from error
    return value
