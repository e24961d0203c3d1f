"""Answers of reference data with what only Discovery's have."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from openedx_catalog_publisher.models import Person
from openedx_catalog_publisher.rest.output import Computed
from openedx_catalog_publisher.rest.reference_output import (
    OrganizationOutput,
    PersonOutput,
    SizedImage,
    SubjectOutput,
    sized_images,
)
from openedx_catalog_publisher.settings.conf import marketing_url_root

LINKS = ("facebook", "twitter", "blog")


class DoorOrganizationOutput(OrganizationOutput):
    """An organization."""

    description_es = Computed(lambda row, scene: "", serializers.CharField())
    tags = Computed(lambda row, scene: [], serializers.ListField(child=serializers.CharField()))
    marketing_url = Computed(lambda row, scene: _school(row), serializers.CharField(allow_null=True), reads=("key",))


def _school(row: Any) -> str | None:
    root = marketing_url_root()
    return f"{root}/school/{row.key.lower()}" if root else None


class DoorSubjectOutput(SubjectOutput):
    """A subject."""


class DoorSizedImage(SizedImage):
    """A picture in one size, or none."""

    url = serializers.URLField(allow_null=True)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)


class DoorPersonImage(serializers.Serializer[Any]):
    """The size of a person's picture."""

    medium = DoorSizedImage()


class DoorPersonOutput(PersonOutput):
    """A person. Clients read the address in the picture's size also where there is no picture."""

    profile_image = Computed(
        lambda row, scene: (
            sized_images(Person, "profile_image", row.profile_image, scene)
            or {"medium": {"url": None, "width": None, "height": None}}
        ),
        DoorPersonImage(),
        reads=("profile_image",),
    )
    works = Computed(lambda row, scene: [], serializers.ListField(child=serializers.CharField()))
    urls = Computed(
        lambda row, scene: {kind: _link(row, kind) for kind in LINKS},
        serializers.DictField(child=serializers.CharField(allow_null=True)),
        reads=("urls_detailed",),
    )
    email = Computed(lambda row, scene: None, serializers.CharField(allow_null=True))


def _link(row: Any, kind: str) -> str | None:
    return next((link["url"] for link in row.urls_detailed if link["type"] == kind), None)
