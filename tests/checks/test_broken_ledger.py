"""Invariant 10 broken on purpose: nothing in the ledger or among the snapshots is altered or lost unseen."""

from __future__ import annotations

import json
import uuid
import zlib
from typing import Any

import pytest

from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import EditRecord, Publication, Seal, SealedHead, Snapshot
from tests.checks.busy_catalog import BusyCatalog, delete, draft_course, past_the_commands
from tests.factories import make_course


def found() -> list[tuple[int, str, str]]:
    """Return number, code and key of all that breaks invariant 10."""
    return [(finding.invariant, finding.code, finding.key) for finding in check_catalog([10])]


def last_publication(catalog: BusyCatalog) -> Publication:
    """Return the last publication of the course that was published often."""
    record: Publication = Publication.objects.filter(unit_uuid=catalog.edited.course.uuid).latest("number")
    return record


class TestChains:
    @pytest.mark.parametrize(
        "columns",
        [
            {"actor": uuid.UUID(int=0)},
            {"source": "admin"},
            {"status": "unpublished"},
            {"content_digest": "0" * 64},
            {"approval": "approved"},
        ],
    )
    def test_an_altered_publication_is_found(self, catalog: BusyCatalog, columns: dict[str, Any]) -> None:
        record = last_publication(catalog)
        past_the_commands(Publication).filter(pk=record.pk).update(**columns)
        assert (10, "altered", record.unit_key) in found()

    def test_an_altered_edit_is_found(self, catalog: BusyCatalog) -> None:
        record = EditRecord.objects.filter(unit_uuid=catalog.edited.course.uuid).earliest("sequence")
        past_the_commands(EditRecord).filter(pk=record.pk).update(changes=zlib.compress(b"{}"))
        assert found() == [(10, "altered", record.unit_key)]

    def test_a_missing_entry_is_found_in_its_chain_and_by_the_seals(self, catalog: BusyCatalog) -> None:
        head = SealedHead.objects.filter(unit_uuid=catalog.edited.course.uuid).earliest("sequence")
        for model in (EditRecord, Publication):
            delete(past_the_commands(model).filter(unit_uuid=head.unit_uuid, sequence=head.sequence))
        assert sorted(found()) == [
            (10, "missing_entry", catalog.edited.course.key),
            (10, "sealed_entry_missing", str(head.unit_uuid)),
        ]

    def test_a_missing_tail_is_found(self, catalog: BusyCatalog) -> None:
        made = make_course()
        delete(past_the_commands(EditRecord).filter(unit_uuid=made.course.uuid))
        assert found() == [(10, "missing_chain", made.course.key)]

    def test_a_head_that_was_moved_back_is_found(self, catalog: BusyCatalog) -> None:
        draft = draft_course(catalog.draft)
        type(draft).drafts.filter(pk=draft.pk).update(log_sequence=0, log_hash="")
        assert found() == [(10, "head_mismatch", draft.key)]

    def test_an_altered_seal_is_found(self, catalog: BusyCatalog) -> None:
        seal = Seal.objects.latest("pk")
        past_the_commands(Seal).filter(pk=seal.pk).update(previous_hash="")
        assert found() == [(10, "seal_altered", str(seal))]


