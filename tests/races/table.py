"""The table of the races for the documentation."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django
from django.db import connection

PROPERTY = "race"

HEAD = """\
.. This page is written by `make races`.

Races and crashes
#################

Two commands meet, in two threads with a database connection each. A round is one such meeting, on courses of its own.
Of five rounds three force an interleaving: one command is stopped before a named point, that is before one of its
statements or before its commit, while the other goes on until it ends, is blocked by a lock, or comes to a stop of its
own; every single stop of either command is taken first, then pairs of stops. One round draws lots at every point, from
a seed that a failure names. One is left to the machine.

After the rounds everything is recomputed from the stored rows: the edit log is replayed and must say of each write what
it overwrote, the draft must be what the log says, each publication must be the draft of its moment, the official rows
must be the last publication, revisions count the accepted writes, events are those of the committed changes and
numbered without a gap, and the hash chains verify.

*Reruns* are commands that the engine ran again by itself: after a deadlock, or because a key or slug that it had made
up was taken, or because a row that it had read was gone. *Busy* are commands that gave up after three reruns.
*Failures* are rounds of which anything was not as it must be, errors other than the documented ones included.

"""


def machine_in_words() -> str:
    """Return the machine, the database and the versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with connection.cursor() as cursor:
        cursor.execute("SELECT VERSION()")
        database = cursor.fetchone()[0]
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB of memory; the database ({database}) on the same "
        f"machine; Python {platform.python_version()}, Django {django.get_version()}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the page: a row per pair, and what it was measured on."""
    rounds = sum(row["rounds"] for row in rows)
    failures = sum(row["failures"] for row in rows)
    busy = sum(row["busy"] for row in rows)
    lines = [
        f"{len(rows)} pairs, {rounds:,} rounds, {failures} failures, {busy} busy. Machine: {rows[0]['machine']}",
        "",
        ".. list-table::",
        "   :header-rows: 1",
        "   :widths: 24 8 40 8 8 8 12",
        "",
    ]
    heads = ("Pair", "Rounds", "Outcomes", "Reruns", "Busy", "Failures", "Single stops forced, of points")
    lines += _cells(heads)
    for row in sorted(rows, key=lambda row: row["order"]):
        outcomes = "; ".join(
            f"{outcome}: {count:,}" for outcome, count in sorted(row["outcomes"].items(), key=lambda entry: -entry[1])
        )
        lines += _cells(
            (
                row["pair"],
                f"{row['rounds']:,}",
                outcomes,
                str(row["reruns"]),
                str(row["busy"]),
                str(row["failures"]),
                f"{row['stops']} of {row['points']}",
            )
        )
    return HEAD + "\n".join(lines) + "\n"


def _cells(cells: Sequence[str]) -> list[str]:
    return [f"   {'* -' if index == 0 else '  -'} {cell}" for index, cell in enumerate(cells)]
