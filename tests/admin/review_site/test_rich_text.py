"""HTML is shown as HTML, harmless whatever is stored, with marks that say what changed."""

from __future__ import annotations

import pytest
from hypothesis import given

from openedx_catalog_publisher.admin.review_site.rich_text import compared_html, differs_in_words
from openedx_catalog_publisher.api import FieldError
from openedx_catalog_publisher.editing.html import clean_html
from tests.admin.review_site.reading import Page, marks_of, text_of
from tests.editing.markup import HOSTILE, markup


def test_words_are_marked_where_they_stand_and_tags_stay() -> None:
    old, new = compared_html("<p>Learn <b>old</b> things.</p>", "<p>Learn <b>many</b> things.</p>")

    assert old.shown == '<p>Learn <b><del data-say="[removed]">old</del></b> things.</p>'
    assert new.shown == '<p>Learn <b><ins data-say="[added]">many</ins></b> things.</p>'


def test_marks_do_not_cross_tags() -> None:
    _old, new = compared_html("<p>One.</p>", "<ul><li>Two words</li><li>three</li></ul>")

    assert Page(new.shown).harm == []
    assert marks_of(new.shown) == ["Two words", "three"]


def test_another_address_of_a_link_is_a_difference_of_its_words() -> None:
    old, new = compared_html(
        '<p>See <a href="https://a.example/">the page</a>.</p>', '<p>See <a href="https://b.example/">the page</a>.</p>'
    )

    assert marks_of(old.shown) == marks_of(new.shown) == ["the page"]
    assert (old.links, new.links) == (("https://a.example/",), ("https://b.example/",))


def test_another_picture_is_a_difference() -> None:
    _old, new = compared_html(
        '<p><img src="https://a.example/1.png"></p>', '<p><img src="https://a.example/2.png"></p>'
    )

    assert '<ins data-say="[added]"><img src="https://a.example/2.png"' in new.shown


def test_formatting_alone_bears_no_marks_but_shows_in_the_source() -> None:
    old, new = compared_html("<p>Same words</p>", "<p><b>Same words</b></p>")

    assert not differs_in_words("<p>Same words</p>", "<p><b>Same words</b></p>")
    assert marks_of(old.shown) == marks_of(new.shown) == []
    assert marks_of(new.source) == ["<b>", "</b>"]


def test_text_that_was_not_there_before_bears_no_marks() -> None:
    old, new = compared_html("", "<p>All of it</p>")

    assert marks_of(new.shown) == []
    assert text_of(old.shown) == ""


def test_directions_and_languages_stay() -> None:
    _old, new = compared_html("", '<p dir="rtl" lang="ar">مرحبا</p>')

    assert new.shown == '<p dir="rtl" lang="ar">مرحبا</p>'


def test_styles_do_not_reach_the_page() -> None:
    _old, new = compared_html("", '<p style="color: white">unseen</p>')

    assert new.shown == "<p>unseen</p>"


def test_html_that_no_parser_can_be_asked_is_shown_as_its_source() -> None:
    tangled = "<b><p>" * 1000 + "x"
    with pytest.raises(FieldError):
        clean_html(tangled)

    _old, new = compared_html("<p>x</p>", tangled)

    assert text_of(new.shown) == tangled
    assert Page(new.shown).harm == []


@pytest.mark.parametrize("attempt", HOSTILE)
def test_no_attempt_does_harm(attempt: str) -> None:
    for old, new in ((attempt, "<p>x</p>"), ("<p>x</p>", attempt), ("", attempt), (attempt, attempt)):
        for side in compared_html(old, new):
            assert Page(side.shown).harm == []
            assert Page(side.source).harm == []


@given(old=markup, new=markup)
def test_marks_stand_in_the_text_that_is_stored_and_nothing_is_left_open(old: str, new: str) -> None:
    try:
        cleaned = [clean_html(text) or "" for text in (old, new)]
    except FieldError:
        return

    for side, stored, source in zip(compared_html(old, new), cleaned, (old, new), strict=True):
        assert Page(side.shown).harm == []
        assert Page(side.source).harm == []
        assert text_of(side.shown) == text_of(stored)
        assert text_of(side.source) == source


@given(text=markup)
def test_equal_texts_have_no_marks(text: str) -> None:
    for side in compared_html(text, text):
        assert marks_of(side.shown) == marks_of(side.source) == []
