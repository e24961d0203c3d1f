"""
ETags of drafts, and what ``If-Match`` asks of a write.

The tag of a run's draft is its revision, that of a course's draft covers its runs' as well. A write that names an old
one gets 412; one that names none, or ``*``, is last-wins per field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request

from openedx_catalog_publisher.commands.anchors import course_tag
from openedx_catalog_publisher.commands.errors import InvalidInput, StaleRevision
from openedx_catalog_publisher.models import CourseRun

HEADER = "If-Match"


def run_etag(run: Any) -> str:
    """Return the tag of a run's draft."""
    return f'"{run.revision}"'


def course_etag(course: Any) -> str:
    """Return the tag of a course's draft with its runs."""
    return f'"{course_tag(course.revision, ((run.uuid, run.revision) for run in course.course_runs))}"'


def expected_tag(request: Request) -> str | None:
    """
    Return the tag that a write names; None for none, and for ``*``.

    Raises:
        InvalidInput: naming the header, for what is no single strong tag.
    """
    header = request.headers.get(HEADER, "").strip()
    if header in ("", "*"):
        return None
    if len(header) < 2 or not (header.startswith('"') and header.endswith('"')) or '"' in header[1:-1]:
        raise InvalidInput({HEADER: ['Give one ETag as it was answered, for example "7".']})
    return header[1:-1]


def expected_revision(request: Request) -> int | None:
    """
    Return the revision of a run's draft that a write names; None for none.

    A tag that is no revision names a version that never was: it is older than any.

    Raises:
        InvalidInput: naming the header, for what is no single strong tag.
    """
    tag = expected_tag(request)
    if tag is None:
        return None
    return int(tag) if tag.isascii() and tag.isdigit() and len(tag) < 19 else -1


def expected_course_revision(request: Request, draft: Mapping[str, Any]) -> int | None:
    """
    Return the revision of a course's draft that a write names; None for none. Its runs' are compared here.

    Arguments:
        request: the request.
        draft: pk, key and revision of the course's draft.

    Raises:
        InvalidInput: naming the header, for what is no single strong tag.
        StaleRevision: when the course or one of its runs moved on.
    """
    tag = expected_tag(request)
    if tag is None:
        return None
    runs = CourseRun.drafts.filter(course=draft["pk"]).values_list("uuid", "revision")
    actual = course_tag(draft["revision"], runs)
    if tag != actual:
        raise StaleRevision(draft["key"], tag, actual)
    revision: int = draft["revision"]
    return revision
