"""Snapshots: exact bytes, digests of nothing but content, comparison, and upcasting across schema versions."""

from __future__ import annotations

import json
import uuid
import zlib
from typing import Any

import pytest
from django.db.models import QuerySet
from hypothesis import given
from hypothesis import strategies as st

from openedx_catalog_publisher.api import (
    Selection,
    UnitSnapshot,
    compare,
    plan_publication,
    restore,
    update_course,
)
from openedx_catalog_publisher.editing.canonical import canonical_content
from openedx_catalog_publisher.models import Course, Publication, Snapshot, UnitKind
from openedx_catalog_publisher.publishing import snapshots
from openedx_catalog_publisher.publishing.snapshots import UnknownSchemaVersion
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from tests.factories import SYSTEM, make_course, publish_now
from tests.properties.content import contents, shuffled

POOL = {
    name: [str(uuid.UUID(int=number)) for number in range(1, 4)]
    for name in (
        *("organizationprofile", "subject", "topic", "collaborator", "person", "coursetype", "courseruntype"),
        *("leveltype", "source", "programtype"),
    )
} | {"languagetag": ["en-us", "ar"], "currency": ["USD", "MXN"], "seattype": ["audit", "verified"]}


def _snapshot(kind: UnitKind, content: dict[str, Any]) -> UnitSnapshot:
    return UnitSnapshot(kind=kind, uuid=uuid.UUID(int=7), identity={"key": "X+1"}, content=content)


@pytest.mark.parametrize("kind", UnitKind)
@given(data=st.data())
def test_digests_do_not_depend_on_the_order_of_keys(kind: UnitKind, data: st.DataObject) -> None:
    content = data.draw(contents(kind, POOL))
    one, other = _snapshot(kind, content), _snapshot(kind, shuffled(content, data.draw(st.uuids())))
    assert (one.body, one.content_digest, one.review_digest) == (other.body, other.content_digest, other.review_digest)


@pytest.mark.parametrize("kind", UnitKind)
@given(data=st.data())
def test_two_snapshots_compare_equal_exactly_when_their_digests_do(kind: UnitKind, data: st.DataObject) -> None:
    old = data.draw(contents(kind, POOL))
    moved = data.draw(contents(kind, POOL))
    names = data.draw(st.sets(st.sampled_from(sorted(moved)), max_size=3))
    new = old | {name: moved[name] for name in names}
    changes = compare(_snapshot(kind, old), _snapshot(kind, new))
    assert {change.name for change in changes} == {name for name in old if old[name] != new[name]}
    assert all((change.old, change.new) == (old[change.name], new[change.name]) for change in changes)
    assert [change.name for change in changes] == [name for name in UNITS[kind].reviews if old[name] != new[name]]
    same = _snapshot(kind, old).content_digest == _snapshot(kind, new).content_digest
    assert same is (not changes)


@pytest.mark.parametrize("kind", UnitKind)
@given(data=st.data())
def test_the_review_digest_moves_exactly_with_what_needs_review(kind: UnitKind, data: st.DataObject) -> None:
    old = data.draw(contents(kind, POOL))
    moved = data.draw(contents(kind, POOL))
    names = data.draw(st.sets(st.sampled_from(sorted(moved)), max_size=3))
    before, after = _snapshot(kind, old), _snapshot(kind, old | {name: moved[name] for name in names})
    needs_review = any(change.review is snapshots.Review.REVIEWED for change in compare(before, after))
    assert (before.review_digest != after.review_digest) is needs_review


@pytest.mark.parametrize("kind", UnitKind)
@given(data=st.data())
def test_a_stored_snapshot_is_read_back_as_it_was(kind: UnitKind, data: st.DataObject) -> None:
    snapshot = _snapshot(kind, data.draw(contents(kind, POOL)))
    row = Snapshot(unit_kind=kind, unit_uuid=snapshot.uuid, schema_version=1, body=snapshot.compress())
    assert zlib.decompress(snapshot.compress()) == snapshot.body
    assert UnitSnapshot.load(row) == snapshot


