"""
Keys for things that come without one.

A derived key is made of readable words and a digest of the whole source text. It depends on nothing else (no counter,
no other row, no file), so the same text has the same key wherever and whenever it is read, and two texts do not share
one, not even when case is ignored: the digest tells case apart and is written in lower case. The digest is BLAKE2b
(RFC 7693), 40 bits of it in base 32.
"""

import base64
import hashlib
import re
import unicodedata
from urllib.parse import unquote

DIGEST_BYTES = 5
DIGEST_CHARACTERS = 8
ORGANIZATION_WORDS_LENGTH = 40
# The number of a course is at most 50 characters long: words, a hyphen, the digest.
NUMBER_WORDS_LENGTH = 50 - 1 - DIGEST_CHARACTERS

# A slug is at most 255 characters long: words, a hyphen, the digest.
SLUG_WORDS_LENGTH = 255 - 1 - DIGEST_CHARACTERS


def organization_key(name: str) -> str:
    """
    Return the key of the organization of this name, for example ``SampleUniversity-kzqh4c2d``.

    Composition (Unicode NFC) and the amount of white space make no difference; anything else does. Only letters and
    digits of ASCII and the hyphen occur, which organization short names and opaque keys both allow.

    Arguments:
        name: the organization's name as its source writes it.
    """
    canonical = canonical_name(name)
    words = _cut([word[0].upper() + word[1:] for word in _ascii_words(canonical)], "", ORGANIZATION_WORDS_LENGTH)
    return f"{words or 'Organization'}-{_digest('organization', canonical)}"


def canonical_name(name: str) -> str:
    """Return a name in Unicode form NFC with single blanks: the form in which two names are one."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def course_number(address: str) -> str:
    """
    Return the number of the course whose page has this address, for example ``introduction-to-samples-mhx2tw5e``.

    The words are those of the last part of the address, cut at a word where they are too long; the digest is that of
    the address as given, so it must be in one form (see the adapter).

    Arguments:
        address: the address of the page, without query, fragment and trailing slash.

    Returns:
        At most 50 characters: letters and digits of ASCII and the hyphen.
    """
    words = _cut(_ascii_words(unquote(address.rpartition("/")[2])), "-", NUMBER_WORDS_LENGTH)
    return f"{words or 'course'}-{_digest('course', address)}"


def name_slugs(name: str) -> tuple[str, str]:
    """
    Return the slugs that a name may have: the plain one, and the one to take where another name has that.

    ``C`` and ``C++`` have the same plain slug, ``c``; the second one tells them apart, ``c-mhx2tw5e``. A name without a
    letter or digit of ASCII has no plain slug, which is then the second one, too.

    Arguments:
        name: the exact name; names that differ in anything have different second slugs.
    """
    digest = _digest("name", name)
    plain = _cut([word.lower() for word in _ascii_words(name)], "-", SLUG_WORDS_LENGTH)
    return (plain, f"{plain}-{digest}") if plain else (digest, digest)


def _ascii_words(text: str) -> list[str]:
    """Return the words of a text in the letters of ASCII; letters that have no ASCII base are dropped."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.findall(r"[A-Za-z0-9]+", plain.replace("'", ""))


def _cut(words: list[str], joint: str, length: int) -> str:
    """Return as many whole words as fit into a length, the first one cut where it alone does not."""
    fitting = words[:1]
    for word in words[1:]:
        if len(joint.join([*fitting, word])) > length:
            break
        fitting.append(word)
    return joint.join(fitting)[:length]


def _digest(kind: str, text: str) -> str:
    """Return the short digest of a text; ``kind`` keeps apart what is derived for different things."""
    digest = hashlib.blake2b(text.encode(), digest_size=DIGEST_BYTES, person=kind.encode()).digest()
    return base64.b32encode(digest).decode("ascii").lower()