class TestSnapshots:
    def test_bytes_that_cannot_be_read_are_found_everywhere_they_matter(self, catalog: BusyCatalog) -> None:
        record = Publication.objects.get(unit_uuid=catalog.equal.course.uuid)
        past_the_commands(Snapshot).filter(pk=record.snapshot_id).update(body=b"\x00")
        findings = [(finding.invariant, finding.code, finding.key) for finding in check_catalog()]
        assert findings == [
            (1, "snapshot_unreadable", record.unit_key),
            (10, "snapshot_unreadable", str(record.unit_uuid)),
        ]

    def test_altered_content_is_found(self, catalog: BusyCatalog) -> None:
        record = Publication.objects.get(unit_uuid=catalog.equal.course.uuid)
        assert record.snapshot is not None
        document = json.loads(zlib.decompress(bytes(record.snapshot.body)))
        document["content"]["title"] = "Altered"
        body = zlib.compress(json.dumps(document).encode())
        past_the_commands(Snapshot).filter(pk=record.snapshot_id).update(body=body)
        assert found() == [(10, "snapshot_altered", record.unit_key)]
        assert [finding.code for finding in check_catalog([1, 7])] == ["content_differs", "marked_equal"]

    def test_content_that_lacks_a_field_is_found(self, catalog: BusyCatalog) -> None:
        record = Publication.objects.get(unit_uuid=catalog.equal.course.uuid)
        assert record.snapshot is not None
        document = json.loads(zlib.decompress(bytes(record.snapshot.body)))
        del document["content"]["title"]
        body = zlib.compress(json.dumps(document).encode())
        past_the_commands(Snapshot).filter(pk=record.snapshot_id).update(body=body)
        assert [finding.code for finding in check_catalog()] == ["snapshot_unreadable", "snapshot_unreadable"]

    @pytest.mark.parametrize(
        "columns",
        [{"review_digest": "0" * 64}, {"unit_uuid": uuid.UUID(int=0)}, {"unit_kind": "course_run"}],
    )
    def test_an_altered_column_is_found(self, catalog: BusyCatalog, columns: dict[str, Any]) -> None:
        record = Publication.objects.get(unit_uuid=catalog.equal.course.uuid)
        past_the_commands(Snapshot).filter(pk=record.snapshot_id).update(**columns)
        assert found() == [(10, "snapshot_altered", record.unit_key)]


class TestPublications:
    def test_another_snapshot_than_was_published_is_found(self, catalog: BusyCatalog) -> None:
        record = last_publication(catalog)
        other = Publication.objects.get(unit_uuid=catalog.equal.course.uuid).snapshot_id
        past_the_commands(Publication).filter(pk=record.pk).update(snapshot=other)
        assert found() == [(10, "snapshot_exchanged", record.unit_key)]

    def test_a_snapshot_that_was_taken_away_is_found(self, catalog: BusyCatalog) -> None:
        record = last_publication(catalog)
        past_the_commands(Publication).filter(pk=record.pk).update(snapshot=None)
        assert found() == [(10, "snapshot_exchanged", record.unit_key)]

    def test_a_removal_that_was_given_a_snapshot_is_found(self, catalog: BusyCatalog) -> None:
        removal = Publication.objects.get(unit_uuid=catalog.removed.course.uuid, action="remove")
        assert removal.previous is not None
        past_the_commands(Publication).filter(pk=removal.pk).update(snapshot=removal.previous.snapshot_id)
        assert found() == [(10, "snapshot_exchanged", removal.unit_key)]

    def test_a_history_that_skips_a_record_is_found(self, catalog: BusyCatalog) -> None:
        record = last_publication(catalog)
        first = Publication.objects.get(unit_uuid=record.unit_uuid, number=1)
        past_the_commands(Publication).filter(pk=record.pk).update(previous=first)
        assert found() == [(10, "history_broken", record.unit_key)]

    @pytest.mark.parametrize("whose", ["none", "another unit"])
    def test_a_history_that_leads_elsewhere_is_found(self, catalog: BusyCatalog, whose: str) -> None:
        record = Publication.objects.get(unit_uuid=catalog.edited.course.uuid, number=2)
        other = Publication.objects.get(unit_uuid=catalog.equal.course.uuid) if whose == "another unit" else None
        past_the_commands(Publication).filter(pk=record.pk).update(previous=other)
        assert found() == [(10, "history_broken", record.unit_key)]

    def test_a_first_record_with_one_before_it_is_found(self, catalog: BusyCatalog) -> None:
        record = Publication.objects.get(unit_uuid=catalog.equal.course.uuid)
        past_the_commands(Publication).filter(pk=record.pk).update(previous=last_publication(catalog))
        assert found() == [(10, "history_broken", record.unit_key)]
