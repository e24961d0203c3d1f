"""
What Discovery's clients send of a course run, in the words of the other door.

Names that cannot be written are ignored, as Discovery ignores them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.editing.canonical import FieldError, canonical_value
from openedx_catalog_publisher.models import CourseRun, OrganizationProfile, Seat, UnitKind
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from openedx_catalog_publisher.rest.course_runs import INHERITED, inherited_values
from openedx_catalog_publisher.rest.discovery.course_input import prices_as_text
from openedx_catalog_publisher.rest.unit_input import RUN, UnitInput, read_input

WRITTEN = frozenset(
    {
        "content_language",
        "eligible_for_financial_aid",
        "end",
        "enrollment_end",
        "enrollment_start",
        "expected_program_name",
        "expected_program_type",
        "external_key",
        "fixed_price_usd",
        "full_description",
        "go_live_date",
        "hidden",
        "license",
        "max_effort",
        "min_effort",
        "mobile_available",
        "outcome",
        "pacing_type",
        "prices",
        "reporting_type",
        "restriction_type",
        "run_type",
        "short_description",
        "staff",
        "start",
        "title",
        "transcript_languages",
        "variant_id",
        "video",
        "weeks_to_complete",
    }
)

REQUIRED = "This field is required."

VERIFIED = "verified"
CREDIT = "credit"
CREDIT_TERMS = {
    "credit_provider": "credit_provider",
    "credit_hours": "credit_hours",
    "upgrade_deadline": "upgrade_deadline_override",
}
"""Columns of a credit seat by the name under which the client sends them with the run."""


def run_input(data: Mapping[str, Any], run_pk: int | None) -> UnitInput:
    """
    Return the input for a run in the commands' words.

    Arguments:
        data: what the client sent.
        run_pk: primary key of the draft; None for a creation.

    Raises:
        InvalidInput: naming every faulty field.
    """
    given = {name: value for name, value in data.items() if name in WRITTEN}
    if given.get("restriction_type", "") is None:
        del given["restriction_type"]
    if "prices" in given:
        given["prices"] = prices_as_text(given["prices"])
    if run_pk is None or not given.keys() & {*INHERITED}:
        return read_input(RUN, given)
    return read_input(RUN, given, inherited=inherited_values(run_pk))


def seat_terms(data: Mapping[str, Any], run_pk: int, *, may_override: bool) -> dict[str, dict[str, Any]]:
    """
    Return what the client says of single seats, by slug of the seat type; nothing where it repeats what is so already.

    Arguments:
        data: what the client sent.
        run_pk: primary key of the run's draft.
        may_override: whether whoever asks may set the upgrade deadline.

    Raises:
        InvalidInput: naming the field, also ``upgrade_deadline_override`` that may not be changed.
    """
    terms: dict[str, dict[str, Any]] = {}
    if "upgrade_deadline_override" in data:
        chosen = _canonical("upgrade_deadline_override", "upgrade_deadline_override", data["upgrade_deadline_override"])
        stored = Seat.objects.filter(course_run=run_pk, type__slug=VERIFIED).values_list(
            "upgrade_deadline_override", flat=True
        )
        before = [_canonical("upgrade_deadline_override", "upgrade_deadline_override", value) for value in stored]
        if any(value != chosen for value in before):
            if not may_override:
                raise InvalidInput(
                    {"upgrade_deadline_override": ["It changed since this page was loaded, and staff set it: reload."]}
                )
            terms[VERIFIED] = {"upgrade_deadline_override": chosen}
    credit = {
        column: _canonical(column, name, data[name])
        for name, column in CREDIT_TERMS.items()
        if data.get(name) is not None
    }
    return terms | ({CREDIT: credit} if credit else {})


def _canonical(column: str, name: str, value: Any) -> Any:
    try:
        return canonical_value(UNITS[UnitKind.COURSE_RUN].lists["seats"][0].by_name[column], value)
    except FieldError as error:
        raise InvalidInput({name: error.messages}) from error


def refused_names(data: Mapping[str, Any], run_pk: int) -> dict[str, list[str]]:
    """Return why names cannot be sent with a change of a run; none where they can, or repeat what is so."""
    refused: dict[str, list[str]] = {}
    if data.get("term"):
        refused["term"] = ["The run part of a key never changes after creation."]
    if {"course", "level_type"} & data.keys():
        course, level = CourseRun.drafts.values_list("course__key", "course__level_type__name").get(pk=run_pk)
        if "course" in data and data["course"] != course:
            refused["course"] = ["A run stays with its course."]
        if "level_type" in data and data["level_type"] != level:
            refused["level_type"] = ["The level is the course's: change it there."]
    return refused


def run_creation_input(data: Mapping[str, Any], owners: Collection[OrganizationProfile]) -> UnitInput:
    """
    Return the input of a run that is to be created.

    Arguments:
        data: what the client sent. ``term`` types the run part of the key where an owner lets its teams do so, and is
            ignored otherwise; status and key are never the client's.
        owners: the organizations that own the course.

    Raises:
        InvalidInput: naming every faulty field, and every one that is missing.
    """
    errors = {name: [REQUIRED] for name in ("start", "end", "run_type") if data.get(name) in (None, "")}
    given = UnitInput()
    try:
        given = run_input(data, None)
    except InvalidInput as error:
        errors |= error.fields
    term = data.get("term")
    if term not in (None, "") and any(not owner.auto_generate_course_run_keys for owner in owners):
        if isinstance(term, str):
            given.changes["run"] = term
        else:
            errors["term"] = ["Give text."]
    if errors:
        raise InvalidInput(errors)
    return given
