"""Every column of a unit is in exactly one class, and every list of parts has its stand to the review."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import models

from openedx_catalog_publisher.api import Selection
from openedx_catalog_publisher.models import Course, CourseRun, UnitKind
from openedx_catalog_publisher.models.field_classes import FieldClasses
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from tests.factories import make_course, publish_now

TABLES: list[tuple[type[models.Model], FieldClasses]] = [
    entry
    for unit in UNITS.values()
    for entry in [(unit.root, unit.root.classes), *((part.model, part.table.classes) for part in unit.parts)]
]


def misplaced(model: type[models.Model], classes: FieldClasses) -> dict[str, int]:
    """Return the columns that are declared in no class or in several, with how many; unknown names count as -1."""
    declared = Counter(name for name, _ in classes)
    columns = {field.name for field in model._meta.concrete_fields}
    wrong = {name: declared[name] for name in columns if declared[name] != 1}
    return wrong | {name: -1 for name in declared if name not in columns}


@pytest.mark.parametrize(("model", "classes"), TABLES, ids=lambda value: getattr(value, "__name__", ""))
def test_every_column_is_in_exactly_one_class(model: type[models.Model], classes: FieldClasses) -> None:
    assert misplaced(model, classes) == {}


def test_a_column_in_no_class_or_in_two_is_found() -> None:
    classes = FieldClasses(identity=("uuid",), reviewed=("title", "uuid", "no_such_column"))

    found = misplaced(Course, classes)

    assert found["uuid"] == 2
    assert found["number"] == 0
    assert found["no_such_column"] == -1
    assert "title" not in found


def test_every_table_that_points_at_a_unit_is_a_part_or_hangs_on_its_anchor() -> None:
    hanging = {"CourseEditor", "CourseUrlSlug", "CourseUrlRedirect"}
    parts = {part.model.__name__ for unit in UNITS.values() for part in unit.parts}

    pointing = {
        relation.related_model.__name__
        for root in (Course, CourseRun)
        for relation in root._meta.related_objects
        if relation.related_model not in (Course, CourseRun)
    }

    assert pointing == parts | hanging


def test_content_names_are_told_apart_within_a_unit() -> None:
    for unit in UNITS.values():
        assert unit.columns_by_name.keys().isdisjoint(unit.lists)


@pytest.mark.django_db
def test_a_draft_tree_read_through_every_reverse_relation_holds_drafts_only() -> None:
    made = make_course(runs=2)
    publish_now(Selection.of([made.course.uuid], all_runs=True))
    draft = Course.drafts.get(uuid=made.course.uuid)
    official = Course.objects.get(uuid=made.course.uuid)

    for course, side in ((draft, True), (official, False)):
        runs = list(course.course_runs.all())
        assert len(runs) == 2
        assert {run.draft for run in runs} == {side}
        for unit, roots in ((UNITS[UnitKind.COURSE], [course]), (UNITS[UnitKind.COURSE_RUN], runs)):
            for root in roots:
                for part in unit.parts:
                    assert rows_of(root, part.model), f"{part.model.__name__} of the {course.side} side"
        assert course.canonical_course_run.draft is side


def rows_of(root: Any, model: type[models.Model]) -> list[Any]:
    """Return the rows of a part table through the root's reverse relation."""
    relation = next(entry for entry in root._meta.related_objects if entry.related_model is model)
    value = getattr(root, relation.get_accessor_name())
    return [value] if relation.one_to_one else list(value.all())
