"""Whether the platform's core catalog is there to be tested against."""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec

import pytest


def core_catalog_missing() -> str | None:
    """Return why the core catalog cannot be run in this environment; None where it can."""
    if find_spec("openedx_catalog") is None:
        return "needs openedx-core 0.36 or later, which Ulmo has not"
    if int(version("edx-opaque-keys").partition(".")[0]) < 4:
        return "openedx-core needs edx-opaque-keys 4, which Ulmo has not"
    return None


needs_core_catalog = pytest.mark.skipif(core_catalog_missing() is not None, reason=str(core_catalog_missing()))
