"""
How the public signals are produced to the event bus, before an operator says otherwise.

The types stand here as text: ``events``, which declares them, cannot be imported while settings load. A test holds the
two to each other.
"""

from typing import Any, Final

TOPIC: Final = "catalog-publisher-lifecycle"
"""One topic for all of them, so that what happens to a course and its runs keeps its order."""

KEY_FIELDS: Final = {
    "org.openedx_catalog_publisher.catalog.course.published.v1": "catalog_course.course_uuid",
    "org.openedx_catalog_publisher.catalog.course.unpublished.v1": "catalog_course.course_uuid",
    "org.openedx_catalog_publisher.catalog.course.removed.v1": "catalog_course.course_uuid",
    "org.openedx_catalog_publisher.catalog.course_run.published.v1": "course_run.run_uuid",
    "org.openedx_catalog_publisher.catalog.course_run.unpublished.v1": "course_run.run_uuid",
    "org.openedx_catalog_publisher.catalog.course_run.removed.v1": "course_run.run_uuid",
    "org.openedx_catalog_publisher.catalog.draft_run.created.v1": "course_run.run_uuid",
    "org.openedx_catalog_publisher.catalog.review.state_changed.v1": "review.unit_uuid",
}
"""By type, the path to the value by which a bus keeps events of one object in order."""


def add_producer_config(settings: Any) -> None:
    """
    Name our types in ``EVENT_BUS_PRODUCER_CONFIG``, switched off, each unless it is named already.

    They stand here, and not in settings that several services share, since a service without the plugin does not start
    with types that it does not know.
    """
    config = dict(getattr(settings, "EVENT_BUS_PRODUCER_CONFIG", {}))
    for event_type, key_field in KEY_FIELDS.items():
        config.setdefault(event_type, {TOPIC: {"event_key_field": key_field, "enabled": False}})
    settings.EVENT_BUS_PRODUCER_CONFIG = config
