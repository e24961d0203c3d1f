"""Who wants mails."""

from __future__ import annotations

from typing import Any

from openedx_catalog_publisher.models import NotificationOptOut


def wants_mails(user: Any) -> bool:
    """Tell whether a user wants mails of the catalog; without a word, they do."""
    return not NotificationOptOut.objects.filter(user=user.pk).exists()


def set_wants_mails(user: Any, wanted: bool) -> None:
    """Note whether a user wants mails of the catalog, also those of what happened already and was not mailed yet."""
    if wanted:
        NotificationOptOut.objects.filter(user=user.pk).delete()
    else:
        NotificationOptOut.objects.get_or_create(user=user)
