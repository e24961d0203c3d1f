"""
The rows of bulk tasks: each is one command, in the names of this door, with the rights of whoever handed in the file.

Cells that are empty say nothing. Lists are separated by commas; prices stand in columns such as ``prices.verified``.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils import timezone

from openedx_catalog_publisher.api import (
    Action,
    Actor,
    CatalogError,
    NotPermitted,
    add_editor,
    create_course,
    create_run,
    remove_editor,
    save_and_submit_course,
    save_and_submit_run,
    update_course,
    update_run,
    visible,
)
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.editing.courses import Extras
from openedx_catalog_publisher.models import BulkTask, Course, CourseRun, OrganizationProfile, WriteSource
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.rest.discovery.course_input import PICTURES, course_input, present_course
from openedx_catalog_publisher.rest.discovery.references import NEW_PICTURE
from openedx_catalog_publisher.rest.discovery.run_input import run_creation_input, run_input
from openedx_catalog_publisher.rest.selections import named

Row = Mapping[str, str]

LISTS = frozenset({"subjects", "topics", "collaborators", "watchers", "staff", "transcript_languages"})
BOOLEANS = frozenset(
    {
        "draft",
        "eligible_for_financial_aid",
        "enterprise_subscription_inclusion",
        "excluded_from_search",
        "excluded_from_seo",
        "hidden",
        "mobile_available",
    }
)
ANSWERS: Mapping[str, bool] = {"true": True, "1": True, "false": False, "0": False}
PRICES = "prices."
RUN_COLUMNS = frozenset({"start", "end", "run_type", "pacing_type", "term", "restriction_type"})

REQUIRED: Mapping[str, tuple[str, ...]] = {
    BulkTask.Type.COURSE_CREATE: ("org", "number", "title", "type", "product_source"),
    BulkTask.Type.COURSE_RERUN: ("last_active_run_key", "start_date", "end_date", "run_type", "pacing_type"),
    BulkTask.Type.PARTIAL_UPDATES: ("key",),
    BulkTask.Type.COURSE_EDITOR_UPDATE: ("username_or_email", "course_key_or_uuid", "action"),
}
"""Columns that each kind of file has."""

LOST = "A worker died at this row: it may have been carried out. Look, and hand it in again if it was not."


def rows_of(task_type: str, content: bytes) -> list[dict[str, str]]:
    """
    Return the rows of a file.

    Raises:
        InvalidInput: naming ``csv_file``, for what is no CSV in UTF-8, and for columns that are missing.
    """
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        rows = [{str(name): (value or "").strip() for name, value in row.items() if name} for row in reader]
    except (UnicodeDecodeError, csv.Error, TypeError, AttributeError) as error:
        raise InvalidInput({"csv_file": ["This is no CSV file in UTF-8."]}) from error
    missing = [name for name in REQUIRED[task_type] if name not in (reader.fieldnames or ())]
    if missing:
        raise InvalidInput({"csv_file": [f"These columns are missing: {', '.join(missing)}."]})
    return rows


def run_task(task_id: uuid.UUID) -> None:
    """
    Carry out a bulk task, unless another worker does so or it is over; goes on where a dead worker stopped.

    Arguments:
        task_id: its uuid. Handing over the same twice carries it out once.
    """
    now = timezone.now()
    waiting = Q(status=BulkTask.Status.PENDING)
    lost = Q(status=BulkTask.Status.PROCESSING, modified__lt=now - BulkTask.LEASE)
    tasks = BulkTask.objects.filter(task_id=task_id)
    if not tasks.filter(waiting | lost).update(status=BulkTask.Status.PROCESSING, modified=now):
        return
    task = tasks.select_related("uploaded_by").get()
    if task.uploaded_by is None:
        _finish(task, BulkTask.Status.FAILED, "The account that handed in this file is gone. Hand it in again.")
        return
    actor = Actor.of(task.uploaded_by, WriteSource.DISCOVERY)
    rows = rows_of(task.task_type, bytes(task.content))
    if task.row_begun > task.rows_done:
        _note(task, {"row": task.row_begun, "status": "unknown", "message": LOST})
    for number in range(task.rows_done + 1, len(rows) + 1):
        task.row_begun = number
        tasks.update(row_begun=number, modified=timezone.now())
        _note(task, {"row": number, **_result(actor, task.task_type, rows[number - 1])})
    _finish(task, BulkTask.Status.COMPLETED, "")


def _result(actor: Actor, task_type: str, row: Row) -> dict[str, Any]:
    try:
        done = ACTS[task_type](actor, row)
    except CatalogError as error:
        return {"status": "failed", "message": error.message}
    return {"status": "done", "key": done}


def _note(task: BulkTask, result: dict[str, Any]) -> None:
    task.results = [*task.results, result]
    task.rows_done = result["row"]
    BulkTask.objects.filter(pk=task.pk).update(results=task.results, rows_done=task.rows_done, modified=timezone.now())


def _finish(task: BulkTask, status: BulkTask.Status, message: str) -> None:
    BulkTask.objects.filter(pk=task.pk).update(status=status, message=message, modified=timezone.now())


# What rows do.


def _create(actor: Actor, row: Row) -> str:
    data = _values(row)
    org = data.pop("org", "")
    owner = OrganizationProfile.objects.filter(key_normalized=normalize_key(org)).first()
    if owner is None:
        raise InvalidInput({"org": [f"There is no organization {org}."]})
    run = {name: data.pop(name) for name in RUN_COLUMNS if name in data}
    given = course_input(data, None)
    given.changes["authoring_organizations"] = [owner]
    created = create_course(
        actor,
        number=row["number"],
        changes=given.changes,
        runs=[run_creation_input(run, [owner]).changes] if run else [],
        extras=Extras(prices=given.extras.get("prices"), topics=given.extras.get("topics")),
    )
    return created.course.key


def _rerun(actor: Actor, row: Row) -> str:
    old = _draft(actor, CourseRun.everything.select_related("course"), row["last_active_run_key"], Action.EDIT)
    data = {**_values(row), "start": row["start_date"], "end": row["end_date"]}
    owners = [link.organization for link in old.course.owning_organizations().select_related("organization")]
    given = run_creation_input(data, owners)
    prices = given.extras.get("prices")
    if prices is None:
        prices = {seat.type.slug: str(seat.price) for seat in old.seats.select_related("type")}
    return create_run(actor, old.course.uuid, given.changes, prices=prices, rerun=old.uuid).key


def _update(actor: Actor, row: Row) -> str:
    data = _values(row)
    submitted = data.pop("draft", True) is False
    if row["key"].startswith("course-v1:"):
        run = _draft(actor, CourseRun.everything.all(), row["key"], Action.EDIT)
        given = run_input(data, run.pk)
        save_run = save_and_submit_run if submitted else update_run
        save_run(actor, run.uuid, given.changes, prices=given.extras.get("prices"), keep_reviews=True)
        return str(run.key)
    course = _draft(actor, Course.everything.all(), row["key"], Action.EDIT)
    given = course_input(data, present_course(course.pk))
    extras = Extras(prices=given.extras.get("prices"), topics=given.extras.get("topics"))
    save_course = save_and_submit_course if submitted else update_course
    save_course(actor, course.uuid, given.changes, extras=extras, keep_reviews=True)
    return str(course.key)


def _edit_editors(actor: Actor, row: Row) -> str:
    course = _draft(actor, Course.everything.all(), row["course_key_or_uuid"], Action.MANAGE_EDITORS)
    name = row["username_or_email"]
    users = get_user_model()._default_manager.filter(Q(username=name) | Q(email=name))
    if len(users[:2]) != 1:
        raise InvalidInput({"username_or_email": [f"{name} names no user, or several."]})
    act = row["action"].lower()
    if act not in ("add", "remove"):
        raise InvalidInput({"action": ["Give add or remove."]})
    (add_editor if act == "add" else remove_editor)(actor, course.uuid, users[0])
    return str(course.key)


ACTS: Mapping[str, Callable[[Actor, Row], str]] = {
    BulkTask.Type.COURSE_CREATE: _create,
    BulkTask.Type.COURSE_RERUN: _rerun,
    BulkTask.Type.PARTIAL_UPDATES: _update,
    BulkTask.Type.COURSE_EDITOR_UPDATE: _edit_editors,
}


def _draft(actor: Actor, rows: QuerySet[Any], name: str, action: Action) -> Any:
    drafts = named(rows.filter(draft=True), name)
    found = visible(actor.user, action, drafts).first()
    if found is not None:
        return found
    if visible(actor.user, Action.VIEW_DRAFT, drafts).exists():
        raise NotPermitted(f"You may not change {name}.")
    raise UnitNotFound(f"There is no draft {name} that you may see.")


def _values(row: Row) -> dict[str, Any]:
    """
    Return what a row says, in the client's words.

    Raises:
        InvalidInput: naming a column whose text is none of what it takes.
    """
    values: dict[str, Any] = {}
    prices: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    for name, text in row.items():
        if not text:
            continue
        if name.startswith(PRICES):
            prices[name.removeprefix(PRICES)] = text
        elif name in LISTS:
            values[name] = [piece.strip() for piece in text.split(",") if piece.strip()]
        elif name in BOOLEANS:
            values[name] = ANSWERS.get(text.lower())
            if values[name] is None:
                errors[name] = ["Give true or false."]
        else:
            values[name] = text
            if name in PICTURES and not text.startswith(NEW_PICTURE):
                # Left out as the address that a page sends back is, it would be reported as done.
                errors[name] = ["Give a data URI: addresses of pictures are not fetched."]
    if errors:
        raise InvalidInput(errors)
    return values | ({"prices": prices} if prices else {})
