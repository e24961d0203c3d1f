"""The end of an account: what is noted when the platform says so, and what a worker makes of it, once."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from openedx_catalog_publisher.api import (
    Action,
    NotPermitted,
    add_editor,
    can,
    grant_role,
    read_changes,
    verify_log,
)
from openedx_catalog_publisher.inbound import worker
from openedx_catalog_publisher.inbound.accounts import end_account
from openedx_catalog_publisher.inbound.receivers import start_worker
from openedx_catalog_publisher.inbound.worker import Processed, process_inbox
from openedx_catalog_publisher.models import (
    ActorPseudonym,
    CatalogRoleAssignment,
    Course,
    CourseEditor,
    EditRecord,
    InboxEntry,
    OrganizationProfile,
    OutboxEvent,
    RoleName,
    RoleRecord,
)
from openedx_catalog_publisher.platform.signals import USER_RETIRED
from tests.factories import SYSTEM, acting, make_admin, make_course, make_organization, make_user
from tests.management.calling import call

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization() -> OrganizationProfile:
    return make_organization("MITx")


@pytest.fixture
def ada(organization: OrganizationProfile) -> Any:
    """A member and legal reviewer of an organization, editor of two of its courses, who granted a role to somebody."""
    user = make_user("ada")
    for role in (RoleName.ORG_MEMBER, RoleName.LEGAL_REVIEWER, RoleName.CATALOG_ADMIN):
        key = "*" if role == RoleName.CATALOG_ADMIN else "MITx"
        grant_role(SYSTEM, user, role, key, reason="tests")
    make_course(organization, actor=acting(user))
    make_course(organization, actor=acting(user))
    grant_role(acting(user), make_user("bob"), RoleName.ORG_MEMBER, "MITx", reason="Mine.")
    return user


def retire(user: Any) -> None:
    """Retire an account as the platform does: in one transaction, with the signal before the account changes."""
    with transaction.atomic():
        USER_RETIRED.send(sender=None, user=user)
        user.username, user.is_active = f"retired__user_{user.pk}", False
        user.save()


def delete(user: Any) -> None:
    """Delete an account."""
    get_user_model().objects.get(pk=user.pk).delete()


END = pytest.mark.parametrize("end", [retire, delete])


def pseudonym_of(user: Any) -> Any:
    """Return the pseudonym of somebody who acted."""
    return ActorPseudonym.objects.get(user=user).uuid


@END
def test_what_an_account_held_ends_with_log_history_and_events(ada: Any, end: Any) -> None:
    holder = pseudonym_of(ada)
    courses = set(Course.drafts.values_list("uuid", flat=True))
    pk = ada.pk

    end(ada)
    assert process_inbox() == Processed(done=1, failed=0)

    assert not CatalogRoleAssignment.objects.filter(user=pk).exists()
    assert not CourseEditor.objects.exists()
    ended = RoleRecord.objects.filter(holder=holder, action="revoked").order_by("pk")
    word = "retired" if end is retire else "deleted"
    assert list(ended.values_list("role", "context", "reason")) == [
        ("org_member", "mitx", f"The account was {word}."),
        ("legal_reviewer", "mitx", f"The account was {word}."),
        ("catalog_admin", "*", f"The account was {word}."),
    ]
    assert set(ended.values_list("actor", flat=True)) == {ActorPseudonym.objects.get(system_name="inbox").uuid}
    told = OutboxEvent.objects.filter(kind="role_revoked", payload__user=str(holder)).order_by("pk")
    assert list(told.values_list("object_key", "sequence")) == [
        ("org_member:mitx", 2),
        ("legal_reviewer:mitx", 2),
        ("catalog_admin:*", 2),
    ]
    records = EditRecord.objects.filter(action="editors")
    assert {record.unit_uuid for record in records} == courses
    assert all(read_changes(record) == {"editors": {"old": str(holder), "new": None}} for record in records)
    removed = OutboxEvent.objects.filter(kind="editor_removed")
    assert {(event.object_code, event.payload["editor"]) for event in removed} == {
        (str(course), str(holder)) for course in courses
    }
    assert list(verify_log()) == []


@END
def test_logs_name_nobody_any_more_and_still_verify(ada: Any, end: Any) -> None:
    holder = pseudonym_of(ada)

    end(ada)
    process_inbox()

    row = ActorPseudonym.objects.get(uuid=holder)
    assert (row.user, str(row)) == (None, str(holder))
    assert CatalogRoleAssignment.objects.get(user__username="bob").granted_by is None
    assert EditRecord.objects.filter(actor=holder).exists()
    assert "ada" not in repr(list(OutboxEvent.objects.values_list("payload", flat=True)))
    assert list(verify_log()) == []


@END
def test_nothing_is_done_twice(ada: Any, end: Any) -> None:
    end(ada)
    if end is retire:
        retire(ada)
    process_inbox()
    before = (OutboxEvent.objects.count(), EditRecord.objects.count(), RoleRecord.objects.count())

    assert process_inbox() == Processed(done=0, failed=0)
    for entry in InboxEntry.objects.all():
        assert end_account(SYSTEM, entry.pk) is False

    assert (OutboxEvent.objects.count(), EditRecord.objects.count(), RoleRecord.objects.count()) == before


def test_an_account_that_is_retired_and_then_deleted_ends_once(ada: Any) -> None:
    holder = pseudonym_of(ada)
    retire(ada)
    delete(ada)

    assert process_inbox() == Processed(done=2, failed=0)

    assert RoleRecord.objects.filter(holder=holder, action="revoked").count() == 3
    assert EditRecord.objects.filter(action="editors").count() == 2


@END
def test_an_account_that_held_nothing_leaves_no_trace(end: Any) -> None:
    end(make_user("nobody"))
    process_inbox()

    assert not InboxEntry.objects.filter(kind="user_deleted").exists()
    assert not RoleRecord.objects.exists()
    assert not OutboxEvent.objects.exists()


def test_an_account_that_is_retired_in_a_transaction_that_fails_keeps_everything(ada: Any) -> None:
    with transaction.atomic():
        USER_RETIRED.send(sender=None, user=ada)
        transaction.set_rollback(True)

    assert not InboxEntry.objects.exists()
    assert process_inbox() == Processed(done=0, failed=0)
    assert CatalogRoleAssignment.objects.filter(user=ada).count() == 3


def test_an_account_that_is_not_active_has_no_rights_until_a_worker_comes(ada: Any) -> None:
    draft = Course.drafts.first()
    assert can(ada, Action.EDIT, draft)

    retire(ada)

    assert CatalogRoleAssignment.objects.filter(user=ada).count() == 3
    assert not any(can(ada, action, draft) for action in (Action.VIEW_DRAFT, Action.EDIT, Action.REMOVE))
    assert not can(ada, Action.MANAGE_ROLES, "*")


def test_a_course_whose_draft_was_deleted_since_stops_nothing(ada: Any) -> None:
    delete(ada)
    gone = Course.drafts.first()
    CourseEditor.objects.filter(course=gone).delete()
    payload = InboxEntry.objects.get().payload
    payload["courses"].append("11111111-2222-3333-4444-555555555555")
    InboxEntry.objects.update(payload=payload)

    assert process_inbox() == Processed(done=1, failed=0)
    assert EditRecord.objects.filter(action="editors").count() == 2


def test_only_the_system_ends_accounts(ada: Any) -> None:
    retire(ada)
    with pytest.raises(NotPermitted):
        end_account(acting(make_admin()), InboxEntry.objects.get().pk)


def test_an_account_costs_a_number_of_statements_that_does_not_grow_with_its_courses(
    ada: Any, organization: OrganizationProfile
) -> None:
    eve = make_user("eve")
    grant_role(SYSTEM, eve, RoleName.ORG_MEMBER, "MITx", reason="tests")
    grant_role(SYSTEM, eve, RoleName.LEGAL_REVIEWER, "MITx", reason="tests")
    grant_role(SYSTEM, eve, RoleName.CATALOG_ADMIN, "*", reason="tests")
    for course in list(Course.drafts.values_list("uuid", flat=True)) + [
        make_course(organization).course.uuid for _ in range(5)
    ]:
        add_editor(SYSTEM, course, eve)
    # The first act of the worker makes its pseudonym.
    retire(make_user())
    process_inbox()
    counts = []
    for user in (ada, eve):
        retire(user)
        with CaptureQueriesContext(connection) as queries:
            process_inbox()
        counts.append(len(queries))

    assert counts[0] == counts[1]


class TestWorker:
    def test_it_is_started_once_when_the_platforms_transaction_is_committed(
        self, ada: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        with django_capture_on_commit_callbacks() as callbacks:
            retire(ada)
            delete(ada)
        assert callbacks.count(start_worker) == 1

        start_worker()

        assert not InboxEntry.objects.filter(done_at__isnull=True).exists()

    def test_a_queue_that_cannot_be_reached_is_logged_and_fails_nothing(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def refuse(*args: Any, **kwargs: Any) -> None:
            raise OperationalError("no broker")

        task = current_app.tasks["openedx_catalog_publisher.process_inbox"]
        monkeypatch.setattr(type(task), "apply_async", refuse)
        with caplog.at_level(logging.WARNING):
            start_worker()
        assert "no broker" in caplog.text

    def test_an_entry_that_fails_stops_no_other_and_is_tried_again_later_and_later(
        self, ada: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        broken = InboxEntry.objects.create(kind=InboxEntry.Kind.USER_DELETED, payload={})
        retire(ada)

        assert process_inbox() == Processed(done=1, failed=1)

        broken.refresh_from_db()
        assert (broken.attempts, broken.done_at, broken.last_error) == (1, None, "KeyError: 'holder'")
        assert timedelta(seconds=50) < broken.due - timezone.now() <= timedelta(minutes=1)
        assert process_inbox() == Processed(done=0, failed=0)
        assert process_inbox(retry=True) == Processed(done=0, failed=1)
        broken.refresh_from_db()
        assert timedelta(seconds=110) < broken.due - timezone.now() <= timedelta(minutes=2)
        InboxEntry.objects.update(attempts=1_000, due=timezone.now())
        process_inbox()
        broken.refresh_from_db()
        assert broken.due - timezone.now() <= worker.LONGEST_PAUSE
        assert caplog.text.count(f"Inbox entry {broken.pk} failed") == 3

    def test_a_worker_that_dies_leaves_everything_to_the_next(self, ada: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        retire(ada)
        before = (OutboxEvent.objects.count(), EditRecord.objects.count(), RoleRecord.objects.count())

        class Killed(BaseException):
            pass

        def die(self: Any, *args: Any, **kwargs: Any) -> None:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(InboxEntry, "save", die)
            with pytest.raises(Killed):
                process_inbox()

        assert (OutboxEvent.objects.count(), EditRecord.objects.count(), RoleRecord.objects.count()) == before
        assert CatalogRoleAssignment.objects.filter(user=ada).count() == 3
        assert process_inbox() == Processed(done=1, failed=0)

    def test_the_command_says_what_it_did_and_what_failed(self, ada: Any) -> None:
        assert call("process_inbox") == "Acted on 0."
        retire(ada)
        assert call("process_inbox") == "Acted on 1."
        InboxEntry.objects.create(kind=InboxEntry.Kind.USER_DELETED, payload={})
        with pytest.raises(CommandError, match=r"^1 failed; the inbox in the admin says why"):
            call("process_inbox")
        assert call("process_inbox") == "Acted on 0."
        with pytest.raises(CommandError):
            call("process_inbox", "--retry")
