"""The demo project's own app: its home page."""

from django.apps import AppConfig
from django.conf import settings
from edx_django_utils.plugins import connect_plugin_receivers


class DemoConfig(AppConfig):
    """Connects the receivers of plugins, as the platform's own plugin app does."""

    name = "demo"

    def ready(self) -> None:
        """Connect the receivers. The platform, too, does so before the plugins themselves are ready."""
        connect_plugin_receivers(settings.PROJECT_TYPE)
