"""
Defaults of the plugin's settings, for every environment.

The platform runs this hook before it reads the operator's YAML, and may run it more than once; so a default is set only
where nothing is set yet.
"""

from typing import Any

from openedx_catalog_publisher.settings.conf import ALL_SETTINGS
from openedx_catalog_publisher.settings.event_bus import add_producer_config


def plugin_settings(settings: Any) -> None:
    """
    Give every setting of the plugin its default, unless it has a value, and name its public signals to the event bus.

    ``settings`` is the settings module that is being loaded. Values are not validated here: that is done by system
    checks, whose messages an operator sees, while an exception here would make the whole service fail to start.
    """
    for setting in ALL_SETTINGS:
        if not hasattr(settings, setting.name):
            setattr(settings, setting.name, setting.fresh_default())
    add_producer_config(settings)
