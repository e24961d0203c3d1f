"""
Whether LMS and Studio load the plugin.

Both services skip a plugin whose entry point is missing or does not import, and start without it and without a word.
Then nothing of the plugin runs there, its system checks included. So this module can be run by itself, in the
environment and with the settings of the service in question::

    python -m openedx_catalog_publisher.loading --settings lms.envs.production

Its exit status is 0 when the plugin is loaded and 1 when it is not; each reason is one line on standard error. Without
``--settings`` it says whether the services could load the plugin, not whether they do. The system checks ask the
same questions for the service in which they run, and the first also for the other.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

PACKAGE: Final = "openedx_catalog_publisher"

LMS: Final = "lms.djangoapp"
CMS: Final = "cms.djangoapp"
SERVICES: Final = {LMS: "LMS", CMS: "Studio"}

# What plugin_app must hold for each service.
PARTS: Final = ("url_config", "settings_config", "signals_config")


def service_with_urls(root_urlconf: str) -> str | None:
    """
    Return the entry point group of the service with that ROOT_URLCONF, or None where it is neither LMS nor Studio.

    The platform tells its two services apart in the same way.
    """
    return {"lms.urls": LMS, "cms.urls": CMS}.get(root_urlconf)


def entry_point_problems(group: str) -> list[str]:
    """
    Return one sentence for each reason why the service of ``group`` cannot load the plugin from this environment.

    ``group`` is ``lms.djangoapp`` or ``cms.djangoapp``. Imports the plugin's AppConfig as the service would. Does not
    look at the settings of any service.
    """
    service = SERVICES[group]
    declared = [point for point in entry_points(group=group) if _is_ours(point)]
    if not declared:
        return [f"{service} cannot find the plugin: no installed package declares the entry point {group} for it."]
    return [problem for point in declared for problem in _problems_of(point, service)]


def is_installed(installed_apps: Iterable[str]) -> bool:
    """
    Return whether the plugin is one of ``installed_apps``.

    ``installed_apps`` is INSTALLED_APPS of some service: dotted paths of packages or of AppConfig classes.
    """
    return any(app == PACKAGE or app.startswith(f"{PACKAGE}.apps.") for app in installed_apps)


def _is_ours(point: EntryPoint) -> bool:
    return point.module == PACKAGE or point.module.startswith(f"{PACKAGE}.")


def _problems_of(point: EntryPoint, service: str) -> list[str]:
    try:
        config: Any = point.load()
    # Whatever it is, the platform's loader catches it and goes on without the plugin; here it is reported.
    except Exception as error:  # noqa: BLE001
        return [f"{service} skips the plugin: importing {point.value} raises {type(error).__name__}: {error}"]
    plugin_app = getattr(config, "plugin_app", None)
    if plugin_app is None:
        return [f"{service} skips the plugin: {point.value} has no plugin_app."]
    return [
        f"{service} loads only a part of the plugin: plugin_app has no {part} for {point.group}."
        for part in PARTS
        if point.group not in plugin_app.get(part, {})
    ]


def _problems_with_settings(settings_module: str) -> list[str]:
    # Imported here, because this module is also for environments in which importing is what fails.
    from django.conf import settings  # noqa: PLC0415

    os.environ["DJANGO_SETTINGS_MODULE"] = settings_module
    group = service_with_urls(settings.ROOT_URLCONF)
    problems = entry_point_problems(group) if group else []
    if not is_installed(settings.INSTALLED_APPS):
        problems.append(f"{settings_module} runs without the plugin: it is not among INSTALLED_APPS.")
    return problems


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Print why the plugin is not loaded, or that it is, and return the exit status.

    ``arguments`` are those of the command line unless given. Raises whatever importing the settings module raises.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {PACKAGE}.loading", description="Is the plugin loaded?")
    parser.add_argument("--settings", metavar="MODULE", help="settings module of the service to ask about")
    settings_module = parser.parse_args(arguments).settings
    if settings_module:
        problems = _problems_with_settings(settings_module)
        success = f"{settings_module} loads the plugin."
    else:
        problems = [problem for group in SERVICES for problem in entry_point_problems(group)]
        success = "LMS and Studio can load the plugin from this environment."
    sys.stdout.write("" if problems else f"{success}\n")
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
