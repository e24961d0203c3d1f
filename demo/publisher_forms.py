"""
The bodies that the Publisher micro-frontend sends, made from what it was answered, as its forms make them.

    python -m demo.publisher_forms create OPTIONS TYPE RUN_TYPE [NAME=JSON ...]
    python -m demo.publisher_forms course PAGE [NAME=JSON ...]
    python -m demo.publisher_forms run PAGE KEY [NAME=JSON ...]
    python -m demo.publisher_forms show ANSWER NAME [NAME ...]

``OPTIONS``, ``PAGE`` and ``ANSWER`` are files with the answer to ``OPTIONS courses/``, a course for editing, and any
answer. ``create`` sends two names of types; what follows as ``NAME=JSON`` is typed into the form. ``show`` prints
members, those of nested objects by dotted names.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

COURSE_TEXTS = (
    "title",
    "short_description",
    "full_description",
    "outcome",
    "syllabus_raw",
    "prerequisites_raw",
    "learner_testimonials",
    "faq",
    "additional_information",
    "organization_short_code_override",
)

RUN_TEXTS = ("expected_program_name", "external_key")


def prices_of(course: dict[str, Any]) -> dict[str, str]:
    """Return the prices that the form shows: of the entitlement, else of the paid seats, without trailing zeros."""
    shown = {seat["type"]: seat["price"] for run in course["course_runs"] for seat in run["seats"]}
    shown |= {entry["mode"]: entry["price"] for entry in course["entitlements"]}
    return {slug: price.removesuffix(".00") for slug, price in shown.items() if slug != "audit"}


def course_form(course: dict[str, Any], **edits: Any) -> dict[str, Any]:
    """Return the body of a save of a course: the whole set, changed or not."""
    restriction = course["location_restriction"] or {"restriction_type": None, "countries": None, "states": None}
    place = course["geolocation"] or {"location_name": None, "lng": None, "lat": None}
    body: dict[str, Any] = {
        "uuid": course["uuid"],
        "key": course["key"],
        "draft": all(run["status"] != "published" for run in course["course_runs"]),
        **{name: course[name] or "" for name in COURSE_TEXTS},
        "level_type": course["level_type"],
        "subjects": [subject["slug"] for subject in course["subjects"]],
        "topics": course["topics"],
        "type": course["type"],
        "prices": prices_of(course),
        "url_slug": course["url_slug"] or "",
        "image": course["image"] and course["image"]["src"],
        "organization_logo_override": course["organization_logo_override_url"],
        "video": {"src": course["video"] and course["video"]["src"]},
        "collaborators": [collaborator["uuid"] for collaborator in course["collaborators"]],
        "watchers": course["watchers"],
        "location_restriction": restriction,
        "geolocation": place,
        "enterprise_subscription_inclusion": course["enterprise_subscription_inclusion"],
    }
    if course["in_year_value"]:
        body["in_year_value"] = course["in_year_value"]
    if course["course_type"] == "executive-education-2u":
        body["additional_metadata"] = course["additional_metadata"]
    return body | edits


def run_form(course: dict[str, Any], run: dict[str, Any], *, submit: bool = False, **edits: Any) -> dict[str, Any]:
    """Return the body of a save of a run; start, end and pacing are not sent."""

    def digits(name: str) -> str | None:
        return None if run[name] is None else str(run[name])

    override = next((seat["upgrade_deadline_override"] for seat in run["seats"] if seat["type"] == "verified"), None)
    return {
        "key": run["key"],
        "draft": not (submit or run["status"] == "published"),
        "status": run["status"],
        "run_type": run["run_type"],
        "prices": prices_of(course),
        "staff": [person["uuid"] for person in run["staff"]],
        "content_language": run["content_language"] or "en-us",
        "transcript_languages": run["transcript_languages"] or ["en-us"],
        "go_live_date": run["go_live_date"],
        "upgrade_deadline_override": override,
        "min_effort": digits("min_effort"),
        "max_effort": digits("max_effort"),
        "weeks_to_complete": digits("weeks_to_complete"),
        "expected_program_type": run["expected_program_type"],
        **{name: run[name] or "" for name in RUN_TEXTS},
        "variant_id": run["variant_id"],
        "restriction_type": run["restriction_type"] or "",
        "rerun": None,
        **edits,
    }


def creation_form(type_options: list[dict[str, Any]], name: str, **edits: Any) -> dict[str, Any]:
    """Return the body of a creation, with the first run type of a course type and prices for its paid seats."""
    option = next(entry for entry in type_options if entry["name"] == name)
    paid = {track["seat_type"]["slug"] for track in option["tracks"] if track["seat_type"] and track["mode"]["payee"]}
    prices = dict.fromkeys(sorted(paid), "77")
    return {
        "org": "AcmeX",
        "product_source": "edx",
        "title": "Über Daten",
        "number": "Ü1",
        "type": option["uuid"],
        "prices": prices,
        "course_run": {
            "start": "2031-02-01T05:00:00Z",
            "end": "2031-12-31T05:00:00Z",
            "run_type": option["course_run_types"][0]["uuid"],
            "prices": prices,
        },
        **edits,
    }


def typed(words: Sequence[str]) -> dict[str, Any]:
    """Return what is typed into a form: ``NAME=JSON`` each. Raises ValueError for what is no JSON."""
    return {name: json.loads(value) for name, _, value in (word.partition("=") for word in words)}


def creation_body(options: str, course_type: str, run_type: str, *words: str) -> dict[str, Any]:
    """Return the body of a creation, with a course type and a run type by their names."""
    offered = _read(options)["actions"]["POST"]["type"]["type_options"]
    [chosen] = [entry for entry in offered if entry["name"] == course_type]
    body = creation_form(offered, course_type, **typed(words))
    body["course_run"]["run_type"] = next(
        kind["uuid"] for kind in chosen["course_run_types"] if kind["name"] == run_type
    )
    return body


def course_body(page: str, *words: str) -> dict[str, Any]:
    """Return the body of a save of a course."""
    return course_form(_read(page), **typed(words))


def run_body(page: str, key: str, *words: str) -> dict[str, Any]:
    """Return the body of a save of a run; with ``draft=false`` it is submitted."""
    shown = _read(page)
    return run_form(shown, next(entry for entry in shown["course_runs"] if entry["key"] == key), **typed(words))


def show(answer: str, *names: str) -> Any:
    """Return members of an answer; of a list, those of its last entry; all of what is no object."""
    found = _read(answer)
    if isinstance(found, list):
        found = found[-1]
    return {name: _member(found, name) for name in names} if isinstance(found, dict) and names else found


def _member(found: Any, name: str) -> Any:
    for part in name.split("."):
        found = found[int(part)] if isinstance(found, list) else found[part]
    return found


def _read(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


COMMANDS: dict[str, Callable[..., Any]] = {
    "create": creation_body,
    "course": course_body,
    "run": run_body,
    "show": show,
}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(COMMANDS[sys.argv[1]](*sys.argv[2:]), ensure_ascii=False) + "\n")
