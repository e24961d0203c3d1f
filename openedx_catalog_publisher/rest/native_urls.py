"""Paths of the plugin's own API, version 1."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from openedx_catalog_publisher.rest.course_runs import CourseRunViewSet
from openedx_catalog_publisher.rest.courses import CourseViewSet
from openedx_catalog_publisher.rest.health import HealthView
from openedx_catalog_publisher.rest.releases import ReleaseViewSet
from openedx_catalog_publisher.rest.schema_view import SchemaView
from openedx_catalog_publisher.rest.tombstones import TombstoneViewSet

router = SimpleRouter()
router.register("courses", CourseViewSet, basename="course")
router.register("course_runs", CourseRunViewSet, basename="course_run")
router.register("releases", ReleaseViewSet, basename="release")
router.register("tombstones", TombstoneViewSet, basename="tombstone")

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    path("health/", HealthView.as_view(), name="health"),
    path("schema/", SchemaView.as_view(), name="schema"),
]
