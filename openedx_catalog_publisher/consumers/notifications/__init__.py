"""Mails to those whom an event concerns."""

from openedx_catalog_publisher.consumers.notifications.consumer import Notifications

__all__ = ["Notifications"]
