"""The page on races and crashes in the documentation."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django
from django.db import connection

RACE = "race"
"""Name of the property that a test of a race reports its tally by."""

CRASH = "crash"
"""Name of the property that a crash test reports its count by."""

HEAD = """\
.. This page is written by `make races`.

Races and crashes
#################

Races
*****

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

Pairs may have been run at different times; each row is the pair's last run.

"""

CRASHES = """
Crashes
*******

A command crashes before and after each of its statements and at its commit, once by an error, once by a connection that
the database cuts. Unless the commit had reached the database, every row is as it was before; if it had, everything is
done. The same command then succeeds. Processes that write without end are killed at random moments: all that was
answered is stored, and of what was not answered at most the last command is, whole.

Relays crash, and are killed two at a time, over each consumer and its peer: every effect is there afterwards, once and
in order. *Asked for again* is what a peer was sent a second time, under the id by which it knows it. Of schedulers four
are killed one after the other: each due run is live, once.

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


def page(races: Sequence[dict[str, Any]], crashes: Sequence[dict[str, Any]]) -> str:
    """
    Return the page.

    Arguments:
        races: tallies of the pairs, each with the machine.
        crashes: of each crash test the ``command``, ``how`` it crashed, and how often, ``crashes``.
    """
    rounds, failures, busy = (sum(race[name] for race in races) for name in ("rounds", "failures", "busy"))
    summary = (
        f"{len(races)} pairs, {rounds:,} rounds, {failures} failures, {busy} busy.\n"
        f"Machine: {' '.join(sorted({race['machine'] for race in races}))}\n\n"
    )
    return HEAD + summary + _races(races) + CRASHES + _crashes(crashes)


def _races(races: Sequence[dict[str, Any]]) -> str:
    heads = ("Pair", "Rounds", "Outcomes", "Reruns", "Busy", "Failures", "Single stops forced")
    return _table(
        (24, 8, 40, 8, 8, 8, 12),
        [
            heads,
            *(
                (
                    race["pair"],
                    f"{race['rounds']:,}",
                    "; ".join(
                        f"{outcome}: {count:,}" for outcome, count in sorted(race["outcomes"].items(), key=_rarer)
                    ),
                    str(race["reruns"]),
                    str(race["busy"]),
                    str(race["failures"]),
                    f"{race['stops']} of {race['points']}",
                )
                for race in sorted(races, key=lambda race: race["pair"])
            ),
        ],
    )


def _rarer(outcome: tuple[str, int]) -> int:
    return -outcome[1]


def _crashes(crashes: Sequence[dict[str, Any]]) -> str:
    return _table(
        (40, 40, 20),
        [
            ("Command", "Crash", "Crashes"),
            *((entry["command"], entry["how"], f"{entry['crashes']:,}") for entry in crashes),
        ],
    )


def _table(widths: Sequence[int], rows: Sequence[Sequence[str]]) -> str:
    lines = [
        ".. list-table::",
        "   :header-rows: 1",
        f"   :widths: {' '.join(map(str, widths))}",
        "",
        *(f"   {'* -' if index == 0 else '  -'} {cell}" for row in rows for index, cell in enumerate(row)),
    ]
    return "\n".join(lines) + "\n"
