"""The answer for a course run, with Discovery's names of fields."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from openedx_catalog_publisher.models import Course, CourseRun, RestrictedCourseRun, Status
from openedx_catalog_publisher.models.course_run_parts import CourseRunLanguage
from openedx_catalog_publisher.models.derived import course as of_course
from openedx_catalog_publisher.models.derived import course_run as of_run
from openedx_catalog_publisher.models.derived import seat as of_seat
from openedx_catalog_publisher.rest.output import Computed, Output, Scene
from openedx_catalog_publisher.rest.reference_output import ImageOutput, PersonOutput, file_url
from openedx_catalog_publisher.rest.unit_rows import links_of_kind

TYPE = ("type__slug", "type__is_marketable")
SEATS = ("seats",)
MARKETABLE = ("draft", "key", "status", "slug", *TYPE, *SEATS)


def nullable_text(**options: Any) -> serializers.CharField:
    """Return the shape of a text that may be missing."""
    return serializers.CharField(allow_null=True, **options)


def nullable_time(**options: Any) -> serializers.DateTimeField:
    """Return the shape of a time that may be missing."""
    return serializers.DateTimeField(allow_null=True, **options)


def nullable_count(**options: Any) -> serializers.IntegerField:
    """Return the shape of a number that may be missing."""
    return serializers.IntegerField(allow_null=True, **options)


class SeatOutput(serializers.Serializer[Any]):
    """A seat of a run. Its deadline is the one that was set, else the one that follows from the run's end."""

    type = serializers.CharField(source="type.slug")
    price = serializers.DecimalField(max_digits=10, decimal_places=2, coerce_to_string=True)
    currency = serializers.CharField(source="currency_id")
    upgrade_deadline = Computed(lambda seat, scene: of_seat.upgrade_deadline(seat), nullable_time())
    upgrade_deadline_override = nullable_time()
    credit_provider = Computed(lambda seat, scene: seat.credit_provider or None, nullable_text())
    credit_hours = nullable_count()
    sku = nullable_text()
    bulk_sku = nullable_text()


def image_of_course(course: Any, scene: Scene, variant: str = "small") -> dict[str, Any] | None:
    """Return the image of a course in a size: the stored one, else the address of one elsewhere."""
    url = file_url(Course, "image", course.image, scene, variant=variant) or course.card_image_url
    return {"src": url, "description": None, "height": None, "width": None} if url else None


def legacy_price(run: Any) -> int | None:
    """Return the whole dollars of the first paid seat, cut off as Discovery does."""
    price = of_run.first_enrollable_paid_seat_price(run)
    return None if price is None else int(price)


def languages(run: Any, kind: str) -> list[Any]:
    """Return the languages of a run's transcripts or translations, in order."""
    return links_of_kind(run.language_links, kind)


