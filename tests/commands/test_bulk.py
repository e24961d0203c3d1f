"""One statement for many rows, as each database takes it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openedx_catalog_publisher.commands import bulk
from openedx_catalog_publisher.commands.bulk import insert_records, insert_rows, update_rows
from openedx_catalog_publisher.models import Course, EditRecord, OutboxEvent, Subject
from tests.factories import make_course, make_subject

pytestmark = pytest.mark.django_db


def test_rows_are_inserted_by_one_statement_with_defaults_for_what_they_leave_out() -> None:
    with CaptureQueriesContext(connection) as queries:
        insert_rows(
            Subject, [{"name": "Physics 物理", "slug": "physics"}, {"name": "Art", "slug": "art", "retired": True}]
        )
    assert len(queries) == 1
    assert list(Subject.objects.order_by("slug").values_list("name", "slug", "retired", "subtitle")) == [
        ("Art", "art", True, ""),
        ("Physics 物理", "physics", False, ""),
    ]
    assert len(set(Subject.objects.values_list("uuid", flat=True))) == 2


def test_no_rows_are_no_statement() -> None:
    with CaptureQueriesContext(connection) as queries:
        insert_rows(Subject, [])
        insert_records([])
        update_rows(Subject, {})
    assert len(queries) == 0


def test_records_are_inserted_as_they_are_bytes_and_json_included_and_count_as_stored() -> None:
    edit = EditRecord.objects.get(unit_uuid=make_course(runs=0).course.uuid)
    edit.pk, edit.sequence, edit.changes, edit.personal_changes = None, 77, b"\x00\xff'\\", {"watchers": ["ä"]}
    edit._state.adding = True
    insert_records([edit])
    assert not edit._state.adding
    stored = EditRecord.objects.get(unit_uuid=edit.unit_uuid, sequence=77)
    assert bytes(stored.changes) == b"\x00\xff'\\"
    assert stored.personal_changes == {"watchers": ["ä"]}
    assert stored.occurred_at == edit.occurred_at


def test_json_that_is_null_is_null_in_the_database() -> None:
    pk = Course.drafts.get(uuid=make_course(runs=0, video={"src": "https://example.com/v"}).course.uuid).pk
    update_rows(Course, {pk: {"video": None}})
    assert Course.everything.filter(pk=pk, video__isnull=True).exists()


def test_each_row_gets_its_own_values_and_keeps_those_that_are_not_named() -> None:
    first, second, third = (make_subject(name) for name in ("One", "Two", "Three"))
    with CaptureQueriesContext(connection) as queries:
        update_rows(
            Subject,
            {
                first.pk: {"name": "Uno", "retired": True},
                second.pk: {"name": "Dos", "retired": True},
                third.pk: {"retired": True},
            },
        )
    assert len(queries) == 1
    assert list(Subject.objects.order_by("pk").values_list("name", "retired")) == [
        ("Uno", True),
        ("Dos", True),
        ("Three", True),
    ]


def test_a_row_that_is_not_named_at_all_stays() -> None:
    first, second = make_subject("One"), make_subject("Two")
    update_rows(Subject, {first.pk: {"name": "Uno"}})
    assert set(Subject.objects.values_list("name", flat=True)) == {"Uno", "Two"}
    assert second.pk != first.pk
    assert not OutboxEvent.objects.exists()


def test_what_exceeds_a_packet_is_split_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "STATEMENT_BYTES", 5_000)
    text = "ä" * 1_000
    insert_rows(Subject, [{"name": f"S{number}", "slug": f"s{number}", "description": text} for number in range(7)])
    pks = list(Subject.objects.order_by("pk").values_list("pk", flat=True))
    assert len(pks) == 7

    with CaptureQueriesContext(connection) as queries:
        update_rows(Subject, {pk: {"description": f"{text}{pk}"} for pk in pks})

    assert len(queries) == 4
    assert dict(Subject.objects.values_list("pk", "description")) == {pk: f"{text}{pk}" for pk in pks}
