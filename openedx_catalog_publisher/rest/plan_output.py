"""Answers about publishing: plans, releases, publications, differences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from openedx_catalog_publisher.api import FieldChange, Plan, Published, UnitSnapshot, compare
from openedx_catalog_publisher.models import EventKind, Publication, Release, UnitKind, WriteSource
from openedx_catalog_publisher.models.field_classes import Review
from openedx_catalog_publisher.publishing.plan import Effect
from openedx_catalog_publisher.publishing.references import ReferenceIndex
from openedx_catalog_publisher.publishing.snapshots import named_references


class ChangeOutput(serializers.Serializer[Any]):
    """One content field that differs."""

    field = serializers.CharField(help_text="Content name.")
    old = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)
    review = serializers.ChoiceField(choices=[entry.value for entry in Review], help_text="How it stands to review.")


class RemarkOutput(serializers.Serializer[Any]):
    """Something to know about a publication."""

    code = serializers.CharField(help_text="A stable word for programs.")
    message = serializers.CharField()


class UnitPlanOutput(serializers.Serializer[Any]):
    """What a publication would do to one unit."""

    kind = serializers.ChoiceField(choices=UnitKind.choices)
    uuid = serializers.UUIDField()
    key = serializers.CharField()
    revision = serializers.IntegerField()
    effect = serializers.ChoiceField(choices=[entry.value for entry in Effect])
    base_publication = serializers.IntegerField(help_text="Number of the publication that is official; 0 for none.")
    draft_digest = serializers.CharField()
    official_digest = serializers.CharField(allow_blank=True)
    official_status = serializers.CharField(allow_blank=True)
    status = serializers.CharField()
    changes = ChangeOutput(many=True)
    rows = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField()),
        help_text="How many rows of each table would be inserted, updated and deleted.",
    )
    warnings = RemarkOutput(many=True)
    problems = RemarkOutput(many=True)
    missing_reviews = serializers.ListField(child=serializers.CharField())
    events = serializers.ListField(child=serializers.ChoiceField(choices=EventKind.choices))


def labels_field() -> serializers.DictField:
    """Return the shape of labels."""
    return serializers.DictField(
        child=serializers.DictField(child=serializers.CharField()),
        help_text="What people call the reference data that the changes name: label by code, by name of the table.",
    )


class PlanOutput(serializers.Serializer[Any]):
    """What a publication would do; nothing is stored."""

    plan_digest = serializers.CharField(help_text="What publishing takes as expected_digest.")
    units = UnitPlanOutput(many=True)
    labels = labels_field()


class PublishInput(serializers.Serializer[Any]):
    """What to publish, as far as it is said."""

    expected_digest = serializers.CharField(
        required=False, help_text="Digest of the plan that was read; 409 when something moved since."
    )
    message = serializers.CharField(required=False, allow_blank=True, help_text="Why, for the log.")


class PublishDraftsInput(PublishInput):
    """How drafts are published."""

    skip_review = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Publish although reviews are missing, with the reason as message; for catalog administrators.",
    )


@extend_schema_field(
    {"oneOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string", "enum": ["all"]}], "nullable": True}
)
class RunsInput(serializers.Field[Any, Any, Any, Any]):
    """Names of runs, or all."""


class PlanCourseInput(serializers.Serializer[Any]):
    """Which runs of the course are meant, too."""

    runs = RunsInput(required=False, help_text='Keys or UUIDs of runs, or "all"; without it the course alone.')


class PublishCourseInput(PlanCourseInput, PublishDraftsInput):
    """What to publish of a course."""


class PlanRunInput(serializers.Serializer[Any]):
    """Whether the course is meant, too."""

    with_course = serializers.BooleanField(
        required=False,
        default=False,
        help_text="The course comes along; it always does where nothing of it is official.",
    )


class PublishRunInput(PlanRunInput, PublishDraftsInput):
    """What to publish of a run."""


class ReasonInput(serializers.Serializer[Any]):
    """Why."""

    message = serializers.CharField(help_text="Why, for the log.")


class ReleaseInput(PublishDraftsInput):
    """The units of a release."""

    units = serializers.ListField(child=serializers.CharField(), help_text="Keys or UUIDs of courses and runs.")
    with_runs = serializers.BooleanField(
        required=False, default=False, help_text="All runs of the courses that are named, too."
    )


class PublicationOutput(serializers.Serializer[Any]):
    """What one release did to one unit."""

    number = serializers.IntegerField(help_text="Counts the unit's publications from 1; what restore takes.")
    kind = serializers.ChoiceField(choices=UnitKind.choices)
    uuid = serializers.UUIDField()
    key = serializers.CharField()
    action = serializers.ChoiceField(choices=Release.Action.choices)
    status = serializers.CharField(allow_blank=True)
    approval = serializers.ChoiceField(choices=Publication.Approval.choices)
    occurred_at = serializers.DateTimeField()
    content_digest = serializers.CharField(allow_blank=True)
    release = serializers.UUIDField()


class HistoryEntryOutput(PublicationOutput):
    """One entry of a unit's history."""

    message = serializers.CharField(allow_blank=True)
    actor = serializers.CharField(help_text="User name, or the part of the system that acted.")
    source = serializers.ChoiceField(choices=WriteSource.choices)  # type: ignore[assignment]
    changes = ChangeOutput(many=True)


