"""What the plugin's templates need beside Jinja's own filters: values as Python and as words of a shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

from tutor.exceptions import TutorError

PREFIX = "CATALOG_PUBLISHER_"
NAME = re.compile(r"[A-Z][A-Z0-9_]*")


def python_literal(value: Any) -> str:
    """
    Return a value of the configuration as Python.

    Arguments:
        value: what YAML knows: text, numbers, booleans, null, lists and mappings of these.
    """
    return repr(value)


def shell_word(value: Any) -> str:
    """Return a value of the configuration as one word of a POSIX shell."""
    return shlex.quote(str(value))


def django_settings(settings: Any) -> list[tuple[str, str]]:
    """
    Return names and values, as Python, of the settings in ``CATALOG_PUBLISHER_SETTINGS``, by name.

    Arguments:
        settings: values by the names of settings, with the prefix or without.

    Raises:
        TutorError: when it is no mapping, or a name is none of a setting.
    """
    if not isinstance(settings, Mapping):
        raise TutorError(f"{PREFIX}SETTINGS must map names of settings to values, such as {{FOUR_EYES: true}}.")
    strange = [str(name) for name in settings if not NAME.fullmatch(str(name))]
    if strange:
        raise TutorError(f"{PREFIX}SETTINGS: {', '.join(strange)} is no name of a setting. Use capital letters.")
    return sorted((PREFIX + name.removeprefix(PREFIX), python_literal(value)) for name, value in settings.items())


FILTERS = {
    "catalog_publisher_python": python_literal,
    "catalog_publisher_shell": shell_word,
    "catalog_publisher_settings": django_settings,
}
