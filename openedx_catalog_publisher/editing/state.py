"""State that editors write together with content: who watches a course, when a run goes live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.dateparse import parse_datetime

from openedx_catalog_publisher.editing.canonical import FieldError, canonical_value
from openedx_catalog_publisher.models import CourseRun, UnitKind
from openedx_catalog_publisher.models.field_classes import Review
from openedx_catalog_publisher.publishing.unit_tables import Column

STATE_FIELDS: Mapping[UnitKind, frozenset[str]] = {
    UnitKind.COURSE: frozenset({"watchers"}),
    UnitKind.COURSE_RUN: frozenset({"go_live_date"}),
}
"""State that ``update_course`` and ``update_run`` take beside content."""

_GO_LIVE_DATE = Column(
    name="go_live_date",
    attname="go_live_date",
    field=CourseRun._meta.get_field("go_live_date"),
    review=Review.EXEMPT,
    reference=None,
)


def canonical_state(name: str, value: Any) -> Any:
    """
    Return the stored form of a state field's input.

    Raises:
        FieldError: when the field does not take it.
    """
    if name == "go_live_date":
        text = canonical_value(_GO_LIVE_DATE, value)
        return None if text is None else parse_datetime(text)
    return _watchers(value)


def _watchers(value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list | tuple) or not all(isinstance(entry, str) for entry in value):
        raise FieldError("Give a list of e-mail addresses.")
    addresses = list(dict.fromkeys(entry.strip() for entry in value if entry.strip()))
    for address in addresses:
        try:
            validate_email(address)
        except ValidationError as error:
            raise FieldError(f"{address} is not an e-mail address.") from error
    return addresses
