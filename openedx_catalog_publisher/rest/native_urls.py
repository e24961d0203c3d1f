"""Paths of the plugin's own API, version 1."""

from django.urls import URLPattern, URLResolver, path, re_path
from rest_framework.routers import SimpleRouter

from openedx_catalog_publisher.rest.codes import CurrencyViewSet, LanguageViewSet
from openedx_catalog_publisher.rest.collaborators import CollaboratorViewSet
from openedx_catalog_publisher.rest.comments import CourseCommentViewSet, CourseRunCommentViewSet
from openedx_catalog_publisher.rest.course_editors import CourseEditorViewSet
from openedx_catalog_publisher.rest.course_runs import CourseRunViewSet
from openedx_catalog_publisher.rest.courses import CourseViewSet
from openedx_catalog_publisher.rest.health import HealthView
from openedx_catalog_publisher.rest.imports import ImportViewSet
from openedx_catalog_publisher.rest.notifications import NotificationPreferencesViewSet
from openedx_catalog_publisher.rest.organizations import OrganizationViewSet
from openedx_catalog_publisher.rest.outbox import DeliveryViewSet
from openedx_catalog_publisher.rest.people import PersonViewSet
from openedx_catalog_publisher.rest.releases import ReleaseViewSet
from openedx_catalog_publisher.rest.reviews import ReviewViewSet
from openedx_catalog_publisher.rest.role_assignments import RoleAssignmentViewSet
from openedx_catalog_publisher.rest.schema_view import SchemaView
from openedx_catalog_publisher.rest.skipped_reviews import SkippedReviewViewSet
from openedx_catalog_publisher.rest.taxonomy import LevelTypeViewSet, SourceViewSet, SubjectViewSet, TopicViewSet
from openedx_catalog_publisher.rest.timelines import TimelineViewSet
from openedx_catalog_publisher.rest.tombstones import TombstoneViewSet
from openedx_catalog_publisher.rest.types import (
    CourseRunTypeViewSet,
    CourseTypeViewSet,
    ProgramTypeViewSet,
    SeatTypeViewSet,
)
from openedx_catalog_publisher.rest.unit_reviews import CourseReviewViewSet, CourseRunReviewViewSet
from openedx_catalog_publisher.rest.unknown_paths import UnknownPathView
from openedx_catalog_publisher.rest.webhooks import WebhookSecretViewSet, WebhookViewSet
from openedx_catalog_publisher.rest.why import CourseRunWhyViewSet, CourseWhyViewSet

router = SimpleRouter()
router.register("courses", CourseViewSet, basename="course")
router.register("courses/(?P<course>[^/]+)/editors", CourseEditorViewSet, basename="course_editor")
router.register("courses/(?P<course>[^/]+)/reviews", CourseReviewViewSet, basename="course_review")
router.register("courses/(?P<course>[^/]+)/comments", CourseCommentViewSet, basename="course_comment")
router.register("courses/(?P<course>[^/]+)/timeline", TimelineViewSet, basename="course_timeline")
router.register("course_runs", CourseRunViewSet, basename="course_run")
router.register("course_runs/(?P<run>[^/]+)/reviews", CourseRunReviewViewSet, basename="course_run_review")
router.register("course_runs/(?P<run>[^/]+)/comments", CourseRunCommentViewSet, basename="course_run_comment")
# Before the reviews, whose names would take its path.
router.register("reviews/skipped", SkippedReviewViewSet, basename="skipped_review")
router.register("reviews", ReviewViewSet, basename="review")
router.register("releases", ReleaseViewSet, basename="release")
router.register("organizations", OrganizationViewSet, basename="organization")
router.register("people", PersonViewSet, basename="person")
router.register("collaborators", CollaboratorViewSet, basename="collaborator")
router.register("subjects", SubjectViewSet, basename="subject")
router.register("topics", TopicViewSet, basename="topic")
router.register("level_types", LevelTypeViewSet, basename="level_type")
router.register("sources", SourceViewSet, basename="source")
router.register("course_types", CourseTypeViewSet, basename="course_type")
router.register("course_run_types", CourseRunTypeViewSet, basename="course_run_type")
router.register("program_types", ProgramTypeViewSet, basename="program_type")
router.register("seat_types", SeatTypeViewSet, basename="seat_type")
router.register("languages", LanguageViewSet, basename="language")
router.register("currencies", CurrencyViewSet, basename="currency")
router.register("imports", ImportViewSet, basename="import")
router.register("role_assignments", RoleAssignmentViewSet, basename="role_assignment")
router.register("outbox", DeliveryViewSet, basename="outbox")
router.register("webhooks", WebhookViewSet, basename="webhook")
router.register("webhooks/(?P<webhook>[^/]+)/secrets", WebhookSecretViewSet, basename="webhook_secret")
router.register("tombstones", TombstoneViewSet, basename="tombstone")

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    path("courses/<str:course>/why/", CourseWhyViewSet.as_view({"get": "retrieve"}), name="course-why"),
    path("course_runs/<str:run>/why/", CourseRunWhyViewSet.as_view({"get": "retrieve"}), name="course_run-why"),
    path("health/", HealthView.as_view(), name="health"),
    path(
        "me/notifications/",
        NotificationPreferencesViewSet.as_view({"get": "retrieve", "put": "update"}),
        name="notification-preferences",
    ),
    path("schema/", SchemaView.as_view(), name="schema"),
    # With its slash, so that a path that only lacks its own is still sent to where it meant.
    re_path(r"^(?:[\s\S]*/)?$", UnknownPathView.as_view(), name="unknown-path"),
]
