"""
LMS and Studio find the plugin, and connect its settings, URLs and receivers.

These tests use the functions that the platform itself calls. Those see every plugin that is installed, so each test
looks for ours among them.
"""

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from types import ModuleType

import pytest
from django.conf import settings
from django.db.models.signals import post_save
from django.urls import URLResolver, get_resolver
from edx_django_utils.plugins import (
    add_plugins,
    connect_plugin_receivers,
    get_plugin_app_configs,
    get_plugin_apps,
    get_plugin_url_patterns,
)
from organizations.models import Organization

from openedx_catalog_publisher import urls
from openedx_catalog_publisher.apps import CatalogPublisherConfig
from openedx_catalog_publisher.inbound import receivers
from openedx_catalog_publisher.models import OrganizationProfile

CONFIG_PATH = "openedx_catalog_publisher.apps.CatalogPublisherConfig"
LMS, CMS = "lms.djangoapp", "cms.djangoapp"

in_both_services = pytest.mark.parametrize("project_type", [LMS, CMS], ids=["LMS", "Studio"])


@in_both_services
def test_the_entry_point_resolves_to_the_app_config(project_type: str) -> None:
    ours = [point for point in entry_points(group=project_type) if point.name == "openedx_catalog_publisher"]

    assert [point.load() for point in ours] == [CatalogPublisherConfig]


@in_both_services
def test_the_service_finds_the_app_exactly_once(project_type: str) -> None:
    assert get_plugin_apps(project_type).count(CONFIG_PATH) == 1
    assert list(get_plugin_app_configs(project_type)).count(CatalogPublisherConfig) == 1


def test_the_test_project_has_the_app_because_it_found_the_plugin() -> None:
    assert settings.INSTALLED_APPS.count(CONFIG_PATH) == 1


def test_ids_are_64_bits_wide_whatever_the_default_of_the_platform_is() -> None:
    assert settings.DEFAULT_AUTO_FIELD == "django.db.models.AutoField"
    assert CatalogPublisherConfig.default_auto_field == "django.db.models.BigAutoField"


def test_importing_the_app_config_loads_neither_models_nor_settings() -> None:
    program = (
        "import sys; import openedx_catalog_publisher.apps; from django.conf import settings;"
        "loaded = sorted(m for m in sys.modules if m.startswith('openedx_catalog_publisher'));"
        "print(settings.configured, *loaded)"
    )

    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603

    assert finished.stdout.split() == [
        "False",
        "openedx_catalog_publisher",
        "openedx_catalog_publisher.apps",
        "openedx_catalog_publisher.loading",
    ]


@pytest.fixture
def service_settings() -> Iterator[ModuleType]:
    """A settings module such as the platform has while it is loading, importable by its name."""
    module = ModuleType("settings_of_a_service")
    # Plugins of other packages append to these.
    module.INSTALLED_APPS = []  # type: ignore[attr-defined]
    module.MIDDLEWARE = []  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


@in_both_services
def test_a_service_without_settings_of_its_own_gets_the_defaults(
    project_type: str, service_settings: ModuleType
) -> None:
    add_plugins(service_settings.__name__, project_type, "common")
    add_plugins(service_settings.__name__, project_type, "production")

    ours = {name: value for name, value in vars(service_settings).items() if name.startswith("CATALOG_PUBLISHER_")}
    assert ours == {
        "CATALOG_PUBLISHER_STAFF_READ_ONLY": False,
        "CATALOG_PUBLISHER_JWT_ROLES": {},
        "CATALOG_PUBLISHER_UPGRADE_DEADLINE_DAYS": 10,
        "CATALOG_PUBLISHER_DEFAULT_SOURCE_SLUG": "edx",
        "CATALOG_PUBLISHER_MARKETING_URL_ROOT": "",
        "CATALOG_PUBLISHER_COURSE_SLUG_FORMATS": {},
        "CATALOG_PUBLISHER_RETIRED_COURSE_TYPES": [],
        "CATALOG_PUBLISHER_RETIRED_RUN_TYPES": [],
        "CATALOG_PUBLISHER_THROTTLE_RATES": {"anonymous": "60/minute", "user": "300/minute", "staff": "1200/minute"},
        "CATALOG_PUBLISHER_CONSUMERS": [
            "openedx_catalog_publisher.consumers.notifications.Notifications",
            "openedx_catalog_publisher.consumers.webhooks.Webhooks",
        ],
        "CATALOG_PUBLISHER_DELIVERY_ATTEMPTS": 10,
        "CATALOG_PUBLISHER_WEBHOOK_TIMEOUT": 10,
        "CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS": [],
        "CATALOG_PUBLISHER_MAIL_SENDER": "",
        "CATALOG_PUBLISHER_REVIEW_URL_ROOT": "",
        "CATALOG_PUBLISHER_LMS_ADMIN_URL_ROOT": "",
        "CATALOG_PUBLISHER_WATCHERS": [],
        "CATALOG_PUBLISHER_PUBLISHER_URL_ROOT": "",
        "CATALOG_PUBLISHER_STUDIO_URL_ROOT": "",
        "CATALOG_PUBLISHER_REVIEW_STEPS": {},
        "CATALOG_PUBLISHER_REQUIRED_FIELDS": {},
        "CATALOG_PUBLISHER_FOUR_EYES": True,
        "CATALOG_PUBLISHER_TWO_REVIEWERS": False,
        "CATALOG_PUBLISHER_LIVE_CHANGES_SKIP_REVIEW": False,
        "CATALOG_PUBLISHER_SUNSET_ENDED_RUNS": False,
        "CATALOG_PUBLISHER_STUDIO_API_ROOT": "",
        "CATALOG_PUBLISHER_STUDIO_USERNAME": "",
        "CATALOG_PUBLISHER_STUDIO_FOLLOWS_DATES": False,
        "CATALOG_PUBLISHER_STUDIO_SECONDS": 90,
        "CATALOG_PUBLISHER_OAUTH_ROOT": "",
        "CATALOG_PUBLISHER_OAUTH_CLIENT_ID": "",
        "CATALOG_PUBLISHER_OAUTH_CLIENT_SECRET": "",
        "CATALOG_PUBLISHER_ANONYMOUS_READS": False,
    }


