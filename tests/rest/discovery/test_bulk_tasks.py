"""Bulk tasks through Discovery's door: files of rows, each a command with the rights of whoever handed it in."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from openedx_catalog_publisher.models import BulkTask, Course, CourseEditor, CourseRun, OrganizationProfile
from openedx_catalog_publisher.rest.discovery.bulk_rows import run_task
from tests import factories
from tests.rest.discovery.conftest import DOOR, Door

pytestmark = pytest.mark.django_db

PATH = f"{DOOR}/api/v1/bulk_operation_tasks/"


def hand_in(door: Door, kind: str, *lines: str, name: str = "rows.csv") -> Any:
    """Hand a file in."""
    file = SimpleUploadedFile(name, "\n".join(lines).encode(), content_type="text/csv")
    return door.client.post(PATH, {"csv_file": file, "task_type": kind})


def results(door: Door, answer: Any) -> list[tuple[int, str]]:
    """Carry a task out, and return the status of each row."""
    assert answer.status_code == 201, answer.content
    run_task(answer.json()["task_id"])
    shown = door.get(f"/bulk_operation_tasks/{answer.json()['id']}/").json()
    assert shown["status"] == "completed"
    return [(result["row"], result["status"]) for result in shown["task_summary"]["results"]]


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks wait until the test carries them out."""
    monkeypatch.setattr("celery.canvas.Signature.apply_async", lambda self, **options: None)


def test_courses_are_created_row_by_row(
    organization: OrganizationProfile, source: Any, no_worker: None, staff_door: Door
) -> None:
    answer = hand_in(
        staff_door,
        "course_create",
        "org,number,title,type,product_source,start,end,run_type,pacing_type,prices.verified",
        "AcmeX,B1,Eins,verified-audit,edx,2031-02-01T00:00:00Z,2031-12-31T00:00:00Z,verified-audit,self_paced,49",
        "AcmeX,B 2,Zwei,verified-audit,edx,,,,,",
        "Nowhere,B3,Drei,verified-audit,edx,,,,,",
        "AcmeX,B4,Vier,audit,edx,,,,,",
    )

    assert results(staff_door, answer) == [(1, "done"), (2, "failed"), (3, "failed"), (4, "done")]
    assert sorted(Course.drafts.values_list("key", flat=True)) == ["AcmeX+B1", "AcmeX+B4"]
    assert Course.drafts.get(key="AcmeX+B1").entitlement.price == 49
    assert CourseRun.drafts.get().key == "course-v1:AcmeX+B1+1T2031"


def test_runs_are_created_changed_and_edited_by_others(course: Course, no_worker: None, staff_door: Door) -> None:
    colleague = factories.make_member(OrganizationProfile.objects.get(key="AcmeX"), "colleague")
    rerun = hand_in(
        staff_door,
        "course_rerun",
        "last_active_run_key,start_date,end_date,run_type,pacing_type",
        "course-v1:AcmeX+DS101+1T2031,2033-02-01T00:00:00Z,2033-12-31T00:00:00Z,verified-audit,self_paced",
        "course-v1:AcmeX+none+1T2031,2033-02-01T00:00:00Z,2033-12-31T00:00:00Z,verified-audit,self_paced",
    )
    changed = hand_in(
        staff_door,
        "partial_updates",
        "key,title,max_effort,draft",
        "AcmeX+DS101,Anders,,",
        "course-v1:AcmeX+DS101+1T2031,,11,false",
        "AcmeX+none,x,,",
    )
    editors = hand_in(
        staff_door,
        "course_editor_update",
        "username_or_email,course_key_or_uuid,action",
        "colleague,AcmeX+DS101,add",
        "ann,AcmeX+DS101,remove",
        "stranger,AcmeX+DS101,add",
        "ann,AcmeX+DS101,promote",
    )

    assert results(staff_door, rerun) == [(1, "done"), (2, "failed")]
    made = CourseRun.drafts.get(key="course-v1:AcmeX+DS101+1T2033")
    assert sorted(str(seat.price) for seat in made.seats.all()) == ["0.00", "49.00"]
    assert results(staff_door, changed) == [(1, "done"), (2, "done"), (3, "failed")]
    assert Course.drafts.get(pk=course.pk).title == "Anders"
    assert CourseRun.objects.get(key="course-v1:AcmeX+DS101+1T2031").max_effort == 11
    assert results(staff_door, editors) == [(1, "done"), (2, "done"), (3, "failed"), (4, "failed")]
    assert [editor.user for editor in CourseEditor.objects.filter(course=course)] == [colleague]


