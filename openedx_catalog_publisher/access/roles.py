"""
Who holds which role where: by an assignment, or by a claim of the request's token.

Expired assignments and inactive users count for nothing. A superuser holds every role.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from openedx_catalog_publisher.access.token_roles import claimed_contexts, claims_everywhere
from openedx_catalog_publisher.models import ALL_ORGANIZATIONS, CatalogRoleAssignment, RoleName

ALWAYS = ~Q(pk__in=())
"""A condition that holds for every row."""


def valid_assignments() -> QuerySet[CatalogRoleAssignment]:
    """Return the assignments that hold at this moment."""
    now = timezone.now()
    assignments: QuerySet[CatalogRoleAssignment] = CatalogRoleAssignment.objects.filter(user__is_active=True)
    return assignments.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))


def assigned_everywhere(user: Any, *roles: RoleName) -> Q:
    """Return the condition that a user holds one of some roles for all organizations."""
    if claims_everywhere(user, roles):
        return ALWAYS
    return Q(Exists(valid_assignments().filter(user=user, role__name__in=roles, context=ALL_ORGANIZATIONS)))


def holds_everywhere(user: Any, *roles: RoleName) -> bool:
    """Tell whether a user holds one of some roles for all organizations."""
    if not is_known(user):
        return False
    if user.is_superuser or claims_everywhere(user, roles):
        return True
    return valid_assignments().filter(user=user, role__name__in=roles, context=ALL_ORGANIZATIONS).exists()


def holds_anywhere(user: Any, *roles: RoleName) -> bool:
    """Tell whether a user holds one of some roles for at least one organization."""
    if not is_known(user):
        return False
    if user.is_superuser or claimed_contexts(user, roles):
        return True
    return valid_assignments().filter(user=user, role__name__in=roles).exists()


def is_known(user: Any) -> bool:
    """Tell whether this is a logged-in user with an active account: nobody else has any right."""
    return user is not None and bool(user.is_authenticated) and bool(user.is_active)


def assigned_for(*roles: RoleName, user: Any, organization_key: str) -> Q:
    """
    Return the condition that a user holds one of some roles for the organization of the outer row.

    Arguments:
        roles: the roles.
        user: the user, or an ``OuterRef`` to one, of whom no token is known.
        organization_key: path from the outer row to the organization's normalised key.
    """
    if claims_everywhere(user, roles):
        return ALWAYS
    assigned = Exists(
        valid_assignments().filter(
            Q(context=OuterRef(organization_key)) | Q(context=ALL_ORGANIZATIONS), user=user, role__name__in=roles
        )
    )
    claimed = claimed_contexts(user, roles)
    return Q(assigned) | Q(**{f"{organization_key}__in": claimed}) if claimed else Q(assigned)
