"""What all pages of the demo share: language, frame, and the rule that nothing comes from another server."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from demo import mode
from demo.accounts import BY_USERNAME

LANGUAGE = "en"
"""The pages are written in English alone; so are the dates and the plugin's own words on them."""

POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    # Descriptions of courses may have harmless styles of their own.
    "style-src-attr": "'unsafe-inline'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

API_ROOT = "/api/catalog_publisher/v1/"


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    policy: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """
    Return a page of the demo.

    Arguments:
        request: the request.
        template: name of its template, which extends ``demo/base.html``.
        context: what is particular to it.
        policy: directives of the Content Security Policy in place of the usual ones, which let in nothing from other
            servers.
        status: the status of the answer.
    """
    frame = {"account": account_of(request.user), "demo_mode": mode.is_on(), "api_root": API_ROOT}
    with translation.override(LANGUAGE):
        response = render(request, template, {**frame, **context}, status=status)
    directives = {**POLICY, **(policy or {})}
    response["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in directives.items())
    response["Content-Language"] = LANGUAGE
    return response


def account_of(user: User | AnonymousUser) -> Any:
    """Return the person of the demo whom a user plays; None for nobody, and for users of one's own making."""
    return BY_USERNAME.get(user.get_username())


def render_missing(request: HttpRequest, message: str, *, here: str) -> HttpResponse:
    """Return the page for what is not there, or not for the visitor to see: ``message`` says which, with status 404."""
    return render_page(request, "demo/missing.html", {"message": message, "here": here}, status=404)
