"""
What Course Discovery lets people do that they should not, or keeps from them: each hole, and that it is none here.

Each class is named for one hole that was found there.
"""

from __future__ import annotations

from typing import Any

import pytest

from openedx_catalog_publisher.api import Selection
from openedx_catalog_publisher.models import Collaborator, Course, CourseEditor, CourseRun, CourseType, Person, Status
from tests import factories
from tests.rest.askers import askers, statuses
from tests.rest.conftest import Api

pytestmark = pytest.mark.django_db

COURSE = "/courses/AcmeX+DS101/"
EDITORS = f"{COURSE}editors/"
PLACE = {"location_name": "Antwerp", "lat": "51.2", "lng": "4.4"}
"""Content that needs no review."""


@pytest.fixture
def outsider() -> Api:
    """Somebody who is logged in and belongs to nothing."""
    return Api(factories.make_user("outsider"))


@pytest.fixture
def colleague(organization: Any) -> Api:
    """A member of the organization who is no editor of the course."""
    return Api(factories.make_member(organization, "colleague"))


class TestCollaboratorsCouldBeWrittenByWhoeverIsLoggedIn:
    def test_nobody_but_course_teams_adds_and_nobody_but_those_it_works_with_changes_one(
        self, course: Course, organization: Any
    ) -> None:
        shown = Collaborator.objects.get(course_links__course=course)
        apis = askers(organization)
        path = f"/collaborators/{shown.uuid}/"

        assert statuses(apis, "POST", "/collaborators/", {"name": "Made up"})["outsider"] == 403
        changed = statuses(apis, "PATCH", path, {"name": "Taken over"})
        assert {name for name, status in changed.items() if status == 200} == {"member", "staff", "administrator"}
        deleted = statuses({name: api for name, api in apis.items() if name != "administrator"}, "DELETE", path)
        assert set(deleted.values()) == {401, 403}
        assert Collaborator.objects.filter(pk=shown.pk).exists()


class TestEditorsCouldBeListedByAnybody:
    def test_nobody_is_told_who_edits_without_an_account_and_an_outsider_finds_no_course(
        self, course: Course, outsider: Api
    ) -> None:
        assert Api(None).get(EDITORS).status_code == 401
        assert outsider.get(EDITORS).status_code == 404
        assert Api(None).get(COURSE, editable="1").status_code == 401


class TestRunsCouldBeCreatedByMembersWhoAreNoEditors:
    def test_a_member_who_is_no_editor_adds_no_run(self, course: Course, colleague: Api, team: Api) -> None:
        sent = {
            "course": "AcmeX+DS101",
            "run": "3T2031",
            "start": "2031-09-01T00:00:00Z",
            "end": "2031-12-01T00:00:00Z",
            "run_type": str(factories.run_type().uuid),
            "pacing_type": "self_paced",
        }

        refused = colleague.post("/course_runs/", sent)

        assert refused.status_code == 403
        assert CourseRun.drafts.filter(course=course).count() == 2
        assert team.post("/course_runs/", sent).status_code == 201


class TestAMemberCouldRemoveTheOnlyEditorAndThenEdit:
    def test_a_member_who_is_no_editor_removes_none_and_stays_out(
        self, course: Course, colleague: Api, member: Any
    ) -> None:
        editor = CourseEditor.objects.get(course=course)

        assert colleague.delete(f"{EDITORS}{editor.pk}/").status_code == 403
        assert colleague.post(EDITORS, {"user": "colleague"}).status_code == 403

        assert list(CourseEditor.objects.all()) == [editor]
        assert colleague.patch(COURSE, {"title": "Taken over"}).status_code == 403
        assert Course.drafts.get(pk=course.pk).title == "Data für alle"


class TestInternalFieldsOfOfficialRowsWereShownToEverybody:
    def test_an_outsider_sees_no_watchers_no_editors_and_no_decision_on_restrictions(
        self, course: Course, run: CourseRun, team: Api, outsider: Api
    ) -> None:
        # They stand on the draft alone, and publishing leaves them there.
        changed = team.patch(COURSE, {"watchers": ["secret@example.org"], "title": "Changed"})
        assert changed.json()["watchers"] == ["secret@example.org"]
        CourseRun.drafts.filter(uuid=run.uuid).update(has_ofac_restrictions=True, ofac_comment="Secret.")
        factories.publish_now(Selection.of([course.uuid], all_runs=True))

        for path in (COURSE, "/courses/", f"/course_runs/{run.key}/", "/course_runs/"):
            text = outsider.get(path).content.decode()
            assert "ecret" not in text, path
        official = outsider.get(COURSE).json()
        assert (official["title"], official["editors"], official["watchers"]) == ("Changed", [], [])
        assert outsider.get(COURSE, editable="1").status_code == 404


