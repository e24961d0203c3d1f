"""An operator plans, publishes, looks back, restores, discards, withdraws, removes, undoes and repairs."""

from __future__ import annotations

import uuid

import pytest

from openedx_catalog_publisher.api import update_course
from openedx_catalog_publisher.models import ActorPseudonym, Course, CourseRun, Publication, Release
from tests.factories import SYSTEM, make_admin, make_course, make_member, make_organization, make_user
from tests.management.calling import call, call_json, refusal
from tests.review.stage import set_stage

pytestmark = pytest.mark.django_db

SKIPPING = ("--skip-review", "--message", "tests")
"""Publishing what nobody reviewed, as an operator may."""


class TestPlan:
    def test_a_first_publication_is_planned_field_by_field(self) -> None:
        course = make_course(title="Daten für alle").course
        lines = call("plan_course", course.key).splitlines()
        assert lines[0] == f"course {course.key}: first publication"
        assert lines[1] == "  publication 1, published"
        at = lines.index("  title")
        assert lines[at + 1 : at + 3] == ["    - null", '    + "Daten für alle"']
        assert "  courseorganization: 2 inserts" in lines
        assert lines[-1] == f"Digest: {call_json('plan_course', course.key)['plan_digest']}"
        assert not Publication.objects.exists()

    def test_long_values_are_cut_in_text_and_whole_in_json(self) -> None:
        course = make_course(full_description="x" * 300).course
        lines = call("plan_course", course.key).splitlines()
        assert lines[lines.index("  full_description") + 2] == '    + "' + "x" * 98 + "…"
        (unit,) = call_json("plan_course", course.key)["units"]
        changes = {change["field"]: change["new"] for change in unit["changes"]}
        assert changes["full_description"] == "x" * 300

    def test_runs_come_by_key_by_uuid_or_all_together(self) -> None:
        made = make_course(runs=2)
        first, second = made.runs

        def planned(*runs: str) -> list[str]:
            answer = call_json("plan_course", str(made.course.uuid), *(("--runs", *runs) if runs else ()))
            return [unit["key"] for unit in answer["units"]]

        assert planned() == [made.course.key]
        assert planned(first.key) == [made.course.key, first.key]
        assert planned(str(second.uuid), first.key) == [made.course.key, first.key, second.key]
        assert planned("all") == [made.course.key, first.key, second.key]

    def test_a_run_brings_its_course_where_that_is_needed_or_asked_for(self) -> None:
        made = make_course()
        run = made.runs[0].key
        assert [unit["key"] for unit in call_json("plan_course", run)["units"]] == [made.course.key, run]
        call("publish_course", made.course.key, *SKIPPING)
        assert [unit["key"] for unit in call_json("plan_course", run)["units"]] == [run]
        both = call_json("plan_course", run, "--with-course")["units"]
        assert [unit["key"] for unit in both] == [made.course.key, run]

    def test_keys_are_found_however_they_are_written(self) -> None:
        course = make_course(make_organization("TüX"), number="Data.1").course
        assert call_json("plan_course", "tüx+DATA.1")["units"][0]["key"] == course.key

    def test_faults_of_the_call_are_named(self) -> None:
        made, other = make_course(), make_course()
        missing = uuid.uuid4()
        assert refusal("plan_course", "Nobody+1") == "There is no course or course run Nobody+1."
        assert refusal("plan_course", str(missing)) == f"There is no course or course run {missing}."
        assert refusal("plan_course", made.course.key, "--runs", "x") == "There is no course run x."
        foreign = other.runs[0].key
        assert refusal("plan_course", made.course.key, "--runs", foreign) == (
            f"Not runs of {made.course.key}: {foreign}."
        )
        run = made.runs[0].key
        assert refusal("plan_course", run, "--runs", "all") == (
            f"{run} is a run. Name its course to name runs with --runs."
        )
        assert refusal("plan_course", run, "--as", "nobody") == "There is no user nobody."


