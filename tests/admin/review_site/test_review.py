"""A review's page: what is shown, what is decided, and that a stale page decides nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from openedx_catalog_publisher.admin.review_site.page import address
from openedx_catalog_publisher.api import add_comment, update_course, update_run
from openedx_catalog_publisher.models import Comment, Course, CourseRun, Review, ReviewRecord, Status, UnitKind
from tests.admin.conftest import logged_in
from tests.admin.pages import told
from tests.factories import make_user, seat
from tests.review.stage import Stage, acts, draft, is_official, set_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return set_stage()


def browser(actor: Any) -> Client:
    return logged_in(actor.user)


def page_of(stage: Stage, unit: Any = None) -> str:
    return address("review", stage.open_review(unit or stage.run).uuid)


def decision(client: Client, url: str) -> dict[str, str]:
    """What the page's decision form holds, untouched."""
    form = client.get(url).context["forms"].decision
    return {name: form[name].value() or "" for name in form.fields}


def sent(client: Client, url: str, act: str, **changes: str) -> Any:
    return client.post(url, decision(client, url) | {"act": act} | changes)


def fields(response: Any) -> dict[str, list[str]]:
    return {part.unit.key: [entry.name for entry in part.found] for part in response.context["parts"]}


class TestShowing:
    def test_a_run_is_shown_with_its_course(self, stage: Stage) -> None:
        stage.submit()

        response = browser(stage.legal).get(page_of(stage))

        run, course = draft(stage.run), draft(stage.course)
        assert set(fields(response)) == {run.key, course.key}
        assert "seats" in fields(response)[run.key]
        assert "title" in fields(response)[course.key]
        assert "Nothing of it is official yet" in response.content.decode()

    def test_only_what_differs_from_what_is_official_is_shown(self, stage: Stage) -> None:
        stage.go_live()
        update_course(stage.editor, stage.course, {"title": "Data for Nobody"})
        stage.submit_course()

        response = browser(stage.legal).get(page_of(stage, stage.course))

        assert fields(response) == {draft(stage.course).key: ["title"]}
        assert '<del data-say="[removed]">Everyone: 数据 📊</del>' in response.content.decode()
        assert '<ins data-say="[added]">Nobody</ins>' in response.content.decode()

    def test_what_goes_live_without_review_stands_apart(self, stage: Stage) -> None:
        stage.go_live()
        update_run(stage.editor, stage.run, {"max_effort": 9, "seats": [seat("audit", "0.00")]})
        stage.submit()

        (part,) = browser(stage.legal).get(page_of(stage)).context["parts"]

        assert [entry.name for entry in part.reviewed] == ["seats"]
        assert [entry.name for entry in part.others] == ["max_effort"]

    def test_who_approved_before_sees_what_changed_since(self, stage: Stage) -> None:
        stage.submit_course()
        stage.approve_legally(stage.course)
        update_course(stage.editor, stage.course, {"short_description": "Shorter."})
        stage.submit_course()
        client = browser(stage.legal)
        url = page_of(stage, stage.course)

        assert "Since your last approval" in client.get(url).content.decode()
        assert fields(client.get(url, {"since": "approval"})) == {draft(stage.course).key: ["short_description"]}
        assert "Since your last approval" not in browser(stage.coordinator).get(url).content.decode()

    def test_the_way_says_who_did_what_and_what_comes(self, stage: Stage) -> None:
        stage.submit()
        stage.approve_legally()

        stages = browser(stage.coordinator).get(page_of(stage)).context["stages"]

        assert [(entry.label, entry.state) for entry in stages] == [
            ("Submitted", "done"),
            ("Legal review", "done"),
            ("Internal review", "here"),
            ("Live", "to_come"),
        ]
        assert stages[1].note == stage.legal.user.username

    def test_the_organization_of_others_is_not_found(self, stage: Stage) -> None:
        stage.submit()
        other = set_stage()

        assert browser(other.legal).get(page_of(stage)).status_code == 404
        assert browser(other.legal).post(page_of(stage), {"act": "approve"}).status_code == 404
        assert logged_in(make_user()).get(page_of(stage)).status_code == 403

    def test_ofac_is_asked_for_runs_in_the_legal_step_alone(self, stage: Stage) -> None:
        stage.submit()
        assert "has_ofac_restrictions" in decision(browser(stage.legal), page_of(stage))
        assert "has_ofac_restrictions" not in decision(browser(stage.legal), page_of(stage, stage.course))

        stage.approve_legally()
        assert "has_ofac_restrictions" not in decision(browser(stage.coordinator), page_of(stage))

    def test_who_does_not_decide_this_step_is_offered_no_decision(self, stage: Stage) -> None:
        stage.submit()
        for actor in (stage.coordinator, stage.editor):
            response = browser(actor).get(page_of(stage))
            assert response.status_code == 200
            assert 'value="approve"' not in response.content.decode()
            assert "That is not yours to decide." in response.content.decode()

    def test_the_statements_do_not_grow_with_comments(self, stage: Stage, django_assert_max_num_queries: Any) -> None:
        stage.submit()
        for number in range(20):
            add_comment(stage.legal, UnitKind.COURSE, stage.course, f"Comment {number}")
        client = browser(stage.legal)

        with django_assert_max_num_queries(50):
            client.get(page_of(stage))


