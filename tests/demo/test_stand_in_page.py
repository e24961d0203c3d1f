"""The page of the stand-in for Studio, and what it remembers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests

from demo import studio_file
from demo.stand_in_studio import COURSE_RUNS, StandIn, serving

KEY = "course-v1:NorthU+X1+1T2027"


def run(**values: Any) -> dict[str, Any]:
    shown = {
        "id": KEY,
        "title": "A title",
        "schedule": {"start": "2027-01-01T00:00:00Z", "end": "2027-06-01T00:00:00Z"},
        "pacing_type": "self_paced",
        "team": [],
        "images": {"card_image": ""},
    }
    return shown | values


def rename(stand_in: StandIn, address: str, title: str) -> int:
    stand_in.tokens.add("known")
    path = f"{address}{COURSE_RUNS}{KEY}/"
    return requests.patch(path, json={"title": title}, headers={"Authorization": "JWT known"}, timeout=10).status_code


def test_it_says_that_it_is_no_studio_and_what_it_holds() -> None:
    with serving(StandIn(runs={KEY: run(team=[{"user": "nadia", "role": "instructor"}])})) as address:
        page = requests.get(f"{address}/", timeout=10)

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    for said in ("<title>Stand-in for Studio</title>", "This is no Studio.", "1 course runs", KEY, "A title", "nadia"):
        assert said in page.text
    assert "Nothing yet since it was started." in page.text


def test_what_was_asked_for_and_changed_last_stands_on_top() -> None:
    other = "course-v1:NorthU+X1+2T2027"
    stand_in = StandIn(runs={other: run(id=other, title="Z"), KEY: run()})
    with serving(stand_in) as address:
        assert rename(stand_in, address, "Another <title>") == 200
        page = requests.get(f"{address}/", timeout=10).text

    assert f'<td>PATCH</td><td class="key">{COURSE_RUNS}{KEY}/</td><td class="status">200</td>' in page
    assert "Another &lt;title&gt;" in page
    assert "<title>Another" not in page
    assert page.index(f'class="key">{KEY}') < page.index(f'class="key">{other}')


def test_a_stand_in_with_a_file_knows_after_a_stop_what_it_knew_before(tmp_path: Path) -> None:
    file = tmp_path / studio_file.NAME
    assert studio_file.read(file) == {}
    studio_file.write(file, {KEY: run()})
    before = StandIn(file=file, runs=studio_file.read(file))
    with serving(before) as address:
        assert rename(before, address, "Nœuds") == 200

    assert studio_file.read(file)[KEY]["title"] == "Nœuds"
    assert studio_file.read(file) == before.runs
    assert [each.name for each in tmp_path.iterdir()] == [studio_file.NAME]
