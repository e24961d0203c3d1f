"""Capture and project are inverse: what was projected is captured, whatever it holds, on the configured database."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from openedx_catalog_publisher.api import Selection, UnitSnapshot, compare
from openedx_catalog_publisher.commands.anchors import read_anchors
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.models import Course, CourseRun, EditRecord, Side, Source, UnitKind
from openedx_catalog_publisher.publishing.capture import CapturedUnit, capture
from openedx_catalog_publisher.publishing.draft_writes import DraftWrite, write_drafts
from openedx_catalog_publisher.publishing.project import Target, apply, differences
from openedx_catalog_publisher.publishing.references import TARGETS, ReferenceIndex
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from tests.factories import (
    SYSTEM,
    make_collaborator,
    make_course,
    make_level,
    make_organization,
    make_person,
    make_subject,
    make_topic,
    publish_now,
)
from tests.module_data import kept_for_module
from tests.properties.content import PAIRS, contents

pytestmark = pytest.mark.django_db


@dataclass
class World:
    """A published course with a run, and codes of all reference data."""

    course: uuid.UUID
    run: uuid.UUID
    pool: dict[str, list[str]]

    def unit(self, kind: UnitKind) -> uuid.UUID:
        return self.course if kind == UnitKind.COURSE else self.run


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with kept_for_module(django_db_blocker):
        made = make_course(runs=1)
        publish_now(Selection.of([made.course.uuid], all_runs=True))
        for _ in range(3):
            for make in (make_organization, make_subject, make_topic, make_collaborator, make_person):
                make()
        make_level("Advanced")
        Source.objects.create(name="edX", slug="edx")
        pool = {
            name: [str(code) for code in target.model._base_manager.values_list(target.code, flat=True)[:5]]
            for name, target in TARGETS.items()
        }
        yield World(course=made.course.uuid, run=made.runs[0].uuid, pool=pool)


def _anchor(kind: UnitKind, unit: uuid.UUID) -> int:
    return (Course if kind == UnitKind.COURSE else CourseRun).drafts.values_list("pk", flat=True).get(uuid=unit)


def _read(kind: UnitKind, side: Side, unit: uuid.UUID) -> CapturedUnit:
    return capture(kind, side, [_anchor(kind, unit)]).units[unit]


def _with(captured: CapturedUnit, content: dict[str, Any]) -> UnitSnapshot:
    snapshot = captured.snapshot
    return UnitSnapshot(kind=snapshot.kind, uuid=snapshot.uuid, identity=snapshot.identity, content=content)


def _project(kind: UnitKind, snapshot: UnitSnapshot, current: CapturedUnit | None) -> None:
    target = Target(
        snapshot=snapshot,
        current=current,
        anchor_pk=_anchor(kind, snapshot.uuid),
        root={} if current else {"status": "published"},
    )
    courses = dict(Course.objects.values_list("uuid", "pk"))
    wanted = differences([target], ReferenceIndex())
    apply(kind, Side.OFFICIAL, wanted, now=timezone.now(), course_pks=courses)


def _delete_official(kind: UnitKind, unit: uuid.UUID) -> None:
    captured = _read(kind, Side.OFFICIAL, unit)
    for part in UNITS[kind].parts:
        part.model._base_manager.filter(**{part.owner_attname: captured.root_pk}).delete()
    UNITS[kind].root.everything.filter(pk=captured.root_pk).delete()


@pytest.mark.parametrize("kind", UnitKind)
@given(data=st.data())
def test_what_was_projected_onto_official_rows_is_captured(kind: UnitKind, world: World, data: st.DataObject) -> None:
    with transaction.atomic():
        current = _read(kind, Side.OFFICIAL, world.unit(kind))
        wanted = _with(current, data.draw(contents(kind, world.pool)))
        _project(kind, wanted, current)
        found = _read(kind, Side.OFFICIAL, world.unit(kind))
        assert found.snapshot.content == wanted.content
        assert found.snapshot.body == wanted.body
        transaction.set_rollback(True)


@given(data=st.data())
def test_what_was_projected_where_no_rows_were_is_captured(world: World, data: st.DataObject) -> None:
    kind = UnitKind.COURSE_RUN
    with transaction.atomic():
        current = _read(kind, Side.OFFICIAL, world.run)
        Course.objects.update(canonical_course_run=None)
        _delete_official(kind, world.run)
        wanted = _with(current, data.draw(contents(kind, world.pool)))
        _project(kind, wanted, None)
        assert _read(kind, Side.OFFICIAL, world.run).snapshot.body == wanted.body
        transaction.set_rollback(True)


@pytest.mark.parametrize("kind", UnitKind)
@given(data=st.data())
def test_what_was_written_to_a_draft_is_captured(kind: UnitKind, world: World, data: st.DataObject) -> None:
    unit = world.unit(kind)
    before = _read(kind, Side.DRAFT, unit)
    content = data.draw(contents(kind, world.pool))
    wanted = _with(before, content)
    _write(SYSTEM, kind, before, wanted)
    assert _read(kind, Side.DRAFT, unit).snapshot.body == wanted.body


@command
def _write(operation: Operation, kind: UnitKind, before: CapturedUnit, wanted: UnitSnapshot) -> None:
    named = {"courses" if kind == UnitKind.COURSE else "runs": [wanted.uuid]}
    anchors = read_anchors(**named)
    write = DraftWrite(
        anchor=anchors.of(kind)[wanted.uuid],
        current=before,
        snapshot=wanted,
        changes=compare(before.snapshot, wanted),
        action=EditRecord.Action.UPDATE,
    )
    write_drafts(operation, anchors, [write], ReferenceIndex())


@pytest.mark.parametrize("kind", UnitKind)
@given(data=st.data())
def test_only_what_differs_is_written_and_nothing_when_nothing_does(
    kind: UnitKind, world: World, data: st.DataObject
) -> None:
    current = _read(kind, Side.OFFICIAL, world.unit(kind))
    moved = data.draw(contents(kind, world.pool))
    names = data.draw(st.sets(st.sampled_from(sorted(moved)), max_size=4))
    names |= {name for pair in PAIRS if not names.isdisjoint(pair) for name in pair}
    content = {**current.snapshot.content, **{name: moved[name] for name in names}}
    wanted = _with(current, content)
    expected = {name for name in names if moved[name] != current.snapshot.content[name]}
    assert {change.name for change in compare(current.snapshot, wanted)} == expected
    [difference] = differences([Target(snapshot=wanted, current=current)], ReferenceIndex())
    unit = UNITS[kind]
    assert set(difference.root) == {unit.columns_by_name[name].attname for name in expected - set(unit.lists)}
    tables = {unit.lists[name][0].model for name in expected & set(unit.lists)}
    assert {part.part.model for part in difference.parts if part} == tables
    with transaction.atomic():
        apply(kind, Side.OFFICIAL, [difference], now=timezone.now())
        found = _read(kind, Side.OFFICIAL, world.unit(kind))
        assert found.snapshot.body == wanted.body
        [again] = differences([Target(snapshot=wanted, current=found)], ReferenceIndex())
        assert not again
        transaction.set_rollback(True)


@pytest.mark.parametrize("kind", UnitKind)
@given(data=st.data())
def test_rows_that_stay_keep_their_primary_keys(kind: UnitKind, world: World, data: st.DataObject) -> None:
    current = _read(kind, Side.OFFICIAL, world.unit(kind))
    with transaction.atomic():
        _project(kind, _with(current, data.draw(contents(kind, world.pool))), current)
        found = _read(kind, Side.OFFICIAL, world.unit(kind))
        for name, (part, _) in UNITS[kind].lists.items():
            key = part.table.natural_key
            before = {tuple(row.content[field] for field in key): row.pk for row in current.parts[name]}
            after = {tuple(row.content[field] for field in key): row.pk for row in found.parts[name]}
            for natural in before.keys() & after.keys():
                assert before[natural] == after[natural]
        transaction.set_rollback(True)
