"""Stopping and starting the stand-in for Studio by a click. In demo mode only."""

from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from demo import studio_switch
from demo.views.people import refuse_outside_the_demo

SECONDS = 5
ACTS = {"stop": False, "start": True}


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """
    Stop or start the stand-in, as ``act`` says, and go back to where the home page shows it.

    Raises:
        PermissionDenied: outside demo mode, for a visitor from another machine, and where `make run` does not run this.
        SuspiciousOperation: for any other act; status 400.
    """
    refuse_outside_the_demo(request)
    if not settings.STUDIO_CAN_BE_STOPPED:
        raise PermissionDenied("Only `make run` can stop and start the stand-in for Studio.")
    running = ACTS.get(request.POST.get("act", ""))
    if running is None:
        raise SuspiciousOperation("The stand-in for Studio can be stopped (act=stop) and started (act=start).")
    studio_switch.want(running=running)
    # The page says how it is in any case; this only spares the visitor to load it again.
    studio_switch.comes_true(running=running, seconds=SECONDS)
    return redirect(f"{reverse('home')}#deliveries")
