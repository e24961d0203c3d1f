"""Tables of the catalog: one concept a file; constraints and field classes, no workflow."""

# On purpose: openedx-events asks for these signals before our app is ready.
from openedx_catalog_publisher import events
from openedx_catalog_publisher.models.actors import ActorPseudonym
from openedx_catalog_publisher.models.bulk_tasks import BulkTask
from openedx_catalog_publisher.models.course import Course
from openedx_catalog_publisher.models.course_parts import (
    CourseCollaborator,
    CourseEntitlement,
    CourseOrganization,
    CourseSubject,
    CourseTopic,
)
from openedx_catalog_publisher.models.course_run import CourseRun
from openedx_catalog_publisher.models.course_run_parts import (
    CourseRunLanguage,
    CourseRunStaff,
    RestrictedCourseRun,
    Seat,
)
from openedx_catalog_publisher.models.deliveries import Delivery, OutboxConsumer
from openedx_catalog_publisher.models.drift import DriftCheck
from openedx_catalog_publisher.models.editors import CourseEditor, CourseUrlRedirect, CourseUrlSlug
from openedx_catalog_publisher.models.idempotency import IdempotentRequest
from openedx_catalog_publisher.models.imports import ImportContent, ImportJob
from openedx_catalog_publisher.models.inbox import InboxEntry
from openedx_catalog_publisher.models.ledger import (
    ChainedRecord,
    EditRecord,
    Publication,
    Release,
    Seal,
    SealedHead,
    WriteSource,
)
from openedx_catalog_publisher.models.notifications import NotificationOptOut, SentMail
from openedx_catalog_publisher.models.organization import OrganizationProfile
from openedx_catalog_publisher.models.outbox import EventKind, OutboxEvent
from openedx_catalog_publisher.models.people import Person
from openedx_catalog_publisher.models.reference import Collaborator, Currency, LanguageTag, Reference, Source
from openedx_catalog_publisher.models.review import Comment, Review, ReviewRecord, ReviewStep
from openedx_catalog_publisher.models.roles import (
    ALL_ORGANIZATIONS,
    CatalogRole,
    CatalogRoleAssignment,
    RoleName,
    RoleRecord,
)
from openedx_catalog_publisher.models.shown_digests import ShownDigests
from openedx_catalog_publisher.models.snapshot import Snapshot
from openedx_catalog_publisher.models.taxonomy import LevelType, ProgramType, Subject, Topic
from openedx_catalog_publisher.models.types import CourseRunType, CourseType, CourseTypeRunType, Mode, SeatType, Track
from openedx_catalog_publisher.models.unit import Side, Status, UnitKind, UnitRoot
from openedx_catalog_publisher.models.webhooks import WebhookAttempt, WebhookSecret, WebhookSubscription

__all__ = [
    "ALL_ORGANIZATIONS",
    "ActorPseudonym",
    "BulkTask",
    "CatalogRole",
    "CatalogRoleAssignment",
    "ChainedRecord",
    "Collaborator",
    "Comment",
    "Course",
    "CourseCollaborator",
    "CourseEditor",
    "CourseEntitlement",
    "CourseOrganization",
    "CourseRun",
    "CourseRunLanguage",
    "CourseRunStaff",
    "CourseRunType",
    "CourseSubject",
    "CourseTopic",
    "CourseType",
    "CourseTypeRunType",
    "CourseUrlRedirect",
    "CourseUrlSlug",
    "Currency",
    "Delivery",
    "DriftCheck",
    "EditRecord",
    "EventKind",
    "IdempotentRequest",
    "ImportContent",
    "ImportJob",
    "InboxEntry",
    "LanguageTag",
    "LevelType",
    "Mode",
    "NotificationOptOut",
    "OrganizationProfile",
    "OutboxConsumer",
    "OutboxEvent",
    "Person",
    "ProgramType",
    "Publication",
    "Reference",
    "Release",
    "RestrictedCourseRun",
    "Review",
    "ReviewRecord",
    "ReviewStep",
    "RoleName",
    "RoleRecord",
    "Seal",
    "SealedHead",
    "Seat",
    "SeatType",
    "SentMail",
    "ShownDigests",
    "Side",
    "Snapshot",
    "Source",
    "Status",
    "Subject",
    "Topic",
    "Track",
    "UnitKind",
    "UnitRoot",
    "WebhookAttempt",
    "WebhookSecret",
    "WebhookSubscription",
    "WriteSource",
    "events",
]
