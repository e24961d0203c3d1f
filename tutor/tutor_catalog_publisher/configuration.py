"""The plugin's own configuration, as ``tutor config save --set`` takes it, with its defaults."""

from typing import Any

from tutor_catalog_publisher import __version__

SCHEME = "{% if ENABLE_HTTPS %}https{% else %}http{% endif %}"

DEFAULTS: dict[str, Any] = {
    "CATALOG_PUBLISHER_PIP_REQUIREMENT": f"openedx_catalog_publisher=={__version__}",
    "CATALOG_PUBLISHER_CONSUMERS": [
        "openedx_catalog_publisher.consumers.notifications.Notifications",
        "openedx_catalog_publisher.consumers.webhooks.Webhooks",
        "openedx_catalog_publisher.consumers.studio.Studio",
        "openedx_catalog_publisher.consumers.course_modes.CourseModes",
        "openedx_catalog_publisher.consumers.course_overview.CourseOverview",
        "openedx_catalog_publisher.consumers.openedx_catalog.OpenedxCatalog",
    ],
    "CATALOG_PUBLISHER_STUDIO_USERNAME": "catalog_publisher",
    "CATALOG_PUBLISHER_STUDIO_EMAIL": "catalog-publisher@{{ LMS_HOST }}",
    "CATALOG_PUBLISHER_STUDIO_API_ROOT": "",
    "CATALOG_PUBLISHER_OAUTH_ROOT": "http://lms:8000",
    "CATALOG_PUBLISHER_OAUTH_CLIENT_ID": "catalog-publisher",
    "CATALOG_PUBLISHER_MAIL_SENDER": "",
    "CATALOG_PUBLISHER_MARKETING_URL_ROOT": "",
    "CATALOG_PUBLISHER_PUBLISHER_URL_ROOT": "",
    "CATALOG_PUBLISHER_STUDIO_URL_ROOT": f"{SCHEME}://{{{{ CMS_HOST }}}}",
    "CATALOG_PUBLISHER_REVIEW_URL_ROOT": f"{SCHEME}://{{{{ CMS_HOST }}}}/catalog_publisher/review",
    "CATALOG_PUBLISHER_LMS_ADMIN_URL_ROOT": f"{SCHEME}://{{{{ LMS_HOST }}}}/admin",
    "CATALOG_PUBLISHER_SETTINGS": {},
    "CATALOG_PUBLISHER_LMS_QUEUE": "",
    "CATALOG_PUBLISHER_CMS_QUEUE": "",
    "CATALOG_PUBLISHER_RUN_CLOCK": True,
    "CATALOG_PUBLISHER_DUE_SECONDS": 30,
    "CATALOG_PUBLISHER_RELAY_SECONDS": 10,
}
"""
Defaults by name; ``docs/how-tos/install-in-tutor.rst`` describes each.

``CATALOG_PUBLISHER_SETTINGS`` holds any other setting of the catalog, by its name with or without the prefix.
"""

UNIQUE = {"CATALOG_PUBLISHER_OAUTH_CLIENT_SECRET": "{{ 32|random_string }}"}
"""Made once for each installation, and kept in its ``config.yml``."""
