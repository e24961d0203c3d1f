"""Telling others of events by HTTP, signed."""

from openedx_catalog_publisher.consumers.webhooks.consumer import Webhooks

__all__ = ["Webhooks"]
