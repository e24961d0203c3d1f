"""Roles in tokens, and the traps of edx-rbac: what the library does is shown, and that we do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, transaction
from django.urls import URLPattern, URLResolver, get_resolver
from edx_rbac.constants import ALL_ACCESS_CONTEXT
from edx_rbac.mixins import PermissionRequiredMixin
from edx_rbac.utils import request_user_has_implicit_access_via_jwt, user_has_access_via_database

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.access.policy import can
from openedx_catalog_publisher.access.token_roles import TokenRole, give_token_roles, roles_in_token
from openedx_catalog_publisher.models import (
    ALL_ORGANIZATIONS,
    CatalogRole,
    CatalogRoleAssignment,
    Course,
    OrganizationProfile,
    RoleName,
)
from openedx_catalog_publisher.settings.kinds import ROLES
from tests.factories import grant, make_course, make_member, make_organization, make_user

MAPPING = {"course_team": "org_member", "internal": "publisher_editor"}


@pytest.fixture(autouse=True)
def mapping(settings: Any) -> None:
    settings.CATALOG_PUBLISHER_JWT_ROLES = MAPPING


def claimed(*claims: Any) -> set[tuple[str, str]]:
    """Return what we make of claims."""
    return {(found.role.value, found.context) for found in roles_in_token({"roles": list(claims)})}


class TestClaims:
    def test_mapped_claims_are_our_roles_in_the_organizations_that_they_name(self) -> None:
        assert claimed("course_team:MITx", "internal:*", "course_team:TüX") == {
            ("org_member", "mitx"),
            ("publisher_editor", "*"),
            ("org_member", "tüx"),
        }

    def test_a_claim_that_nobody_mapped_is_no_role_even_by_the_name_of_one_of_ours(self) -> None:
        assert claimed("catalog_admin:*", "org_member:MITx", "COURSE_TEAM:MITx") == set()

    def test_a_context_goes_on_after_its_first_colon(self) -> None:
        assert claimed("course_team:course-v1:MITx+1+2") == {("org_member", "course-v1:mitx+1+2")}

    @pytest.mark.parametrize("claim", [None, 7, ["course_team:MITx"], {"course_team": "MITx"}, "", ":", ":MITx"])
    def test_what_is_no_claim_counts_for_nothing_and_the_others_do(self, claim: Any) -> None:
        assert claimed(claim, "course_team:MITx") == {("org_member", "mitx")}

    def test_half_of_a_character_counts_for_nothing(self) -> None:
        assert claimed("course_team:\ud800") == set()

    def test_without_a_mapping_there_are_no_claims(self, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_JWT_ROLES = {}
        assert claimed("course_team:MITx") == set()

    def test_the_setting_knows_the_roles_that_there_are(self) -> None:
        assert tuple(RoleName.values) == ROLES

    def test_all_is_written_as_edx_rbac_writes_it(self) -> None:
        assert ALL_ORGANIZATIONS == ALL_ACCESS_CONTEXT


@pytest.mark.django_db
class TestTraps:
    @pytest.fixture
    def organization(self) -> OrganizationProfile:
        return make_organization("MITx")

    @pytest.fixture
    def draft(self, organization: OrganizationProfile) -> Course:
        return Course.drafts.get(uuid=make_course(organization).course.uuid)

    @pytest.mark.parametrize("context", [None, "", []])
    def test_an_empty_context_fails_open_there_and_closed_here(
        self, organization: OrganizationProfile, context: Any
    ) -> None:
        member = make_member(organization)
        assert user_has_access_via_database(member, "org_member", CatalogRoleAssignment, context) is True

        for action in Action:
            assert not can(member, action, context), action

    def test_a_claim_without_context_opens_something_there_and_nothing_here(self, draft: Course, settings: Any) -> None:
        settings.SYSTEM_TO_FEATURE_ROLE_MAPPING = {"course_team": ["org_member"]}
        token = {"roles": ["course_team"]}
        assert request_user_has_implicit_access_via_jwt(token, "org_member") is True

        user = make_user()
        give_token_roles(user, roles_in_token(token))

        assert not can(user, Action.VIEW_DRAFT, draft)
        assert not can(user, Action.CREATE_REFERENCE, type(draft))

    def test_applies_to_all_contexts_is_ignored_there_and_kept_equal_to_the_context_here(
        self, organization: OrganizationProfile
    ) -> None:
        user = make_user()
        role = CatalogRole.objects.get(name="org_member")
        for everywhere, context in ((True, "mitx"), (False, ALL_ORGANIZATIONS)):
            with pytest.raises(IntegrityError), transaction.atomic():
                CatalogRoleAssignment.objects.create(
                    user=user, role=role, context=context, applies_to_all_contexts=everywhere, reason="x"
                )
        grant(user, RoleName.ORG_MEMBER)
        assert user_has_access_via_database(user, "org_member", CatalogRoleAssignment, "mitx") is True
        assert can(user, Action.CREATE_COURSE, organization)

    @pytest.mark.parametrize("context", [None, ""])
    def test_an_assignment_without_context_is_taken_there_and_refused_here(self, context: Any) -> None:
        role = CatalogRole.objects.get(name="org_member")
        with pytest.raises(IntegrityError), transaction.atomic():
            CatalogRoleAssignment.objects.create(user=make_user(), role=role, context=context, reason="x")

    def test_duplicate_assignments_are_taken_there_and_refused_here(self, organization: OrganizationProfile) -> None:
        member = make_member(organization)
        with pytest.raises(IntegrityError), transaction.atomic():
            grant(member, RoleName.ORG_MEMBER, organization)

    def test_roles_that_are_null_crash_there_and_are_none_here(self, settings: Any) -> None:
        settings.SYSTEM_TO_FEATURE_ROLE_MAPPING = {}
        with pytest.raises(TypeError):
            request_user_has_implicit_access_via_jwt({"roles": None}, "org_member", "mitx")

        for token in ({"roles": None}, {}, None, {"roles": "course_team:*"}, {"roles": {"course_team:*": 1}}):
            assert roles_in_token(token) == frozenset()

    def test_the_mapping_of_the_platform_is_needed_there_and_neither_read_nor_set_here(self) -> None:
        assert not hasattr(django_settings, "SYSTEM_TO_FEATURE_ROLE_MAPPING")
        with pytest.raises(AttributeError):
            request_user_has_implicit_access_via_jwt({"roles": ["course_team:mitx"]}, "org_member", "mitx")

        assert claimed("course_team:MITx") == {("org_member", "mitx")}

    def test_its_mixin_disables_permission_classes_and_is_in_none_of_our_views(self) -> None:
        views = [route.callback.cls for route in routes() if hasattr(route.callback, "cls")]  # type: ignore[attr-defined]
        assert len(views) > 20
        assert [view for view in views if issubclass(view, PermissionRequiredMixin)] == []
        assert {view.check_permissions.__qualname__ for view in views} == {"APIView.check_permissions"}

    def test_an_expired_grant_counts_there_and_not_here(self, draft: Course, organization: OrganizationProfile) -> None:
        member = make_member(organization)
        CatalogRoleAssignment.objects.filter(user=member).update(expires_at="2001-01-01T00:00:00Z")
        assert user_has_access_via_database(member, "org_member", CatalogRoleAssignment, "mitx") is True

        assert not can(member, Action.VIEW_DRAFT, draft)

    def test_claims_belong_to_the_request_and_not_to_the_account(self, draft: Course) -> None:
        user = make_user()
        give_token_roles(user, {TokenRole(RoleName.ORG_MEMBER, "mitx")})
        assert can(user, Action.EDIT, draft)

        assert not can(type(user).objects.get(pk=user.pk), Action.EDIT, draft)


def routes() -> Iterator[URLPattern]:
    """Yield every route of the plugin."""

    def walk(resolver: URLResolver) -> Iterator[URLPattern]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry)
            else:
                yield entry

    yield from walk(get_resolver("openedx_catalog_publisher.urls"))
