"""What settings accept: each kind says it in words, and tells whether a value is that. Imports no models."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

RATE_PATTERN: Final = re.compile(r"[1-9][0-9]*/(s|sec|second|m|min|minute|h|hour|d|day)")
DOTTED_PATH: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")

T = TypeVar("T")


def _is_address(value: str) -> bool:
    """Whether this can be the address of an e-mail."""
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


@dataclass(frozen=True)
class Kind(Generic[T]):
    """
    What a setting accepts.

    ``expected`` completes the sentence "must be ..."; ``accepts`` says whether a value is that.
    """

    expected: str
    accepts: Callable[[object], bool]


BOOLEAN: Final = Kind[bool]("True or False", lambda value: isinstance(value, bool))
DAYS: Final = Kind[int](
    "a whole number of days, 0 or more",
    lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
)
TEXT: Final = Kind[str]("a string", lambda value: isinstance(value, str))
COUNT: Final = Kind[int](
    "a whole number, 1 or more",
    lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 1,
)
REQUEST_SECONDS: Final = Kind[int](
    "a whole number of seconds from 1 to 150",
    lambda value: isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 150,
)
PATHS: Final = Kind[list[str]](
    "a list of dotted paths, none of them twice",
    lambda value: (
        isinstance(value, (list, tuple))
        and all(isinstance(each, str) and DOTTED_PATH.fullmatch(each) for each in value)
        and len(set(value)) == len(value)
    ),
)
ADDRESSES: Final = Kind[list[str]](
    "a list of e-mail addresses",
    lambda value: (
        isinstance(value, (list, tuple)) and all(isinstance(each, str) and _is_address(each) for each in value)
    ),
)
SECONDS: Final = Kind[int](
    "a whole number of seconds, 1 to 60",
    lambda value: isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 60,
)


def _is_network(text: object) -> bool:
    try:
        return isinstance(text, str) and bool(ipaddress.ip_network(text))
    except ValueError:
        return False


NETWORKS: Final = Kind[list[str]](
    "a list of networks such as '10.1.0.0/16', without bits behind the prefix",
    lambda value: isinstance(value, (list, tuple)) and all(map(_is_network, value)),
)
SLUG: Final = Kind[str](
    "a slug: lower-case letters, digits, hyphens and underscores, at least one",
    lambda value: (
        isinstance(value, str)
        and bool(value)
        and value.isascii()
        and value == value.lower()
        and value.replace("-", "").replace("_", "").isalnum()
    ),
)
SLUGS: Final = Kind[list[str]](
    "a list of slugs",
    lambda value: isinstance(value, (list, tuple)) and all(SLUG.accepts(each) for each in value),
)
RATES: Final = Kind[dict[str, str | None]](
    "a dictionary of rates such as '300/minute' (per second, minute, hour or day) or None, under 'anonymous', 'user' "
    "and 'staff'",
    lambda value: (
        isinstance(value, dict)
        and value.keys() == {"anonymous", "user", "staff"}
        and all(rate is None or (isinstance(rate, str) and RATE_PATTERN.fullmatch(rate)) for rate in value.values())
    ),
)
ROLES: Final = ("org_member", "legal_reviewer", "project_coordinator", "publisher_editor", "catalog_admin")
"""The names of our roles, of which ``models.RoleName`` is the list; settings are read before models can be."""

ROLE_MAPPING: Final = Kind[dict[str, str]](
    f"a dictionary from the name of a role in tokens, without a colon, to one of {', '.join(ROLES)}",
    lambda value: (
        isinstance(value, dict)
        and all(isinstance(name, str) and name and ":" not in name and role in ROLES for name, role in value.items())
    ),
)
STEPS: Final = ("legal", "internal")
"""The steps of a review, of which ``models.ReviewStep`` is the list."""


def _is_nested(value: object, keys: Callable[[object], bool], inner: Callable[[object], bool]) -> bool:
    return isinstance(value, dict) and all(keys(key) and inner(entry) for key, entry in value.items())


def _are_texts(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(each, str) and each for each in value)


STEPS_BY_FIELD: Final = Kind[dict[str, dict[str, list[str]]]](
    "a dictionary with 'course' and 'course_run', each a dictionary from the name of a field to a list of 'legal' and "
    "'internal'",
    lambda value: _is_nested(
        value,
        lambda kind: kind in ("course", "course_run"),
        lambda fields: _is_nested(
            fields,
            lambda name: isinstance(name, str),
            lambda steps: isinstance(steps, (list, tuple)) and all(step in STEPS for step in steps),
        ),
    ),
)
FIELDS_BY_TYPE: Final = Kind[dict[str, dict[str, list[str]]]](
    "a dictionary from the slug of a course type, or '*', to a dictionary with 'course' and 'course_run', each a list "
    "of names of fields",
    lambda value: _is_nested(
        value,
        lambda slug: slug == "*" or SLUG.accepts(slug),
        lambda kinds: _is_nested(kinds, lambda kind: kind in ("course", "course_run"), _are_texts),
    ),
)
_SLUG_PIECE: Final = r"(?:[a-z0-9_]+|\{primary_subject\}|\{organization_name\}|\{course_title\})"
_SLUG_PART: Final = rf"{_SLUG_PIECE}(?:-{_SLUG_PIECE})*"
SLUG_FORMAT: Final = re.compile(rf"(?=.{{1,100}}$)(?:{_SLUG_PART}/)*(?:{_SLUG_PIECE}-)*\{{course_title\}}")
"""The form of a slug: parts between slashes, each of words and placeholders between hyphens, the title at the end."""


def _is_slug_format(value: object) -> bool:
    return isinstance(value, str) and bool(SLUG_FORMAT.fullmatch(value)) and _names_each_once(value)


def _names_each_once(value: str) -> bool:
    named = re.findall(r"\{\w+\}", value)
    return len(named) == len(set(named))


SLUG_FORMATS: Final = Kind[dict[str, dict[str, str]]](
    "a dictionary from the slug of a product source, or '*', to a dictionary from the slug of a course type, or '*', "
    "to a form of at most 100 characters such as 'learn/{primary_subject}/{organization_name}-{course_title}': "
    "lower-case words and placeholders, none of them twice, with hyphens and slashes between them and {course_title} "
    "at the end",
    lambda value: _is_nested(
        value,
        lambda source: source == "*" or SLUG.accepts(source),
        lambda types: _is_nested(types, lambda slug: slug == "*" or SLUG.accepts(slug), _is_slug_format),
    ),
)
WEB_ROOT: Final = Kind[str](
    "empty, or an address that starts with http:// or https:// and has no slash at its end",
    lambda value: (
        isinstance(value, str)
        and (not value or (value.startswith(("http://", "https://")) and not value.endswith("/")))
    ),
)