class ReleaseOutput(serializers.Serializer[Any]):
    """One act of publishing."""

    uuid = serializers.UUIDField()
    action = serializers.ChoiceField(choices=Release.Action.choices)
    occurred_at = serializers.DateTimeField()
    actor = serializers.CharField(help_text="User name, or the part of the system that acted.")
    source = serializers.ChoiceField(choices=WriteSource.choices)  # type: ignore[assignment]
    message = serializers.CharField(allow_blank=True)
    plan_digest = serializers.CharField(allow_blank=True)
    undoes = serializers.UUIDField(allow_null=True)
    publications = PublicationOutput(many=True)


class PublishedOutput(serializers.Serializer[Any]):
    """What a publication did."""

    release = serializers.UUIDField(allow_null=True, help_text="Null where nothing differed and nothing was written.")
    publications = PublicationOutput(many=True)
    unchanged = serializers.ListField(child=serializers.CharField(), help_text="Keys of units that did not move.")


class ChangesOutput(serializers.Serializer[Any]):
    """What differs, or moved."""

    key = serializers.CharField()
    revision = serializers.IntegerField()
    changes = ChangeOutput(many=True)
    labels = labels_field()


def labels_of(changes: Iterable[tuple[UnitKind, FieldChange]]) -> dict[str, dict[str, str]]:
    """Return the labels of all reference data that changes name, by name of the table, one statement per table."""
    named = {
        reference
        for kind, change in changes
        for value in (change.old, change.new)
        for _, reference in named_references(kind, {change.name: value})
    }
    references = ReferenceIndex()
    gone = references.resolve(named)
    return references.labels(sorted(named - gone))


def changes_data(changes: Iterable[FieldChange]) -> list[dict[str, Any]]:
    """Return changes as they are answered."""
    return [
        {"field": change.name, "old": change.old, "new": change.new, "review": change.review.value}
        for change in changes
    ]


def plan_data(plan: Plan) -> dict[str, Any]:
    """Return a plan as it is answered."""
    changes = ((unit.kind, change) for unit in plan.units for change in unit.changes)
    return plan.as_data() | {"labels": labels_of(changes)}


def publication_data(record: Publication) -> dict[str, Any]:
    """Return a publication record as it is answered; its release is at hand."""
    return {
        "number": record.number,
        "kind": record.unit_kind,
        "uuid": record.unit_uuid,
        "key": record.unit_key,
        "action": record.action,
        "status": record.status,
        "approval": record.approval,
        "occurred_at": record.occurred_at,
        "content_digest": record.content_digest,
        "release": record.release.uuid,
    }


def published_data(published: Published) -> dict[str, Any]:
    """Return what a publication did as it is answered."""
    return {
        "release": published.release and published.release.uuid,
        "publications": [publication_data(record) for record in published.publications],
        "unchanged": list(published.unchanged),
    }


def changes_of(record: Publication) -> tuple[FieldChange, ...]:
    """Return what a publication changed; its snapshot and the one before are at hand."""
    before = record.previous.snapshot if record.previous is not None else None
    if record.snapshot is None:
        return ()
    return compare(UnitSnapshot.load(before) if before is not None else None, UnitSnapshot.load(record.snapshot))


def history_data(record: Publication, changes: Iterable[FieldChange], actors: Mapping[Any, str]) -> dict[str, Any]:
    """Return a publication with what it changed; its release is at hand."""
    return publication_data(record) | {
        "message": record.release.message,
        "actor": actors[record.release.actor],
        "source": record.release.source,
        "changes": changes_data(changes),
    }


def release_data(release: Release, publications: Iterable[Publication], actors: Mapping[Any, str]) -> dict[str, Any]:
    """Return a release as it is answered, with those of its publications that are to be shown."""
    return {
        "uuid": release.uuid,
        "action": release.action,
        "occurred_at": release.occurred_at,
        "actor": actors[release.actor],
        "source": release.source,
        "message": release.message,
        "plan_digest": release.plan_digest,
        "undoes": release.undoes.uuid if release.undoes is not None else None,
        "publications": [publication_data(record) for record in publications],
    }
