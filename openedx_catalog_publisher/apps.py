"""
What LMS and Studio load, and what they connect when they do.

Both services import this module while their settings are loading, and both skip a plugin whose import fails without
a word. So it imports neither models nor settings, nor anything of ours that does.
"""

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from edx_django_utils.plugins.constants import PluginSettings, PluginSignals, PluginURLs

from openedx_catalog_publisher.loading import CMS, LMS

URLS: dict[str, str] = {
    PluginURLs.NAMESPACE: "catalog_publisher",
    # Mounted at the root, because the plugin's own API and Discovery's door have different prefixes.
    PluginURLs.REGEX: "",
    PluginURLs.RELATIVE_PATH: "urls",
}

SETTINGS: dict[str, dict[str, str]] = {
    settings_type: {PluginSettings.RELATIVE_PATH: f"settings.{settings_type}"}
    for settings_type in ("common", "production", "devstack", "test")
}

SIGNALS: dict[str, Any] = {
    PluginSignals.RELATIVE_PATH: "inbound.receivers",
    PluginSignals.RECEIVERS: [
        {
            PluginSignals.RECEIVER_FUNC_NAME: "organization_saved",
            PluginSignals.SIGNAL_PATH: "django.db.models.signals.post_save",
            PluginSignals.SENDER_PATH: "organizations.models.Organization",
        },
        {
            PluginSignals.RECEIVER_FUNC_NAME: "user_deleted",
            PluginSignals.SIGNAL_PATH: "django.db.models.signals.pre_delete",
            PluginSignals.SENDER_PATH: "django.contrib.auth.models.User",
        },
        {
            PluginSignals.RECEIVER_FUNC_NAME: "user_retired",
            PluginSignals.SIGNAL_PATH: "openedx_catalog_publisher.platform.signals.USER_RETIRED",
        },
    ],
}


class CatalogPublisherConfig(AppConfig):
    """The app, and its registration as a plugin: the same in LMS and in Studio."""

    name = "openedx_catalog_publisher"
    label = "openedx_catalog_publisher"
    verbose_name = _("Catalog publisher")
    # The platform's own default is AutoField, whose 32 bits an append-only log can exhaust.
    default_auto_field = "django.db.models.BigAutoField"

    plugin_app: ClassVar[dict[str, Any]] = {
        PluginURLs.CONFIG: {LMS: URLS, CMS: URLS},
        PluginSettings.CONFIG: {LMS: SETTINGS, CMS: SETTINGS},
        PluginSignals.CONFIG: {LMS: SIGNALS, CMS: SIGNALS},
    }

    def ready(self) -> None:
        """Register the gate of publishing and the system checks; the platform connects receivers itself."""
        # Imported here, since they read models and settings.
        from openedx_catalog_publisher.publishing import gate  # noqa: PLC0415
        from openedx_catalog_publisher.review.gate import ReviewGate  # noqa: PLC0415
        from openedx_catalog_publisher.settings import checks  # noqa: F401, PLC0415

        gate.register(ReviewGate())
