"""
Marks of what was removed and what was added, as HTML.

``del`` and ``ins`` are seen by their colours and lines; few screen readers announce them, so each also says by
``data-say`` what it is, which the style sheet puts before it for those who listen.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from openedx_catalog_publisher.admin.review_site.words import Stretch, compared

NOTHING = "\N{EN DASH}"


def mark(content: str, *, removed: bool) -> SafeString:
    """Return content as removed or as added; what is not safe is escaped."""
    tag, say = ("del", _("[removed]")) if removed else ("ins", _("[added]"))
    return format_html('<{tag} data-say="{say}">{content}</{tag}>', tag=tag, say=say, content=content)


def joined(pieces: Iterable[str]) -> SafeString:
    """Return pieces of HTML as one; what is not safe is escaped."""
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def nothing() -> SafeString:
    """Return what stands for a value that is not there."""
    return format_html(
        '<span class="nothing"><span aria-hidden="true">{}</span><span class="unseen">{}</span></span>',
        NOTHING,
        _("nothing"),
    )


def marked_texts(old: str, new: str) -> tuple[SafeString, SafeString]:
    """Return two texts with the words marked that differ. A text that has no counterpart bears no marks."""
    if not old or not new:
        return _plain(old), _plain(new)
    before, after = compared(old, new)
    return _marked(before, removed=True), _marked(after, removed=False)


def _plain(text: str) -> SafeString:
    return format_html("{}", text) if text else nothing()


def _marked(found: Iterable[Stretch], *, removed: bool) -> SafeString:
    return joined(mark(stretch.text, removed=removed) if stretch.changed else stretch.text for stretch in found)
