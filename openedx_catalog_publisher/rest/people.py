"""People who teach: course teams add them, and change those of their own courses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_field
from rest_framework import serializers

from openedx_catalog_publisher.api import Action, visible
from openedx_catalog_publisher.editing.parts import Part
from openedx_catalog_publisher.models import (
    CourseOrganization,
    CourseRun,
    CourseRunStaff,
    LanguageTag,
    OrganizationProfile,
    Person,
)
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.rest.filters import WordsFilter
from openedx_catalog_publisher.rest.reference_filters import TimedReferenceFilter
from openedx_catalog_publisher.rest.reference_input import Address, NamedRow, Picture, ReferenceInput, Text
from openedx_catalog_publisher.rest.reference_output import PersonOutput, ReferenceOutput
from openedx_catalog_publisher.rest.reference_views import ADMINISTRATORS, EditableViewSet, described


class PersonDetailOutput(PersonOutput, ReferenceOutput):
    """A person with what concerns those who keep the catalog; the e-mail address is never shown."""

    bio_language = serializers.CharField(source="bio_language_id", allow_null=True, help_text="IETF tag.")


class PositionInput(Part):
    """What a person is, and where; what is not named stays."""

    ANSWERED: ClassVar[frozenset[str]] = frozenset(
        {"organization_name", "organization_id", "organization_marketing_url", "organization_logo_image_url"}
    )
    """What answers say of the organization; it is let pass, so that they can be sent back."""

    title = Text(max_length=255, required=False, allow_blank=True, source="position_title")
    organization = NamedRow(
        OrganizationProfile, source="position_organization", help_text="UUID or key of an organization."
    )
    organization_override = Text(
        max_length=255,
        required=False,
        allow_blank=True,
        source="position_organization_override",
        help_text="Name of an organization that the catalog does not have.",
    )

    def to_internal_value(self, data: Any) -> Any:
        """Return the columns of the person; null clears them all."""
        if data is None:
            return {str(field.source): None for field in self.fields.values()}
        if isinstance(data, Mapping):
            given = {name: value for name, value in data.items() if name not in self.ANSWERED}
            named = given.pop("organization_uuid", None)
            data = {"organization": named} | given if "organization_uuid" in data else given
        return super().to_internal_value(data)


class LinkInput(Part):
    """A link of a person."""

    ANSWERED: ClassVar[frozenset[str]] = frozenset({"id", "display_title"})

    type = serializers.ChoiceField(choices=Person.SocialNetwork.choices)
    title = Text(max_length=255, required=False, allow_blank=True)
    url = Address(max_length=500)

    def to_internal_value(self, data: Any) -> Any:
        """Return the link; what answers work out is let pass, so that they can be sent back."""
        if isinstance(data, Mapping):
            data = {name: value for name, value in data.items() if name not in self.ANSWERED}
        return super().to_internal_value(data)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "maxLength": 255},
            {
                "type": "object",
                "properties": {"id": {"type": "integer", "nullable": True}, "value": {"type": "string"}},
                "required": ["value"],
                "additionalProperties": False,
            },
        ]
    }
)
class ExpertiseInput(Text):
    """An area of expertise: a text, or an object with the text as its value, as answers have it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"max_length": 255})

    def to_internal_value(self, data: Any) -> str:
        """Return the text."""
        if isinstance(data, Mapping):
            if data.keys() - {"id", "value"}:
                raise serializers.ValidationError("Known are id and value.")
            data = data.get("value")
        return super().to_internal_value(data)


class PersonInput(ReferenceInput):
    """What of a person can be written."""

    identity = ("uuid", "slug")
    public = dict.fromkeys(("position_title", "position_organization", "position_organization_override"), "position")

    position = PositionInput(required=False, allow_null=True, source="*")
    areas_of_expertise = serializers.ListField(
        child=ExpertiseInput(), required=False, allow_null=True, help_text="All of them, in order."
    )
    urls_detailed = LinkInput(many=True, required=False, allow_null=True, help_text="All links, in order.")
    profile_image = Picture()
    bio_language = NamedRow(LanguageTag, help_text="IETF tag.")

    class Meta:
        model = Person
        fields = (
            "salutation",
            "given_name",
            "family_name",
            "bio",
            "bio_language",
            "major_works",
            "position",
            "areas_of_expertise",
            "urls_detailed",
            "profile_image",
            "email",
            "published",
            "retired",
        )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Publish whoever is added, unless it is said otherwise."""
        return attrs if self.instance else {"published": True} | attrs


CREATE = OpenApiExample(
    "A professor",
    request_only=True,
    value={
        "given_name": "Grace",
        "family_name": "Example",
        "bio": "<p>Teaches data science.</p>",
        "position": {"title": "Professor", "organization": "AcmeX"},
        "areas_of_expertise": ["Statistics"],
        "urls_detailed": [{"type": "blog", "title": "Notes", "url": "https://grace.example/notes"}],
    },
)


class PersonFilter(TimedReferenceFilter):
    """Filters of people."""

    searched = ("given_name", "family_name")

    org = WordsFilter(
        method="by_org",
        label="Keys of organizations, separated by commas: people of their runs, official or in drafts that you see.",
    )

    def by_org(self, rows: QuerySet[Any], name: str, words: Sequence[str]) -> QuerySet[Any]:
        """Narrow to the staff of runs of courses that these organizations own."""
        if not words:
            return rows
        owned = CourseOrganization.objects.filter(
            course=OuterRef("course_id"),
            kind=CourseOrganization.Kind.OWNER,
            organization__key_normalized__in=[normalize_key(word) for word in words],
        )
        runs = CourseRun.everything.filter(Exists(owned))
        seen = [visible(self.request.user, action, runs) for action in (Action.VIEW_OFFICIAL, Action.VIEW_DRAFT)]
        staff = CourseRunStaff.objects.filter(person=OuterRef("pk"))
        official, drafts = (Exists(staff.filter(course_run__in=each)) for each in seen)
        return rows.filter(official | drafts)


@described("a person", "people", "Person", create=(CREATE,))
class PersonViewSet(EditableViewSet):
    """People, each named by its UUID."""

    model = Person
    output = PersonDetailOutput
    input = PersonInput
    filters = PersonFilter
    orders = {"family_name": "family_name", "given_name": "given_name", "slug": "slug", "modified": "modified"}
    default_order = "family_name"
    key_order = "slug"
    who = {
        Action.CREATE_REFERENCE: "Members of course teams, staff and catalog administrators may.",
        Action.CHANGE_REFERENCE: "Course teams whose runs show the person, staff and catalog administrators may.",
        Action.DELETE_REFERENCE: ADMINISTRATORS,
    }
