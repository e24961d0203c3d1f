"""What a unit is known by never changes, neither by a command nor by ``save()``."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from openedx_catalog_publisher.api import InvalidInput, Selection, create_run, update_course, update_run
from openedx_catalog_publisher.models import Course, CourseRun, EditRecord
from tests.factories import SYSTEM, make_course, make_organization, publish_now

pytestmark = pytest.mark.django_db

NEVER = ["This never changes after creation."]


@pytest.mark.parametrize("name", ["key", "uuid", "number"])
@pytest.mark.parametrize("value", ["other", None, ""])
def test_no_command_changes_what_a_course_is_known_by(name: str, value: Any) -> None:
    course = make_course(runs=0).course
    before = Course.drafts.values().get(uuid=course.uuid)
    with pytest.raises(InvalidInput) as caught:
        update_course(SYSTEM, course.uuid, {"title": "Other", name: value})
    assert caught.value.fields == {name: NEVER}
    assert Course.drafts.values().get(uuid=course.uuid) == before


@pytest.mark.parametrize("name", ["key", "uuid", "course"])
def test_no_command_changes_what_a_run_is_known_by(name: str) -> None:
    run = make_course().runs[0]
    before = CourseRun.drafts.values().get(uuid=run.uuid)
    with pytest.raises(InvalidInput) as caught:
        update_run(SYSTEM, run.uuid, {"weeks_to_complete": 9, name: str(uuid.uuid4())})
    assert caught.value.fields == {name: NEVER}
    assert CourseRun.drafts.values().get(uuid=run.uuid) == before


def test_naming_the_identity_as_it_is_breaks_no_rule_and_writes_nothing() -> None:
    made = make_course()
    course = Course.drafts.get(uuid=made.course.uuid)
    run = CourseRun.drafts.get(uuid=made.runs[0].uuid)
    assert update_course(SYSTEM, course.uuid, {"key": course.key, "number": course.number}).changed == ()
    assert update_run(SYSTEM, run.uuid, {"key": run.key, "course": str(course.uuid)}).changed == ()
    assert EditRecord.objects.count() == 2


@pytest.mark.parametrize(("name", "value"), [("uuid", uuid.uuid4()), ("key", "X+1"), ("number", "1"), ("draft", False)])
@pytest.mark.parametrize("side", ["drafts", "objects"])
def test_saving_a_course_keeps_its_identity(name: str, value: Any, side: str) -> None:
    made = make_course()
    publish_now(Selection.of([made.course.uuid]))
    row = getattr(Course, side).get(uuid=made.course.uuid)
    if getattr(row, name) == value:
        value = not value
    setattr(row, name, value)
    with pytest.raises(ValidationError) as caught:
        row.save()
    assert caught.value.message_dict == {name: NEVER}


def test_saving_a_run_keeps_its_course() -> None:
    made, other = make_course(), make_course(runs=0)
    row = CourseRun.drafts.get(uuid=made.runs[0].uuid)
    row.course = Course.drafts.get(uuid=other.course.uuid)
    with pytest.raises(ValidationError) as caught:
        row.save()
    assert caught.value.message_dict == {"course": NEVER}


def test_the_key_for_reruns_drives_the_keys_of_runs_to_come_and_of_no_others() -> None:
    made = make_course(make_organization("MITx"), number="6.00")
    update_course(SYSTEM, made.course.uuid, {"key_for_reruns": "MITx+6.00.1x"})
    later = create_run(SYSTEM, made.course.uuid, {"start": "2032-02-01T00:00:00Z"})
    typed = create_run(SYSTEM, made.course.uuid, {"run": "Summer"})
    assert made.runs[0].key == "course-v1:MITx+6.00+1T2031"
    assert later.key == "course-v1:MITx+6.00.1x+1T2032"
    assert typed.key == "course-v1:MITx+6.00.1x+Summer"
    assert Course.drafts.get(uuid=made.course.uuid).key == "MITx+6.00"


def test_a_course_created_with_a_key_for_reruns_makes_its_first_runs_keys_from_it() -> None:
    made = make_course(make_organization("MITx"), number="6.00", key_for_reruns="Old+6.00")
    assert made.runs[0].key == "course-v1:Old+6.00+1T2031"


def test_a_run_may_be_attached_to_a_course_whose_key_differs_from_its_own() -> None:
    made = make_course(make_organization("MITx"), number="6.00", runs=0)
    run = create_run(SYSTEM, made.course.uuid, {"key": "course-v1:Elsewhere+7.00+2019"})
    assert run.key == "course-v1:Elsewhere+7.00+2019"
    assert CourseRun.drafts.get(uuid=run.uuid).course.uuid == made.course.uuid


def test_a_new_organization_as_first_owner_leaves_the_key() -> None:
    made = make_course(make_organization("MITx"), number="6.00")
    update_course(SYSTEM, made.course.uuid, {"authoring_organizations": [make_organization("HarvardX")]})
    assert Course.drafts.get(uuid=made.course.uuid).key == "MITx+6.00"
    assert create_run(SYSTEM, made.course.uuid, {"run": "R"}).key == "course-v1:MITx+6.00+R"