class TestDeciding:
    def test_legal_approves_with_an_ofac_decision(self, stage: Stage) -> None:
        stage.submit()

        response = sent(
            browser(stage.legal),
            page_of(stage),
            "approve",
            has_ofac_restrictions="no",
            ofac_comment="Checked.",
            comment="Good.",
        )

        assert response.status_code == 302
        run, course = draft(stage.run), draft(stage.course)
        assert told(response) == [f"Approved: {course.key}, {run.key}. The internal review comes next."]
        assert (run.status, course.status) == (Status.REVIEW_BY_INTERNAL, Status.REVIEW_BY_INTERNAL)
        assert (run.has_ofac_restrictions, run.ofac_comment) == (False, "Checked.")
        assert Comment.objects.get().text == "Good."

    def test_without_an_ofac_decision_the_field_says_so(self, stage: Stage) -> None:
        stage.submit()

        response = sent(browser(stage.legal), page_of(stage), "approve", comment="Kept words")

        assert response.status_code == 400
        assert list(response.context["forms"].decision.errors) == ["has_ofac_restrictions"]
        assert "Kept words" in response.content.decode()
        assert draft(stage.run).status == Status.REVIEW_BY_LEGAL

    def test_the_coordinator_approves_and_it_waits_for_its_date(self, stage: Stage) -> None:
        stage.submit()
        stage.approve_legally()

        response = sent(browser(stage.coordinator), page_of(stage), "approve")

        assert "waits to go live" in told(response)[0]
        assert draft(stage.run).status == Status.REVIEWED

    def test_changes_are_requested_with_a_comment(self, stage: Stage) -> None:
        stage.submit()
        client = browser(stage.legal)

        without = sent(client, page_of(stage), "request_changes")
        assert (without.status_code, list(without.context["forms"].decision.errors)) == (400, ["comment"])
        response = sent(client, page_of(stage), "request_changes", comment="Name the price.")

        assert response.status_code == 302
        assert draft(stage.run).status == Status.UNPUBLISHED
        assert Comment.objects.get().text == "Name the price."

    def test_whoever_contributed_is_told_and_refused(self, stage: Stage) -> None:
        update_course(stage.admin, stage.course, {"title": "Mine"})
        stage.submit()
        client = browser(stage.admin)

        assert "yourself since it was last published." in client.get(page_of(stage)).content.decode()
        response = sent(client, page_of(stage), "approve", has_ofac_restrictions="no")

        assert response.status_code == 403
        assert "so somebody else approves it" in response.context["refusal"]
        assert draft(stage.run).status == Status.REVIEW_BY_LEGAL

    def test_the_team_withdraws(self, stage: Stage) -> None:
        stage.submit()
        url = page_of(stage)

        response = browser(stage.editor).post(url, {"act": "withdraw", "withdraw-comment": "Too early."})

        assert response.status_code == 302
        assert acts(stage.run)[-1][0] == "withdrawn"
        assert "This review is over: withdrawn" in browser(stage.editor).get(url).content.decode()

    def test_an_administrator_skips_a_step_with_a_reason(self, stage: Stage) -> None:
        stage.submit()
        client, url = browser(stage.admin), page_of(stage)
        form = client.get(url).context["forms"].skip
        named = {f"skip-{name}": form[name].value() for name in ("run_digest", "course_digest")}

        without = client.post(url, {"act": "skip", **named, "skip-reason": " "})
        assert without.status_code == 400
        response = client.post(url, {"act": "skip", **named, "skip-reason": "Urgent."})

        assert response.status_code == 302
        assert ("skipped", "legal", "review_by_internal") in acts(stage.run)
        assert 'value="skip"' not in browser(stage.legal).get(page_of(stage)).content.decode()

    def test_a_comment_may_be_about_a_field(self, stage: Stage) -> None:
        stage.submit()
        client, url = browser(stage.coordinator), page_of(stage)

        response = client.post(url, {"act": "comment", "say-about": "course:title", "say-text": "<b>Nice</b>"})

        assert response["Location"].endswith("#comments")
        comment = Comment.objects.get()
        assert (comment.unit_uuid, comment.field, comment.author) == (stage.course, "title", stage.coordinator.user)
        page = client.get(url).content.decode()
        assert "&lt;b&gt;Nice&lt;/b&gt;" in page
        assert '<span class="badge">Title</span>' in page

    def test_a_field_that_is_none_is_refused(self, stage: Stage) -> None:
        stage.submit()

        response = browser(stage.legal).post(
            page_of(stage), {"act": "comment", "say-about": "course:watchers", "say-text": "x"}
        )

        assert response.status_code == 400
        assert not Comment.objects.exists()

    def test_an_unknown_act_does_nothing(self, stage: Stage) -> None:
        stage.submit()

        assert browser(stage.legal).post(page_of(stage), {"act": "destroy"}).status_code == 400
        assert draft(stage.run).status == Status.REVIEW_BY_LEGAL


