"""The home page of the demo."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertTemplateUsed
from pytest_django.fixtures import DjangoAssertNumQueries

from demo.views import LISTED_COURSES
from openedx_catalog_publisher.api import Selection, publish
from tests.factories import SYSTEM, make_course

pytestmark = [pytest.mark.django_db, pytest.mark.urls("demo.urls")]


def test_an_empty_catalog_says_so_and_how_to_fill_it(client: Client) -> None:
    response = client.get("/")

    assertTemplateUsed(response, "demo/home.html")
    assert [(str(count.name), count.draft, count.official) for count in response.context["counts"]] == [
        ("Courses", 0, 0),
        ("Course runs", 0, 0),
    ]
    assertContains(response, "manage.py import_courses FILE --format edx-learn-csv --publish")


def test_drafts_and_official_rows_are_counted_and_only_official_courses_are_listed(client: Client) -> None:
    published = make_course(title="علم الفلك للجميع", runs=2)
    make_course(title="Not yet to be seen", runs=3)
    publish(SYSTEM, Selection.of([published.course.uuid], runs=[published.runs[0].uuid]))

    response = client.get("/")

    assert [(count.draft, count.official) for count in response.context["counts"]] == [(2, 1), (5, 1)]
    assertContains(
        response,
        f'<li><span class="title" dir="auto">علم الفلك للجميع</span> '
        f'<code dir="ltr">{published.course.key}</code></li>',
        html=True,
    )
    assert "Not yet to be seen" not in response.content.decode()


def test_the_title_of_a_course_is_text_and_no_markup(client: Client) -> None:
    made = make_course(title="<script>alert(1)</script>")
    publish(SYSTEM, Selection.of([made.course.uuid]))

    assertContains(client.get("/"), "&lt;script&gt;alert(1)&lt;/script&gt;")


def test_the_page_lists_a_few_courses_in_as_many_statements_as_none(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # Four counts and the list, and the two statements of the request's own savepoint.
    made = [make_course(runs=0).course.uuid for _ in range(LISTED_COURSES + 2)]
    with django_assert_num_queries(7):
        client.get("/")
    publish(SYSTEM, Selection.of(made))

    with django_assert_num_queries(7):
        response = client.get("/")

    assert len(response.context["courses"]) == LISTED_COURSES


def test_the_page_leads_to_the_admin_and_names_the_account_of_the_demo(client: Client) -> None:
    response = client.get("/")

    assertContains(response, '<a class="button" href="/admin/">Open the admin</a>', html=True)
    assertContains(response, "Log in as <kbd>admin</kbd> with the password <kbd>admin</kbd>.")


def test_the_page_can_only_be_read(client: Client) -> None:
    assert client.post("/").status_code == 405
