"""Being somebody else: log-in by a click, log-out, and tokens. In demo mode only."""

from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from demo import mode
from demo.accounts import user_of
from demo.micro_frontends import leads_to_micro_frontend
from demo.tokens import token_of

BACKEND = "django.contrib.auth.backends.ModelBackend"
NEXT = "next"


@require_POST
def log_in(request: HttpRequest) -> HttpResponse:
    """
    Let the visitor be the person whom ``username`` names, and go to ``next``.

    Raises:
        PermissionDenied: outside demo mode, and for a visitor from another machine.
        Http404: for a name that is nobody's in the demo.
    """
    refuse_outside_the_demo(request)
    username = request.POST.get("username", "")
    user = user_of(username)
    if user is None:
        raise Http404(f"The demo has no user {username}. `manage.py create_demo_users` creates those it has.")
    login(request, user, backend=BACKEND)
    return redirect(next_page(request.POST.get(NEXT, "")))


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Let the visitor be nobody again."""
    logout(request)
    return redirect("home")


@require_safe
@never_cache
def token(request: HttpRequest) -> HttpResponse:
    """
    Answer the visitor's own token for the API, as plain text.

    Raises:
        PermissionDenied: outside demo mode, for a visitor from another machine, and for nobody.
    """
    refuse_outside_the_demo(request)
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied("Log in first: the token is that of the user who is logged in.")
    return HttpResponse(token_of(user), content_type="text/plain; charset=utf-8")


@require_safe
def admin_log_in(request: HttpRequest) -> HttpResponse:
    """Lead from the admin, which asks for a password that nobody has here, to the people on the home page."""
    return redirect(reverse("home", query={NEXT: next_page(request.GET.get(NEXT, ""))}))


def next_page(asked_for: str) -> str:
    """Return where to go: what was asked for, if it is on this site or in a micro-frontend, else the home page."""
    if url_has_allowed_host_and_scheme(asked_for, allowed_hosts=None) or leads_to_micro_frontend(asked_for):
        return asked_for
    return reverse("home")


def refuse_outside_the_demo(request: HttpRequest) -> None:
    """
    Refuse what only the demo may offer.

    Raises:
        PermissionDenied: outside demo mode, and for a visitor from another machine.
    """
    if not mode.is_on():
        raise PermissionDenied("Log-in by a click is for the demo alone, which is not running here.")
    if not mode.comes_from_here(request):
        raise PermissionDenied("Log-in by a click is for visitors from the machine that runs the demo.")
