"""
The screens of the Publisher micro-frontend: which requests each sends, in which order, and what it reads of answers.

Written after what its built bundle was seen to do. What would crash a screen, or leave its button on "changed", fails
here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.rest.discovery.conftest import DOOR, RESTRICTED, Door
from tests.rest.discovery.requests import SAVE, course_form, run_form

PUBLISHER = f"{DOOR}/publisher/api/admins/organizations"
TAGS = f"{DOOR}/taggit_autosuggest/list/taggit.tag/"
TASKS = "/bulk_operation_tasks/"
DASHBOARD = {
    "page_size": 50,
    "fields": "uuid,key,key_for_reruns,title,modified,editors,course_run_statuses",
    "editable": 1,
    "exclude_utm": 1,
    **RESTRICTED,
}
IN_REVIEW = ("review_by_legal", "review_by_internal")
NUMBERS = ("min_effort", "max_effort", "weeks_to_complete")


def good(answer: Any, status: int = 200) -> Any:
    """Return what was answered, with this status."""
    assert answer.status_code == status, (answer.status_code, answer.content)
    return answer.json()


def lines_of(answer: Any) -> list[str]:
    """Return the lines that the client shows of an error: none may be an object that it cannot show."""
    assert answer.status_code >= 400, answer.content
    told = answer.json()
    if isinstance(told, str):
        return [told]
    assert all(isinstance(value, str | list) for value in told.values()), told
    return [f"{name}: {value if isinstance(value, str) else ','.join(value)}" for name, value in told.items()]


@dataclass
class EditPage:
    """
    What the page of a course holds.

    Attributes:
        course: the course, with the answers to saves of its runs in the place of what was loaded.
        types: the options of course types.
        panes: what stands beside the form, by pane.
    """

    course: dict[str, Any]
    types: list[dict[str, Any]] = field(default_factory=list)
    panes: dict[str, Any] = field(default_factory=dict)

    @property
    def statuses(self) -> list[str]:
        """The statuses of the runs."""
        return [run["status"] for run in self.course["course_runs"]]

    def run(self, key: str) -> dict[str, Any]:
        """Return a run."""
        return next(run for run in self.course["course_runs"] if run["key"] == key)


class Screens:
    """The micro-frontend in one person's browser."""

    def __init__(self, user: Any) -> None:
        """Log in."""
        self.door = Door(user)

    def dashboard(self, page: int = 1, **filters: Any) -> list[dict[str, Any]]:
        """Load the dashboard, and return its rows."""
        parameters = {"ordering": "title", "course_type": "open-courses", **DASHBOARD, "page": page, **filters}
        listed = good(self.door.get("/courses/", **parameters))
        for user in good(self.door.get(f"{PUBLISHER}/users/", page=1, page_size=250))["results"]:
            assert isinstance(user["id"], int)
            assert user["full_name"]
        good(self.door.get("/organizations/", page=1, page_size=500, limit=500))
        assert isinstance(listed["count"], int)
        for row in listed["results"]:
            assert row["uuid"]
            assert row["title"]
            assert row["key_for_reruns"] or row["key"]
            assert isinstance(row["course_run_statuses"], list)
            assert all(editor["user"]["full_name"] for editor in row["editors"])
        rows: list[dict[str, Any]] = listed["results"]
        return rows

    def metadata(self) -> list[dict[str, Any]]:
        """Ask for both descriptions of forms, and return the course types."""
        courses = good(self.door.send("OPTIONS", "/courses/", editable=1))["actions"]["POST"]
        runs = good(self.door.send("OPTIONS", "/course_runs/"))["actions"]["POST"]
        restriction, metadata = courses["location_restriction"]["children"], courses["additional_metadata"]["children"]
        choices = [
            courses["level_type"]["choices"],
            courses["subjects"]["child"]["choices"],
            restriction["restriction_type"]["choices"],
            restriction["countries"]["child"]["choices"],
            restriction["states"]["child"]["choices"],
            metadata["product_status"]["choices"],
            metadata["external_course_marketing_type"]["choices"],
            *(runs[name]["choices"] for name in ("pacing_type", "content_language", "expected_program_type")),
        ]
        assert all({"value", "display_name"} <= choice.keys() for offered in choices for choice in offered)
        assert {choice["value"] for choice in runs["has_ofac_restrictions"]["choices"]} == {"", True, False}
        types: list[dict[str, Any]] = courses["type"]["type_options"]
        for option in types:
            assert option["course_run_types"], option
            assert all({"uuid", "name", "modes", "is_marketable"} <= kind.keys() for kind in option["course_run_types"])
            for track in option["tracks"]:
                assert "payee" in track["mode"]
                assert track["seat_type"] is None or track["seat_type"]["slug"]
        return types

    def open_creation(self) -> tuple[list[dict[str, Any]], str]:
        """Load the page for a course that is made, and return the course types and the source that is sent."""
        types = self.metadata()
        organizations = good(self.door.get("/organizations/", page=1, page_size=500, limit=500))["results"]
        assert all(row["name"] and "auto_generate_course_run_keys" in row for row in organizations)
        sources = good(self.door.get("/sources/"))["results"]
        return types, sources[0]["slug"] if len(sources) == 1 else "edx"

    def create(self, body: dict[str, Any]) -> EditPage:
        """Create a course, and load its page."""
        made = good(self.door.post("/courses/", body), 201)
        assert made["course_runs"][0]
        return self.open(made["uuid"])

    def open(self, uuid: str) -> EditPage:
        """Load the page of a course with all that stands on it."""
        course = self.door.course(uuid)
        _read_course(course)
        page = EditPage(course=course, types=self.metadata())
        collaborators = good(self.door.get("/collaborators/"))["results"]
        assert all(isinstance(row["image"], dict) for row in collaborators)
        tags = good(self.door.get(TAGS, limit=20, q=""))
        assert all(tag["value"] for tag in tags)
        page.panes = {"collaborators": collaborators, "tags": [tag["value"] for tag in tags], **self._side(course)}
        return page

    def _side(self, course: dict[str, Any]) -> dict[str, Any]:
        editors = good(self.door.get("/course_editors/", course=course["uuid"]))["results"]
        coordinators: list[str] = []
        users: list[dict[str, Any]] = []
        for owner in course["owners"]:
            roles = good(self.door.get(f"{PUBLISHER}/{owner['uuid']}/roles/", role="project_coordinator"))
            coordinators += [role["user"]["full_name"] for role in roles["results"]]
            found = self.door.get(f"{PUBLISHER}/{owner['uuid']}/users/")
            users += [] if found.status_code == 404 else good(found)["results"]
        comments = good(self.door.get("/comments/", course_uuid=course["uuid"]))
        assert isinstance(comments, list)
        assert all(comment["user"] is not None and comment["created"] for comment in comments)
        return {
            "editors": {editor["id"]: editor["user"]["full_name"] for editor in editors},
            "coordinators": coordinators,
            "users": {user["full_name"]: user["id"] for user in users},
            "comments": [(comment["user"]["username"], comment["comment"]) for comment in comments],
        }

    def save(self, page: EditPage, runs: dict[str, dict[str, Any]] | None = None, **edits: Any) -> Any:
        """
        Save: the course, then, where that succeeded, each run that changed, or all where a price or the type did.

        Returns:
            None where all succeeded, and the page holds what was answered; else the first answer that refused.
        """
        everywhere = bool({"prices", "type"} & edits.keys())
        wanted = {
            run["key"]: (runs or {}).get(run["key"], {})
            for run in page.course["course_runs"]
            if run["status"] not in IN_REVIEW and (run["key"] in (runs or {}) or (everywhere and not _archived(run)))
        }
        return self._send(page, wanted, submitted="", edits=edits)

    def submit(self, page: EditPage, key: str, **edits: Any) -> Any:
        """Submit a run with edits of it; returns as ``save``."""
        return self._send(page, {key: edits}, submitted=key, edits={})

    def decide(self, page: EditPage, key: str, **body: Any) -> Any:
        """
        Decide a step of a run as an administrator, and load the page again.

        Returns:
            None where it was accepted; else the answer that refused.
        """
        refused = self._send(page, {}, submitted="", edits={})
        if refused is not None:
            return refused
        answer = self.door.patch(f"/course_runs/{key}/", body, exclude_utm=1)
        if answer.status_code != 200:
            return answer
        fresh = self.open(page.course["uuid"])
        page.course, page.panes = fresh.course, fresh.panes
        return None

    def _send(self, page: EditPage, runs: dict[str, dict[str, Any]], *, submitted: str, edits: dict[str, Any]) -> Any:
        body = course_form(page.course, **edits)
        answer = self.door.patch(f"/courses/{page.course['uuid']}/", body, **SAVE)
        if answer.status_code != 200:
            return answer
        course = answer.json()
        _read_course(course)
        priced = {"prices": edits["prices"]} if "prices" in edits else {}
        answers = {}
        for key, changed in runs.items():
            form = run_form(page.course, page.run(key), submit=key == submitted, **priced, **changed)
            answers[key] = self.door.patch(f"/course_runs/{key}/", form, **SAVE)
        refused = next((found for found in answers.values() if found.status_code != 200), None)
        if refused is not None:
            # The page keeps its old copy, and the form what was typed.
            return refused
        saved = {answer.json()["key"]: answer.json() for answer in answers.values()}
        course["course_runs"] = [saved.get(run["key"], run) for run in course["course_runs"]]
        _read_course(course)
        page.course = course
        return None

    def rerun(self, page: EditPage, key: str, **edits: Any) -> Any:
        """Add a run that copies another; returns the answer, whose body the client does not read."""
        self.metadata()
        run = page.run(key)
        prices = {seat["type"]: seat["price"] for each in page.course["course_runs"] for seat in each["seats"]}
        prices |= {entry["mode"]: entry["price"] for entry in page.course["entitlements"]}
        option = next(option for option in page.types if option["uuid"] == page.course["type"])
        body = {
            "course": page.course["key"],
            "start": "2033-02-01T05:00:00Z",
            "end": "2033-12-31T05:00:00Z",
            "pacing_type": run["pacing_type"],
            "prices": prices,
            "rerun": key,
            "run_type": option["course_run_types"][0]["uuid"],
        }
        return self.door.post("/course_runs/", body | edits)

    def hand_in(self, kind: str, *lines: str) -> dict[str, Any]:
        """Hand a file in on the bulk page, and return the task as its own page shows it."""
        file = SimpleUploadedFile("rows.csv", "\n".join(lines).encode(), content_type="text/csv")
        path = f"{DOOR}/api/v1{TASKS}"
        made = good(self.door.client.post(path, {"csv_file": file, "task_type": kind}), 201)
        shown: dict[str, Any] = good(self.door.get(f"{TASKS}{made['id']}/"))
        wanted = {"task_id", "task_type", "uploaded_by", "status", "created", "modified", "csv_file", "task_summary"}
        assert wanted <= shown.keys()
        return shown