class TestStaffCouldNotCreatePeopleAndTeamsCouldDeleteAnyPerson:
    def test_staff_create_people_and_teams_delete_none(self, course: Course, organization: Any) -> None:
        apis = askers(organization)
        created = statuses(apis, "POST", "/people/", {"given_name": "Ada"})
        person = Person.objects.get(
            course_run_links__course_run__course=course, course_run_links__course_run__draft=True
        )

        assert created["staff"] == 201
        deleted = statuses(
            {name: apis[name] for name in ("member", "member elsewhere", "outsider", "staff")},
            "DELETE",
            f"/people/{person.uuid}/",
        )
        assert set(deleted.values()) == {403}
        changed = statuses(apis, "PATCH", f"/people/{person.uuid}/", {"given_name": "Taken over"})
        assert changed["member elsewhere"] == 403


class TestReservedTypesWereOnlyLeftOutOfForms:
    def test_a_type_that_is_reserved_for_another_organization_is_refused_on_every_write(
        self, course: Course, team: Api
    ) -> None:
        reserved = CourseType.objects.get(slug="professional")
        factories.make_organization("Chosen").white_listed_course_types.add(reserved)
        sent = {"org": "AcmeX", "number": "NEW1", "title": "New", "type": str(reserved.uuid)}

        created = team.post("/courses/", sent)
        changed = team.patch(COURSE, {"type": str(reserved.uuid)})

        assert (created.status_code, list(created.json()["errors"])) == (400, ["type"])
        assert (changed.status_code, list(changed.json()["errors"])) == (400, ["type"])


class TestStateAndIdentityCouldBeWritten:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("status", "published"),
            ("key", "course-v1:AcmeX+DS101+Mine"),
            ("uuid", "11111111-2222-3333-4444-555555555555"),
            ("enrollment_count", 1_000_000),
        ],
    )
    def test_a_run_keeps_what_its_editors_may_not_write(
        self, course: Course, team: Api, field: str, value: Any
    ) -> None:
        run = CourseRun.drafts.get(course=course, key="course-v1:AcmeX+DS101+2T2031")
        CourseRun.everything.filter(uuid=run.uuid, draft=True).update(status=Status.UNPUBLISHED)
        before = CourseRun.everything.filter(pk=run.pk).values("status", "key", "uuid", "enrollment_count").get()

        answer = team.patch(f"/course_runs/{run.key}/", {field: value})

        assert answer.status_code in (200, 400)
        after = CourseRun.everything.filter(pk=run.pk).values("status", "key", "uuid", "enrollment_count").get()
        assert after == before


class TestLookUpsWereNotOfOnePartner:
    def test_a_key_in_whatever_case_and_a_slug_name_one_thing_of_the_installation(
        self, course: Course, team: Api
    ) -> None:
        assert team.get("/courses/acmex+ds101/").json()["uuid"] == str(course.uuid)
        sent = {"org": "ACMEX", "number": "ds101", "title": "Again", "type": str(factories.course_type().uuid)}
        again = team.post("/courses/", sent)
        assert (again.status_code, list(again.json()["errors"])) == (400, ["key"])
        slug = Course.drafts.get(pk=course.pk).url_slug
        if slug:
            other = team.post("/courses/", sent | {"number": "DS102", "url_slug": slug})
            assert (other.status_code, list(other.json()["errors"])) == (400, ["url_slug"])


class TestReviewersHadToBeStaff:
    """Legal users there need ``is_staff``, which lets them write everything."""

    @pytest.mark.parametrize("role", ["legal_reviewer", "project_coordinator"])
    def test_a_reviewer_reads_drafts_plans_and_histories_and_writes_nothing(
        self, course: Course, organization: Any, role: str
    ) -> None:
        user = factories.make_user()
        factories.grant(user, factories.RoleName(role), organization)
        api = Api(user)

        assert api.get(COURSE, editable="1").json()["editable"] is False
        for path in ("diff/", "history/", "editors/"):
            assert api.get(f"{COURSE}{path}").status_code == 200, path
        assert api.post(f"{COURSE}plan/").status_code == 200
        for path in ("publish/", "discard/", "history/1/restore/"):
            assert api.post(f"{COURSE}{path}").status_code == 403, path
        assert api.post(f"{COURSE}unpublish/", {"message": "x"}).status_code == 403
        assert api.patch(COURSE, {"title": "Mine"}).status_code == 403
        assert api.delete(COURSE).status_code == 403

    def test_a_publisher_editor_does_what_editors_do_in_the_organization_and_nothing_elsewhere(
        self, course: Course, organization: Any
    ) -> None:
        user = factories.make_user()
        factories.grant(user, factories.RoleName.PUBLISHER_EDITOR, organization)
        api = Api(user)
        elsewhere = factories.make_course().course

        assert api.patch(COURSE, {"geolocation": PLACE}).status_code == 200
        assert api.post(f"{COURSE}publish/").status_code == 200
        assert api.patch(COURSE, {"title": "Corrected"}).status_code == 200
        assert api.post(f"{COURSE}publish/").status_code == 409
        assert api.post(f"{COURSE}unpublish/", {"message": "x"}).status_code == 200
        assert api.get(f"/courses/{elsewhere.key}/", editable="1").status_code == 404
        assert api.get("/role_assignments/").status_code == 403