class TestStalePages:
    def test_a_form_that_is_sent_twice_decides_one_step(self, stage: Stage) -> None:
        stage.submit()
        client, url = browser(stage.admin), page_of(stage)
        form = decision(client, url) | {"act": "approve", "has_ofac_restrictions": "no"}

        first, second = client.post(url, form), client.post(url, form)

        assert (first.status_code, second.status_code) == (302, 409)
        assert draft(stage.run).status == Status.REVIEW_BY_INTERNAL

    def test_a_page_whose_review_is_over_is_refused_and_says_what_changed(self, stage: Stage) -> None:
        stage.submit()
        client, url = browser(stage.legal), page_of(stage)
        stale = decision(client, url) | {"act": "approve", "has_ofac_restrictions": "no"}
        update_course(stage.editor, stage.course, {"title": "Something else"})

        response = client.post(url, stale)

        assert response.status_code == 409
        page = response.content.decode()
        assert "The review of" in response.context["refusal"]
        assert 'value="approve"' not in page
        ((key, found),) = response.context["moved"]
        assert (key, [entry.name for entry in found]) == (draft(stage.course).key, ["title"])
        assert draft(stage.run).status == Status.UNPUBLISHED
        assert ReviewRecord.objects.filter(action="approved").count() == 0

    def test_the_page_of_a_course_says_which_field_ended_it_and_how_it_reads_now(self, stage: Stage) -> None:
        stage.submit_course()
        client, url = browser(stage.legal), page_of(stage, stage.course)
        update_course(stage.editor, stage.course, {"title": "Data for Nobody"})

        response = client.get(url)

        page = response.content.decode()
        assert "This review is over: the draft was edited" in page
        assert "What ended it: Title." in page
        ((_key, found),) = response.context["moved"]
        assert [entry.name for entry in found] == ["title"]
        assert '<ins data-say="[added]">Nobody</ins>' in page

    def test_it_leads_to_the_review_that_is_open_now(self, stage: Stage) -> None:
        stage.submit_course()
        client, url = browser(stage.legal), page_of(stage, stage.course)
        update_course(stage.editor, stage.course, {"title": "Data for Nobody"})
        stage.submit_course()

        assert page_of(stage, stage.course) in client.get(url).content.decode()

    def test_digests_of_other_content_are_refused_and_the_new_ones_are_shown(self, stage: Stage) -> None:
        stage.submit_course()
        url = page_of(stage, stage.course)
        client = browser(stage.legal)

        response = client.post(url, {"act": "approve", "run_digest": "", "course_digest": "0" * 64, "comment": "Mine"})

        assert response.status_code == 409
        form = response.context["forms"].decision
        assert form["course_digest"].value() == stage.open_review(stage.course).review_digest
        assert form["comment"].value() == "Mine"
        assert draft(stage.course).status == Status.REVIEW_BY_LEGAL

    def test_an_exempt_edit_meanwhile_does_not_make_a_page_stale(self, stage: Stage) -> None:
        stage.submit()
        client, url = browser(stage.legal), page_of(stage)
        form = decision(client, url) | {"act": "approve", "has_ofac_restrictions": "no"}
        update_run(stage.editor, stage.run, {"max_effort": 9})

        assert client.post(url, form).status_code == 302
        assert draft(stage.run).status == Status.REVIEW_BY_INTERNAL

    def test_of_two_that_decide_at_once_the_second_is_refused(self, stage: Stage) -> None:
        stage.submit()
        client, url = browser(stage.legal), page_of(stage)
        form = decision(client, url) | {"act": "approve", "has_ofac_restrictions": "no"}
        stage.approve_legally()

        response = client.post(url, form)

        assert response.status_code == 409
        assert [act for act, _step, _status in acts(stage.run)].count("approved") == 1