def _archived(run: dict[str, Any]) -> bool:
    return run["status"] == "unpublished" and bool(run["end"]) and run["end"] < "2026"


def _read_course(course: dict[str, Any]) -> None:
    """Read a course as the page does: what would crash it, and what would keep its form from being saved."""
    assert isinstance(course["type"], str)
    for name in ("topics", "owners", "course_runs", "collaborators", "entitlements", "subjects", "watchers"):
        assert isinstance(course[name], list), name
    assert all(isinstance(entry["image"], dict) for entry in course["collaborators"])
    assert course["additional_metadata"] is None or isinstance(course["additional_metadata"]["facts"], list)
    assert all("slug" in subject for subject in course["subjects"])
    assert course["editable"] in (True, False)
    assert {"product_source", "course_run_statuses", "skill_names", "data_modified_timestamp"} <= course.keys()
    for entitlement in course["entitlements"]:
        assert isinstance(entitlement["price"], str)
    for run in course["course_runs"]:
        assert run["status"] in ("unpublished", *IN_REVIEW, "reviewed", "published")
        assert all(isinstance(seat["price"], str) and "upgrade_deadline_override" in seat for seat in run["seats"])
        assert isinstance(run["transcript_languages"], list)
        assert all(run[name] is None or isinstance(run[name], int) for name in NUMBERS)
        assert all(person["uuid"] and "profile_image_url" in person for person in run["staff"])
        assert run["has_ofac_restrictions"] in (True, False, None)
