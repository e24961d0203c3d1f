"""
The URLs that LMS and Studio mount for the plugin, under the namespace ``catalog_publisher``.

They are mounted at the site's root, so every pattern here starts with a prefix that is the plugin's alone:
``api/catalog_publisher/`` (OEP-69) or ``catalog_publisher/``.
"""

from django.urls import URLPattern, URLResolver, include, path

from openedx_catalog_publisher.admin.review_site.site import site as review_site

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/catalog_publisher/v1/", include("openedx_catalog_publisher.rest.native_urls")),
    path("catalog_publisher/review/", review_site.urls),
    path("catalog_publisher/discovery/", include("openedx_catalog_publisher.rest.discovery.urls")),
]
