"""
Public signals of the catalog, for other apps in this process and, over the event bus, for other services.

They are sent by the consumer ``openedx_events``, after the change was committed, and at least once each: whoever acts
on one acts once for each ``event_uuid``. Imports nothing of ours. ``models`` imports this module on purpose:
openedx-events checks its producer configuration before our app is ready, and fails for a type that it does not know.
"""

from openedx_events.tooling import OpenEdxPublicSignal

from openedx_catalog_publisher.data import (
    CatalogCoursePublishedData,
    CatalogCourseWithdrawnData,
    CatalogDraftRunData,
    CatalogReviewStateData,
    CatalogRunPublishedData,
    CatalogRunWithdrawnData,
)

# .. event_type: org.openedx_catalog_publisher.catalog.course.published.v1
# .. event_name: CATALOG_COURSE_PUBLISHED
# .. event_key_field: catalog_course.course_uuid
# .. event_description: emitted when a course was published, for the first time or again with other content.
# .. event_data: CatalogCoursePublishedData
# .. event_trigger_repository: openedx_catalog_publisher
CATALOG_COURSE_PUBLISHED = OpenEdxPublicSignal(
    event_type="org.openedx_catalog_publisher.catalog.course.published.v1",
    data={"catalog_course": CatalogCoursePublishedData},
)

# .. event_type: org.openedx_catalog_publisher.catalog.course.unpublished.v1
# .. event_name: CATALOG_COURSE_UNPUBLISHED
# .. event_key_field: catalog_course.course_uuid
# .. event_description: emitted when a course was taken back; its official rows can still be read.
# .. event_data: CatalogCourseWithdrawnData
# .. event_trigger_repository: openedx_catalog_publisher
CATALOG_COURSE_UNPUBLISHED = OpenEdxPublicSignal(
    event_type="org.openedx_catalog_publisher.catalog.course.unpublished.v1",
    data={"catalog_course": CatalogCourseWithdrawnData},
)

# .. event_type: org.openedx_catalog_publisher.catalog.course.removed.v1
# .. event_name: CATALOG_COURSE_REMOVED
# .. event_key_field: catalog_course.course_uuid
# .. event_description: emitted when the official rows of a course were taken away; each of its runs has its own event.
# .. event_data: CatalogCourseWithdrawnData
# .. event_trigger_repository: openedx_catalog_publisher
CATALOG_COURSE_REMOVED = OpenEdxPublicSignal(
    event_type="org.openedx_catalog_publisher.catalog.course.removed.v1",
    data={"catalog_course": CatalogCourseWithdrawnData},
)

# .. event_type: org.openedx_catalog_publisher.catalog.course_run.published.v1
# .. event_name: CATALOG_RUN_PUBLISHED
# .. event_key_field: course_run.run_uuid
# .. event_description: emitted when a course run was published, for the first time or again with other content.
# .. event_data: CatalogRunPublishedData
# .. event_trigger_repository: openedx_catalog_publisher
CATALOG_RUN_PUBLISHED = OpenEdxPublicSignal(
    event_type="org.openedx_catalog_publisher.catalog.course_run.published.v1",
    data={"course_run": CatalogRunPublishedData},
)

# .. event_type: org.openedx_catalog_publisher.catalog.course_run.unpublished.v1
# .. event_name: CATALOG_RUN_UNPUBLISHED
# .. event_key_field: course_run.run_uuid
# .. event_description: emitted when a course run was taken back; its official rows can still be read.
# .. event_data: CatalogRunWithdrawnData
# .. event_trigger_repository: openedx_catalog_publisher
CATALOG_RUN_UNPUBLISHED = OpenEdxPublicSignal(
    event_type="org.openedx_catalog_publisher.catalog.course_run.unpublished.v1",
    data={"course_run": CatalogRunWithdrawnData},
)

# .. event_type: org.openedx_catalog_publisher.catalog.course_run.removed.v1
# .. event_name: CATALOG_RUN_REMOVED
# .. event_key_field: course_run.run_uuid
# .. event_description: emitted when the official rows of a course run were taken away.
# .. event_data: CatalogRunWithdrawnData
# .. event_trigger_repository: openedx_catalog_publisher
CATALOG_RUN_REMOVED = OpenEdxPublicSignal(
    event_type="org.openedx_catalog_publisher.catalog.course_run.removed.v1",
    data={"course_run": CatalogRunWithdrawnData},
)

# .. event_type: org.openedx_catalog_publisher.catalog.draft_run.created.v1
# .. event_name: CATALOG_DRAFT_RUN_CREATED
# .. event_key_field: course_run.run_uuid
# .. event_description: emitted when a course team began a course run.
# .. event_data: CatalogDraftRunData
# .. event_trigger_repository: openedx_catalog_publisher
CATALOG_DRAFT_RUN_CREATED = OpenEdxPublicSignal(
    event_type="org.openedx_catalog_publisher.catalog.draft_run.created.v1",
    data={"course_run": CatalogDraftRunData},
)

# .. event_type: org.openedx_catalog_publisher.catalog.review.state_changed.v1
# .. event_name: CATALOG_REVIEW_STATE_CHANGED
# .. event_key_field: review.unit_uuid
# .. event_description: emitted when a course or a course run was submitted for review, when a step of its review was
#      decided, and when its review was closed.
# .. event_data: CatalogReviewStateData
# .. event_trigger_repository: openedx_catalog_publisher
CATALOG_REVIEW_STATE_CHANGED = OpenEdxPublicSignal(
    event_type="org.openedx_catalog_publisher.catalog.review.state_changed.v1",
    data={"review": CatalogReviewStateData},
)
