"""What runs by the clock, and what operators ask of the database: checks, seals, snapshots, first administrators."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from openedx_catalog_publisher.api import Selection
from openedx_catalog_publisher.models import (
    CatalogRoleAssignment,
    Course,
    EditRecord,
    Publication,
    Seal,
    Snapshot,
    UnitKind,
)
from openedx_catalog_publisher.publishing.capture import capture
from openedx_catalog_publisher.publishing.store import store_snapshots
from tests.checks.busy_catalog import past_the_commands
from tests.factories import make_course, make_organization, make_user, publish_now
from tests.management.calling import call, call_json, failing, refusal

pytestmark = pytest.mark.django_db


class TestCheckCatalog:
    def test_an_empty_and_a_healthy_catalog_hold(self) -> None:
        assert call("check_catalog") == "Every invariant holds."
        publish_now(Selection.of([make_course().course.uuid], all_runs=True))
        assert call("check_catalog") == "Every invariant holds."
        assert call_json("check_catalog") == {"findings": [], "count": 0}

    def test_what_is_broken_is_said_and_the_exit_status_is_one(self) -> None:
        course = make_course().course
        publish_now(Selection.of([course.uuid]))
        Course.objects.filter(uuid=course.uuid).update(title="Drifted")
        assert failing("check_catalog") == (
            f"{course.key}: The official rows differ from publication 1 in title. [1, content_differs]",
            "1 finding.",
        )
        assert call("check_catalog", "--invariants", "3", "4", "7", "10") == "Every invariant holds."

    def test_findings_are_one_json_document(self) -> None:
        course = make_course().course
        publish_now(Selection.of([course.uuid]))
        Course.objects.filter(uuid=course.uuid).update(title="数据", status="unpublished")
        out, sentence = failing("check_catalog", "--format", "json")
        assert sentence == "2 findings."
        assert json.loads(out) == {
            "findings": [
                {
                    "invariant": 1,
                    "code": "status_differs",
                    "key": course.key,
                    "message": "The official status is unpublished; publication 1 says published.",
                    "unit": str(course.uuid),
                },
                {
                    "invariant": 1,
                    "code": "content_differs",
                    "key": course.key,
                    "message": "The official rows differ from publication 1 in title.",
                    "unit": str(course.uuid),
                },
            ],
            "count": 2,
        }

    def test_an_invariant_that_is_not_checked_is_refused(self) -> None:
        assert "invalid choice: 9" in refusal("check_catalog", "--invariants", "9")


class TestLog:
    def test_seals_cover_what_moved(self) -> None:
        make_course()
        text = call("seal_log")
        seal = Seal.objects.get()
        assert text == f"Sealed 2 logs: {seal.seal_hash}"
        assert call("seal_log") == "Nothing moved since the last seal."

    def test_a_log_that_was_altered_is_said(self) -> None:
        made = make_course()
        assert call("verify_log") == "The log is what was written."
        assert call_json("verify_log") == []
        past_the_commands(EditRecord).filter(unit_uuid=made.course.uuid).update(revision=7)
        assert failing("verify_log") == (
            f"{made.course.key}: Entry 1 is not what was written. [altered]",
            "1 fault in the log.",
        )
        assert refusal("verify_log", made.course.key) == "1 fault in the log."
        assert call("verify_log", made.runs[0].key) == "The log is what was written."


class TestSnapshots:
    def test_what_nothing_refers_to_is_pruned(self) -> None:
        course = make_course().course
        publish_now(Selection.of([course.uuid]))
        draft = Course.drafts.get(uuid=make_course().course.uuid)
        idle = capture(UnitKind.COURSE, draft.side, [draft.pk]).units[draft.uuid].snapshot
        store_snapshots([idle], timezone.now())
        assert call("prune_snapshots", "--dry-run") == "1 snapshot would be deleted."
        assert call("prune_snapshots") == "1 snapshot deleted."
        assert call("prune_snapshots") == "0 snapshots deleted."
        assert Snapshot.objects.get().pk == Publication.objects.get().snapshot_id


class TestRoles:
    def test_the_first_administrator_is_made(self) -> None:
        make_user("ada")
        text = call("grant_role", "ada", "catalog_admin", "*", "--reason", "First.")
        assert text == "Granted: ada: catalog_admin (*)."
        grant = CatalogRoleAssignment.objects.get()
        assert (grant.user.username, grant.context, grant.reason, grant.granted_by) == ("ada", "*", "First.", None)
        assert grant.applies_to_all_contexts is True
        assert grant.expires_at is None

    def test_an_administrator_grants_a_role_that_ends(self) -> None:
        organization = make_organization("TüX")
        make_user("ada")
        make_user("bob")
        call("grant_role", "ada", "catalog_admin", "*", "--reason", "First.")
        until = "2031-12-31T00:00:00Z"
        arguments = ("bob", "org_member", organization.key, "--reason", "Team.")
        call("grant_role", *arguments, "--expires", until, "--as", "ada")
        grant = CatalogRoleAssignment.objects.get(user__username="bob")
        assert (grant.context, grant.granted_by.username) == ("tüx", "ada")
        assert grant.expires_at == datetime(2031, 12, 31, tzinfo=UTC)

    def test_faults_are_named(self) -> None:
        make_user("ada")
        make_user("bob")
        grant = ("grant_role", "ada", "catalog_admin")
        assert refusal("grant_role", "nobody", "org_member", "*", "--reason", "x") == ("There is no user nobody.")
        assert refusal(*grant, "Nobody", "--reason", "x") == "organization: There is no organization Nobody."
        assert refusal(*grant, "*", "--reason", "x", "--as", "bob").startswith("You may not manage roles")
        for text in ("tomorrow", "2031-12-31T00:00:00", "2031-13-31T00:00:00Z"):
            assert refusal(*grant, "*", "--reason", "x", "--expires", text) == (
                f"{text} is no time with an offset, such as 2031-12-31T00:00:00Z."
            )
        call(*grant, "*", "--reason", "First.")
        assert refusal(*grant, "*", "--reason", "Again.").endswith("This user holds this role there already.")
