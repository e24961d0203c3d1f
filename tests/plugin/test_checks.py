"""System checks: each misconfiguration is named by its id, and a sound configuration by none."""

from typing import Any

import pytest
from django.conf import settings
from django.core.checks import CheckMessage, run_checks
from django.db import connection
from django.db.models.signals import post_save
from django.test import override_settings
from organizations.models import Organization

from openedx_catalog_publisher.inbound import receivers
from openedx_catalog_publisher.settings import conf

RECEIVER_ID = "openedx_catalog_publisher.inbound.receivers.organization_saved"


def our_messages(**kwargs: Any) -> list[CheckMessage]:
    """Run all system checks as ``manage.py check`` does, and return what the plugin says."""
    return [message for message in run_checks(**kwargs) if str(message.id).startswith("openedx_catalog_publisher.")]


def our_ids(**kwargs: Any) -> list[str | None]:
    return [message.id for message in our_messages(**kwargs)]


def test_the_test_project_has_nothing_to_report() -> None:
    assert our_messages() == []


@override_settings(CATALOG_PUBLISHER_UPGRADE_DEADLINE_DAYS="ten", CATALOG_PUBLISHER_STAFF_READ_ONLY=None)
def test_each_setting_of_the_wrong_kind_is_an_error() -> None:
    messages = our_messages()

    assert [(message.id, message.msg) for message in messages] == [
        (
            "openedx_catalog_publisher.E001",
            "CATALOG_PUBLISHER_STAFF_READ_ONLY must be True or False, not None.",
        ),
        (
            "openedx_catalog_publisher.E001",
            "CATALOG_PUBLISHER_UPGRADE_DEADLINE_DAYS must be a whole number of days, 0 or more, not 'ten'.",
        ),
    ]


@override_settings(CATALOG_PUBLISHER_STAFF_READONLY=True)
def test_a_misspelt_setting_is_a_warning_that_names_the_one_meant() -> None:
    (message,) = our_messages()

    assert message.id == "openedx_catalog_publisher.W001"
    assert message.msg == "CATALOG_PUBLISHER_STAFF_READONLY is not a setting of this plugin."
    assert message.hint == "Did you mean CATALOG_PUBLISHER_STAFF_READ_ONLY?"


@pytest.mark.parametrize(
    ("paths", "problem"),
    [
        (["nowhere.Consumer"], "nowhere.Consumer cannot be loaded as a consumer: No module named 'nowhere'"),
        (
            ["tests.outbox.recording.Impostor"],
            "tests.outbox.recording.Impostor is no consumer: it needs name, service, kinds and deliver().",
        ),
    ],
)
def test_a_consumer_that_is_none_is_an_error(paths: list[str], problem: str) -> None:
    with override_settings(CATALOG_PUBLISHER_CONSUMERS=paths):
        (message,) = our_messages()

    assert (message.id, message.msg) == ("openedx_catalog_publisher.E003", problem)


def test_a_policy_of_reviews_that_names_no_field_is_an_error(settings: Any) -> None:
    settings.CATALOG_PUBLISHER_REVIEW_STEPS = {"course": {"titel": ["legal"]}, "course_run": {"min_effort": []}}
    settings.CATALOG_PUBLISHER_REQUIRED_FIELDS = {
        "*": {"course": ["syllabus_raw"], "course_run": ["go_live_date", "x"]}
    }

    found = [message for message in run_checks() if message.id == "openedx_catalog_publisher.E004"]

    assert [message.msg for message in found] == [
        "CATALOG_PUBLISHER_REVIEW_STEPS names course.titel, which is no field that is reviewed.",
        "CATALOG_PUBLISHER_REVIEW_STEPS names course_run.min_effort, which is no field that is reviewed.",
        "CATALOG_PUBLISHER_REQUIRED_FIELDS names course_run.x, which is no field that can be filled.",
    ]


