"""The mail that a run went live: to whom, when not, what it says, and that it comes once."""

from __future__ import annotations

import uuid
from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from openedx_catalog_publisher.api import Actor, Selection, add_editor, publish, remove, unpublish, update_run
from openedx_catalog_publisher.consumers.notifications.letters import Recipient
from openedx_catalog_publisher.consumers.notifications.preferences import set_wants_mails
from openedx_catalog_publisher.consumers.notifications.sending import BeingSent, send_once
from openedx_catalog_publisher.models import (
    Course,
    CourseRun,
    CourseType,
    Delivery,
    EventKind,
    OrganizationProfile,
    OutboxConsumer,
    OutboxEvent,
    RoleName,
    SentMail,
    WriteSource,
)
from openedx_catalog_publisher.outbox.relay import Relayed, relay
from tests.consumers import mailbox
from tests.consumers.contract import ConsumerContract
from tests.consumers.mailbox import Mailbox, message_ids
from tests.factories import (
    SYSTEM,
    grant,
    make_course,
    make_member,
    make_organization,
    publish_now,
    run_changes,
)
from tests.outbox.recording import pass_time

pytestmark = pytest.mark.django_db

PATH = "openedx_catalog_publisher.consumers.notifications.Notifications"


@pytest.fixture(autouse=True)
def mail_server(settings: Any) -> None:
    """Mails go to the test's mailbox; notifications are the only consumer."""
    settings.CATALOG_PUBLISHER_CONSUMERS = [PATH]
    settings.EMAIL_BACKEND = mailbox.PATH
    settings.DEFAULT_FROM_EMAIL = "Catalog <catalog@example.org>"
    Mailbox.failures.clear()
    Mailbox.refused.clear()
    mail.outbox = []


@pytest.fixture
def organization() -> OrganizationProfile:
    return make_organization("AcmeX")


def member(organization: OrganizationProfile | None, username: str) -> Any:
    user = make_member(organization, username)
    user.email = f"{username}@example.org"
    user.first_name = username.title()
    user.save()
    return user


def course_of(organization: OrganizationProfile, **values: Any) -> Course:
    found: Course = make_course(organization, number="DS101", title="Data <for> «all»", **values).course
    return found


def go_live(course: Course, actor: Actor = SYSTEM) -> None:
    publish(actor, Selection.of([course.uuid], all_runs=True), without_review=True, message="tests")


def addresses() -> list[str]:
    return sorted(address for message in mail.outbox for address in message.to)


def run_events() -> list[OutboxEvent]:
    return list(OutboxEvent.objects.filter(object_type="course_run", kind=EventKind.PUBLISHED).order_by("pk"))


