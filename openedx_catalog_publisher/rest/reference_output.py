"""Answers of reference data (organizations, subjects, people), as they also stand inside courses and runs."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from openedx_catalog_publisher.editing.image_names import variant_url
from openedx_catalog_publisher.models import Collaborator, OrganizationProfile, Person
from openedx_catalog_publisher.rest.output import Computed, OfReference, Output, Scene


def file_url(model: type[Any], name: str, value: Any, scene: Scene, *, variant: str = "") -> str | None:
    """
    Return the absolute address of a stored file of a model's field, without asking the storage for it.

    Arguments:
        model: the model.
        name: the field.
        value: what the column holds.
        scene: of the answer.
        variant: for a picture, the size; "" for the file as it was uploaded.
    """
    if not value:
        return None
    field = model._meta.get_field(name)
    url = variant_url(field, value, variant) if variant else field.storage.url(str(value))
    return scene.absolute(str(url))


def sized_images(model: type[Any], name: str, value: Any, scene: Scene) -> dict[str, Any]:
    """Return the sizes of a stored picture by name; an empty object where there is none."""
    if not value:
        return {}
    field = model._meta.get_field(name)
    return {
        variant: {"url": file_url(model, name, value, scene, variant=variant), "width": width, "height": height}
        for variant, (width, height) in field.variants.items()
    }


def _text(value: Any) -> Any:
    return value or None


class ReferenceOutput(OfReference):
    """What a row of reference data says of itself where it stands for itself, and not inside a course or a run."""

    retired = serializers.BooleanField(help_text="Kept where it is used, and offered nowhere else.")
    modified = serializers.DateTimeField()


class OrganizationOutput(OfReference):
    """An organization as the catalog knows it: its profile, with name and description of the platform's row."""

    uuid = serializers.UUIDField()
    key = serializers.CharField()
    name = serializers.CharField(source="organization.name")
    auto_generate_course_run_keys = serializers.BooleanField()
    certificate_logo_image_url = Computed(
        lambda row, scene: file_url(OrganizationProfile, "certificate_logo_image", row.certificate_logo_image, scene),
        serializers.URLField(allow_null=True),
        reads=("certificate_logo_image",),
    )
    logo_image_url = Computed(
        lambda row, scene: (
            file_url(OrganizationProfile, "logo_image", row.logo_image, scene)
            or file_url(type_of_platform_row(), "logo", row.organization.logo, scene)
        ),
        serializers.URLField(allow_null=True),
        reads=("logo_image", "organization__logo"),
    )
    organization_hex_color = Computed(
        lambda row, scene: _text(row.organization_hex_color),
        serializers.CharField(allow_null=True),
        reads=("organization_hex_color",),
    )
    data_modified_timestamp = serializers.DateTimeField(source="modified")
    description = Computed(
        lambda row, scene: _text(row.organization.description),
        serializers.CharField(allow_null=True),
        reads=("organization__description",),
    )
    homepage_url = Computed(
        lambda row, scene: _text(row.homepage_url), serializers.URLField(allow_null=True), reads=("homepage_url",)
    )
    slug = Computed(lambda row, scene: row.key.lower(), serializers.CharField(), reads=("key",))
    banner_image_url = Computed(
        lambda row, scene: file_url(OrganizationProfile, "banner_image", row.banner_image, scene),
        serializers.URLField(allow_null=True),
        reads=("banner_image",),
    )
    enterprise_subscription_inclusion = serializers.BooleanField()


def type_of_platform_row() -> type[Any]:
    """Return the model of the platform's own record of an organization."""
    model: type[Any] = OrganizationProfile._meta.get_field("organization").remote_field.model
    return model


class SubjectOutput(OfReference):
    """A subject."""

    uuid = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    subtitle = serializers.CharField(allow_blank=True)
    description = serializers.CharField(allow_blank=True)
    banner_image_url = serializers.CharField(allow_blank=True)
    card_image_url = serializers.CharField(allow_blank=True)


class SourceOutput(OfReference):
    """A product source."""

    name = serializers.CharField()
    slug = serializers.CharField()
    description = serializers.CharField(allow_blank=True)


class SizedImage(serializers.Serializer[Any]):
    """A picture in one size: the box in pixels into which it was made to fit; it is never enlarged."""

    url = serializers.URLField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class CollaboratorImage(serializers.Serializer[Any]):
    """The sizes of a collaborator's image."""

    original = SizedImage(required=False)


