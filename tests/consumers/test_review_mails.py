"""The mails of a review: who is told at which step, of what people say, and who watches from outside."""

from __future__ import annotations

import uuid
from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from openedx_catalog_publisher.api import (
    Actor,
    Ofac,
    Selection,
    add_comment,
    decide,
    publish,
    publish_due,
    request_changes,
    update_course,
    update_run,
    withdraw,
)
from openedx_catalog_publisher.consumers.notifications.letters import Recipient
from openedx_catalog_publisher.consumers.notifications.preferences import set_address_wants_mails, set_wants_mails
from openedx_catalog_publisher.models import (
    Comment,
    Course,
    CourseRun,
    CourseType,
    Delivery,
    EventKind,
    OutboxEvent,
    RoleName,
    SentMail,
    UnitKind,
)
from openedx_catalog_publisher.outbox.relay import relay
from tests.consumers import mailbox
from tests.consumers.contract import ConsumerContract
from tests.consumers.mailbox import Mailbox, message_ids
from tests.factories import grant, make_organization, make_user
from tests.outbox.recording import pass_time
from tests.review.stage import Stage, set_stage

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
def stage() -> Stage:
    """A course with a run, whose people have names and addresses."""
    return named(set_stage(title="Data <for> «all»"))


def named(stage: Stage) -> Stage:
    for name in ("editor", "legal", "coordinator"):
        user = getattr(stage, name).user
        user.email, user.first_name = f"{name}@example.org", name.title()
        user.save()
    return stage


def told() -> list[tuple[str, str]]:
    """Hand out what happened, and return to whom which kind of mail went since it was asked last."""
    relay()
    found = [(message.to[0], message.subject.split(":")[0]) for message in mail.outbox]
    mail.outbox = []
    return sorted(found)


def message_to(address: str) -> EmailMessage:
    (found,) = [message for message in mail.outbox if message.to == [address]]
    return found


def make_external(stage: Stage) -> None:
    external = CourseType.objects.create(name="Executive education", slug="executive-education-2u")
    Course.everything.filter(uuid=stage.course).update(type=external)


def watch(stage: Stage, *addresses: str) -> None:
    update_course(stage.editor, stage.course, {"watchers": list(addresses)})


class TestSteps:
    def test_each_step_is_told_to_who_decides_it_the_end_to_the_team_and_going_live_to_both(self, stage: Stage) -> None:
        stage.submit()
        assert told() == [("legal@example.org", "Legal review wanted")]
        stage.approve_legally()
        assert told() == [("coordinator@example.org", "Review wanted")]
        stage.approve_internally()
        assert told() == [("editor@example.org", "Review done")]
        stage.schedule(timezone.now() - timedelta(minutes=1))
        publish_due()
        assert told() == [("coordinator@example.org", "Now published"), ("editor@example.org", "Now published")]

    def test_what_goes_live_with_the_last_approval_is_told_as_published_alone(self, stage: Stage) -> None:
        stage.submit()
        stage.approve_legally()
        stage.schedule(timezone.now() - timedelta(minutes=1))
        told()
        stage.approve_internally()

        assert told() == [("coordinator@example.org", "Now published"), ("editor@example.org", "Now published")]

    def test_a_step_that_is_over_when_the_mail_would_be_sent_is_not_told(self, stage: Stage) -> None:
        stage.submit()
        stage.approve_legally()
        assert told() == [("coordinator@example.org", "Review wanted")]

        withdraw(stage.editor, stage.open_review(stage.run).uuid)
        stage.submit()
        withdraw(stage.editor, stage.open_review(stage.run).uuid)

        assert told() == []
        assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}

    def test_a_run_that_is_submitted_again_is_told_again(self, stage: Stage) -> None:
        stage.submit()
        told()
        request_changes(stage.legal, stage.open_review(stage.run).uuid, **stage.digests(stage.run), comment="Why?")
        told()
        update_run(stage.editor, stage.run, {"title_override": "Because"})
        stage.submit()

        assert told() == [("legal@example.org", "Legal review wanted")]

    def test_content_that_holds_its_approvals_goes_straight_to_the_team(self, stage: Stage) -> None:
        stage.submit()
        stage.approve()
        withdraw(stage.editor, stage.open_review(stage.run).uuid)
        relay()
        mail.outbox = []

        stage.submit()

        assert told() == [("editor@example.org", "Review done")]

    def test_a_course_that_is_submitted_by_itself_is_told_and_one_that_a_run_brings_along_is_not_told_apart(
        self, stage: Stage
    ) -> None:
        stage.submit_course()
        relay()
        (message,) = mail.outbox
        course = Course.drafts.get(uuid=stage.course)
        assert message.subject == f"Legal review wanted: Data <for> «all» ({course.key})"
        assert f"The course {course.key}, “Data <for> «all»”, by" in message.body

    def test_a_run_that_follows_its_course_is_told(self, stage: Stage) -> None:
        stage.submit()
        course = stage.open_review(stage.course)
        stage.approve_legally(course_digest="")
        assert told() == [("legal@example.org", "Legal review wanted")]

        decide(stage.legal, course.uuid, course_digest=course.review_digest)

        assert told() == [("coordinator@example.org", "Review wanted")]


