"""
Every constraint of the tables is violated here, past the commands, and answers with the field that people know.

A constraint that no case violates fails the first test: the database's word is the last one, so it is asked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from openedx_catalog_publisher.api import InvalidInput, Selection, add_redirect, grant_role, seal_log
from openedx_catalog_publisher.commands.integrity import violation
from openedx_catalog_publisher.models import (
    ALL_ORGANIZATIONS,
    ActorPseudonym,
    BulkTask,
    CatalogRoleAssignment,
    Comment,
    Course,
    CourseEditor,
    CourseEntitlement,
    CourseRun,
    CourseType,
    CourseUrlRedirect,
    CourseUrlSlug,
    Delivery,
    DriftCheck,
    EditRecord,
    IdempotentRequest,
    ImportContent,
    ImportJob,
    NotificationOptOut,
    OrganizationProfile,
    OutboxConsumer,
    OutboxEvent,
    Publication,
    Release,
    RestrictedCourseRun,
    Review,
    ReviewRecord,
    RoleName,
    Seal,
    SealedHead,
    Seat,
    SentMail,
    ShownDigests,
    Snapshot,
    WebhookSubscription,
)
from openedx_catalog_publisher.models.reference import Reference
from tests.factories import SYSTEM, make_course, make_level, make_member, make_organization, make_user, publish_now
from tests.module_data import kept_for_module
from tests.review.stage import set_stage

pytestmark = pytest.mark.django_db


@dataclass
class World:
    """One published course with two runs, and something in every other table."""

    course: Course
    runs: list[CourseRun]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with kept_for_module(django_db_blocker):
        yield _make_world()


def _make_world() -> World:
    organization = make_organization("Universität")
    made = make_course(organization, number="Bio.1", runs=2, url_slug="biology")
    publish_now(Selection.of([made.course.uuid], all_runs=True))
    member = make_member(organization)
    CourseEditor.objects.create(course=Course.drafts.get(uuid=made.course.uuid), user=member)
    add_redirect(SYSTEM, made.course.uuid, "/old/biology")
    grant_role(SYSTEM, make_user(), RoleName.CATALOG_ADMIN, ALL_ORGANIZATIONS, reason="tests")
    set_stage().submit(comment="Please have a look.")
    seal_log()
    return World(
        course=Course.drafts.get(uuid=made.course.uuid),
        runs=[CourseRun.drafts.get(uuid=run.uuid) for run in made.runs],
    )


def _again(row: models.Model, **changes: Any) -> None:
    """Insert a copy of a row, past ``save()``."""
    model = type(row)
    values = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
    del values[model._meta.pk.attname]  # type: ignore[union-attr]
    model._base_manager.bulk_create([model(**values | changes)])


def _copy_first(model: type[models.Model], **changes: Any) -> Callable[[World], None]:
    return lambda world: _again(model._base_manager.order_by("pk")[0], **changes)


def _copy_of(manager_of: Callable[[World], Any], **changes: Any) -> Callable[[World], None]:
    return lambda world: _again(manager_of(world).order_by("pk")[0], **changes)


def _unit_again(world: World, model: type[Course] | type[CourseRun], **changes: Any) -> None:
    row = world.course if model is Course else world.runs[0]
    _again(row, **changes)


def _set(model: type[models.Model], **values: Any) -> Callable[[World], None]:
    return lambda world: _update_first(model, values)


def _update_first(model: type[models.Model], values: dict[str, Any]) -> None:
    first = model._base_manager.order_by("pk")[0].pk
    models.QuerySet(model).filter(pk=first).update(**values)


OTHER_UUID = "11111111-2222-3333-4444-555555555555"
START, END = "2031-02-02T00:00:00Z", "2031-02-01T00:00:00Z"

CASES: dict[str, tuple[Callable[[World], None], str]] = {
    "ocp_course_uuid_draft_uniq": (lambda w: _unit_again(w, Course, key="x", key_normalized="x"), "uuid"),
    "ocp_course_key_draft_uniq": (lambda w: _unit_again(w, Course, uuid=OTHER_UUID), "key"),
    "ocp_course_pointer_check": (_set(Course, draft=False, uuid=OTHER_UUID, key_normalized="x"), "draft"),
    "ocp_courserun_uuid_draft_uniq": (lambda w: _unit_again(w, CourseRun, key="x", key_normalized="x"), "uuid"),
    "ocp_courserun_key_draft_uniq": (lambda w: _unit_again(w, CourseRun, uuid=OTHER_UUID), "key"),
    "ocp_courserun_pointer_check": (_set(CourseRun, draft=False, uuid=OTHER_UUID, key_normalized="x"), "draft"),
    "ocp_courserun_external_key_uniq": (
        lambda w: CourseRun.drafts.filter(course=w.course).update(external_key="E-1"),  # type: ignore[dict-item]
        "external_key",
    ),
    "ocp_courserun_start_end_check": (_set(CourseRun, start=START, end=END), "end"),
    "ocp_courserun_effort_check": (_set(CourseRun, min_effort=5, max_effort=4), "max_effort"),
    "ocp_course_organization_uniq": (_copy_of(lambda w: w.course.organization_links), "course"),
    "ocp_course_subject_uniq": (_copy_of(lambda w: w.course.subject_links, position=9), "course"),
    "ocp_course_topic_uniq": (_copy_of(lambda w: w.course.topic_links, position=9), "course"),
    "ocp_course_collaborator_uniq": (_copy_of(lambda w: w.course.collaborator_links, position=9), "course"),
    "ocp_entitlement_price_check": (_set(CourseEntitlement, price="-0.01"), "price"),
    "ocp_seat_uniq": (_copy_first(Seat, price="1.00", sku="other"), "course_run"),
    "ocp_seat_price_check": (_set(Seat, price="-0.01"), "price"),
    "ocp_run_staff_uniq": (_copy_of(lambda w: w.runs[0].staff_links, position=9), "course_run"),
    "ocp_run_language_uniq": (_copy_of(lambda w: w.runs[0].language_links, position=9), "course_run"),
    "ocp_course_editor_uniq": (_copy_first(CourseEditor), "user"),
    "ocp_course_type_run_type_uniq": (
        lambda w: _again(CourseType.objects.get(slug="audit").run_type_links.get(), position=9),
        "course_type",
    ),
    "ocp_edit_sequence_uniq": (_copy_first(EditRecord), "unit_uuid"),
    "ocp_publication_sequence_uniq": (_copy_first(Publication, number=99), "unit_uuid"),
    "ocp_publication_number_uniq": (_copy_first(Publication, sequence=99), "unit_uuid"),
    "ocp_sealed_head_uniq": (_copy_first(SealedHead), "unit_uuid"),
    "ocp_outbox_sequence_uniq": (_copy_first(OutboxEvent, uuid=OTHER_UUID), "object_type"),
    "ocp_role_assignment_uniq": (_copy_first(CatalogRoleAssignment), "user"),
    "ocp_role_assignment_context_check": (
        _set(CatalogRoleAssignment, applies_to_all_contexts=True),
        "applies_to_all_contexts",
    ),
    "ocp_role_assignment_context_given": (_set(CatalogRoleAssignment, context=""), "context"),
    "ocp_idempotent_request_uniq": (lambda w: _same_idempotency_key(), "user"),
    "ocp_shown_digests_user_course_uniq": (lambda w: _shown_twice(), "user"),
    "ocp_drift_check_uniq": (lambda w: _checked_twice(), "consumer"),
    "ocp_import_content_uniq": (lambda w: _same_piece(), "job"),
    "ocp_delivery_uniq": (lambda w: _same_delivery(), "event"),
    "ocp_delivery_due_check": (lambda w: _delivery_without_time(), "due"),
    "ocp_sent_mail_uniq": (lambda w: _same_mail(user=make_user()), "event"),
    "ocp_sent_mail_watcher_uniq": (lambda w: _same_mail(watcher=OTHER_UUID), "event"),
    "ocp_sent_mail_recipient": (lambda w: _mail_to_nobody(), "user"),
    "ocp_opt_out_of_one": (lambda w: _opt_out_of_nobody(), "address"),
    "ocp_review_open_check": (_set(Review, closing="withdrawn"), "closing"),
    "ocp_review_record_sequence_uniq": (_copy_first(ReviewRecord), "unit_uuid"),
}
"""By constraint: what violates it, and the field that the answer names."""

UNIQUE_COLUMNS: dict[str, tuple[Callable[[World], None], str]] = {
    "Course.draft_version": (lambda w: _official_again(w, Course), "draft_version"),
    "CourseRun.draft_version": (lambda w: _official_again(w, CourseRun), "draft_version"),
    "CourseEntitlement.course": (_copy_first(CourseEntitlement), "course"),
    "RestrictedCourseRun.course_run": (_copy_first(RestrictedCourseRun), "course_run"),
    "CourseUrlSlug.url_slug_normalized": (_copy_first(CourseUrlSlug), "url_slug"),
    "CourseUrlRedirect.value_normalized": (_copy_first(CourseUrlRedirect), "value"),
    "OrganizationProfile.organization": (
        _copy_first(OrganizationProfile, uuid=OTHER_UUID, key_normalized="x"),
        "organization",
    ),
    "OrganizationProfile.key_normalized": (lambda w: _same_profile_key(), "key"),
    "Snapshot.content_digest": (_copy_first(Snapshot), "content_digest"),
    "Release.uuid": (_copy_first(Release), "uuid"),
    "Seal.seal_hash": (_copy_first(Seal), "seal_hash"),
    "OutboxEvent.uuid": (_copy_first(OutboxEvent, sequence=999), "uuid"),
    "NotificationOptOut.user": (lambda w: _same_opt_out(user=make_user()), "user"),
    "NotificationOptOut.address": (lambda w: _same_opt_out(address="w@example.org"), "address"),
    "ImportJob.uuid": (lambda w: _same_job(), "uuid"),
    "BulkTask.task_id": (lambda w: _again(BulkTask.objects.create(file_name="x.csv", content=b"")), "task_id"),
    "WebhookSubscription.uuid": (lambda w: _again(_webhook(), consumer_id=_consumer("b").pk), "uuid"),
    "WebhookSubscription.consumer": (lambda w: _again(_webhook(), uuid=OTHER_UUID), "consumer"),
    "ActorPseudonym.uuid": (_copy_first(ActorPseudonym, system_name=None, user=None), "uuid"),
    "ActorPseudonym.system_name": (_copy_first(ActorPseudonym, uuid=OTHER_UUID), "system_name"),
    "ActorPseudonym.user": (lambda w: _two_pseudonyms(), "user"),
    "Review.uuid": (_copy_first(Review, open_unit=None, closing="withdrawn"), "uuid"),
    "Review.open_unit": (_copy_first(Review, uuid=OTHER_UUID), "open_unit"),
    "Comment.uuid": (_copy_first(Comment), "uuid"),
}


def _official_again(world: World, model: type[Course] | type[CourseRun]) -> None:
    row = model.objects.filter(uuid=(world.course if model is Course else world.runs[0]).uuid).get()
    _again(row, uuid=OTHER_UUID, key="x", key_normalized="x")


def _same_profile_key() -> None:
    first = make_organization("One")
    other = make_organization("Two")
    OrganizationProfile.objects.filter(pk=other.pk).update(key_normalized=first.key_normalized)


def _same_job() -> None:
    for _ in range(2):
        ImportJob.objects.create(uuid=OTHER_UUID, file_name="x.csv", format=ImportJob.Format.EDX_LEARN_CSV)


def _same_piece() -> None:
    job = ImportJob.objects.create(file_name="x.csv", format=ImportJob.Format.EDX_LEARN_CSV)
    for _ in range(2):
        ImportContent.objects.create(job=job, kind=ImportContent.Kind.FILE, position=0, content=b"")


def _same_idempotency_key() -> None:
    user = make_user()
    for _ in range(2):
        IdempotentRequest.objects.create(user=user, key="k", fingerprint="f", started=timezone.now())


def _shown_twice() -> None:
    user = make_user()
    for _ in range(2):
        ShownDigests.objects.create(user=user, course_uuid=OTHER_UUID)


def _checked_twice() -> None:
    consumer, now = _consumer("a"), timezone.now()
    for _ in range(2):
        DriftCheck.objects.create(consumer=consumer, unit_kind="course", unit_uuid=OTHER_UUID, verified_at=now)


def _consumer(name: str) -> OutboxConsumer:
    made: OutboxConsumer = OutboxConsumer.objects.create(name=name, since=timezone.now())
    return made


def _webhook() -> WebhookSubscription:
    made: WebhookSubscription = WebhookSubscription.objects.create(
        consumer=_consumer("a"), name="Site", url="https://site.example.org/hook"
    )
    return made


def _delivery(**values: Any) -> Delivery:
    event = OutboxEvent.objects.order_by("pk")[0]
    made: Delivery = Delivery.objects.create(event=event, consumer=_consumer("a"), sequence=1, **values)
    return made


def _same_delivery() -> None:
    _again(_delivery(due=timezone.now()))


def _delivery_without_time() -> None:
    _delivery(due=None)


def _mail(**recipient: Any) -> SentMail:
    event = OutboxEvent.objects.order_by("pk")[0]
    made: SentMail = SentMail.objects.create(event=event, mail="m", started=timezone.now(), **recipient)
    return made


def _mail_to_nobody() -> None:
    _mail()


def _opt_out_of_nobody() -> None:
    NotificationOptOut.objects.create()


def _same_mail(**recipient: Any) -> None:
    _again(_mail(**recipient))


def _same_opt_out(**recipient: Any) -> None:
    _again(NotificationOptOut.objects.create(**recipient))


def _two_pseudonyms() -> None:
    user = make_user()
    for _ in range(2):
        ActorPseudonym.objects.bulk_create([ActorPseudonym(user=user)])


def _our_models() -> Iterator[type[models.Model]]:
    for model in apps.get_app_config("openedx_catalog_publisher").get_models():
        if not model.__name__.startswith("Historical"):
            yield model


def test_each_constraint_of_the_tables_has_a_case_here() -> None:
    assert {constraint.name for model in _our_models() for constraint in model._meta.constraints} == CASES.keys()


def test_each_unique_column_has_a_case_here_or_is_a_name_of_reference_data() -> None:
    unique = {
        f"{model.__name__}.{field.name}"
        for model in _our_models()
        for field in model._meta.concrete_fields
        if field.unique and not field.primary_key and field.name not in {"slug", "name"}
        if not (field.name == "uuid" and issubclass(model, Reference))
    }
    assert unique == UNIQUE_COLUMNS.keys()


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_database_refuses_what_violates_a_constraint_and_the_answer_names_the_field(
    name: str, world: World
) -> None:
    violate, field = CASES[name]
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        violate(world)
    answer = violation(caught.value)
    assert isinstance(answer, InvalidInput)
    assert list(answer.fields) == [field]
    constraint = next(c for model in _our_models() for c in model._meta.constraints if c.name == name)
    assert answer.fields[field] == [str(constraint.violation_error_message)]


@pytest.mark.parametrize("name", sorted(UNIQUE_COLUMNS))
def test_the_database_refuses_a_second_row_with_a_unique_value_and_the_answer_names_the_column(
    name: str, world: World
) -> None:
    violate, field = UNIQUE_COLUMNS[name]
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        violate(world)
    answer = violation(caught.value)
    assert isinstance(answer, InvalidInput)
    assert answer.fields == {field: ["This value is taken."]}


@pytest.mark.parametrize(
    "name",
    [
        f"{model.__name__}.{field.name}"
        for model in _our_models()
        for field in model._meta.concrete_fields
        if issubclass(model, Reference) and field.unique and field.name in {"uuid", "slug", "name"}
    ],
)
def test_a_code_or_name_of_reference_data_is_taken_once(name: str, world: World) -> None:
    model_name, field = name.split(".")
    model = apps.get_model("openedx_catalog_publisher", model_name)
    if not model._base_manager.exists():
        slug = {"slug": "first"} if "slug" in {other.name for other in model._meta.concrete_fields} else {}
        model._base_manager.create(name="First", **slug)
    row = model._base_manager.order_by("pk")[0]
    others = {
        other.attname: OTHER_UUID if other.name == "uuid" else "other"
        for other in model._meta.concrete_fields
        if other.unique and not other.primary_key and other.name not in (field, "organization")
    }
    if model is OrganizationProfile:
        others["organization_id"] = 999_999
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        _again(row, **others)
    answer = violation(caught.value)
    assert isinstance(answer, InvalidInput)
    assert answer.fields == {field: ["This value is taken."]}


@pytest.mark.parametrize(
    "variant",
    [
        "universität+bio.1",
        "UNIVERSITÄT+BIO.1",
        unicodedata.normalize("NFD", "Universität+Bio.1"),
        "Universität+Bio.1 ",
        " Universität+Bio.1",
    ],
    ids=["lower case", "upper case", "decomposed", "blank behind", "blank before"],
)
def test_a_key_is_the_same_key_in_another_case_composition_or_with_blanks_around_it(variant: str, world: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Course(key=variant, number="Bio.1").save()


def test_a_key_that_differs_in_an_accent_or_a_digit_is_another_key(world: World) -> None:
    for key in ("Universitat+Bio.1", "Universität+Bio.10", "Universität+Bio"):
        Course(key=key, number="x").save()
    assert Course.drafts.filter(number="x").count() == 3


def test_the_two_sides_of_a_unit_share_uuid_and_key(world: World) -> None:
    sides = Course.everything.filter(uuid=world.course.uuid)
    assert sorted(sides.values_list("draft", "key_normalized")) == [
        (False, "universität+bio.1"),
        (True, "universität+bio.1"),
    ]


def test_an_official_row_points_at_its_draft_and_a_draft_at_none(world: World) -> None:
    official = Course.objects.get(uuid=world.course.uuid)
    assert official.draft_version == world.course
    assert world.course.draft_version is None
    for pk, pointer in ((official.pk, None), (world.course.pk, official.pk)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Course.everything.filter(pk=pk).update(draft_version=pointer)


def test_runs_without_an_external_key_do_not_collide_and_case_makes_two_external_keys(world: World) -> None:
    first, second = world.runs
    assert first.external_key is second.external_key is None
    CourseRun.everything.filter(pk=first.pk).update(external_key="E-1")
    CourseRun.everything.filter(pk=second.pk).update(external_key="e-1")
    assert sorted(CourseRun.drafts.filter(pk__in=[first.pk, second.pk]).values_list("external_key", flat=True)) == [
        "E-1",
        "e-1",
    ]


def test_runs_of_different_courses_may_have_the_same_external_key(world: World) -> None:
    other = make_course(runs=1)
    for uuid in (world.runs[0].uuid, other.runs[0].uuid):
        CourseRun.drafts.filter(uuid=uuid).update(external_key="E-1")
    assert CourseRun.drafts.filter(external_key="E-1").count() == 2


def test_two_seats_of_a_type_differ_by_currency_or_credit_provider_and_no_provider_is_a_value(world: World) -> None:
    seat = world.runs[0].seats.get(type__slug="verified")
    assert seat.credit_provider == ""
    _again(seat, credit_provider="ASU")
    _again(seat, credit_provider="asu")
    _again(seat, currency_id="MXN")
    with pytest.raises(IntegrityError), transaction.atomic():
        _again(seat, price="1.00")
    assert world.runs[0].seats.filter(type__slug="verified").count() == 4


@pytest.mark.parametrize(
    ("start", "end"), [(None, None), (None, END), (END, None), (END, END)], ids=["none", "end", "start", "same moment"]
)
def test_a_run_without_start_or_end_or_that_ends_as_it_starts_is_right(
    start: str | None, end: str | None, world: World
) -> None:
    CourseRun.everything.filter(pk=world.runs[0].pk).update(start=start, end=end)
    stored = CourseRun.everything.get(pk=world.runs[0].pk)
    assert (stored.start is None, stored.end is None) == (start is None, end is None)


@pytest.mark.parametrize(("least", "most"), [(None, None), (None, 0), (9, None), (4, 4)])
def test_efforts_may_be_unknown_or_equal(least: int | None, most: int | None, world: World) -> None:
    CourseRun.everything.filter(pk=world.runs[0].pk).update(min_effort=least, max_effort=most)
    stored = CourseRun.everything.get(pk=world.runs[0].pk)
    assert (stored.min_effort, stored.max_effort) == (least, most)


@pytest.mark.parametrize(
    ("context", "everywhere"), [("*", False), ("*", None), ("mitx", True), ("", False), ("", None)]
)
def test_a_role_is_for_all_organizations_exactly_when_its_context_is_the_star(
    context: str, everywhere: bool | None, world: World
) -> None:
    row = CatalogRoleAssignment.objects.filter(context="*").earliest("pk")
    with pytest.raises(IntegrityError), transaction.atomic():
        CatalogRoleAssignment.objects.filter(pk=row.pk).update(context=context, applies_to_all_contexts=everywhere)


def test_a_level_that_courses_have_is_not_deleted_by_the_database_either(world: World) -> None:
    with pytest.raises(models.ProtectedError):
        make_level().delete()
