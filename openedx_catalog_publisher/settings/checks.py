"""
System checks of how the plugin is configured and loaded.

==================================  ====================================================================================
Id                                  Says
==================================  ====================================================================================
``openedx_catalog_publisher.E001``  a setting has a value that it does not accept
``openedx_catalog_publisher.W001``  a name with the plugin's prefix is none of its settings, so that it does nothing
``openedx_catalog_publisher.E002``  this service cannot load the plugin by its entry point, and so has only a part of it
``openedx_catalog_publisher.E003``  what is named as a consumer of events cannot be imported, or is none
``openedx_catalog_publisher.E004``  the policy of reviews names a field that there is not, or that needs no review
``openedx_catalog_publisher.W002``  the other service cannot load the plugin from this environment
``openedx_catalog_publisher.W003``  the app is installed, but its settings, URLs or receivers are not connected
``openedx_catalog_publisher.W004``  MySQL or MariaDB does not run transactions at READ COMMITTED
``openedx_catalog_publisher.W005``  SQLite begins transactions without taking its write lock
==================================  ====================================================================================

A service that skipped the plugin altogether runs none of these; ``openedx_catalog_publisher.loading`` is for that case.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections
from django.urls import get_resolver
from django.utils.module_loading import import_string

from openedx_catalog_publisher import loading
from openedx_catalog_publisher.apps import SIGNALS, URLS
from openedx_catalog_publisher.settings import conf

APP = "openedx_catalog_publisher"
READ_COMMITTED = "read committed"


@register()
def settings_are_of_their_kind(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report each setting whose value is not what it accepts (E001)."""
    return [
        Error(
            problem,
            hint="Correct it in the settings of this service; the plugin refuses to work with a value it cannot read.",
            id=f"{APP}.E001",
        )
        for setting in conf.ALL_SETTINGS
        if (problem := setting.problem()) is not None
    ]


@register()
def settings_are_known(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report each name with the plugin's prefix that is none of its settings (W001), with the nearest that is."""
    known = {setting.name for setting in conf.ALL_SETTINGS}
    unknown = sorted(name for name in dir(settings) if name.startswith(conf.PREFIX) and name not in known)
    return [
        Warning(f"{name} is not a setting of this plugin.", hint=_nearest(name, known), id=f"{APP}.W001")
        for name in unknown
    ]


@register()
def review_policy_names_fields(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report each name in the policy of reviews that is no field, or none that is reviewed (E004)."""
    if conf.REVIEW_STEPS.problem() is not None or conf.REQUIRED_FIELDS.problem() is not None:
        return []
    # By its name, since what stands here must not import models, and the policy does.
    unknown_names = import_string(f"{APP}.review.policy.unknown_names")
    hint = "Correct the name: what stands there now does nothing."
    return [Error(sentence, hint=hint, id=f"{APP}.E004") for sentence in unknown_names()]


@register()
def consumers_can_be_loaded(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report what of the consumers that are named cannot be loaded, or has the name of another (E003)."""
    if conf.CONSUMERS.problem() is not None:
        return []
    # By its name, since what stands here must not import models, and consumers do.
    configured = import_string(f"{APP}.outbox.consumers.configured")
    try:
        configured()
    except ImproperlyConfigured as error:
        hint = f"Correct {conf.CONSUMERS.name} in the settings of this service; no event is delivered until then."
        return [Error(str(error), hint=hint, id=f"{APP}.E003")]
    return []


@register()
def services_can_load_the_plugin(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """
    Report what keeps this service (E002) or the other one (W002) from loading the plugin by its entry point.

    The other service is judged by this environment, which both share in most installations; where they do not, its own
    checks tell. A project that is neither needs no entry point, so for it both are the other.
    """
    this_service = loading.service_with_urls(settings.ROOT_URLCONF)
    messages: list[CheckMessage] = []
    for group in loading.SERVICES:
        kind, identifier = (Error, "E002") if group == this_service else (Warning, "W002")
        messages += [
            kind(problem, hint="Install the package again with pip, and see it import.", id=f"{APP}.{identifier}")
            for problem in loading.entry_point_problems(group)
        ]
    return messages


@register()
def this_service_connected_the_plugin(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """
    Report which of settings, URLs and receivers this service did not connect (W003).

    That is so where the app was listed in INSTALLED_APPS by hand and not found as a plugin.
    """
    connected = {
        "settings": all(hasattr(settings, setting.name) for setting in conf.ALL_SETTINGS),
        "URLs": URLS["namespace"] in get_resolver().namespace_dict,
        "receivers": _receivers_are_connected(),
    }
    missing = [part for part, is_connected in connected.items() if not is_connected]
    if not missing:
        return []
    return [
        Warning(
            f"This service has the app, but did not connect its {' and '.join(missing)}.",
            hint="Let the service find it as a plugin, by its entry point, and not by a line in INSTALLED_APPS.",
            id=f"{APP}.W003",
        )
    ]


@register()
def transactions_suit_the_commands(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """
    Report a default database whose transactions the commands are not designed for (W004, W005).

    Judges by the settings, and asks the server itself where the check may use the database (``databases`` names it, as
    ``migrate`` and ``check --database`` do).
    """
    connection = connections[DEFAULT_DB_ALIAS]
    options: dict[str, Any] = connection.settings_dict.get("OPTIONS", {})
    if connection.vendor == "mysql":
        level = _isolation_level_of_server() if DEFAULT_DB_ALIAS in (databases or ()) else _isolation_level_in(options)
        return [] if level == READ_COMMITTED else [_isolation_warning(level)]
    if connection.vendor == "sqlite" and str(options.get("transaction_mode")).upper() not in ("IMMEDIATE", "EXCLUSIVE"):
        return [
            Warning(
                "SQLite begins transactions without its write lock, so that a command may fail instead of waiting.",
                hint='Set DATABASES["default"]["OPTIONS"]["transaction_mode"] to "IMMEDIATE".',
                id=f"{APP}.W005",
            )
        ]
    return []


def _nearest(name: str, known: set[str]) -> str:
    nearest = get_close_matches(name, known, n=1)
    return f"Did you mean {nearest[0]}?" if nearest else f"The settings are {', '.join(sorted(known))}."


def _receivers_are_connected() -> bool:
    """Whether each of our receivers is connected, told by the identity under which the platform connects it."""
    module = f"{APP}.{SIGNALS['relative_path']}"
    return all(
        f"{module}.{receiver['receiver_func_name']}" in _connected_to(receiver["signal_path"])
        for receiver in SIGNALS["receivers"]
    )


def _connected_to(signal_path: str) -> set[object]:
    return {lookup_key[0] for lookup_key, *_ in import_string(signal_path).receivers or ()}


def _isolation_level_in(options: dict[str, Any]) -> str:
    """Return the isolation level that Django asks for: READ COMMITTED unless told otherwise, the server's if None."""
    level = options.get("isolation_level", READ_COMMITTED)
    return str(level).lower() if level else "the server's default"


def _isolation_level_of_server() -> str:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        # MySQL 8 has only the longer name, MariaDB 10.11 only the shorter.
        cursor.execute("SHOW VARIABLES WHERE Variable_name IN ('transaction_isolation', 'tx_isolation')")
        return str(cursor.fetchone()[1]).replace("-", " ").lower()


def _isolation_warning(level: str) -> CheckMessage:
    return Warning(
        f"Transactions run at {level.upper()}; the plugin's commands are designed for READ COMMITTED.",
        hint='Set DATABASES["default"]["OPTIONS"]["isolation_level"] to "read committed", which is Django\'s default.',
        id=f"{APP}.W004",
    )
