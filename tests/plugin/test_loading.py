"""The question whether a service loads the plugin, asked without the service: as a function and on the command line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from openedx_catalog_publisher import loading

INSTALLED = Path(loading.__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("root_urlconf", "group"),
    [("lms.urls", "lms.djangoapp"), ("cms.urls", "cms.djangoapp"), ("demo.urls", None)],
)
def test_the_service_is_told_by_its_urls_as_the_platform_tells_it(root_urlconf: str, group: str | None) -> None:
    assert loading.service_with_urls(root_urlconf) == group


@pytest.mark.parametrize("group", ["lms.djangoapp", "cms.djangoapp"])
def test_both_services_can_load_the_installed_plugin(group: str) -> None:
    assert loading.entry_point_problems(group) == []


@pytest.mark.parametrize("app", ["openedx_catalog_publisher", "openedx_catalog_publisher.apps.CatalogPublisherConfig"])
def test_the_app_counts_as_installed_by_either_of_its_names(app: str) -> None:
    assert loading.is_installed(["django.contrib.auth", app])


def test_another_app_does_not_count() -> None:
    assert not loading.is_installed(["openedx_catalog", "openedx_catalog_publisher_theme.apps.ThemeConfig"])


def install_metadata(folder: Path, *, groups: str, apps: str) -> None:
    """Lay out a package of the plugin's name in ``folder``, with these entry points and this ``apps.py``."""
    package = folder / "openedx_catalog_publisher"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "apps.py").write_text(apps, encoding="utf-8")
    (package / "loading.py").write_text(Path(loading.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    metadata = folder / "openedx_catalog_publisher-9.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Name: openedx_catalog_publisher\nVersion: 9\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(groups, encoding="utf-8")


def run_module(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m openedx_catalog_publisher.loading`` with the package in ``folder`` and nothing else installed."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-S", "-m", "openedx_catalog_publisher.loading", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


BOTH = "[lms.djangoapp]\nx = openedx_catalog_publisher.apps:C\n[cms.djangoapp]\nx = openedx_catalog_publisher.apps:C\n"
WHOLE = "PER = {'lms.djangoapp': {}, 'cms.djangoapp': {}}\n"


def test_the_command_succeeds_when_both_services_can_load_the_plugin(tmp_path: Path) -> None:
    apps = f"{WHOLE}class C:\n    plugin_app = {{'url_config': PER, 'settings_config': PER, 'signals_config': PER}}\n"
    install_metadata(tmp_path, groups=BOTH, apps=apps)

    finished = run_module(tmp_path)

    assert (finished.returncode, finished.stdout, finished.stderr) == (
        0,
        "LMS and Studio can load the plugin from this environment.\n",
        "",
    )


def test_the_command_names_the_service_whose_entry_point_is_missing(tmp_path: Path) -> None:
    apps = f"{WHOLE}class C:\n    plugin_app = {{'url_config': PER, 'settings_config': PER, 'signals_config': PER}}\n"
    install_metadata(tmp_path, groups="[lms.djangoapp]\nx = openedx_catalog_publisher.apps:C\n", apps=apps)

    finished = run_module(tmp_path)

    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == (
        "Studio cannot find the plugin: no installed package declares the entry point cms.djangoapp for it.\n"
    )


def test_the_command_says_why_an_entry_point_does_not_import(tmp_path: Path) -> None:
    install_metadata(tmp_path, groups=BOTH, apps="import a_package_that_is_not_installed\n")

    finished = run_module(tmp_path)

    assert finished.returncode == 1
    assert finished.stderr.splitlines() == [
        f"{service} skips the plugin: importing openedx_catalog_publisher.apps:C raises "
        "ModuleNotFoundError: No module named 'a_package_that_is_not_installed'"
        for service in ("LMS", "Studio")
    ]


def test_the_command_reports_an_app_config_that_is_no_plugin(tmp_path: Path) -> None:
    install_metadata(tmp_path, groups=BOTH, apps="class C:\n    pass\n")

    finished = run_module(tmp_path)

    assert finished.stderr.splitlines() == [
        f"{service} skips the plugin: openedx_catalog_publisher.apps:C has no plugin_app."
        for service in ("LMS", "Studio")
    ]


def run_with_settings(folder: Path, settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command of the installed plugin with a settings module of this text."""
    (folder / "settings_of_a_service.py").write_text(settings, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "openedx_catalog_publisher.loading", "--settings", "settings_of_a_service"],
        cwd=INSTALLED,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_finds_a_service_that_skipped_the_plugin(tmp_path: Path) -> None:
    finished = run_with_settings(tmp_path, "ROOT_URLCONF = 'cms.urls'\nINSTALLED_APPS = ['django.contrib.auth']\n")

    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == "settings_of_a_service runs without the plugin: it is not among INSTALLED_APPS.\n"


def test_the_command_succeeds_for_a_service_that_loads_the_plugin(tmp_path: Path) -> None:
    finished = run_with_settings(
        tmp_path,
        "from edx_django_utils.plugins import get_plugin_apps\n"
        "ROOT_URLCONF = 'cms.urls'\n"
        "INSTALLED_APPS = ['django.contrib.auth', *get_plugin_apps('cms.djangoapp')]\n",
    )

    assert (finished.returncode, finished.stdout, finished.stderr) == (
        0,
        "settings_of_a_service loads the plugin.\n",
        "",
    )
