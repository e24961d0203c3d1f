"""The answer for a course, with Discovery's names of fields."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from openedx_catalog_publisher.editing.parts import (
    AdditionalMetadataPart,
    ExtraDescriptionPart,
    GeoLocationPart,
    InYearValuePart,
    LocationRestrictionPart,
    VideoPart,
)
from openedx_catalog_publisher.models import Course, CourseOrganization, Status
from openedx_catalog_publisher.models.derived import course as of_course
from openedx_catalog_publisher.rest.output import Computed, Output
from openedx_catalog_publisher.rest.reference_output import (
    CollaboratorOutput,
    ImageOutput,
    OrganizationOutput,
    SourceOutput,
    SubjectOutput,
    file_url,
)
from openedx_catalog_publisher.rest.run_output import (
    MARKETABLE,
    RunOutput,
    image_of_course,
    nullable_count,
    nullable_text,
)
from openedx_catalog_publisher.rest.unit_rows import links_of_kind

OWNERS = ("organization_links",)
RUNS = "course_runs."


def of_runs(*paths: str) -> tuple[str, ...]:
    """Return paths of what is read of a course's runs."""
    return tuple(f"{RUNS}{path}" for path in paths)


class EntitlementOutput(serializers.Serializer[Any]):
    """The right to one run of the course, sold with the course."""

    mode = serializers.CharField(source="mode.slug")
    price = serializers.DecimalField(max_digits=10, decimal_places=2, coerce_to_string=True)
    currency = serializers.CharField(source="currency_id")
    sku = nullable_text()


class EditorUserOutput(serializers.Serializer[Any]):
    """The account of an editor."""

    id = serializers.IntegerField(source="pk")
    full_name = Computed(
        lambda user, scene: f"{user.first_name} {user.last_name}".strip() or user.username, serializers.CharField()
    )
    email = serializers.CharField()


class EditorOutput(serializers.Serializer[Any]):
    """Somebody who edits the course."""

    id = serializers.IntegerField(source="pk")
    user = EditorUserOutput()


