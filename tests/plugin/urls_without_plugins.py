"""URLs of a project that has the app and mounts nothing for its plugins."""

from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]
