"""
Keys of courses and runs.

A course's key is ``Org+Number``; a run's is ``course-v1:Org+Number+Run``. Where the organization does not type its own,
the run part is the trimester of the start (``1T2031``), with the first free suffix of letters.
"""

from __future__ import annotations

import itertools
import math
import string
from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.models import Course, CourseRun
from openedx_catalog_publisher.models.normalization import normalize_key

MAX_KEY = 255
TAKEN = "This key is taken."
MONTHS_IN_TRIMESTER = 4


def course_key(organization: str, number: str) -> str:
    """
    Return the key of a course.

    Arguments:
        organization: key of its first owner.
        number: the course number.

    Raises:
        InvalidInput: naming ``number``, when it is too long, or organization and number do not make a key of the
            platform.
    """
    number = number.strip()
    longest = Course._meta.get_field("number").max_length or MAX_KEY
    if len(number) > longest:
        raise InvalidInput({"number": [f"At most {longest} characters; this has {len(number)}."]})
    run_key(organization, number, "run", field="number")
    return f"{organization}+{number}"


def run_key(organization: str, number: str, run: str, *, field: str = "run") -> str:
    """
    Return the key of a run.

    Raises:
        InvalidInput: naming ``field``, when the parts do not make a key of the platform.
    """
    key = f"course-v1:{organization}+{number}+{run}"
    problem = None
    try:
        if str(CourseKey.from_string(key)) != key or not run or not number or "+" in number + run:
            problem = "Letters, digits, hyphens, underscores and dots only."
    except InvalidKeyError:
        problem = "Letters, digits, hyphens, underscores and dots only."
    if problem:
        raise InvalidInput({field: [problem]})
    check_length(key, field)
    return key


def whole_run_key(key: str) -> str:
    """
    Return a run's key that is given whole.

    Raises:
        InvalidInput: naming ``key``, when it is no key of the platform in canonical form.
    """
    try:
        parsed = CourseKey.from_string(key)
    except InvalidKeyError as error:
        raise InvalidInput(
            {"key": [f"{key} is no course run key, which looks like course-v1:Org+Number+Run."]}
        ) from error
    if str(parsed) != key:
        raise InvalidInput({"key": [f"{key} is not in canonical form, which is {parsed}."]})
    check_length(key, "key")
    return key


def check_length(key: str, field: str) -> None:
    """
    Check that a key fits its columns, also in normalised form, which may be longer.

    Raises:
        InvalidInput: naming ``field``.
    """
    if len(key) > MAX_KEY or len(normalize_key(key)) > MAX_KEY:
        raise InvalidInput({field: [f"The key {key} is longer than {MAX_KEY} characters."]})


def check_free(model: type[Course | CourseRun], key: str, taken: Collection[str] = ()) -> None:
    """
    Check that no unit has a key that somebody typed.

    The unique constraint has the last word; asked first, the answer is told apart from a collision of made-up keys,
    after which the command makes others.

    Arguments:
        model: the kind of unit.
        key: the key.
        taken: normalised keys that are given to other units of the same command.

    Raises:
        InvalidInput: naming ``key``.
    """
    normalized = normalize_key(key)
    if normalized in taken or model.drafts.filter(key_normalized=normalized).exists():
        raise InvalidInput({"key": [TAKEN]})


def split_course_key(key: str) -> tuple[str, str]:
    """Return organization and number of a course's key, or of what its new runs' keys derive from."""
    organization, _, number = key.partition("+")
    return organization, number


def trimester(start: datetime) -> str:
    """Return the term that a start lies in, for example ``1T2031`` for January to April 2031, in UTC."""
    start = start.astimezone(UTC)
    return f"{math.ceil(start.month / MONTHS_IN_TRIMESTER)}T{start.year}"


def suffixes() -> Iterator[str]:
    """Yield '', a, b, ... z, aa, ab, ..."""
    yield ""
    for length in itertools.count(1):
        for letters in itertools.product(string.ascii_lowercase, repeat=length):
            yield "".join(letters)


def free_run_key(rerun_key: str, start: datetime, taken: Collection[str] = ()) -> str:
    """
    Return a key for a new run that no run has, compared by exact normalised key.

    Arguments:
        rerun_key: organization and number that the key derives from, ``Org+Number``.
        start: the run's start.
        taken: normalised keys that are given to other runs of the same command.
    """
    organization, number = split_course_key(rerun_key)
    first = run_key(organization, number, trimester(start))
    stored = set(
        CourseRun.everything.filter(draft=True, key_normalized__startswith=normalize_key(first)).values_list(
            "key_normalized", flat=True
        )
    )
    return next(
        key
        for suffix in suffixes()
        if normalize_key(key := run_key(organization, number, trimester(start) + suffix)) not in stored
        and normalize_key(key) not in taken
    )