def test_flags_and_pictures_are_read_or_refused(course: Course, no_worker: None, staff_door: Door) -> None:
    answer = hand_in(
        staff_door,
        "partial_updates",
        "key,excluded_from_search,hidden,image,draft",
        "AcmeX+DS101,TRUE,,,",
        "course-v1:AcmeX+DS101+1T2031,,1,,",
        "AcmeX+DS101,0,,https://example.org/a.png,",
        "AcmeX+DS101,maybe,,,no",
    )

    assert results(staff_door, answer) == [(1, "done"), (2, "done"), (3, "failed"), (4, "failed")]
    assert Course.drafts.get(pk=course.pk).excluded_from_search is True
    assert CourseRun.drafts.get(key="course-v1:AcmeX+DS101+1T2031").hidden is True
    task = BulkTask.objects.get()
    assert [result.get("message") for result in task.results[2:]] == [
        "image: Give a data URI: addresses of pictures are not fetched.",
        "excluded_from_search: Give true or false. draft: Give true or false.",
    ]


def test_a_task_goes_on_after_the_row_at_which_a_worker_died(
    organization: OrganizationProfile, source: Any, no_worker: None, staff_door: Door
) -> None:
    rows = [f"AcmeX,C{number},Kurs,audit,edx" for number in (1, 2, 3)]
    answer = hand_in(staff_door, "course_create", "org,number,title,type,product_source", *rows)
    BulkTask.objects.update(
        status="processing",
        rows_done=1,
        row_begun=2,
        results=[{"row": 1, "status": "done"}],
        modified=timezone.now() - BulkTask.LEASE * 2,
    )

    call_command("run_bulk_tasks")

    shown = staff_door.get(f"/bulk_operation_tasks/{answer.json()['id']}/").json()
    assert [(each["row"], each["status"]) for each in shown["task_summary"]["results"]] == [
        (1, "done"),
        (2, "unknown"),
        (3, "done"),
    ]
    assert list(Course.drafts.values_list("number", flat=True)) == ["C3"]
    run_task(answer.json()["task_id"])
    assert Course.drafts.count() == 1


def test_tasks_are_listed_and_their_files_fetched_without_cookies(
    organization: OrganizationProfile, no_worker: None, staff_door: Door
) -> None:
    hand_in(staff_door, "course_create", "org,number,title,type,product_source", "a,b,c,d,e", name="my rows.csv")

    page = staff_door.get("/bulk_operation_tasks/", page=1, page_size=10).json()
    assert page.keys() == {"count", "next", "previous", "results"}
    [task] = page["results"]
    assert (task["status"], task["task_type"], task["uploaded_by"]) == ("pending", "course_create", "staff")
    assert task["csv_file"].endswith("/my%20rows.csv")
    path = task["csv_file"].removeprefix("http://testserver")
    assert Client().get(path).content.startswith(b"org,number")
    assert Client().get(path.replace("/files/", "/files/x")).status_code == 404
    assert staff_door.get("/bulk_operation_tasks/", status="completed").json()["count"] == 0


def test_what_is_no_file_of_rows_is_refused(no_worker: None, staff_door: Door, door: Door) -> None:
    header = "org,number,title,type,product_source"

    assert list(hand_in(staff_door, "nothing", header).json()) == ["task_type"]
    assert list(hand_in(staff_door, "course_create", header, name="rows.txt").json()) == ["csv_file"]
    missing = hand_in(staff_door, "course_create", "org,number")
    assert missing.json() == {"csv_file": ["These columns are missing: title, type, product_source."]}
    assert hand_in(door, "course_create", header).status_code == 403
    assert door.get("/bulk_operation_tasks/").status_code == 403
    assert not BulkTask.objects.exists()