class TestRecipients:
    def test_the_editors_of_the_course_are_mailed(self, organization: OrganizationProfile) -> None:
        editor, _other = member(organization, "ed"), member(organization, "other")
        course = course_of(organization)
        add_editor(SYSTEM, course.uuid, editor)
        go_live(course)

        relay()

        assert addresses() == ["ed@example.org"]

    def test_without_an_editor_all_members_of_all_owners_are_and_those_of_sponsors_and_of_everything_are_not(
        self, organization: OrganizationProfile
    ) -> None:
        second, sponsor = make_organization("BetaX"), make_organization("SponsorX")
        for owner, name in ((organization, "ann"), (second, "bob"), (sponsor, "sue")):
            member(owner, name)
        grant(member(organization, "gone"), RoleName.ORG_MEMBER)
        everywhere = member(make_organization("Elsewhere"), "everywhere")
        grant(everywhere, RoleName.ORG_MEMBER)
        course = course_of(
            organization,
            authoring_organizations=[organization, second],
            sponsoring_organizations=[sponsor],
        )
        go_live(course)

        relay()

        assert addresses() == ["ann@example.org", "bob@example.org", "gone@example.org"]

    def test_an_editor_who_left_the_organization_counts_for_none(self, organization: OrganizationProfile) -> None:
        editor = member(organization, "ed")
        member(organization, "ann")
        course = course_of(organization)
        add_editor(SYSTEM, course.uuid, editor)
        editor.catalogroleassignment_set.all().delete()
        go_live(course)

        relay()

        assert addresses() == ["ann@example.org"]

    def test_the_coordinators_of_the_owners_are_mailed_too_once_each_and_those_of_all_only_without_them(
        self, organization: OrganizationProfile
    ) -> None:
        ann = member(organization, "ann")
        grant(member(make_organization("Else"), "chief"), RoleName.PROJECT_COORDINATOR)
        made = make_course(organization)
        go_live(made.course)
        relay()
        assert addresses() == ["ann@example.org", "chief@example.org"]
        assert "Questions go to: chief@example.org" in mail.outbox[0].body
        mail.outbox = []
        grant(ann, RoleName.PROJECT_COORDINATOR, organization)
        unpublish(SYSTEM, Selection.of(runs=[made.runs[0].uuid]), reason="tests")
        publish_now(Selection.of(runs=[made.runs[0].uuid]))

        relay()

        assert addresses() == ["ann@example.org"]
        assert "Questions go to: ann@example.org" in mail.outbox[0].body

    def test_whoever_has_no_address_no_account_or_no_wish_for_mails_is_left_out_and_the_others_are_not(
        self, organization: OrganizationProfile
    ) -> None:
        member(organization, "ann")
        silent, nowhere, retired = (member(organization, name) for name in ("silent", "nowhere", "retired"))
        set_wants_mails(silent, wanted=False)
        type(nowhere).objects.filter(pk=nowhere.pk).update(email="")
        type(retired).objects.filter(pk=retired.pk).update(is_active=False)
        go_live(course_of(organization))

        relay()

        assert addresses() == ["ann@example.org"]
        assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}

    def test_with_nobody_to_mail_the_event_is_done_all_the_same(self, organization: OrganizationProfile) -> None:
        go_live(course_of(organization))
        assert relay().delivered == 2
        assert mail.outbox == []


class TestOccasions:
    @pytest.fixture(autouse=True)
    def ann(self, organization: OrganizationProfile) -> Any:
        return member(organization, "ann")

    def test_each_run_that_goes_live_has_a_mail_and_the_course_has_none(
        self, organization: OrganizationProfile
    ) -> None:
        go_live(course_of(organization, runs=2))

        assert relay().delivered == 3
        assert len(mail.outbox) == 2

    def test_a_change_of_a_run_that_is_live_has_none_and_one_that_is_live_again_has(
        self, organization: OrganizationProfile
    ) -> None:
        made = make_course(organization)
        go_live(made.course)
        relay()
        update_run(SYSTEM, made.runs[0].uuid, {"weeks_to_complete": 9})
        go_live(made.course)
        relay()
        assert len(mail.outbox) == 1
        unpublish(SYSTEM, Selection.of(runs=[made.runs[0].uuid]), reason="tests")
        relay()
        assert len(mail.outbox) == 1

        publish_now(Selection.of(runs=[made.runs[0].uuid]))
        relay()

        assert len(mail.outbox) == 2

    def test_what_an_import_brings_has_none(self, organization: OrganizationProfile) -> None:
        go_live(course_of(organization), Actor.system("import", WriteSource.IMPORT))
        relay()
        assert mail.outbox == []

    def test_of_runs_outside_of_the_platform_coordinators_alone_are_told(
        self, organization: OrganizationProfile
    ) -> None:
        grant(member(make_organization("Else"), "chief"), RoleName.PROJECT_COORDINATOR)
        course = course_of(organization)
        external = CourseType.objects.create(name="Executive education", slug="executive-education-2u")
        Course.everything.filter(uuid=course.uuid).update(type=external)
        go_live(course)
        relay()
        assert addresses() == ["chief@example.org"]

    def test_a_run_that_is_gone_when_the_mail_would_be_sent_has_none(self, organization: OrganizationProfile) -> None:
        made = make_course(organization)
        go_live(made.course)
        remove(SYSTEM, runs=[made.runs[0].uuid], reason="tests")

        relay()

        assert mail.outbox == []
        assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}