class CourseOutput(Output):
    """
    A course on one side, with its runs of that side.

    Times are ISO 8601 in UTC, prices decimals as text, texts that may hold markup are sanitised HTML.
    """

    key = serializers.CharField()
    uuid = serializers.UUIDField()
    number = serializers.CharField()
    draft = serializers.BooleanField()
    status = serializers.ChoiceField(choices=Status.choices)
    revision = Computed(
        lambda row, scene: row.revision if row.draft else None,
        nullable_count(),
        reads=("revision", "draft"),
        help_text="Counts the writes to the draft; null on official rows.",
    )
    has_unpublished_changes = Computed(
        lambda row, scene: row.revision != row.published_revision if row.draft else None,
        serializers.BooleanField(allow_null=True),
        reads=("revision", "published_revision", "draft"),
        help_text="Whether the draft was written since it last was equal to what is official; null on official rows.",
    )
    title = nullable_text()
    course_runs = Computed(lambda row, scene: row.course_runs, RunOutput.listed(), below=RUNS, reads=(f"{RUNS}pk",))
    entitlements = Computed(lambda row, scene: row.entitlements, EntitlementOutput(many=True), reads=("entitlements",))
    owners = Computed(
        lambda row, scene: _organizations(row, CourseOrganization.Kind.OWNER), OrganizationOutput.listed(), reads=OWNERS
    )
    sponsors = Computed(
        lambda row, scene: _organizations(row, CourseOrganization.Kind.SPONSOR),
        OrganizationOutput.listed(),
        reads=OWNERS,
    )
    image = Computed(
        image_of_course,
        ImageOutput(allow_null=True),
        reads=("image", "card_image_url"),
    )
    original_image = Computed(
        lambda row, scene: image_of_course(row, scene, "original"),
        ImageOutput(allow_null=True),
        reads=("image", "card_image_url"),
    )
    card_image_url = serializers.URLField(allow_null=True)
    short_description = nullable_text()
    full_description = nullable_text()
    outcome = nullable_text()
    prerequisites_raw = nullable_text()
    syllabus_raw = nullable_text()
    faq = nullable_text()
    learner_testimonials = nullable_text()
    additional_information = nullable_text()
    type = Computed(
        lambda row, scene: row.type and row.type.uuid, serializers.UUIDField(allow_null=True), reads=("type__uuid",)
    )
    course_type = Computed(lambda row, scene: row.type and row.type.slug, nullable_text(), reads=("type__slug",))
    url_slug = nullable_text()
    url_slug_history = Computed(
        lambda row, scene: [link.url_slug for link in row.url_slug_history if row.draft or not _only_reserved(link)],
        serializers.ListField(child=serializers.CharField()),
        reads=("url_slug_history", "draft"),
    )
    url_redirects = Computed(
        lambda row, scene: [link.value for link in row.url_redirects],
        serializers.ListField(child=serializers.CharField()),
        reads=("url_redirects",),
    )
    marketing_url = Computed(
        lambda row, scene: of_course.marketing_url(row), serializers.URLField(allow_null=True), reads=("url_slug",)
    )
    preview_url = Computed(
        lambda row, scene: of_course.preview_url(row), serializers.URLField(allow_null=True), reads=("url_slug",)
    )
    level_type = Computed(
        lambda row, scene: row.level_type and row.level_type.name, nullable_text(), reads=("level_type__name",)
    )
    subjects = Computed(
        lambda row, scene: [link.subject for link in row.subject_links],
        SubjectOutput.listed(),
        reads=("subject_links",),
        help_text="The primary one first.",
    )
    topics = Computed(
        lambda row, scene: [link.topic.name for link in row.topic_links],
        serializers.ListField(child=serializers.CharField()),
        reads=("topic_links",),
    )
    collaborators = Computed(
        lambda row, scene: [link.collaborator for link in row.collaborator_links],
        CollaboratorOutput.listed(),
        reads=("collaborator_links",),
    )
    prerequisites = Computed(
        lambda row, scene: [{"name": name} for name in row.prerequisites],
        serializers.ListField(child=serializers.DictField(child=serializers.CharField())),
        reads=("prerequisites",),
    )
    expected_learning_items = serializers.ListField(child=serializers.CharField())
    video = VideoPart(allow_null=True, read_only=True)
    extra_description = ExtraDescriptionPart(allow_null=True, read_only=True)
    additional_metadata = AdditionalMetadataPart(allow_null=True, read_only=True)
    geolocation = GeoLocationPart(allow_null=True, read_only=True)
    location_restriction = LocationRestrictionPart(allow_null=True, read_only=True)
    in_year_value = InYearValuePart(allow_null=True, read_only=True)
    product_source = Computed(
        lambda row, scene: row.product_source,
        SourceOutput(allow_null=True),
        reads=("product_source__name", "product_source__slug", "product_source__description"),
    )
    organization_short_code_override = nullable_text()
    organization_logo_override_url = Computed(
        lambda row, scene: file_url(Course, "organization_logo_override", row.organization_logo_override, scene),
        serializers.URLField(allow_null=True),
        reads=("organization_logo_override",),
    )
    enterprise_subscription_inclusion = Computed(
        lambda row, scene: of_course.is_in_enterprise_subscriptions(row),
        serializers.BooleanField(),
        reads=("type__slug", "enterprise_subscription_inclusion", *OWNERS),
    )
    excluded_from_seo = serializers.BooleanField()
    excluded_from_search = serializers.BooleanField()
    course_run_statuses = Computed(
        lambda row, scene: of_course.course_run_statuses(row, scene.now),
        serializers.ListField(child=serializers.CharField()),
        reads=of_runs("status", "hidden", "end"),
    )
    course_run_keys = Computed(
        lambda row, scene: [run.key for run in row.course_runs],
        serializers.ListField(child=serializers.CharField()),
        reads=of_runs("key"),
    )
    canonical_course_run_key = Computed(
        lambda row, scene: row.canonical_course_run and row.canonical_course_run.key,
        nullable_text(),
        reads=("canonical_course_run__key",),
    )
    advertised_course_run_uuid = Computed(
        lambda row, scene: getattr(of_course.advertised_course_run(row, scene.now), "uuid", None),
        serializers.UUIDField(allow_null=True),
        reads=of_runs("uuid", "start", "end", "enrollment_end", *MARKETABLE),
    )
    key_for_reruns = nullable_text()
    enrollment_count = nullable_count()
    recent_enrollment_count = nullable_count()
    course_length = serializers.ChoiceField(choices=Course.Length.choices, allow_null=True)
    editors = Computed(
        lambda row, scene: row.editors if row.draft else [],
        EditorOutput(many=True),
        reads=("editors", "draft"),
        help_text="Those who edit the course; empty on official rows.",
    )
    watchers = serializers.ListField(child=serializers.EmailField())
    editable = Computed(
        lambda row, scene: row.draft and row.pk in scene.editable,
        serializers.BooleanField(),
        reads=("draft",),
        help_text="Whether whoever asks may write this draft.",
    )
    modified = serializers.DateTimeField(help_text="When this row or one of its parts last moved.")
    data_modified_timestamp = Computed(
        lambda row, scene: max([row.modified, *(run.modified for run in row.course_runs)]),
        serializers.DateTimeField(),
        reads=("modified", *of_runs("modified")),
        help_text="When the course or one of its runs last moved.",
    )


def _organizations(row: Any, kind: str) -> list[Any]:
    return [link.organization for link in links_of_kind(row.organization_links, kind)]


def _only_reserved(link: Any) -> bool:
    # A slug that only the draft uses is not public yet; one that is neither's was official once.
    return link.is_active_on_draft and not link.is_active
