"""
System checks of the demo.

==============  ========================================================================================================
Id              Says
==============  ========================================================================================================
``demo.E001``   everybody may log in as anybody, and the server is not for this machine alone
==============  ========================================================================================================
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register

from demo import mode


@register(Tags.security)
def nobody_else_can_log_in_by_a_click(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report each reason why log-in by a click, which the settings ask for, is not safe with them (E001)."""
    if not mode.is_asked_for():
        return []
    return [
        Error(
            f"CATALOG_DEMO lets everybody log in as anybody, administrators included. {reason}",
            hint="Remove CATALOG_DEMO from the settings, or run the demo as `make run` does.",
            id="demo.E001",
        )
        for reason in mode.reasons_against()
    ]
