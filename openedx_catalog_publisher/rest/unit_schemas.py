"""
What the API takes of courses and runs, described for clients.

These serializers describe and do not check: the commands' canonical form does. A test holds them to the names that
``unit_input`` takes.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from openedx_catalog_publisher.editing.parts import (
    AdditionalMetadataPart,
    ExtraDescriptionPart,
    GeoLocationPart,
    InYearValuePart,
    LocationRestrictionPart,
    VideoPart,
)
from openedx_catalog_publisher.models import CourseRun, RestrictedCourseRun

HTML = "HTML; what is not allowed in it is dropped."
IMAGE = "A data URI (base64), a file in multipart/form-data, the address that was answered (unchanged), or null (none)."


def _text(maximum: int | None = None, **options: Any) -> serializers.CharField:
    return serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=maximum, **options)


def _html() -> serializers.CharField:
    return _text(help_text=HTML)


def _names(**options: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), required=False, **options)


def _time(**options: Any) -> serializers.DateTimeField:
    return serializers.DateTimeField(required=False, allow_null=True, **options)


def _count(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=32_767, **options)


def _flag() -> serializers.BooleanField:
    return serializers.BooleanField(required=False)


def _prices() -> serializers.DictField:
    return serializers.DictField(
        child=serializers.CharField(),
        required=False,
        help_text='Price by slug of the seat type, for example {"verified": "49.00"}; of a course they make its '
        "entitlement, of a run its seats.",
    )


class CourseInput(serializers.Serializer[Any]):
    """What of a course can be written; what is not named stays."""

    title = _text(255)
    owners = _names(help_text="Keys of the organizations that own the course.")
    sponsors = _names(help_text="Keys of organizations.")
    type = _text(help_text="UUID or slug of a course type.")
    url_slug = _text(255, help_text="One part, or the form that is set for the course's source and type.")
    short_description = _html()
    full_description = _html()
    outcome = _html()
    prerequisites_raw = _html()
    syllabus_raw = _html()
    faq = _html()
    learner_testimonials = _html()
    additional_information = _text()
    level_type = _text(help_text="Name of a level.")
    subjects = _names(help_text="Slugs of subjects, the primary one first.")
    topics = _names(help_text="Names of topics; those that do not exist are made.")
    collaborators = _names(help_text="UUIDs of collaborators.")
    product_source = _text(help_text="Slug of a source.")
    prices = _prices()
    prerequisites = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField()), required=False, help_text='[{"name": "..."}]'
    )
    expected_learning_items = _names()
    image = _text(help_text=IMAGE)
    card_image_url = _text(255, help_text="Address of an image elsewhere.")
    video = VideoPart(required=False, allow_null=True)
    extra_description = ExtraDescriptionPart(required=False, allow_null=True)
    additional_metadata = AdditionalMetadataPart(required=False, allow_null=True)
    geolocation = GeoLocationPart(required=False, allow_null=True)
    location_restriction = LocationRestrictionPart(required=False, allow_null=True)
    in_year_value = InYearValuePart(required=False, allow_null=True)
    organization_short_code_override = _text(255)
    organization_logo_override = _text(help_text=IMAGE)
    enterprise_subscription_inclusion = serializers.BooleanField(required=False, allow_null=True)
    excluded_from_seo = _flag()
    excluded_from_search = _flag()
    key_for_reruns = _text(255)
    watchers = serializers.ListField(child=serializers.EmailField(), required=False)


class SeatInput(serializers.Serializer[Any]):
    """A seat of a run."""

    type = serializers.CharField(help_text="Slug of a seat type.")
    price = serializers.CharField(required=False)
    currency = serializers.CharField(required=False, help_text="ISO 4217 code.")
    credit_provider = _text(255)
    credit_hours = _count()
    upgrade_deadline_override = _time()


class RunInput(serializers.Serializer[Any]):
    """What of a run can be written; what is not named stays."""

    title = _text(255, help_text="Null, or the course's own, where the run has none of its own.")
    short_description = _html()
    full_description = _html()
    outcome = _html()
    external_key = _text(225)
    run_type = _text(help_text="UUID or slug of a run type.")
    start = _time()
    end = _time()
    enrollment_start = _time()
    enrollment_end = _time()
    go_live_date = _time()
    pacing_type = serializers.ChoiceField(choices=CourseRun.Pacing.choices, required=False, allow_null=True)
    prices = _prices()
    seats = SeatInput(many=True, required=False)
    staff = _names(help_text="UUIDs of people, in order.")
    content_language = _text(help_text="IETF tag.")
    transcript_languages = _names(help_text="IETF tags.")
    video_translation_languages = _names(help_text="IETF tags.")
    min_effort = _count(help_text="Hours a week.")
    max_effort = _count(help_text="Hours a week.")
    weeks_to_complete = _count()
    restriction_type = serializers.ChoiceField(
        choices=RestrictedCourseRun.RestrictionType.choices, required=False, allow_null=True
    )
    expected_program_type = _text(help_text="Slug of a program type.")
    expected_program_name = _text(255)
    fixed_price_usd = serializers.CharField(required=False, allow_null=True)
    variant_id = serializers.UUIDField(required=False, allow_null=True)
    video = VideoPart(required=False, allow_null=True)
    card_image_url = _text(255)
    slug = _text(255)
    tags = _names()
    hidden = _flag()
    license = _text(255)
    mobile_available = _flag()
    course_overridden = _flag()
    reporting_type = serializers.ChoiceField(choices=CourseRun.ReportingType.choices, required=False)
    eligible_for_financial_aid = _flag()


class RunOfCourseCreation(RunInput):
    """A run that is created with its course."""

    run = _text(help_text="The run part of the key; without it the start makes the key.")
    term = _text(help_text="The same as run.")


class RunCreation(RunOfCourseCreation):
    """A run that is created."""

    course = serializers.CharField(help_text="Key or UUID of the course.")


class CourseCreation(CourseInput):
    """A course that is created, with its runs."""

    org = _text(help_text="Key of the organization that owns the course; or give owners.")
    number = serializers.CharField(max_length=50, help_text="Makes the key, and never changes.")
    course_run = RunOfCourseCreation(required=False, allow_null=True)
    course_runs = RunOfCourseCreation(many=True, required=False)


CREATE_COURSE = OpenApiExample(
    "A course with one run",
    request_only=True,
    value={
        "org": "AcmeX",
        "number": "DS101",
        "title": "Data for Everyone",
        "type": "verified-audit",
        "prices": {"verified": "49.00"},
        "course_run": {
            "start": "2031-02-01T00:00:00Z",
            "end": "2031-12-31T00:00:00Z",
            "run_type": "verified-audit",
            "pacing_type": "self_paced",
        },
    },
)
CHANGE_COURSE = OpenApiExample(
    "Title and price", request_only=True, value={"title": "Data for All", "prices": {"verified": "59.00"}}
)
CREATE_RUN = OpenApiExample(
    "A run of next year",
    request_only=True,
    value={
        "course": "AcmeX+DS101",
        "start": "2032-02-01T00:00:00Z",
        "end": "2032-12-31T00:00:00Z",
        "run_type": "verified-audit",
        "prices": {"verified": "59.00"},
    },
)
CHANGE_RUN = OpenApiExample(
    "Effort and languages",
    request_only=True,
    value={"min_effort": 3, "max_effort": 6, "transcript_languages": ["en-us", "es-419"]},
)
DIGEST = "5f0c6a2d3b9e4f7a8c1d2e3f4a5b6c7d"
PLAN_COURSE = OpenApiExample("With all runs", request_only=True, value={"runs": "all"})
PUBLISH_COURSE = OpenApiExample(
    "With all runs, as planned",
    request_only=True,
    value={"runs": "all", "expected_digest": DIGEST, "message": "Spring catalog"},
)
PLAN_RUN = OpenApiExample("With its course", request_only=True, value={"with_course": True})
PUBLISH_RUN = OpenApiExample(
    "With its course, as planned",
    request_only=True,
    value={"with_course": True, "expected_digest": DIGEST, "message": "The spring run"},
)
UNPUBLISH = OpenApiExample("With the reason", request_only=True, value={"message": "The contract has ended."})
REOPEN = OpenApiExample("With the reason", request_only=True, value={"message": "The contract was renewed."})
ARCHIVE = OpenApiExample("With the reason", request_only=True, value={"message": "The run is over."})
PUBLISH_UNREVIEWED = OpenApiExample(
    "Without review, as a catalog administrator",
    request_only=True,
    value={"skip_review": True, "message": "A wrong price is live."},
)
PLAN_RELEASE = OpenApiExample(
    "A course with all its runs", request_only=True, value={"units": ["AcmeX+DS101"], "with_runs": True}
)
RELEASE = OpenApiExample(
    "A course with all its runs, as planned",
    request_only=True,
    value={"units": ["AcmeX+DS101"], "with_runs": True, "expected_digest": DIGEST, "message": "Spring catalog"},
)
UNDO = OpenApiExample(
    "As planned", request_only=True, value={"expected_digest": DIGEST, "message": "The prices were wrong."}
)
