"""The home page of the demo."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertTemplateUsed
from pytest_django.fixtures import DjangoAssertNumQueries

from demo import recipe
from demo.accounts import ACCOUNTS, BY_USERNAME, NORTH, RIGHTS, TRES, user_of
from demo.views.home import LISTED_ORGANIZATIONS
from openedx_catalog_publisher.api import Action, Selection, can
from openedx_catalog_publisher.models import ALL_ORGANIZATIONS, Course, OrganizationProfile
from tests.factories import make_course, publish_now

pytestmark = [pytest.mark.django_db, pytest.mark.urls("demo.urls")]

DRAFTS = "drafts of courses", "drafts of runs"
OFFICIALS = "official courses", "official runs"


def figures(client: Client) -> dict[str, int]:
    return {figure.name: figure.number for figure in client.get("/").context["figures"]}


def test_an_empty_catalog_says_so_and_how_to_fill_it(client: Client) -> None:
    response = client.get("/")

    assertTemplateUsed(response, "demo/home.html")
    assert set(figures(client).values()) == {0}
    assertContains(response, "manage.py import_courses FILE --format catalog-json")


def test_drafts_and_official_rows_are_counted_and_only_official_courses_are_shown(client: Client) -> None:
    published = make_course(title="علم الفلك للجميع", runs=2)
    make_course(title="Not yet to be seen", runs=3)
    publish_now(Selection.of([published.course.uuid], runs=[published.runs[0].uuid]))

    assert figures(client) == {
        "drafts of courses": 2,
        "official courses": 1,
        "drafts of runs": 5,
        "official runs": 1,
        # The other course, and all runs but one.
        "drafts to publish": 5,
        "open reviews": 0,
        "publications on record": 2,
    }
    assertContains(
        client.get("/"), f'<a href="/catalog/{published.course.key}/">علم الفلك للجميع</a>', count=1, html=True
    )
    assert "Not yet to be seen" not in client.get("/").content.decode()


def test_each_organization_shows_what_it_published_last(client: Client) -> None:
    first = make_course(runs=0, title="The first")
    organization = OrganizationProfile.objects.get(
        course_links__course=Course.drafts.get(uuid=first.course.uuid), course_links__kind="owner"
    )
    publish_now(Selection.of([first.course.uuid]))
    second = make_course(organization, runs=0, title="The second")
    publish_now(Selection.of([second.course.uuid]))
    other = make_course(runs=0, title="Another's")
    publish_now(Selection.of([other.course.uuid]))

    assert [card.title for card in client.get("/").context["cards"]] == ["The second", "Another's"]


def test_the_title_of_a_course_is_text_and_no_markup(client: Client) -> None:
    made = make_course(title="<script>alert(1)</script>")
    publish_now(Selection.of([made.course.uuid]))

    assertContains(client.get("/"), "&lt;script&gt;alert(1)&lt;/script&gt;")


def test_the_page_takes_as_many_statements_for_many_courses_as_for_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # Eight counts, six of deliveries, the newest of each organization, eight tables of what cards show, and the
    # request's own savepoint.
    publish_now(Selection.of([make_course().course.uuid], all_runs=True))
    with django_assert_num_queries(25):
        client.get("/")
    for _ in range(LISTED_ORGANIZATIONS + 1):
        publish_now(Selection.of([make_course().course.uuid], all_runs=True))

    with django_assert_num_queries(25):
        response = client.get("/")

    assert len(response.context["cards"]) == LISTED_ORGANIZATIONS


@pytest.mark.parametrize(
    "address",
    [
        "/catalog/",
        "/drafts/",
        "/api-docs/",
        "/api-docs/redoc/",
        "/admin/",
        "/catalog_publisher/review/",
        "/api/catalog_publisher/v1/health/",
        "/api/catalog_publisher/v1/schema/",
    ],
)
def test_the_page_leads_everywhere(client: Client, address: str) -> None:
    assertContains(client.get("/"), f'href="{address}"')
    assert client.get(address, follow=True).status_code == 200


class TestPeople:
    def test_in_demo_mode_the_page_offers_to_be_anybody(self, demo_mode: Any, client: Client) -> None:
        page = client.get("/").content.decode()

        assert re.findall('<button name="username" value="([a-z]+)">', page) == list(BY_USERNAME)

    def test_it_says_who_one_is_and_offers_the_others(self, demo_mode: Any, demo_users: None, client: Client) -> None:
        client.post("/demo/log-in/", {"username": "nadia"})

        page = client.get("/").content.decode()

        assert "You are <strong>Nadia</strong>" in page
        assert re.findall('<button name="username" value="([a-z]+)">', page) == [
            name for name in BY_USERNAME if name != "nadia"
        ]

    def test_outside_demo_mode_the_page_offers_nothing_of_the_kind(self, client: Client) -> None:
        assert "/demo/log-in/" not in client.get("/").content.decode()

    def test_whoever_comes_from_the_admin_learns_who_may_open_it(
        self, demo_mode: Any, demo_users: None, client: Client
    ) -> None:
        assertContains(client.get("/admin/", follow=True), "be Ada, and you are led there")
        client.post("/demo/log-in/", {"username": "nadia"})
        assertContains(client.get("/admin/", follow=True), "Ada may.")

    def test_whoever_comes_from_the_reviews_learns_who_may_open_them(
        self, demo_mode: Any, demo_users: None, client: Client
    ) -> None:
        page = client.get("/catalog_publisher/review/", follow=True)
        assertContains(page, "be Leona, Cosmo, or of the course")
        assertContains(page, '<input type="hidden" name="next" value="/catalog_publisher/review/">', html=True)

    def test_the_table_of_rights_is_what_the_plugins_rules_say(self, demo_users: None) -> None:
        drafts = {
            key: make_course(OrganizationProfile.objects.get(key=key), number="X1").course.uuid for key in (NORTH, TRES)
        }
        publish_now(Selection.of(list(drafts.values())))

        for right in RIGHTS:
            rows = Course.objects if right.action is Action.VIEW_OFFICIAL else Course.drafts
            thing = rows.get(uuid=drafts[right.organization]) if right.organization else ALL_ORGANIZATIONS
            who = {account.username for account in ACCOUNTS if can(user_of(account.username), right.action, thing)}
            assert who == right.who, right.what


def test_the_commands_are_shown_with_the_address_of_this_server(client: Client) -> None:
    [code, *_] = re.findall(r"<code>(.*?)</code>", client.get("/").content.decode(), re.DOTALL)

    assert "API=http://127.0.0.1/api/catalog_publisher/v1\n" in code
    assert len(client.get("/").context["steps"]) == len(recipe.steps(""))


def test_the_page_can_only_be_read(client: Client) -> None:
    assert client.post("/").status_code == 405


def test_nothing_on_the_page_comes_from_another_server(client: Client, settings: Any) -> None:
    response = client.get("/")

    # But for one that leads to the stand-in for Studio, on this machine.
    page = response.content.decode().replace(f'<a href="{settings.STUDIO_PAGE}/">', "")
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert response["Content-Security-Policy"] == (
        "default-src 'self'; img-src 'self' data:; style-src-attr 'unsafe-inline'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


def test_the_page_is_in_english_whatever_the_visitors_browser_asks_for(client: Client) -> None:
    response = client.get("/", headers={"accept-language": "ar"})

    assertContains(response, '<html lang="en">')
    assert response["Content-Language"] == "en"
