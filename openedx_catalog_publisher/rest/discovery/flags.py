"""Parameters of Discovery's requests. What is not known is ignored; a flag is a whole number, true or false."""

from __future__ import annotations

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from openedx_catalog_publisher.rest.accounts import LARGEST_ID

WORDS = {"true": True, "false": False, "": False}


def flag(request: Request, name: str) -> bool:
    """
    Return whether a flag is set; one that is not given is not.

    Raises:
        ValidationError: naming the flag, for what is neither a whole number nor true or false.
    """
    text = request.query_params.get(name, "").strip().lower()
    if text in WORDS:
        return WORDS[text]
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise ValidationError({name: ["Give 1 or 0."]})
    return bool(digits.strip("0"))


def words(request: Request, name: str) -> list[str]:
    """Return the words of a parameter: separated by commas, and of all its repetitions."""
    pieces = (piece.strip() for text in request.query_params.getlist(name) for piece in text.split(","))
    return [piece for piece in pieces if piece]


def keys(request: Request, name: str = "keys") -> list[str]:
    """Return keys of units. A plus sign that was not escaped arrives as a blank, which no key has."""
    return [word.replace(" ", "+") for word in words(request, name)]


def is_number(text: str) -> bool:
    """Tell whether a text is a number that a row may have."""
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_ID
