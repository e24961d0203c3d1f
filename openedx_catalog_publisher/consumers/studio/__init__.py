"""Course runs in Studio: made when a team begins one, and kept in step."""

from openedx_catalog_publisher.consumers.studio.consumer import Studio

__all__ = ["Studio"]
