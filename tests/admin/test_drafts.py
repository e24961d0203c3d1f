"""Drafts are edited through the commands: what the form says is what the edit log says."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from openedx_catalog_publisher.api import Selection, read_changes, update_course
from openedx_catalog_publisher.editing.image_names import DIGEST_BYTES
from openedx_catalog_publisher.editing.images import MAX_BYTES
from openedx_catalog_publisher.models import Course, CourseEditor, CourseRun, EditRecord
from tests.admin.conftest import logged_in
from tests.admin.pages import address, assert_saved, errors_of, read_form, send_form
from tests.editing.pictures import picture
from tests.factories import (
    SYSTEM,
    course_type,
    make_course,
    make_member,
    make_organization,
    make_person,
    make_subject,
    make_user,
    publish_now,
    run_changes,
    run_type,
    seat,
)

pytestmark = pytest.mark.django_db


PICTURE = picture((800, 600))


def _upload(data: bytes = PICTURE) -> SimpleUploadedFile:
    return SimpleUploadedFile("Mein Bild.JPG", data, content_type="image/jpeg")


def _course(**changes: Any) -> Course:
    return Course.drafts.get(uuid=make_course(**changes).course.uuid)


def _last_edit(unit: Any) -> EditRecord:
    return EditRecord.objects.filter(unit_uuid=unit.uuid).latest("sequence")


def test_a_form_sent_untouched_writes_nothing(staff: Client) -> None:
    course = _course(full_description="<p>One\nTwo</p>", expected_learning_items=["a", "b"], runs=[run_changes()])
    run = course.course_runs.get()
    for model, row in (("course", course), ("courserun", run)):
        response = send_form(staff, address(model, "change", row.pk), {})
        assert_saved(response)
    assert EditRecord.objects.filter(unit_uuid__in=[course.uuid, run.uuid]).count() == 2
    course.refresh_from_db()
    assert course.revision == 1


def test_a_changed_field_is_one_entry_in_the_edit_log_of_the_user(staff: Client) -> None:
    course = _course()
    response = send_form(staff, address("course", "change", course.pk), {"title": "Von Hand ✍ 手"})
    assert_saved(response)
    course.refresh_from_db()
    assert course.title == "Von Hand ✍ 手"
    edit = _last_edit(course)
    assert (edit.action, edit.source) == ("update", "admin")
    assert set(read_changes(edit)) == {"title"}
    assert LogEntry.objects.get().get_change_message() == "Changed Title."


def test_lists_keep_the_order_in_which_they_were_sent(staff: Client) -> None:
    subjects = [make_subject(), make_subject(), make_subject()]
    course = _course(subjects=subjects[:2])
    url = address("course", "change", course.pk)
    assert read_form(staff, url)["subjects"] == [str(subject.pk) for subject in subjects[:2]]
    wanted = [str(subjects[2].pk), str(subjects[1].pk), str(subjects[0].pk)]
    assert_saved(send_form(staff, url, {"subjects": wanted}))
    assert [str(link.subject_id) for link in course.subject_links.order_by("position")] == wanted
    assert read_form(staff, url)["subjects"] == wanted


def test_the_script_that_keeps_the_order_is_loaded_after_what_it_needs(staff: Client) -> None:
    course = _course()
    for url in (address("course", "change", course.pk), address("coursetype", "change", course_type().pk)):
        page = staff.get(url).content.decode()
        assert page.index("jquery.init.js") < page.index("openedx_catalog_publisher/ordered_select.js")


def test_the_entitlement_is_part_of_the_same_write(staff: Client) -> None:
    course = _course(entitlement=None)
    url = address("course", "change", course.pk)
    sent = {"entitlement-TOTAL_FORMS": "1", "entitlement-0-price": "99.50", "entitlement-0-currency": "USD"}
    mode = course_type().entitlement_types.get(slug="verified").pk
    assert_saved(send_form(staff, url, {**sent, "entitlement-0-mode": mode, "title": "Priced"}))
    assert course.entitlement.price == 99.5
    assert set(read_changes(_last_edit(course))) == {"title", "entitlement"}
    assert _last_edit(course).revision == 2
    assert_saved(send_form(staff, url, {"entitlement-0-DELETE": "on"}))
    assert not Course.drafts.filter(pk=course.pk, entitlement__isnull=False).exists()


def test_seats_can_change_places(staff: Client) -> None:
    run = _course(runs=[run_changes(seats=[seat("audit", "0.00"), seat("verified", "49.00")])]).course_runs.get()
    url = address("courserun", "change", run.pk)
    form = read_form(staff, url)
    first, second = form["seats-0-type"], form["seats-1-type"]
    assert_saved(send_form(staff, url, {"seats-0-type": second, "seats-1-type": first}))
    assert {(row.type.slug, str(row.price)) for row in run.seats.all()} == {("verified", "0.00"), ("audit", "49.00")}


def test_a_seat_that_stands_twice_is_refused_in_the_form(staff: Client) -> None:
    run = _course(runs=[run_changes(seats=[seat("audit", "0.00"), seat("verified", "49.00")])]).course_runs.get()
    url = address("courserun", "change", run.pk)
    form = read_form(staff, url)
    response = send_form(staff, url, {"seats-1-type": form["seats-0-type"]})
    found = response.context["inline_admin_formsets"][0].formset.non_form_errors()
    assert found == ["Please correct the duplicate data for type, currency and credit_provider, which must be unique."]
    assert {row.type.slug for row in run.seats.all()} == {"audit", "verified"}


def test_everything_of_a_run_is_edited_in_one_form(staff: Client) -> None:
    person, other = make_person("Grace"), make_person("Emmy")
    run = _course(runs=[run_changes(staff=[person], restricted_run=None)]).course_runs.get()
    response = send_form(
        staff,
        address("courserun", "change", run.pk),
        {
            "staff": [other.pk, person.pk],
            "transcript_languages": ["de", "en-us"],
            "restricted_run": "custom-b2c",
            "tags": "one\r\n\r\n two ",
            "video": '{"src": "https://example.com/v.mp4"}',
            "start_0": "2031-03-01",
        },
    )
    assert_saved(response)
    run.refresh_from_db()
    assert [link.person for link in run.staff_links.order_by("position")] == [other, person]
    assert [link.language_id for link in run.language_links.filter(kind="transcript")] == ["de", "en-us"]
    assert run.restricted_run.restriction_type == "custom-b2c"
    assert run.tags == ["one", "two"]
    assert run.video is not None
    assert run.video["src"] == "https://example.com/v.mp4"
    assert run.start.isoformat() == "2031-03-01T00:00:00+00:00"
    assert set(read_changes(_last_edit(run))) == {
        "staff",
        "transcript_languages",
        "restricted_run",
        "tags",
        "video",
        "start",
    }


def test_whoever_edited_meanwhile_is_not_overwritten(staff: Client) -> None:
    course = _course()
    url = address("course", "change", course.pk)
    form = read_form(staff, url)
    update_course(SYSTEM, course.uuid, {"title": "Meanwhile"})
    response = staff.post(url, {**form, "title": "Mine"})
    assert errors_of(response)[0].startswith("Somebody else changed this draft")
    assert "Mine" in response.content.decode()
    assert Course.drafts.get(pk=course.pk).title == "Meanwhile"
    assert staff.post(url, {**form, "title": "Mine"}).status_code == 200


def test_what_the_command_refuses_stands_at_its_field(staff: Client) -> None:
    course, other = _course(), _course(url_slug="taken")
    assert other.url_slug == "taken"
    response = send_form(staff, address("course", "change", course.pk), {"url_slug": "taken"})
    assert list(response.context["adminform"].form.errors) == ["url_slug"]
    assert EditRecord.objects.filter(unit_uuid=course.uuid).count() == 1
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("video", "{", "This is no JSON"),
        ("video", '{"source": "x"}', "source: Not known; known are src, description, image."),
        ("geolocation", '{"lat": 100, "lng": 0}', "lat: Ensure this value is less than or equal to 90."),
        ("watchers", "nobody", "nobody is not an e-mail address."),
        ("authoring_organizations", "", "This field is required."),
    ],
)
def test_faulty_values_are_named(staff: Client, field: str, text: str, message: str) -> None:
    course = _course()
    response = send_form(staff, address("course", "change", course.pk), {field: text or []})
    assert any(found.startswith(message) for found in response.context["adminform"].form.errors[field])


def test_an_image_is_stored_under_a_name_made_of_its_content(staff: Client) -> None:
    course = _course()
    digest = hashlib.blake2b(PICTURE, digest_size=DIGEST_BYTES).hexdigest()
    for _ in range(2):
        assert_saved(send_form(staff, address("course", "change", course.pk), {"image": _upload()}))
        image = Course.drafts.get(pk=course.pk).image
        assert image.name == f"catalog_publisher/courses/{digest}.png"
        assert image.storage.exists(f"catalog_publisher/courses/{digest}.small.png")
    assert EditRecord.objects.filter(unit_uuid=course.uuid).count() == 2
    assert_saved(send_form(staff, address("course", "change", course.pk), {"image-clear": "on"}))
    assert not Course.drafts.get(pk=course.pk).image


def test_an_image_that_is_refused_is_named_and_the_form_can_be_sent_again(staff: Client) -> None:
    course = _course()
    url = address("course", "change", course.pk)
    for name, data, message in (
        ("image", picture(form="BMP"), "This is no image in PNG, JPEG, GIF or WebP, or it is damaged."),
        ("organization_logo_override", PICTURE + b"\0" * MAX_BYTES, "At most 5 MiB; this image has 5.0."),
    ):
        response = send_form(staff, url, {"title": "Other", name: _upload(data)})
        assert response.context["adminform"].form.errors[name][0].startswith(message)
    course.refresh_from_db()
    assert (course.revision, bool(course.image)) == (1, False)
    assert_saved(send_form(staff, url, {"title": "Other", "image": _upload()}))


def test_a_course_and_its_run_are_created_by_the_commands(staff: Client) -> None:
    organization = make_organization("HandX")
    response = send_form(
        staff,
        address("course", "add"),
        {
            "number": "101",
            "title": "By hand",
            "type": course_type().pk,
            "authoring_organizations": [organization.pk],
            "watchers": "one@example.com\r\ntwo@example.com",
        },
    )
    assert_saved(response)
    course = Course.drafts.get(key="HandX+101")
    assert (course.title, course.watchers) == ("By hand", ["one@example.com", "two@example.com"])
    assert CourseEditor.objects.get(course=course).user.username == "staff"
    response = send_form(
        staff,
        f"{address('courserun', 'add')}?course={course.pk}",
        {"start_0": "2031-02-01", "start_1": "00:00:00", "type": run_type().pk, "pacing_type": "self_paced"},
    )
    assert_saved(response)
    run = CourseRun.drafts.get(course=course)
    assert run.key == "course-v1:HandX+101+1T2031"
    assert run.pacing_type == "self_paced"
    assert _last_edit(run).action == "create"


def test_a_course_number_that_is_taken_is_refused_in_the_form(staff: Client) -> None:
    organization = make_organization()
    make_course(organization, number="7")
    response = send_form(
        staff, address("course", "add"), {"number": "7", "authoring_organizations": [organization.pk], "title": "x"}
    )
    assert errors_of(response)
    assert Course.drafts.count() == 1


def test_a_draft_that_never_was_published_is_deleted_by_its_command(staff: Client) -> None:
    course = _course()
    response = staff.post(address("course", "delete", course.pk), {"post": "yes"})
    assert_saved(response)
    assert not Course.everything.filter(uuid=course.uuid).exists()
    assert _last_edit(course).action == "delete"
    assert LogEntry.objects.get().object_repr == str(course)


def test_a_published_draft_is_not_deleted_and_the_remedy_is_said(staff: Client) -> None:
    course = _course()
    publish_now(Selection.of([course.uuid]))
    response = staff.post(address("course", "delete", course.pk), {"post": "yes"}, follow=True)
    assert "Unpublish it instead" in response.content.decode()
    assert Course.drafts.filter(uuid=course.uuid).exists()
    assert not LogEntry.objects.exists()


def test_many_rows_are_never_deleted_at_once(superuser: Client) -> None:
    course = _course()
    sent = {"action": "delete_selected", "_selected_action": [course.pk], "post": "yes"}
    superuser.post(address("course", "changelist"), sent)
    assert Course.drafts.filter(pk=course.pk).exists()


def test_official_rows_are_shown_and_not_written(superuser: Client) -> None:
    course = _course()
    publish_now(Selection.of([course.uuid]))
    official = Course.objects.get(uuid=course.uuid)
    url = address("course", "change", official.pk)
    page = superuser.get(url).content.decode()
    assert "Full “description”" in page
    assert "<p>Full" not in page
    assert "Subject" in page
    assert superuser.post(url, {"title": "No"}).status_code == 403
    assert superuser.post(address("course", "delete", official.pk), {"post": "yes"}).status_code == 403
    assert Course.objects.get(uuid=course.uuid).title == course.title


def test_where_staff_only_reads_a_course_is_edited_by_its_team(settings: Any) -> None:
    settings.CATALOG_PUBLISHER_STAFF_READ_ONLY = True
    organization = make_organization()
    course = _course(organization=organization)
    member = make_member(organization)
    member.is_staff = True
    member.save()
    outsider = logged_in(make_user(is_staff=True))
    url = address("course", "change", course.pk)
    page = outsider.get(url)
    assert page.status_code == 200
    assert "You may read it and not edit it." in page.content.decode()
    assert outsider.post(url, {"title": "No"}).status_code == 403
    assert outsider.get(address("course", "delete", course.pk)).status_code == 403
    assert_saved(send_form(logged_in(member), url, {"title": "Ours"}))
    assert Course.drafts.get(pk=course.pk).title == "Ours"
