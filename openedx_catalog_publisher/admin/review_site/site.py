"""
The site for reviewers.

It asks the catalog's roles and not ``is_staff``: legal staff need no rights in Django, and have none there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from openedx_catalog_publisher.admin.review_site import bulk, queue, review, roles, timeline
from openedx_catalog_publisher.admin.review_site.page import may_open, page

View = Callable[..., HttpResponseBase]


class ReviewSite(AdminSite):
    """An admin site whose pages are those of the review; no model is registered with it."""

    site_header = gettext_lazy("Catalog review")
    site_title = gettext_lazy("Catalog review")

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in whoever reads drafts of some organization; each page asks what it shows and does."""
        return may_open(request.user)

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # type: ignore[override]
        """
        Return a view that asks for a log-in at the platform's own page, and refuses with words.

        Not in a transaction of its request, because the commands that pages call open the outermost one.
        """

        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                return _refused(request)
            try:
                return view(request, *args, **kwargs)
            except PermissionDenied as error:
                return _refused(request, str(error))

        protected: View = csrf_protect(guarded)
        return transaction.non_atomic_requests(protected if cacheable else never_cache(protected))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Return the pages."""

        def at(route: str, view: View, name: str) -> URLPattern:
            return path(route, self.admin_view(view), name=name)

        return [
            at("", queue.queue, "queue"),
            at("many/", bulk.many, "many"),
            at("<uuid:review>/", review.review, "review"),
            at("courses/<uuid:course>/timeline/", timeline.timeline, "timeline"),
            at("roles/", roles.roles, "roles"),
            at("roles/history/", roles.history, "role_history"),
            at("roles/<int:assignment>/revoke/", roles.revoke, "revoke"),
        ]

    @property
    def urls(self) -> tuple[list[URLPattern | URLResolver], str, str]:
        """Return what ``path`` takes, under a namespace of its own, so that Django's admin site keeps its."""
        return self.get_urls(), self.name, self.name


def _refused(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    return page(request, "refused.html", _("This is not for your account"), status=403, reason=reason)


site = ReviewSite(name="review")
