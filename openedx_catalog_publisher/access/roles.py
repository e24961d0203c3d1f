"""Who holds which role where, read from the assignments. Expired grants and inactive users count for nothing."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from openedx_catalog_publisher.models import ALL_ORGANIZATIONS, CatalogRoleAssignment, RoleName


def valid_assignments() -> QuerySet[CatalogRoleAssignment]:
    """Return the assignments that hold at this moment."""
    now = timezone.now()
    assignments: QuerySet[CatalogRoleAssignment] = CatalogRoleAssignment.objects.filter(user__is_active=True)
    return assignments.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))


def assigned_everywhere(user: Any, role: RoleName) -> Exists:
    """Return the condition that a user holds a role for all organizations."""
    return Exists(valid_assignments().filter(user=user, role__name=role, context=ALL_ORGANIZATIONS))


def holds_everywhere(user: Any, role: RoleName) -> bool:
    """Tell whether a user holds a role for all organizations; a superuser holds every role."""
    if not is_known(user):
        return False
    assignments = valid_assignments().filter(user=user, role__name=role, context=ALL_ORGANIZATIONS)
    return bool(user.is_superuser) or assignments.exists()


def holds_anywhere(user: Any, role: RoleName) -> bool:
    """Tell whether a user holds a role for at least one organization."""
    if not is_known(user):
        return False
    return bool(user.is_superuser) or valid_assignments().filter(user=user, role__name=role).exists()


def is_known(user: Any) -> bool:
    """Tell whether this is a logged-in user with an active account: nobody else has any right."""
    return user is not None and bool(user.is_authenticated) and bool(user.is_active)


def assigned_for(role: RoleName, *, user: Any, organization_key: str) -> Exists:
    """
    Return the condition that a user holds a role for the organization of the outer row.

    Arguments:
        role: the role.
        user: the user, or an ``OuterRef`` to one.
        organization_key: path from the outer row to the organization's normalised key.
    """
    return Exists(
        valid_assignments().filter(
            Q(context=OuterRef(organization_key)) | Q(context=ALL_ORGANIZATIONS), user=user, role__name=role
        )
    )
