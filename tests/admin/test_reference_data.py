"""Reference data, roles, editors and redirects: every form calls its command."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from openedx_catalog_publisher.models import (
    CatalogRoleAssignment,
    Course,
    CourseEditor,
    CourseType,
    CourseUrlRedirect,
    EditRecord,
    OutboxEvent,
    Person,
    Subject,
)
from tests.admin.conftest import logged_in
from tests.admin.pages import APP, address, assert_saved, errors_of, read_form, send_form
from tests.factories import course_type, make_course, make_member, make_organization, make_subject, make_user, run_type

pytestmark = pytest.mark.django_db


def test_a_change_is_one_revision_one_event_and_one_entry_in_the_history(staff: Client) -> None:
    subject = make_subject("Mathematik")
    assert_saved(send_form(staff, address("subject", "change", subject.pk), {"name": "Mathematics"}))
    subject.refresh_from_db()
    assert (subject.name, subject.revision) == ("Mathematics", 1)
    event = OutboxEvent.objects.get(object_code=str(subject.uuid))
    assert event.payload["changed"] == ["name"]
    assert subject.history.latest().history_user.username == "staff"
    page = staff.get(address("subject", "history", subject.pk)).content.decode()
    assert "Mathematik" in page


def test_a_form_sent_untouched_writes_nothing(staff: Client) -> None:
    rows: list[Any] = [make_subject(), course_type(), run_type(), make_organization().organization.catalog_profile]
    rows.append(Person.objects.create(given_name="Ada", slug="ada", bio="One\nTwo", areas_of_expertise=["a", "b"]))
    for row in rows:
        assert_saved(send_form(staff, address(row._meta.model_name, "change", row.pk), {}))
    assert not OutboxEvent.objects.exists()


def test_an_earlier_version_comes_back_by_the_command(staff: Client) -> None:
    subject = make_subject("First")
    send_form(staff, address("subject", "change", subject.pk), {"name": "Second"})
    version = subject.history.earliest()
    url = reverse(f"admin:{APP}_subject_simple_history", args=[subject.pk, version.history_id])
    assert_saved(send_form(staff, url, {}))
    subject.refresh_from_db()
    assert (subject.name, subject.revision) == ("First", 2)
    assert OutboxEvent.objects.filter(object_code=str(subject.uuid)).count() == 2


def test_a_person_is_added_with_links_and_a_slug_of_the_name(staff: Client) -> None:
    sent = {
        "given_name": "Ada",
        "family_name": "Łovelace",
        "urls_detailed": '[{"type": "blog", "url": "https://example.com/a"}]',
        "areas_of_expertise": "Engines\r\nNumbers",
    }
    assert_saved(send_form(staff, address("person", "add"), sent))
    person = Person.objects.get()
    assert person.slug == "ada-łovelace"
    assert person.urls_detailed == [{"type": "blog", "title": None, "url": "https://example.com/a"}]
    assert person.areas_of_expertise == ["Engines", "Numbers"]
    response = send_form(staff, address("person", "change", person.pk), {"urls_detailed": '[{"type": "x"}]'})
    assert any(message.startswith("[0] type:") for message in errors_of(response))


def test_what_never_changes_is_shown_and_not_asked_for(staff: Client) -> None:
    subject = make_subject()
    form = read_form(staff, address("coursetype", "change", course_type().pk))
    assert "slug" not in form
    assert "code" not in read_form(staff, address("currency", "change", "USD"))
    assert "uuid" not in read_form(staff, address("subject", "change", subject.pk))


def test_run_types_of_a_course_type_keep_their_order(staff: Client) -> None:
    kind = course_type()
    url = address("coursetype", "change", kind.pk)
    before = read_form(staff, url)["course_run_types"]
    assert len(before) > 1
    assert_saved(send_form(staff, url, {"course_run_types": before[::-1]}))
    links = CourseType.objects.get(pk=kind.pk).run_type_links.order_by("position")
    assert [str(link.course_run_type_id) for link in links] == before[::-1]


def test_what_is_in_use_is_not_deleted_and_the_remedy_is_said(superuser: Client, staff: Client) -> None:
    used, idle = make_subject(), make_subject()
    make_course(subjects=[used])
    assert staff.post(address("subject", "delete", idle.pk), {"post": "yes"}).status_code == 403
    page = superuser.post(address("subject", "delete", used.pk), {"post": "yes"}, follow=True).content.decode()
    assert "Retire it instead." in page
    assert_saved(superuser.post(address("subject", "delete", idle.pk), {"post": "yes"}))
    assert Subject.objects.filter(pk=used.pk).exists()
    assert not Subject.objects.filter(pk=idle.pk).exists()


def test_retired_things_are_offered_only_where_they_are_used(staff: Client) -> None:
    kind = course_type("audit")
    course = Course.drafts.get(uuid=make_course(type=str(kind.uuid)).course.uuid)
    other = Course.drafts.get(uuid=make_course().course.uuid)
    subject = make_subject("Gone")
    CourseType.objects.filter(pk=kind.pk).update(retired=True)
    Subject.objects.filter(pk=subject.pk).update(retired=True)

    def offered(row: Course) -> set[int]:
        form = staff.get(address("course", "change", row.pk)).context["adminform"].form
        return set(form.fields["type"].queryset.values_list("pk", flat=True))

    assert kind.pk in offered(course)
    assert kind.pk not in offered(other)
    query = {"app_label": APP, "model_name": "coursesubject", "field_name": "subject", "term": "Gone"}
    assert staff.get("/admin/autocomplete/", query).json()["results"] == []


def test_roles_are_granted_and_revoked_by_catalog_administrators(superuser: Client, staff: Client) -> None:
    organization, user = make_organization("RoleX"), make_user("newcomer")
    sent = {"username": "newcomer", "role_name": "org_member", "organization": "RoleX", "reason": "Team"}
    assert staff.post(address("catalogroleassignment", "add"), sent).status_code == 403
    assert_saved(send_form(superuser, address("catalogroleassignment", "add"), sent))
    grant = CatalogRoleAssignment.objects.get()
    assert (grant.user, grant.context, grant.granted_by.username) == (user, "rolex", "root")
    again = send_form(superuser, address("catalogroleassignment", "add"), sent)
    assert errors_of(again) == ["This user holds this role there already."]
    unknown = send_form(superuser, address("catalogroleassignment", "add"), {**sent, "username": "nobody"})
    assert errors_of(unknown) == ["There is no user nobody."]
    assert superuser.post(address("catalogroleassignment", "change", grant.pk), sent).status_code == 403
    url = address("catalogroleassignment", "delete", grant.pk)
    superuser.post(url, {"post": "yes"})
    assert CatalogRoleAssignment.objects.exists()
    assert_saved(superuser.post(url, {"post": "yes", "reason": "Left"}))
    assert not CatalogRoleAssignment.objects.exists()
    assert list(OutboxEvent.objects.values_list("kind", flat=True)) == ["role_granted", "role_revoked"]
    assert organization.key == "RoleX"


def test_editors_are_added_and_removed_by_commands(staff: Client) -> None:
    organization = make_organization()
    member, outsider = make_member(organization, "member"), make_user("outsider")
    course = Course.drafts.get(uuid=make_course(organization).course.uuid)
    url = address("courseeditor", "add")
    assert_saved(send_form(staff, url, {"course": course.pk, "username": "member"}))
    editor = CourseEditor.objects.get()
    assert editor.user == member
    refused = send_form(staff, url, {"course": course.pk, "username": outsider.username})
    assert errors_of(refused) == ["Only members of an organization that owns the course can edit it."]
    assert_saved(staff.post(address("courseeditor", "delete", editor.pk), {"post": "yes"}))
    assert not CourseEditor.objects.exists()
    assert EditRecord.objects.filter(unit_uuid=course.uuid, action="editors").count() == 2


def test_redirects_are_added_and_removed_by_commands(staff: Client) -> None:
    course = Course.drafts.get(uuid=make_course().course.uuid)
    url = address("courseurlredirect", "add")
    assert_saved(send_form(staff, url, {"course": course.pk, "value": "old/path"}))
    assert errors_of(send_form(staff, url, {"course": course.pk, "value": "OLD/path"})) == ["This value is taken."]
    redirect = CourseUrlRedirect.objects.get()
    assert_saved(staff.post(address("courseurlredirect", "delete", redirect.pk), {"post": "yes"}))
    assert not CourseUrlRedirect.objects.exists()
    assert EditRecord.objects.filter(unit_uuid=course.uuid).count() == 3


def test_teams_write_their_own_reference_data_where_staff_only_reads(settings: Any) -> None:
    settings.CATALOG_PUBLISHER_STAFF_READ_ONLY = True
    member = make_member(make_organization())
    member.is_staff = True
    member.save()
    client = logged_in(member)
    assert_saved(send_form(client, address("person", "add"), {"given_name": "Emmy"}))
    assert client.get(address("subject", "add")).status_code == 403
    assert client.get(address("subject", "changelist")).status_code == 200
