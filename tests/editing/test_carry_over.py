"""Carrying courses over: drafts and official sides as an import states them, whole, and nothing twice."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openedx_catalog_publisher.api import (
    CarriedOver,
    CourseInput,
    CourseOutcome,
    InvalidInput,
    NotPermitted,
    OfficialInput,
    RunInput,
    Selection,
    add_redirect,
    carry_over,
    delete_course,
    discard,
    update_course,
    write_courses,
)
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import (
    Course,
    CourseRun,
    CourseUrlRedirect,
    CourseUrlSlug,
    EditRecord,
    OrganizationProfile,
    Publication,
    Release,
    Status,
    Subject,
    UnitKind,
)
from tests.factories import (
    SYSTEM,
    acting,
    make_course,
    make_member,
    make_organization,
    make_subject,
    publish_now,
    run_changes,
)
from tests.row_counts import row_counts

pytestmark = pytest.mark.django_db

REASON = "moved here"
PUBLISHED = OfficialInput(Status.PUBLISHED)


@pytest.fixture
def organization() -> OrganizationProfile:
    return make_organization("NorthU")


@pytest.fixture(autouse=True)
def _sound() -> Any:
    """Whatever a test carries over, the catalog is sound afterwards."""
    yield
    assert list(check_catalog()) == []


def course(number: str = "SKY", *, runs: Any = (), **fields: Any) -> CourseInput:
    """Return a course of NorthU; names of CourseInput's attributes are that, all others are content of the draft."""
    names = {"uuid", "official", "canonical_run", "former_slugs", "redirects"}
    own = {name: fields.pop(name) for name in names & fields.keys()}
    owner = OrganizationProfile.objects.get(key="NorthU")
    changes = {"title": "The Sky", "url_slug": number.lower(), "authoring_organizations": [owner]} | fields
    return CourseInput("NorthU", number, changes, runs, **own)


def run(part: str = "1", *, official: OfficialInput | None = None, **changes: Any) -> RunInput:
    return RunInput(f"course-v1:NorthU+SKY+{part}", changes, official=official)


def carry(*courses: CourseInput, **options: Any) -> CarriedOver:
    return carry_over(SYSTEM, courses, reason=REASON, **options)


def only(result: CarriedOver) -> CourseOutcome:
    [outcome] = result.courses
    return outcome


def refusal(*courses: CourseInput, **options: Any) -> dict[str, list[str]]:
    """Return why the last course was refused, after checking that nothing was written."""
    before = row_counts()
    outcome = carry(*courses, **options).courses[-1]
    assert outcome.refused
    if len(courses) == 1:
        assert row_counts() == before
    return outcome.refused


