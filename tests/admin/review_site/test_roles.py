"""Granting, revoking with a reason, and looking back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from openedx_catalog_publisher.admin.review_site.page import address
from openedx_catalog_publisher.models import CatalogRoleAssignment, OrganizationProfile, RoleName, RoleRecord
from tests.admin.conftest import logged_in
from tests.admin.pages import told
from tests.factories import grant, make_user

pytestmark = pytest.mark.django_db

GIVEN = {"username": "mira", "role": "legal_reviewer", "organization": "NorthU", "reason": "Joined the legal team."}


def test_an_administrator_grants_a_role(administrator: Client, organization: OrganizationProfile) -> None:
    make_user("mira")

    response = administrator.post(address("roles"), GIVEN | {"expires_at": "2031-05-01T12:30"})

    assert response.status_code == 302, response.context["form"].errors
    assert told(response) == ["mira holds the role “Legal reviewer” now."]
    made = CatalogRoleAssignment.objects.get(user__username="mira")
    assert (made.role.name, made.context, made.reason) == ("legal_reviewer", "northu", "Joined the legal team.")
    assert made.expires_at == datetime(2031, 5, 1, 12, 30, tzinfo=UTC)
    assert made.granted_by.username == "administrator"


def test_without_an_organization_it_holds_for_all(administrator: Client) -> None:
    make_user("mira")

    administrator.post(address("roles"), GIVEN | {"organization": ""})

    assert CatalogRoleAssignment.objects.get(user__username="mira").context == "*"


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"username": "nobody"}, "username", "There is no user nobody."),
        ({"reason": ""}, "reason", "This field is required."),
        ({"expires_at": "2001-01-01T00:00"}, "expires_at", None),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    administrator: Client, organization: OrganizationProfile, changes: Any, field: str, message: str | None
) -> None:
    make_user("mira")

    response = administrator.post(address("roles"), GIVEN | changes)

    assert response.status_code == 400
    assert list(response.context["form"].errors) == [field]
    assert message is None or response.context["form"].errors[field] == [message]
    assert not CatalogRoleAssignment.objects.filter(user__username="mira").exists()


def test_a_role_is_revoked_with_a_reason(administrator: Client, organization: OrganizationProfile) -> None:
    held = grant(make_user("mira"), RoleName.LEGAL_REVIEWER, organization)

    without = administrator.post(address("revoke", held.pk), {"reason": ""})
    assert (without.status_code, list(without.context["form"].errors)) == (400, ["reason"])
    response = administrator.post(address("revoke", held.pk), {"reason": "Left the team."})

    assert told(response) == ["mira does not hold the role “Legal reviewer” any more."]
    assert not CatalogRoleAssignment.objects.filter(pk=held.pk).exists()
    assert RoleRecord.objects.get().reason == "Left the team."


def test_the_history_names_who_did_what(administrator: Client, organization: OrganizationProfile) -> None:
    make_user("mira")
    administrator.post(address("roles"), GIVEN)

    page = administrator.get(address("role_history")).content.decode()

    for words in ("mira", "granted", "Legal reviewer", "NorthU", "Joined the legal team.", "administrator"):
        assert words in page


def test_the_list_is_filtered_and_says_what_has_ended(administrator: Client, organization: OrganizationProfile) -> None:
    ended = grant(make_user("mira"), RoleName.LEGAL_REVIEWER, organization)
    CatalogRoleAssignment.objects.filter(pk=ended.pk).update(expires_at=timezone.now() - timedelta(days=1))
    grant(make_user("nora"), RoleName.PROJECT_COORDINATOR, organization)

    def users(**query: str) -> set[str]:
        return {grant.row.user.username for grant in administrator.get(address("roles"), query).context["grants"]}

    assert users() == {"administrator", "mira", "nora"}
    assert users(q="NORTH") == {"mira", "nora"}
    assert users(role="legal_reviewer") == {"mira"}
    assert 'class="badge gone">ended' in administrator.get(address("roles"), {"q": "mira"}).content.decode()


def test_nobody_else_sees_or_changes_roles(legal: Any, organization: OrganizationProfile) -> None:
    browser = logged_in(legal)
    held = grant(make_user("mira"), RoleName.LEGAL_REVIEWER, organization)

    for url in (address("roles"), address("role_history"), address("revoke", held.pk)):
        response = browser.get(url)
        assert response.status_code == 403
        assert "Only catalog administrators" in response.content.decode()
    assert browser.post(address("revoke", held.pk), {"reason": "x"}).status_code == 403
    assert browser.post(address("roles"), GIVEN).status_code == 403
    assert CatalogRoleAssignment.objects.filter(pk=held.pk).exists()


def test_what_users_wrote_is_escaped(administrator: Client, organization: OrganizationProfile) -> None:
    held = grant(make_user("mira"), RoleName.LEGAL_REVIEWER, organization)
    CatalogRoleAssignment.objects.filter(pk=held.pk).update(reason="<script>alert(1)</script>")

    page = administrator.get(address("roles")).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_statements_of_the_list_do_not_grow_with_its_rows(
    administrator: Client, organization: OrganizationProfile, django_assert_max_num_queries: Any
) -> None:
    for _number in range(30):
        grant(make_user(), RoleName.ORG_MEMBER, organization)

    with django_assert_max_num_queries(12):
        administrator.get(address("roles"))
