"""Routes whose slash at the end is optional: a redirect would lose a micro-frontend's preflight."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter


class SlashOptionalRouter(SimpleRouter):
    """Makes routes that answer with and without a slash at the end."""

    def __init__(self) -> None:
        """Make an empty router."""
        super().__init__()
        self.trailing_slash = "/?"
