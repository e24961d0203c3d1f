"""Which rows of a file speak of the same thing, remembered outside memory."""

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from types import TracebackType
from typing import Self

CELL_DIGEST_BYTES = 8


@dataclass(frozen=True, slots=True)
class Mention:
    """One row about a thing: its line, its topic ('' for none) and the digests of the cells that describe the thing."""

    line: int
    topic: str
    cells: bytes

    def first_difference(self, other: "Mention") -> int | None:
        """Return the index of the first cell in which two rows differ, None when they say the same."""
        for index in range(len(self.cells) // CELL_DIGEST_BYTES):
            here = slice(index * CELL_DIGEST_BYTES, (index + 1) * CELL_DIGEST_BYTES)
            if self.cells[here] != other.cells[here]:
                return index
        return None


def digest_cells(cells: Iterable[str]) -> bytes:
    """Return the digests of cells one after another, eight bytes each: enough to compare, nothing of their text."""
    return b"".join(hashlib.blake2b(cell.encode(), digest_size=CELL_DIGEST_BYTES).digest() for cell in cells)


class RowMentions:
    """
    An index from the name of a thing to the rows that mention it.

    It holds lines, topics and digests, not texts, in a private database of SQLite that spills to a temporary file and
    is gone when closed; so memory does not grow with the file. Names are kept as 16-byte digests.
    """

    def __init__(self) -> None:
        """Make an empty index."""
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute(
            "CREATE TABLE mention (name BLOB, line INTEGER, topic TEXT, cells BLOB, PRIMARY KEY (name, line))"
            " WITHOUT ROWID"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def fill(self, mentions: Iterable[tuple[str, Mention]]) -> None:
        """Add mentions, each with the name of what it mentions; no line may come twice."""
        with closing(self._connection.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.executemany(
                "INSERT INTO mention (name, line, topic, cells) VALUES (?, ?, ?, ?)",
                ((_name_digest(name), mention.line, mention.topic, mention.cells) for name, mention in mentions),
            )
            cursor.execute("COMMIT")

    def of(self, name: str) -> Sequence[Mention]:
        """Return the mentions of a thing in the order of their lines."""
        rows = self._connection.execute(
            "SELECT line, topic, cells FROM mention WHERE name = ? ORDER BY line", (_name_digest(name),)
        )
        return [Mention(*row) for row in rows]


def _name_digest(name: str) -> bytes:
    return hashlib.blake2b(name.encode(), digest_size=16).digest()
