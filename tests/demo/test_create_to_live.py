"""The commands of the quickstart in the micro-frontend's requests, run as they stand: they print what it shows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from openedx_catalog_publisher.models import CourseRun, Status
from tests.demo.catalog import import_catalog
from tests.demo.page import REPOSITORY, commands_of, run_in_bash

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.urls("demo.urls"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl"),
]

PAGE = REPOSITORY / "docs" / "quickstarts" / "from-create-to-live.rst"
ROOT = "http://localhost:8000"


@pytest.fixture
def shared_connection() -> Iterator[None]:
    """Let threads of the server close the connection that they share with the test, where SQLite is in memory."""
    connection.inc_thread_sharing()
    yield
    connection.dec_thread_sharing()


def test_every_command_prints_what_the_page_shows(
    demo_mode: Any, tmp_path: Any, shared_connection: None, live_server: Any
) -> None:
    demo_mode.MEDIA_ROOT = tmp_path
    import_catalog()
    call_command("create_demo_users", stdout=None, verbosity=0)
    shown = commands_of(PAGE)

    printed = run_in_bash([entry.command.replace(ROOT, live_server.url) for entry in shown])

    assert list(zip((entry.command for entry in shown), printed, strict=True)) == [
        (entry.command, entry.printed) for entry in shown
    ]
    run = CourseRun.objects.get(key="course-v1:NorthU+T1+1T2031")
    assert (run.status, run.max_effort) == (Status.PUBLISHED, 7)
