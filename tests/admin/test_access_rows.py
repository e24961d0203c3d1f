"""The history of roles and the inbox in the admin."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from openedx_catalog_publisher.api import grant_role, revoke_role
from openedx_catalog_publisher.models import CatalogRoleAssignment, InboxEntry, RoleName, RoleRecord
from tests.admin.pages import address
from tests.factories import SYSTEM, make_organization, make_user

pytestmark = pytest.mark.django_db


def test_a_revocation_asks_for_its_reason_and_the_history_shows_both(superuser: Client) -> None:
    organization = make_organization("RoleX")
    grant = grant_role(SYSTEM, make_user("ann"), RoleName.LEGAL_REVIEWER, organization.key, reason="Stands in.")
    url = address("catalogroleassignment", "delete", grant.pk)
    assert 'name="reason"' in superuser.get(url).content.decode()

    refused = superuser.post(url, {"post": "yes", "reason": " "}, follow=True)
    assert "Say why: the reason stands beside the grant." in refused.content.decode()
    assert CatalogRoleAssignment.objects.filter(pk=grant.pk).exists()
    superuser.post(url, {"post": "yes", "reason": "Is back."})

    assert not CatalogRoleAssignment.objects.exists()
    page = superuser.get(address("rolerecord", "changelist")).content.decode()
    for shown in ("ann", "legal_reviewer", "Stands in.", "Is back.", "tests", "root"):
        assert shown in page
    record = RoleRecord.objects.first()
    assert superuser.get(address("rolerecord", "change", record.pk)).status_code == 200


def test_the_statements_of_the_history_do_not_grow_with_it(superuser: Client) -> None:
    counts = []
    for _ in range(2):
        grant = grant_role(SYSTEM, make_user(), RoleName.LEGAL_REVIEWER, "*", reason="tests")
        revoke_role(SYSTEM, grant.pk, reason="tests")
        with CaptureQueriesContext(connection) as queries:
            assert superuser.get(address("rolerecord", "changelist"), {"q": "tests"}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_inbox_shows_what_waits_and_why(superuser: Client) -> None:
    waiting = InboxEntry.objects.create(kind="user_retired", payload={"user": 1}, last_error="KeyError: x")
    page = superuser.get(address("inboxentry", "changelist"), {"q": "KeyError", "done_at__isempty": "1"})
    assert "KeyError: x" in page.content.decode()
    assert superuser.get(address("inboxentry", "change", waiting.pk)).status_code == 200