class TestBothSides:
    def test_draft_and_official_side_are_as_stated(self, organization: OrganizationProfile) -> None:
        entry = course(
            title="Draft",
            official=OfficialInput(Status.PUBLISHED, {"title": "Official", "url_slug": "old-sky"}),
            runs=[run(official=PUBLISHED, min_effort=2), run("2", min_effort=3)],
        )
        result = carry(entry)
        outcome = only(result)
        assert outcome.created == ["NorthU+SKY", "course-v1:NorthU+SKY+1", "course-v1:NorthU+SKY+2"]
        assert outcome.published == ["NorthU+SKY", "course-v1:NorthU+SKY+1"]
        draft = Course.drafts.get()
        assert (draft.title, draft.status, draft.has_unpublished_changes) == ("Draft", "published", True)
        assert (draft.official.title, draft.official.url_slug, draft.official.status) == (
            "Official",
            "old-sky",
            "published",
        )
        first, second = CourseRun.drafts.order_by("key")
        assert (first.has_unpublished_changes, first.official.min_effort) == (False, 2)
        assert first.announcement == first.official.announcement is not None
        assert (second.has_unpublished_changes, second.official, second.status) == (True, None, "unpublished")
        assert draft.official.canonical_course_run == first.official
        release = Release.objects.get()
        assert result.releases == ((release.uuid, 2),)
        assert (release.action, release.message) == ("publish", REASON)
        assert set(Publication.objects.values_list("approval", flat=True)) == {"skipped"}

    def test_both_slugs_lead_to_the_course(self, organization: OrganizationProfile) -> None:
        carry(course(official=OfficialInput(Status.PUBLISHED, {"url_slug": "old-sky"}), former_slugs=["oldest-sky"]))
        slugs = {
            row.url_slug: (row.is_active, row.is_active_on_draft, row.was_official)
            for row in CourseUrlSlug.objects.all()
        }
        assert slugs == {
            "sky": (False, True, False),
            "old-sky": (True, False, True),
            "oldest-sky": (False, False, True),
        }

    def test_what_is_withdrawn_is_published_first(self, organization: OrganizationProfile) -> None:
        result = carry(course(official=OfficialInput(Status.UNPUBLISHED)), course("SEA", official=PUBLISHED))
        withdrawn, live = Course.objects.order_by("key_normalized").reverse()
        assert (withdrawn.status, live.status) == ("unpublished", "published")
        actions = Publication.objects.filter(unit_uuid=withdrawn.uuid).order_by("number")
        assert list(actions.values_list("action", "status")) == [
            ("publish", "published"),
            ("unpublish", "unpublished"),
        ]
        assert [units for _, units in result.releases] == [2, 1]
        assert not withdrawn.draft_version.has_unpublished_changes

    @pytest.mark.parametrize("status", [Status.PUBLISHED, Status.UNPUBLISHED])
    def test_the_second_time_nothing_is_written(self, organization: OrganizationProfile, status: Status) -> None:
        entry = course(
            official=OfficialInput(status, {"title": "Official", "url_slug": "old-sky"}),
            runs=[run("2", official=OfficialInput(status, {"hidden": True})), run("1")],
            canonical_run="course-v1:NorthU+SKY+1",
            former_slugs=["oldest-sky"],
            redirects=["/old/Sky "],
        )
        carry(entry)
        before = row_counts()
        result = carry(entry)
        assert row_counts() == before
        assert result.releases == ()
        assert only(result).unchanged == ["NorthU+SKY", "course-v1:NorthU+SKY+2", "course-v1:NorthU+SKY+1"]
        assert only(result).published == []

    def test_a_status_alone_moves(self, organization: OrganizationProfile) -> None:
        carry(course(official=PUBLISHED))
        carry(course(official=OfficialInput(Status.UNPUBLISHED)))
        assert Course.objects.get().status == "unpublished"
        outcome = only(carry(course(official=PUBLISHED)))
        assert (outcome.unchanged, outcome.published) == (["NorthU+SKY"], ["NorthU+SKY"])
        assert list(Publication.objects.order_by("number").values_list("action", flat=True)) == [
            "publish",
            "unpublish",
            "publish",
        ]
        assert not Course.drafts.get().has_unpublished_changes

    def test_a_draft_that_comes_back_to_the_official_side_is_equal_to_it(
        self, organization: OrganizationProfile
    ) -> None:
        carry(course(title="Draft", official=OfficialInput(Status.PUBLISHED, {"title": "Official"})))
        result = carry(course(title="Official", official=PUBLISHED))
        assert only(result).published == []
        assert not Course.drafts.get().has_unpublished_changes

    def test_official_content_that_differs_is_published_beside_the_draft(
        self, organization: OrganizationProfile
    ) -> None:
        carry(course(official=PUBLISHED))
        carry(course(title="Draft", official=OfficialInput(Status.PUBLISHED, {"title": "Second"})))
        assert (Course.drafts.get().title, Course.objects.get().title) == ("Draft", "Second")
        discard(SYSTEM, UnitKind.COURSE, Course.drafts.get().uuid)
        assert Course.drafts.get().title == "Second"

    def test_a_run_stays_draft_where_its_course_is_not_official(self, organization: OrganizationProfile) -> None:
        assert refusal(course(runs=[run(official=PUBLISHED)])) == {
            "course-v1:NorthU+SKY+1.official": ["A run is official only with its course, and that is not."]
        }
        carry(course(official=PUBLISHED))
        carry(course(runs=[run(official=PUBLISHED)]))
        assert CourseRun.objects.get().status == "published"

    def test_faults_of_the_official_side_are_named_as_such(self, organization: OrganizationProfile) -> None:
        official = OfficialInput(Status.PUBLISHED, {"min_effort": 9, "colour": "red"})
        assert refusal(course(official=PUBLISHED, runs=[run(official=official, max_effort=2)])) == {
            "course-v1:NorthU+SKY+1.official.colour": ["This is not a field that can be written here."]
        }
        official = OfficialInput(Status.PUBLISHED, {"min_effort": 9})
        assert refusal(course(official=PUBLISHED, runs=[run(official=official, min_effort=1, max_effort=2)])) == {
            "course-v1:NorthU+SKY+1.official.max_effort": ["The most effort is not below the least."]
        }

    def test_a_slug_of_another_course_is_refused_on_the_official_side_too(
        self, organization: OrganizationProfile
    ) -> None:
        taken = OfficialInput(Status.PUBLISHED, {"url_slug": "Sky"})
        assert set(refusal(course(), course("SEA", official=taken))) == {"official.url_slug"}
        assert set(refusal(course("SEA", former_slugs=["SKY"]))) == {"url_slug_history"}

    def test_drafts_alone_are_written_without_publishing(self, organization: OrganizationProfile) -> None:
        entry = course(official=OfficialInput(Status.PUBLISHED, {"short_description": "<p>Short</p>"}))
        [outcome] = write_courses(SYSTEM, [entry])
        assert (outcome.created, outcome.published) == (["NorthU+SKY"], [])
        assert Course.drafts.get().short_description == "<p>Short</p>"
        assert not Course.objects.exists()

    def test_a_dry_run_says_the_same_and_writes_nothing(self, organization: OrganizationProfile) -> None:
        entry = course(official=PUBLISHED, runs=[run(official=PUBLISHED), run("2")])
        before = row_counts()
        planned = carry(entry, dry_run=True)
        assert row_counts() == before
        done = carry(entry)
        assert only(planned).created == only(done).created
        assert only(planned).published == only(done).published == ["NorthU+SKY", "course-v1:NorthU+SKY+1"]
        assert (planned.releases, len(done.releases)) == ((), 1)

    def test_the_number_of_statements_is_that_of_one_course(self, organization: OrganizationProfile) -> None:
        def statements(first: int, courses: int) -> int:
            entries = [
                CourseInput(
                    "NorthU",
                    f"C{number}",
                    {"title": "C", "url_slug": f"c{number}", "authoring_organizations": [organization]},
                    [
                        RunInput(
                            f"course-v1:NorthU+C{number}+{part}",
                            {},
                            uuid.uuid4(),
                            OfficialInput(Status.UNPUBLISHED, {"hidden": True}),
                        )
                        for part in ("1", "2")
                    ],
                    uuid=uuid.uuid4(),
                    official=OfficialInput(Status.PUBLISHED, {"title": "O", "url_slug": f"o{number}"}),
                    canonical_run=f"course-v1:NorthU+C{number}+2",
                    former_slugs=[f"f{number}"],
                    redirects=[f"/r{number}"],
                )
                for number in range(first, first + courses)
            ]
            with CaptureQueriesContext(connection) as captured:
                carry(*entries)
            return len(captured)

        statements(0, 1)
        assert statements(1, 1) == statements(2, 7)


