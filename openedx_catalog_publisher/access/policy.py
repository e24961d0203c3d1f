"""
The one place that says who may do what; ``docs/concepts/rights.rst`` says it in a table.

``visible`` filters a query set of units by one subquery; ``can`` on a unit asks ``visible`` about that one unit, so
that the two cannot disagree. Both fail closed: no object, an unknown object, an anonymous or inactive user have no
right.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from openedx_catalog_publisher.access.actions import ADMIN_ACTIONS, UNIT_ACTIONS, Action
from openedx_catalog_publisher.access.roles import (
    assigned_everywhere,
    assigned_for,
    holds_anywhere,
    holds_everywhere,
    is_known,
)
from openedx_catalog_publisher.models import (
    Collaborator,
    Course,
    CourseEditor,
    CourseOrganization,
    CourseRun,
    OrganizationProfile,
    Person,
    RoleName,
    UnitRoot,
)
from openedx_catalog_publisher.settings.conf import anonymous_reads, staff_read_only

READ_ACTIONS = frozenset({Action.VIEW_DRAFT, Action.VIEW_OFFICIAL})

READERS = (
    RoleName.ORG_MEMBER,
    RoleName.LEGAL_REVIEWER,
    RoleName.PROJECT_COORDINATOR,
    RoleName.PUBLISHER_EDITOR,
    RoleName.CATALOG_ADMIN,
)
"""Who reads the drafts of their organizations."""

WRITERS = (RoleName.PUBLISHER_EDITOR, RoleName.CATALOG_ADMIN)
"""Who writes every draft of their organizations, whoever its editors are."""

REVIEWERS: Mapping[Action, RoleName] = {
    Action.REVIEW_LEGAL: RoleName.LEGAL_REVIEWER,
    Action.REVIEW_INTERNAL: RoleName.PROJECT_COORDINATOR,
}
"""Who decides which step of a review of their organizations' courses; administrators decide each."""

TEAM = (RoleName.ORG_MEMBER, *WRITERS)
"""Who makes courses, people and collaborators for their organizations."""

TEAM_REFERENCES: tuple[type[Model], ...] = (Person, Collaborator)
"""Reference data that course teams make and change."""


def visible(user: Any, action: Action, units: QuerySet[Any]) -> QuerySet[Any]:
    """
    Return the units on which a user may do something, as a query set that adds one subquery.

    Arguments:
        user: a user of the platform; None or anonymous has no right, but to read what is official where the setting
            ``CATALOG_PUBLISHER_ANONYMOUS_READS`` says so.
        action: one of ``UNIT_ACTIONS``.
        units: courses or course runs. All actions but ``VIEW_OFFICIAL`` are on drafts: other rows are left out.

    Raises:
        ValueError: for an action that is not on units.
    """
    if action not in UNIT_ACTIONS:
        raise ValueError(f"{action} is not an action on units.")
    if action is Action.VIEW_OFFICIAL and (is_known(user) or anonymous_reads()):
        return units.filter(draft=False)
    if not is_known(user) or action is Action.VIEW_OFFICIAL:
        return units.none()
    drafts = units.filter(draft=True)
    if may_by_account(user, action):
        return drafts
    course = "pk" if units.model is Course else "course_id"
    return drafts.filter(assigned_everywhere(user, RoleName.CATALOG_ADMIN) | _by_role(user, action, course))


def _by_role(user: Any, action: Action, course: str) -> Q:
    """Return the condition that a user's roles for the owners of a course, or its editorship, give a right on it."""
    if action in ADMIN_ACTIONS:
        return Q(_holds(user, course, RoleName.CATALOG_ADMIN))
    if action in REVIEWERS:
        return Q(_holds(user, course, REVIEWERS[action], RoleName.CATALOG_ADMIN))
    if action in (Action.VIEW_DRAFT, Action.COMMENT):
        return Q(_holds(user, course, *READERS))
    # The user's own editorship counts with their membership, which a token may claim; of others only assignments tell.
    own = CourseEditor.objects.filter(course=OuterRef(course), user=user)
    editors = valid_editors().filter(course=OuterRef(course))
    team = Q(_holds(user, course, RoleName.ORG_MEMBER)) & (Q(Exists(own)) | ~Q(Exists(editors)))
    return Q(_holds(user, course, *WRITERS)) | team


