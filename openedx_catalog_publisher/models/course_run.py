"""The course run: root row of the unit ``course_run``."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.content_fields import HtmlField
from openedx_catalog_publisher.models.course import Course
from openedx_catalog_publisher.models.field_classes import FieldClasses
from openedx_catalog_publisher.models.normalization import BinaryCharField
from openedx_catalog_publisher.models.reference import LanguageTag
from openedx_catalog_publisher.models.taxonomy import ProgramType
from openedx_catalog_publisher.models.types import CourseRunType
from openedx_catalog_publisher.models.unit import UnitKind, UnitRoot


class CourseRun(UnitRoot):
    """
    A course run as the catalog describes it, on one side.

    Seats, staff, languages and the restriction are rows of their own tables. OFAC decision and comment stand on the
    anchor alone; announcement and go-live date are copied to the official row with each publication record.

    .. no_pii:
    """

    class Pacing(models.TextChoices):
        """Who sets the pace."""

        INSTRUCTOR = "instructor_paced", _("Instructor-paced")
        SELF = "self_paced", _("Self-paced")

    class ReportingType(models.TextChoices):
        """How enrolments are reported."""

        MOOC = "mooc", "mooc"
        SPOC = "spoc", "spoc"
        TEST = "test", "test"
        DEMO = "demo", "demo"
        OTHER = "other", "other"

    class StudioState(models.TextChoices):
        """What is known of the run in Studio."""

        NONE = "none", _("not in Studio")
        PENDING = "pending", _("on its way to Studio")
        DONE = "done", _("in Studio")
        FAILED = "failed", _("failed in Studio")

    kind = UnitKind.COURSE_RUN
    immutable_fields = ("uuid", "key", "draft", "course")
    classes = FieldClasses(
        identity=("uuid", "key", "course"),
        reviewed=(
            "external_key",
            "title_override",
            "short_description_override",
            "full_description_override",
            "outcome_override",
            "type",
            "expected_program_type",
            "expected_program_name",
            "slug",
            "card_image_url",
            "video",
            "tags",
            "mobile_available",
            "course_overridden",
            "reporting_type",
            "eligible_for_financial_aid",
            "fixed_price_usd",
            "variant_id",
        ),
        exempt=("min_effort", "max_effort", "weeks_to_complete", "language"),
        owned=("start", "end", "enrollment_start", "enrollment_end", "pacing_type", "hidden", "license"),
        state=("status", "go_live_date", "announcement", "has_ofac_restrictions", "ofac_comment"),
        measured=(
            "ai_languages",
            "enrollment_count",
            "recent_enrollment_count",
            "salesforce_id",
            "studio_state",
            "studio_error",
            "in_studio",
        ),
        bookkeeping=UnitRoot.BOOKKEEPING,
    )

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="course_runs")
    external_key = BinaryCharField(_("external key"), max_length=225, null=True, blank=True)
    title_override = models.CharField(_("title"), max_length=255, null=True, blank=True)
    short_description_override = HtmlField(_("short description"), null=True, blank=True)
    full_description_override = HtmlField(_("full description"), null=True, blank=True)
    outcome_override = HtmlField(_("what you will learn"), null=True, blank=True)
    type = models.ForeignKey(CourseRunType, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    expected_program_type = models.ForeignKey(
        ProgramType, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    expected_program_name = models.CharField(_("expected program"), max_length=255, null=True, blank=True)
    slug = models.CharField(_("slug"), max_length=255, null=True, blank=True)
    card_image_url = models.URLField(_("card image URL"), max_length=255, null=True, blank=True)
    video = models.JSONField(_("video"), null=True, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    mobile_available = models.BooleanField(_("available on mobile devices"), default=False)
    course_overridden = models.BooleanField(_("overrides its course"), default=False)
    reporting_type = models.CharField(
        _("reporting type"), max_length=16, choices=ReportingType, default=ReportingType.MOOC
    )
    eligible_for_financial_aid = models.BooleanField(_("eligible for financial aid"), default=True)
    fixed_price_usd = models.DecimalField(
        _("fixed price in US dollars"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    variant_id = models.UUIDField(_("variant"), null=True, blank=True)

    min_effort = models.PositiveSmallIntegerField(_("least effort in hours a week"), null=True, blank=True)
    max_effort = models.PositiveSmallIntegerField(_("most effort in hours a week"), null=True, blank=True)
    weeks_to_complete = models.PositiveSmallIntegerField(_("weeks to complete"), null=True, blank=True)
    language = models.ForeignKey(LanguageTag, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    start = models.DateTimeField(_("start"), null=True, blank=True)
    end = models.DateTimeField(_("end"), null=True, blank=True)
    enrollment_start = models.DateTimeField(_("start of enrolment"), null=True, blank=True)
    enrollment_end = models.DateTimeField(_("end of enrolment"), null=True, blank=True)
    pacing_type = models.CharField(_("pacing"), max_length=32, choices=Pacing, null=True, blank=True)
    hidden = models.BooleanField(_("hidden"), default=False)
    license = models.CharField(_("licence"), max_length=255, null=True, blank=True)

    go_live_date = models.DateTimeField(_("go-live date"), null=True, blank=True)
    announcement = models.DateTimeField(_("announcement"), null=True, blank=True)
    has_ofac_restrictions = models.BooleanField(_("has OFAC restrictions"), null=True, blank=True)
    ofac_comment = models.TextField(_("OFAC comment"), null=True, blank=True)

    ai_languages = models.JSONField(_("machine translations"), null=True, blank=True)
    enrollment_count = models.PositiveIntegerField(_("enrolments"), null=True, blank=True)
    recent_enrollment_count = models.PositiveIntegerField(_("recent enrolments"), null=True, blank=True)
    salesforce_id = BinaryCharField(_("Salesforce id"), max_length=255, null=True, blank=True)
    studio_state = models.CharField(_("state in Studio"), max_length=16, choices=StudioState, default=StudioState.NONE)
    studio_error = models.TextField(
        _("why it is not in Studio as wanted"),
        blank=True,
        default="",
        help_text=_("What came of the last attempt, where that failed."),
    )
    in_studio = models.BooleanField(
        _("is in Studio"), null=True, default=False, help_text=_("Empty where an attempt ended without a word.")
    )

    class Meta(UnitRoot.Meta):
        verbose_name = _("course run")
        verbose_name_plural = _("course runs")
        constraints = [
            *UnitRoot.Meta.constraints,
            models.UniqueConstraint(
                fields=["course", "external_key"],
                name="ocp_courserun_external_key_uniq",
                violation_error_message=_("Another run of this course has this external key."),
            ),
            models.CheckConstraint(
                condition=Q(start__isnull=True) | Q(end__isnull=True) | Q(start__lte=F("end")),
                name="ocp_courserun_start_end_check",
                violation_error_message=_("The start is not after the end."),
            ),
            models.CheckConstraint(
                condition=Q(min_effort__isnull=True) | Q(max_effort__isnull=True) | Q(min_effort__lte=F("max_effort")),
                name="ocp_courserun_effort_check",
                violation_error_message=_("The least effort is not above the most."),
            ),
        ]
