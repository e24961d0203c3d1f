"""What an import did, row by row, kept outside memory until it is told as text and as JSON."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from openedx_catalog_publisher.importers.records import CourseRecord, MergedRow, RefusedRow
from openedx_catalog_publisher.models.normalization import normalize_key

OUTCOMES = ("created", "updated", "unchanged")
"""What becomes of a course or a run that is not refused."""

WHOLE_ROW = ""
"""The field of a message that is about no field."""


class ImportReport:
    """
    The report of one import.

    Its lists are as long as the file, so they are kept in a private database of SQLite that spills to a temporary file
    and is gone when closed; memory holds counts only.
    """

    def __init__(self, file_name: str, format_name: str, *, dry_run: bool, publish: bool, limit: int | None) -> None:
        """Make an empty report of an import with these options."""
        self.options: dict[str, Any] = {
            "file": file_name,
            "format": format_name,
            "dry_run": dry_run,
            "publish": publish,
            "limit": limit,
        }
        self.rows = 0
        self.counts: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, chapter TEXT, item TEXT)")
        self._connection.execute("CREATE INDEX entry_chapter ON entry (chapter, id)")
        self._connection.execute("CREATE TABLE made (kind TEXT, name TEXT, PRIMARY KEY (kind, name)) WITHOUT ROWID")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def note_row(self, *, mended: CourseRecord | None = None) -> None:
        """Count a row of the file, and which rules mended its cells."""
        self.rows += 1
        if mended is not None and mended.mended:
            self.rules.update(mended.mended)
            self._add("mended", {"line": mended.line, "key": mended.key, "rules": list(mended.mended)})

    def note_course(self, key: str, outcome: Mapping[str, list[str]]) -> None:
        """Note what became of a course and its runs: keys by one of ``OUTCOMES``."""
        for word in OUTCOMES:
            for unit in outcome[word]:
                kind = "courses" if normalize_key(unit) == normalize_key(key) else "runs"
                self._add(word, unit, count=f"{word}.{kind}")

    def note_refused(self, line: int, fields: Mapping[str, list[str]]) -> None:
        """Note a row that gave nothing: messages by field, ``WHOLE_ROW`` for what is about none."""
        self.counts["refused.rows"] += 1
        for name, messages in fields.items():
            self._add("refused", {"line": line, "field": name or None, "reason": " ".join(messages)})

    def note_refused_row(self, row: RefusedRow) -> None:
        """Note a row that its adapter refused."""
        self.note_refused(row.line, {row.field or WHOLE_ROW: [row.reason]})

    def note_merged(self, row: MergedRow) -> None:
        """Note a row that went into an earlier one."""
        self._add("merged", {"line": row.line, "into": row.into})

    def note_made(self, kind: str, name: str) -> None:
        """Note reference data that was made, or in a dry run would be; noting it again makes no difference."""
        cursor = self._connection.execute("INSERT OR IGNORE INTO made (kind, name) VALUES (?, ?)", (kind, name))
        if cursor.rowcount:
            self.counts[f"made.{kind}"] += 1

    def note_described(self, kind: str, name: str, outcome: str) -> None:
        """Note what became of reference data that the file describes: one of ``OUTCOMES``."""
        self.counts["described"] += 1
        if outcome == "created":
            self.note_made(kind, name)
        elif outcome == "updated":
            self._add("changed", {"kind": kind, "name": name})

    def note_release(self, release: str, units: int) -> None:
        """Note a release and how many units it moved."""
        self.counts["published"] += units
        self._add("releases", {"uuid": release, "units": units})

    def note_publishable(self, units: int) -> None:
        """Note how many units a release would move, in a dry run."""
        self.counts["published"] += units

    def note_unpublished(self, key: str, reason: str) -> None:
        """Note a course whose drafts were written and could not be published."""
        self._add("not_published", {"key": key, "reason": reason})

    def _add(self, chapter: str, item: object, *, count: str = "") -> None:
        self.counts[count or chapter] += 1
        self._connection.execute(
            "INSERT INTO entry (chapter, item) VALUES (?, ?)", (chapter, json.dumps(item, ensure_ascii=False))
        )

    @property
    def courses(self) -> int:
        """How many courses were not refused."""
        return sum(self.counts[f"{word}.courses"] for word in OUTCOMES)

    @property
    def gave_nothing(self) -> bool:
        """Whether the file has rows, and not one gave a course or reference data."""
        return bool(self.rows) and not self.courses and not self.counts["described"]

    @property
    def changed_nothing(self) -> bool:
        """Whether the catalog had everything before."""
        moving = ("created.courses", "created.runs", "updated.courses", "updated.runs", "published", "not_published")
        return not any(self.counts[name] for name in (*moving, "changed")) and not self._made_counts()

    def write_json(self, write: Callable[[str], object]) -> None:
        """
        Write the report as one JSON object, piece by piece.

        Keys: the options, ``rows``; ``created``, ``updated`` and ``unchanged`` with counts and keys; ``refused`` as a
        list of line, field and reason; ``merged``, ``mended`` with rule ids, ``not_published``, ``reference_data``
        (what was made), ``changed_reference_data`` and ``published``.
        """
        head = json.dumps(self.options | {"rows": self.rows}, ensure_ascii=False)
        write(head.removesuffix("}"))
        for word in OUTCOMES:
            counts = {kind: self.counts[f"{word}.{kind}"] for kind in ("courses", "runs")}
            write(f',\n"{word}": {json.dumps(counts).removesuffix("}")}, "keys": ')
            self._write_list(write, self._items(word))
            write("}")
        for chapter in ("refused", "merged", "mended", "not_published"):
            write(f',\n"{chapter}": ')
            self._write_list(write, self._items(chapter))
        write(',\n"reference_data": ')
        self._write_list(write, self._made())
        write(',\n"changed_reference_data": ')
        self._write_list(write, self._items("changed"))
        write(f',\n"published": {{"units": {self.counts["published"]}, "releases": ')
        self._write_list(write, self._items("releases"))
        write("}}\n")

    def write_text(self, write: Callable[[str], object], *, refusals: bool = True) -> None:
        """Write the report for people, line by line; with ``refusals``, each refused row on a line of its own."""
        if refusals:
            for item in map(json.loads, self._items("refused")):
                where = f"line {item['line']}" + (f", {item['field']}" if item["field"] else "")
                write(f"refused: {where}: {item['reason']}\n")
            for item in map(json.loads, self._items("not_published")):
                write(f"not published: {item['key']}: {item['reason']}\n")
        counts = self.counts
        write(f"{self.options['file']} ({self.options['format']}): {_number(self.rows, 'row')}\n")
        for word in OUTCOMES:
            courses, runs = counts[f"{word}.courses"], counts[f"{word}.runs"]
            write(f"  {word:<10} {_number(courses, 'course')}, {_number(runs, 'run')}\n")
        write(f"  {'refused':<10} {_number(counts['refused.rows'], 'row')}\n")
        write(f"  {'merged':<10} {_number(counts['merged'], 'row')}\n")
        rules = "".join(f"; {rule}: {count}" for rule, count in sorted(self.rules.items()))
        write(f"  {'mended':<10} {_number(counts['mended'], 'row')}{rules}\n")
        made = [f"{kind}: {count}" for kind, count in sorted(self._made_counts().items())]
        if made:
            write(f"  {'made':<10} {'; '.join(made)}\n")
        if counts["changed"]:
            write(f"  {'changed':<10} {_number(counts['changed'], 'piece')} of reference data\n")
        if self.options["publish"] or counts["published"]:
            releases = "" if self.options["dry_run"] else f" in {_number(counts['releases'], 'release')}"
            write(f"  {'published':<10} {_number(counts['published'], 'unit')}{releases}\n")
        if self.options["dry_run"]:
            write("This is what an import would do. Nothing was written.\n")
        elif (self.courses or counts["described"]) and self.changed_nothing:
            write("Nothing changed: the catalog says already what the file says.\n")

    def _made_counts(self) -> dict[str, int]:
        return {name.removeprefix("made."): count for name, count in self.counts.items() if name.startswith("made.")}

    def _items(self, chapter: str) -> Iterator[str]:
        rows = self._connection.execute("SELECT item FROM entry WHERE chapter = ? ORDER BY id", (chapter,))
        return (item for (item,) in rows)

    def _made(self) -> Iterator[str]:
        rows = self._connection.execute("SELECT kind, name FROM made ORDER BY kind, name")
        return (json.dumps({"kind": kind, "name": name}, ensure_ascii=False) for kind, name in rows)

    @staticmethod
    def _write_list(write: Callable[[str], object], items: Iterator[str]) -> None:
        write("[")
        for position, item in enumerate(items):
            write(f"{',' if position else ''}\n  {item}")
        write("]")


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
