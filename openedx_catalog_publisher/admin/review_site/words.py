"""
Words of texts, and which of them differ between two texts.

Texts are cut so that their pieces, put together, are the text again: runs of white space, words, single characters of
scripts that write no spaces, and single signs. Marks that join to a letter stay with it, so that no mark ever stands
between a letter of Arabic or Devanagari and its vowel.
"""

from __future__ import annotations

import bisect
import difflib
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

JOINERS = frozenset("\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}")

WITHOUT_SPACES = (
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x9FFF)),
    *((0xF900, 0xFAFF), (0x20000, 0x3FFFF)),
)
"""Ranges of code points whose scripts put no space between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
_STARTS = [first for first, _last in WITHOUT_SPACES]

ENDS_OF_SENTENCES = frozenset(".!?;:\N{IDEOGRAPHIC FULL STOP}\N{ARABIC QUESTION MARK}\N{DEVANAGARI DANDA}")

MOST_PAIRS = 30_000
"""
Pairs of equal words, one of each text, up to which texts are compared word by word at once: the time of a comparison
grows with them. Texts with more are compared sentence by sentence, and word by word only where sentences differ.
"""


Range = tuple[int, int, int, int]
"""Begin and end of a stretch in one sequence, begin and end of the one in its place in the other."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of a text that stands in the other text, too, or does not."""

    text: str
    changed: bool


def words(text: str) -> list[str]:
    """Return the pieces of a text; joined they are the text."""
    pieces: list[str] = []
    kind = ""
    for character in text:
        found = _kind(character)
        joins = found == "joined" or (pieces and pieces[-1][-1] in JOINERS)
        if pieces and (joins or (found == kind and found in ("space", "word"))):
            pieces[-1] += character
        else:
            pieces.append(character)
            kind = found
    return pieces


def _kind(character: str) -> str:
    if character.isspace():
        return "space"
    if character in JOINERS or unicodedata.category(character)[0] == "M":
        return "joined"
    if _writes_no_spaces(character):
        return "sign"
    return "word" if character.isalnum() or character == "_" else "sign"


def _writes_no_spaces(character: str) -> bool:
    point = ord(character)
    if point < WITHOUT_SPACES[0][0]:
        return False
    return point <= WITHOUT_SPACES[bisect.bisect_right(_STARTS, point) - 1][1]


def differing(old: Sequence[Hashable], new: Sequence[Hashable]) -> tuple[list[bool], list[bool]]:
    """
    Tell for each entry of two sequences whether it has no counterpart in the other.

    Entries of white space alone are not compared: one differs where both of its neighbours do. So a change of nothing
    but white space is no difference here; callers say that in words.

    Arguments:
        old: for example words.
        new: the others.
    """
    solid_old, solid_new = _solid(old), _solid(new)
    removed, added = _flags([old[index] for index in solid_old], [new[index] for index in solid_new])
    return _spread(len(old), solid_old, removed), _spread(len(new), solid_new, added)


def _solid(entries: Sequence[Hashable]) -> list[int]:
    return [index for index, entry in enumerate(entries) if not (isinstance(entry, str) and entry.isspace())]


def _spread(length: int, indexes: Sequence[int], marked: Sequence[bool]) -> list[bool]:
    """Put the flags of what was compared back to their places; spaces between two that differ differ, too."""
    flags = [False] * length
    previous: int | None = None
    for index, mark in zip(indexes, marked, strict=True):
        flags[index] = mark
        if mark and previous is not None and flags[previous]:
            flags[previous + 1 : index] = [True] * (index - previous - 1)
        previous = index
    return flags


def _flags(old: Sequence[Hashable], new: Sequence[Hashable]) -> tuple[list[bool], list[bool]]:
    before, after = [False] * len(old), [False] * len(new)
    for i, j, k, m in _without_islands(changed_ranges(old, new)):
        before[i:j] = [True] * (j - i)
        after[k:m] = [True] * (m - k)
    return before, after


def changed_ranges(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[Range]:
    """Return the stretches of two sequences that differ, in order."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    compare = _by_words if _pairs(before, after) <= MOST_PAIRS else _by_sentences
    for i, j, k, m in compare(before, after):
        yield head + i, head + j, head + k, head + m


def _without_islands(ranges: Iterable[Range]) -> list[Range]:
    """
    Join ranges between which next to nothing is the same.

    In a text that was written anew some small words are the same by accident; to leave them out makes it harder to
    read. A stretch of equal words is given up where both its neighbours are at least twice as long.
    """
    found: list[Range] = []
    for each in ranges:
        found.append(each)
        while len(found) > 1 and _is_island(found[-2], found[-1]):
            (i, _j, k, _m), (_i, j, _k, m) = found[-2:]
            found[-2:] = [(i, j, k, m)]
    return found


def _is_island(one: Range, other: Range) -> bool:
    kept = other[0] - one[1]
    return 2 * kept <= min(max(j - i, m - k) for i, j, k, m in (one, other))


def _pairs(old: Sequence[Hashable], new: Sequence[Hashable]) -> int:
    there = Counter(new)
    return sum(count * there[entry] for entry, count in Counter(old).items())


def _by_words(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[Range]:
    if _pairs(old, new) > MOST_PAIRS:
        yield 0, len(old), 0, len(new)
        return
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, *ranges in matcher.get_opcodes():
        if tag != "equal":
            yield ranges[0], ranges[1], ranges[2], ranges[3]


def _by_sentences(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[Range]:
    before, after = list(_sentences(old)), list(_sentences(new))
    starts = tuple([0, *accumulate(map(len, side))] for side in (before, after))
    for i, j, k, m in _by_words(before, after):
        first, last = (starts[0][i], starts[1][k]), (starts[0][j], starts[1][m])
        for a, b, c, d in _by_words(old[first[0] : last[0]], new[first[1] : last[1]]):
            yield first[0] + a, first[0] + b, first[1] + c, first[1] + d


def _sentences(entries: Sequence[Hashable]) -> Iterator[tuple[Hashable, ...]]:
    start = 0
    for index, entry in enumerate(entries, 1):
        if entry in ENDS_OF_SENTENCES:
            yield tuple(entries[start:index])
            start = index
    if start < len(entries):
        yield tuple(entries[start:])


def stretches(pieces: Sequence[str], changed: Sequence[bool]) -> list[Stretch]:
    """Return pieces of a text as few stretches, each of which differs or does not."""
    found: list[Stretch] = []
    for piece, mark in zip(pieces, changed, strict=True):
        if found and found[-1].changed == mark:
            found[-1] = Stretch(found[-1].text + piece, mark)
        else:
            found.append(Stretch(piece, mark))
    return found


def compared(old: str, new: str) -> tuple[list[Stretch], list[Stretch]]:
    """Return two texts as stretches that differ or do not; joined they are the texts."""
    before, after = words(old), words(new)
    removed, added = differing(before, after)
    return stretches(before, removed), stretches(after, added)