class TestRecipients:
    def test_legal_reviewers_of_the_owners_are_told_and_those_of_all_only_without_them(self, stage: Stage) -> None:
        everywhere, elsewhere = make_user("everywhere"), make_user("elsewhere")
        for user, organization in ((everywhere, None), (elsewhere, make_organization("Else"))):
            type(user).objects.filter(pk=user.pk).update(email=f"{user.username}@example.org")
            grant(user, RoleName.LEGAL_REVIEWER, organization)
        stage.submit()
        assert told() == [("legal@example.org", "Legal review wanted")]

        withdraw(stage.editor, stage.open_review(stage.run).uuid)
        stage.legal.user.catalogroleassignment_set.all().delete()
        stage.submit()

        assert told() == [("everywhere@example.org", "Legal review wanted")]

    def test_nobody_to_tell_and_no_address_set_leave_all_the_other_mails(self, stage: Stage) -> None:
        stage.coordinator.user.catalogroleassignment_set.all().delete()
        stage.submit()
        stage.approve_legally()
        assert told() == []
        stage.decide(stage.admin)
        relay()

        (message,) = mail.outbox
        assert message.to == ["editor@example.org"]
        assert "Questions" not in message.body
        assert "http" not in message.body

    def test_the_team_of_courses_outside_of_the_platform_is_told_nothing_and_coordinators_are(
        self, stage: Stage
    ) -> None:
        stage.submit()
        make_external(stage)
        stage.approve_legally(comment="Fine.")
        assert told() == [("coordinator@example.org", "Comment added"), ("coordinator@example.org", "Review wanted")]
        stage.approve_internally()
        assert told() == []

    def test_whoever_wants_no_mails_gets_none_of_these(self, stage: Stage) -> None:
        for actor in (stage.editor, stage.legal, stage.coordinator):
            set_wants_mails(actor.user, wanted=False)
        stage.submit(comment="Please.")
        stage.approve()

        assert told() == []


