"""Who is concerned by what happens to a course."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, QuerySet

from openedx_catalog_publisher.access.policy import valid_editors
from openedx_catalog_publisher.access.roles import valid_assignments
from openedx_catalog_publisher.consumers.notifications.preferences import wants_mails
from openedx_catalog_publisher.models import Course, CourseOrganization, RoleName


def team_of(course: Course) -> QuerySet[Any]:
    """
    Return the editors of a course; where it has none, the members of all organizations that own it, as in Discovery.

    Who is a member of every organization at once is of no team, and gets no mail for it.

    Arguments:
        course: the draft row.
    """
    users = get_user_model()._default_manager.all()
    edited = users.filter(Exists(valid_editors().filter(course=course.pk, user=OuterRef("pk"))))
    if edited.exists():
        return edited
    owners = CourseOrganization.objects.filter(course=course.pk, kind=CourseOrganization.Kind.OWNER)
    keys = list(owners.values_list("organization__key_normalized", flat=True))
    member = valid_assignments().filter(user=OuterRef("pk"), role__name=RoleName.ORG_MEMBER, context__in=keys)
    return users.filter(Exists(member))


def can_be_mailed(user: Any) -> bool:
    """Tell whether a user has an active account and an address, and did not ask for no mails."""
    return bool(user.is_active and user.email) and wants_mails(user)
