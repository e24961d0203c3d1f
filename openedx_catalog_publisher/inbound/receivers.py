"""Receivers of the platform's signals. They run in the sender's transaction and write one row; no command runs here."""

from __future__ import annotations

from typing import Any

from openedx_catalog_publisher.models import OrganizationProfile
from openedx_catalog_publisher.models.normalization import normalize_key


def organization_saved(instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """
    Keep one profile beside each ``organizations.Organization``, with its key in step with the short name.

    Arguments:
        instance: the organization that was saved.
        raw: whether a fixture is being loaded, which brings its own profiles.
    """
    if raw:
        return
    key = instance.short_name
    profile = OrganizationProfile.objects.filter(organization=instance).only("pk", "key").first()
    if profile is None:
        OrganizationProfile.objects.create(organization=instance, key=key)
    elif profile.key != key:
        OrganizationProfile.objects.filter(pk=profile.pk).update(key=key, key_normalized=normalize_key(key))
