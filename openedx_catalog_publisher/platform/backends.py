"""Which backend serves here. They are imported when they are asked for, since the platform's exist in it alone."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from openedx_catalog_publisher.platform import standalone
from openedx_catalog_publisher.platform.core_catalog import CoreCatalog
from openedx_catalog_publisher.platform.course_modes import CourseModes
from openedx_catalog_publisher.platform.course_overviews import CourseOverviews
from openedx_catalog_publisher.platform.http.session import Credentials, PlatformSession
from openedx_catalog_publisher.platform.http.studio import HttpStudio
from openedx_catalog_publisher.platform.studio import Studio
from openedx_catalog_publisher.settings import conf


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


def studio_is_called() -> bool:
    """Tell whether Studio is called over HTTP, and so from any service."""
    return bool(conf.studio_api_root())


def studio() -> Studio:
    """
    Return Studio: over HTTP where its address is set, else in this process.

    Raises:
        ImproperlyConfigured: when Studio is called and what tokens are asked with is not set.
    """
    if studio_is_called():
        return HttpStudio(PlatformSession(conf.studio_api_root(), _credentials(), conf.studio_seconds()))
    if not in_platform():
        return standalone.STUDIO
    found: Studio = _in_process("studio").InProcessStudio(conf.studio_username())
    return found


def _credentials() -> Credentials:
    root, client_id, client_secret = conf.oauth_client()
    missing = [name for name, value in conf.OAUTH_CLIENT.items() if not value.value()]
    if missing:
        raise ImproperlyConfigured(f"Studio is called over HTTP, so set {', '.join(missing)}.")
    return Credentials(root, client_id, client_secret)


def _in_process(name: str) -> Any:
    return import_module(f"openedx_catalog_publisher.platform.in_process.{name}")
