"""
Shapes of the values that are JSON columns of their owner (Discovery keeps each in a table of its own).

A serializer of each brings input to canonical form: known keys only, strings trimmed, HTML cleaned, decimals as
strings of fixed scale, empty values null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.editing.html import clean_html
from openedx_catalog_publisher.ledger.canonical_json import plain


class Text(serializers.CharField):
    """A trimmed string; blank is null."""

    def __init__(self, max_length: int | None = None, *, required: bool = False) -> None:
        super().__init__(max_length=max_length, required=required, allow_null=not required, allow_blank=not required)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the trimmed string, or None for a blank one."""
        return super().run_validation(data) or None


class Html(Text):
    """A text of HTML, cleaned; what shows nothing is null."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the cleaned HTML, or None where it shows nothing."""
        text = super().run_validation(data)
        try:
            return None if text is None else clean_html(text)
        except FieldError as error:
            raise serializers.ValidationError(error.messages) from error


class Part(serializers.Serializer[Any]):
    """A value object: unknown keys are errors, missing ones get their default."""

    def to_internal_value(self, data: Any) -> Any:
        """Check the keys, then each value."""
        if isinstance(data, Mapping):
            unknown = sorted(set(map(str, data)) - set(self.fields))
            if unknown:
                known = ", ".join(self.fields)
                raise serializers.ValidationError({name: [f"Not known; known are {known}."] for name in unknown})
        return super().to_internal_value(data)


class ImagePart(Part):
    """An image by address."""

    src = serializers.URLField(max_length=255)
    description = Text(255)
    height = serializers.IntegerField(min_value=0, allow_null=True, default=None)
    width = serializers.IntegerField(min_value=0, allow_null=True, default=None)


class VideoPart(Part):
    """A video by address, with its still image."""

    src = serializers.URLField(max_length=255)
    description = Text(255)
    image = ImagePart(required=False, allow_null=True, default=None)


class ExtraDescriptionPart(Part):
    """A further promotional text."""

    title = Text(255)
    description = Html()


class GeoLocationPart(Part):
    """A place on earth; 11 decimal places, as Discovery keeps them."""

    location_name = Text(128)
    lat = serializers.DecimalField(max_digits=14, decimal_places=11, min_value=-90, max_value=90)
    lng = serializers.DecimalField(max_digits=14, decimal_places=11, min_value=-180, max_value=180)


US_STATES = [
    *("AL", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME"),
    *("MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK"),
    *("OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "DC"),
]
"""The 48 contiguous states and the District of Columbia, as Discovery offers them."""


class LocationRestrictionPart(Part):
    """Where a course may be sold: ISO 3166-1 alpha-2 countries and states of the USA."""

    restriction_type = serializers.ChoiceField(choices=["allowlist", "blocklist"], default="allowlist")
    countries = serializers.ListField(child=serializers.RegexField(r"\A[A-Z]{2}\Z"), default=list)
    states = serializers.ListField(child=serializers.ChoiceField(choices=US_STATES), default=list)


class InYearValuePart(Part):
    """What a lead or a click is worth in the year, in US dollars."""

    per_lead_usa = serializers.IntegerField(min_value=0, default=0)
    per_lead_international = serializers.IntegerField(min_value=0, default=0)
    per_click_usa = serializers.IntegerField(min_value=0, default=5)
    per_click_international = serializers.IntegerField(min_value=0, default=5)


class FactPart(Part):
    """A fact with a heading."""

    heading = Text(255)
    blurb = Html()


class ProductMetaPart(Part):
    """What search engines show."""

    title = Text(200)
    description = Text(255)
    keywords = serializers.ListField(child=serializers.CharField(max_length=255), default=list)


class TaxiFormPart(Part):
    """The lead form of an external product."""

    form_id = Text(75)
    grouping = Text(50)
    title = Text(255)
    subtitle = Text(255)
    post_submit_url = serializers.URLField(max_length=511, allow_null=True, default=None)


class AdditionalMetadataPart(Part):
    """What courses outside the platform need (executive education, bootcamps)."""

    external_url = serializers.URLField(max_length=511)
    external_identifier = Text(255)
    lead_capture_form_url = serializers.URLField(max_length=511, allow_null=True, default=None)
    organic_url = serializers.URLField(max_length=511, allow_null=True, default=None)
    facts = FactPart(many=True, default=list)
    certificate_info = FactPart(allow_null=True, default=None)
    start_date = serializers.DateTimeField(allow_null=True, default=None)
    end_date = serializers.DateTimeField(allow_null=True, default=None)
    registration_deadline = serializers.DateTimeField(allow_null=True, default=None)
    variant_id = serializers.UUIDField(allow_null=True, default=None)
    course_term_override = Text(20)
    product_meta = ProductMetaPart(allow_null=True, default=None)
    taxi_form = TaxiFormPart(allow_null=True, default=None)
    product_status = serializers.ChoiceField(choices=["published", "archived"], default="published")
    external_course_marketing_type = serializers.ChoiceField(
        choices=["short_course", "sprint", "course_stack"], allow_null=True, default=None
    )
    display_on_org_page = serializers.BooleanField(default=True)


class SocialLinkPart(Part):
    """A link of a person."""

    type = serializers.ChoiceField(choices=["facebook", "twitter", "blog", "others"])
    title = Text(255)
    url = serializers.URLField(max_length=500)


PARTS: Mapping[str, type[Part]] = {
    "video": VideoPart,
    "extra_description": ExtraDescriptionPart,
    "geolocation": GeoLocationPart,
    "location_restriction": LocationRestrictionPart,
    "in_year_value": InYearValuePart,
    "additional_metadata": AdditionalMetadataPart,
}
"""The shape of each JSON column of units, by content name; other JSON columns are lists of strings."""


class PartError(ValueError):
    """Input that is not of its shape; ``messages`` holds sentences that name the faulty key by path."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


def canonical_part(shape: type[Part], value: Any) -> dict[str, Any] | None:
    """
    Return a value in canonical form: all keys of its shape, as plain JSON data. Null and an empty object are null.

    Raises:
        PartError: naming each faulty key.
    """
    if value in (None, {}, ""):
        return None
    serializer = shape(data=value)
    if not serializer.is_valid():
        raise PartError(list(_sentences(serializer.errors)))
    return {str(name): _canonical(serializer.validated_data.get(name)) for name in serializer.fields}


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _canonical(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_canonical(entry) for entry in value]
    return plain(value)


def _sentences(errors: Any, path: str = "") -> Any:
    if isinstance(errors, Mapping):
        for name, entry in errors.items():
            yield from _sentences(entry, f"{path}.{name}" if path else str(name))
    elif any(isinstance(entry, Mapping | list) for entry in errors):
        for index, entry in enumerate(errors):
            yield from _sentences(entry, f"{path}[{index}]")
    else:
        yield from (f"{path}: {message}" for message in errors)
