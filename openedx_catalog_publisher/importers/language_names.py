"""Languages by the names that course pages give them, for sources that name a language instead of tagging it."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from openedx_catalog_publisher.importers.derived_keys import canonical_name
from openedx_catalog_publisher.seeds.language_tags import LANGUAGE_TAGS

# Names of languages in themselves, as the platform shows them (Malay is misspelt there), with the tag that says no more
# than the name does: a page with "中文" on it does not say which script.
OWN_NAMES: tuple[tuple[str, str], ...] = (
    ("Deutsch", "de"),
    ("Español", "es"),
    ("Français", "fr"),
    ("Italiano", "it"),
    ("Norsk bokmål", "nb-no"),
    ("Português", "pt"),
    ("Türkçe", "tr"),
    ("Wikang Tagalog", "tl"),
    ("język polski", "pl"),
    ("latviešu valoda", "lv"),
    ("suomi", "fi"),
    ("svenska", "sv"),
    ("Íslenska", "is"),
    ("Русский", "ru"),
    ("Հայերեն", "hy"),
    ("עברית", "he"),
    ("اردو", "ur"),
    ("اللغة العربية", "ar"),
    ("هاس ملايو", "ms"),
    ("हिन्दी", "hi"),
    ("བོད་ཡིག", "bo"),
    ("中文", "zh"),
    ("日本語", "ja"),
    ("한국어", "ko"),
)

# Invisible marks that set the direction of writing; they stand beside right-to-left names and are no part of them.
DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _compared(name: str) -> str:
    """Return a name in the form in which two names are one."""
    return canonical_name(DIRECTION_MARKS.sub("", name)).casefold()


TAGS_BY_NAME: Mapping[str, str] = MappingProxyType(
    {_compared(name): tag for name, tag in (*((name, tag) for tag, name in LANGUAGE_TAGS), *OWN_NAMES)}
)


def tag_of_language(name: str) -> str | None:
    """
    Return the seeded tag of a language, None when the name is not known.

    Known are the names of ``OWN_NAMES`` and the English names of the seeded tags. Case, white space and direction marks
    make no difference.
    """
    return TAGS_BY_NAME.get(_compared(name))
