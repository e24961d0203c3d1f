"""``can`` and ``visible`` agree for every account, action and object, and both fail closed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from openedx_catalog_publisher.access.actions import ADMIN_ACTIONS, UNIT_ACTIONS, Action
from openedx_catalog_publisher.access.policy import can, visible
from openedx_catalog_publisher.api import Selection, publish
from openedx_catalog_publisher.models import (
    CatalogRoleAssignment,
    Collaborator,
    Course,
    CourseEditor,
    CourseRun,
    OrganizationProfile,
    Person,
    RoleName,
    Subject,
)
from tests.factories import SYSTEM, grant, make_admin, make_course, make_member, make_organization, make_user
from tests.module_data import kept_for_module

pytestmark = pytest.mark.django_db

WRITES = frozenset({Action.EDIT, Action.PUBLISH, Action.UNPUBLISH, Action.DELETE, Action.MANAGE_EDITORS})
READS = frozenset({Action.VIEW_OFFICIAL, Action.VIEW_DRAFT})


class World:
    """Two organizations; a course with a valid editor, one without, one of the other organization; each published."""

    def __init__(self) -> None:
        self.ours, self.theirs = make_organization("Ours"), make_organization("Theirs")
        self.editor = make_member(self.ours)
        self.edited = self._course(self.ours)
        self.open = self._course(self.ours)
        self.foreign = self._course(self.theirs)
        CourseEditor.objects.create(user=self.editor, course=Course.drafts.get(uuid=self.edited))
        self.accounts: dict[str, Any] = {
            "none": None,
            "anonymous": AnonymousUser(),
            "outsider": make_user(),
            "member": make_member(self.ours),
            "editor": self.editor,
            "member of all": self._member_of_all(),
            "member, expired": self._expired(),
            "member, inactive": self._inactive(make_member(self.ours)),
            "admin": make_admin(),
            "admin, inactive": self._inactive(make_admin()),
            "staff": make_user(is_staff=True),
            "superuser": make_user(is_superuser=True),
            "superuser, inactive": self._inactive(make_user(is_superuser=True)),
        }

    def _course(self, organization: OrganizationProfile) -> Any:
        uuid = make_course(organization, runs=1).course.uuid
        publish(SYSTEM, Selection.of([uuid], all_runs=True))
        return uuid

    def _member_of_all(self) -> Any:
        user = make_user()
        grant(user, RoleName.ORG_MEMBER)
        return user

    def _expired(self) -> Any:
        user = make_member(self.ours)
        CatalogRoleAssignment.objects.filter(user=user).update(expires_at=timezone.now() - timedelta(seconds=1))
        return user

    def _inactive(self, user: Any) -> Any:
        user.is_active = False
        user.save()
        return user

    def allowed(self, account: str, action: Action, course: str) -> bool:
        """Return what the rules say, in words of this table, of a draft course or its runs."""
        if account in ("none", "anonymous") or "inactive" in account:
            return False
        if account in ("superuser", "admin"):
            return True
        if action in ADMIN_ACTIONS:
            return False
        if account == "staff":
            return True
        inside = account == "member of all" or (account in ("member", "editor") and course != "foreign")
        if action is Action.VIEW_DRAFT:
            return inside
        return inside and (course != "edited" or account == "editor")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with kept_for_module(django_db_blocker):
        yield World()


def rows(world: World, course: str, side: str) -> list[Any]:
    """Return the root rows of a course and its run on one side."""
    found = getattr(world, course)
    draft = side == "draft"
    return [Course.everything.get(uuid=found, draft=draft), CourseRun.everything.get(course__uuid=found, draft=draft)]


def test_can_and_visible_agree_with_the_rules_for_every_account_action_and_unit(world: World) -> None:
    wrong = []
    units = [
        (course, side, row)
        for course, side in itertools.product(("edited", "open", "foreign"), ("draft", "official"))
        for row in rows(world, course, side)
    ]
    for account, action in itertools.product(world.accounts, UNIT_ACTIONS):
        user = world.accounts[account]
        seen = {
            model: set(visible(user, action, model.everything.all()).values_list("pk", flat=True))
            for model in (Course, CourseRun)
        }
        for course, side, row in units:
            expected = side == "draft" and world.allowed(account, action, course)
            if action is Action.VIEW_OFFICIAL:
                expected = side == "official" and user_is_known(user)
            answers = (can(user, action, row), row.pk in seen[type(row)])
            if answers != (expected, expected):
                wrong.append((account, action, course, side, type(row).__name__, answers))
    assert wrong == []


def user_is_known(user: Any) -> bool:
    """Tell whether somebody is logged in with an active account."""
    return user is not None and user.is_authenticated and user.is_active


@pytest.mark.parametrize("action", sorted(Action, key=lambda action: action.value), ids=lambda action: action.value)
def test_nobody_may_anything_on_no_object(world: World, action: Action) -> None:
    for name, user in world.accounts.items():
        assert not can(user, action, None), name


def test_an_unknown_object_is_nobodys(world: World) -> None:
    for action in UNIT_ACTIONS:
        for thing in ("*", object(), Course(), Subject(name="no unit")):
            assert not can(world.accounts["superuser"], action, thing)


def test_an_action_that_is_not_on_units_cannot_be_asked_of_a_query_set(world: World) -> None:
    with pytest.raises(ValueError, match="not an action on units"):
        visible(world.accounts["superuser"], Action.IMPORT, Course.drafts.all())


@pytest.mark.parametrize(
    ("account", "own", "foreign"),
    [
        ("outsider", False, False),
        ("member", True, False),
        ("member of all", True, True),
        ("member, expired", False, False),
        ("member, inactive", False, False),
        ("admin", True, True),
        ("staff", True, True),
        ("superuser", True, True),
        ("anonymous", False, False),
    ],
)
def test_courses_are_created_by_members_of_the_organization(
    world: World, account: str, own: bool, foreign: bool
) -> None:
    user = world.accounts[account]
    assert can(user, Action.CREATE_COURSE, world.ours) is own
    assert can(user, Action.CREATE_COURSE, world.theirs) is foreign


def test_an_organization_that_is_not_stored_opens_nothing_to_its_namesakes(world: World) -> None:
    assert not can(world.accounts["member"], Action.CREATE_COURSE, OrganizationProfile(key="Ours"))


def test_with_staff_read_only_staff_read_everything_and_write_nothing(world: World, settings: Any) -> None:
    settings.CATALOG_PUBLISHER_STAFF_READ_ONLY = True
    staff = world.accounts["staff"]
    for course in ("edited", "open", "foreign"):
        draft = rows(world, course, "draft")[0]
        assert can(staff, Action.VIEW_DRAFT, draft)
        assert not any(can(staff, action, draft) for action in WRITES)
    assert can(world.accounts["superuser"], Action.EDIT, draft)
    assert not can(staff, Action.CREATE_COURSE, world.ours)


def test_an_editor_who_left_the_organization_is_none_and_the_course_is_open_again(world: World) -> None:
    draft = rows(world, "edited", "draft")[0]
    assert not can(world.accounts["member"], Action.EDIT, draft)

    CatalogRoleAssignment.objects.filter(user=world.editor).delete()

    assert not can(world.editor, Action.EDIT, draft)
    assert can(world.accounts["member"], Action.EDIT, draft)


def test_an_editor_whose_account_ended_is_none_and_the_course_is_open_again(world: World) -> None:
    draft = rows(world, "edited", "draft")[0]
    get_user_model().objects.filter(pk=world.editor.pk).update(is_active=False)
    assert can(world.accounts["member"], Action.EDIT, draft)


def test_the_case_of_an_organizations_key_makes_no_difference_to_a_grant(world: World) -> None:
    shouting = make_organization("SHOUTING")
    user = make_member(shouting)
    course = make_course(shouting)
    assert can(user, Action.EDIT, Course.drafts.get(uuid=course.course.uuid))


@pytest.mark.parametrize("model", [Person, Collaborator])
def test_people_and_collaborators_are_made_by_members_and_subjects_are_not(world: World, model: Any) -> None:
    member, outsider = world.accounts["member"], world.accounts["outsider"]
    assert can(member, Action.CREATE_REFERENCE, model)
    assert not can(outsider, Action.CREATE_REFERENCE, model)
    assert not can(member, Action.CREATE_REFERENCE, Subject)
    assert can(world.accounts["staff"], Action.CREATE_REFERENCE, Subject)


def test_a_person_is_changed_by_members_whose_courses_show_them(world: World) -> None:
    shown = CourseRun.drafts.get(course__uuid=world.open).staff_links.get().person
    elsewhere = CourseRun.drafts.get(course__uuid=world.foreign).staff_links.get().person
    member = world.accounts["member"]
    assert can(member, Action.CHANGE_REFERENCE, shown)
    assert not can(member, Action.CHANGE_REFERENCE, elsewhere)
    assert not can(member, Action.DELETE_REFERENCE, shown)
    assert can(world.accounts["admin"], Action.DELETE_REFERENCE, shown)


@pytest.mark.parametrize("action", [Action.IMPORT, Action.MANAGE_ROLES])
def test_the_installation_is_the_administrators(world: World, action: Action) -> None:
    holders = {name for name, user in world.accounts.items() if can(user, action, "*")}
    assert holders == {"admin", "superuser"}


def test_an_administrator_of_one_organization_is_no_administrator_of_the_installation(world: World) -> None:
    user = make_user()
    grant(user, RoleName.CATALOG_ADMIN, world.ours)
    draft = rows(world, "open", "draft")[0]
    assert not can(user, Action.IMPORT, "*")
    assert not can(user, Action.REMOVE, draft)


def test_asking_for_rights_on_many_units_is_one_statement(world: World, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        list(visible(world.accounts["member"], Action.EDIT, Course.drafts.all()))


def test_every_combination_was_meant() -> None:
    assert UNIT_ACTIONS == READS | WRITES | (ADMIN_ACTIONS & UNIT_ACTIONS)
