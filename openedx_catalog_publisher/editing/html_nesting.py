"""
Which HTML is fit for a parser.

The rules by which browsers mend markup open every ``<b>`` or ``<i>`` that was left open again in each later block, so
that thirty kilobytes can become a gigabyte of tree; and tags that are opened and never closed take quadratic time.
Texts of as many tags as a page has are parsed as they are, longer ones only where tags are closed where they belong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from openedx_catalog_publisher.editing.field_error import FieldError

MANY_TAGS = 500
"""Tags, opening and closing together, up to which nesting makes no difference that is felt."""

MAX_TAGS = 10_000
"""More are refused; the quadratic time of as many is still short."""

MAX_DEPTH = 100
"""Elements within one another in a text with many tags."""

VOID = frozenset({"br", "hr", "img"})
CELLS = frozenset({"td", "th"})
GROUPS = frozenset({"tbody", "tfoot", "thead"})
CLOSES: Mapping[str, frozenset[str]] = {
    "p": frozenset({"p"}),
    "li": frozenset({"li", "p"}),
    **dict.fromkeys(("dd", "dt"), frozenset({"dd", "dt", "p"})),
    **dict.fromkeys(CELLS, CELLS | {"p"}),
    "tr": CELLS | {"tr", "p"},
    **dict.fromkeys(GROUPS, GROUPS | CELLS | {"tr", "p"}),
}
"""Elements whose end tag may be left out, and which of them each closes where it begins."""

IN_TABLES = CELLS | GROUPS | {"tr"}
INLINE = frozenset(
    {
        *("a", "b", "bdo", "code", "del", "em", "font", "i", "ins", "s", "small", "span", "strike", "strong", "sub"),
        *("sup", "u"),
    }
)
"""What a parser opens again, or never closes, when a block within it is still open at its end."""

CONTAINERS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "center", "div", "dl", "figcaption", "figure", "footer"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "main", "nav", "ol", "section", "table", "ul"),
    }
)
KNOWN = VOID | CLOSES.keys() | INLINE | CONTAINERS
"""Tags that a long text may hold; others change how what follows is read."""

_MARKUP = re.compile(r"<[a-z/!?]", re.IGNORECASE)
_TAG = re.compile(
    r"""<(/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:=(?:"[^"<>]*"|'[^'<>]*'|[^\s"'=<>`]+))?)*)\s*/?>""", re.IGNORECASE
)


def check_nesting(text: str) -> None:
    """
    Check that a parser can read HTML in time and space that its length accounts for.

    Raises:
        FieldError: when it has too many tags, or many that are not properly nested.
    """
    starts = [match.start() for match in _MARKUP.finditer(text)]
    if len(starts) <= MANY_TAGS:
        return
    if len(starts) > MAX_TAGS:
        raise FieldError(f"At most {MAX_TAGS} tags; this HTML has {len(starts)}. Shorten the text.")
    opened: list[str] = []
    for start in starts:
        match = _TAG.match(text, start)
        if match is None or match[2].lower() not in KNOWN:
            raise _refusal(text, start)
        tag = match[2].lower()
        if tag in VOID:
            continue
        if not (_close(opened, tag) if match[1] else _open(opened, tag)):
            raise _refusal(text, start)


def _open(opened: list[str], tag: str) -> bool:
    while opened and opened[-1] in CLOSES.get(tag, ()):
        opened.pop()
    if (tag == "a" and tag in opened) or (tag in IN_TABLES and "table" not in opened):
        return False
    opened.append(tag)
    return len(opened) <= MAX_DEPTH


def _close(opened: list[str], tag: str) -> bool:
    while tag not in INLINE and opened and opened[-1] != tag and opened[-1] in CLOSES:
        opened.pop()
    return bool(opened) and opened.pop() == tag


def _refusal(text: str, start: int) -> FieldError:
    shown = repr(text[start : start + 20])
    return FieldError(
        f"This HTML has more than {MANY_TAGS} tags, and the one at character {start + 1} ({shown}) "
        f"is unknown, not properly nested, or more than {MAX_DEPTH} deep. Close each tag in the element in which it "
        "was opened, or shorten the text."
    )
