"""
What is measured of reading: requests to the API, answered in this process by the views that are mounted there.

Who asks is known already, so that logging in costs nothing; the rest is as in the platform: rights, filters, pages, and
the answer as the bytes of its JSON.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.urls import resolve
from rest_framework.pagination import Cursor
from rest_framework.test import APIRequestFactory, force_authenticate

from benchmarks.cases import Bound, Case, Sizes
from benchmarks.catalogue import Catalogue, grant
from benchmarks.measure import Work
from benchmarks.reading_floor import course_detail, courses_page, dashboard_page
from openedx_catalog_publisher.models import Course, CourseEditor, CourseOrganization, OrganizationProfile, RoleName
from openedx_catalog_publisher.rest.paging import KeysetPages

API = "/api/catalog_publisher/v1"
URLS = "openedx_catalog_publisher.urls"

DASHBOARD = "uuid,key,key_for_reruns,title,modified,editors,course_run_statuses"
"""What the list of the Publisher micro-frontend shows."""

LIST = 16
LIST_OF_MEMBER = 18
DASHBOARD_LIST = 6
DETAIL = 16
TIMES_THE_FLOOR = 8.0
TIMES_THE_FIRST_PAGE = 1.5

PAGE = 20
LARGE_PAGE = 100
DASHBOARD_PAGE = 50
TEAM = 5
"""Organizations of the member who asks: a quarter of all."""


class Reader:
    """Somebody who asks the API."""

    def __init__(self, username: str, *, is_staff: bool = False) -> None:
        self.user = get_user_model().objects.create_user(username, is_staff=is_staff)
        # The demo's settings know this host.
        self._requests = APIRequestFactory(SERVER_NAME="localhost")

    def get(self, path: str, **parameters: Any) -> bytes:
        """
        Return the body of an answer.

        Raises:
            RuntimeError: when the answer is an error, which is not what is to be measured.
        """
        request = self._requests.get(API + path, parameters)
        force_authenticate(request, self.user)
        view = resolve(API + path, urlconf=URLS)
        response = view.func(request, *view.args, **view.kwargs).render()
        if response.status_code != 200:
            raise RuntimeError(f"{path} was answered {response.status_code}: {response.content!r}")
        body: bytes = response.content
        return body


class Audience:
    """
    Who reads the courses that are in the background, all of which get editors.

    Attributes:
        staff: a member of staff, who sees everything.
        member: a member of the course teams of some organizations.
        organizations: primary keys of these organizations.
        runs_per_course: runs that each course has.
        keys: normalised keys of all courses, in order.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.staff = Reader("reading_staff", is_staff=True)
        self.member = Reader("reading_member")
        team = catalogue.organizations[:TEAM]
        for organization in team:
            grant(self.member.user, RoleName.ORG_MEMBER, organization)
        self.organizations = [organization.pk for organization in team]
        self.runs_per_course = catalogue.runs_per_course
        for organization in catalogue.organizations:
            _make_editor(organization)
        self.keys = list(Course.drafts.order_by("key_normalized").values_list("key_normalized", flat=True))
        _note_statistics()


