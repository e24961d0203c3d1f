"""
The form that slugs of courses have: several parts between slashes, by product source and course type, where the setting
``CATALOG_PUBLISHER_COURSE_SLUG_FORMATS`` names one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.text import slugify

from openedx_catalog_publisher.publishing.slugs import MAX_SLUG, SUFFIX_ROOM
from openedx_catalog_publisher.settings import conf

ANY = "*"
WORDS = "[a-z0-9_]+(?:-[a-z0-9_]+)*"
TITLE = "course_title"
PLACEHOLDERS = ("primary_subject", "organization_name", TITLE)
VALUE_LENGTH = 60
"""Characters that subject and organization take at most; the title takes what is left."""


@dataclass(frozen=True)
class SlugFormat:
    """
    The form of the slugs of some courses.

    Attributes:
        template: the form as the setting has it.
    """

    template: str

    def fits(self, slug: str) -> bool:
        """Tell whether a slug has this form."""
        pieces = re.split(r"(\{\w+\})", self.template)
        pattern = "".join(WORDS if piece.startswith("{") else re.escape(piece) for piece in pieces)
        return re.fullmatch(pattern, slug) is not None

    def in_words(self) -> str:
        """Return the form as it stands in a sentence."""
        shown = self.template
        for name in PLACEHOLDERS:
            shown = shown.replace(f"{{{name}}}", f"<{name.replace('_', ' ')}>")
        return shown

    def slug(self, values: Mapping[str, str]) -> str | None:
        """
        Return the slug of this form for a course, whoever has it; None where a value that it needs is missing.

        Arguments:
            values: text by name of the placeholder.
        """
        words = {}
        for name in PLACEHOLDERS:
            if f"{{{name}}}" in self.template:
                words[name] = slugify(values.get(name, ""))[: MAX_SLUG if name == TITLE else VALUE_LENGTH].strip("-_")
        if not all(words.values()):
            return None
        made = self.template.format_map(words)
        return made[: MAX_SLUG - SUFFIX_ROOM].rstrip("-_")


def slug_format(source: str | None, course_type: str | None) -> SlugFormat | None:
    """
    Return the form of the slugs of a course; None where none is set. What names more comes first, the source before the
    type.

    Arguments:
        source: slug of the product source; None without one.
        course_type: slug of the type; None without one.

    Raises:
        ImproperlyConfigured: when the setting is no such dictionary.
    """
    formats = conf.course_slug_formats()
    for of_source in (source, ANY):
        for of_type in (course_type, ANY):
            template = formats.get(of_source or ANY, {}).get(of_type or ANY)
            if template is not None:
                return SlugFormat(template)
    return None
