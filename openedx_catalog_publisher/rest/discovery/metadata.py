"""
What ``OPTIONS`` says of courses and runs: the fields that can be sent, and what can be chosen for them.

The Publisher micro-frontend makes its forms of it, and fails where a list of choices is missing; empty ones are fine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.encoding import force_str
from rest_framework import serializers
from rest_framework.metadata import SimpleMetadata
from rest_framework.request import Request

from openedx_catalog_publisher.editing.parts import AdditionalMetadataPart
from openedx_catalog_publisher.models import (
    CourseRun,
    LanguageTag,
    LevelType,
    ProgramType,
    RestrictedCourseRun,
    Status,
    Subject,
)
from openedx_catalog_publisher.rest.discovery.course_input import WRITTEN as OF_COURSES
from openedx_catalog_publisher.rest.discovery.course_output import DoorCourseOutput
from openedx_catalog_publisher.rest.discovery.door import is_publisher_user
from openedx_catalog_publisher.rest.discovery.run_input import WRITTEN as OF_RUNS
from openedx_catalog_publisher.rest.discovery.run_output import DoorRunOutput
from openedx_catalog_publisher.rest.output import Computed, Output
from openedx_catalog_publisher.rest.types import (
    ENTITLEMENTS,
    RUN_TYPES,
    CourseTypeFilter,
    CourseTypeViewSet,
    choosable_course_types,
    unoffered_run_types,
)
from openedx_catalog_publisher.seeds.places import COUNTRIES, STATES

EMPTY_TYPE = "empty"

NESTED = "nested object"
Choices = list[dict[str, Any]]


def _choices(pairs: Iterable[tuple[Any, Any]]) -> Choices:
    return [{"value": value, "display_name": force_str(name, strings_only=True)} for value, name in pairs]


def _field(label: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "required": False, "read_only": False, "label": label, **more}


def _choice(label: str, choices: Choices) -> dict[str, Any]:
    return _field(label, "choice", choices=choices)


def _list_of(label: str, choices: Choices | None = None) -> dict[str, Any]:
    child = _field("", "string") if choices is None else _choice("", choices)
    return _field(label, "list", child={**child, "required": True})


class UnitMetadata(SimpleMetadata):
    """Describes one kind of unit to those who may create it."""

    output: type[Output]
    written: frozenset[str]
    required: frozenset[str]

    def determine_metadata(self, request: Request, view: Any) -> dict[str, Any]:
        """Return the description; without ``actions`` for those who may create nothing."""
        described: dict[str, Any] = super().determine_metadata(request, view)
        described.pop("actions", None)
        if self.may_create(request.user):
            fields = {name: self._described(name, entry) for name, entry in self.output().fields.items()}
            described["actions"] = {"POST": fields | self.chosen(request)}
        return described

    def may_create(self, user: Any) -> bool:
        """Tell whether somebody may create something of this kind, as far as can be told without naming it."""
        raise NotImplementedError

    def chosen(self, request: Request) -> dict[str, Any]:
        """Return the fields that are chosen from lists, and those that answers do not have."""
        raise NotImplementedError

    def _described(self, name: str, entry: Any) -> dict[str, Any]:
        shape = entry.shape if isinstance(entry, Computed) else entry
        kind = "list" if isinstance(shape, serializers.ListSerializer) else self.label_lookup[shape]  # type: ignore[index]
        return {
            "type": kind,
            "required": name in self.required,
            "read_only": name not in self.written,
            "label": name.replace("_", " ").capitalize(),
        }


class CourseMetadata(UnitMetadata):
    """Describes courses; their types, with what their runs offer, are those that the user may choose."""

    output = DoorCourseOutput
    written = OF_COURSES
    required = frozenset({"title", "type", "product_source"})

    def may_create(self, user: Any) -> bool:
        """Tell whether somebody may create something: the organization is not known yet, so everybody may."""
        return True

    def chosen(self, request: Request) -> dict[str, Any]:
        """Return the fields that are chosen from lists, and those that answers do not have."""
        subjects = Subject.objects.filter(retired=False).order_by("name", "pk").values_list("slug", "name")
        levels = LevelType.objects.filter(retired=False).values_list("name", flat=True)
        return {
            "org": _field("Organization", "string", required=True),
            "number": _field("Number", "string", required=True),
            "prices": _field("Prices", NESTED),
            "course_run": _field("Course run", NESTED),
            "type": _field("Type", "field", required=True, type_options=type_options(request)),
            "level_type": _choice("Level type", _choices((name, name) for name in levels)),
            "subjects": _list_of("Subjects", _choices(subjects)),
            "topics": _list_of("Topics"),
            "collaborators": _list_of("Collaborators"),
            "location_restriction": _field("Location restriction", NESTED, children=_restriction_fields()),
            "additional_metadata": _field("Additional metadata", NESTED, children=_metadata_fields()),
        }


class CourseRunMetadata(UnitMetadata):
    """Describes course runs."""

    output = DoorRunOutput
    written = OF_RUNS | {"course", "rerun", "term", "status"}
    required = frozenset({"course", "start", "end", "run_type"})

    def may_create(self, user: Any) -> bool:
        """Tell whether somebody may create runs of some course."""
        return is_publisher_user(user)

    def chosen(self, request: Request) -> dict[str, Any]:
        """Return the fields that are chosen from lists, and those that answers do not have."""
        languages = _choices(LanguageTag.objects.filter(retired=False).values_list("code", "name"))
        programs = ProgramType.objects.filter(retired=False).values_list("slug", "name")
        levels = LevelType.objects.filter(retired=False).values_list("name", flat=True)
        return {
            "prices": _field("Prices", NESTED),
            "rerun": _field("Rerun", "string"),
            "term": _field("Term", "string"),
            "pacing_type": _choice("Pacing type", _choices(_first_by_default())),
            "content_language": _choice("Content language", languages),
            "transcript_languages": _list_of("Transcript languages", languages),
            "expected_program_type": _choice("Expected program type", _choices(programs)),
            "has_ofac_restrictions": _choice(
                "Has OFAC restrictions", _choices([("", "--"), (True, "Yes"), (False, "No")])
            ),
            "ofac_comment": _field("OFAC comment", "string"),
            "status": _choice("Status", _choices(Status.choices)),
            "level_type": _choice("Level type", _choices((name, name) for name in levels)) | {"read_only": True},
            "reporting_type": _choice("Reporting type", _choices(CourseRun.ReportingType.choices)),
            "restriction_type": _choice("Restriction type", _choices(RestrictedCourseRun.RestrictionType.choices)),
            "upgrade_deadline_override": _field("Upgrade deadline override", "datetime"),
        }


def _first_by_default() -> list[tuple[str, Any]]:
    # The client shows the first one and sends nothing where nobody chose: so it is the one that is taken then.
    return sorted(CourseRun.Pacing.choices, key=lambda choice: choice[0] != CourseRun.Pacing.INSTRUCTOR)


def _restriction_fields() -> dict[str, Any]:
    return {
        "restriction_type": _choice(
            "Restriction type", _choices([("allowlist", "Allowlist"), ("blocklist", "Blocklist")])
        ),
        "countries": _list_of("Countries", _choices(COUNTRIES)),
        "states": _list_of("States", _choices(STATES)),
    }


def _metadata_fields() -> dict[str, Any]:
    fields = AdditionalMetadataPart().fields
    described = {
        name: _field(name.replace("_", " ").capitalize(), SimpleMetadata.label_lookup[entry])  # type: ignore[index]
        for name, entry in fields.items()
        if not isinstance(entry, serializers.BaseSerializer)
    }
    for name in ("product_status", "external_course_marketing_type"):
        choices: Mapping[Any, Any] = fields[name].choices  # type: ignore[attr-defined]
        described[name] = _choice(name.replace("_", " ").capitalize(), _named(choices))
    return described


def _named(choices: Iterable[Any]) -> Choices:
    return _choices((value, str(value).replace("_", " ").title()) for value in choices)


def type_options(request: Request) -> list[dict[str, Any]]:
    """
    Return the course types that the user may choose, each with the run types and tracks that it offers.

    A type without a run type is left out: the client chooses the first one by itself.
    """
    types = CourseTypeFilter({}, queryset=choosable_course_types(request.user), request=request)
    rows = types.qs.exclude(slug=EMPTY_TYPE).order_by("name", "pk")
    records = CourseTypeViewSet().read(rows, {"uuid", "slug", "name", ENTITLEMENTS, RUN_TYPES})
    options = (_type_option(record) for record in records)
    return [option for option in options if option["course_run_types"]]


def _type_option(record: Any) -> dict[str, Any]:
    run_types = [
        link.course_run_type
        for link in record.run_type_links
        if not link.course_run_type.retired and link.course_run_type.slug not in unoffered_run_types()
    ]
    tracks = {link.track.pk: link.track for run_type in run_types for link in run_type.track_links}
    return {
        "uuid": str(record.uuid),
        "name": record.name,
        "entitlement_types": [link.seattype.slug for link in record.entitlement_links],
        "course_run_types": [
            {
                "uuid": str(run_type.uuid),
                "name": run_type.name,
                "is_marketable": run_type.is_marketable,
                "modes": [link.track.mode.slug for link in run_type.track_links],
            }
            for run_type in run_types
        ],
        "tracks": [_track(track) for track in tracks.values()],
    }


def _track(track: Any) -> dict[str, Any]:
    seat, mode = track.seat_type, track.mode
    return {
        "seat_type": None if seat is None else {"name": seat.name, "slug": seat.slug},
        "mode": {
            "name": mode.name,
            "slug": mode.slug,
            "is_id_verified": mode.is_id_verified,
            "is_credit_eligible": mode.is_credit_eligible,
            "certificate_type": mode.certificate_type or None,
            "payee": mode.payee or None,
        },
    }
