"""
Studio over its API ``/api/v1/course_runs/``.

What it does that one has to know: it fails with 500 where a course run with such a key is there; PUT replaces the whole
team, and so is not used; a rerun without a team takes everybody's access away; an account that it does not know is 400.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.utils.dateparse import parse_datetime
from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.platform.errors import CourseMissing, Failed, Refused, Unavailable
from openedx_catalog_publisher.platform.http.session import Answer, PlatformSession
from openedx_catalog_publisher.platform.studio import INSTRUCTOR, NewRun, RunChanges, RunInStudio

COURSE_RUNS = "/api/v1/course_runs/"

OTHER_CASE = "If Studio has a course run whose key differs by its case alone, use that key."

NOT_FOUND = 404
FIRST_REFUSAL = 400
LONGEST_REASON = 500


class HttpStudio:
    """Studio in another process. The account of the OAuth2 application has to be staff and to have a profile."""

    def __init__(self, session: PlatformSession) -> None:
        self._session = session

    def read(self, run: CourseKey) -> RunInStudio | None:
        """
        Return what Studio shows of a course run.

        Raises:
            Unavailable: when Studio did not answer, or failed.
            Refused: when Studio says no.
        """
        answer = self._session.request("GET", _path(run))
        if answer.status == NOT_FOUND:
            return None
        _expect(answer, f"shows {run}")
        shown = answer.body
        if not isinstance(shown, dict) or "title" not in shown:
            raise Refused(f"What answers for Studio at {COURSE_RUNS} shows no course run.")
        schedule = shown.get("schedule") or {}
        return RunInStudio(
            title=shown["title"],
            start=_moment(schedule.get("start")),
            end=_moment(schedule.get("end")),
            pacing=shown.get("pacing_type") or "",
            team=frozenset(each["user"] for each in shown.get("team") or () if each["role"] == INSTRUCTOR),
        )

    def create(self, run: NewRun) -> None:
        """
        Make an empty course run.

        Raises:
            Unavailable: when Studio does not answer.
            Failed: when it answers, and failed at this.
            Refused: when Studio says no.
        """
        self._make(COURSE_RUNS, run)

    def rerun(self, source: CourseKey, run: NewRun) -> None:
        """
        Make a course run as a copy of another.

        Raises:
            Unavailable: when Studio does not answer.
            Failed: when it answers, and failed at this.
            Refused: when Studio says no.
        """
        self._make(f"{_path(source)}rerun/", run)

    def update(self, run: CourseKey, changes: RunChanges) -> None:
        """
        Change a course run: everything but the picture in one request, the picture in another.

        Raises:
            CourseMissing: when there is none.
            Unavailable: when Studio does not answer.
            Failed: when it answers, and failed at this.
            Refused: when Studio says no.
        """
        body: dict[str, Any] = {}
        if changes.title is not None:
            body["title"] = changes.title
        if changes.schedule is not None:
            body["schedule"] = _schedule(*changes.schedule)
        if changes.pacing is not None:
            body["pacing_type"] = changes.pacing
        if changes.team:
            body["team"] = _team(changes.team)
        if body:
            self._change(run, "PATCH", _path(run), json=body)
        if changes.picture is not None:
            picture = changes.picture
            files = {"card_image": (picture.file_name, picture.content, picture.media_type)}
            self._change(run, "POST", f"{_path(run)}images/", files=files)

    def _make(self, path: str, run: NewRun) -> None:
        body = {
            "org": run.key.org,
            "number": run.key.course,
            "run": run.key.run,
            "title": run.title,
            "schedule": _schedule(run.start, run.end),
            "pacing_type": run.pacing,
            "team": _team(run.team),
        }
        try:
            _expect(self._session.request("POST", path, json=body), f"makes {run.key}")
        except (Refused, Unavailable) as error:
            # Made by an earlier attempt whose answer was lost, or by somebody in Studio: 500, or 400 for a rerun.
            if self.read(run.key) is not None:
                return
            told = f"{error} {OTHER_CASE}"
            if isinstance(error, Unavailable):
                # It answered just now, so it is this run that it failed at.
                raise Failed(told, over=error.over) from error
            raise Refused(told) from error

    def _change(self, run: CourseKey, method: str, path: str, **content: Any) -> None:
        try:
            answer = self._session.request(method, path, **content)
        except Unavailable as error:
            if self.read(run) is None:
                raise CourseMissing(run) from error
            raise Failed(str(error), over=error.over) from error
        if answer.status == NOT_FOUND:
            raise CourseMissing(run)
        _expect(answer, f"changes {run}")


def _path(run: CourseKey) -> str:
    return f"{COURSE_RUNS}{quote(str(run), safe='')}/"


def _schedule(start: datetime, end: datetime) -> dict[str, str]:
    return {"start": _text(start), "end": _text(end)}


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment(text: Any) -> datetime | None:
    return parse_datetime(text) if isinstance(text, str) else None


def _team(usernames: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"user": username, "role": INSTRUCTOR} for username in usernames]


def _expect(answer: Answer, act: str) -> None:
    if answer.status >= FIRST_REFUSAL:
        said = answer.body if isinstance(answer.body, str) else json.dumps(answer.body, ensure_ascii=False)
        raise Refused(f"Studio refuses what {act} (status {answer.status}): {said[:LONGEST_REASON]}")
