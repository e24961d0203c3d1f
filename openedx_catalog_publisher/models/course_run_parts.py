"""The parts that a course run owns: seats, staff, languages, restriction."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.course_run import CourseRun
from openedx_catalog_publisher.models.field_classes import FieldClasses, ListField, PartTable, Review
from openedx_catalog_publisher.models.normalization import BinaryCharField
from openedx_catalog_publisher.models.people import Person
from openedx_catalog_publisher.models.reference import Currency, LanguageTag
from openedx_catalog_publisher.models.types import SeatType


class Seat(models.Model):
    """
    A way to enrol in a run, with its price.

    ``credit_provider`` is '' where there is none, because SQL's NULL would let duplicates pass.

    .. no_pii:
    """

    part: ClassVar[PartTable] = PartTable(
        owner="course_run",
        lists={"seats": ListField(review=Review.REVIEWED)},
        natural_key=("type", "currency", "credit_provider"),
        classes=FieldClasses(
            reviewed=("type", "price", "currency", "credit_provider", "credit_hours"),
            exempt=("upgrade_deadline_override",),
            measured=("sku", "bulk_sku"),
            bookkeeping=("id", "course_run"),
        ),
    )

    course_run = models.ForeignKey(CourseRun, on_delete=models.CASCADE, related_name="seats")
    type = models.ForeignKey(SeatType, on_delete=models.PROTECT, related_name="seats")
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2, default=0)
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+", default="USD")
    credit_provider = BinaryCharField(_("credit provider"), max_length=255, blank=True, default="")
    credit_hours = models.PositiveIntegerField(_("credit hours"), null=True, blank=True)
    upgrade_deadline_override = models.DateTimeField(_("upgrade deadline override"), null=True, blank=True)
    sku = BinaryCharField(_("SKU"), max_length=128, null=True, blank=True)
    bulk_sku = BinaryCharField(_("bulk SKU"), max_length=128, null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [
            models.UniqueConstraint(
                fields=["course_run", "type", "currency", "credit_provider"],
                name="ocp_seat_uniq",
                violation_error_message=_("A run has one seat per type, currency and credit provider."),
            ),
            models.CheckConstraint(
                condition=models.Q(price__gte=0),
                name="ocp_seat_price_check",
                violation_error_message=_("A price is not below zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type_id}: {self.price} {self.currency_id}"


class CourseRunStaff(models.Model):
    """
    One person who teaches the run.

    .. no_pii: points at the person, who is annotated.
    """

    part: ClassVar[PartTable] = PartTable(
        owner="course_run",
        lists={"staff": ListField(review=Review.EXEMPT)},
        natural_key=("person",),
        ordered=True,
        plain="person",
        classes=FieldClasses(exempt=("person",), bookkeeping=("id", "course_run", "position")),
    )

    course_run = models.ForeignKey(CourseRun, on_delete=models.CASCADE, related_name="staff_links")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="course_run_links")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("staff of a course run")
        verbose_name_plural = _("staff of course runs")
        constraints = [
            models.UniqueConstraint(
                fields=["course_run", "person"],
                name="ocp_run_staff_uniq",
                violation_error_message=_("A run names a person once."),
            )
        ]

    def __str__(self) -> str:
        return str(self.person)


class CourseRunLanguage(models.Model):
    """
    One language of the run's transcripts or video translations.

    .. no_pii:
    """

    class Kind(models.TextChoices):
        """What is in that language."""

        TRANSCRIPT = "transcript", _("transcript")
        VIDEO_TRANSLATION = "video_translation", _("video translation")

    part: ClassVar[PartTable] = PartTable(
        owner="course_run",
        lists={
            "transcript_languages": ListField(review=Review.EXEMPT, kind="transcript"),
            "video_translation_languages": ListField(review=Review.REVIEWED, kind="video_translation"),
        },
        natural_key=("language",),
        ordered=True,
        plain="language",
        classes=FieldClasses(reviewed=("language",), bookkeeping=("id", "course_run", "kind", "position")),
    )

    course_run = models.ForeignKey(CourseRun, on_delete=models.CASCADE, related_name="language_links")
    language = models.ForeignKey(LanguageTag, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=32, choices=Kind)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("language of a course run")
        verbose_name_plural = _("languages of course runs")
        constraints = [
            models.UniqueConstraint(
                fields=["course_run", "kind", "language"],
                name="ocp_run_language_uniq",
                violation_error_message=_("A run names a language once."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.language_id} ({self.kind})"


class RestrictedCourseRun(models.Model):
    """
    The restriction of a run to one channel of sale; a run without one is open to all.

    .. no_pii:
    """

    class RestrictionType(models.TextChoices):
        """The channels."""

        CUSTOM_B2B_ENTERPRISE = "custom-b2b-enterprise", _("Custom B2B enterprise")
        CUSTOM_B2C = "custom-b2c", _("Custom B2C")

    part: ClassVar[PartTable] = PartTable(
        owner="course_run",
        lists={"restricted_run": ListField(review=Review.REVIEWED)},
        classes=FieldClasses(reviewed=("restriction_type",), bookkeeping=("id", "course_run")),
    )

    course_run = models.OneToOneField(CourseRun, on_delete=models.CASCADE, related_name="restricted_run")
    restriction_type = models.CharField(_("restriction"), max_length=64, choices=RestrictionType)

    class Meta:
        verbose_name = _("restricted course run")
        verbose_name_plural = _("restricted course runs")

    def __str__(self) -> str:
        return self.restriction_type
