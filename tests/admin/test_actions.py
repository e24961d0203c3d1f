"""Plan, publish, discard, unpublish, remove, history, restore: each shows first what it would do."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from openedx_catalog_publisher.api import Selection, update_course, update_run
from openedx_catalog_publisher.models import Comment, Course, CourseRun, EditRecord, Publication, Release, RoleName
from tests.admin.conftest import logged_in
from tests.admin.pages import address, assert_saved, read_form, send_form
from tests.factories import SYSTEM, grant, make_course, make_user, publish_now
from tests.review.stage import set_stage

pytestmark = pytest.mark.django_db

UNREVIEWED = {"without_review": "on"}


def _made(runs: int = 1, *, published: bool = False, **changes: Any) -> tuple[Course, list[CourseRun]]:
    made = make_course(runs=runs, **changes)
    if published:
        publish_now(Selection.of([made.course.uuid], all_runs=True), message="first")
    return Course.drafts.get(uuid=made.course.uuid), [CourseRun.drafts.get(uuid=run.uuid) for run in made.runs]


def _plan(course: Course, *runs: CourseRun) -> str:
    chosen = "".join(f"&run={run.uuid}" for run in runs)
    return f"{address('course', 'plan')}?unit={course.uuid}{chosen}"


def test_a_plan_shows_old_and_new_field_by_field_and_writes_nothing(staff: Client) -> None:
    course, _ = _made(published=True)
    title = course.title
    update_course(SYSTEM, course.uuid, {"title": "Another <b>title</b>"})
    before = Publication.objects.count()
    page = staff.get(_plan(course)).content.decode()
    assert "Another &lt;b&gt;title&lt;/b&gt;" in page
    assert str(title) in page
    assert "Changed content." in page
    assert Publication.objects.count() == before


def test_what_was_shown_is_published_with_its_message(administrator: Client) -> None:
    course, (run, other) = _made(2)
    url = _plan(course, run)
    assert_saved(
        administrator.post(
            address("course", "plan"), {**read_form(administrator, url), "message": "Go → los", **UNREVIEWED}
        )
    )
    release = Release.objects.get()
    assert (release.message, release.source) == ("Go → los", "admin")
    assert Course.objects.filter(uuid=course.uuid).exists()
    assert list(CourseRun.objects.values_list("uuid", flat=True)) == [run.uuid]
    assert other.official is None


def test_a_plan_that_moved_is_not_published_and_shown_again(administrator: Client) -> None:
    course, _ = _made()
    form = read_form(administrator, _plan(course))
    update_course(SYSTEM, course.uuid, {"title": "Moved meanwhile"})
    response = administrator.post(address("course", "plan"), {**form, "message": "Kept", **UNREVIEWED})
    page = response.content.decode()
    assert response.status_code == 200
    assert "Something moved since this plan was made." in page
    assert "Moved meanwhile" in page
    assert "Kept" in page
    assert not Release.objects.exists()
    assert_saved(
        administrator.post(
            address("course", "plan"),
            {
                **form,
                **UNREVIEWED,
                "message": "Read again",
                "expected_digest": response.context["form"].initial["expected_digest"],
            },
        )
    )
    assert Course.objects.get(uuid=course.uuid).title == "Moved meanwhile"


def test_a_run_brings_its_course_along_where_that_is_not_official_yet(administrator: Client) -> None:
    course, (run,) = _made()
    url = f"{address('courserun', 'plan')}?unit={run.uuid}"
    assert_saved(
        administrator.post(
            address("courserun", "plan"), {**read_form(administrator, url), **UNREVIEWED, "message": "Why"}
        )
    )
    assert Course.objects.filter(uuid=course.uuid).exists()
    assert CourseRun.objects.filter(uuid=run.uuid).exists()


def test_many_drafts_are_planned_and_published_together(administrator: Client) -> None:
    courses = [_made()[0] for _ in range(3)]
    sent = {"action": "plan_selected", "_selected_action": [course.pk for course in courses]}
    response = administrator.post(address("course", "changelist"), sent)
    assert response.status_code == 302
    assert_saved(
        administrator.post(
            address("course", "plan"),
            {**read_form(administrator, response["Location"]), **UNREVIEWED, "message": "Why"},
        )
    )
    assert Release.objects.get().publications.count() == 3


def test_a_plan_for_nothing_is_not_found(staff: Client) -> None:
    assert staff.get(address("course", "plan")).status_code == 404
    assert staff.get(address("course", "plan"), {"unit": "x"}).status_code == 404


def test_discarding_shows_what_goes_and_takes_the_official_content(staff: Client) -> None:
    course, _ = _made(published=True)
    update_course(SYSTEM, course.uuid, {"title": "Never mind"})
    url = address("course", "discard", course.pk)
    assert "Never mind" in staff.get(url).content.decode()
    assert_saved(send_form(staff, url, {}))
    assert Course.drafts.get(pk=course.pk).title == course.title


def test_discarding_what_somebody_changed_meanwhile_is_refused(staff: Client) -> None:
    course, _ = _made(published=True)
    update_course(SYSTEM, course.uuid, {"title": "Seen"})
    url = address("course", "discard", course.pk)
    form = read_form(staff, url)
    update_course(SYSTEM, course.uuid, {"title": "Not seen"})
    response = staff.post(url, form)
    assert "somebody changed it" in response.content.decode()
    assert Course.drafts.get(pk=course.pk).title == "Not seen"


def test_unpublishing_asks_for_a_reason(staff: Client) -> None:
    course, (run,) = _made(published=True)
    url = address("courserun", "unpublish", run.pk)
    assert "This field is required." in send_form(staff, url, {"reason": " "}).content.decode()
    assert_saved(send_form(staff, url, {"reason": "Over."}))
    assert CourseRun.objects.get(uuid=run.uuid).status == "unpublished"
    assert Course.objects.get(uuid=course.uuid).status == "published"
    assert Release.objects.latest("pk").message == "Over."
    assert "Not published" in send_form(staff, url, {"reason": "Again."}).content.decode()


def test_only_catalog_administrators_remove(staff: Client) -> None:
    course, _ = _made(published=True)
    url = address("course", "remove", course.pk)
    assert staff.get(url).status_code == 403
    assert staff.post(url, {"reason": "Gone."}).status_code == 403
    admin = make_user(is_staff=True)
    grant(admin, RoleName.CATALOG_ADMIN)
    assert_saved(send_form(logged_in(admin), url, {"reason": "Gone."}))
    assert not Course.objects.filter(uuid=course.uuid).exists()
    assert not CourseRun.objects.filter(course__uuid=course.uuid).exists()


def test_an_official_row_has_no_actions_of_its_own(superuser: Client) -> None:
    _made(published=True)
    official = Course.objects.get()
    for page in ("discard", "unpublish", "remove"):
        assert superuser.get(address("course", page, official.pk)).status_code == 404


def test_history_tells_who_did_what_and_restores(staff: Client) -> None:
    course, _ = _made(published=True, expected_learning_items=["Read the question"])
    title = course.title
    send_form(staff, address("course", "change", course.pk), {"title": "Second"})
    publish_now(Selection.of([course.uuid]))
    page = staff.get(address("course", "history", course.pk)).content.decode()
    assert "Read the question" in page
    positions = [page.index(text) for text in ("Publication 2: published", "Second", "Publication 1: published")]
    assert positions == sorted(positions)
    assert "staff · Admin" in page
    url = address("course", "restore", course.pk, 1)
    assert str(title) in staff.get(url).content.decode()
    assert_saved(send_form(staff, url, {}))
    assert Course.drafts.get(pk=course.pk).title == title
    assert Course.objects.get(uuid=course.uuid).title == "Second"


def test_a_long_history_comes_in_pages(staff: Client) -> None:
    course, (run,) = _made()
    for number in range(55):
        update_run(SYSTEM, run.uuid, {"title_override": f"Title {number}"})
    url = address("courserun", "history", run.pk)
    first, second = staff.get(url), staff.get(url, {"p": "2"})
    assert [entry.record.sequence for entry in first.context["entries"]] == list(range(56, 6, -1))
    assert [entry.record.sequence for entry in second.context["entries"]] == list(range(6, 0, -1))
    assert staff.get(url, {"p": "x"}).context["page_number"] == 1
    assert course.log_sequence == 1


def test_buttons_offer_what_can_be_done(staff: Client, superuser: Client) -> None:
    course, _ = _made(published=True)

    def labels(client: Client, row: Course) -> list[str]:
        return [tool.label for tool in client.get(address("course", "change", row.pk)).context["tools"]]

    always = ["Runs", "Editors", "Add run"]
    assert labels(staff, course) == ["Plan and publish", "Submit for review", "Unpublish", *always]
    assert labels(superuser, course) == ["Plan and publish", "Submit for review", "Unpublish", "Remove", *always]
    update_course(SYSTEM, course.uuid, {"title": "Changed"})
    assert labels(staff, course) == ["Plan and publish", "Submit for review", "Discard changes", "Unpublish", *always]
    assert labels(staff, Course.objects.get()) == ["Draft", "Runs"]


def test_where_staff_only_reads_nothing_is_offered_or_done(settings: Any, staff: Client) -> None:
    settings.CATALOG_PUBLISHER_STAFF_READ_ONLY = True
    course, _ = _made(published=True)
    update_course(SYSTEM, course.uuid, {"in_year_value": {"per_click_usa": 1}})
    page = staff.get(_plan(course))
    assert page.status_code == 200
    assert "You may read this plan and not publish it." in page.content.decode()
    digest = page.context["form"].initial["expected_digest"]
    response = staff.post(address("course", "plan"), {"unit": course.uuid, "expected_digest": digest})
    assert "You may not publish" in response.content.decode()
    assert staff.post(address("course", "discard", course.pk), {"revision": 3}).status_code == 403
    assert Course.objects.get().title == course.title


def test_a_page_of_another_site_cannot_publish() -> None:
    course, _ = _made()
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(is_staff=True))
    digest = client.get(_plan(course)).context["form"].initial["expected_digest"]
    assert client.post(address("course", "plan"), {"unit": course.uuid, "expected_digest": digest}).status_code == 403
    assert client.post(address("course", "change", course.pk), {"title": "Forged"}).status_code == 403
    assert client.post(address("course", "delete", course.pk), {"post": "yes"}).status_code == 403
    assert not Release.objects.exists()


@pytest.mark.slow
def test_every_link_of_the_pages_of_a_course_leads_to_a_page(superuser: Client) -> None:
    course, (run,) = _made(published=True)
    update_course(SYSTEM, course.uuid, {"title": "Changed"})
    publication = Publication.objects.filter(unit_uuid=run.uuid).get()
    pages = [
        address("course", "changelist"),
        address("course", "change", course.pk),
        address("course", "change", Course.objects.get().pk),
        address("course", "history", course.pk),
        address("courserun", "change", run.pk),
        address("publication", "change", publication.pk),
        address("release", "change", publication.release_id),
        _plan(course),
    ]
    links = {
        html.unescape(link)
        for page in pages
        for link in re.findall(r'href="(/admin/openedx_catalog_publisher/[^"]*)"', superuser.get(page).content.decode())
    }
    assert {link: status for link in sorted(links) if (status := superuser.get(link).status_code) != 200} == {}
    assert f"{address('courserun', 'changelist')}?course__id__exact={course.pk}&side=draft" in links


def test_a_release_of_many_units_leads_to_their_list(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    _made(2, published=True)
    release = Release.objects.get()
    page = address("release", "change", release.pk)
    assert "course-v1:" in staff.get(page).content.decode()
    monkeypatch.setattr("openedx_catalog_publisher.admin.logs.ReleaseAdmin.MOST_SHOWN", 2)
    shown = staff.get(page).content.decode()
    assert "course-v1:" not in shown
    link = f"{address('publication', 'changelist')}?release__id__exact={release.pk}"
    assert f'<a href="{link}">3</a>' in shown
    assert len(staff.get(link).context["cl"].result_list) == 3


def test_logs_show_their_content_decoded(staff: Client) -> None:
    course, _ = _made(published=True)
    update_course(SYSTEM, course.uuid, {"title": "A <script>title</script>"})
    publish_now(Selection.of([course.uuid]), message="second")
    publication = Publication.objects.get(unit_uuid=course.uuid, number=2)
    edit = EditRecord.objects.get(unit_uuid=course.uuid, action="update")
    pages = {
        "edit": staff.get(address("editrecord", "change", edit.pk)),
        "publication": staff.get(address("publication", "change", publication.pk)),
        "snapshot": staff.get(address("snapshot", "change", publication.snapshot_id)),
        "release": staff.get(address("release", "change", publication.release_id)),
    }
    for name in ("edit", "publication", "snapshot"):
        page = pages[name].content.decode()
        assert "A &lt;script&gt;title&lt;/script&gt;" in page, name
        assert "<script>title" not in page, name
    assert course.key in pages["release"].content.decode()


def test_what_needs_review_is_offered_to_reviewers_and_not_published(staff: Client) -> None:
    course, _ = _made()
    page = staff.get(_plan(course)).content.decode()
    assert "Reviews still needed: legal, internal" in page
    assert "This is published by being reviewed" in page
    assert "Publish what is shown" not in page


def test_skipping_reviews_asks_why(administrator: Client) -> None:
    course, _ = _made()
    form = {**read_form(administrator, _plan(course)), **UNREVIEWED, "message": " "}
    assert "Say why the reviews are skipped." in administrator.post(address("course", "plan"), form).content.decode()
    assert not Release.objects.exists()


def test_a_draft_is_submitted_with_a_comment_and_withdrawn(staff: Client) -> None:
    stage = set_stage()
    draft = CourseRun.drafts.get(uuid=stage.run)
    url = address("courserun", "submit", draft.pk)
    assert "First publication" not in staff.get(url).content.decode()
    assert_saved(send_form(staff, url, {"comment": "Please have a look."}))
    draft.refresh_from_db()
    assert draft.status == "review_by_legal"
    assert Comment.objects.get().text == "Please have a look."
    assert "in review already" in send_form(staff, url, {"comment": ""}).content.decode()
    assert_saved(send_form(staff, address("courserun", "withdraw", draft.pk), {"comment": ""}))
    draft.refresh_from_db()
    assert draft.status == "unpublished"
    assert staff.get(address("courserun", "withdraw", draft.pk)).status_code == 404
