"""
Production: nothing is set here.

This hook runs after the operator's YAML is read. Whatever it assigned would replace what the operator chose.
"""

from typing import Any


def plugin_settings(settings: Any) -> None:
    """Leave ``settings``, the module that is being loaded, as it is."""