class TestText:
    def test_legal_reviewers_read_what_waits_and_where(self, stage: Stage, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_PUBLISHER_URL_ROOT = "https://publisher.example.org"
        settings.CATALOG_PUBLISHER_STUDIO_URL_ROOT = "https://studio.example.org"
        settings.CATALOG_PUBLISHER_REVIEW_URL_ROOT = "https://studio.example.org/catalog_publisher/review"
        stage.submit(comment="Please.")
        relay()

        review = f"https://studio.example.org/catalog_publisher/review/{stage.open_review(stage.run).uuid}/"
        assert review in message_to("coordinator@example.org").body.splitlines()
        message = message_to("legal@example.org")
        run = CourseRun.drafts.get(uuid=stage.run)
        owner = stage.organization.organization.name
        assert message.subject == f"Legal review wanted: Data <for> «all» ({run.key})"
        lines = message.body.splitlines()
        assert lines[:4] == [
            "Hello Legal,",
            "",
            f"The run {run.key} of “Data <for> «all»” by {owner} was submitted and waits for legal review.",
            "It starts on Feb. 1, 2031 at 00:00 UTC.",
        ]
        assert review in lines
        assert f"https://publisher.example.org/courses/{stage.course}" in lines
        assert f"https://studio.example.org/course/{run.key}" in lines
        assert "Questions go to: coordinator@example.org" in lines
        assert "You get this mail because you are a legal reviewer of the course catalog." in lines
        html = str(message.alternatives[0][0])
        assert f"The run <strong>{run.key}</strong> of <bdi>Data &lt;for&gt; «all»</bdi> by <bdi>{owner}</bdi>" in html

    @pytest.mark.parametrize(
        ("restricted", "sentence"),
        [
            (True, "Legal review says: there are restrictions on who may take it (OFAC)."),
            (False, "Legal review says: there are no restrictions on who may take it (OFAC)."),
        ],
    )
    def test_coordinators_read_what_legal_decided_and_where_embargoes_are_set(
        self, stage: Stage, settings: Any, restricted: bool, sentence: str
    ) -> None:
        settings.CATALOG_PUBLISHER_LMS_ADMIN_URL_ROOT = "https://lms.example.org/admin"
        stage.submit()
        stage.approve_legally(ofac=Ofac(has_restrictions=restricted))
        relay()

        message = message_to("coordinator@example.org")
        lines = message.body.splitlines()
        assert sentence in lines
        assert "https://lms.example.org/admin/embargo/restrictedcourse/" in lines
        assert f"<p>{sentence}</p>" in str(message.alternatives[0][0])

    def test_the_team_reads_when_it_goes_live(self, stage: Stage) -> None:
        stage.schedule(datetime(2031, 1, 15, 9, 30, tzinfo=UTC))
        stage.submit()
        stage.approve()
        relay()
        message = message_to("editor@example.org")
        assert "It goes live on Jan. 15, 2031 at 09:30 UTC." in message.body.splitlines()
        assert "<p>It goes live on Jan. 15, 2031 at 09:30 UTC.</p>" in str(message.alternatives[0][0])

    def test_the_team_reads_that_it_has_no_date(self, stage: Stage) -> None:
        stage.submit()
        stage.schedule(None)
        stage.approve()
        relay()
        assert (
            "It has no go-live date: it goes live at the date that you set, or when you publish it."
            in message_to("editor@example.org").body.splitlines()
        )

    def test_they_are_in_the_language_of_the_site(self, stage: Stage, settings: Any) -> None:
        settings.LANGUAGE_CODE = "ar"
        watch(stage, "wanda@example.org")
        stage.submit(comment="مرحبا")
        stage.approve()
        relay()

        assert len(mail.outbox) >= 3
        assert all('<html lang="ar" dir="rtl">' in str(message.alternatives[0][0]) for message in mail.outbox)


class TestComments:
    @pytest.mark.parametrize("author", ["editor", "coordinator", "legal"])
    def test_team_and_coordinators_read_what_somebody_else_wrote(self, stage: Stage, author: str) -> None:
        add_comment(getattr(stage, author), UnitKind.COURSE_RUN, stage.run, "Is 4 < 5 hours\nright? & why")
        relay()

        others = {"editor@example.org", "coordinator@example.org"} - {f"{author}@example.org"}
        assert {message.to[0] for message in mail.outbox} == others
        message = mail.outbox[0]
        run = CourseRun.drafts.get(uuid=stage.run)
        assert message.subject == f"Comment added: Data <for> «all» ({run.key})"
        lines = message.body.splitlines()
        assert lines[2:6] == [f"{author.title()} commented:", "", "Is 4 < 5 hours", "right? & why"]
        assert f"This is about the run {run.key} of “Data <for> «all»”." in lines
        assert "<p>Is 4 &lt; 5 hours<br>right? &amp; why</p>" in str(message.alternatives[0][0])

    def test_a_comment_on_one_field_names_it(self, stage: Stage) -> None:
        add_comment(stage.legal, UnitKind.COURSE, stage.course, "Too long.", field="full_description")
        add_comment(stage.legal, UnitKind.COURSE_RUN, stage.run, "Who?", field="staff")
        relay()

        first, second = (message.body.splitlines()[2] for message in mail.outbox if "editor" in message.to[0])
        assert first == "Legal commented on “full description”:"
        assert second == "Legal commented on “staff”:"

    def test_a_request_for_changes_is_told_with_its_comment(self, stage: Stage) -> None:
        stage.submit()
        told()
        request_changes(
            stage.legal, stage.open_review(stage.run).uuid, **stage.digests(stage.run), comment="Name the price."
        )
        relay()

        message = message_to("editor@example.org")
        assert message.subject.startswith("Changes requested: Data <for> «all» (")
        lines = message.body.splitlines()
        assert lines[2] == (
            "Legal asks for changes in the legal review. It is with its team again, to be edited and submitted anew:"
        )
        assert lines[4] == "Name the price."

    def test_what_is_said_with_other_acts_names_the_act(self, stage: Stage) -> None:
        stage.submit(comment="One.")
        stage.approve_legally(comment="Two.")
        stage.approve_internally(comment="Three.")
        withdraw(stage.editor, stage.open_review(stage.run).uuid, comment="Four.")
        relay()

        said = [message for message in mail.outbox if message.subject.startswith("Comment added")]
        assert [(message.to[0].partition("@")[0], *message.body.splitlines()[2:5:2]) for message in said] == [
            ("coordinator", "Editor submitted it for review, and wrote:", "One."),
            ("editor", "Legal approved it in the legal review, and wrote:", "Two."),
            ("coordinator", "Legal approved it in the legal review, and wrote:", "Two."),
            ("editor", "Coordinator approved it in the internal review, and wrote:", "Three."),
            ("coordinator", "Editor withdrew it from its review, and wrote:", "Four."),
        ]

    def test_a_comment_of_whoever_is_gone_is_somebodys(self, stage: Stage) -> None:
        add_comment(stage.legal, UnitKind.COURSE_RUN, stage.run, "Bye.")
        stage.legal.user.delete()
        relay()

        assert message_to("editor@example.org").body.splitlines()[2] == "Somebody commented:"


class TestWatchers:
    def test_they_are_told_of_runs_with_a_date_when_these_are_approved_and_when_they_go_live(
        self, stage: Stage, settings: Any
    ) -> None:
        settings.CATALOG_PUBLISHER_MARKETING_URL_ROOT = "https://www.example.org"
        settings.CATALOG_PUBLISHER_PUBLISHER_URL_ROOT = "https://publisher.example.org"
        settings.CATALOG_PUBLISHER_WATCHERS = ["marketing@example.org", "Wanda@Example.org"]
        watch(stage, "wanda@example.org")
        slug = Course.drafts.get(uuid=stage.course).url_slug
        stage.submit()
        stage.approve()
        relay()

        message = message_to("wanda@example.org")
        run = CourseRun.drafts.get(uuid=stage.run)
        assert message.subject == f"Going live soon: Data <for> «all» ({run.key})"
        lines = message.body.splitlines()
        assert lines[0] == "Hello,"
        assert f"https://www.example.org/preview/course/{slug}" in lines
        assert not any(
            "publisher.example.org" in line or "Questions" in line or "me/notifications" in line for line in lines
        )
        assert f"You get this mail because this address is among the watchers of {run.course.key}." in lines
        assert "If you want no such mails, ask the administrators of the course catalog." in lines
        assert message_to("marketing@example.org").subject == message.subject
        mail.outbox = []

        stage.schedule(timezone.now() - timedelta(minutes=1))
        publish_due()
        relay()

        message = message_to("wanda@example.org")
        assert message.subject == f"Now live: Data <for> «all» ({run.key})"
        assert f"https://www.example.org/course/{slug}" in message.body.splitlines()

    def test_they_are_not_told_of_a_run_without_a_date(self, stage: Stage) -> None:
        watch(stage, "wanda@example.org")
        stage.submit()
        stage.schedule(None)
        stage.approve()
        publish(stage.editor, Selection.of(runs=[stage.run]))

        assert "wanda@example.org" not in {address for address, _subject in told()}

    def test_an_address_that_wants_no_mails_and_one_of_a_user_who_wants_none_get_none(self, stage: Stage) -> None:
        watch(stage, "wanda@example.org", "Legal@example.org", "will@example.org")
        set_address_wants_mails("WANDA@example.org", wanted=False)
        set_wants_mails(stage.legal.user, wanted=False)
        stage.submit()
        stage.approve()

        going_live = [address for address, subject in told() if subject == "Going live soon"]
        assert going_live == ["will@example.org"]

    def test_each_gets_a_mail_once_and_after_a_failure_again(self, stage: Stage) -> None:
        watch(stage, "wanda@example.org", "will@example.org")
        stage.submit()
        stage.approve()
        Mailbox.refused.add("wanda@example.org")
        relay()
        assert [message.to for message in mail.outbox if "soon" in message.subject] == [["will@example.org"]]

        Mailbox.refused.clear()
        pass_time()
        relay()
        relay()

        soon = [message for message in mail.outbox if "soon" in message.subject]
        assert [message.to for message in soon] == [["will@example.org"], ["wanda@example.org"]]
        assert len({message.extra_headers["Message-ID"] for message in soon}) == 2
        notes = SentMail.objects.filter(mail="watched_reviewed")
        assert [(note.user, note.watcher is not None, note.sent is not None) for note in notes] == [
            (None, True, True),
            (None, True, True),
        ]
        assert not any("example.org" in str(value) for note in notes.values() for value in note.values())


def test_recipients_are_each_named_once_whatever_the_case_of_their_address() -> None:
    assert [recipient.address for recipient in Recipient.at(["B@x.org", "a@x.org", "b@x.org"])] == [
        "B@x.org",
        "a@x.org",
    ]


class TestContract(ConsumerContract):
    """A run is submitted, which legal reviewers are told, and two people comment on it."""

    path = PATH

    def make_events(self) -> Sequence[OutboxEvent]:
        self.stage = named(set_stage())
        self.stage.submit()
        for author in (self.stage.legal, self.stage.editor):
            add_comment(author, UnitKind.COURSE_RUN, self.stage.run, "Well.")
        kinds = (EventKind.REVIEW_OPENED, EventKind.COMMENT_ADDED)
        return list(OutboxEvent.objects.filter(object_code=str(self.stage.run), kind__in=kinds).order_by("sequence"))

    def effects(self) -> list[Hashable]:
        return list(message_ids())

    def effects_of(self, event: OutboxEvent) -> list[Hashable]:
        if event.kind == EventKind.REVIEW_OPENED:
            return [message_id(event, "legal_review", self.stage.legal)]
        author = Comment.objects.get(uuid=event.payload["comment"]).author
        others = [other for other in (self.stage.editor, self.stage.coordinator) if other.user != author]
        return [message_id(event, "comment_added", other) for other in others]

    def failing(self, error: BaseException, *, after: bool) -> AbstractContextManager[None]:
        return mailbox.failing(error, after=after)

    def forget_what_is_in_flight(self) -> None:
        SentMail.objects.filter(sent=None).update(started=timezone.now() - timedelta(minutes=10))


def message_id(event: OutboxEvent, kind: str, actor: Actor) -> str:
    return f"<{uuid.uuid5(event.uuid, f'{kind}:{actor.user.pk}')}@example.org>"
