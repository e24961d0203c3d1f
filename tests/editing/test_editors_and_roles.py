"""Editors of courses and roles of users: who is made one, by whom, with which log and events."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

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
)
from openedx_catalog_publisher.models import (
    ActorPseudonym,
    CatalogRoleAssignment,
    Course,
    CourseEditor,
    EditRecord,
    OutboxEvent,
    RoleName,
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
