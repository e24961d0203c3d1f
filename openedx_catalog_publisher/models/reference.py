"""
Reference data: what units refer to and what is not drafted.

Live at once, with history; a change is an event. What a snapshot refers to cannot be deleted, only retired.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from model_utils.models import TimeStampedModel
from simple_history.models import HistoricalRecords

from openedx_catalog_publisher.models.content_fields import PictureField
from openedx_catalog_publisher.models.immutability import ImmutableFieldsModel
from openedx_catalog_publisher.models.normalization import BinarySlugField


class Reference(ImmutableFieldsModel, TimeStampedModel):
    """
    Something that units refer to.

    Snapshots name it by the field ``reference_code``, which never changes; ``reference_labels`` are what people see.
    ``revision`` counts its changes and numbers its events.

    .. no_pii:
    """

    reference_code: ClassVar[str] = "uuid"
    reference_labels: ClassVar[tuple[str, ...]] = ("name",)
    immutable_fields: ClassVar[tuple[str, ...]] = ("uuid",)

    uuid = models.UUIDField(_("UUID"), default=uuid.uuid4, unique=True, editable=False)
    retired = models.BooleanField(
        _("retired"), default=False, help_text=_("Stays where it is used and is offered nowhere else.")
    )
    revision = models.PositiveBigIntegerField(_("revision"), default=0, editable=False)

    history = HistoricalRecords(inherit=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return " ".join(str(value) for name in self.reference_labels if (value := getattr(self, name)))


class LanguageTag(models.Model):
    """
    A language by its IETF tag (BCP 47).

    .. no_pii:
    """

    reference_code: ClassVar[str] = "code"
    reference_labels: ClassVar[tuple[str, ...]] = ("name",)

    code = models.CharField(_("code"), max_length=50, primary_key=True)
    name = models.CharField(_("name"), max_length=255)
    retired = models.BooleanField(_("retired"), default=False)
    revision = models.PositiveBigIntegerField(_("revision"), default=0, editable=False)

    history = HistoricalRecords()

    class Meta:
        ordering = ["code"]
        verbose_name = _("language tag")
        verbose_name_plural = _("language tags")

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Currency(models.Model):
    """
    A currency by its ISO 4217 code.

    .. no_pii:
    """

    reference_code: ClassVar[str] = "code"
    reference_labels: ClassVar[tuple[str, ...]] = ("name",)

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    retired = models.BooleanField(_("retired"), default=False)
    revision = models.PositiveBigIntegerField(_("revision"), default=0, editable=False)

    history = HistoricalRecords()

    class Meta:
        ordering = ["code"]
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")

    def __str__(self) -> str:
        return f"{self.code} ({self.name})"


class Collaborator(Reference):
    """
    A company or institution that helps to make a course without owning it.

    .. no_pii:
    """

    name = models.CharField(_("name"), max_length=255)
    image = PictureField(
        _("image"),
        upload_to="catalog_publisher/collaborators",
        null=True,
        blank=True,
        variants={"original": (200, 100)},
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("collaborator")
        verbose_name_plural = _("collaborators")


class Source(Reference):
    """
    The product source that a course comes from, for example the installation's own or a partner's feed.

    .. no_pii:
    """

    immutable_fields = ("uuid", "slug")

    name = models.CharField(_("name"), max_length=255)
    slug = BinarySlugField(_("slug"), max_length=255, unique=True)
    description = models.TextField(_("description"), blank=True, default="")
    ofac_restricted_program_types = models.ManyToManyField(
        "openedx_catalog_publisher.ProgramType",
        blank=True,
        related_name="+",
        verbose_name=_("program types under OFAC restriction"),
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("product source")
        verbose_name_plural = _("product sources")
