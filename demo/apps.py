"""The demo project's own app: its pages, its people and its checks."""

from django.apps import AppConfig
from django.conf import settings
from edx_django_utils.plugins import connect_plugin_receivers


class DemoConfig(AppConfig):
    """Connects the receivers of plugins, as the platform's own plugin app does."""

    name = "demo"

    def ready(self) -> None:
        """
        Connect the receivers, and register the system checks.

        The platform, too, connects the receivers before the plugins themselves are ready.
        """
        # Imported here, since it reads settings.
        from demo import checks  # noqa: F401, PLC0415
        from demo.tasks import celery  # noqa: PLC0415

        connect_plugin_receivers(settings.PROJECT_TYPE)
        celery.set_default()
        celery.autodiscover_tasks(force=True)
