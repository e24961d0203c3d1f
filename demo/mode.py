"""
Whether this is the demo: the one place where anybody may become anybody by a click.

That is safe only where nobody else can reach the server. So it takes a setting, and is refused, whatever the setting
says, where the other settings let the world in. ``checks.py`` says so when the server starts; the views ask each time.
"""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

LOOPBACK_NAME = "localhost"


def is_on() -> bool:
    """Tell whether log-in by a click is offered: ``CATALOG_DEMO`` is True, and nothing stands in its way."""
    return is_asked_for() and not reasons_against()


def is_asked_for() -> bool:
    """Tell whether the settings ask for log-in by a click, whether or not it is safe."""
    return getattr(settings, "CATALOG_DEMO", False) is True


def reasons_against() -> list[str]:
    """Return why log-in by a click is not safe with these settings; empty where it is."""
    reasons = []
    if not settings.DEBUG:
        reasons.append("DEBUG is off, so this is no development server.")
    strange = sorted(host for host in settings.ALLOWED_HOSTS if not is_loopback(host))
    if strange:
        reasons.append(f"ALLOWED_HOSTS names hosts beyond this machine: {', '.join(strange)}.")
    return reasons


def comes_from_here(request: HttpRequest) -> bool:
    """Tell whether a request comes from this machine, told by the address of its connection."""
    return is_loopback(request.META.get("REMOTE_ADDR", ""))


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address, as in ``ALLOWED_HOSTS``, is this machine's loopback interface."""
    if host == LOOPBACK_NAME or host.endswith(f".{LOOPBACK_NAME}"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