def reading_cases(audience: Audience, sizes: Sizes) -> list[Case]:
    """Return the cases of reading, in the order of the table."""
    details = itertools.cycle(audience.keys)
    # Bounds on times are for a server, as for commands.
    is_server = connection.vendor != "sqlite"
    ratio, flat = (TIMES_THE_FLOOR, TIMES_THE_FIRST_PAGE) if is_server else (None, None)

    def case(name: str, title: str, bound: Bound, pair: Callable[[], tuple[Work, Work]]) -> Case:
        return Case(name=name, title=title, bound=bound, repetitions=sizes.repetitions, prepare=lambda: _fresh(pair))

    return [
        case(
            "list",
            f"editable list, staff, {PAGE} courses with everything nested",
            Bound(statements=LIST, ratio=ratio),
            lambda: _lists(audience.staff, PAGE),
        ),
        case(
            "list-100",
            f"the same, {LARGE_PAGE} courses",
            Bound(statements=LIST, ratio=ratio),
            lambda: _lists(audience.staff, LARGE_PAGE),
        ),
        case(
            "list-member",
            f"the same as an org member, {PAGE} courses",
            Bound(statements=LIST_OF_MEMBER),
            lambda: _lists(audience.member, PAGE, audience.organizations),
        ),
        case(
            "list-member-100",
            f"the same as an org member, {LARGE_PAGE} courses",
            Bound(statements=LIST_OF_MEMBER),
            lambda: _lists(audience.member, LARGE_PAGE, audience.organizations),
        ),
        case(
            "dashboard",
            f"dashboard list of {DASHBOARD_PAGE}, seven fields",
            Bound(statements=DASHBOARD_LIST),
            lambda: _dashboards(audience.staff),
        ),
        case(
            "detail",
            f"editable detail, {audience.runs_per_course} runs",
            Bound(statements=DETAIL),
            lambda: _details(audience.staff, details),
        ),
        case(
            "deep-cursor",
            "last page by cursor, beside the first",
            Bound(statements=DASHBOARD_LIST, ratio=flat),
            lambda: _last_by_cursor(audience),
        ),
        case(
            "deep-number",
            "last page by number, beside the first",
            Bound(statements=DASHBOARD_LIST),
            lambda: _last_by_number(audience),
        ),
    ]


def _fresh(pair: Callable[[], tuple[Work, Work]]) -> tuple[Work, Work]:
    # Throttles count in the cache. They are part of an answer, and must not end the measurement.
    cache.clear()
    return pair()


def _lists(reader: Reader, size: int, organizations: list[int] | None = None) -> tuple[Work, Work]:
    return (
        lambda: reader.get("/courses/", editable="1", page_size=size),
        lambda: courses_page(size, organizations or []),
    )


def _dashboards(reader: Reader) -> tuple[Work, Work]:
    return (
        lambda: reader.get("/courses/", editable="1", page_size=DASHBOARD_PAGE, fields=DASHBOARD),
        lambda: dashboard_page(DASHBOARD_PAGE),
    )


def _details(reader: Reader, keys: Iterator[str]) -> tuple[Work, Work]:
    key = next(keys)
    return lambda: reader.get(f"/courses/{key}/", editable="1"), lambda: course_detail(key)


def _last_by_cursor(audience: Audience) -> tuple[Work, Work]:
    size, _ = _pages(audience)
    pages = KeysetPages(("key_normalized", "pk"))
    pages.base_url = "/"
    link = pages.encode_cursor(Cursor(offset=0, reverse=False, position=audience.keys[-size - 1]))
    (cursor,) = parse_qs(urlsplit(link).query)["cursor"]
    return _light(audience, size, cursor=cursor), _light(audience, size, cursor="")


def _last_by_number(audience: Audience) -> tuple[Work, Work]:
    size, last = _pages(audience)
    return _light(audience, size, page=last), _light(audience, size, page=1)


def _pages(audience: Audience) -> tuple[int, int]:
    """Return how many courses a page has and the number of the last full page, which is not the first."""
    courses = len(audience.keys)
    size = min(PAGE, courses // 2)
    return size, courses // size


def _light(audience: Audience, size: int, **page: Any) -> Work:
    # Two columns, so that finding the page is not hidden behind reading it.
    return lambda: audience.staff.get("/courses/", editable="1", fields="key,title", page_size=size, **page)


def _make_editor(organization: OrganizationProfile) -> None:
    """Make a member of an organization who edits all of its courses."""
    user = get_user_model().objects.create_user(f"editor_{organization.pk}", first_name="Given", last_name="Example")
    grant(user, RoleName.ORG_MEMBER, organization)
    links = CourseOrganization.objects.filter(
        organization=organization, kind=CourseOrganization.Kind.OWNER, course__draft=True
    )
    CourseEditor.objects.bulk_create(
        CourseEditor(user=user, course_id=course) for course in links.values_list("course", flat=True)
    )


def _note_statistics() -> None:
    """Let the server count the rows that were just inserted, as it does by itself before long."""
    if connection.vendor == "sqlite":
        return
    tables = ", ".join(map(connection.ops.quote_name, connection.introspection.table_names()))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE TABLE {tables}")
        cursor.fetchall()
