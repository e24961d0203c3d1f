"""People who teach."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.content_fields import HtmlField, PictureField
from openedx_catalog_publisher.models.normalization import BinarySlugField
from openedx_catalog_publisher.models.organization import OrganizationProfile
from openedx_catalog_publisher.models.reference import LanguageTag, Reference


class Person(Reference):
    """
    Somebody who teaches a course run, with position, links and areas of expertise.

    ``urls_detailed`` is a list of ``{"type", "title", "url"}`` with the types of ``SocialNetwork``;
    ``areas_of_expertise`` is a list of strings. Both are plain values of the person: nothing joins on them.

    .. pii: names, biography, picture, e-mail address and links of instructors; the e-mail address is never shown.
    .. pii_types: name, email_address, image, biography, external_service
    .. pii_retirement: consumer_api
    """

    class SocialNetwork(models.TextChoices):
        """Kinds of links."""

        FACEBOOK = "facebook", _("Facebook")
        TWITTER = "twitter", _("Twitter")
        BLOG = "blog", _("Blog")
        OTHERS = "others", _("Others")

    reference_labels = ("given_name", "family_name")

    salutation = models.CharField(_("salutation"), max_length=10, blank=True, default="")
    given_name = models.CharField(_("given name"), max_length=255)
    family_name = models.CharField(_("family name"), max_length=255, blank=True, default="")
    slug = BinarySlugField(_("slug"), max_length=255, unique=True, allow_unicode=True)
    bio = HtmlField(_("biography"), blank=True, default="")
    bio_language = models.ForeignKey(
        LanguageTag, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("language")
    )
    profile_image = PictureField(
        _("picture"), upload_to="catalog_publisher/people", null=True, blank=True, variants={"medium": (110, 110)}
    )
    email = models.EmailField(_("e-mail address"), max_length=255, blank=True, default="")
    major_works = HtmlField(_("major works"), blank=True, default="")
    published = models.BooleanField(_("published"), default=False)
    position_title = models.CharField(_("title of the position"), max_length=255, blank=True, default="")
    position_organization = models.ForeignKey(
        OrganizationProfile,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="people",
        verbose_name=_("organization of the position"),
    )
    position_organization_override = models.CharField(
        _("other organization of the position"), max_length=255, blank=True, default=""
    )
    urls_detailed = models.JSONField(_("links"), default=list, blank=True)
    areas_of_expertise = models.JSONField(_("areas of expertise"), default=list, blank=True)

    class Meta:
        ordering = ["family_name", "given_name", "id"]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    @property
    def full_name(self) -> str:
        """Salutation, given name and family name, as far as they are known."""
        return " ".join(part for part in (self.salutation, self.given_name, self.family_name) if part)