def test_the_digest_of_known_content_is_the_same_on_every_machine_and_database() -> None:
    content = {"title": "Données 📊", "faq": None, "topics": ["b", "a"], "excluded_from_seo": True}
    snapshot = _snapshot(UnitKind.COURSE, content)
    assert snapshot.body.decode() == (
        '{"content":{"excluded_from_seo":true,"faq":null,"title":"Données 📊","topics":["b","a"]},'
        '"identity":{"key":"X+1"},"schema":1,"unit":"course","uuid":"00000000-0000-0000-0000-000000000007"}'
    )
    assert snapshot.content_digest == "93ad25aa5bf51393eff7f12df6c6eb6c2da5255ea75210c8bec19ce4d4f14c35"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", UnitKind)
@given(data=st.data())
def test_canonical_form_is_idempotent(kind: UnitKind, data: st.DataObject) -> None:
    unit = UNITS[kind]
    raw = data.draw(contents(kind, POOL))
    given_input = {
        name: value
        for name, value in raw.items()
        if name in unit.lists or unit.columns_by_name[name].field.get_internal_type() not in {"JSONField", "CharField"}
    }
    padding = data.draw(st.sampled_from(["", " ", "\n", "\t ", "\u00a0"]))
    given_input = {
        name: f"{padding}{value}{padding}" if isinstance(value, str) and name not in unit.lists else value
        for name, value in given_input.items()
        if not (name in unit.columns_by_name and unit.columns_by_name[name].reference and padding)
    }
    once = canonical_content(kind, given_input)
    assert canonical_content(kind, once) == once
    assert {name: once[name] for name in unit.lists} == {name: raw[name] for name in unit.lists}


# Upcasting ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def published_by_an_older_release(monkeypatch: pytest.MonkeyPatch) -> uuid.UUID:
    """A course that was published when its content had no ``excluded_from_seo``, under a release that has the field."""
    made = make_course(runs=0)
    publish_now(Selection.of([made.course.uuid]))
    row = Snapshot.objects.get()
    document = json.loads(zlib.decompress(bytes(row.body)))
    del document["content"]["excluded_from_seo"]
    # An older release's row; the table is append-only to the code of this one.
    QuerySet(Snapshot).filter(pk=row.pk).update(body=zlib.compress(json.dumps(document).encode()))
    monkeypatch.setattr(snapshots, "SCHEMA_VERSION", 2)
    monkeypatch.setitem(snapshots.UPCASTERS, 1, lambda kind, content: content | {"excluded_from_seo": False})
    return made.course.uuid


@pytest.mark.django_db
def test_across_schema_versions_upcast_content_is_compared(published_by_an_older_release: uuid.UUID) -> None:
    course = published_by_an_older_release
    Course.drafts.filter(uuid=course).update(published_revision=None)
    [unit] = plan_publication(SYSTEM, Selection.of([course])).units
    assert (unit.effect.value, unit.changes) == ("none", ())
    assert publish_now(Selection.of([course])).publications == ()


@pytest.mark.django_db
def test_an_older_publication_is_restored_in_the_schema_of_this_release(
    published_by_an_older_release: uuid.UUID,
) -> None:
    course = published_by_an_older_release
    update_course(SYSTEM, course, {"title": "Later", "excluded_from_seo": True})
    publish_now(Selection.of([course]))
    changes = restore(SYSTEM, UnitKind.COURSE, course, 1)
    assert {change.name for change in changes} == {"title", "excluded_from_seo"}
    assert not Course.drafts.get(uuid=course).excluded_from_seo
    numbers = Publication.objects.filter(unit_uuid=course).order_by("number").values_list("number", "snapshot__body")
    versions = [json.loads(zlib.decompress(bytes(body)))["schema"] for _, body in numbers]
    assert versions == [1, 2]


@pytest.mark.django_db
def test_a_snapshot_that_no_upcaster_leads_from_is_refused_and_not_misread(
    published_by_an_older_release: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "SCHEMA_VERSION", 3)
    with pytest.raises(UnknownSchemaVersion, match="from schema version 2 to 3"):
        UnitSnapshot.load(Snapshot.objects.get())
    monkeypatch.setattr(snapshots, "SCHEMA_VERSION", 0)
    with pytest.raises(UnknownSchemaVersion, match="newer than this release's 0"):
        UnitSnapshot.load(Snapshot.objects.get())