class TestWhatIsLeftOut:
    def test_only_stated_fields_go_live(self, organization: OrganizationProfile) -> None:
        carry(course(official=PUBLISHED, faq="<p>Old</p>"))
        update_course(SYSTEM, Course.drafts.get().uuid, {"faq": "<p>Not published yet</p>"})
        carry(CourseInput("NorthU", "SKY", {"title": "New"}, official=PUBLISHED))
        draft, live = Course.drafts.get(), Course.objects.get()
        assert (draft.title, draft.faq) == ("New", "<p>Not published yet</p>")
        assert (live.title, live.faq) == ("New", "<p>Old</p>")

    def test_a_draft_without_an_official_side_goes_live_whole(self, organization: OrganizationProfile) -> None:
        carry(course(faq="<p>Ask.</p>"))
        carry(CourseInput("NorthU", "SKY", {}, official=OfficialInput(Status.PUBLISHED, {"title": "Official"})))
        draft, live = Course.drafts.get(), Course.objects.get()
        assert (draft.title, live.title, live.faq) == ("The Sky", "Official", "<p>Ask.</p>")

    def test_officials_alone_make_drafts(self, organization: OrganizationProfile) -> None:
        official = OfficialInput(
            Status.PUBLISHED, {"title": "Official", "authoring_organizations": [organization], "url_slug": "sky"}
        )
        carry(CourseInput("NorthU", "SKY", {}, official=official))
        draft = Course.drafts.get()
        assert (draft.title, draft.url_slug, draft.has_unpublished_changes) == ("Official", "sky", False)

    def test_officials_alone_take_equal_drafts_along_and_leave_unpublished_changes(
        self, organization: OrganizationProfile
    ) -> None:
        carry(course(official=OfficialInput(Status.PUBLISHED, {"faq": "<p>Old</p>"}), faq="<p>Draft</p>"))
        official = OfficialInput(Status.PUBLISHED, {"title": "Second", "faq": "<p>New</p>"})
        carry(CourseInput("NorthU", "SKY", {}, official=official))
        draft, live = Course.drafts.get(), Course.objects.get()
        assert (draft.title, draft.faq) == ("Second", "<p>Draft</p>")
        assert (live.title, live.faq) == ("Second", "<p>New</p>")
        assert draft.has_unpublished_changes


