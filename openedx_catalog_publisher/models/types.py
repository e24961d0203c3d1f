"""
The type system: what a course offers and what a learner can buy (Discovery's decision "LMS Course Types", June 2020).

A course type lists the run types that its runs may have; a run type lists tracks; a track is a mode of the LMS and,
where it is sold, the seat type that sells it.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.normalization import BinaryCharField, BinarySlugField
from openedx_catalog_publisher.models.organization import OrganizationProfile
from openedx_catalog_publisher.models.reference import Reference


class SeatType(Reference):
    """
    What is sold: audit, verified, professional, credit, honor or another.

    .. no_pii:
    """

    reference_code: ClassVar[str] = "slug"
    immutable_fields = ("uuid", "slug")

    name = models.CharField(_("name"), max_length=64)
    slug = BinarySlugField(_("slug"), max_length=64, unique=True)

    class Meta:
        ordering = ["slug"]
        verbose_name = _("seat type")
        verbose_name_plural = _("seat types")


class Mode(Reference):
    """
    An enrolment mode of the LMS.

    .. no_pii:
    """

    class CertificateType(models.TextChoices):
        """Certificates that a mode can lead to."""

        HONOR = "honor", _("Honor")
        CREDIT = "credit", _("Credit")
        VERIFIED = "verified", _("Verified")
        PROFESSIONAL = "professional", _("Professional")
        EXECUTIVE_EDUCATION = "executive-education", _("Executive Education")
        PAID_EXECUTIVE_EDUCATION = "paid-executive-education", _("Paid Executive Education")
        UNPAID_EXECUTIVE_EDUCATION = "unpaid-executive-education", _("Unpaid Executive Education")
        PAID_BOOTCAMP = "paid-bootcamp", _("Paid Bootcamp")
        UNPAID_BOOTCAMP = "unpaid-bootcamp", _("Unpaid Bootcamp")

    class Payee(models.TextChoices):
        """Who is paid."""

        PLATFORM = "platform", _("Platform")
        ORGANIZATION = "organization", _("Organization")

    immutable_fields = ("uuid", "slug")

    name = models.CharField(_("name"), max_length=64)
    slug = BinaryCharField(_("slug"), max_length=64, unique=True)
    is_id_verified = models.BooleanField(_("identity verified"), default=False)
    is_credit_eligible = models.BooleanField(_("credit eligible"), default=False)
    certificate_type = models.CharField(
        _("certificate type"), max_length=64, choices=CertificateType, blank=True, default=""
    )
    payee = models.CharField(_("payee"), max_length=64, choices=Payee, blank=True, default="")

    class Meta:
        ordering = ["slug"]
        verbose_name = _("mode")
        verbose_name_plural = _("modes")


class Track(Reference):
    """
    A mode with the seat type that sells it; a track without a seat type is free of commerce (masters).

    .. no_pii:
    """

    seat_type = models.ForeignKey(SeatType, null=True, blank=True, on_delete=models.PROTECT, related_name="tracks")
    mode = models.ForeignKey(Mode, on_delete=models.PROTECT, related_name="tracks")

    class Meta:
        ordering = ["mode__slug", "id"]
        verbose_name = _("track")
        verbose_name_plural = _("tracks")

    def __str__(self) -> str:
        return f"{self.mode} / {self.seat_type or _('no seat')}"


class CourseRunType(Reference):
    """
    What a course run offers: a set of tracks.

    .. no_pii:
    """

    EMPTY_SLUG: ClassVar[str] = "empty"
    immutable_fields = ("uuid", "slug")

    name = models.CharField(_("name"), max_length=64)
    slug = BinaryCharField(_("slug"), max_length=64, unique=True)
    is_marketable = models.BooleanField(_("marketable"), default=True)
    tracks = models.ManyToManyField(Track, blank=True, related_name="course_run_types", verbose_name=_("tracks"))

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("course run type")
        verbose_name_plural = _("course run types")


class CourseType(Reference):
    """
    What a course offers: the run types that its runs may have and the entitlements that it sells.

    .. no_pii:
    """

    EXTERNAL_SLUGS: ClassVar[frozenset[str]] = frozenset({"executive-education-2u", "bootcamp-2u"})
    immutable_fields = ("uuid", "slug")

    name = models.CharField(_("name"), max_length=64)
    slug = BinaryCharField(_("slug"), max_length=64, unique=True)
    entitlement_types = models.ManyToManyField(
        SeatType, blank=True, related_name="course_types", verbose_name=_("entitlement types")
    )
    course_run_types: models.ManyToManyField[CourseRunType, CourseTypeRunType] = models.ManyToManyField(
        CourseRunType,
        through="CourseTypeRunType",
        related_name="course_types",
        verbose_name=_("course run types"),
    )
    white_listed_orgs = models.ManyToManyField(
        OrganizationProfile,
        blank=True,
        related_name="white_listed_course_types",
        verbose_name=_("organizations that may use it"),
        help_text=_("Empty: every organization may."),
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("course type")
        verbose_name_plural = _("course types")

    @property
    def is_external(self) -> bool:
        """Whether courses of this type run outside the platform (executive education, bootcamps)."""
        return self.slug in self.EXTERNAL_SLUGS


class CourseTypeRunType(models.Model):
    """
    One run type of a course type, in the order in which types are offered.

    .. no_pii:
    """

    course_type = models.ForeignKey(CourseType, on_delete=models.CASCADE, related_name="run_type_links")
    course_run_type = models.ForeignKey(CourseRunType, on_delete=models.PROTECT, related_name="course_type_links")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("run type of a course type")
        verbose_name_plural = _("run types of a course type")
        constraints = [
            models.UniqueConstraint(
                fields=["course_type", "course_run_type"],
                name="ocp_course_type_run_type_uniq",
                violation_error_message=_("A course type lists a run type once."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.course_type}: {self.course_run_type}"
