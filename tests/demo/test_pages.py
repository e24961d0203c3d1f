"""The demo's catalog, its drafts, and the documentation of the API."""

import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.fixtures import DjangoAssertNumQueries

from demo.course_cards import direction_of
from demo.views.drafts import Standing
from openedx_catalog_publisher.api import Selection, unpublish, update_course
from openedx_catalog_publisher.models import Course, OrganizationProfile
from tests.factories import SYSTEM, make_course, make_subject, publish_now, run_changes

pytestmark = [pytest.mark.django_db, pytest.mark.urls("demo.urls")]


def published(**changes: Any) -> Course:
    made = make_course(**changes)
    publish_now(Selection.of([made.course.uuid], all_runs=True))
    return Course.drafts.get(uuid=made.course.uuid)


def titles(client: Client, **chosen: str) -> list[str]:
    return [card.title for card in client.get("/catalog/", chosen).context["cards"]]


class TestCatalog:
    def test_it_shows_what_is_official_and_not_withdrawn_the_last_first(self, client: Client) -> None:
        published(title="One")
        withdrawn = published(title="Withdrawn")
        unpublish(SYSTEM, Selection.of([withdrawn.uuid]), reason="For the test.")
        published(title="Two")
        make_course(title="A draft")

        assert titles(client) == ["Two", "One"]

    def test_it_is_narrowed_by_words_organization_subject_and_language(self, client: Client) -> None:
        subject = make_subject("Water")
        course = published(title="Agua", subjects=[subject], runs=[run_changes(language="es")])
        published(title="Night", runs=[run_changes(language="en")])
        owner = OrganizationProfile.objects.get(course_links__course=course, course_links__kind="owner")

        assert titles(client, q="gua") == ["Agua"]
        assert titles(client, org=owner.key) == ["Agua"]
        assert titles(client, subject=subject.slug) == ["Agua"]
        assert titles(client, language="es") == ["Agua"]
        assert titles(client, language="es", q="night") == []
        assert titles(client, page="many", subject="") == ["Night", "Agua"]

    def test_a_page_takes_as_many_statements_for_many_courses_as_for_one(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        # The count, eight tables of what cards show, three lists of choices, and the request's own savepoint.
        published()
        with django_assert_num_queries(14):
            client.get("/catalog/")
        for _ in range(4):
            published(runs=2)

        with django_assert_num_queries(14):
            client.get("/catalog/")

    def test_a_course_is_shown_with_the_markup_that_its_field_allows_and_no_other(self, client: Client) -> None:
        course = published(title="Bread & <b>salt</b>", full_description="<p>Rises <strong>slowly</strong>.</p>")

        response = client.get(f"/catalog/{course.key}/")

        assertContains(response, "<h1>Bread &amp; &lt;b&gt;salt&lt;/b&gt;</h1>", html=True)
        assertContains(response, "<p>Rises <strong>slowly</strong>.</p>", html=True)

    def test_a_course_in_arabic_is_written_from_right_to_left_within_a_page_in_english(self, client: Client) -> None:
        course = published(title="السماء", runs=[run_changes(language="ar")])

        response = client.get(f"/catalog/{course.key}/")

        assertContains(response, '<html lang="en">')
        assertContains(response, '<article class="content" dir="rtl" lang="ar">')

    def test_a_withdrawn_course_says_so(self, client: Client) -> None:
        course = published()
        unpublish(SYSTEM, Selection.of([course.uuid]), reason="For the test.")

        assertContains(client.get(f"/catalog/{course.key}/"), "This course is withdrawn")

    def test_a_course_of_which_nothing_is_official_is_not_found(self, client: Client) -> None:
        key = make_course().course.key

        response = client.get(f"/catalog/{key}/")

        assertContains(response, f"Nothing is official of a course {key}.", status_code=404)


@pytest.mark.parametrize(
    ("language", "direction"),
    [("ar", "rtl"), ("ar-eg", "rtl"), ("he", "rtl"), ("en", "ltr"), ("zh-Hans", "ltr"), ("xx", "ltr"), ("", "auto")],
)
def test_the_direction_is_that_of_the_language(language: str, direction: str) -> None:
    assert direction_of(language) == direction


class TestDrafts:
    @pytest.fixture(autouse=True)
    def people(self, demo_mode: Any, demo_users: None, client: Client) -> None:
        client.post("/demo/log-in/", {"username": "nadia"})

    def make(self, organization: str = "NorthU", **changes: Any) -> Course:
        made = make_course(OrganizationProfile.objects.get(key=organization), **changes)
        return Course.drafts.get(uuid=made.course.uuid)

    def shown(self, client: Client, **chosen: str) -> list[tuple[str, Standing, int]]:
        drafts = client.get("/drafts/", chosen).context["drafts"]
        return [(draft.card.title, draft.standing, draft.moving_runs) for draft in drafts]

    def test_one_sees_those_of_ones_own_organization_and_how_they_stand(self, client: Client) -> None:
        same, changed, withdrawn, run = (self.make(number=title, title=title) for title in ("A", "B", "C", "D"))
        self.make(number="E", title="E", runs=2)
        self.make("TresVolcanes", title="Not ours")
        publish_now(Selection.of([same.uuid, changed.uuid, withdrawn.uuid], all_runs=True))
        publish_now(Selection.of([run.uuid]))
        update_course(SYSTEM, changed.uuid, {"title": "B2"})
        unpublish(SYSTEM, Selection.of([withdrawn.uuid]), reason="For the test.")

        assert self.shown(client) == [
            ("A", Standing.same, 0),
            ("B2", Standing.changed, 0),
            ("C", Standing.withdrawn, 0),
            ("D", Standing.changed, 1),
            ("E", Standing.never, 2),
        ]
        assert [title for title, *_ in self.shown(client, standing="changed")] == ["B2", "D"]
        assert [title for title, *_ in self.shown(client, standing="withdrawn")] == ["C"]
        assert [title for title, *_ in self.shown(client, standing="unheard of")] == ["A", "B2", "C", "D", "E"]

    def test_nobody_sees_none_and_is_shown_where_to_become_somebody(self, client: Client) -> None:
        self.make(title="Hidden")
        client.post("/demo/log-out/")

        response = client.get("/drafts/")

        assertNotContains(response, "Hidden")
        assertContains(response, 'href="/?next=/drafts/#people"')

    def test_a_list_takes_as_many_statements_for_many_drafts_as_for_one(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        # Session and user, the count, eight tables of what is shown, open reviews, and the request's own savepoint.
        self.make()
        with django_assert_num_queries(14):
            client.get("/drafts/")
        for _ in range(4):
            self.make(runs=2)

        with django_assert_num_queries(14):
            client.get("/drafts/")

    def test_the_plan_of_a_draft_says_in_words_what_would_change(self, client: Client) -> None:
        course = self.make(title="Before")
        publish_now(Selection.of([course.uuid], all_runs=True))
        update_course(SYSTEM, course.uuid, {"title": "After", "type": None})

        response = client.get(f"/drafts/{course.key}/")

        [move] = response.context["moves"]
        assert [
            (change.name, re.sub("<.*?>", "", change.old), re.sub("<.*?>", "", change.new)) for change in move.changes
        ] == [
            ("Title", "Before", "After"),
            ("Type", "Verified and Audit", "\N{EN DASH}"),
        ]
        assertContains(response, "{&quot;runs&quot;: []}")

    def test_a_withdrawn_run_is_left_out_of_the_plan(self, client: Client) -> None:
        course = self.make(runs=2)
        publish_now(Selection.of([course.uuid], all_runs=True))
        run = course.course_runs.order_by("pk").first()
        assert run is not None
        unpublish(SYSTEM, Selection.of(runs=[run.uuid]), reason="For the test.")

        response = client.get(f"/drafts/{course.key}/")

        assert response.context["moves"] == []
        assertContains(response, f"Withdrawn, and to stay so: <code>{run.key}</code>")

    def test_the_draft_of_another_organization_is_not_found(self, client: Client) -> None:
        course = self.make("TresVolcanes")

        assertContains(
            client.get(f"/drafts/{course.key}/"),
            f"There is no course {course.key} whose draft you may see.",
            status_code=404,
        )

    def test_nobody_is_led_from_a_draft_to_the_people_and_back(self, client: Client) -> None:
        course = self.make()
        client.post("/demo/log-out/")

        response = client.get(f"/drafts/{course.key}/")

        assertContains(response, 'href="/?next=/drafts/', status_code=404)


class TestApiDocumentation:
    @pytest.mark.parametrize("address", ["/api-docs/", "/api-docs/redoc/"])
    def test_it_reads_the_description_from_this_server_and_all_else_too(self, client: Client, address: str) -> None:
        response = client.get(address)
        page = response.content.decode()

        assert 'data-schema="/api/catalog_publisher/v1/schema/"' in page
        assert not re.search(r'(src|href)="(https?:)?//', page)
        files = re.findall(r'(?:src|href)="/static/([^"]+)"', page)
        assert files
        assert [file for file in files if finders.find(file) is None] == []
        assert response["Content-Security-Policy"].startswith("default-src 'self'; img-src 'self' data:;")

    def test_forms_are_sent_with_the_token_that_the_session_asks_for(self, demo_mode: Any, demo_users: None) -> None:
        client = Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")
        client.get("/")
        log_in = {"username": "nadia", "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
        assert client.post("/demo/log-in/", log_in).status_code == 302
        key = make_course(OrganizationProfile.objects.get(key="NorthU")).course.key

        page = client.get("/api-docs/").content.decode()

        [token] = re.findall(r'data-csrf-token="([^"]+)"', page)
        address = f"/api/catalog_publisher/v1/courses/{key}/plan/"
        headers = {"X-CSRFToken": token}
        assert client.post(address, {}, content_type="application/json", headers=headers).status_code == 200
        assert client.post(address, {}, content_type="application/json").status_code == 403
