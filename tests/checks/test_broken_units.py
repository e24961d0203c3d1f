"""Invariants of units broken on purpose, past the commands: exactly that is found, with number, code and unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from openedx_catalog_publisher.api import read_changes
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.checks.findings import Finding
from openedx_catalog_publisher.models import (
    Course,
    CourseEditor,
    CourseEntitlement,
    CourseOrganization,
    CourseRun,
    CourseRunLanguage,
    CourseRunStaff,
    CourseSubject,
    CourseUrlRedirect,
    CourseUrlSlug,
    EditRecord,
    Publication,
    RestrictedCourseRun,
    Seat,
)
from tests.checks.busy_catalog import (
    BusyCatalog,
    delete,
    draft_course,
    official_course,
    official_run,
    past_the_commands,
    without_database_checks,
)
from tests.factories import make_person, make_subject

Break = Callable[[BusyCatalog], Any]


def found(*invariants: int) -> list[tuple[int, str, str]]:
    """Return number, code and key of all findings of these invariants; without any, of all."""
    findings = check_catalog(invariants) if invariants else check_catalog()
    return [(finding.invariant, finding.code, finding.key) for finding in findings]


def only_finding() -> Finding:
    """Return the one finding that there is."""
    (finding,) = check_catalog()
    return finding


def official_of(catalog: BusyCatalog, model: Any, owner: str) -> Any:
    """Return the official rows of a part table of the units of the catalog that are equal."""
    root = official_course(catalog.equal) if owner == "course" else official_run(catalog.equal)
    return model.objects.filter(**{owner: root})


class TestOfficialContent:
    @pytest.mark.parametrize(
        ("field", "spoil"),
        [
            ("title", lambda c: Course.objects.filter(uuid=c.equal.course.uuid).update(title="Drifted")),
            ("image", lambda c: Course.objects.filter(uuid=c.equal.course.uuid).update(image="drifted.png")),
            ("level_type", lambda c: Course.objects.filter(uuid=c.equal.course.uuid).update(level_type=None)),
            ("video", lambda c: Course.objects.filter(uuid=c.equal.course.uuid).update(video={"src": "x"})),
            (
                "authoring_organizations",
                lambda c: official_of(c, CourseOrganization, "course").filter(kind="owner").delete(),
            ),
            ("subjects", lambda c: official_of(c, CourseSubject, "course").filter(position=0).update(position=9)),
            ("entitlement", lambda c: official_of(c, CourseEntitlement, "course").update(price="1.00")),
        ],
    )
    def test_each_table_of_a_course_is_compared(self, catalog: BusyCatalog, field: str, spoil: Break) -> None:
        spoil(catalog)
        finding = only_finding()
        key = catalog.equal.course.key
        assert (finding.invariant, finding.code, finding.key) == (1, "content_differs", key)
        assert finding.unit == catalog.equal.course.uuid
        assert finding.message == f"The official rows differ from publication 1 in {field}."

    @pytest.mark.parametrize(
        ("field", "spoil"),
        [
            ("end", lambda c: CourseRun.objects.filter(uuid=c.equal.runs[0].uuid).update(end=None)),
            ("hidden", lambda c: CourseRun.objects.filter(uuid=c.equal.runs[0].uuid).update(hidden=True)),
            ("seats", lambda c: official_of(c, Seat, "course_run").filter(type__slug="audit").delete()),
            ("staff", lambda c: official_of(c, CourseRunStaff, "course_run").update(person=make_person())),
            (
                "video_translation_languages",
                lambda c: official_of(c, CourseRunLanguage, "course_run").filter(kind="video_translation").delete(),
            ),
            ("restricted_run", lambda c: official_of(c, RestrictedCourseRun, "course_run").delete()),
        ],
    )
    def test_each_table_of_a_run_is_compared(self, catalog: BusyCatalog, field: str, spoil: Break) -> None:
        spoil(catalog)
        finding = only_finding()
        assert (finding.invariant, finding.code, finding.key) == (1, "content_differs", catalog.equal.runs[0].key)
        assert finding.message == f"The official rows differ from publication 1 in {field}."

    def test_a_row_that_was_added_is_found(self, catalog: BusyCatalog) -> None:
        CourseSubject.objects.create(course=official_course(catalog.equal), subject=make_subject(), position=2)
        assert found() == [(1, "content_differs", catalog.equal.course.key)]

    def test_the_official_status_is_what_the_last_record_says(self, catalog: BusyCatalog) -> None:
        Course.objects.filter(uuid=catalog.equal.course.uuid).update(status="unpublished")
        finding = only_finding()
        assert (finding.invariant, finding.code) == (1, "status_differs")
        assert finding.message == "The official status is unpublished; publication 1 says published."

    def test_rows_that_are_gone_are_missed(self, catalog: BusyCatalog) -> None:
        run = official_run(catalog.equal)
        Course.objects.filter(canonical_course_run=run).update(canonical_course_run=None)
        run.delete()
        assert found() == [(1, "record_without_rows", catalog.equal.runs[0].key)]

    def test_rows_that_nobody_published_are_found(self, catalog: BusyCatalog) -> None:
        draft = draft_course(catalog.draft)
        copy = Course(uuid=draft.uuid, key=draft.key, number=draft.number, draft=False, draft_version=draft)
        copy.save()
        finding = only_finding()
        assert (finding.invariant, finding.code, finding.key) == (1, "rows_without_record", catalog.draft.course.key)
        assert finding.message == "There are official rows, and there is no publication record."

    def test_rows_that_were_removed_and_are_back_are_found(self, catalog: BusyCatalog) -> None:
        draft = draft_course(catalog.removed)
        Course(uuid=draft.uuid, key=draft.key, number=draft.number, draft=False, draft_version=draft).save()
        finding = only_finding()
        assert (finding.invariant, finding.code) == (1, "rows_without_record")
        assert finding.message == "There are official rows, and publication 2 removed them."

    def test_a_record_that_vanished_shows_as_content_nobody_published(self, catalog: BusyCatalog) -> None:
        records = past_the_commands(Publication).filter(unit_uuid=catalog.equal.course.uuid)
        delete(records)
        assert (1, "rows_without_record", catalog.equal.course.key) in found(1)


class TestClosedWorlds:
    def test_an_official_run_of_a_draft_course_is_found(self, catalog: BusyCatalog) -> None:
        run = official_run(catalog.equal)
        CourseRun.objects.filter(pk=run.pk).update(course=draft_course(catalog.equal))
        course = catalog.equal.course.key
        assert found() == [
            (3, "course_on_other_side", run.key),
            # The official course is left with a canonical run that is no run of it any more.
            (3, "canonical_of_other_course", course),
        ]

    def test_a_draft_run_of_an_official_course_is_found(self, catalog: BusyCatalog) -> None:
        run = catalog.edited.runs[1]
        CourseRun.drafts.filter(uuid=run.uuid).update(course=official_course(catalog.edited))
        assert found() == [(3, "course_on_other_side", run.key)]

    def test_a_canonical_run_on_the_other_side_is_found(self, catalog: BusyCatalog) -> None:
        draft = draft_course(catalog.equal)
        Course.drafts.filter(pk=draft.pk).update(canonical_course_run=official_run(catalog.equal))
        assert found() == [(3, "canonical_on_other_side", draft.key)]

    def test_an_official_course_with_a_draft_canonical_run_is_found(self, catalog: BusyCatalog) -> None:
        run = CourseRun.drafts.get(uuid=catalog.equal.runs[0].uuid)
        Course.objects.filter(uuid=catalog.equal.course.uuid).update(canonical_course_run=run)
        key = catalog.equal.course.key
        assert found() == [(3, "canonical_on_other_side", key), (3, "canonical_differs", key)]

    def test_a_canonical_run_of_another_course_is_found(self, catalog: BusyCatalog) -> None:
        foreign = CourseRun.drafts.get(uuid=catalog.draft.runs[0].uuid)
        Course.drafts.filter(uuid=catalog.equal.course.uuid).update(canonical_course_run=foreign)
        assert found() == [(3, "canonical_of_other_course", catalog.equal.course.key)]

    @pytest.mark.parametrize("index", [None, 1])
    def test_an_official_canonical_run_that_is_not_the_drafts_is_found(
        self, catalog: BusyCatalog, index: int | None
    ) -> None:
        other = None if index is None else official_run(catalog.edited, index)
        Course.objects.filter(uuid=catalog.edited.course.uuid).update(canonical_course_run=other)
        assert found() == [(3, "canonical_differs", catalog.edited.course.key)]

    def test_what_hangs_on_an_official_row_is_found(self, catalog: BusyCatalog) -> None:
        official = official_course(catalog.equal)
        CourseEditor.objects.create(course=official, user=get_user_model().objects.first())
        CourseUrlSlug.objects.create(course=official, url_slug="stray")
        CourseUrlRedirect.objects.create(course=official, value="stray")
        key = catalog.equal.course.key
        assert found() == [
            (3, "editor_on_official", key),
            (3, "slug_on_official", key),
            (3, "redirect_on_official", key),
        ]


class TestAnchors:
    @pytest.mark.parametrize(
        ("columns", "named"),
        [
            ({"key": "Other+1", "key_normalized": "other+1"}, "key"),
            ({"number": "Other"}, "number"),
        ],
    )
    def test_an_official_row_with_another_identity_is_found(
        self, catalog: BusyCatalog, columns: dict[str, str], named: str
    ) -> None:
        Course.objects.filter(uuid=catalog.equal.course.uuid).update(**columns)
        (finding,) = check_catalog([4])
        key = columns.get("key", catalog.equal.course.key)
        assert (finding.invariant, finding.code, finding.key) == (4, "anchor_differs", key)
        assert finding.message == (f"The official row and its draft row {catalog.equal.course.key} differ in {named}.")
        assert (1, "identity_differs", catalog.equal.course.key) in found(1)

    def test_a_key_in_other_letters_is_another_key_on_every_database(self, catalog: BusyCatalog) -> None:
        key = catalog.equal.course.key.upper()
        Course.objects.filter(uuid=catalog.equal.course.uuid).update(key=key)
        assert found(4) == [(4, "anchor_differs", key)]

    def test_an_official_row_with_another_uuid_is_found(self, catalog: BusyCatalog) -> None:
        run = official_run(catalog.equal)
        CourseRun.objects.filter(pk=run.pk).update(uuid="00000000-0000-4000-8000-000000000000")
        assert found(4) == [(4, "anchor_differs", run.key)]

    def test_an_anchor_that_is_official_is_found(self, catalog: BusyCatalog) -> None:
        other = official_course(catalog.edited)
        Course.objects.filter(uuid=catalog.equal.course.uuid).update(draft_version=other)
        assert found(4) == [(4, "anchor_is_official", catalog.equal.course.key)]

    def test_an_official_row_without_anchor_is_found(self, catalog: BusyCatalog) -> None:
        with without_database_checks():
            Course.objects.filter(uuid=catalog.equal.course.uuid).update(draft_version=None)
        assert found(4) == [(4, "anchor_missing", catalog.equal.course.key)]

    def test_a_draft_row_with_an_anchor_is_found(self, catalog: BusyCatalog) -> None:
        draft = draft_course(catalog.draft)
        with without_database_checks():
            Course.drafts.filter(pk=draft.pk).update(draft_version=draft)
        assert found(4) == [(4, "draft_has_anchor", draft.key)]

    def test_a_key_that_is_not_normalised_is_found(self, catalog: BusyCatalog) -> None:
        draft = draft_course(catalog.draft)
        Course.drafts.filter(pk=draft.pk).update(key_normalized=draft.key)
        assert found() == [(4, "key_not_normalized", draft.key)]

    def test_sides_of_a_run_in_different_courses_are_found(self, catalog: BusyCatalog) -> None:
        run = official_run(catalog.edited, 1)
        CourseRun.objects.filter(pk=run.pk).update(course=official_course(catalog.equal))
        assert found() == [(1, "identity_differs", run.key), (4, "course_differs", run.key)]

    def test_a_part_of_no_list_is_found_and_does_not_stop_the_check(self, catalog: BusyCatalog) -> None:
        links = official_of(catalog, CourseOrganization, "course")
        links.filter(kind="sponsor").update(kind="patron")
        Course.objects.filter(uuid=catalog.edited.course.uuid).update(title="Drifted")
        findings = list(check_catalog())
        assert [(finding.invariant, finding.code, finding.key) for finding in findings] == [
            (1, "content_differs", catalog.edited.course.key),
            (4, "part_of_no_list", catalog.equal.course.key),
        ]
        assert "'patron'" in findings[1].message

    def test_a_draft_part_of_no_list_is_found(self, catalog: BusyCatalog) -> None:
        run = CourseRun.drafts.get(uuid=catalog.draft.runs[0].uuid)
        CourseRunLanguage.objects.filter(course_run=run, kind="transcript").update(kind="subtitle")
        assert found() == [(4, "part_of_no_list", run.key)] * 2


class TestAcceptedWrites:
    def test_a_write_past_the_commands_is_found(self, catalog: BusyCatalog) -> None:
        Course.drafts.filter(uuid=catalog.edited.course.uuid).update(title="Nobody said so", outcome=None)
        finding = only_finding()
        key = catalog.edited.course.key
        assert (finding.invariant, finding.code, finding.key) == (7, "draft_differs_from_log", key)
        assert finding.message == "The edit log adds up to another draft: it differs in title, outcome."

    def test_a_part_written_past_the_commands_is_found(self, catalog: BusyCatalog) -> None:
        Seat.objects.filter(course_run__uuid=catalog.draft.runs[0].uuid).update(price="1.00")
        assert found() == [(7, "draft_differs_from_log", catalog.draft.runs[0].key)]

    def test_a_draft_that_is_wrongly_marked_equal_is_found_too(self, catalog: BusyCatalog) -> None:
        Course.drafts.filter(uuid=catalog.equal.course.uuid).update(title="Nobody said so")
        key = catalog.equal.course.key
        assert found() == [(7, "draft_differs_from_log", key), (7, "marked_equal", key)]

    def test_a_mark_alone_is_found(self, catalog: BusyCatalog) -> None:
        draft = draft_course(catalog.edited)
        Course.drafts.filter(pk=draft.pk).update(published_revision=draft.revision)
        finding = only_finding()
        assert (finding.invariant, finding.code, finding.key) == (7, "marked_equal", draft.key)
        assert "differs in outcome, " in finding.message

    @pytest.mark.parametrize("step", [-1, 1, 10**9])
    def test_a_revision_that_is_not_the_logs_is_found(self, catalog: BusyCatalog, step: int) -> None:
        draft = draft_course(catalog.draft)
        Course.drafts.filter(pk=draft.pk).update(revision=draft.revision + step)
        finding = only_finding()
        assert (finding.invariant, finding.code, finding.key) == (7, "revision_mismatch", draft.key)
        assert finding.message == f"The draft is at revision {draft.revision + step}; its log ends at {draft.revision}."

    def test_an_entry_that_vanished_leaves_a_gap_and_a_value_nobody_logged(self, catalog: BusyCatalog) -> None:
        course = catalog.edited.course
        records = past_the_commands(EditRecord).filter(unit_uuid=course.uuid, action="update")
        titled = next(record for record in records.order_by("sequence") if "title" in read_names(record))
        delete(records.filter(pk=titled.pk))
        codes = found(7)
        assert codes[0] == (7, "revision_unlogged", course.key)
        assert set(codes[1:]) == {(7, "overwritten_value_missing", course.key)}
        assert (10, "missing_entry", course.key) in found(10)

    def test_a_log_that_lost_its_beginning_is_found(self, catalog: BusyCatalog) -> None:
        run = catalog.draft.runs[0]
        delete(past_the_commands(EditRecord).filter(unit_uuid=run.uuid))
        assert found(7) == [(7, "revision_mismatch", run.key), (7, "creation_unlogged", run.key)]

    def test_an_entry_that_cannot_be_read_is_found(self, catalog: BusyCatalog) -> None:
        course = catalog.draft.course
        past_the_commands(EditRecord).filter(unit_uuid=course.uuid).update(changes=b"\x00")
        assert found() == [(7, "log_unreadable", course.key), (10, "altered", course.key)]


def read_names(record: EditRecord) -> set[str]:
    """Return the names of the fields that an entry says moved."""
    return set(read_changes(record))
