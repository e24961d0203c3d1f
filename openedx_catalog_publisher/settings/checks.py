"""
System checks of the plugin's configuration.

=====================================  =================================================================================
Id                                     Says
=====================================  =================================================================================
``openedx_catalog_publisher.E001``     a setting has a value that it does not accept
``openedx_catalog_publisher.W001``     a name with the plugin's prefix is none of its settings, so that it does nothing
=====================================  =================================================================================
"""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004

from openedx_catalog_publisher.settings import conf

APP = "openedx_catalog_publisher"


@register()
def settings_are_of_their_kind(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report each setting whose value is not what it accepts (E001)."""
    return [
        Error(
            problem,
            hint="Correct it in the settings of this service; the plugin refuses to work with a value it cannot read.",
            id=f"{APP}.E001",
        )
        for setting in conf.ALL_SETTINGS
        if (problem := setting.problem()) is not None
    ]


@register()
def settings_are_known(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report each name with the plugin's prefix that is none of its settings (W001), with the nearest that is."""
    known = {setting.name for setting in conf.ALL_SETTINGS}
    unknown = sorted(name for name in dir(settings) if name.startswith(conf.PREFIX) and name not in known)
    return [
        Warning(f"{name} is not a setting of this plugin.", hint=_nearest(name, known), id=f"{APP}.W001")
        for name in unknown
    ]


def _nearest(name: str, known: set[str]) -> str:
    nearest = get_close_matches(name, known, n=1)
    return f"Did you mean {nearest[0]}?" if nearest else f"The settings are {', '.join(sorted(known))}."