class TestPublish:
    def test_a_course_is_published_by_the_system_with_a_message(self) -> None:
        made = make_course()
        text = call("publish_course", made.course.key, "--runs", "all", "--message", "Ready 准备好", "--skip-review")
        release = Release.objects.get()
        assert text.splitlines() == [
            f"Release {release.uuid}",
            f"  {made.course.key}: publication 1, published",
            f"  {made.runs[0].key}: publication 1, published",
        ]
        assert release.message == "Ready 准备好"
        assert ActorPseudonym.objects.get(uuid=release.actor).system_name == "publish_course"
        assert release.source == "command"

    def test_publishing_again_says_that_nothing_differs(self) -> None:
        course = make_course().course
        call("publish_course", course.key, *SKIPPING)
        assert call("publish_course", course.key, *SKIPPING) == f"Nothing differs: {course.key}."
        assert call_json("publish_course", course.key, *SKIPPING) == {
            "release": None,
            "publications": [],
            "unchanged": [course.key],
        }

    def test_only_what_the_plan_said_is_published(self) -> None:
        course = make_course().course
        digest = call_json("plan_course", course.key)["plan_digest"]
        update_course(SYSTEM, course.uuid, {"title": "Moved"})
        assert refusal("publish_course", course.key, "--expected-digest", digest) == (
            "Something moved since this plan was made. Read the plan again."
        )
        digest = call_json("plan_course", course.key)["plan_digest"]
        answer = call_json("publish_course", course.key, "--expected-digest", digest, *SKIPPING)
        assert [(entry["key"], entry["number"], entry["status"]) for entry in answer["publications"]] == [
            (course.key, 1, "published")
        ]

    def test_a_user_acts_with_their_own_rights(self) -> None:
        organization = make_organization()
        course = make_course(organization).course
        make_user("stranger")
        make_member(organization, "member")
        assert refusal("publish_course", course.key, "--as", "stranger") == f"You may not publish {course.key}."
        make_admin("chief")
        skipping = ("--skip-review", "--message", "It is urgent.")
        assert refusal("publish_course", course.key, "--as", "member", *skipping) == (
            f"You may not skip review {course.key}."
        )
        call("publish_course", course.key, "--as", "chief", *skipping)
        (record,) = Publication.objects.all()
        assert str(ActorPseudonym.objects.get(uuid=record.actor)) == "chief"
        assert (record.approval, record.release.message) == ("skipped", "It is urgent.")

    def test_what_needs_review_is_published_only_where_it_is_skipped_for_a_reason(self) -> None:
        course = make_course().course
        assert refusal("publish_course", course.key) == (
            f"{course.key} still needs review: legal, internal. Submit it for review; it goes live when every step is "
            "approved."
        )
        assert refusal("publish_course", course.key, "--skip-review") == "message: Say why the reviews are skipped."
        assert not Publication.objects.exists()

    def test_what_is_approved_is_published_by_the_system_without_a_reason(self) -> None:
        stage = set_stage()
        stage.submit_course()
        stage.approve(stage.course)
        call("publish_course", str(stage.course))
        assert Publication.objects.get().approval == "approved"


class TestHistory:
    def test_publications_are_listed_the_last_first(self) -> None:
        course = make_course(make_organization(), title="First").course
        make_admin("admin")
        assert call("publication_history", course.key) == f"{course.key} was never published."
        call("publish_course", course.key, "--message", "Ready", "--skip-review")
        update_course(SYSTEM, course.uuid, {"title": "Second", "outcome": "More"})
        call("publish_course", course.key, "--as", "admin", *SKIPPING)
        call("remove_from_catalog", course.key, "--reason", "Gone.", "--as", "admin")
        third, second, first = Publication.objects.order_by("-number")

        lines = call("publication_history", course.key).splitlines()
        assert lines[0] == (
            f"3  {third.occurred_at.isoformat(timespec='seconds')}  remove  by admin  release {third.release.uuid}"
        )
        assert lines[1] == "   message: Gone."
        assert lines[3] == "   message: tests"
        assert lines[4] == "   changed: title, outcome"
        assert lines[5].endswith(f"publish  by publish_course  release {first.release.uuid}")
        assert lines[6] == "   message: Ready"
        assert lines[7].startswith("   changed: title, type, url_slug, ")

        entries = call_json("publication_history", str(course.uuid))
        assert [(entry["number"], entry["action"], entry["actor"]) for entry in entries] == [
            (3, "remove", "admin"),
            (2, "publish", "admin"),
            (1, "publish", "publish_course"),
        ]
        assert entries[1]["changed"] == ["title", "outcome"]
        assert entries[1]["release"] == str(second.release.uuid)
        assert entries[0]["changed"] == []


class TestDrafts:
    def test_a_publication_is_restored_and_discarded_again(self) -> None:
        course = make_course(title="First").course
        call("publish_course", course.key, *SKIPPING)
        update_course(SYSTEM, course.uuid, {"title": "Second"})
        call("publish_course", course.key, *SKIPPING)

        assert call("restore_publication", course.key, "1").splitlines() == [
            f"The draft of {course.key} is publication 1 again:",
            "  title",
            '    - "Second"',
            '    + "First"',
        ]
        assert call("restore_publication", course.key, "1") == (
            f"The draft of {course.key} is equal to publication 1 already."
        )
        assert Course.objects.get(uuid=course.uuid).title == "Second"
        assert call("discard_draft", course.key).splitlines() == [
            f"The draft of {course.key} is what is official again:",
            "  title",
            '    - "First"',
            '    + "Second"',
        ]
        assert call("discard_draft", course.key) == (f"The draft of {course.key} is equal to what is official already.")

    def test_what_cannot_be_restored_or_discarded_says_so(self) -> None:
        course = make_course().course
        assert refusal("restore_publication", course.key, "7") == f"{course.key} has no publication 7."
        assert refusal("discard_draft", course.key).startswith(f"{course.key} has nothing official to go back to.")
        make_user("stranger")
        assert refusal("discard_draft", course.key, "--as", "stranger") == f"You may not edit {course.key}."


