"""What a write leaves behind: revisions, the edit log with old and new, doors, events; and prices in one command."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from openedx_catalog_publisher.api import (
    Actor,
    InvalidInput,
    NotPermitted,
    StaleRevision,
    UnitNotFound,
    create_run,
    read_changes,
    set_prices,
    update_course,
    update_run,
)
from openedx_catalog_publisher.models import (
    ActorPseudonym,
    Course,
    CourseRun,
    EditRecord,
    OutboxEvent,
    Seat,
    WriteSource,
)
from tests.factories import (
    SYSTEM,
    acting,
    course_type,
    make_course,
    make_member,
    make_organization,
    make_user,
    run_changes,
    run_type,
    seat,
)

pytestmark = pytest.mark.django_db

NOWHERE = uuid.UUID(int=5)


def _log(unit: uuid.UUID) -> list[tuple[int, int, str, dict[str, Any]]]:
    records = EditRecord.objects.filter(unit_uuid=unit).order_by("sequence")
    return [(record.sequence, record.revision, record.action, read_changes(record)) for record in records]


def test_a_write_moves_the_revision_by_one_and_logs_old_and_new() -> None:
    course = make_course(runs=0, title="One", faq="Q").course
    assert course.revision == 1
    written = update_course(SYSTEM, course.uuid, {"title": "Two", "faq": "Q", "excluded_from_seo": True})
    assert (written.revision, written.changed) == (2, ("excluded_from_seo", "title"))
    assert _log(course.uuid)[1] == (
        2,
        2,
        "update",
        {"title": {"old": "One", "new": "Two"}, "excluded_from_seo": {"old": False, "new": True}},
    )
    created = _log(course.uuid)[0]
    assert created[:3] == (1, 1, "create")
    assert created[3]["title"] == {"old": None, "new": "One"}


def test_a_write_that_names_an_old_revision_is_refused_and_one_that_names_none_wins() -> None:
    made = make_course()
    course, run = made.course.uuid, made.runs[0].uuid
    update_course(SYSTEM, course, {"title": "Two"}, revision=1)
    for revision in (1, 3, 0):
        with pytest.raises(StaleRevision) as caught:
            update_course(SYSTEM, course, {"title": "Three"}, revision=revision)
        assert (caught.value.expected, caught.value.actual, caught.value.status) == (revision, 2, 412)
    with pytest.raises(StaleRevision):
        update_run(SYSTEM, run, {"weeks_to_complete": 1}, revision=2)
    update_course(SYSTEM, course, {"faq": "F"})
    update_course(SYSTEM, course, {"title": "Four"})
    stored = Course.drafts.get(uuid=course)
    assert (stored.title, stored.faq, stored.revision) == ("Four", "F", 4)
    assert _log(course)[-1][3] == {"title": {"old": "Two", "new": "Four"}}, "what was overwritten stands in the log"


@pytest.mark.parametrize("source", WriteSource)
def test_the_log_names_the_door_and_the_pseudonym_of_the_actor(source: WriteSource) -> None:
    organization = make_organization()
    user = make_member(organization)
    course = make_course(organization, runs=0).course.uuid
    update_course(Actor.of(user, source), course, {"title": "Two"})
    record = EditRecord.objects.get(unit_uuid=course, sequence=2)
    assert (record.source, record.actor) == (source, ActorPseudonym.objects.get(user=user).uuid)
    assert str(user.pk) not in str(read_changes(record))


def test_one_command_is_one_operation_over_all_that_it_writes() -> None:
    made = make_course(runs=2)
    assert EditRecord.objects.values("operation").distinct().count() == 1
    assert EditRecord.objects.values("occurred_at").distinct().count() == 1
    assert set(OutboxEvent.objects.values_list("operation", flat=True)) == set(
        EditRecord.objects.values_list("operation", flat=True)
    )
    assert {run.revision for run in made.runs} == {1}


def test_a_created_run_and_a_change_of_what_studio_shows_are_events_and_nothing_else_of_a_draft_is() -> None:
    made = make_course()
    course, run = made.course.uuid, made.runs[0].uuid
    update_course(SYSTEM, course, {"title": "Other"})
    update_run(SYSTEM, run, {"weeks_to_complete": 9, "staff": [], "go_live_date": "2031-01-01T00:00:00Z"})
    update_run(SYSTEM, run, {"end": "2032-01-01T00:00:00Z", "pacing_type": "instructor_paced", "hidden": True})
    events = OutboxEvent.objects.order_by("pk").values_list("object_code", "sequence", "kind", "payload")
    assert list(events) == [
        (str(run), 1, "draft_run_created", {}),
        (str(run), 2, "draft_run_changed", {"changed": ["end", "pacing_type"]}),
    ]


def test_a_new_course_starts_with_defaults_its_first_run_is_canonical_and_its_pacing_is_set() -> None:
    made = make_course(runs=[{"start": "2031-02-01T00:00:00Z"}, {"start": "2031-02-01T00:00:00Z"}])
    course = Course.drafts.get(uuid=made.course.uuid)
    assert course.canonical_course_run.uuid == made.runs[0].uuid
    assert (course.status, course.draft, course.has_unpublished_changes) == ("unpublished", True, True)
    run = CourseRun.drafts.get(uuid=made.runs[0].uuid)
    assert (run.pacing_type, run.studio_state, run.reporting_type) == ("instructor_paced", "none", "mooc")
    later = create_run(SYSTEM, made.course.uuid, run_changes())
    course.refresh_from_db()
    assert course.canonical_course_run.uuid == made.runs[0].uuid != later.uuid


def test_each_command_on_drafts_asks_for_its_right_and_finds_no_draft_that_is_none() -> None:
    made = make_course()
    outsider = acting(make_user())
    before = EditRecord.objects.count()
    for act in (
        lambda actor, course, run: update_course(actor, course, {"title": "x"}),
        lambda actor, course, run: update_run(actor, run, {"weeks_to_complete": 1}),
        lambda actor, course, run: create_run(actor, course, run_changes()),
        lambda actor, course, run: set_prices(actor, course, {"verified": "1"}, runs=[run]),
    ):
        with pytest.raises(NotPermitted):
            act(outsider, made.course.uuid, made.runs[0].uuid)
        with pytest.raises(UnitNotFound):
            act(SYSTEM, NOWHERE, NOWHERE)
    assert EditRecord.objects.count() == before


# Prices


def test_one_price_list_sets_the_entitlement_and_the_seats_of_the_named_runs() -> None:
    made = make_course(runs=2)
    first, second = (run.uuid for run in made.runs)
    result = set_prices(SYSTEM, made.course.uuid, {"verified": 75}, runs=[first])
    assert [(entry.key, entry.changed) for entry in result] == [
        (made.course.key, ("entitlement",)),
        (made.runs[0].key, ("seats",)),
    ]
    entitlement = Course.drafts.get(uuid=made.course.uuid).entitlement
    assert (entitlement.mode.slug, str(entitlement.price), entitlement.currency_id) == ("verified", "75.00", "USD")
    assert str(Seat.objects.get(course_run__uuid=first, type__slug="verified").price) == "75.00"
    assert str(Seat.objects.get(course_run__uuid=second, type__slug="verified").price) == "49.00"
    assert EditRecord.objects.filter(action="update").values("operation").distinct().count() == 1


def test_seats_that_stay_keep_sku_credit_hours_and_deadline_and_seats_of_other_types_go() -> None:
    made = make_course()
    run = made.runs[0].uuid
    deadline = "2031-11-01T00:00:00Z"
    kept = seat("verified", credit_hours=3, upgrade_deadline_override=deadline)
    update_run(SYSTEM, run, {"seats": [kept, seat("honor", "0"), seat("audit", "0")]})
    Seat.objects.filter(type__slug="verified").update(sku="ABC")
    set_prices(SYSTEM, made.course.uuid, {"verified": "80"}, runs=[run])
    stored = Seat.objects.get(course_run__uuid=run, type__slug="verified")
    assert (str(stored.price), stored.sku, stored.credit_hours) == ("80.00", "ABC", 3)
    assert stored.upgrade_deadline_override is not None
    types = Seat.objects.filter(course_run__uuid=run).values_list("type__slug", flat=True)
    assert set(types) == {"audit", "verified"}


def test_prices_in_another_currency_and_types_that_sell_nothing() -> None:
    made = make_course()
    run = made.runs[0].uuid
    set_prices(SYSTEM, made.course.uuid, {"verified": "900"}, runs=[run], currency="MXN")
    stored = Seat.objects.get(course_run__uuid=run, type__slug="verified")
    assert (str(stored.price), stored.currency_id) == ("900.00", "MXN")
    update_course(SYSTEM, made.course.uuid, {"type": course_type("audit")})
    update_run(SYSTEM, run, {"type": run_type("audit")})
    set_prices(SYSTEM, made.course.uuid, {"verified": "900"}, runs=[run])
    assert not hasattr(Course.drafts.get(uuid=made.course.uuid), "entitlement")
    assert set(Seat.objects.filter(course_run__uuid=run).values_list("type__slug", flat=True)) == {"audit"}


@pytest.mark.parametrize(
    ("prices", "options", "field"),
    [
        ({"verified": "-1"}, {}, "prices.verified"),
        ({"verified": "1.001"}, {}, "prices.verified"),
        ({"verified": None}, {}, "prices.verified"),
        ({"nothing": "1"}, {}, "prices.nothing"),
        ({"verified": "1"}, {"currency": "XXX"}, "currency"),
        ({}, {"currency": "XXX"}, "currency"),
    ],
)
def test_what_is_wrong_with_a_price_list_is_named(prices: Any, options: dict[str, str], field: str) -> None:
    made = make_course()
    with pytest.raises(InvalidInput) as caught:
        set_prices(SYSTEM, made.course.uuid, prices, runs=[made.runs[0].uuid], **options)
    assert list(caught.value.fields) == [field]
    assert EditRecord.objects.count() == 2


def test_prices_are_for_runs_of_the_course_only() -> None:
    made, other = make_course(), make_course()
    with pytest.raises(InvalidInput) as caught:
        set_prices(SYSTEM, made.course.uuid, {"verified": "1"}, runs=[other.runs[0].uuid])
    assert list(caught.value.fields) == ["runs"]
