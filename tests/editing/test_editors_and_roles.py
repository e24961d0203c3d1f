"""Editors of courses and roles of users: who is made one, by whom, with which log and events."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from openedx_catalog_publisher.access.token_roles import TokenRole, give_token_roles
from openedx_catalog_publisher.api import (
    InvalidInput,
    NotPermitted,
    UnitNotFound,
    add_editor,
    grant_role,
    read_changes,
    remove_editor,
    revoke_role,
    update_course,
    verify_log,
)
from openedx_catalog_publisher.models import (
    ActorPseudonym,
    CatalogRoleAssignment,
    Course,
    CourseEditor,
    EditRecord,
    OutboxEvent,
    RoleName,
    RoleRecord,
)
from tests.factories import SYSTEM, acting, make_admin, make_course, make_member, make_organization, make_user

pytestmark = pytest.mark.django_db


def test_the_creator_is_the_first_editor_and_the_system_is_nobodys() -> None:
    organization = make_organization()
    ada = make_member(organization)
    mine, theirs = make_course(organization, actor=acting(ada)), make_course(organization)
    assert [editor.user for editor in Course.drafts.get(uuid=mine.course.uuid).editors.all()] == [ada]
    assert not Course.drafts.get(uuid=theirs.course.uuid).editors.exists()
    event = OutboxEvent.objects.get(kind="editor_added")
    assert event.payload == {"editor": str(ActorPseudonym.objects.get(user=ada).uuid)}


def test_editors_come_and_go_with_log_and_events_and_leave_equal_sides_equal() -> None:
    organization = make_organization()
    ada, grace = make_member(organization), make_member(organization)
    course = make_course(organization, actor=acting(ada)).course
    add_editor(acting(ada), course.uuid, grace)
    add_editor(acting(ada), course.uuid, grace)
    remove_editor(acting(grace), course.uuid, ada)
    assert list(CourseEditor.objects.values_list("user__username", flat=True)) == [grace.username]
    records = EditRecord.objects.filter(unit_uuid=course.uuid, action="editors").order_by("sequence")
    pseudonym = {user: str(ActorPseudonym.objects.get(user=user).uuid) for user in (ada, grace)}
    assert [read_changes(record)["editors"] for record in records] == [
        {"old": None, "new": pseudonym[grace]},
        {"old": pseudonym[ada], "new": None},
    ]
    events = OutboxEvent.objects.filter(object_code=str(course.uuid)).order_by("sequence")
    assert list(events.values_list("sequence", "kind")) == [
        (1, "editor_added"),
        (2, "editor_added"),
        (3, "editor_removed"),
    ]
    assert Course.drafts.get(uuid=course.uuid).revision == 3


def test_only_active_members_of_an_owner_become_editors() -> None:
    organization = make_organization()
    gone = make_member(organization)
    gone.is_active = False
    gone.save()
    course = make_course(organization).course.uuid
    for user in (make_user(), make_member(make_organization()), gone):
        with pytest.raises(InvalidInput) as caught:
            add_editor(SYSTEM, course, user)
        assert list(caught.value.fields) == ["user"]
    assert not CourseEditor.objects.exists()


def test_who_is_no_editor_cannot_be_removed_or_manage_editors() -> None:
    organization = make_organization()
    ada, grace = make_member(organization), make_member(organization)
    course = make_course(organization, actor=acting(ada)).course.uuid
    with pytest.raises(UnitNotFound):
        remove_editor(acting(ada), course, grace)
    with pytest.raises(NotPermitted):
        add_editor(acting(grace), course, grace)


def test_a_course_whose_editors_all_left_is_open_to_its_organization_again() -> None:
    organization = make_organization()
    ada, grace = make_member(organization), make_member(organization)
    course = make_course(organization, actor=acting(ada)).course.uuid
    with pytest.raises(NotPermitted):
        update_course(acting(grace), course, {"title": "Grace's"})
    CatalogRoleAssignment.objects.filter(user=ada).delete()
    assert update_course(acting(grace), course, {"title": "Grace's"}).changed == ("title",)


def test_a_role_is_granted_with_reason_and_event_and_revoked_with_another() -> None:
    organization, user, admin = make_organization("MITx"), make_user(), make_admin()
    until = timezone.now() + timedelta(days=1)
    grant = grant_role(acting(admin), user, RoleName.ORG_MEMBER, "mitX", reason=" New. ", expires_at=until)
    assert (grant.context, grant.applies_to_all_contexts, grant.reason) == ("mitx", False, "New.")
    assert (grant.granted_by, grant.expires_at) == (admin, until)
    revoke_role(acting(admin), grant.pk, reason="Left.")
    grant_role(SYSTEM, user, RoleName.ORG_MEMBER, organization.key, reason="Again.")
    events = OutboxEvent.objects.filter(object_type="role_assignment").order_by("pk")
    assert list(events.values_list("kind", "sequence", "object_key")) == [
        ("role_granted", 1, "org_member:mitx"),
        ("role_revoked", 2, "org_member:mitx"),
        ("role_granted", 3, "org_member:mitx"),
    ]
    assert len(set(events.values_list("object_code", flat=True))) == 1


def test_a_role_for_all_organizations_bears_the_star() -> None:
    grant = grant_role(SYSTEM, make_user(), RoleName.CATALOG_ADMIN, "*", reason="Operator.")
    assert (grant.context, grant.applies_to_all_contexts, grant.granted_by) == ("*", True, None)


def test_what_is_wrong_with_a_grant_is_named() -> None:
    make_organization("MITx")
    user = make_user()
    grant_role(SYSTEM, user, RoleName.ORG_MEMBER, "MITx", reason="Once.")
    for organization, reason, field in (
        ("MITx", " ", "reason"),
        ("Nowhere", "x", "organization"),
        ("mitx", "x", "user"),
    ):
        with pytest.raises(InvalidInput) as caught:
            grant_role(SYSTEM, user, RoleName.ORG_MEMBER, organization, reason=reason)
        assert list(caught.value.fields) == [field]
    with pytest.raises(UnitNotFound):
        revoke_role(SYSTEM, 0, reason="x")
    assert OutboxEvent.objects.filter(object_type="role_assignment").count() == 1


def test_only_catalog_administrators_grant_and_revoke() -> None:
    make_organization("MITx")
    grant = grant_role(SYSTEM, make_user(), RoleName.ORG_MEMBER, "MITx", reason="x")
    for actor in (acting(make_user()), acting(make_user(is_staff=True)), acting(make_member(make_organization()))):
        with pytest.raises(NotPermitted):
            grant_role(actor, make_user(), RoleName.CATALOG_ADMIN, "*", reason="x")
        with pytest.raises(NotPermitted):
            revoke_role(actor, grant.pk, reason="x")
    assert CatalogRoleAssignment.objects.filter(pk=grant.pk).exists()


def test_the_history_tells_who_granted_and_revoked_what_when_and_why() -> None:
    make_organization("MITx")
    admin, user = make_admin(), make_user()
    until = timezone.now() + timedelta(days=1)
    grant = grant_role(acting(admin), user, RoleName.LEGAL_REVIEWER, "MITx", reason="New.", expires_at=until)
    revoke_role(SYSTEM, grant.pk, reason=" Left. ")
    pseudonym = {each: ActorPseudonym.objects.get(user=each).uuid for each in (admin, user)}
    system = ActorPseudonym.objects.get(system_name=SYSTEM.system_name).uuid
    records = RoleRecord.objects.order_by("pk")
    assert [(each.action, each.reason, each.actor, each.source, each.expires_at) for each in records] == [
        ("granted", "New.", pseudonym[admin], "native", until),
        ("revoked", "Left.", system, "command", until),
    ]
    assert {(each.holder, each.role, each.context) for each in records} == {(pseudonym[user], "legal_reviewer", "mitx")}
    assert [event.operation for event in OutboxEvent.objects.order_by("pk")] == [each.operation for each in records]


def test_a_revocation_without_a_reason_is_refused_and_changes_nothing() -> None:
    grant = grant_role(SYSTEM, make_user(), RoleName.CATALOG_ADMIN, "*", reason="x")
    for reason in ("", "  ", "x" * 256, "\ud800"):
        with pytest.raises(InvalidInput) as caught:
            revoke_role(SYSTEM, grant.pk, reason=reason)
        assert list(caught.value.fields) == ["reason"]
    assert CatalogRoleAssignment.objects.filter(pk=grant.pk).exists()


@pytest.mark.parametrize(
    ("until", "message"),
    [
        (timezone.now() - timedelta(days=1), "This time is over."),
        (datetime(2031, 1, 1), "Give a time with its time zone."),  # noqa: DTZ001 - what is refused
        (datetime.max.replace(tzinfo=timezone.get_fixed_timezone(-60)), "This time is beyond the year 9999."),
    ],
)
def test_a_grant_ends_at_a_time_that_is_one_and_is_yet_to_come(until: datetime, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        grant_role(SYSTEM, make_user(), RoleName.CATALOG_ADMIN, "*", reason="x", expires_at=until)
    assert caught.value.fields["expires_at"][0].startswith(message)


def test_an_expired_grant_makes_place_for_another_and_one_that_holds_does_not() -> None:
    make_organization("MITx")
    user = make_user()
    first = grant_role(SYSTEM, user, RoleName.ORG_MEMBER, "MITx", reason="First.")
    CatalogRoleAssignment.objects.filter(pk=first.pk).update(expires_at=timezone.now())
    second = grant_role(SYSTEM, user, RoleName.ORG_MEMBER, "MITx", reason="Second.")
    assert list(CatalogRoleAssignment.objects.values_list("pk", flat=True)) == [second.pk]
    events = OutboxEvent.objects.order_by("pk").values_list("kind", "sequence")
    assert list(events) == [("role_granted", 1), ("role_revoked", 2), ("role_granted", 3)]
    with pytest.raises(InvalidInput):
        grant_role(SYSTEM, user, RoleName.ORG_MEMBER, "MITx", reason="Third.")
    assert RoleRecord.objects.count() == 3


class TestLeaving:
    """Whoever leaves an organization is no editor of its courses, also when they come back."""

    def test_a_revoked_membership_ends_the_editorships_that_rested_on_it_and_no_other(self) -> None:
        ours, theirs = make_organization(), make_organization()
        ada = make_user()
        left = grant_role(SYSTEM, ada, RoleName.ORG_MEMBER, ours.key, reason="x")
        grant_role(SYSTEM, ada, RoleName.ORG_MEMBER, theirs.key, reason="x")
        gone = make_course(ours, actor=acting(ada)).course
        kept = make_course(theirs, actor=acting(ada)).course
        joint = make_course(authoring_organizations=[ours, theirs], actor=acting(ada)).course

        revoke_role(SYSTEM, left.pk, reason="Left.")

        assert set(CourseEditor.objects.values_list("course__uuid", flat=True)) == {kept.uuid, joint.uuid}
        pseudonym = str(ActorPseudonym.objects.get(user=ada).uuid)
        record = EditRecord.objects.get(action="editors")
        assert record.unit_uuid == gone.uuid
        assert read_changes(record) == {"editors": {"old": pseudonym, "new": None}}
        event = OutboxEvent.objects.get(kind="editor_removed")
        assert (event.object_code, event.payload) == (str(gone.uuid), {"editor": pseudonym})
        assert list(verify_log()) == []
        grant_role(SYSTEM, ada, RoleName.ORG_MEMBER, ours.key, reason="Back.")
        assert not CourseEditor.objects.filter(course__uuid=gone.uuid).exists()

    def test_a_membership_that_expired_ends_them_when_it_is_granted_again(self) -> None:
        organization, ada = make_organization(), make_user()
        grant = grant_role(SYSTEM, ada, RoleName.ORG_MEMBER, organization.key, reason="x")
        make_course(organization, actor=acting(ada))
        CatalogRoleAssignment.objects.filter(pk=grant.pk).update(expires_at=timezone.now())

        grant_role(SYSTEM, ada, RoleName.ORG_MEMBER, organization.key, reason="Back.")

        assert not CourseEditor.objects.exists()

    def test_another_role_that_ends_leaves_editorships(self) -> None:
        organization, ada = make_organization(), make_user()
        grant_role(SYSTEM, ada, RoleName.ORG_MEMBER, organization.key, reason="x")
        legal = grant_role(SYSTEM, ada, RoleName.LEGAL_REVIEWER, organization.key, reason="x")
        make_course(organization, actor=acting(ada))

        revoke_role(SYSTEM, legal.pk, reason="x")

        assert CourseEditor.objects.filter(user=ada).exists()


def test_who_is_a_member_by_a_token_alone_is_added_as_editor_by_nobody() -> None:
    organization = make_organization()
    course = make_course(organization).course.uuid
    user = make_user()
    give_token_roles(user, {TokenRole(RoleName.ORG_MEMBER, organization.key_normalized)})
    with pytest.raises(InvalidInput):
        add_editor(acting(user), course, user)