class TestIdentity:
    def test_uuids_are_taken_at_creation(self, organization: OrganizationProfile) -> None:
        of_course, of_run = uuid.uuid4(), uuid.uuid4()
        carry(course(uuid=of_course, runs=[RunInput("course-v1:NorthU+SKY+1", {}, uuid=of_run)]))
        assert (Course.drafts.get().uuid, CourseRun.drafts.get().uuid) == (of_course, of_run)

    def test_another_uuid_is_refused(self, organization: OrganizationProfile) -> None:
        carry(course(runs=[run()]))
        known = Course.drafts.get().uuid
        assert refusal(course(uuid=uuid.uuid4())) == {
            "uuid": [f"NorthU+SKY is here under another uuid, {known}. Leave the uuid out."]
        }
        assert only(carry(course(uuid=known))).unchanged == ["NorthU+SKY"]
        other = RunInput("course-v1:NorthU+SKY+1", {}, uuid=uuid.uuid4())
        assert set(refusal(course(runs=[other]))) == {"course-v1:NorthU+SKY+1.uuid"}

    def test_a_taken_uuid_is_refused(self, organization: OrganizationProfile) -> None:
        taken = uuid.uuid4()
        carry(course(uuid=taken))
        message = f"The uuid {taken} is that of NorthU+SKY. Leave it out, or give another."
        assert refusal(course("SEA", uuid=taken)) == {"uuid": [message]}
        assert refusal(course(runs=[RunInput("course-v1:NorthU+SKY+1", {}, uuid=taken)])) == {
            "course-v1:NorthU+SKY+1.uuid": [message]
        }
        delete_course(SYSTEM, taken)
        assert refusal(course("SEA", uuid=taken)) == {"uuid": [message]}

    def test_a_uuid_that_stands_twice_is_refused(self, organization: OrganizationProfile) -> None:
        twin = uuid.uuid4()
        assert refusal(course(uuid=twin), course("SEA", uuid=twin)) == {
            "uuid": [f"The uuid {twin} stands more than once in this batch."]
        }


