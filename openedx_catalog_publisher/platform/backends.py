"""Which backend serves here. They are imported when they are asked for, since the platform's exist in it alone."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps

from openedx_catalog_publisher.platform import standalone
from openedx_catalog_publisher.platform.core_catalog import CoreCatalog
from openedx_catalog_publisher.platform.course_modes import CourseModes
from openedx_catalog_publisher.platform.course_overviews import CourseOverviews


def in_platform() -> bool:
    """Tell whether this process has edx-platform."""
    return find_spec("openedx") is not None


def course_modes() -> CourseModes:
    """Return the course modes of the LMS."""
    modes: CourseModes = _in_process("course_modes").LmsCourseModes() if in_platform() else standalone.COURSE_MODES
    return modes


def course_overviews() -> CourseOverviews:
    """Return the course overviews of the platform."""
    if not in_platform():
        return standalone.COURSE_OVERVIEWS
    overviews: CourseOverviews = _in_process("course_overviews").PlatformCourseOverviews()
    return overviews


def core_catalog() -> CoreCatalog | None:
    """Return the core catalog; None in a platform that does not have it, as Ulmo."""
    if apps.is_installed("openedx_catalog"):
        catalog: CoreCatalog = _in_process("core_catalog").InstalledCoreCatalog()
        return catalog
    return None if in_platform() else standalone.CORE_CATALOG


def _in_process(name: str) -> Any:
    return import_module(f"openedx_catalog_publisher.platform.in_process.{name}")
