"""The words that a catalog is sorted by: subjects, topics (which also serve as tags), levels and product sources."""

from __future__ import annotations

from typing import Any

from django.utils.text import slugify
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from openedx_catalog_publisher.models import LevelType, ProgramType, Source, Subject, Topic
from openedx_catalog_publisher.rest.output import Computed
from openedx_catalog_publisher.rest.reference_filters import TimedReferenceFilter
from openedx_catalog_publisher.rest.reference_input import NamedRows, ReferenceInput
from openedx_catalog_publisher.rest.reference_output import ReferenceOutput, SourceOutput, SubjectOutput
from openedx_catalog_publisher.rest.reference_views import EditableViewSet, described
from openedx_catalog_publisher.rest.row_reader import PartRows

LONGEST_SLUG = 255
FROM_NAME = {"required": False, "help_text": "Made from the name where it is not given."}


class SluggedInput(ReferenceInput):
    """Input for what has a slug, which is made from the name where none is given."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Make the slug of a row that is added."""
        if self.instance is not None or attrs.get("slug"):
            return attrs
        model: Any = self.Meta.model
        unicode = model._meta.get_field("slug").allow_unicode
        slug = slugify(attrs["name"], allow_unicode=unicode)[:LONGEST_SLUG]
        if not slug:
            raise serializers.ValidationError({"slug": ["Give one: the name has no letters to make it of."]})
        return attrs | {"slug": slug}


class SubjectDetailOutput(SubjectOutput, ReferenceOutput):
    """A subject with what concerns those who keep the catalog."""


class SubjectInput(SluggedInput):
    """What of a subject can be written."""

    class Meta:
        model = Subject
        fields = ("name", "slug", "subtitle", "description", "banner_image_url", "card_image_url", "retired")
        extra_kwargs = {"slug": FROM_NAME}


class TopicOutput(ReferenceOutput):
    """A topic."""

    uuid = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    subtitle = serializers.CharField(allow_blank=True)
    description = serializers.CharField(allow_blank=True)
    long_description = serializers.CharField(allow_blank=True)
    banner_image_url = serializers.CharField(allow_blank=True)


class TopicInput(SluggedInput):
    """What of a topic can be written."""

    class Meta:
        model = Topic
        fields = ("name", "slug", "subtitle", "description", "long_description", "banner_image_url", "retired")
        extra_kwargs = {"slug": FROM_NAME}


class LevelTypeOutput(ReferenceOutput):
    """A level."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()
    sort_value = serializers.IntegerField()


class LevelTypeInput(ReferenceInput):
    """What of a level can be written."""

    class Meta:
        model = LevelType
        fields = ("name", "sort_value", "retired")


class SourceDetailOutput(SourceOutput, ReferenceOutput):
    """A product source with what concerns those who keep the catalog."""

    uuid = serializers.UUIDField()
    ofac_restricted_program_types = Computed(
        lambda row, scene: [link.programtype.slug for link in row.restricted_links],
        serializers.ListField(child=serializers.CharField()),
        reads=("restricted_links",),
        help_text="Slugs of the program types whose programs of this source are under OFAC restriction.",
    )


class SourceInput(SluggedInput):
    """What of a product source can be written; its slug never changes."""

    ofac_restricted_program_types = NamedRows(ProgramType, required=False, help_text="Slugs of program types.")

    class Meta:
        model = Source
        fields = ("name", "slug", "description", "ofac_restricted_program_types", "retired")
        extra_kwargs = {"slug": FROM_NAME}


class SluggedFilter(TimedReferenceFilter):
    """Filters of what has a name and a slug."""

    searched = ("name", "slug")


class SluggedViewSet(EditableViewSet):
    """Views of what has a name and a slug."""

    filters = SluggedFilter
    named_by = "slug"
    orders = {"name": "name", "slug": "slug", "modified": "modified"}
    default_order = "name"
    key_order = "slug"
    suggested_by = "name"


@described(
    "a subject",
    "subjects",
    "Subject",
    create=(OpenApiExample("A subject", request_only=True, value={"name": "Data Science"}),),
)
class SubjectViewSet(SluggedViewSet):
    """Academic subjects, each named by its UUID or its slug."""

    model = Subject
    output = SubjectDetailOutput
    input = SubjectInput


@described(
    "a topic",
    "topics",
    "Topic",
    create=(OpenApiExample("A topic", request_only=True, value={"name": "Machine learning"}),),
)
class TopicViewSet(SluggedViewSet):
    """Topics, each named by its UUID or its slug. With ``q`` they suggest tags: those that begin with it come first."""

    model = Topic
    output = TopicOutput
    input = TopicInput


@described(
    "a product source",
    "product sources",
    "Source",
    create=(OpenApiExample("A partner's feed", request_only=True, value={"name": "AcmeX", "slug": "acmex"}),),
)
class SourceViewSet(SluggedViewSet):
    """Product sources, each named by its UUID or its slug."""

    model = Source
    output = SourceDetailOutput
    input = SourceInput
    lists = {
        "restricted_links": PartRows(
            "source_id",
            ("programtype__slug",),
            lambda: Source.ofac_restricted_program_types.through.objects.order_by("programtype__slug"),
        )
    }


@described(
    "a level",
    "levels",
    "LevelType",
    create=(OpenApiExample("A level", request_only=True, value={"name": "Advanced", "sort_value": 30}),),
)
class LevelTypeViewSet(EditableViewSet):
    """Levels, each named by its UUID or its name."""

    model = LevelType
    output = LevelTypeOutput
    input = LevelTypeInput
    filters = TimedReferenceFilter
    named_by = "name"
    orders = {"sort_value": "sort_value", "name": "name", "modified": "modified"}
    default_order = "sort_value"
    key_order = "name"
