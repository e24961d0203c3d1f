"""The course: root row of the unit ``course``."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.content_fields import HtmlField, PictureField
from openedx_catalog_publisher.models.field_classes import FieldClasses
from openedx_catalog_publisher.models.normalization import BinaryCharField
from openedx_catalog_publisher.models.reference import Source
from openedx_catalog_publisher.models.taxonomy import LevelType
from openedx_catalog_publisher.models.types import CourseType
from openedx_catalog_publisher.models.unit import UnitKind, UnitRoot


class Course(UnitRoot):
    """
    A course as the catalog describes it, on one side.

    Organizations, subjects, topics, collaborators and the entitlement are rows of their own tables. Values that nothing
    joins on (``extra_description``, ``video``, ``geolocation``, ``location_restriction``, ``in_year_value``,
    ``additional_metadata``) are JSON columns, so that nothing mutable is shared between the sides; their shapes are in
    ``editing/parts.py``.

    .. no_pii: watchers are e-mail addresses of staff, see the annotation below.
    """

    class Length(models.TextChoices):
        """How long a course takes."""

        SHORT = "short", _("Short")
        MEDIUM = "medium", _("Medium")
        LONG = "long", _("Long")

    kind = UnitKind.COURSE
    immutable_fields = ("uuid", "key", "draft", "number")
    classes = FieldClasses(
        identity=("uuid", "key", "number"),
        reviewed=(
            "key_for_reruns",
            "title",
            "type",
            "url_slug",
            "short_description",
            "full_description",
            "outcome",
            "prerequisites_raw",
            "syllabus_raw",
            "faq",
            "learner_testimonials",
            "additional_information",
            "extra_description",
            "expected_learning_items",
            "prerequisites",
            "level_type",
            "image",
            "card_image_url",
            "video",
            "product_source",
            "organization_short_code_override",
            "organization_logo_override",
            "enterprise_subscription_inclusion",
            "excluded_from_search",
            "excluded_from_seo",
        ),
        exempt=("additional_metadata", "geolocation", "in_year_value", "location_restriction"),
        state=("status", "canonical_course_run", "watchers"),
        measured=(
            "course_length",
            "enrollment_count",
            "recent_enrollment_count",
            "salesforce_id",
            "salesforce_case_id",
        ),
        bookkeeping=UnitRoot.BOOKKEEPING,
    )

    number = models.CharField(_("number"), max_length=50)
    key_for_reruns = models.CharField(
        _("key for reruns"),
        max_length=255,
        null=True,
        blank=True,
        help_text=_("Organization and number that the keys of new runs derive from, where they differ from the key's."),
    )
    title = models.CharField(_("title"), max_length=255, null=True, blank=True)
    type = models.ForeignKey(CourseType, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    url_slug = models.CharField(_("URL slug"), max_length=255, null=True, blank=True)
    short_description = HtmlField(_("short description"), null=True, blank=True)
    full_description = HtmlField(_("full description"), null=True, blank=True)
    outcome = HtmlField(_("what you will learn"), null=True, blank=True)
    prerequisites_raw = HtmlField(_("prerequisites"), null=True, blank=True)
    syllabus_raw = HtmlField(_("syllabus"), null=True, blank=True)
    faq = HtmlField(_("frequently asked questions"), null=True, blank=True)
    learner_testimonials = HtmlField(_("learner testimonials"), null=True, blank=True)
    additional_information = models.TextField(_("additional information"), null=True, blank=True)
    extra_description = models.JSONField(_("extra description"), null=True, blank=True)
    expected_learning_items = models.JSONField(_("expected learning items"), default=list, blank=True)
    prerequisites = models.JSONField(_("list of prerequisites"), default=list, blank=True)
    level_type = models.ForeignKey(LevelType, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    image = PictureField(
        _("image"),
        upload_to="catalog_publisher/courses",
        max_length=255,
        null=True,
        blank=True,
        variants={"original": (1134, 675), "small": (378, 225)},
    )
    card_image_url = models.URLField(_("card image URL"), max_length=255, null=True, blank=True)
    video = models.JSONField(_("video"), null=True, blank=True)
    product_source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    organization_short_code_override = models.CharField(
        _("organization short code override"), max_length=255, null=True, blank=True
    )
    organization_logo_override = PictureField(
        _("organization logo override"), upload_to="catalog_publisher/courses", max_length=255, null=True, blank=True
    )
    enterprise_subscription_inclusion = models.BooleanField(
        _("in enterprise subscriptions"),
        null=True,
        blank=True,
        help_text=_("What the course team chose; unset, the organizations decide."),
    )
    excluded_from_search = models.BooleanField(_("excluded from search"), default=False)
    excluded_from_seo = models.BooleanField(_("excluded from search engines"), default=False)

    additional_metadata = models.JSONField(_("additional metadata"), null=True, blank=True)
    geolocation = models.JSONField(_("geolocation"), null=True, blank=True)
    in_year_value = models.JSONField(_("in-year value"), null=True, blank=True)
    location_restriction = models.JSONField(_("location restriction"), null=True, blank=True)

    canonical_course_run = models.ForeignKey(
        "openedx_catalog_publisher.CourseRun",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="canonical_for",
        verbose_name=_("canonical run"),
    )
    watchers = models.JSONField(_("watchers"), default=list, blank=True)

    course_length = models.CharField(_("length"), max_length=16, choices=Length, null=True, blank=True)
    enrollment_count = models.PositiveIntegerField(_("enrolments"), null=True, blank=True)
    recent_enrollment_count = models.PositiveIntegerField(_("recent enrolments"), null=True, blank=True)
    salesforce_id = BinaryCharField(_("Salesforce id"), max_length=255, null=True, blank=True)
    salesforce_case_id = BinaryCharField(_("Salesforce case id"), max_length=255, null=True, blank=True)

    class Meta(UnitRoot.Meta):
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    def owning_organizations(self) -> models.QuerySet[Any]:
        """Return the links to this row's authoring organizations, in order."""
        links: models.QuerySet[Any] = self.organization_links.filter(kind="owner")
        return links
