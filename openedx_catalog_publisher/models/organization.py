"""The catalog's view of an organization, beside the platform's own record of it."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.content_fields import PictureField
from openedx_catalog_publisher.models.normalization import BinaryCharField, normalize_key
from openedx_catalog_publisher.models.reference import Reference


class OrganizationProfile(Reference):
    """
    What the catalog knows of an ``organizations.Organization``; name, short name, description and logo stay there.

    .. no_pii:
    """

    reference_labels = ("key",)
    immutable_fields = ("uuid", "organization")

    organization = models.OneToOneField(
        "organizations.Organization", on_delete=models.PROTECT, related_name="catalog_profile"
    )
    key = models.CharField(_("key"), max_length=255, help_text=_("Copy of the organization's short name."))
    key_normalized = BinaryCharField(_("normalised key"), max_length=255, unique=True, editable=False)
    auto_generate_course_run_keys = models.BooleanField(
        _("generate course run keys"),
        default=True,
        help_text=_("Off: course teams may type the run part of a new run's key."),
    )
    enterprise_subscription_inclusion = models.BooleanField(_("in enterprise subscriptions"), default=False)
    certificate_name = models.CharField(_("name on certificates"), max_length=255, blank=True, default="")
    homepage_url = models.URLField(_("home page"), max_length=255, blank=True, default="")
    logo_image = PictureField(_("logo"), upload_to="catalog_publisher/organizations", null=True, blank=True)
    certificate_logo_image = PictureField(
        _("logo on certificates"), upload_to="catalog_publisher/organizations", null=True, blank=True
    )
    banner_image = PictureField(_("banner"), upload_to="catalog_publisher/organizations", null=True, blank=True)
    organization_hex_color = models.CharField(
        _("colour"),
        max_length=6,
        blank=True,
        default="",
        validators=[RegexValidator(r"\A([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})\Z", _("Give 3 or 6 hexadecimal digits."))],
    )

    class Meta:
        ordering = ["key_normalized"]
        verbose_name = _("organization profile")
        verbose_name_plural = _("organization profiles")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the normalised key in step with the key."""
        self.key_normalized = normalize_key(self.key)
        super().save(*args, **kwargs)
