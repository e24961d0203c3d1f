"""How the API describes itself (OpenAPI 3, by drf-spectacular)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema


class CatalogSchema(AutoSchema):
    """The description of one operation: every one can answer with a problem."""

    def get_override_parameters(self) -> list[Any]:
        """Return no parameters beside those that views declare."""
        return []
