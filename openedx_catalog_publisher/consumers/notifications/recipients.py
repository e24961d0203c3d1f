"""Who is concerned by what happens to a course."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, QuerySet

from openedx_catalog_publisher.access.policy import valid_editors
from openedx_catalog_publisher.access.roles import valid_assignments
from openedx_catalog_publisher.models import ALL_ORGANIZATIONS, Course, CourseOrganization, RoleName
from openedx_catalog_publisher.settings import conf


def team_of(course: Course) -> QuerySet[Any]:
    """
    Return the editors of a course; where it has none, the members of all organizations that own it, as in Discovery.

    Who is a member of every organization at once is of no team, and gets no mail for it.

    Arguments:
        course: the draft row.
    """
    editors = valid_editors().filter(course=course.pk, user=OuterRef("pk"))
    edited = get_user_model()._default_manager.filter(Exists(editors)).order_by("pk")
    if edited.exists():
        return edited
    return _holders(RoleName.ORG_MEMBER, _owners(course))


def team_told_of(course: Course) -> QuerySet[Any]:
    """
    Return those of a course's team who are mailed: the whole team, and nobody of courses outside of the platform
    (executive education, bootcamps), as in Discovery.

    Arguments:
        course: the draft row.
    """
    team = team_of(course)
    return team.none() if course.type is not None and course.type.is_external else team


def coordinators_of(course: Course) -> QuerySet[Any]:
    """
    Return the project coordinators of the organizations that own a course; where they have none, those of all.

    Arguments:
        course: the draft row.
    """
    return _of_owners_else_of_all(RoleName.PROJECT_COORDINATOR, course)


def legal_reviewers_of(course: Course) -> QuerySet[Any]:
    """
    Return the legal reviewers of the organizations that own a course; where they have none, those of all.

    Arguments:
        course: the draft row.
    """
    return _of_owners_else_of_all(RoleName.LEGAL_REVIEWER, course)


def watchers_of(course: Course) -> list[str]:
    """
    Return the addresses that watch a course, and those that watch all (``CATALOG_PUBLISHER_WATCHERS``).

    Arguments:
        course: the draft row.

    Raises:
        ImproperlyConfigured: when the setting is no list of addresses.
    """
    return [*course.watchers, *conf.watchers()]


def _of_owners_else_of_all(role: RoleName, course: Course) -> QuerySet[Any]:
    own = _holders(role, _owners(course))
    return own if own.exists() else _holders(role, [ALL_ORGANIZATIONS])


def _owners(course: Course) -> list[str]:
    owners = CourseOrganization.objects.filter(course=course.pk, kind=CourseOrganization.Kind.OWNER)
    return list(owners.values_list("organization__key_normalized", flat=True))


def _holders(role: RoleName, contexts: Iterable[str]) -> QuerySet[Any]:
    held = valid_assignments().filter(user=OuterRef("pk"), role__name=role, context__in=contexts)
    return get_user_model()._default_manager.filter(Exists(held)).order_by("pk")
