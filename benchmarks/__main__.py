"""
Measure what reading and writing cost and print it beside its floor and its bound.

    python -m benchmarks [--rows NAME ...] [--courses N] [--repetitions N] [--format text|rst] [--quick]

The database is chosen as for the demo (``demo/databases.py``); a database of its own is made on that server, or as a
temporary file, and dropped at the end. The exit status is 1 when a bound on *statements* does not hold, which is the
same on every machine; times are printed and decide nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import django
from django.db import connection

if TYPE_CHECKING:
    from benchmarks.report import Result

READING = ("list", "list-100", "list-member", "list-member-100", "dashboard", "detail", "deep-cursor", "deep-number")
WRITING = (
    "first-publish",
    "republish",
    "release",
    "review",
    "edit-title",
    "edit-twelve",
    "create",
    "drafts",
    "officials",
    "relay",
)
ROWS = (*READING, *WRITING)
QUICK = {"courses": 4, "release": 3, "bulk": 4, "events": 10, "repetitions": 1}


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks that were asked for, and return the exit status."""
    options = _options(arguments)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        results = _measure(options)
    finally:
        connection.creation.destroy_test_db(None, verbosity=0)
    return 0 if all(result.statements_hold for result in results) else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure costs beside their floors.")
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=ROWS, help="only these rows")
    parser.add_argument("--courses", type=int, default=2000, help="courses in the background (default 2,000)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each course (default 3)")
    parser.add_argument("--release", type=int, default=300, help="courses of the release (default 300)")
    parser.add_argument("--bulk", type=int, default=2000, help="courses of the rows by batches (default 2,000)")
    parser.add_argument("--events", type=int, default=500, help="events that the relay is given (default 500)")
    parser.add_argument(
        "--repetitions", type=int, default=20, help="pairs of each row (default 20; release and relay: 5)"
    )
    parser.add_argument("--format", choices=("text", "rst"), default="text", help="for a terminal, or for docs/")
    parser.add_argument("--quick", action="store_true", help="smallest sizes: shows that the scripts work")
    options = parser.parse_args(arguments)
    if options.quick:
        vars(options).update(QUICK)
    return options


def _measure(options: argparse.Namespace) -> list[Result]:
    # Modules with models can be imported only after setup.
    from benchmarks.cases import Sizes, writing_cases  # noqa: PLC0415
    from benchmarks.catalogue import Catalogue  # noqa: PLC0415
    from benchmarks.measure import run_pairs  # noqa: PLC0415
    from benchmarks.reading import Audience, reading_cases  # noqa: PLC0415
    from benchmarks.report import Result, as_rst, as_text, machine  # noqa: PLC0415

    catalogue = Catalogue(options.runs)
    sizes = Sizes(repetitions=options.repetitions, release=options.release, bulk=options.bulk, events=options.events)
    sys.stdout.write(f"{machine()}; {options.courses:,} published courses in the background.\n\n")
    catalogue.make_published(options.courses)
    cases = [*reading_cases(Audience(catalogue), sizes), *writing_cases(catalogue, sizes)]
    results = []
    for case in cases:
        if case.name not in options.rows:
            continue
        results.append(Result(case, run_pairs(case.prepare, case.repetitions)))
        if options.format == "text":
            sys.stdout.write(as_text(results[-1:]) + "\n")
            sys.stdout.flush()
    if options.format == "rst":
        sys.stdout.write(as_rst(results))
    return results


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