class RunOutput(Output):
    """
    A course run on one side.

    Title, descriptions, outcome, image, video and level are the course's where the run has none of its own. Times are
    ISO 8601 in UTC, prices decimals as text.
    """

    key = serializers.CharField()
    uuid = serializers.UUIDField()
    course = serializers.CharField(source="course.key", help_text="Key of the course.")
    course_uuid = serializers.UUIDField(source="course.uuid")
    draft = serializers.BooleanField()
    status = serializers.ChoiceField(choices=Status.choices)
    revision = Computed(
        lambda run, scene: run.revision if run.draft else None,
        nullable_count(),
        reads=("revision", "draft"),
        help_text="Counts the writes to the draft; null on official rows.",
    )
    has_unpublished_changes = Computed(
        lambda run, scene: run.revision != run.published_revision if run.draft else None,
        serializers.BooleanField(allow_null=True),
        reads=("revision", "published_revision", "draft"),
        help_text="Whether the draft was written since it last was equal to what is official; null on official rows.",
    )
    title = Computed(lambda run, scene: of_run.title(run), nullable_text(), reads=("title_override", "course__title"))
    title_override = nullable_text()
    external_key = nullable_text()
    fixed_price_usd = serializers.DecimalField(max_digits=10, decimal_places=2, allow_null=True)
    image = Computed(
        lambda run, scene: image_of_course(run.course, scene),
        ImageOutput(allow_null=True),
        reads=("course__image", "course__card_image_url"),
    )
    short_description = Computed(
        lambda run, scene: of_run.short_description(run),
        nullable_text(),
        reads=("short_description_override", "course__short_description"),
    )
    full_description = Computed(
        lambda run, scene: of_run.full_description(run),
        nullable_text(),
        reads=("full_description_override", "course__full_description"),
    )
    outcome = Computed(
        lambda run, scene: of_run.outcome(run), nullable_text(), reads=("outcome_override", "course__outcome")
    )
    marketing_url = Computed(
        lambda run, scene: of_run.marketing_url(run), serializers.URLField(allow_null=True), reads=("slug", *TYPE)
    )
    seats = Computed(lambda run, scene: run.seats, SeatOutput(many=True), reads=(*SEATS, "end"))
    start = nullable_time()
    end = nullable_time()
    go_live_date = nullable_time()
    enrollment_start = nullable_time()
    enrollment_end = nullable_time()
    announcement = nullable_time()
    weeks_to_complete = nullable_count()
    min_effort = nullable_count(help_text="Hours a week.")
    max_effort = nullable_count(help_text="Hours a week.")
    estimated_hours = Computed(
        lambda run, scene: of_run.estimated_hours(run),
        serializers.FloatField(),
        reads=("min_effort", "max_effort", "weeks_to_complete"),
    )
    pacing_type = serializers.ChoiceField(choices=CourseRun.Pacing.choices, allow_null=True)
    type = Computed(
        lambda run, scene: of_run.type_legacy(run),
        nullable_text(),
        reads=SEATS,
        help_text="The first of credit, professional, verified, honor and audit that the run has a seat of.",
    )
    run_type = Computed(
        lambda run, scene: run.type and run.type.uuid, serializers.UUIDField(allow_null=True), reads=("type__uuid",)
    )
    restriction_type = Computed(
        lambda run, scene: run.restrictions[0].restriction_type if run.restrictions else None,
        serializers.ChoiceField(choices=RestrictedCourseRun.RestrictionType.choices, allow_null=True),
        reads=("restrictions",),
    )
    is_enrollable = Computed(
        lambda run, scene: of_run.is_enrollable(run, scene.now),
        serializers.BooleanField(),
        reads=("enrollment_start", "enrollment_end"),
    )
    is_marketable = Computed(lambda run, scene: of_run.is_marketable(run), serializers.BooleanField(), reads=MARKETABLE)
    is_marketable_external = Computed(
        lambda run, scene: of_run.is_marketable_external(run, scene.now),
        serializers.BooleanField(),
        reads=(*MARKETABLE, "course__type__slug", "start", "go_live_date"),
    )
    availability = Computed(
        lambda run, scene: of_run.availability(run, scene.now),
        serializers.ChoiceField(choices=of_run.Availability.choices),
        reads=("start", "end"),
    )
    variant_id = serializers.UUIDField(allow_null=True)
    video = Computed(
        lambda run, scene: run.video or run.course.video,
        serializers.DictField(allow_null=True),
        reads=("video", "course__video"),
    )
    content_language = Computed(
        lambda run, scene: run.language_id, nullable_text(), reads=("language_id",), help_text="IETF tag."
    )
    content_language_search_facet_name = Computed(
        lambda run, scene: run.language and run.language.name, nullable_text(), reads=("language__name",)
    )
    license = nullable_text()
    transcript_languages = Computed(
        lambda run, scene: [link.language_id for link in languages(run, CourseRunLanguage.Kind.TRANSCRIPT)],
        serializers.ListField(child=serializers.CharField()),
        reads=("language_links",),
    )
    transcript_languages_search_facet_names = Computed(
        lambda run, scene: [link.language.name for link in languages(run, CourseRunLanguage.Kind.TRANSCRIPT)],
        serializers.ListField(child=serializers.CharField()),
        reads=("language_links",),
    )
    video_translation_languages = Computed(
        lambda run, scene: [link.language_id for link in languages(run, CourseRunLanguage.Kind.VIDEO_TRANSLATION)],
        serializers.ListField(child=serializers.CharField()),
        reads=("language_links",),
    )
    staff = Computed(
        lambda run, scene: [link.person for link in run.staff_links], PersonOutput.listed(), reads=("staff_links",)
    )
    level_type = Computed(
        lambda run, scene: run.course.level_type and run.course.level_type.name,
        nullable_text(),
        reads=("course__level_type__name",),
    )
    mobile_available = serializers.BooleanField()
    hidden = serializers.BooleanField()
    reporting_type = serializers.ChoiceField(choices=CourseRun.ReportingType.choices)
    eligible_for_financial_aid = serializers.BooleanField()
    first_enrollable_paid_seat_price = Computed(
        lambda run, scene: legacy_price(run),
        nullable_count(),
        reads=(*SEATS, "end"),
        help_text="Whole units of the currency, cut off.",
    )
    has_ofac_restrictions = serializers.BooleanField(allow_null=True)
    ofac_comment = nullable_text()
    enrollment_count = nullable_count()
    recent_enrollment_count = nullable_count()
    expected_program_type = Computed(
        lambda run, scene: run.expected_program_type and run.expected_program_type.slug,
        nullable_text(),
        reads=("expected_program_type__slug",),
    )
    expected_program_name = nullable_text()
    enterprise_subscription_inclusion = Computed(
        lambda run, scene: of_course.run_is_in_enterprise_subscriptions(run),
        serializers.BooleanField(),
        reads=(
            "pacing_type",
            "course__type__slug",
            "course__enterprise_subscription_inclusion",
            "course__organization_links",
        ),
    )
    studio_state = Computed(
        lambda run, scene: run.studio_state if run.draft else None,
        serializers.ChoiceField(choices=CourseRun.StudioState.choices, allow_null=True),
        reads=("studio_state", "draft"),
        help_text="What is known of the run in Studio; null on official rows.",
    )
    studio_error = Computed(
        lambda run, scene: (run.studio_error or None) if run.draft else None,
        nullable_text(),
        reads=("studio_error", "draft"),
        help_text="Why Studio did not do what it was asked to; null where nothing failed, and on official rows.",
    )
    ai_languages = serializers.JSONField(allow_null=True)
    modified = serializers.DateTimeField()
