"""
Input of courses and runs in the words of the API, turned into what commands take.

Names are Discovery's. Values are checked by the commands' own canonical form, so that every door has one set of rules;
here names are translated, and all faulty fields are gathered before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.editing.canonical import FieldError
from openedx_catalog_publisher.editing.drafts import NEVER_CHANGES, canonical_changes
from openedx_catalog_publisher.editing.images import stored_image
from openedx_catalog_publisher.editing.state import STATE_FIELDS
from openedx_catalog_publisher.models import (
    Course,
    CourseRunType,
    CourseType,
    LevelType,
    OrganizationProfile,
    ProgramType,
    Source,
    Subject,
    UnitKind,
)
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from openedx_catalog_publisher.rest.named import Translation, one, several

READ_ONLY = "This is worked out, or written elsewhere: leave it out."


def _same(value: Any) -> Any:
    return value


def _image(column: str) -> Translation:
    def translate(value: Any) -> Any:
        if isinstance(value, Mapping):
            # As it was answered.
            value = value.get("src")
        if isinstance(value, UploadedFile | str) or value is None:
            return stored_image(Course._meta.get_field(column), value)
        raise FieldError("Give a data URI, a file (multipart/form-data), or null.")

    return translate


def _prerequisites(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(entry, Mapping) for entry in value):
        return [entry.get("name") for entry in value]
    return value


def _seats(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    answered_only = ("upgrade_deadline", "sku", "bulk_sku")
    return [
        {name: found for name, found in seat.items() if name not in answered_only}
        | ({"credit_provider": seat.get("credit_provider") or ""} if "credit_provider" in seat else {})
        if isinstance(seat, Mapping)
        else seat
        for seat in value
    ]


def _restriction(value: Any) -> Any:
    return {"restriction_type": value} if value else None


@dataclass(frozen=True)
class Wording:
    """
    How the API names the content of a kind of unit.

    Attributes:
        kind: the kind.
        renamed: content name by the API's name, where they differ.
        translations: what is done to a value, by the API's name.
    """

    kind: UnitKind
    renamed: Mapping[str, str]
    translations: Mapping[str, Translation]

    @property
    def names(self) -> frozenset[str]:
        """The API's names of all that can be written."""
        inner = {*UNITS[self.kind].reviews, *STATE_FIELDS[self.kind]} - set(self.renamed.values())
        return frozenset(inner | self.renamed.keys())

    def public(self, name: str) -> str:
        """Return the API's name of a content name."""
        for outer, inner in self.renamed.items():
            if inner == name:
                return outer
        return name

    def in_public(self, error: InvalidInput) -> InvalidInput:
        """Return an error that names fields as the API does."""
        return InvalidInput({self.public(name): messages for name, messages in error.fields.items()})


COURSE = Wording(
    kind=UnitKind.COURSE,
    renamed={
        "owners": "authoring_organizations",
        "sponsors": "sponsoring_organizations",
        "entitlements": "entitlement",
    },
    translations={
        "owners": several(OrganizationProfile),
        "sponsors": several(OrganizationProfile),
        "type": one(CourseType),
        "level_type": one(LevelType),
        "product_source": one(Source),
        "subjects": several(Subject),
        "image": _image("image"),
        "organization_logo_override": _image("organization_logo_override"),
        "prerequisites": _prerequisites,
    },
)

RUN = Wording(
    kind=UnitKind.COURSE_RUN,
    renamed={
        "run_type": "type",
        "content_language": "language",
        "restriction_type": "restricted_run",
        "title": "title_override",
        "short_description": "short_description_override",
        "full_description": "full_description_override",
        "outcome": "outcome_override",
    },
    translations={
        "run_type": one(CourseRunType),
        "expected_program_type": one(ProgramType),
        "seats": _seats,
        "restriction_type": _restriction,
    },
)

EXTRA_NAMES: Mapping[UnitKind, frozenset[str]] = {
    UnitKind.COURSE: frozenset({"prices", "topics"}),
    UnitKind.COURSE_RUN: frozenset({"prices"}),
}
"""What commands take beside content and state."""

UNWRITTEN: Mapping[UnitKind, frozenset[str]] = {
    UnitKind.COURSE: frozenset({"entitlements"}),
    UnitKind.COURSE_RUN: frozenset(),
}
"""What ``prices`` makes, so that it is not written by itself."""


@dataclass
class UnitInput:
    """
    Input that may be written.

    Attributes:
        changes: values by content name, as commands take them.
        extras: ``prices`` and ``topics``, where they are given.
    """

    changes: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)


def read_input(
    wording: Wording,
    data: Mapping[str, Any],
    *,
    answered: Iterable[str] = (),
    identity: Mapping[str, str] | None = None,
    inherited: Mapping[str, Any] | None = None,
) -> UnitInput:
    """
    Return the input for a unit in the commands' words.

    Arguments:
        wording: how the API names the content.
        data: what the client sent.
        answered: names that answers have; one that cannot be written is told so, instead of being called unknown.
        identity: what the unit is known by, so that repeating it is no fault; None for a creation.
        inherited: for a run, what it shows of its course by the API's name: input that repeats it says nothing of the
            run's own.

    Raises:
        InvalidInput: naming every faulty field by the API's name.
    """
    if not isinstance(data, Mapping):
        raise InvalidInput({"non_field_errors": ["Give an object."]})
    result = UnitInput()
    errors: dict[str, list[str]] = {}
    writable = wording.names - UNWRITTEN[wording.kind]
    unwritten = {*answered, *UNWRITTEN[wording.kind]}
    for name, value in data.items():
        if name in EXTRA_NAMES[wording.kind]:
            result.extras[name] = value
        elif name in NEVER_CHANGES[wording.kind]:
            result.changes[name] = value
        elif name in writable:
            says_nothing = inherited is not None and value == inherited.get(name)
            try:
                translated = wording.translations.get(name, _same)(None if says_nothing else value)
            except FieldError as error:
                errors[name] = error.messages
            else:
                result.changes[wording.renamed.get(name, name)] = translated
        else:
            errors[name] = [READ_ONLY if name in unwritten else "There is no such field."]
    try:
        canonical_changes(wording.kind, result.changes, identity)
    except InvalidInput as error:
        errors |= wording.in_public(error).fields
    if errors:
        raise InvalidInput(errors)
    result.changes = {name: value for name, value in result.changes.items() if name not in NEVER_CHANGES[wording.kind]}
    return result