def may_by_account(user: Any, action: Action) -> bool:
    """Tell, without a statement, whether the account alone gives a right everywhere: superuser, or staff."""
    if not is_known(user):
        return False
    if user.is_superuser:
        return True
    if not user.is_staff or action in ADMIN_ACTIONS:
        return False
    return action in READ_ACTIONS or not staff_read_only()


def may_somewhere(user: Any, action: Action) -> bool:
    """Tell whether a user may write something of some course, as far as account and roles can tell without a course."""
    return may_by_account(user, action) or holds_anywhere(user, *TEAM)


def may_everywhere(user: Any, action: Action) -> bool:
    """Tell whether a user may do something on every object: by the account, or as catalog administrator."""
    return may_by_account(user, action) or holds_everywhere(user, RoleName.CATALOG_ADMIN)


def can(user: Any, action: Action, obj: Any) -> bool:
    """
    Tell whether a user may do something on an object.

    Arguments:
        user: a user of the platform; None or anonymous has no right.
        action: what.
        obj: for unit actions a draft (or, for ``VIEW_OFFICIAL``, official) row; for ``CREATE_COURSE`` the
            organization's profile; for reference actions the row, or its model for ``CREATE_REFERENCE``; for
            ``IMPORT``, ``MANAGE_ROLES`` and ``MANAGE_OUTBOX`` the installation, which is the string ``*``.
    """
    if obj is None:
        return False
    if action in UNIT_ACTIONS:
        return _can_on_unit(user, action, obj)
    if not is_known(user):
        return False
    if may_by_account(user, action):
        return True
    if action is Action.CREATE_COURSE:
        return _may_create_course(user, obj)
    return holds_everywhere(user, RoleName.CATALOG_ADMIN) or _may_as_member(user, action, obj)


def _can_on_unit(user: Any, action: Action, obj: Any) -> bool:
    if not isinstance(obj, UnitRoot) or obj.pk is None:
        return False
    return visible(user, action, type(obj)._base_manager.filter(pk=obj.pk)).exists()


def _may_as_member(user: Any, action: Action, obj: Any) -> bool:
    if action is Action.CREATE_REFERENCE:
        return obj in TEAM_REFERENCES and holds_anywhere(user, *TEAM)
    return action is Action.CHANGE_REFERENCE and _shows_in_own_courses(user, obj)


def valid_editors() -> QuerySet[CourseEditor]:
    """Return the editors who still are members of an owner of their course."""
    owners = CourseOrganization.objects.filter(course=OuterRef("course"), kind=CourseOrganization.Kind.OWNER)
    member = assigned_for(
        RoleName.ORG_MEMBER, user=OuterRef(OuterRef("user")), organization_key="organization__key_normalized"
    )
    return CourseEditor.objects.filter(Exists(owners.filter(member)), user__is_active=True)


def _holds(user: Any, course: str, *roles: RoleName) -> Exists:
    held = assigned_for(*roles, user=user, organization_key="organization__key_normalized")
    owners = CourseOrganization.objects.filter(held, course=OuterRef(course), kind=CourseOrganization.Kind.OWNER)
    return Exists(owners)


def _may_create_course(user: Any, organization: Any) -> bool:
    if not isinstance(organization, OrganizationProfile) or organization.pk is None:
        return False
    held = assigned_for(*TEAM, user=user, organization_key="key_normalized")
    return OrganizationProfile.objects.filter(held, pk=organization.pk).exists()


def _shows_in_own_courses(user: Any, obj: Any) -> bool:
    if isinstance(obj, Person):
        drafts = CourseRun.everything.filter(staff_links__person=obj)
        return drafts.filter(_holds(user, "course_id", *TEAM)).exists()
    if isinstance(obj, Collaborator):
        courses = Course.everything.filter(collaborator_links__collaborator=obj)
        return courses.filter(_holds(user, "pk", *TEAM)).exists()
    return False
