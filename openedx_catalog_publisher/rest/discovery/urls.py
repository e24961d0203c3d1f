"""Paths of Discovery's door, as Discovery has them below its own host."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

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
from openedx_catalog_publisher.rest.discovery.routes import SlashOptionalRouter

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

urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/", include(api.urls))]
