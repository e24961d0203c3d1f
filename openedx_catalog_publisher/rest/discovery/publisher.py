"""The users and roles of organizations, as the Publisher's own API has them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.access.roles import valid_assignments
from openedx_catalog_publisher.commands.errors import UnitNotFound
from openedx_catalog_publisher.models import (
    ALL_ORGANIZATIONS,
    CatalogRoleAssignment,
    OrganizationProfile,
    RoleName,
)
from openedx_catalog_publisher.rest.discovery.accounts import user_output
from openedx_catalog_publisher.rest.discovery.door import DiscoveryViewSet, require_publisher_user
from openedx_catalog_publisher.rest.discovery.flags import is_number, words
from openedx_catalog_publisher.rest.discovery.organizations import organizations_of
from openedx_catalog_publisher.rest.discovery.paging import NewestFirst, NumberPages
from openedx_catalog_publisher.rest.named import uuid_or_none


class OrganizationUserPages(NumberPages):
    """Pages of the users of one organization."""

    page_size = 100
    page_size_query_param: Any = None


class PublisherDoor(DiscoveryViewSet):
    """A view for those who work on the catalog."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """
        Let in who works on the catalog.

        Raises:
            NotPermitted: for everybody else.
        """
        super().initial(request, *args, **kwargs)
        require_publisher_user(request.user)

    def organization(self, name: str) -> OrganizationProfile | None:
        """Return the organization that a number or a UUID names, if the user works for it."""
        rows = organizations_of(self.request.user)
        named = uuid_or_none(name)
        if named is not None:
            return rows.filter(uuid=named).first()
        return rows.filter(pk=int(name)).first() if is_number(name) else None


class UserDoor(PublisherDoor):
    """The members of the course teams of the user's organizations."""

    def list(self, request: Request) -> Response:
        """Answer a page of them."""
        keys = organizations_of(request.user).values("key_normalized")
        return self._answer(request, NumberPages(), Q(context__in=keys) | Q(context=ALL_ORGANIZATIONS))

    def of_organization(self, request: Request, organization: str) -> Response:
        """
        Answer a page of the members of one organization.

        Raises:
            UnitNotFound: when there is none, or none that the user works for; the client takes it as "no users".
        """
        found = self.organization(organization)
        if found is None:
            raise UnitNotFound("No OrganizationExtension matches the given query.")
        return self._answer(request, OrganizationUserPages(), _context_of(found))

    def _answer(self, request: Request, pages: Any, contexts: Q) -> Response:
        member = valid_assignments().filter(contexts, user=OuterRef("pk"), role__name=RoleName.ORG_MEMBER)
        users = get_user_model()._default_manager.filter(Exists(member)).order_by("pk")
        page = pages.paginate_queryset(users, request) or []
        response: Response = pages.get_paginated_response([user_output(user) for user in page])
        return response


class RoleDoor(PublisherDoor):
    """Who holds which role for an organization."""

    def of_organization(self, request: Request, organization: str) -> Response:
        """Answer a page of them, those of some roles with ``role``; an empty one for an organization elsewhere."""
        found = self.organization(organization)
        rows: QuerySet[CatalogRoleAssignment] = valid_assignments().select_related("user", "role")
        rows = rows.none() if found is None else rows.filter(_context_of(found))
        roles = words(request, "role")
        if roles:
            rows = rows.filter(role__name__in=roles)
        pages = NewestFirst()
        page = pages.paginate_queryset(rows, request)
        response: Response = pages.get_paginated_response(
            [{"id": row.pk, "user": user_output(row.user), "role": row.role.name} for row in page]
        )
        return response


def _context_of(organization: OrganizationProfile) -> Q:
    return Q(context=organization.key_normalized) | Q(context=ALL_ORGANIZATIONS)