class TestBelongings:
    def test_state_that_the_workflow_wrote_is_carried_over(self, organization: OrganizationProfile) -> None:
        state = {
            "announcement": "2030-01-01T00:00:00Z",
            "go_live_date": "2030-02-01T00:00:00Z",
            "has_ofac_restrictions": True,
            "ofac_comment": "Asked the lawyers.",
        }
        carry(course(official=PUBLISHED, watchers=["w@example.org"], runs=[run(official=PUBLISHED, **state)]))
        draft = CourseRun.drafts.get()
        assert (draft.announcement.year, draft.go_live_date.month) == (2030, 2)
        assert (draft.has_ofac_restrictions, draft.ofac_comment) == (True, "Asked the lawyers.")
        assert draft.official.announcement == draft.announcement
        assert Course.drafts.get().watchers == ["w@example.org"]

    def test_what_is_official_was_announced(self, organization: OrganizationProfile) -> None:
        entry = course(official=PUBLISHED, runs=[run(official=PUBLISHED, announcement=None)])
        carry(entry)
        before = row_counts()
        carry(entry)
        assert row_counts() == before
        assert CourseRun.objects.get().announcement is not None

    def test_a_created_course_has_its_stated_canonical_run(self, organization: OrganizationProfile) -> None:
        carry(course(runs=[run("1"), run("2")], canonical_run="course-v1:NorthU+SKY+2"))
        assert Course.drafts.get().canonical_course_run.key == "course-v1:NorthU+SKY+2"
        assert EditRecord.objects.filter(unit_kind="course").count() == 1

    def test_a_course_may_have_no_canonical_run(self, organization: OrganizationProfile) -> None:
        carry(course(runs=[run("1")], canonical_run=""))
        assert Course.drafts.get().canonical_course_run is None
        carry(course(runs=[run("1"), run("2")], canonical_run=""))
        assert Course.drafts.get().canonical_course_run is None
        carry(course(runs=[run("3")]))
        assert Course.drafts.get().canonical_course_run.key == "course-v1:NorthU+SKY+3"

    def test_another_canonical_run_is_logged_and_official(self, organization: OrganizationProfile) -> None:
        runs = [run("1", official=PUBLISHED), run("2", official=PUBLISHED)]
        carry(course(official=PUBLISHED, runs=runs))
        outcome = only(carry(course(official=PUBLISHED, runs=runs, canonical_run="course-v1:NorthU+SKY+2")))
        assert outcome.updated == ["NorthU+SKY"]
        draft = Course.drafts.get()
        assert draft.canonical_course_run.key == "course-v1:NorthU+SKY+2"
        assert draft.official.canonical_course_run == draft.canonical_course_run.official
        assert not draft.has_unpublished_changes
        assert EditRecord.objects.filter(unit_uuid=draft.uuid).count() == 2

    def test_a_canonical_run_that_is_not_given_is_refused(self, organization: OrganizationProfile) -> None:
        assert refusal(course(runs=[run("1")], canonical_run="course-v1:NorthU+SKY+9")) == {
            "canonical_course_run_key": ["course-v1:NorthU+SKY+9 is none of the runs given here."]
        }

    def test_redirects_are_added_and_stay(self, organization: OrganizationProfile) -> None:
        carry(course(redirects=["/a"]))
        carry(course(redirects=["/A", "/b"]))
        assert sorted(CourseUrlRedirect.objects.values_list("value", flat=True)) == ["/a", "/b"]

    def test_a_path_of_another_course_is_refused(self, organization: OrganizationProfile) -> None:
        other = make_course(organization)
        add_redirect(SYSTEM, other.course.uuid, "/taken")
        assert refusal(course(redirects=["/Taken"])) == {"url_redirects": ["The path /Taken leads to another course."]}
        assert set(refusal(course(redirects=["/mine"]), course("SEA", redirects=["/mine"]))) == {"url_redirects"}
        assert set(refusal(course("SEA", redirects=[" "]))) == {"url_redirects"}
        assert set(refusal(course("SEA", former_slugs=["no slug"]))) == {"url_slug_history"}


def test_what_is_retired_may_be_named_by_those_that_had_it(organization: OrganizationProfile) -> None:
    subject = make_subject("Alchemy")
    Subject.objects.filter(pk=subject.pk).update(retired=True)
    entry = course(subjects=[subject], official=PUBLISHED)
    assert refusal(entry) == {"subjects": ["The subject Alchemy is retired."]}
    carry(entry, kept={("subject", str(subject.uuid))})
    assert Course.objects.get().subject_links.get().subject == subject


def test_only_administrators_and_the_system_carry_over_and_say_why(organization: OrganizationProfile) -> None:
    member = acting(make_member(organization))
    with pytest.raises(NotPermitted):
        carry_over(member, [course()], reason=REASON)
    with pytest.raises(InvalidInput) as refused:
        carry_over(SYSTEM, [course()], reason=" ")
    assert list(refused.value.fields) == ["message"]
    assert not Course.drafts.exists()


def test_what_cannot_be_published_takes_the_batch_back(organization: OrganizationProfile) -> None:
    made = make_course(organization, number="SKY", runs=[run_changes(key="course-v1:NorthU+SKY+1", external_key="x")])
    publish_now(Selection.of([made.course.uuid], all_runs=True))
    before = row_counts()
    twin = RunInput(
        "course-v1:NorthU+SKY+2", {}, official=OfficialInput(Status.PUBLISHED, {"external_key": "x", "hidden": True})
    )
    with pytest.raises(InvalidInput) as refused:
        carry(course("SEA"), course(runs=[twin]))
    assert list(refused.value.fields) == ["external_key"]
    assert row_counts() == before
