"""All migrations compiled for MySQL 8.4: no constraint and no index is skipped."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.core.checks import Tags, run_checks
from django.db import connections, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

pytest.importorskip("MySQLdb", reason="compiles for MySQL with its driver, which is not installed here")

from django.db.backends.mysql.base import DatabaseWrapper

APP = "openedx_catalog_publisher"


def literal(value: Any) -> bytes:
    """Return a value as the driver of a connection would quote it."""
    return f"'{value}'".encode() if isinstance(value, str) else str(int(value)).encode()


@pytest.fixture(scope="module")
def mysql() -> Any:
    """A connection that compiles for MySQL 8.4 and never connects."""
    settings = connections["default"].settings_dict | {"ENGINE": "django.db.backends.mysql", "OPTIONS": {}}
    wrapper = DatabaseWrapper(settings, alias="mysql84")
    server = {
        "version": "8.4.3",
        "sql_mode": "STRICT_TRANS_TABLES",
        "default_storage_engine": "InnoDB",
        "sql_auto_is_null": False,
        "lower_case_table_names": 0,
        "has_zoneinfo_database": True,
    }
    with (
        mock.patch.object(DatabaseWrapper, "mysql_server_data", server),
        # It asks for the storage engine of each table that is pointed at.
        mock.patch.object(wrapper, "cursor"),
        mock.patch.object(wrapper.introspection, "get_storage_engine", return_value="InnoDB"),
        mock.patch.object(wrapper, "ensure_connection"),
        mock.patch.object(wrapper, "connection", mock.Mock(literal=literal)),
    ):
        connections["mysql84"] = wrapper
        yield wrapper
        del connections["mysql84"]


@pytest.fixture(scope="module")
def statements(mysql: Any) -> str:
    """The SQL of all migrations of the app, for MySQL 8.4."""
    with mock.patch("django.db.migrations.recorder.MigrationRecorder.applied_migrations", return_value={}):
        executor = MigrationExecutor(mysql)
    plan = executor.migration_plan(
        [key for key in executor.loader.graph.leaf_nodes() if key[0] == APP], clean_start=True
    )
    state = ProjectState(real_apps=executor.loader.unmigrated_apps)
    collected: list[str] = []
    for migration, _ in plan:
        if migration.app_label == APP:
            with mysql.schema_editor(collect_sql=True, atomic=False) as editor:
                state = migration.apply(state, editor, collect_sql=True)
            collected += editor.collected_sql
        else:
            state = migration.mutate_state(state, preserve=False)
    return "\n".join(collected)


def test_every_constraint_of_every_model_stands_in_the_sql(statements: str) -> None:
    missing = [
        f"{model.__name__}: {constraint.name}"
        for model in apps.get_app_config(APP).get_models()
        for constraint in model._meta.constraints
        if f"`{constraint.name}`" not in statements
    ]
    assert missing == []


def test_every_index_of_every_model_stands_in_the_sql(statements: str) -> None:
    missing = [
        f"{model.__name__}: {index.name}"
        for model in apps.get_app_config(APP).get_models()
        for index in model._meta.indexes
        if f"`{index.name}`" not in statements
    ]
    assert missing == []


def test_keys_are_compared_in_a_binary_collation(statements: str) -> None:
    assert "`key_normalized` varchar(255) COLLATE `utf8mb4_bin`" in statements


def test_no_constraint_is_conditional_or_over_an_expression() -> None:
    # MySQL and MariaDB silently skip some of these.
    found = [
        constraint.name
        for model in apps.get_app_config(APP).get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
        and (
            constraint.condition
            or constraint.expressions
            or constraint.include
            or constraint.deferrable
            or constraint.nulls_distinct is not None
        )
    ]
    assert found == []


@pytest.mark.django_db
def test_the_database_has_nothing_to_warn_of() -> None:
    messages = run_checks(tags=[Tags.models, Tags.database], databases=["default"])
    ours = [message for message in messages if getattr(message.obj, "__module__", "").startswith(APP)]
    assert ours == []
