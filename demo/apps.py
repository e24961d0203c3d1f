"""The demo project's own app: it holds the home page."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Home page of the demo, and the place where plugins' receivers are connected, as the platform's plugin app does."""

    name = "demo"
