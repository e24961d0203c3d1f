"""
HTML before and after, shown as HTML, with the words marked that differ.

What is shown is built anew from what the sanitiser leaves: tags and attributes of a short list, texts escaped. Marks
stand around words only, never around tags, so that they cannot break the nesting. A link's address belongs to each of
its words and a picture's address to the picture, so that another address is a difference though the text is the same.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from django.utils.html import format_html
from django.utils.safestring import SafeString

from openedx_catalog_publisher.admin.review_site.marks import joined, mark, nothing
from openedx_catalog_publisher.admin.review_site.words import Stretch, differing, stretches, words
from openedx_catalog_publisher.api import FieldError
from openedx_catalog_publisher.editing.html import TAGS, clean_html

SHOWN_ATTRIBUTES = {
    "a": ("href", "title"),
    "ol": ("reversed", "start", "type"),
}
"""Attributes that are shown as they are, beside ``dir`` and ``lang``; styles and sizes are those of this page."""

VOID = frozenset({"br", "img"})
_SOURCE_PIECES = re.compile(r"<[^<>]*>|[^<>]+|[<>]")


@dataclass(frozen=True)
class RichText:
    """
    One side of a text of HTML.

    Attributes:
        shown: the text as readers see it, with marks.
        source: its source, with marks; empty where it is no HTML.
        links: addresses that only this side leads to.
    """

    shown: SafeString
    source: SafeString
    links: tuple[str, ...]


@dataclass(frozen=True)
class _Tag:
    """A tag: shown, not compared."""

    html: SafeString


@dataclass(frozen=True)
class _Piece:
    """
    A word, a run of white space or a picture.

    Attributes:
        text: the text; empty for a picture.
        key: what it is compared by.
        html: how a picture is shown.
    """

    text: str
    key: Hashable
    html: SafeString | None = None


class _Reader(HTMLParser):
    """Reads what the sanitiser wrote."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[_Tag | _Piece] = []
        self.links: list[str] = []
        self._open: list[str] = []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag or a picture."""
        self._finish_text()
        if tag not in TAGS:
            return
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.pieces.append(_picture(given))
            return
        shown = {name: given[name] for name in ("dir", "lang", *SHOWN_ATTRIBUTES.get(tag, ())) if name in given}
        if tag == "a":
            shown |= {"target": "_blank", "rel": "noopener noreferrer nofollow"}
            self.links.append(given.get("href", ""))
        attributes = joined(format_html(' {}="{}"', name, value) for name, value in shown.items())
        self.pieces.append(_Tag(format_html("<{}{}>", tag, attributes)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close what is open; what is not open closes nothing."""
        self._finish_text()
        if tag not in self._open:
            return
        while True:
            closing = self._open.pop()
            if closing == "a":
                self.links.pop()
            self.pieces.append(_Tag(format_html("</{}>", closing)))
            if closing == tag:
                return

    def handle_data(self, data: str) -> None:
        """Take a part of a text."""
        self._text += data

    def close(self) -> None:
        """Take what is left, and close what is open."""
        super().close()
        self._finish_text()
        for tag in reversed(self._open):
            self.pieces.append(_Tag(format_html("</{}>", tag)))
        self._open.clear()

    def _finish_text(self) -> None:
        link = self.links[-1] if self.links else ""
        self.pieces += [
            _Piece(word, word if word.isspace() or not link else (word, link)) for word in words(self._text)
        ]
        self._text = ""


def _picture(given: dict[str, str]) -> _Piece:
    source, text = given.get("src", ""), given.get("alt", "")
    html = format_html('<img src="{}" alt="{}" loading="lazy" referrerpolicy="no-referrer">', source, text)
    return _Piece("", ("picture", source, text), html)


def compared_html(old: str, new: str) -> tuple[RichText, RichText]:
    """
    Return two texts of HTML with the words marked that differ; an empty text is shown as nothing.

    HTML that is nested too badly for any parser is shown as its source.
    """
    try:
        before, after = _read(old), _read(new)
    except FieldError:
        before, after = _as_text(old), _as_text(new)
    flags: tuple[Sequence[bool], Sequence[bool]] = ([], [])
    if old and new:
        flags = differing([piece.key for piece in _compared(before)], [piece.key for piece in _compared(after)])
    sources = _marked_sources(old, new)
    return (
        RichText(_shown(before, flags[0], removed=True), sources[0], _only(before, after)),
        RichText(_shown(after, flags[1], removed=False), sources[1], _only(after, before)),
    )


def differs_in_words(old: str, new: str) -> bool:
    """Tell whether words, links or pictures differ; false where it is the formatting alone."""
    try:
        before, after = _read(old), _read(new)
    except FieldError:
        return True
    return [p.key for p in _compared(before) if p.text.strip() or p.html] != [
        p.key for p in _compared(after) if p.text.strip() or p.html
    ]


def _read(text: str) -> list[_Tag | _Piece]:
    reader = _Reader()
    reader.feed(clean_html(text) or "")
    reader.close()
    return reader.pieces


def _as_text(text: str) -> list[_Tag | _Piece]:
    return [_Piece(word, word) for word in words(text)]


def _compared(pieces: Sequence[_Tag | _Piece]) -> list[_Piece]:
    return [piece for piece in pieces if isinstance(piece, _Piece)]


def _shown(pieces: Sequence[_Tag | _Piece], flags: Sequence[bool], *, removed: bool) -> SafeString:
    if not pieces:
        return nothing()
    marks = iter(flags) if flags else iter([False] * len(pieces))
    shown: list[str] = []
    run: list[tuple[str, bool]] = []
    for piece in pieces:
        if isinstance(piece, _Piece) and piece.html is None:
            run.append((piece.text, next(marks)))
            continue
        shown += _shown_run(run, removed=removed)
        run = []
        if isinstance(piece, _Tag):
            shown.append(piece.html)
        elif piece.html is not None:
            shown.append(mark(piece.html, removed=removed) if next(marks) else piece.html)
    shown += _shown_run(run, removed=removed)
    return joined(shown)


def _shown_run(run: Sequence[tuple[str, bool]], *, removed: bool) -> Iterator[str]:
    found: list[Stretch] = stretches([text for text, _ in run], [changed for _, changed in run])
    for stretch in found:
        # White space between two tags of a table or a list is no place for a mark.
        yield mark(stretch.text, removed=removed) if stretch.changed and stretch.text.strip() else stretch.text


def _only(pieces: Sequence[_Tag | _Piece], others: Sequence[_Tag | _Piece]) -> tuple[str, ...]:
    there = set(_links(others))
    return tuple(dict.fromkeys(link for link in _links(pieces) if link not in there))


def _links(pieces: Sequence[_Tag | _Piece]) -> Iterator[str]:
    for piece in _compared(pieces):
        if piece.text and isinstance(piece.key, tuple):
            yield str(piece.key[1])


def _marked_sources(old: str, new: str) -> tuple[SafeString, SafeString]:
    before, after = _source_pieces(old), _source_pieces(new)
    flags: tuple[Sequence[bool], Sequence[bool]] = ([False] * len(before), [False] * len(after))
    if old and new:
        flags = differing(before, after)
    left = (mark(s.text, removed=True) if s.changed else s.text for s in stretches(before, flags[0]))
    right = (mark(s.text, removed=False) if s.changed else s.text for s in stretches(after, flags[1]))
    return joined(left), joined(right)


def _source_pieces(source: str) -> list[str]:
    pieces: list[str] = []
    for found in _SOURCE_PIECES.findall(source):
        pieces += [found] if found.startswith("<") else words(found)
    return pieces
