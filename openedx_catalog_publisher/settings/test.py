"""
Tests of the platform itself: the defaults of ``common`` serve.
"""

from typing import Any


def plugin_settings(settings: Any) -> None:
    """Leave ``settings``, the module that is being loaded, as it is."""
