"""Texts are cut and compared so that nothing is lost, whatever the script."""

from __future__ import annotations

import time
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from openedx_catalog_publisher.admin.review_site.words import MOST_PAIRS, compared, differing, words
from tests.properties.content import texts


def changed(old: str, new: str) -> tuple[list[str], list[str]]:
    before, after = compared(old, new)
    return [s.text for s in before if s.changed], [s.text for s in after if s.changed]


def kept(old: str, new: str) -> tuple[str, str]:
    before, after = compared(old, new)
    return "".join(s.text for s in before if not s.changed), "".join(s.text for s in after if not s.changed)


def test_words_spaces_and_signs_are_pieces() -> None:
    assert words("Learn  data, now") == ["Learn", "  ", "data", ",", " ", "now"]


def test_scripts_without_spaces_are_cut_into_characters() -> None:
    assert words("数据 data") == ["数", "据", " ", "data"]


def test_marks_stay_with_their_letter() -> None:
    assert words("هَذَا عِلم") == ["هَذَا", " ", "عِلم"]
    assert words("हिन्दी e\u0301") == ["हिन्दी", " ", "e\u0301"]


def test_an_emoji_that_is_joined_of_several_is_one_piece() -> None:
    assert words("👩\u200d🔬!") == ["👩\u200d🔬", "!"]


def test_a_changed_word_is_marked_and_its_neighbours_are_not() -> None:
    assert changed("Data for everyone.", "Data for beginners.") == (["everyone"], ["beginners"])


def test_neighbours_that_changed_are_marked_as_one() -> None:
    assert changed("see the old text here", "see a fresh page here") == (["the old text"], ["a fresh page"])


def test_a_text_that_was_written_anew_is_marked_as_one_though_small_words_are_the_same() -> None:
    old, new = "One two three and four five six.", "Seven eight nine and ten eleven twelve."

    assert changed(old, new) == ([old[:-1]], [new[:-1]])


def test_in_arabic_the_word_is_marked_whole() -> None:
    assert changed("مقدمة في علم الفلك", "مقدمة في علم البحار") == (["الفلك"], ["البحار"])


def test_a_change_of_white_space_alone_is_no_difference() -> None:
    assert changed("a b", "a  b") == ([], [])


def test_a_long_text_is_compared_by_sentences_and_within_them_by_words() -> None:
    sentences = [f"Sentence number {number} says something of its own." for number in range(2000)]
    assert len(sentences) ** 2 > MOST_PAIRS
    edited = [*sentences]
    edited[3] = "Sentence number 3 says nothing of its own."
    edited[1500] = "Sentence number 1500 says something of another."
    assert changed(" ".join(sentences), " ".join(edited)) == (["something", "its own"], ["nothing", "another"])


def test_two_long_texts_that_have_nothing_in_common_are_marked_whole() -> None:
    old, new = " ".join(f"a{n}" for n in range(1500)), " ".join(f"b{n}" for n in range(1500))
    assert changed(old, new) == ([old], [new])


def test_a_text_that_repeats_itself_takes_no_longer_than_another() -> None:
    began = time.process_time()
    for old, new in (("x " * 2000, "y x " * 2000), ("x. " * 2000, "y x. " * 2000), ("界" * 3000, "世界" * 2000)):
        compared(old, new)

    assert time.process_time() - began < 5


@given(text=texts(200))
def test_pieces_are_the_text(text: str) -> None:
    pieces = words(text)
    assert "".join(pieces) == text
    assert all(pieces)
    assert not any(unicodedata.category(piece[0])[0] == "M" for piece in pieces[1:])


similar = st.lists(st.sampled_from(["a", "b", "c", " ", ". ", "数", "é", "\n"]), max_size=30).map("".join)


@given(old=similar | texts(100), new=similar | texts(100))
def test_marked_and_unmarked_stretches_are_the_texts_and_what_is_unmarked_is_the_same(old: str, new: str) -> None:
    before, after = compared(old, new)
    assert "".join(stretch.text for stretch in before) == old
    assert "".join(stretch.text for stretch in after) == new
    left, right = kept(old, new)
    assert "".join(left.split()) == "".join(right.split())


@given(text=texts(100))
def test_equal_texts_have_no_marks(text: str) -> None:
    assert not any(stretch.changed for side in compared(text, text) for stretch in side)


@given(old=st.lists(st.integers(0, 3)), new=st.lists(st.integers(0, 3)))
def test_what_bears_no_mark_is_a_common_subsequence(old: list[int], new: list[int]) -> None:
    removed, added = differing(old, new)
    assert [x for x, mark in zip(old, removed, strict=True) if not mark] == [
        x for x, mark in zip(new, added, strict=True) if not mark
    ]