class CollaboratorOutput(OfReference):
    """A collaborator."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()
    image = Computed(
        lambda row, scene: sized_images(Collaborator, "image", row.image, scene),
        CollaboratorImage(),
        reads=("image",),
        help_text="Empty where there is no image.",
    )
    image_url = Computed(
        lambda row, scene: file_url(Collaborator, "image", row.image, scene),
        serializers.URLField(allow_null=True),
        reads=("image",),
    )


class PositionOutput(serializers.Serializer[Any]):
    """What a person is, and where."""

    title = serializers.CharField(allow_null=True)
    organization_name = serializers.CharField(allow_null=True)
    organization_id = serializers.IntegerField(allow_null=True)
    organization_override = serializers.CharField(allow_null=True)
    organization_marketing_url = serializers.CharField(allow_null=True)
    organization_uuid = serializers.UUIDField(allow_null=True)
    organization_logo_image_url = serializers.URLField(allow_null=True)


class LinkOutput(serializers.Serializer[Any]):
    """A link of a person; ``id`` is its place in the list, from 1."""

    id = serializers.IntegerField()
    type = serializers.ChoiceField(choices=Person.SocialNetwork.choices)
    title = serializers.CharField(allow_null=True)
    display_title = serializers.CharField()
    url = serializers.URLField()


class ExpertiseOutput(serializers.Serializer[Any]):
    """An area of expertise; ``id`` is its place in the list, from 1."""

    id = serializers.IntegerField()
    value = serializers.CharField()


class PersonImage(serializers.Serializer[Any]):
    """The sizes of a person's picture."""

    medium = SizedImage(required=False)


class PersonOutput(OfReference):
    """A person; the e-mail address is never shown."""

    uuid = serializers.UUIDField()
    slug = serializers.CharField()
    salutation = Computed(
        lambda row, scene: _text(row.salutation), serializers.CharField(allow_null=True), reads=("salutation",)
    )
    given_name = serializers.CharField()
    family_name = serializers.CharField(allow_blank=True)
    bio = Computed(lambda row, scene: _text(row.bio), serializers.CharField(allow_null=True), reads=("bio",))
    position = Computed(
        lambda row, scene: _position(row, scene),  # noqa: PLW0108 - defined below
        PositionOutput(allow_null=True),
        reads=(
            "position_title",
            "position_organization_override",
            "position_organization__pk",
            "position_organization__uuid",
            "position_organization__logo_image",
            "position_organization__homepage_url",
            "position_organization__organization__name",
        ),
    )
    areas_of_expertise = Computed(
        lambda row, scene: [
            {"id": number, "value": value} for number, value in enumerate(row.areas_of_expertise, start=1)
        ],
        ExpertiseOutput(many=True),
        reads=("areas_of_expertise",),
    )
    profile_image = Computed(
        lambda row, scene: sized_images(Person, "profile_image", row.profile_image, scene),
        PersonImage(),
        reads=("profile_image",),
        help_text="Empty where there is none.",
    )
    profile_image_url = Computed(
        lambda row, scene: file_url(Person, "profile_image", row.profile_image, scene),
        serializers.URLField(allow_null=True),
        reads=("profile_image",),
    )
    urls_detailed = Computed(lambda row, scene: _links(row), LinkOutput(many=True), reads=("urls_detailed",))
    major_works = serializers.CharField(allow_blank=True)
    published = serializers.BooleanField()


def _position(row: Any, scene: Scene) -> dict[str, Any] | None:
    organization = row.position_organization
    if not (row.position_title or organization or row.position_organization_override):
        return None
    return {
        "title": _text(row.position_title),
        "organization_name": row.position_organization_override
        or (organization.organization.name if organization else None),
        "organization_id": organization.pk if organization else None,
        "organization_override": _text(row.position_organization_override),
        "organization_marketing_url": _text(organization.homepage_url) if organization else None,
        "organization_uuid": organization.uuid if organization else None,
        "organization_logo_image_url": (
            file_url(OrganizationProfile, "logo_image", organization.logo_image, scene) if organization else None
        ),
    }


def _links(row: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "type": link["type"],
            "title": link.get("title"),
            "display_title": link.get("title") or str(Person.SocialNetwork(link["type"]).label),
            "url": link["url"],
        }
        for number, link in enumerate(row.urls_detailed, start=1)
    ]


class ImageOutput(serializers.Serializer[Any]):
    """An image by its address."""

    src = serializers.URLField()
    description = serializers.CharField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    width = serializers.IntegerField(allow_null=True)


__all__ = [
    "CollaboratorOutput",
    "ImageOutput",
    "OrganizationOutput",
    "Output",
    "PersonOutput",
    "ReferenceOutput",
    "SizedImage",
    "SourceOutput",
    "SubjectOutput",
    "file_url",
    "sized_images",
]