def test_consumers_that_are_no_paths_are_an_error_of_their_own_and_the_default_is_none() -> None:
    with override_settings(CATALOG_PUBLISHER_CONSUMERS=["no path"]):
        assert our_ids() == ["openedx_catalog_publisher.E001"]
    with override_settings(CATALOG_PUBLISHER_CONSUMERS=conf.CONSUMERS.default):
        assert our_ids() == []


class TestAServiceThatCannotLoadThePlugin:
    @pytest.fixture(autouse=True)
    def plugin_without_studio(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take Studio's part out of the plugin, so that only the LMS can load it whole."""
        from openedx_catalog_publisher.apps import CatalogPublisherConfig  # noqa: PLC0415

        whole = CatalogPublisherConfig.plugin_app
        without = {part: {k: v for k, v in per.items() if k != "cms.djangoapp"} for part, per in whole.items()}
        monkeypatch.setattr(CatalogPublisherConfig, "plugin_app", without)

    def test_reports_it_as_an_error_about_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from openedx_catalog_publisher.settings import checks  # noqa: PLC0415

        with override_settings(ROOT_URLCONF="cms.urls"):
            messages = checks.services_can_load_the_plugin(None)

        assert [(message.id, message.level) for message in messages] == [("openedx_catalog_publisher.E002", 40)] * 3

    def test_is_reported_by_the_other_service_as_a_warning(self) -> None:
        messages = our_messages()

        assert [(message.id, message.level) for message in messages] == [("openedx_catalog_publisher.W002", 30)] * 3
        assert [message.msg for message in messages] == [
            f"Studio loads only a part of the plugin: plugin_app has no {part} for cms.djangoapp."
            for part in ("url_config", "settings_config", "signals_config")
        ]


def test_a_service_that_did_not_connect_the_urls_is_warned() -> None:
    with override_settings(ROOT_URLCONF="tests.plugin.urls_without_plugins"):
        (message,) = our_messages()

    assert message.id == "openedx_catalog_publisher.W003"
    assert message.msg == "This service has the app, but did not connect its URLs."


def test_a_service_that_connected_nothing_is_told_all_that_is_missing() -> None:
    post_save.disconnect(sender=Organization, dispatch_uid=RECEIVER_ID)
    try:
        with override_settings(ROOT_URLCONF="tests.plugin.urls_without_plugins"):
            del settings.CATALOG_PUBLISHER_DEFAULT_SOURCE_SLUG
            (message,) = our_messages()
    finally:
        post_save.connect(receivers.organization_saved, sender=Organization, dispatch_uid=RECEIVER_ID)

    assert message.msg == "This service has the app, but did not connect its settings and URLs and receivers."


class TestOnSQLite:
    @pytest.fixture(autouse=True)
    def only_there(self) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("is about SQLite")

    @pytest.mark.parametrize("mode", [None, "DEFERRED"])
    def test_transactions_that_begin_without_the_write_lock_are_a_warning(
        self, mode: str | None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"transaction_mode": mode} if mode else {})

        assert our_ids() == ["openedx_catalog_publisher.W005"]

    @pytest.mark.parametrize("mode", ["IMMEDIATE", "exclusive"])
    def test_transactions_that_begin_with_it_are_not(self, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"transaction_mode": mode})

        assert our_ids() == []


@pytest.mark.mysql
class TestOnMySQL:
    @pytest.mark.parametrize("level", ["repeatable read", "REPEATABLE READ", None])
    def test_another_isolation_level_in_the_settings_is_a_warning(
        self, level: str | None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"isolation_level": level})

        assert our_ids() == ["openedx_catalog_publisher.W004"]

    def test_the_level_that_django_chooses_by_itself_is_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(connection.settings_dict, "OPTIONS", {})

        assert our_ids() == []

    @pytest.mark.django_db
    def test_the_server_is_asked_where_the_check_may_use_it(self) -> None:
        assert our_ids(databases=["default"]) == []

        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        try:
            (message,) = our_messages(databases=["default"])
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")

        assert message.id == "openedx_catalog_publisher.W004"
        assert message.msg == (
            "Transactions run at REPEATABLE READ; the plugin's commands are designed for READ COMMITTED."
        )
