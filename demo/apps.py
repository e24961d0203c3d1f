"""The demo project's own app: it holds the home page."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Connects the receivers of plugins, as the platform's own plugin app does."""

    name = "demo"
