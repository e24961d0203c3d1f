"""``can`` and ``visible`` agree for every role, context, action and object, and both fail closed."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from hypothesis import given
from hypothesis import strategies as st

from openedx_catalog_publisher.access.actions import ADMIN_ACTIONS, UNIT_ACTIONS, Action
from openedx_catalog_publisher.access.policy import can, visible
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
from tests.access.world import GROUPS, MAKES, TABLE, UNIT_ADMIN, Account, World
from tests.factories import make_course, make_member, make_organization
from tests.module_data import kept_for_module

pytestmark = pytest.mark.django_db

CONTEXTS = ("ours", "theirs", "*")
COURSES = ("edited", "open", "abandoned", "foreign", "joint")
SIDES = ("draft", "official")
PAIRS = tuple(itertools.product(RoleName, CONTEXTS))
MEMBER = (RoleName.ORG_MEMBER, "ours")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with kept_for_module(django_db_blocker):
        yield World()


@pytest.fixture(scope="module")
def accounts(world: World, django_db_blocker: Any) -> dict[str, Account]:
    """Everybody who asks: each role in each context in each way to hold it, and those who hold none."""
    found = {
        "nobody": Account(None),
        "anonymous": Account(AnonymousUser()),
        "outsider": world.account(),
        "staff": world.account(is_staff=True),
        "superuser": world.account(is_superuser=True),
        "inactive staff": world.account(is_staff=True, is_active=False),
        "inactive superuser": world.account(is_superuser=True, is_active=False),
        "editor": world.account([MEMBER], edits=["edited"]),
        "editor by a token's membership": world.account(claimed=[MEMBER], edits=["edited"]),
        "editor who is no member": world.account(edits=["edited", "open"]),
    }
    for role, context in PAIRS:
        held = [(role, context)]
        found[f"{role} of {context}"] = world.account(held)
        found[f"{role} of {context}, by a token"] = world.account(claimed=held)
        found[f"{role} of {context}, expired"] = world.account(expired=held)
        found[f"{role} of {context}, inactive"] = world.account(held, is_active=False)
        found[f"{role} of {context}, by a token, inactive"] = world.account(claimed=held, is_active=False)
    return found


ONE_OF_EACH = (Action.VIEW_OFFICIAL, Action.VIEW_DRAFT, Action.EDIT, Action.REVIEW_LEGAL, Action.REMOVE)
"""An action of each kind of rule in the table, for the quick tests."""


def disagreements(
    world: World,
    accounts: dict[str, Account],
    actions: Collection[Action],
    *,
    staff_read_only: bool = False,
) -> list[Any]:
    """Return every answer of ``can`` or ``visible`` that is not what the rules say."""
    units = [(course, side, row) for course in COURSES for side in SIDES for row in world.rows(course, side)]
    wrong = []
    for (name, account), action in itertools.product(accounts.items(), sorted(actions, key=str)):
        seen = {
            model: set(visible(account.user, action, model.everything.all()).values_list("pk", flat=True))
            for model in (Course, CourseRun)
        }
        for course, side, row in units:
            expected = world.allowed(account, action, course, side, staff_read_only=staff_read_only)
            answers = (can(account.user, action, row), row.pk in seen[type(row)])
            if answers != (expected, expected):
                wrong.append((name, action.value, course, side, type(row).__name__, *answers))
    return wrong


def test_every_role_is_in_the_table_and_every_action_in_one_of_its_columns() -> None:
    assert set(TABLE) == set(RoleName)
    columns = [{Action.VIEW_OFFICIAL}, *GROUPS.values()]
    assert sorted(map(str, itertools.chain(*columns))) == sorted(map(str, UNIT_ACTIONS))


@pytest.mark.slow
def test_can_and_visible_say_what_the_table_says_of_every_account_and_unit(
    world: World, accounts: dict[str, Account]
) -> None:
    assert disagreements(world, accounts, ONE_OF_EACH) == []


@pytest.mark.slow
def test_they_say_it_of_every_action(world: World, accounts: dict[str, Account]) -> None:
    assert disagreements(world, accounts, UNIT_ACTIONS - {*ONE_OF_EACH}) == []


@pytest.mark.slow
@pytest.mark.parametrize("read_only", [False, True])
def test_staff_write_everything_or_by_the_setting_as_their_roles_say_and_read_everything(
    world: World, settings: Any, *, read_only: bool
) -> None:
    settings.CATALOG_PUBLISHER_STAFF_READ_ONLY = read_only
    staff = {f"{role} of {context}": world.account([(role, context)], is_staff=True) for role, context in PAIRS}
    staff |= {"staff": world.account(is_staff=True), "superuser": world.account(is_superuser=True)}

    assert disagreements(world, staff, ONE_OF_EACH, staff_read_only=read_only) == []


HELD = st.sets(st.sampled_from(PAIRS), max_size=4)


@given(
    held=HELD,
    claimed=HELD,
    expired=HELD,
    edits=st.sets(st.sampled_from(COURSES), max_size=3),
    flags=st.fixed_dictionaries({"is_staff": st.booleans(), "is_active": st.sampled_from([True, True, False])}),
)
def test_whatever_somebody_holds_can_and_visible_say_what_the_table_says(
    world: World, held: Any, claimed: Any, expired: Any, edits: Any, flags: Any
) -> None:
    account = world.account(held, claimed=claimed, expired=expired - held, edits=edits, **flags)
    try:
        assert disagreements(world, {"somebody": account}, ONE_OF_EACH) == []
    finally:
        get_user_model().objects.filter(pk=account.user.pk).delete()


@pytest.mark.parametrize("action", sorted(Action, key=str), ids=lambda action: action.value)
def test_nobody_may_anything_on_no_object(accounts: dict[str, Account], action: Action) -> None:
    for name, account in accounts.items():
        assert not can(account.user, action, None), name


def test_an_unknown_object_is_nobodys(accounts: dict[str, Account]) -> None:
    for action in UNIT_ACTIONS:
        for thing in ("*", object(), Course(), Subject(name="no unit")):
            assert not can(accounts["superuser"].user, action, thing)


def test_an_action_that_is_not_on_units_cannot_be_asked_of_a_query_set(accounts: dict[str, Account]) -> None:
    with pytest.raises(ValueError, match="not an action on units"):
        visible(accounts["superuser"].user, Action.IMPORT, Course.drafts.all())


def test_courses_are_created_by_whoever_makes_them_for_the_organization(
    world: World, accounts: dict[str, Account]
) -> None:
    for name, account in accounts.items():
        for organization, profile in world.organizations.items():
            expected = account.known and (
                account.everything
                or account.staff
                or any(role in MAKES and at in ("*", organization) for role, at in account.held | account.claimed)
            )
            assert can(account.user, Action.CREATE_COURSE, profile) is expected, (name, organization)


def test_an_organization_that_is_not_stored_opens_nothing_to_its_namesakes(accounts: dict[str, Account]) -> None:
    assert not can(accounts["org_member of ours"].user, Action.CREATE_COURSE, OrganizationProfile(key="Ours"))


@pytest.mark.parametrize("model", [Person, Collaborator])
def test_people_and_collaborators_are_made_by_whoever_makes_courses_somewhere(
    accounts: dict[str, Account], model: Any
) -> None:
    for name, account in accounts.items():
        expected = account.known and (
            account.everything or account.staff or any(role in MAKES for role, _ in account.held | account.claimed)
        )
        assert can(account.user, Action.CREATE_REFERENCE, model) is expected, name


def test_other_reference_data_is_kept_by_staff_and_administrators_of_all(accounts: dict[str, Account]) -> None:
    for action in (Action.CREATE_REFERENCE, Action.CHANGE_REFERENCE):
        obj = Subject if action is Action.CREATE_REFERENCE else Subject(name="stored or not")
        for name, account in accounts.items():
            expected = account.known and (account.everything or account.staff or administers_all(account))
            assert can(account.user, action, obj) is expected, (name, action)


def administers_all(account: Account) -> bool:
    """Tell whether somebody is an administrator for all organizations."""
    return (RoleName.CATALOG_ADMIN, "*") in account.held | account.claimed


def test_a_person_is_changed_by_whoever_makes_courses_for_an_organization_whose_course_shows_them(
    world: World, accounts: dict[str, Account]
) -> None:
    for course in ("open", "foreign"):
        shown = CourseRun.drafts.get(course__uuid=world.courses[course].uuid).staff_links.get().person
        for name, account in accounts.items():
            owners = {"*", *world.courses[course].owners}
            expected = account.known and (
                account.everything
                or account.staff
                or any(role in MAKES and at in owners for role, at in account.held | account.claimed)
            )
            assert can(account.user, Action.CHANGE_REFERENCE, shown) is expected, (name, course)
            deletes = account.known and (account.everything or administers_all(account))
            assert can(account.user, Action.DELETE_REFERENCE, shown) is deletes, name


@pytest.mark.parametrize("action", [Action.IMPORT, Action.MANAGE_ROLES, Action.MANAGE_OUTBOX])
def test_the_installation_is_that_of_administrators_of_all_organizations(
    accounts: dict[str, Account], action: Action
) -> None:
    for name, account in accounts.items():
        expected = account.known and (account.everything or administers_all(account))
        assert can(account.user, action, "*") is expected, name


def test_every_action_that_is_not_on_units_was_asked_here() -> None:
    assert set(Action) - UNIT_ACTIONS == {
        Action.CREATE_COURSE,
        Action.CREATE_REFERENCE,
        Action.CHANGE_REFERENCE,
        Action.DELETE_REFERENCE,
        Action.IMPORT,
        Action.MANAGE_ROLES,
        Action.MANAGE_OUTBOX,
    }
    assert UNIT_ADMIN < ADMIN_ACTIONS


@pytest.fixture
def edited() -> tuple[Course, Any, Any]:
    """A course, its only editor, and another member of its organization."""
    organization = make_organization()
    editor, member = make_member(organization), make_member(organization)
    draft = Course.drafts.get(uuid=make_course(organization).course.uuid)
    CourseEditor.objects.create(user=editor, course=draft)
    return draft, editor, member


def test_an_editor_who_left_the_organization_is_none_and_the_course_is_open_again(edited: Any) -> None:
    draft, editor, member = edited
    assert not can(member, Action.EDIT, draft)

    CatalogRoleAssignment.objects.filter(user=editor).delete()

    assert not can(editor, Action.EDIT, draft)
    assert can(member, Action.EDIT, draft)


def test_an_editor_whose_account_ended_is_none_and_the_course_is_open_again(edited: Any) -> None:
    draft, editor, member = edited
    assert not can(member, Action.EDIT, draft)

    get_user_model().objects.filter(pk=editor.pk).update(is_active=False)

    assert can(member, Action.EDIT, draft)


def test_the_case_of_an_organizations_key_makes_no_difference_to_a_grant() -> None:
    shouting = make_organization("SHOUTING")
    user = make_member(shouting)
    course = make_course(shouting)
    assert can(user, Action.EDIT, Course.drafts.get(uuid=course.course.uuid))


@pytest.mark.parametrize("action", sorted(UNIT_ACTIONS, key=str), ids=lambda action: action.value)
def test_asking_for_rights_on_many_units_is_one_statement(
    accounts: dict[str, Account], action: Action, django_assert_num_queries: Any
) -> None:
    for name in ("org_member of ours", "publisher_editor of ours, by a token", "catalog_admin of *"):
        with django_assert_num_queries(1):
            list(visible(accounts[name].user, action, Course.everything.all()))