class TestWithdrawal:
    def test_a_course_is_unpublished_with_its_runs(self) -> None:
        made = make_course()
        call("publish_course", made.course.key, "--runs", "all", *SKIPPING)
        text = call("unpublish_course", made.course.key, "--runs", "all", "--reason", "Over.")
        assert text.splitlines() == [
            f"Release {Release.objects.latest('pk').uuid}",
            f"  {made.course.key}: unpublished",
            f"  {made.runs[0].key}: unpublished",
        ]
        assert CourseRun.objects.get(uuid=made.runs[0].uuid).status == "unpublished"
        assert refusal("unpublish_course", made.course.key, "--reason", "Again.") == (
            f"Not published: {made.course.key}."
        )

    def test_a_run_is_removed_and_then_its_course(self) -> None:
        made = make_course(runs=2)
        call("publish_course", made.course.key, "--runs", "all", *SKIPPING)
        assert call("remove_from_catalog", made.runs[1].key, "--reason", "Gone.").splitlines()[1:] == [
            f"  {made.runs[1].key}: removed"
        ]
        assert call("remove_from_catalog", made.course.key, "--reason", "Gone.").splitlines()[1:] == [
            f"  {made.course.key}: removed",
            f"  {made.runs[0].key}: removed",
        ]
        assert not Course.objects.exists()

    def test_a_reason_has_to_be_given(self) -> None:
        course = make_course().course
        call("publish_course", course.key, *SKIPPING)
        for command in ("unpublish_course", "remove_from_catalog"):
            assert "--reason" in refusal(command, course.key)
            assert refusal(command, course.key, "--reason", " ") == "reason: Say why: the reason stands in the log."

    def test_only_administrators_remove(self) -> None:
        organization = make_organization()
        course = make_course(organization).course
        call("publish_course", course.key, *SKIPPING)
        make_member(organization, "member")
        assert refusal("remove_from_catalog", course.key, "--reason", "x", "--as", "member") == (
            f"You may not remove {course.key}."
        )


class TestUndo:
    def test_a_release_is_planned_and_undone(self) -> None:
        course = make_course(title="First").course
        call("publish_course", course.key, *SKIPPING)
        update_course(SYSTEM, course.uuid, {"title": "Second"})
        release = call_json("publish_course", course.key, *SKIPPING)["release"]

        text = call("undo_release", release, "--plan").splitlines()
        assert text[:5] == [
            f"course {course.key}: changes",
            "  publication 3, published",
            "  title",
            '    - "Second"',
            '    + "First"',
        ]
        plan = call_json("undo_release", release, "--plan")
        assert Course.objects.get(uuid=course.uuid).title == "Second"
        undone = call_json("undo_release", release, "--expected-digest", plan["plan_digest"], "--message", "Too early.")
        assert [(entry["number"], entry["action"]) for entry in undone["publications"]] == [(3, "undo")]
        assert Release.objects.get(uuid=undone["release"]).message == "Too early."
        assert Course.objects.get(uuid=course.uuid).title == "First"
        assert refusal("undo_release", release).startswith(f"Published, withdrawn or removed since: {course.key}.")

    def test_a_release_that_is_none_is_named(self) -> None:
        missing = uuid.uuid4()
        assert refusal("undo_release", str(missing)) == f"There is no release {missing}."
        assert refusal("undo_release", "last") == "last is no uuid of a release. publication_history shows them."


class TestRebuild:
    def test_drift_is_repaired_where_it_is_and_nowhere_else(self) -> None:
        made, other = make_course(), make_course()
        for course in (made.course, other.course):
            call("publish_course", course.key, "--runs", "all", *SKIPPING)
        CourseRun.objects.filter(uuid=made.runs[0].uuid).update(hidden=True)
        text = call("rebuild_official", made.course.key, "--reason", "Drift.").splitlines()
        assert text == [f"{made.runs[0].key}: repaired by publication 2", "1 repaired, 1 were right."]
        assert call("rebuild_official", "--all") == "0 repaired, 4 were right."
        assert [entry["publications"] for entry in call_json("rebuild_official", "--all")] == [[]]

    def test_official_rows_that_are_gone_come_back(self) -> None:
        made = make_course()
        call("publish_course", made.course.key, "--runs", "all", *SKIPPING)
        Course.objects.update(canonical_course_run=None)
        CourseRun.objects.all().delete()
        Course.objects.all().delete()
        assert refusal("check_catalog") == "2 findings."
        assert call("rebuild_official", made.course.key).splitlines() == [
            f"{made.course.key}: repaired by publication 2",
            f"{made.runs[0].key}: repaired by publication 2",
            "2 repaired, 0 were right.",
        ]
        assert call("check_catalog") == "Every invariant holds."

    def test_units_or_all_of_them_have_to_be_named(self) -> None:
        assert refusal("rebuild_official") == "Name courses or runs, or give --all."
        assert refusal("rebuild_official", "A+B", "--all") == "Name courses or runs, or give --all."
