"""The table of figures, with the bound beside each and whether it holds, and the machine in words."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import django
from django.db import connection

from benchmarks.cases import Bound, Case
from benchmarks.measure import Figures

GIB = 1024**3

HEADINGS = (
    "What",
    "Statements",
    "of the floor",
    "at most",
    "Times the floor",
    "spread",
    "at most",
    "Time",
    "of the floor",
    "at most",
    "Holds",
)


@dataclass(frozen=True)
class Result:
    """A case and what was measured of it."""

    case: Case
    figures: Figures

    @property
    def seconds(self) -> float:
        """Time of the engine: of one run, or of all batches together."""
        return self.figures.total_seconds if self.case.in_batches else self.figures.seconds

    @property
    def floor_seconds(self) -> float:
        """Time of the floor, in the same way."""
        return self.figures.total_floor_seconds if self.case.in_batches else self.figures.floor_seconds

    @property
    def statements_hold(self) -> bool:
        """Whether the bound on statements holds; the same on every machine."""
        return self.figures.statements <= self.case.bound.statements

    @property
    def times_hold(self) -> bool:
        """Whether the bounds on times hold on this machine, at this moment."""
        bound = self.case.bound
        ratio_holds = bound.ratio is None or self.figures.ratio <= bound.ratio
        return ratio_holds and (bound.seconds is None or self.seconds <= bound.seconds)

    def cells(self) -> tuple[str, ...]:
        """Return the row of the table."""
        figures, bound = self.figures, self.case.bound
        low, high = figures.spread
        return (
            self.case.title,
            str(figures.statements),
            str(figures.floor_statements),
            str(bound.statements),
            f"{figures.ratio:.1f}",
            f"{low:.1f} to {high:.1f}",
            _ratio_bound(bound),
            _time(self.seconds) + self._rate(self.seconds),
            _time(self.floor_seconds) + self._rate(self.floor_seconds),
            _seconds_bound(bound),
            "yes" if self.statements_hold and self.times_hold else "NO",
        )

    def _rate(self, seconds: float) -> str:
        return f" ({self.case.things / seconds:,.0f} a second)" if self.case.things else ""


def _ratio_bound(bound: Bound) -> str:
    return "" if bound.ratio is None else f"{bound.ratio:g}"


def _seconds_bound(bound: Bound) -> str:
    return "" if bound.seconds is None else f"{bound.seconds:.0f} s"


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def as_text(results: Sequence[Result]) -> str:
    """Return the results as one paragraph each, for a terminal."""
    paragraphs = []
    for result in results:
        lines = [result.case.title]
        cells = dict(zip(_LABELS, result.cells()[1:], strict=True))
        lines += [
            "  statements {statements} (floor {floor_statements}, at most {most_statements})".format(**cells),
            "  times the floor {ratio}, spread {spread}{most_ratio}".format(
                **cells | {"most_ratio": _at_most(cells["most_ratio"])}
            ),
            "  time {time} (floor {floor_time}){most_time}".format(
                **cells | {"most_time": _at_most(cells["most_time"])}
            ),
            "  holds: {holds}".format(**cells),
        ]
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs) + "\n"


_LABELS = (
    "statements",
    "floor_statements",
    "most_statements",
    "ratio",
    "spread",
    "most_ratio",
    "time",
    "floor_time",
    "most_time",
    "holds",
)


def _at_most(bound: str) -> str:
    return f", at most {bound}" if bound else ""


def as_rst(results: Sequence[Result]) -> str:
    """Return the results as a table for the documentation."""
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 30 7 7 7 7 12 7 8 8 7 6", ""]
    for row in (HEADINGS, *(result.cells() for result in results)):
        lines += [f"   {'* -' if index == 0 else '  -'} {cell}".rstrip() for index, cell in enumerate(row)]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """Return what the figures were measured on, in words: processors, memory, and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GiB of memory, {_database()}, "
        f"Python {platform.python_version()}, Django {django.get_version()}"
    )


def _database() -> str:
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT VERSION()")
        (version,) = cursor.fetchone()
    name, _, rest = str(version).partition("-")
    return f"MariaDB {name}" if "MariaDB" in rest else f"MySQL {name}"