class TestText:
    @pytest.fixture(autouse=True)
    def ann(self, organization: OrganizationProfile) -> Any:
        return member(organization, "ann")

    def test_it_says_what_where_and_why_in_text_and_in_html(
        self, organization: OrganizationProfile, settings: Any
    ) -> None:
        settings.CATALOG_PUBLISHER_MARKETING_URL_ROOT = "https://www.example.org"
        settings.CATALOG_PUBLISHER_PUBLISHER_URL_ROOT = "https://publisher.example.org"
        settings.CATALOG_PUBLISHER_STUDIO_URL_ROOT = "https://studio.example.org"
        settings.PLATFORM_NAME = "Acme & Co"
        made = make_course(organization, number="DS101", title="Data <for> «all»\nof us", runs=[run_changes(run="1T")])
        go_live(made.course)

        relay()

        (message,) = mail.outbox
        run = CourseRun.objects.get(uuid=made.runs[0].uuid)
        assert message.subject == "Now published: Data <for> «all» of us (course-v1:AcmeX+DS101+1T)"
        assert (message.from_email, message.to) == ("Catalog <catalog@example.org>", ["ann@example.org"])
        lines = message.body.splitlines()
        assert lines[:4] == [
            "Hello Ann,",
            "",
            "The run course-v1:AcmeX+DS101+1T of “Data <for> «all»",
            "of us” is published.",
        ]
        assert "It starts on Feb. 1, 2031 at 00:00 UTC." in lines
        assert "Acme & Co" in lines
        for address in (
            f"https://www.example.org/course/{run.slug}",
            f"https://publisher.example.org/courses/{made.course.uuid}",
            f"https://studio.example.org/course/{run.key}",
        ):
            assert address in lines
        assert "You get this mail because you edit or coordinate AcmeX+DS101 of AcmeX Öffentlich" in message.body
        html, kind = message.alternatives[0]
        assert kind == "text/html"
        assert "<bdi>Data &lt;for&gt; «all»" in html
        assert "Acme &amp; Co" in html
        assert f'href="https://studio.example.org/course/{run.key}"' in html
        parsed = message_from_bytes(message.message().as_bytes(), policy=policy.default)
        assert parsed["Auto-Submitted"] == "auto-generated"
        assert parsed["Message-ID"].endswith("@example.org>")

    def test_an_address_that_is_not_set_is_left_out_and_the_mail_is_not(
        self, organization: OrganizationProfile
    ) -> None:
        go_live(course_of(organization, runs=[run_changes(run="1T", start=None)]))

        relay()

        (message,) = mail.outbox
        assert "http" not in message.body
        assert "None" not in message.body
        assert "It starts" not in message.body
        assert "Questions" not in message.body
        assert "<ul>" not in message.alternatives[0][0]

    def test_the_sender_is_a_setting_of_ours(self, organization: OrganizationProfile, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_MAIL_SENDER = "no-reply@catalog.example.net"
        go_live(course_of(organization))

        relay()

        assert mail.outbox[0].from_email == "no-reply@catalog.example.net"
        assert message_ids()[0].endswith("@catalog.example.net>")

    def test_it_is_in_the_language_of_the_site(self, organization: OrganizationProfile, settings: Any) -> None:
        settings.LANGUAGE_CODE = "ar"
        go_live(course_of(organization))

        relay()

        assert '<html lang="ar" dir="rtl">' in str(mail.outbox[0].alternatives[0][0])


class TestFailures:
    def test_a_mail_server_that_is_not_there_is_tried_once_and_then_later(
        self, organization: OrganizationProfile
    ) -> None:
        for name in ("ann", "bob"):
            member(organization, name)
        for _ in range(2):
            go_live(make_course(organization).course)

        with mailbox.failing(ConnectionRefusedError("nobody listens"), after=False):
            assert relay().failed == 1
            # The mailbox fails once: whoever had tried again would have been let through.
            assert relay().attempts == 0
        assert (mail.outbox, SentMail.objects.count()) == ([], 0)
        assert OutboxConsumer.objects.get().failures == 1
        pass_time()
        relay()

        assert len(mail.outbox) == len(set(message_ids())) > 0
        assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}

    def test_one_refused_address_keeps_nobody_else_from_the_mail_and_is_tried_again(
        self, organization: OrganizationProfile
    ) -> None:
        for name in ("ann", "bad", "zoe"):
            member(organization, name)
        go_live(course_of(organization))
        Mailbox.refused.add("bad@example.org")

        assert relay() == Relayed(routed=OutboxEvent.objects.count(), delivered=1, failed=1)
        assert addresses() == ["ann@example.org", "zoe@example.org"]
        failed = Delivery.objects.get(state="pending")
        assert failed.last_error == "MailsNotSent: 1 not sent; the first: OSError('bad@example.org is refused')"
        Mailbox.refused.clear()
        pass_time()
        relay()

        assert addresses() == ["ann@example.org", "bad@example.org", "zoe@example.org"]

    def test_a_mail_that_another_worker_began_a_moment_ago_is_left_to_it(
        self, organization: OrganizationProfile
    ) -> None:
        user = member(organization, "ann")
        go_live(course_of(organization))
        (event,) = run_events()
        note = SentMail.objects.create(event=event, mail="run_published", user=user, started=timezone.now())

        assert relay().failed == 1
        assert mail.outbox == []
        assert "BeingSent" in Delivery.objects.get(state="pending").last_error
        SentMail.objects.filter(pk=note.pk).update(started=timezone.now() - timedelta(minutes=3))
        pass_time()
        relay()

        assert addresses() == ["ann@example.org"]
        assert SentMail.objects.get().sent is not None

    def test_two_workers_that_find_a_lost_mail_at_once_send_it_once(
        self, organization: OrganizationProfile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        user = member(organization, "ann")
        go_live(course_of(organization))
        (event,) = run_events()
        long_ago = timezone.now() - timedelta(hours=1)
        note = SentMail.objects.create(event=event, mail="m", user=user, started=long_ago)
        read = type(SentMail.objects).get_or_create

        def read_then_lose(self: Any, **values: Any) -> Any:
            found = read(self, **values)
            SentMail.objects.filter(pk=note.pk).update(started=timezone.now())
            return found

        monkeypatch.setattr(type(SentMail.objects), "get_or_create", read_then_lose)

        with pytest.raises(BeingSent):
            send_once("m", event, Recipient.of([user])[0], mail.EmailMessage("s", "b", to=["ann@example.org"]))
        assert mail.outbox == []


class TestContract(ConsumerContract):
    path = PATH

    def make_events(self) -> Sequence[OutboxEvent]:
        """One run goes live twice, seen by two people."""
        organization = make_organization("AcmeX")
        for name in ("ann", "bob"):
            member(organization, name)
        made = make_course(organization)
        run = Selection.of(runs=[made.runs[0].uuid])
        go_live(made.course)
        unpublish(SYSTEM, run, reason="tests")
        publish_now(run)
        return run_events()

    def effects(self) -> list[Hashable]:
        # A mail that comes again bears the same Message-ID: it is one mail to whoever gets it.
        return list(message_ids())

    def effects_of(self, event: OutboxEvent) -> list[Hashable]:
        users = {sent.user_id for sent in SentMail.objects.all()}
        return [f"<{uuid.uuid5(event.uuid, f'run_published:{user}')}@example.org>" for user in users]

    def failing(self, error: BaseException, *, after: bool) -> AbstractContextManager[None]:
        return mailbox.failing(error, after=after)

    def forget_what_is_in_flight(self) -> None:
        SentMail.objects.filter(sent=None).update(started=timezone.now() - timedelta(minutes=10))
