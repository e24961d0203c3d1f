"""Paths of Discovery's door, as Discovery has them below its own host."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from openedx_catalog_publisher.rest.discovery.bulk_tasks import BulkTaskDoor, BulkTaskFileDoor
from openedx_catalog_publisher.rest.discovery.collaborators import CollaboratorDoor
from openedx_catalog_publisher.rest.discovery.comments import CommentDoor
from openedx_catalog_publisher.rest.discovery.course_editors import CourseEditorDoor
from openedx_catalog_publisher.rest.discovery.course_runs import CourseRunDoor
from openedx_catalog_publisher.rest.discovery.courses import CourseDoor
from openedx_catalog_publisher.rest.discovery.lookups import (
    CourseReviewDoor,
    CurrencyDoor,
    LevelTypeDoor,
    ProgramTypeDoor,
    SourceDoor,
    SubjectDoor,
    TopicDoor,
)
from openedx_catalog_publisher.rest.discovery.organizations import OrganizationDoor
from openedx_catalog_publisher.rest.discovery.people import PersonDoor, PersonTypeaheadDoor
from openedx_catalog_publisher.rest.discovery.publisher import RoleDoor, UserDoor
from openedx_catalog_publisher.rest.discovery.recommendations import CourseRecommendationDoor
from openedx_catalog_publisher.rest.discovery.routes import SlashOptionalRouter
from openedx_catalog_publisher.rest.discovery.tags import TagDoor
from openedx_catalog_publisher.rest.discovery.usernames import ReplaceUsernamesDoor

api = SlashOptionalRouter()
api.register("courses", CourseDoor, basename="discovery-course")
api.register("course_runs", CourseRunDoor, basename="discovery-course-run")
api.register("organizations", OrganizationDoor, basename="discovery-organization")
api.register("subjects", SubjectDoor, basename="discovery-subject")
api.register("topics", TopicDoor, basename="discovery-topic")
api.register("level_types", LevelTypeDoor, basename="discovery-level-type")
api.register("program_types", ProgramTypeDoor, basename="discovery-program-type")
api.register("sources", SourceDoor, basename="discovery-source")
api.register("currency", CurrencyDoor, basename="discovery-currency")
api.register("course_review", CourseReviewDoor, basename="discovery-course-review")

api.register("course_recommendations", CourseRecommendationDoor, basename="discovery-course-recommendation")
api.register("course_editors", CourseEditorDoor, basename="discovery-course-editor")
api.register("collaborators", CollaboratorDoor, basename="discovery-collaborator")
api.register("bulk_operation_tasks", BulkTaskDoor, basename="discovery-bulk-task")
api.register("comments", CommentDoor, basename="discovery-comment")
api.register("people", PersonDoor, basename="discovery-person")
api.register("search/person_typeahead", PersonTypeaheadDoor, basename="discovery-person-typeahead")

ORGANIZATION = "(?P<organization>[^/]+)"

publisher = [
    re_path(r"^users/?$", UserDoor.as_view({"get": "list"}), name="discovery-publisher-users"),
    re_path(
        rf"^{ORGANIZATION}/users/?$",
        UserDoor.as_view({"get": "of_organization"}),
        name="discovery-publisher-organization-users",
    ),
    re_path(
        rf"^{ORGANIZATION}/roles/?$",
        RoleDoor.as_view({"get": "of_organization"}),
        name="discovery-publisher-organization-roles",
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "api/v1/bulk_operation_tasks/files/<str:token>/<str:name>",
        BulkTaskFileDoor.as_view(),
        name="discovery-bulk-task-file",
    ),
    path("api/v1/", include(api.urls)),
    re_path(r"^api/v1/replace_usernames/?$", ReplaceUsernamesDoor.as_view(), name="discovery-replace-usernames"),
    path("publisher/api/admins/organizations/", include(publisher)),
    re_path(r"^taggit_autosuggest/list/taggit\.tag/?$", TagDoor.as_view(), name="discovery-tags"),
]
