"""Typed access to the settings: what is read, and what is refused rather than misread."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from openedx_catalog_publisher.settings import conf


def test_the_defaults_are_read_where_the_operator_sets_nothing() -> None:
    assert conf.staff_read_only() is False
    assert conf.jwt_roles() == {}
    assert conf.upgrade_deadline_days() == 10
    assert conf.default_source_slug() == "edx"
    assert conf.marketing_url_root() == ""
    assert conf.course_slug_formats() == {}
    assert conf.retired_course_types() == frozenset()
    assert conf.retired_run_types() == frozenset()
    assert conf.delivery_attempts() == 10
    assert conf.publisher_url_root() == conf.studio_url_root() == ""


@override_settings(
    CATALOG_PUBLISHER_STAFF_READ_ONLY=True,
    CATALOG_PUBLISHER_UPGRADE_DEADLINE_DAYS=0,
    CATALOG_PUBLISHER_DEFAULT_SOURCE_SLUG="partner-feed_2",
    CATALOG_PUBLISHER_MARKETING_URL_ROOT="https://courses.example.org/es",
    CATALOG_PUBLISHER_COURSE_SLUG_FORMATS={"*": {"*": "learn/data_2-x/{organization_name}-of-{course_title}"}},
    CATALOG_PUBLISHER_RETIRED_COURSE_TYPES=["honor", "verified-honor", "honor"],
    CATALOG_PUBLISHER_RETIRED_RUN_TYPES=("honor",),
    CATALOG_PUBLISHER_CONSUMERS=["a.b.C", "a.b.D"],
    CATALOG_PUBLISHER_DELIVERY_ATTEMPTS=1,
    CATALOG_PUBLISHER_MAIL_SENDER="Catalog <catalog@example.org>",
    CATALOG_PUBLISHER_PUBLISHER_URL_ROOT="https://publisher.example.org",
    CATALOG_PUBLISHER_STUDIO_URL_ROOT="http://studio.example.org:8001",
    CATALOG_PUBLISHER_STUDIO_API_ROOT="http://cms:8000",
    CATALOG_PUBLISHER_STUDIO_USERNAME="catalog_worker",
    CATALOG_PUBLISHER_STUDIO_FOLLOWS_DATES=True,
    CATALOG_PUBLISHER_STUDIO_SECONDS=150,
    CATALOG_PUBLISHER_OAUTH_ROOT="http://lms:8000",
    CATALOG_PUBLISHER_OAUTH_CLIENT_ID="catalog",
    CATALOG_PUBLISHER_OAUTH_CLIENT_SECRET="of tests",
)
def test_the_values_of_the_operator_are_read() -> None:
    assert conf.staff_read_only() is True
    assert conf.upgrade_deadline_days() == 0
    assert conf.default_source_slug() == "partner-feed_2"
    assert conf.marketing_url_root() == "https://courses.example.org/es"
    assert conf.course_slug_formats() == {"*": {"*": "learn/data_2-x/{organization_name}-of-{course_title}"}}
    assert conf.retired_course_types() == {"honor", "verified-honor"}
    assert conf.retired_run_types() == {"honor"}
    assert conf.consumers() == ("a.b.C", "a.b.D")
    assert conf.delivery_attempts() == 1
    assert conf.mail_sender() == "Catalog <catalog@example.org>"
    assert conf.publisher_url_root() == "https://publisher.example.org"
    assert conf.studio_url_root() == "http://studio.example.org:8001"
    assert conf.studio_api_root() == "http://cms:8000"
    assert conf.studio_username() == "catalog_worker"
    assert conf.studio_follows_dates() is True
    assert conf.studio_seconds() == 150
    assert conf.oauth_client() == ("http://lms:8000", "catalog", "of tests")


@override_settings(DEFAULT_FROM_EMAIL="site@example.org")
def test_mails_come_from_the_site_where_no_sender_is_set() -> None:
    assert conf.mail_sender() == "site@example.org"


def test_a_setting_without_any_value_has_its_default() -> None:
    with override_settings():
        from django.conf import settings  # noqa: PLC0415

        del settings.CATALOG_PUBLISHER_UPGRADE_DEADLINE_DAYS

        assert conf.upgrade_deadline_days() == 10


ROLE_MAPPING = (
    "a dictionary from the name of a role in tokens, without a colon, to one of org_member, legal_reviewer, "
    "project_coordinator, publisher_editor, catalog_admin"
)
SLUG_FORMATS = (
    "a dictionary from the slug of a product source, or '*', to a dictionary from the slug of a course type, or '*', "
    "to a form of at most 100 characters such as 'learn/{primary_subject}/{organization_name}-{course_title}': "
    "lower-case words and placeholders, none of them twice, with hyphens and slashes between them and {course_title} "
    "at the end"
)
RATES = (
    "a dictionary of rates such as '300/minute' (per second, minute, hour or day) or None, under 'anonymous', 'user' "
    "and 'staff'"
)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("STAFF_READ_ONLY", "False", "True or False"),
        ("STAFF_READ_ONLY", 0, "True or False"),
        ("JWT_ROLES", {"team": "king"}, ROLE_MAPPING),
        ("JWT_ROLES", {"team:MITx": "org_member"}, ROLE_MAPPING),
        ("JWT_ROLES", {"team": ["org_member"]}, ROLE_MAPPING),
        ("JWT_ROLES", {"": "org_member"}, ROLE_MAPPING),
        ("JWT_ROLES", ["team"], ROLE_MAPPING),
        ("UPGRADE_DEADLINE_DAYS", "10", "a whole number of days, 0 or more"),
        ("UPGRADE_DEADLINE_DAYS", -1, "a whole number of days, 0 or more"),
        ("UPGRADE_DEADLINE_DAYS", True, "a whole number of days, 0 or more"),
        ("DEFAULT_SOURCE_SLUG", "", "a slug: lower-case letters, digits, hyphens and underscores, at least one"),
        ("DEFAULT_SOURCE_SLUG", "Edx", "a slug: lower-case letters, digits, hyphens and underscores, at least one"),
        ("DEFAULT_SOURCE_SLUG", "é", "a slug: lower-case letters, digits, hyphens and underscores, at least one"),
        (
            "MARKETING_URL_ROOT",
            "courses.example.org",
            "empty, or an address that starts with http:// or https:// and has no slash at its end",
        ),
        (
            "MARKETING_URL_ROOT",
            "https://courses.example.org/",
            "empty, or an address that starts with http:// or https:// and has no slash at its end",
        ),
        ("COURSE_SLUG_FORMATS", "learn/{course_title}", SLUG_FORMATS),
        ("COURSE_SLUG_FORMATS", {"edx": "learn/{course_title}"}, SLUG_FORMATS),
        ("COURSE_SLUG_FORMATS", {"The edX": {"*": "learn/{course_title}"}}, SLUG_FORMATS),
        ("COURSE_SLUG_FORMATS", {"edx": {"Audit": "learn/{course_title}"}}, SLUG_FORMATS),
        ("COURSE_SLUG_FORMATS", {"edx": {"*": "learn/{primary_subject}"}}, SLUG_FORMATS),
        ("COURSE_SLUG_FORMATS", {"edx": {"*": "{course_title}/learn"}}, SLUG_FORMATS),
        ("COURSE_SLUG_FORMATS", {"edx": {"*": "learn/{level}-{course_title}"}}, SLUG_FORMATS),
        ("COURSE_SLUG_FORMATS", {"edx": {"*": "{course_title}/{course_title}"}}, SLUG_FORMATS),
        ("COURSE_SLUG_FORMATS", {"edx": {"*": "/learn/{course_title}"}}, SLUG_FORMATS),
        ("COURSE_SLUG_FORMATS", {"edx": {"*": "learn//{course_title}"}}, SLUG_FORMATS),
        ("COURSE_SLUG_FORMATS", {"edx": {"*": "Learn/{course_title}"}}, SLUG_FORMATS),
        ("COURSE_SLUG_FORMATS", {"edx": {"*": "learn-/{course_title}"}}, SLUG_FORMATS),
        ("COURSE_SLUG_FORMATS", {"edx": {"*": "learn{course_title}"}}, SLUG_FORMATS),
        ("COURSE_SLUG_FORMATS", {"edx": {"*": "x" * 100 + "/{course_title}"}}, SLUG_FORMATS),
        ("COURSE_SLUG_FORMATS", {"edx": {"*": "learn/{course_title}\n"}}, SLUG_FORMATS),
        ("RETIRED_COURSE_TYPES", "honor", "a list of slugs"),
        ("RETIRED_RUN_TYPES", ["honor", None], "a list of slugs"),
        ("THROTTLE_RATES", {"user": "300/minute"}, RATES),
        ("CONSUMERS", "a.b.C", "a list of dotted paths, none of them twice"),
        ("CONSUMERS", ["C"], "a list of dotted paths, none of them twice"),
        ("CONSUMERS", ["a.b.C", "a.b.C"], "a list of dotted paths, none of them twice"),
        ("DELIVERY_ATTEMPTS", 0, "a whole number, 1 or more"),
        ("DELIVERY_ATTEMPTS", True, "a whole number, 1 or more"),
        ("MAIL_SENDER", None, "a string"),
        ("THROTTLE_RATES", {"anonymous": None, "user": "often", "staff": None}, RATES),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(name: str, value: Any, expected: str) -> None:
    setting = next(setting for setting in conf.ALL_SETTINGS if setting.name == f"CATALOG_PUBLISHER_{name}")

    with (
        override_settings(**{setting.name: value}),
        pytest.raises(ImproperlyConfigured) as refusal,
    ):
        setting.value()

    assert str(refusal.value) == f"CATALOG_PUBLISHER_{name} must be {expected}, not {value!r}."


def test_every_declared_setting_is_among_those_that_are_checked_and_given_defaults() -> None:
    declared = tuple(value for value in vars(conf).values() if isinstance(value, conf.Setting))

    assert declared == conf.ALL_SETTINGS
