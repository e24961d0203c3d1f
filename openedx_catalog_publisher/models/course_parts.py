"""The parts that a course owns: organizations, subjects, topics, collaborators, entitlement."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.course import Course
from openedx_catalog_publisher.models.field_classes import FieldClasses, ListField, PartTable, Review
from openedx_catalog_publisher.models.normalization import BinaryCharField
from openedx_catalog_publisher.models.organization import OrganizationProfile
from openedx_catalog_publisher.models.reference import Collaborator, Currency
from openedx_catalog_publisher.models.taxonomy import Subject, Topic
from openedx_catalog_publisher.models.types import SeatType


class CourseOrganization(models.Model):
    """
    One organization of a course: an owner, or a sponsor.

    .. no_pii:
    """

    class Kind(models.TextChoices):
        """What the organization is to the course."""

        OWNER = "owner", _("owner")
        SPONSOR = "sponsor", _("sponsor")

    part: ClassVar[PartTable] = PartTable(
        owner="course",
        lists={
            "authoring_organizations": ListField(review=Review.REVIEWED, kind="owner"),
            "sponsoring_organizations": ListField(review=Review.REVIEWED, kind="sponsor"),
        },
        natural_key=("organization",),
        ordered=True,
        plain="organization",
        classes=FieldClasses(reviewed=("organization",), bookkeeping=("id", "course", "kind", "position")),
    )

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="organization_links")
    organization = models.ForeignKey(OrganizationProfile, on_delete=models.PROTECT, related_name="course_links")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("organization of a course")
        verbose_name_plural = _("organizations of a course")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "kind", "organization"],
                name="ocp_course_organization_uniq",
                violation_error_message=_("A course names an organization once."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization} ({self.kind})"


class CourseSubject(models.Model):
    """
    One subject of a course; the first is its primary one.

    .. no_pii:
    """

    part: ClassVar[PartTable] = PartTable(
        owner="course",
        lists={"subjects": ListField(review=Review.REVIEWED)},
        natural_key=("subject",),
        ordered=True,
        plain="subject",
        classes=FieldClasses(reviewed=("subject",), bookkeeping=("id", "course", "position")),
    )

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="subject_links")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="course_links")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("subject of a course")
        verbose_name_plural = _("subjects of a course")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "subject"],
                name="ocp_course_subject_uniq",
                violation_error_message=_("A course names a subject once."),
            )
        ]

    def __str__(self) -> str:
        return str(self.subject)


class CourseTopic(models.Model):
    """
    One topic (tag) of a course.

    .. no_pii:
    """

    part: ClassVar[PartTable] = PartTable(
        owner="course",
        lists={"topics": ListField(review=Review.REVIEWED)},
        natural_key=("topic",),
        ordered=True,
        plain="topic",
        classes=FieldClasses(reviewed=("topic",), bookkeeping=("id", "course", "position")),
    )

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="topic_links")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="course_links")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("topic of a course")
        verbose_name_plural = _("topics of a course")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "topic"],
                name="ocp_course_topic_uniq",
                violation_error_message=_("A course names a topic once."),
            )
        ]

    def __str__(self) -> str:
        return str(self.topic)


class CourseCollaborator(models.Model):
    """
    One collaborator of a course.

    .. no_pii:
    """

    part: ClassVar[PartTable] = PartTable(
        owner="course",
        lists={"collaborators": ListField(review=Review.REVIEWED)},
        natural_key=("collaborator",),
        ordered=True,
        plain="collaborator",
        classes=FieldClasses(reviewed=("collaborator",), bookkeeping=("id", "course", "position")),
    )

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="collaborator_links")
    collaborator = models.ForeignKey(Collaborator, on_delete=models.PROTECT, related_name="course_links")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("collaborator of a course")
        verbose_name_plural = _("collaborators of a course")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "collaborator"],
                name="ocp_course_collaborator_uniq",
                violation_error_message=_("A course names a collaborator once."),
            )
        ]

    def __str__(self) -> str:
        return str(self.collaborator)


class CourseEntitlement(models.Model):
    """
    The right to one run of the course, sold with the course; a course sells at most one kind.

    .. no_pii:
    """

    part: ClassVar[PartTable] = PartTable(
        owner="course",
        lists={"entitlement": ListField(review=Review.REVIEWED)},
        classes=FieldClasses(reviewed=("mode", "price", "currency"), measured=("sku",), bookkeeping=("id", "course")),
    )

    course = models.OneToOneField(Course, on_delete=models.CASCADE, related_name="entitlement")
    mode = models.ForeignKey(SeatType, on_delete=models.PROTECT, related_name="+", verbose_name=_("seat type"))
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2, default=0)
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+", default="USD")
    sku = BinaryCharField(_("SKU"), max_length=128, null=True, blank=True)

    class Meta:
        verbose_name = _("entitlement")
        verbose_name_plural = _("entitlements")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price__gte=0),
                name="ocp_entitlement_price_check",
                violation_error_message=_("A price is not below zero."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.mode_id}: {self.price} {self.currency_id}"
