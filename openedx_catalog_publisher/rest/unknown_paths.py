"""Paths below the API's that lead nowhere, so that "not found" has one form everywhere."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from openedx_catalog_publisher.commands.errors import UnitNotFound
from openedx_catalog_publisher.rest.views import CatalogView


class UnknownPathView(CatalogView):
    """Answers "not found", whatever the method; those who are not known are asked who they are first."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """
        Refuse, once it is known who asks.

        Raises:
            UnitNotFound: always.
        """
        super().initial(request, *args, **kwargs)
        raise UnitNotFound("There is no such path. GET schema/ describes those that there are.")