@in_both_services
@pytest.mark.parametrize("hooks_after_yaml", [["production"], ["production", "devstack"], ["test"]])
def test_the_value_of_the_operator_survives_the_hooks_that_run_after_it(
    project_type: str, hooks_after_yaml: list[str], service_settings: ModuleType
) -> None:
    add_plugins(service_settings.__name__, project_type, "common")
    vars(service_settings).update(CATALOG_PUBLISHER_UPGRADE_DEADLINE_DAYS=21)

    for settings_type in hooks_after_yaml:
        add_plugins(service_settings.__name__, project_type, settings_type)

    assert service_settings.CATALOG_PUBLISHER_UPGRADE_DEADLINE_DAYS == 21


@in_both_services
def test_defaults_that_are_loaded_again_leave_the_value_of_the_operator(
    project_type: str, service_settings: ModuleType
) -> None:
    vars(service_settings).update(CATALOG_PUBLISHER_STAFF_READ_ONLY=True)

    add_plugins(service_settings.__name__, project_type, "common")

    assert service_settings.CATALOG_PUBLISHER_STAFF_READ_ONLY is True


def test_a_list_that_one_service_appends_to_stays_empty_in_the_other(service_settings: ModuleType) -> None:
    add_plugins(service_settings.__name__, LMS, "common")
    service_settings.CATALOG_PUBLISHER_RETIRED_RUN_TYPES.append("honor")
    other = ModuleType("settings_of_the_other_service")

    sys.modules[other.__name__] = other
    try:
        add_plugins(other.__name__, CMS, "common")
    finally:
        del sys.modules[other.__name__]

    assert other.CATALOG_PUBLISHER_RETIRED_RUN_TYPES == []


@in_both_services
def test_the_service_mounts_the_urls_once_and_at_its_root(project_type: str) -> None:
    mounted = [
        pattern
        for pattern in get_plugin_url_patterns(project_type)
        if isinstance(pattern, URLResolver) and pattern.namespace == "catalog_publisher"
    ]

    assert [(pattern.urlconf_name, pattern.app_name, str(pattern.pattern)) for pattern in mounted] == [
        (urls, "openedx_catalog_publisher", "")
    ]


def test_the_namespace_resolves_in_the_project() -> None:
    prefix, resolver = get_resolver().namespace_dict["catalog_publisher"]

    assert prefix == ""
    assert resolver.url_patterns is urls.urlpatterns


def test_every_url_starts_with_a_prefix_of_the_plugin() -> None:
    for pattern in urls.urlpatterns:
        assert str(pattern.pattern).startswith(("api/catalog_publisher/", "catalog_publisher/"))


@in_both_services
def test_receivers_are_connected_once_however_often_the_service_connects_them(project_type: str) -> None:
    connect_plugin_receivers(project_type)
    connect_plugin_receivers(project_type)

    connected = [receiver for receiver in post_save._live_receivers(Organization)[0] if _is_ours(receiver)]
    assert connected == [receivers.organization_saved]


def _is_ours(receiver: object) -> bool:
    return getattr(receiver, "__module__", "").startswith("openedx_catalog_publisher.")


@pytest.mark.django_db
def test_an_organization_that_the_platform_saves_gets_its_profile() -> None:
    organization = Organization.objects.create(name="Università di Prova", short_name="ProvaX")

    organization.save()

    profiles = OrganizationProfile.objects.filter(organization=organization)
    assert [profile.key for profile in profiles] == ["ProvaX"]
