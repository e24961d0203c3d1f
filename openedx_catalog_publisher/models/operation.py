"""What log tables bear of the command that wrote them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from openedx_catalog_publisher.models.ledger import WriteSource


class OperationColumns(Protocol):
    """One run of one command, as far as its rows in the logs and the outbox bear it."""

    @property
    def uuid(self) -> UUID:
        """Groups all that the command wrote."""

    @property
    def time(self) -> datetime:
        """The one time of the operation."""

    @property
    def pseudonym(self) -> UUID:
        """Who acted."""

    @property
    def source(self) -> WriteSource:
        """Through which door."""
