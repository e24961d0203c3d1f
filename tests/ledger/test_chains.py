"""The ledger shows every change to what was written: an altered value, a missing entry, tail, unit or seal."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from openedx_catalog_publisher.api import (
    CourseCreated,
    Selection,
    delete_course,
    read_changes,
    seal_log,
    unpublish,
    update_course,
    verify_log,
)
from openedx_catalog_publisher.models import (
    Course,
    CourseRun,
    EditRecord,
    Publication,
    Release,
    Seal,
    SealedHead,
)
from openedx_catalog_publisher.models.immutability import AppendOnlyError
from tests.factories import SYSTEM, make_course, publish_now
from tests.module_data import kept_for_module

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[CourseCreated]:
    with kept_for_module(django_db_blocker):
        made = make_course(runs=1)
        update_course(SYSTEM, made.course.uuid, {"title": "Other", "watchers": ["a@example.com"]})
        publish_now(Selection.of([made.course.uuid], all_runs=True))
        unpublish(SYSTEM, Selection.of([made.course.uuid]), reason="Over.")
        seal_log()
        yield made


def _faults(units: set[uuid.UUID] | None = None) -> set[tuple[str, str]]:
    return {(fault.code, fault.subject) for fault in verify_log(units)}


def _alter(row: Any, **values: Any) -> None:
    """Change a row of an append-only table as somebody with access to the database would."""
    QuerySet(type(row)).filter(pk=row.pk).update(**values)


def _delete(rows: QuerySet[Any]) -> None:
    plain: QuerySet[Any] = QuerySet(rows.model).filter(pk__in=list(rows.values_list("pk", flat=True)))
    plain._raw_delete(plain.db)  # type: ignore[attr-defined]


def test_an_untouched_ledger_has_no_faults(made: CourseCreated) -> None:
    assert _faults() == set()
    assert _faults({made.course.uuid}) == set()


def _other(row: Any, name: str) -> Any:
    value = getattr(row, name)
    if isinstance(value, bytes | memoryview):
        changed = bytearray(bytes(value))
        changed[-1] ^= 1
        return bytes(changed)
    if isinstance(value, int | uuid.UUID):
        return value + 100 if isinstance(value, int) else uuid.UUID(int=value.int ^ 1)
    if isinstance(value, str):
        return value[:-1] + ("x" if value[-1:] != "x" else "y") if value else "x"
    if isinstance(value, list):
        return [*value, "legal"]
    if value is None:
        return Release.objects.first().occurred_at  # type: ignore[union-attr]
    return value + timedelta(microseconds=1)


@pytest.mark.parametrize("model", [EditRecord, Publication])
def test_every_hashed_value_that_is_altered_is_found(model: Any, made: CourseCreated) -> None:
    row = model.objects.filter(unit_uuid=made.course.uuid).order_by("sequence").first()
    originals = {name: getattr(row, name) for name in (*row.hashed_fields, "record_hash", "previous_hash")}
    for name, value in originals.items():
        if name == "unit_uuid" or (name == "previous_hash" and not value):
            continue
        _alter(row, **{name: _other(row, name)})
        assert _faults() != set(), name
        _alter(row, **{name: value})
    assert _faults() == set()


def test_every_bit_of_the_logged_changes_matters(made: CourseCreated) -> None:
    row = EditRecord.objects.filter(unit_uuid=made.course.uuid).order_by("-sequence")[0]
    stored = bytes(row.changes)
    for index in range(len(stored)):
        flipped = bytearray(stored)
        flipped[index] ^= 1
        _alter(row, changes=bytes(flipped))
        assert ("altered", row.unit_key) in _faults({made.course.uuid})


def test_a_missing_entry_in_the_middle_is_found(made: CourseCreated) -> None:
    _delete(EditRecord.objects.filter(unit_uuid=made.course.uuid, sequence=2))
    assert ("missing_entry", made.course.key) in _faults({made.course.uuid})


def test_a_missing_first_entry_is_found(made: CourseCreated) -> None:
    _delete(EditRecord.objects.filter(unit_uuid=made.course.uuid, sequence=1))
    assert ("missing_entry", made.course.key) in _faults({made.course.uuid})


def test_a_missing_tail_is_found_by_the_head_and_by_the_seal(made: CourseCreated) -> None:
    last = Publication.objects.filter(unit_uuid=made.course.uuid).order_by("-sequence")[0]
    _delete(Publication.objects.filter(pk=last.pk))
    assert _faults() == {("head_mismatch", made.course.key), ("sealed_entry_missing", str(made.course.uuid))}
    before = Publication.objects.filter(unit_uuid=made.course.uuid).order_by("-sequence")[0]
    Course.drafts.filter(uuid=made.course.uuid).update(log_sequence=before.sequence, log_hash=before.record_hash)
    assert _faults() == {("sealed_entry_missing", str(made.course.uuid))}


def test_two_entries_that_changed_places_are_found(made: CourseCreated) -> None:
    first, second = EditRecord.objects.filter(unit_uuid=made.course.uuid).order_by("sequence")
    for row, sequence in ((first, 99), (second, first.sequence), (first, second.sequence)):
        _alter(row, sequence=sequence)
    assert {code for code, _ in _faults({made.course.uuid})} == {"altered", "broken_link"}


def test_a_unit_that_vanished_with_its_log_is_found_by_the_seal(made: CourseCreated) -> None:
    other = make_course(runs=0)
    assert seal_log() is not None
    Course.drafts.filter(uuid=other.course.uuid).delete()
    assert _faults() == {("missing_chain", other.course.key)}
    _delete(EditRecord.objects.filter(unit_uuid=other.course.uuid))
    assert _faults() == {("sealed_entry_missing", str(other.course.uuid))}


def test_a_log_that_vanished_from_under_its_unit_is_found(made: CourseCreated) -> None:
    run = made.runs[0]
    _delete(EditRecord.objects.filter(unit_uuid=run.uuid))
    _delete(Publication.objects.filter(unit_uuid=run.uuid))
    assert _faults() == {("missing_chain", run.key), ("sealed_entry_missing", str(run.uuid))}
    assert CourseRun.drafts.filter(uuid=run.uuid).exists()


def test_a_deleted_draft_leaves_a_tombstone_and_no_fault_until_the_tombstone_goes(made: CourseCreated) -> None:
    other = make_course(runs=1)
    delete_course(SYSTEM, other.course.uuid)
    assert _faults() == set()
    assert seal_log() is not None
    tombstone = EditRecord.objects.filter(unit_uuid=other.course.uuid, action="delete")
    assert read_changes(tombstone.get())["title"]["new"] is None
    _delete(tombstone)
    assert _faults() == {("missing_chain", other.course.key), ("sealed_entry_missing", str(other.course.uuid))}


@pytest.mark.parametrize("name", ["created", "previous_hash", "seal_hash"])
def test_an_altered_seal_is_found(name: str, made: CourseCreated) -> None:
    seal = Seal.objects.get()
    _alter(seal, **{name: _other(seal, name)})
    assert {code for code, _ in _faults()} == {"seal_altered"}


def test_an_altered_missing_or_added_sealed_head_is_found(made: CourseCreated) -> None:
    head = SealedHead.objects.order_by("pk")[0]
    _alter(head, record_hash=_other(head, "record_hash"))
    assert {code for code, _ in _faults()} == {"seal_altered", "sealed_entry_missing"}
    _delete(SealedHead.objects.filter(pk=head.pk))
    assert {code for code, _ in _faults()} == {"seal_altered"}


def test_a_missing_seal_in_the_middle_is_found(made: CourseCreated) -> None:
    update_course(SYSTEM, made.course.uuid, {"title": "Third"})
    second = seal_log()
    update_course(SYSTEM, made.course.uuid, {"title": "Fourth"})
    assert seal_log() is not None
    assert second is not None
    _delete(SealedHead.objects.filter(seal=second))
    _delete(Seal.objects.filter(pk=second.pk))
    assert {code for code, _ in _faults()} == {"seal_altered"}


def test_sealing_takes_the_chains_that_moved_and_nothing_when_none_did(made: CourseCreated) -> None:
    assert seal_log() is None
    update_course(SYSTEM, made.course.uuid, {"title": "Third"})
    seal = seal_log()
    assert seal is not None
    assert (seal.heads, list(seal.sealed_heads.values_list("unit_uuid", flat=True))) == (1, [made.course.uuid])
    assert seal.previous_hash == Seal.objects.order_by("pk")[0].seal_hash


def test_personal_values_stand_beside_the_chain_and_may_go_without_a_fault(made: CourseCreated) -> None:
    row = EditRecord.objects.get(unit_uuid=made.course.uuid, sequence=2)
    assert b"a@example.com" not in zlib.decompress(bytes(row.changes))
    assert read_changes(row)["watchers"] == {"old": [], "new": ["a@example.com"]}
    _alter(row, personal_changes=None)
    assert _faults() == set()
    left = read_changes(EditRecord.objects.get(pk=row.pk))
    assert (left["title"]["new"], left["watchers"]) == ("Other", {})


@pytest.mark.parametrize("model", [EditRecord, Publication, Release, Seal, SealedHead])
def test_a_stored_entry_is_neither_saved_again_nor_updated_nor_deleted(model: Any, made: CourseCreated) -> None:
    row = model.objects.order_by("pk")[0]
    for act in (
        row.save,
        row.delete,
        model.objects.all().delete,
        lambda: model.objects.update(pk=row.pk),
        lambda: model.objects.bulk_update([row], ["pk"]),
    ):
        with pytest.raises(AppendOnlyError):
            act()
