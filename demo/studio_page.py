"""The page of the stand-in for Studio: what it holds, and who asked for what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demo.stand_in_studio import Seen, StandIn

FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="3">
<title>Stand-in for Studio</title>
<link rel="icon" href="data:,">
<style>
:root {{ --ink: #1b2430; --soft: #55606e; --line: #dedacf; --paper: #f8f6f1; --card: #fff; --mark: #fbeed9;
  --warn: #8a4b08; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e8ebef; --soft: #aab5c2; --line: #323c49; --paper: #12171e; --card: #1a212b; --mark: #3a2a12;
    --warn: #f2b56b; }}
}}
* {{ box-sizing: border-box; }}
body {{ max-width: 76rem; margin: 0 auto; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }}
h1 {{ margin: 0 0 0.5rem; }}
h2 {{ margin: 2rem 0 0.5rem; font-size: 1.25rem; }}
.notice {{ padding: 0.75rem 1rem; border-inline-start: 4px solid var(--warn); border-radius: 0.5rem;
  background: var(--mark); }}
.scroll {{ overflow-x: auto; border: 1px solid var(--line); border-radius: 0.75rem; background: var(--card); }}
table {{ width: 100%; border-collapse: collapse; font-size: 0.9375rem; }}
th, td {{ padding: 0.5rem 0.75rem; border-block-end: 1px solid var(--line); text-align: start; vertical-align: top; }}
tr:last-child td {{ border-block-end: 0; }}
th {{ color: var(--soft); font-weight: 600; }}
td.key, td.when {{ white-space: nowrap; }}
td.key, code {{ font-family: ui-monospace, monospace; font-size: 0.875rem; }}
td.status {{ font-variant-numeric: tabular-nums; }}
.soft {{ color: var(--soft); }}
</style>
</head>
<body>
<h1>Stand-in for Studio</h1>
<p class="notice"><strong>This is no Studio.</strong> It keeps course runs as Studio does, and answers the requests by
which the catalog makes and changes them, <code>/api/v1/course_runs/</code>; that is all. It is there so that one can
see what the catalog delivers. The page looks again every three seconds.</p>
<h2>Asked for last</h2>
{requests}
<h2>{number} course runs</h2>
{runs}
</body>
</html>
"""


def page(stand_in: StandIn) -> str:
    """Return the page, as HTML."""
    runs = sorted(stand_in.runs.values(), key=lambda run: (run.get("changed", ""), run["id"]), reverse=True)
    return FRAME.format(requests=_requests(stand_in.seen), number=len(runs), runs=_runs(runs))


def _requests(seen: Iterable[Seen]) -> str:
    rows = [
        f'<tr><td class="when">{_time(each.at)}</td><td>{each.method}</td><td class="key">{escape(each.path)}</td>'
        f'<td class="status">{each.status}</td></tr>'
        for each in reversed(list(seen))
    ]
    if not rows:
        return '<p class="soft">Nothing yet since it was started.</p>'
    return _table(("UTC", "Request", "For", "Status"), rows)


def _runs(runs: Iterable[Mapping[str, Any]]) -> str:
    rows = [
        f'<tr><td class="key">{escape(run["id"])}</td><td dir="auto">{escape(run["title"])}</td>'
        f'<td class="when">{_days(run["schedule"])}</td><td>{escape(_team(run["team"]))}</td>'
        f'<td class="when">{_changed(run.get("changed"))}</td></tr>'
        for run in runs
    ]
    if not rows:
        return '<p class="soft">None.</p>'
    return _table(("Key", "Title", "From, to", "Team", "Changed, UTC"), rows)


def _table(heads: Iterable[str], rows: Iterable[str]) -> str:
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _time(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}"


def _changed(text: str | None) -> str:
    return "" if text is None else f"{datetime.fromisoformat(text):%d %b, %H:%M:%S}"


def _days(schedule: Mapping[str, Any]) -> str:
    return f"{escape(schedule['start'][:10])}<br>{escape(schedule['end'][:10])}"


def _team(team: Iterable[Mapping[str, str]]) -> str:
    return ", ".join(member["user"] for member in team) or "nobody"
