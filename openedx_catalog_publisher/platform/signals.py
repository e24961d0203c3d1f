"""
Signals of the platform that receivers of ours are connected to.

Where there is no edx-platform at all, as in the standalone project, a signal of our own stands in its place, so that
the same receivers are connected and the same can be told. A platform without the signal is a fault, which is raised
when the plugin is loaded.
"""

from __future__ import annotations

from importlib.util import find_spec

from django.dispatch import Signal

if find_spec("openedx") is None:
    USER_RETIRED = Signal()
else:
    from openedx.core.djangoapps.user_api.accounts.signals import (  # type: ignore[import-not-found,no-redef]
        USER_RETIRE_LMS_CRITICAL as USER_RETIRED,
    )

__all__ = ["USER_RETIRED"]
