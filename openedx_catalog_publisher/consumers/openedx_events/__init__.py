"""Public signals, in this process and over the event bus."""

from openedx_catalog_publisher.consumers.openedx_events.consumer import OpenedxEvents

__all__ = ["OpenedxEvents"]
