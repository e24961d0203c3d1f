"""
What Discovery's clients send of a course, in the words of the other door.

The Publisher micro-frontend sends everything at each save, also what it shows and nobody chose; so what says nothing
(an image's address, an object whose members are all empty, a computed value that comes back) is left out here. Names
that cannot be written are ignored, as Discovery ignores them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.editing.image_names import stored_name
from openedx_catalog_publisher.models import Course, CourseType
from openedx_catalog_publisher.models.derived import course as of_course
from openedx_catalog_publisher.rest.named import uuid_or_none
from openedx_catalog_publisher.rest.row_reader import Record
from openedx_catalog_publisher.rest.unit_input import COURSE, UnitInput, read_input
from openedx_catalog_publisher.rest.unit_rows import read_courses

WRITTEN = frozenset(
    {
        "additional_information",
        "additional_metadata",
        "card_image_url",
        "collaborators",
        "enterprise_subscription_inclusion",
        "excluded_from_search",
        "excluded_from_seo",
        "faq",
        "full_description",
        "geolocation",
        "image",
        "in_year_value",
        "key_for_reruns",
        "learner_testimonials",
        "level_type",
        "location_restriction",
        "organization_logo_override",
        "organization_short_code_override",
        "outcome",
        "prerequisites_raw",
        "prices",
        "product_source",
        "short_description",
        "subjects",
        "syllabus_raw",
        "title",
        "topics",
        "type",
        "url_slug",
        "video",
        "watchers",
    }
)

PICTURES = ("image", "organization_logo_override")

SENT_WITH_THE_PAGE = WRITTEN - {
    "additional_metadata",
    "card_image_url",
    "excluded_from_search",
    "excluded_from_seo",
    "in_year_value",
    "key_for_reruns",
    "product_source",
}
"""What the micro-frontend sends of every course, changed or not."""

PRESENT = frozenset(
    {
        "image",
        "card_image_url",
        "organization_logo_override",
        "video",
        "additional_metadata",
        "type__slug",
        "enterprise_subscription_inclusion",
        "organization_links",
    }
)
"""What ``course_input`` compares with."""

NOTHING: tuple[Any, ...] = (None, "", [], {})


def present_course(pk: int) -> Record:
    """Return what the draft of a course holds, as far as ``course_input`` compares with it."""
    return read_courses(Course.everything.filter(pk=pk), PRESENT)[0]


def course_input(data: Mapping[str, Any], present: Record | None) -> UnitInput:
    """
    Return the input for a course in the commands' words.

    Arguments:
        data: what the client sent.
        present: what the draft holds (``present_course``); None for a creation.

    Raises:
        InvalidInput: naming every faulty field.
    """
    given = {name: value for name, value in data.items() if name in WRITTEN}
    for name in PICTURES:
        if name in given and not _is_new_picture(given[name]):
            del given[name]
    if given.get("url_slug") in NOTHING:
        given.pop("url_slug", None)
    if "prices" in given:
        given["prices"] = prices_as_text(given["prices"])
    for name, read in (("video", _video), ("geolocation", _geolocation), ("location_restriction", _restriction)):
        if name in given:
            _put(given, name, read(given[name], present))
    if "enterprise_subscription_inclusion" in given:
        _drop_computed_inclusion(given, present)
    if "additional_metadata" in given:
        _put(given, "additional_metadata", _metadata(given, present))
    return read_input(COURSE, given)


def is_page(data: Mapping[str, Any]) -> bool:
    """Tell whether a client sent all that the micro-frontend sends of every course, as a page does."""
    return data.keys() >= SENT_WITH_THE_PAGE


def is_whole_page(data: Mapping[str, Any], present: Record) -> bool:
    """
    Tell whether a client sent back all that its page shows of a course, with the pictures that there are.

    Arguments:
        data: what the client sent.
        present: what the draft holds (``present_course``).
    """
    if not is_page(data):
        return False
    shown = {
        "image": present.image or present.card_image_url,
        "organization_logo_override": present.organization_logo_override,
    }
    return all(_is_picture(name, data[name], str(shown[name] or "")) for name in PICTURES)


def _is_picture(column: str, value: Any, shown: str) -> bool:
    field: Any = Course._meta.get_field(column)
    try:
        name = stored_name(field, value)
    except FieldError:
        # An address elsewhere is shown where no picture is stored.
        name = value
    return (name or "") == shown


KEEP: Any = object()


def _put(given: dict[str, Any], name: str, value: Any) -> None:
    if value is KEEP:
        del given[name]
    else:
        given[name] = value


def prices_as_text(prices: Any) -> Any:
    """Return prices with those that are numbers as texts; what is no object stays, for the command to refuse."""
    if not isinstance(prices, Mapping):
        return prices
    return {slug: str(price) if isinstance(price, float) else price for slug, price in prices.items()}


def _is_new_picture(value: Any) -> bool:
    # Everything else is the address that was answered, or none where there is none.
    return isinstance(value, str) and value.startswith("data:image")


def _video(value: Any, present: Record | None) -> Any:
    if value in NOTHING:
        return KEEP
    if not isinstance(value, Mapping):
        return value
    source = value.get("src")
    before = present.video if present is not None else None
    if source == (before or {}).get("src"):
        # The client knows nothing of the video's description and still image.
        return KEEP
    return None if source in NOTHING else {"src": source}


def _geolocation(value: Any, present: Record | None) -> Any:
    if isinstance(value, Mapping) and all(entry in NOTHING for entry in value.values()):
        return None
    return value


def _restriction(value: Any, present: Record | None) -> Any:
    if not isinstance(value, Mapping):
        return value
    given = {name: entry for name, entry in value.items() if entry not in NOTHING}
    if given and "restriction_type" not in given:
        raise InvalidInput(
            {"location_restriction": ["Give its type with countries or states: allowlist or blocklist."]}
        )
    return given or None


def _drop_computed_inclusion(given: dict[str, Any], present: Record | None) -> None:
    chosen = given["enterprise_subscription_inclusion"]
    if present is not None and chosen == of_course.is_in_enterprise_subscriptions(present):  # type: ignore[arg-type]
        del given["enterprise_subscription_inclusion"]


def _metadata(given: Mapping[str, Any], present: Record | None) -> Any:
    value = given["additional_metadata"]
    if value in NOTHING or not _is_external(given.get("type"), present):
        return KEEP
    if not isinstance(value, Mapping):
        return value
    before = (present.additional_metadata if present is not None else None) or {}
    # Blank texts are what the client has where nothing is known.
    return (
        before
        | {name: None if entry == "" else entry for name, entry in value.items() if name != "product_status"}
        | ({"product_status": value["product_status"]} if value.get("product_status") else {})
    )


def _is_external(course_type: Any, present: Record | None) -> bool:
    if course_type in NOTHING:
        return present is not None and present.type is not None and present.type.slug in CourseType.EXTERNAL_SLUGS
    named = uuid_or_none(course_type) if isinstance(course_type, str) else None
    slugs = CourseType.objects.filter(uuid=named).values_list("slug", flat=True) if named else ()
    return any(slug in CourseType.EXTERNAL_SLUGS for slug in slugs)
