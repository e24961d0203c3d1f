"""What all pages of the review site share: the frame, who sees which part of it, and addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from openedx_catalog_publisher.access.policy import READERS, may_by_account
from openedx_catalog_publisher.access.roles import holds_anywhere, is_known
from openedx_catalog_publisher.admin.rights import allowed
from openedx_catalog_publisher.api import Action
from openedx_catalog_publisher.models import ALL_ORGANIZATIONS

TEMPLATES = "openedx_catalog_publisher/review"
NAMESPACE = "catalog_publisher:review"


@dataclass(frozen=True)
class Place:
    """An entry of the site's navigation."""

    name: str
    label: str
    url: str
    here: bool


def may_open(user: Any) -> bool:
    """Tell whether a user may open the site at all: whoever reads drafts of some organization, by role or account."""
    return is_known(user) and (may_by_account(user, Action.VIEW_DRAFT) or holds_anywhere(user, *READERS))


def may_manage_roles(request: HttpRequest) -> bool:
    """Tell whether the user of a request grants and revokes roles."""
    return allowed(request, Action.MANAGE_ROLES, ALL_ORGANIZATIONS)


def address(name: str, *args: Any, query: Mapping[str, Any] | None = None) -> str:
    """Return the address of a page of the site."""
    return reverse(f"{NAMESPACE}:{name}", args=args, query=query)


def page(
    request: HttpRequest, template: str, title: str, *, place: str = "", status: int = 200, **context: Any
) -> HttpResponse:
    """
    Return a page of the site.

    Arguments:
        request: the request.
        template: file name of the template.
        title: what the page is called, in the browser's tab, too.
        place: the entry of the navigation that the page belongs to.
        status: the HTTP status.
        context: what the template shows.
    """
    return render(
        request,
        f"{TEMPLATES}/{template}",
        {"title": title, "places": _places(request, place), **context},
        status=status,
    )


def _places(request: HttpRequest, here: str) -> list[Place]:
    if not may_open(request.user):
        return []
    names = [("queue", _("Queue"))]
    if may_manage_roles(request):
        names.append(("roles", _("Roles")))
    return [Place(name, label, address(name), name == here) for name, label in names]
