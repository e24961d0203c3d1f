"""Roles per organization, on edx-rbac's abstract models, and their history."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from edx_rbac.models import UserRole, UserRoleAssignment

from openedx_catalog_publisher.models.immutability import AppendOnlyModel
from openedx_catalog_publisher.models.ledger import WriteSource
from openedx_catalog_publisher.models.normalization import BinaryCharField

ALL_ORGANIZATIONS = "*"


class RoleName(models.TextChoices):
    """The roles of the catalog."""

    ORG_MEMBER = "org_member", _("Course team member")
    LEGAL_REVIEWER = "legal_reviewer", _("Legal reviewer")
    PROJECT_COORDINATOR = "project_coordinator", _("Project coordinator")
    PUBLISHER_EDITOR = "publisher_editor", _("Publisher editor")
    CATALOG_ADMIN = "catalog_admin", _("Catalog administrator")


class CatalogRole(UserRole):
    """
    A role that can be granted.

    .. no_pii:
    """

    class Meta:
        ordering = ["name"]
        verbose_name = _("catalog role")
        verbose_name_plural = _("catalog roles")


class CatalogRoleAssignment(UserRoleAssignment):
    """
    A role that a user holds for one organization, or for all.

    ``context`` is the normalised key of the organization, or ``*``; edx-rbac's ``applies_to_all_contexts`` is kept
    equal to it by a constraint, because edx-rbac itself ignores that column.

    .. no_pii: points at users, whom the platform retires; the reason is about the grant.
    """

    role_class: ClassVar[type[CatalogRole]] = CatalogRole

    context = BinaryCharField(_("organization"), max_length=255)
    reason = models.CharField(_("reason"), max_length=255)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    granted_at = models.DateTimeField(_("granted at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("role assignment")
        verbose_name_plural = _("role assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "context"],
                name="ocp_role_assignment_uniq",
                violation_error_message=_("This user holds this role there already."),
            ),
            models.CheckConstraint(
                condition=Q(applies_to_all_contexts=True, context=ALL_ORGANIZATIONS)
                | (Q(applies_to_all_contexts=False) & ~Q(context=ALL_ORGANIZATIONS)),
                name="ocp_role_assignment_context_check",
                violation_error_message=_("A role for all organizations has the context *, any other an organization."),
            ),
            models.CheckConstraint(
                condition=~Q(context=""),
                name="ocp_role_assignment_context_given",
                violation_error_message=_("Name an organization, or * for all."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} ({self.context})"

    def get_context(self) -> Any:
        """Return the context as edx-rbac asks for it: the organization's normalised key, or ``*``."""
        return self.context


class RoleRecord(AppendOnlyModel):
    """
    What became of a grant: the history of roles, which outlives grants and accounts.

    Holder and actor stand here by pseudonym; who they are is known while ``ActorPseudonym`` links them to accounts.

    .. no_pii: users stand here by pseudonym; the reason is about the grant.
    """

    class Action(models.TextChoices):
        """What was done."""

        GRANTED = "granted", _("granted")
        REVOKED = "revoked", _("revoked")

    action = models.CharField(_("action"), max_length=8, choices=Action)
    holder = models.UUIDField(_("holder"), db_index=True)
    role = models.CharField(_("role"), max_length=255)
    context = BinaryCharField(_("organization"), max_length=255)
    reason = models.CharField(_("reason"), max_length=255)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    actor = models.UUIDField(_("actor"))
    occurred_at = models.DateTimeField(_("time"))
    operation = models.UUIDField(_("operation"))
    source = models.CharField(_("source"), max_length=16, choices=WriteSource)

    class Meta:
        ordering = ["id"]
        verbose_name = _("record of a role")
        verbose_name_plural = _("history of roles")

    def __str__(self) -> str:
        return f"{self.holder}: {self.role} ({self.context}) {self.action}"
