"""What micro-frontends ask the LMS for: a CSRF token, log-in by cookies, and log-out. In demo mode only."""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from demo.micro_frontends import leads_to_micro_frontend
from demo.tokens import token_of
from demo.views.people import refuse_outside_the_demo

COOKIE_SECONDS = 60 * 60


@require_safe
@never_cache
def csrf_token(request: HttpRequest) -> JsonResponse:
    """Answer the token that writes carry in X-CSRFToken."""
    return JsonResponse({"csrfToken": get_token(request)})


@csrf_exempt
@require_POST
@never_cache
def refresh_login(request: HttpRequest) -> JsonResponse:
    """
    Set the cookies that hold the visitor's token; 401 for nobody.

    Micro-frontends send no CSRF token here, as to the LMS. Nothing is given to them that the visitor has not.

    Raises:
        PermissionDenied: outside demo mode, and for a visitor from another machine.
    """
    refuse_outside_the_demo(request)
    now = int(time.time())
    user = request.user
    if not isinstance(user, User):
        response = JsonResponse({"success": False, "response_epoch_seconds": now}, status=401)
        delete_cookies(response)
        return response
    response = JsonResponse({"success": True, "user_id": user.pk, "response_epoch_seconds": now})
    header, payload, signature = token_of(user, lifetime=COOKIE_SECONDS).split(".")
    cookies = settings.JWT_AUTH
    response.set_cookie(cookies["JWT_AUTH_COOKIE_HEADER_PAYLOAD"], f"{header}.{payload}", max_age=COOKIE_SECONDS)
    response.set_cookie(cookies["JWT_AUTH_COOKIE_SIGNATURE"], signature, max_age=COOKIE_SECONDS, httponly=True)
    return response


@require_safe
@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """
    Let the visitor be nobody again, and go where a micro-frontend says, or home.

    Raises:
        PermissionDenied: outside demo mode, and for a visitor from another machine.
    """
    refuse_outside_the_demo(request)
    logout(request)
    asked_for = request.GET.get("redirect_url", "")
    response = redirect(asked_for if leads_to_micro_frontend(asked_for) else "home")
    delete_cookies(response)
    return response


def delete_cookies(response: HttpResponseBase) -> None:
    """Delete the cookies that hold a token."""
    for name in ("JWT_AUTH_COOKIE_HEADER_PAYLOAD", "JWT_AUTH_COOKIE_SIGNATURE"):
        response.delete_cookie(settings.JWT_AUTH[name])
