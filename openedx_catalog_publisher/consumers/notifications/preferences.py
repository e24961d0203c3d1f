"""Who wants mails."""

from __future__ import annotations

from typing import Any

from openedx_catalog_publisher.models import NotificationOptOut
from openedx_catalog_publisher.models.normalization import normalize_key


def wants_mails(user: Any) -> bool:
    """Tell whether a user wants mails of the catalog; without a word, they do."""
    return not NotificationOptOut.objects.filter(user=user.pk).exists()


def set_wants_mails(user: Any, wanted: bool) -> None:
    """Note whether a user wants mails of the catalog, also those of what happened already and was not mailed yet."""
    if wanted:
        NotificationOptOut.objects.filter(user=user.pk).delete()
    else:
        NotificationOptOut.objects.get_or_create(user=user)


def address_wants_mails(address: str) -> bool:
    """
    Tell whether mails may go to an address of which no more is known.

    They may not where the address was noted, nor where a user who has it wants no mails.
    """
    noted = NotificationOptOut.objects.filter(address=normalize_key(address))
    return not (noted.exists() or NotificationOptOut.objects.filter(user__email__iexact=address.strip()).exists())


def set_address_wants_mails(address: str, wanted: bool) -> None:
    """Note whether mails may go to an address that courses name as a watcher."""
    compared = normalize_key(address)
    if wanted:
        NotificationOptOut.objects.filter(address=compared).delete()
    else:
        NotificationOptOut.objects.get_or_create(address=compared)
