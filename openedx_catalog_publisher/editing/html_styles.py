"""Styles that may stand in HTML: a short list of properties, each with plain values."""

from __future__ import annotations

import re

_KEYWORD = r"[a-z]+(?:-[a-z]+)*"
_LENGTH = r"\d{1,4}(?:\.\d{1,3})?(?:px|em|rem|ex|ch|pt|pc|cm|mm|in|%)?"
_COLOUR = rf"#[0-9a-f]{{3,8}}|(?:rgb|hsl)a?\([\d\s.,%/]{{1,40}}\)|{_KEYWORD}"

_VALUES = {
    "color": _COLOUR,
    "background-color": _COLOUR,
    "direction": r"ltr|rtl",
    "font-style": _KEYWORD,
    "font-weight": rf"{_KEYWORD}|[1-9]\d{{2}}",
    "height": rf"auto|{_LENGTH}",
    "list-style-type": _KEYWORD,
    "margin-left": rf"auto|{_LENGTH}",
    "margin-right": rf"auto|{_LENGTH}",
    "padding-left": _LENGTH,
    "padding-right": _LENGTH,
    "text-align": _KEYWORD,
    "text-decoration": rf"{_KEYWORD}(?: {_KEYWORD})*",
    "vertical-align": _KEYWORD,
    "width": rf"auto|{_LENGTH}",
}
HARMLESS = {name: re.compile(values, re.ASCII) for name, values in _VALUES.items()}
"""
What each property may say. No address, so that no style loads anything; nothing that moves a box from its place or is
below zero, so that none covers what is not its own.
"""


def harmless_style(style: str) -> str | None:
    """Return the harmless declarations of a style attribute in one notation, None where there is none."""
    kept = []
    for declaration in style.lower().split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip(), " ".join(value.split())
        if name in HARMLESS and HARMLESS[name].fullmatch(value):
            kept.append(f"{name}: {value}")
    return "; ".join(kept) or None
