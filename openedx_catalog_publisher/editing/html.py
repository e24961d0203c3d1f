"""
HTML that may be shown: the tags and attributes of Course Discovery's rich text, and nothing else.

What is stored is what a parser of HTML would make of it, so that the same text in another notation is no change, and
cleaning what is clean returns it as it is.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape

import nh3

from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.editing.html_nesting import check_nesting
from openedx_catalog_publisher.editing.html_styles import harmless_style
from openedx_catalog_publisher.editing.text import canonical_text

TAGS = frozenset(
    {
        *("a", "b", "bdo", "br", "div", "em", "i", "img", "li", "ol", "p", "span", "strong"),
        *("table", "td", "th", "tr", "u", "ul"),
    }
)
"""Tags that survive. Parsers put ``tbody`` into every table by themselves, so nothing is lost without it."""

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
"""They become paragraphs of strong text."""

BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "caption", "center", "dd", "details", "dl", "dt", "fieldset"),
        *("figcaption", "figure", "footer", "form", "header", "legend", "main", "nav", "pre", "section", "summary"),
    }
)
"""They become ``div``, so that the words of two of them do not run into one another."""

ATTRIBUTES = {
    "*": {"align", "dir", "lang", "style", "typeof"},
    "a": {"href", "rel", "target", "title"},
    "img": {"alt", "height", "src", "width"},
    "ol": {"reversed", "start", "type"},
}
SCHEMES = {"http", "https", "mailto"}
"""Of addresses; one without a scheme is relative, and stays."""

REMOVED_WHOLE = {"iframe", "noembed", "noframes", "noscript", "script", "style", "svg", "template", "title", "xmp"}
"""Tags whose content is no text for readers. All others leave their content behind."""

STAYS_IN_WINDOW = frozenset({"", "_self", "_parent", "_top"})
"""Targets of links that open no window."""

MAX_PASSES = 10
"""How often a text is cleaned until nothing moves; misnested markup takes up to four passes."""

_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"]*")*)>')
"""A tag as nh3 writes it. Text holds no "<" of its own, so tags are found from the left one after the other."""

_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_REL_TOKEN = re.compile(r"[a-z][a-z-]*")

_BEFORE_TEXT = "".join(character for character in map(chr, range(0x3001)) if character.isspace()) + "\ufeff"
"""White space and the byte order mark, which parsers skip at the very beginning."""


def clean_html(text: str) -> str | None:
    """
    Return HTML in canonical form, or None where it shows nothing: neither text nor an image.

    Text without markup is HTML, too: ``a & b`` becomes ``a &amp; b``.

    Raises:
        FieldError: when it is too long, or so badly nested that no parser can be asked.
    """
    text = canonical_text(text)
    check_nesting(text)
    for _ in range(MAX_PASSES):
        # Each pass may move what the one before left in a place where a parser would not read it again.
        parsed = _parsed(text)
        rewritten = _TAG.sub(_rewritten, parsed)
        if rewritten == parsed == text:
            return text if _shows_something(text) else None
        text = canonical_text(rewritten)
    raise FieldError("This HTML is nested too badly to be cleaned. Close each tag inside the one that it stands in.")


def _parsed(text: str) -> str:
    cleaned = nh3.clean(
        text,
        tags={*TAGS, *HEADINGS, *BLOCKS, "hr"},
        clean_content_tags=REMOVED_WHOLE,
        attributes=ATTRIBUTES,
        attribute_filter=_filtered,
        link_rel=None,
        url_schemes=SCHEMES,
    )
    return cleaned.lstrip(_BEFORE_TEXT).rstrip()


def _filtered(tag: str, attribute: str, value: str) -> str | None:
    return harmless_style(value) if attribute == "style" else value


def _rewritten(match: re.Match[str]) -> str:
    closing, tag, attributes = match.groups()
    if tag in HEADINGS:
        return "</strong></p>" if closing else f"<p{attributes}><strong>"
    if tag in BLOCKS:
        return f"<{closing}div{attributes}>"
    if tag == "hr":
        return "<br>"
    if tag == "a" and not closing:
        return f"<a{_safe_link(attributes)}>"
    return match[0]


def _safe_link(attributes: str) -> str:
    """Let a link that opens a window give it no hold on the page that it came from."""
    found = dict(_ATTRIBUTE.findall(attributes))
    if unescape(found.get("target", "")).lower() in STAYS_IN_WINDOW:
        return attributes
    tokens = dict.fromkeys(token for token in found.get("rel", "").lower().split() if _REL_TOKEN.fullmatch(token))
    tokens.pop("opener", None)
    found["rel"] = " ".join(tokens if "noopener" in tokens else [*tokens, "noopener"])
    return "".join(f' {name}="{value}"' for name, value in found.items())


def _shows_something(html: str) -> bool:
    if any(_is_visible(character) for character in unescape(_TAG.sub("", html))):
        return True
    return any(
        tag == "img" and "src" in dict(_ATTRIBUTE.findall(attributes)) for _, tag, attributes in _TAG.findall(html)
    )


def _is_visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in {"Cc", "Cf"}
