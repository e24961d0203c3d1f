"""URLs of the demo project: its home page, the admin, and whatever plugins mount."""

from django.conf import settings
from django.contrib import admin
from django.urls import path
from edx_django_utils.plugins import get_plugin_url_patterns

from demo.views import home

urlpatterns = [
    path("", home, name="home"),
    path("admin/", admin.site.urls),
    *get_plugin_url_patterns(settings.PROJECT_TYPE),
]