class TestSeveral:
    def test_several_are_approved_at_once(self, stage: Stage) -> None:
        other = set_stage(title="Another")
        for each in (stage, other):
            each.submit_course()
        client = logged_in(stage.admin.user)
        wanted = {
            "act": "approve",
            "review": [str(each.open_review(each.course).uuid) for each in (stage, other)],
        }

        shown = client.get(address("many"), wanted)
        assert [entry.unit.key for entry in shown.context["chosen"]] == [
            draft(each.course).key for each in (stage, other)
        ]
        response = client.post(
            address("many"), wanted | {"entry": [entry.entry for entry in shown.context["chosen"]], "comment": ""}
        )

        assert told(response) == ["Approved 2 reviews."]
        assert {draft(each.course).status for each in (stage, other)} == {Status.REVIEW_BY_INTERNAL}

    def test_all_or_none_when_one_changed_meanwhile(self, stage: Stage) -> None:
        other = set_stage(title="Another")
        for each in (stage, other):
            each.submit_course()
        client = logged_in(stage.admin.user)
        wanted = {"act": "approve", "review": [str(each.open_review(each.course).uuid) for each in (stage, other)]}
        shown = client.get(address("many"), wanted)
        update_course(other.editor, other.course, {"title": "Changed"})

        response = client.post(
            address("many"), wanted | {"entry": [entry.entry for entry in shown.context["chosen"]], "comment": ""}
        )

        assert response.status_code == 409
        assert "is over" in response.content.decode()
        assert draft(stage.course).status == Status.REVIEW_BY_LEGAL

    def test_runs_that_need_an_ofac_decision_are_named(self, stage: Stage) -> None:
        stage.submit()
        wanted = {"act": "approve", "review": [str(stage.open_review(stage.run).uuid)]}

        page = logged_in(stage.legal.user).get(address("many"), wanted).content.decode()

        assert "needs an OFAC decision" in page
        assert "its course: " in page

    def test_several_go_back_with_a_comment(self, stage: Stage) -> None:
        stage.submit()
        client = logged_in(stage.legal.user)
        wanted = {"act": "request_changes", "review": [str(stage.open_review(stage.run).uuid)]}
        entries = [entry.entry for entry in client.get(address("many"), wanted).context["chosen"]]

        assert client.post(address("many"), wanted | {"entry": entries, "comment": ""}).status_code == 400
        assert told(client.post(address("many"), wanted | {"entry": entries, "comment": "Shorter."})) == [
            "Sent 1 draft back."
        ]
        assert draft(stage.run).status == Status.UNPUBLISHED

    def test_approved_ones_are_published_before_their_date(self, stage: Stage) -> None:
        stage.submit()
        stage.approve()
        client = logged_in(stage.editor.user)
        wanted = {"act": "publish", "review": [str(stage.open_review(stage.run).uuid)]}
        plan = client.get(address("many"), wanted).context["plan"]

        response = client.post(address("many"), wanted | {"plan_digest": plan.digest, "comment": "Early."})

        assert told(response) == ["Published 2 units."]
        assert is_official(stage.run)
        assert is_official(stage.course)

    def test_with_nothing_chosen_one_is_led_back_to_the_queue(self, stage: Stage) -> None:
        response = logged_in(stage.legal.user).get(address("many"), {"act": "approve"})

        assert (response.status_code, response["Location"]) == (302, address("queue"))
        assert "Choose from the queue as it is now." in told(response)[0]

    def test_what_is_no_review_or_no_act_is_not_found(self, stage: Stage) -> None:
        client = logged_in(stage.legal.user)

        assert client.get(address("many"), {"act": "approve", "review": "x"}).status_code == 404
        assert client.get(address("many"), {"act": "burn"}).status_code == 404

    def test_reviews_of_others_cannot_be_chosen(self, stage: Stage) -> None:
        stage.submit()
        wanted = {"act": "approve", "review": [str(stage.open_review(stage.run).uuid)]}

        assert logged_in(set_stage().legal.user).get(address("many"), wanted).status_code == 302


def test_nothing_is_written_by_looking(stage: Stage) -> None:
    stage.submit()
    before = [list(model.objects.values_list()) for model in (Review, ReviewRecord, Comment)]
    drafts = [list(model.drafts.values_list("pk", "revision")) for model in (Course, CourseRun)]

    for client in (browser(stage.legal), browser(stage.editor), browser(stage.admin)):
        client.get(address("queue"))
        client.get(page_of(stage))
        client.get(page_of(stage), {"since": "approval"})

    assert [list(model.objects.values_list()) for model in (Review, ReviewRecord, Comment)] == before
    assert [list(model.drafts.values_list("pk", "revision")) for model in (Course, CourseRun)] == drafts
