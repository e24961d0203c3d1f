"""
The database of the race and crash tests: committed rows, swept away by primary key when a module has ended.

Truncating all tables after each test, as Django's transactional tests do, would take the reference data with it and
cost more than a round.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, models
from django.db.models import Max

from openedx_catalog_publisher.models import CourseType

SEEDS = "openedx_catalog_publisher.migrations.0002_seed_reference_data"


def _counted_tables() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        if isinstance(model._meta.pk, models.AutoField) and not model._meta.proxy and model._meta.managed:
            yield model


@contextmanager
def swept() -> Iterator[None]:
    """Sweep away every row that is inserted meanwhile; rows that were there are left alone, changed or not."""
    if not CourseType.objects.exists():
        # A test that truncates tables takes what migrations put there.
        importlib.import_module(SEEDS).seed(apps, None)
    marks = {model: model._base_manager.aggregate(last=Max("pk"))["last"] or 0 for model in _counted_tables()}
    try:
        yield
    finally:
        with connection.cursor() as cursor, connection.constraint_checks_disabled():
            for model, last in marks.items():
                table, column = map(connection.ops.quote_name, (model._meta.db_table, model._meta.pk.column))
                cursor.execute(f"DELETE FROM {table} WHERE {column} > %s", [last])  # noqa: S608 - names of our tables
        connection.close()
