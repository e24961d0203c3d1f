"""Subjects, topics, levels and program types: the words that a catalog is sorted by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.content_fields import PictureField
from openedx_catalog_publisher.models.normalization import BinaryCharField, BinarySlugField
from openedx_catalog_publisher.models.reference import Reference


class Subject(Reference):
    """
    An academic subject; the first of a course is its primary one.

    .. no_pii:
    """

    name = models.CharField(_("name"), max_length=255)
    slug = BinarySlugField(_("slug"), max_length=255, unique=True, allow_unicode=True)
    subtitle = models.CharField(_("subtitle"), max_length=255, blank=True, default="")
    description = models.TextField(_("description"), blank=True, default="")
    banner_image_url = models.URLField(_("banner image URL"), blank=True, default="")
    card_image_url = models.URLField(_("card image URL"), blank=True, default="")

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")


class Topic(Reference):
    """
    A topic, which also serves as a tag of courses.

    .. no_pii:
    """

    name = models.CharField(_("name"), max_length=255)
    slug = BinarySlugField(_("slug"), max_length=255, unique=True, allow_unicode=True)
    subtitle = models.CharField(_("subtitle"), max_length=255, blank=True, default="")
    description = models.TextField(_("description"), blank=True, default="")
    long_description = models.TextField(_("long description"), blank=True, default="")
    banner_image_url = models.URLField(_("banner image URL"), blank=True, default="")

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")


class LevelType(Reference):
    """
    How hard a course is, for example Introductory.

    .. no_pii:
    """

    name = BinaryCharField(_("name"), max_length=255, unique=True)
    sort_value = models.PositiveSmallIntegerField(_("sort value"), default=0)

    class Meta:
        ordering = ["sort_value", "name"]
        verbose_name = _("level type")
        verbose_name_plural = _("level types")


class ProgramType(Reference):
    """
    A kind of program, for example MicroMasters.

    .. no_pii:
    """

    immutable_fields = ("uuid", "slug")

    name = models.CharField(_("name"), max_length=32)
    slug = BinarySlugField(_("slug"), max_length=255, unique=True)
    applicable_seat_types = models.ManyToManyField(
        "openedx_catalog_publisher.SeatType", blank=True, related_name="+", verbose_name=_("applicable seat types")
    )
    logo_image = PictureField(
        _("logo"),
        upload_to="catalog_publisher/program_types",
        null=True,
        blank=True,
        variants={"large": (256, 256), "medium": (128, 128), "small": (64, 64), "x-small": (32, 32)},
    )
    coaching_supported = models.BooleanField(_("coaching supported"), default=False)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("program type")
        verbose_name_plural = _("program types")
