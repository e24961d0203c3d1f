"""The catalog that rights are asked of, and the rules as the documentation states them, written a second time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from openedx_catalog_publisher.access.actions import ADMIN_ACTIONS, UNIT_ACTIONS, Action
from openedx_catalog_publisher.access.token_roles import TokenRole, give_token_roles
from openedx_catalog_publisher.api import Selection, unpublish, update_course
from openedx_catalog_publisher.models import (
    ALL_ORGANIZATIONS,
    CatalogRoleAssignment,
    Course,
    CourseEditor,
    CourseRun,
    OrganizationProfile,
    RoleName,
)
from tests.factories import SYSTEM, grant, make_course, make_member, make_organization, make_user, publish_now

READS = frozenset({Action.VIEW_DRAFT})
WRITES = frozenset({Action.EDIT, Action.PUBLISH, Action.UNPUBLISH, Action.DELETE, Action.MANAGE_EDITORS})
COMMENTS = frozenset({Action.COMMENT})
LEGAL = frozenset({Action.REVIEW_LEGAL})
INTERNAL = frozenset({Action.REVIEW_INTERNAL})
UNIT_ADMIN = ADMIN_ACTIONS & UNIT_ACTIONS

GROUPS = {
    "reads": READS,
    "comments": COMMENTS,
    "writes": WRITES,
    "decides legally": LEGAL,
    "decides internally": INTERNAL,
    "administers": UNIT_ADMIN,
}

NO, YES, IF_EDITOR = "no", "yes", "unless others edit it"

TABLE: dict[RoleName, dict[str, str]] = {
    # What a role opens on the courses and runs of the organizations that it is held for.
    role: dict(zip(GROUPS, rules, strict=True))
    for role, rules in {
        # In the order of the groups.
        RoleName.ORG_MEMBER: (YES, YES, IF_EDITOR, NO, NO, NO),
        RoleName.LEGAL_REVIEWER: (YES, YES, NO, YES, NO, NO),
        RoleName.PROJECT_COORDINATOR: (YES, YES, NO, NO, YES, NO),
        RoleName.PUBLISHER_EDITOR: (YES, YES, YES, NO, NO, NO),
        RoleName.CATALOG_ADMIN: (YES, YES, YES, YES, YES, YES),
    }.items()
}

MAKES: frozenset[RoleName] = frozenset({RoleName.ORG_MEMBER, RoleName.PUBLISHER_EDITOR, RoleName.CATALOG_ADMIN})
"""Who creates courses, people and collaborators."""

Held = tuple[RoleName, str]
"""A role, and the name of the organization that it is held for in ``World.organizations``, or ``*``."""


@dataclass(frozen=True)
class CourseInWorld:
    """A course, who owns it, and who of the world is its editor."""

    uuid: Any
    owners: frozenset[str]
    editors: frozenset[str] = frozenset()


@dataclass
class Account:
    """
    Somebody who asks.

    Attributes:
        user: the user, None for nobody.
        held: the roles that count, by assignment.
        claimed: the roles that count, by the token of the request.
        everything: whether they may everything: a superuser.
        staff: whether they are staff.
        edits: names of the courses that they have an editor's row of.
    """

    user: Any
    held: frozenset[Held] = frozenset()
    claimed: frozenset[Held] = frozenset()
    everything: bool = False
    staff: bool = False
    edits: frozenset[str] = field(default_factory=frozenset)

    @property
    def known(self) -> bool:
        """Whether somebody is logged in, with an active account."""
        return self.user is not None and self.user.is_authenticated and self.user.is_active


class World:
    """
    Two organizations and five courses in different states, of one, of the other and of both.

    ============  ================  ======================  =============================
    course        owners            valid editors           state
    ============  ================  ======================  =============================
    edited        ours              a member of ours        published, with a change since
    open          ours              none                    never published
    abandoned     ours              none: the one has left  unpublished
    foreign       theirs            none                    published
    joint         ours and theirs   a member of theirs      published
    ============  ================  ======================  =============================
    """

    def __init__(self) -> None:
        self.organizations: dict[str, OrganizationProfile] = {
            "ours": make_organization("Ours"),
            "theirs": make_organization("Theirs"),
        }
        ours, theirs = self.organizations.values()
        self.courses = {
            "edited": self._course([ours], make_member(ours)),
            "open": self._course([ours]),
            "abandoned": self._course([ours], make_user()),
            "foreign": self._course([theirs]),
            "joint": self._course([ours, theirs], make_member(theirs)),
        }
        for name in ("edited", "abandoned", "foreign", "joint"):
            publish_now(Selection.of([self.courses[name].uuid], all_runs=True))
        update_course(SYSTEM, self.courses["edited"].uuid, {"title": "Changed since"})
        unpublish(SYSTEM, Selection.of([self.courses["abandoned"].uuid], all_runs=True), reason="tests")

    def _course(self, owners: Collection[OrganizationProfile], *editors: Any) -> CourseInWorld:
        made = make_course(authoring_organizations=list(owners), runs=1).course
        draft = Course.drafts.get(uuid=made.uuid)
        for editor in editors:
            CourseEditor.objects.create(user=editor, course=draft)
        return CourseInWorld(
            made.uuid,
            frozenset("ours" if owner.key == "Ours" else "theirs" for owner in owners),
            frozenset(editor.username for editor in editors),
        )

    def rows(self, course: str, side: str) -> list[Any]:
        """Return the root rows of a course and its run on one side; none where it has none."""
        found = self.courses[course].uuid
        draft = side == "draft"
        return [
            *Course.everything.filter(uuid=found, draft=draft),
            *CourseRun.everything.filter(course__uuid=found, draft=draft),
        ]

    def account(
        self,
        held: Iterable[Held] = (),
        *,
        claimed: Iterable[Held] = (),
        expired: Iterable[Held] = (),
        edits: Iterable[str] = (),
        **flags: bool,
    ) -> Account:
        """Return somebody who holds roles, has editors' rows, and asks with a token that claims roles."""
        user = make_user(**flags)
        for role, context in held:
            grant(user, role, self.organizations.get(context))
        for role, context in expired:
            over = grant(user, role, self.organizations.get(context))
            CatalogRoleAssignment.objects.filter(pk=over.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
        for course in edits:
            CourseEditor.objects.create(user=user, course=Course.drafts.get(uuid=self.courses[course].uuid))
        give_token_roles(user, {TokenRole(role, self.context(context)) for role, context in claimed})
        return Account(
            user,
            frozenset(held),
            frozenset(claimed),
            everything=flags.get("is_superuser", False),
            staff=flags.get("is_staff", False),
            edits=frozenset(edits),
        )

    def context(self, name: str) -> str:
        """Return the context of an organization of this world, or ``*``."""
        return ALL_ORGANIZATIONS if name == ALL_ORGANIZATIONS else self.organizations[name].key_normalized

    def allowed(self, account: Account, action: Action, course: str, side: str, *, staff_read_only: bool) -> bool:
        """Return what the rules say of a course or its run."""
        if not account.known:
            return False
        if action is Action.VIEW_OFFICIAL:
            return side == "official"
        if side == "official":
            return False
        if account.everything:
            return True
        if account.staff and (action in READS or (action not in UNIT_ADMIN and not staff_read_only)):
            return True
        group = next(name for name, actions in GROUPS.items() if action in actions)
        return any(
            self._rule(TABLE[role][group], account, course)
            for role, context in account.held | account.claimed
            if context == ALL_ORGANIZATIONS or context in self.courses[course].owners
        )

    def _rule(self, rule: str, account: Account, course: str) -> bool:
        if rule != IF_EDITOR:
            return rule == YES
        return course in account.edits or not self._has_valid_editors(course, account)

    def _has_valid_editors(self, course: str, account: Account) -> bool:
        """Tell whether somebody edits it who is known to be a member: of the one who asks, by assignments alone."""
        own = course in account.edits and any(
            role == RoleName.ORG_MEMBER and (context == ALL_ORGANIZATIONS or context in self.courses[course].owners)
            for role, context in account.held
        )
        return own or course in ("edited", "joint")
