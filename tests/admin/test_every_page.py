"""Every model is in the admin, every page opens, and no page that writes is in a transaction of its request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern

from openedx_catalog_publisher.admin.command_admin import CommandAdmin
from openedx_catalog_publisher.admin.rights import CatalogAdmin, ReadOnlyAdmin
from openedx_catalog_publisher.api import Selection, seal_log
from openedx_catalog_publisher.models import Course, CourseRun
from tests.admin.pages import APP, address
from tests.factories import acting, make_course, make_organization, make_user, publish_now

MODELS = [model for model in apps.get_app_config(APP).get_models() if not model.__name__.startswith("Historical")]


def _published(courses: int = 1) -> list[Any]:
    made = []
    user = make_user(is_staff=True)
    for _ in range(courses):
        course = make_course(actor=acting(user), runs=2).course
        publish_now(Selection.of([course.uuid], all_runs=True), message="first")
        made.append(course)
    seal_log()
    return made


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_is_in_the_admin(model: Any) -> None:
    assert isinstance(admin.site.get_model_admin(model), CatalogAdmin)


@pytest.mark.django_db
def test_list_add_change_delete_and_history_open(superuser: Client) -> None:
    _published()
    answers = {}
    for model in MODELS:
        name = model._meta.model_name
        writes = not isinstance(admin.site.get_model_admin(model), ReadOnlyAdmin)
        expected = {"changelist": 200, "add": 200 if writes else 403}
        row = model._base_manager.order_by("pk").first()
        if row is not None:
            expected |= {"change": 200, "history": 200, "delete": 200 if writes else 403}
        for page, status in expected.items():
            url = address(name, page) if page in ("changelist", "add") else address(name, page, row.pk)
            answers[name, page] = (superuser.get(url).status_code, status)
        answers[name, "search"] = (superuser.get(address(name, "changelist"), {"q": "something"}).status_code, 200)
    assert {key: answer for key, answer in answers.items() if answer[0] != answer[1]} == {}


@pytest.mark.django_db
def test_read_only_rows_cannot_be_written_by_anybody(superuser: Client) -> None:
    _published()
    for model in MODELS:
        if not isinstance(admin.site.get_model_admin(model), ReadOnlyAdmin):
            continue
        name = model._meta.model_name
        assert superuser.post(address(name, "add"), {}).status_code == 403
        row = model._base_manager.order_by("pk").first()
        if row is not None:
            assert superuser.post(address(name, "change", row.pk), {}).status_code == 403
            assert superuser.post(address(name, "delete", row.pk), {"post": "yes"}).status_code == 403
            assert model._base_manager.filter(pk=row.pk).exists()


def _pages() -> Iterator[tuple[CatalogAdmin, URLPattern]]:
    for model in MODELS:
        page = admin.site.get_model_admin(model)
        for pattern in page.get_urls():
            yield page, pattern


def test_no_page_that_writes_is_in_a_transaction_of_its_request() -> None:
    atomic = [
        str(pattern.pattern)
        for page, pattern in _pages()
        if not isinstance(page, ReadOnlyAdmin)
        and pattern.name is not None
        and "default" not in getattr(pattern.callback, "_non_atomic_requests", ())
    ]
    assert atomic == []


def test_what_writes_goes_through_commands() -> None:
    writing = {type(page) for page, _ in _pages() if not isinstance(page, ReadOnlyAdmin)}
    assert writing
    assert all(issubclass(page, CommandAdmin) for page in writing)


@pytest.mark.django_db
def test_the_statements_of_a_list_do_not_grow_with_its_rows(superuser: Client) -> None:
    _published()
    few = {model: _statements(superuser, model) for model in MODELS}
    _published(3)
    many = {model: _statements(superuser, model) for model in MODELS}
    assert {model.__name__: (few[model], many[model]) for model in MODELS if many[model] > few[model]} == {}


def _statements(client: Client, model: Any) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(model._meta.model_name, "changelist")).status_code == 200
    return len(queries)


@pytest.mark.parametrize("model", [Course, CourseRun])
@pytest.mark.django_db
def test_lists_show_drafts_unless_asked_otherwise(model: Any, staff: Client) -> None:
    _published()
    url = address(model._meta.model_name, "changelist")

    def sides(**query: str) -> set[bool]:
        return {row.draft for row in staff.get(url, query).context["cl"].result_list}

    assert sides() == {True}
    assert sides(side="official") == {False}
    assert sides(side="both") == {True, False}


@pytest.mark.django_db
def test_whoever_is_not_staff_sees_nothing(client: Client) -> None:
    client.force_login(make_user())
    for model in MODELS:
        response = client.get(address(model._meta.model_name, "changelist"))
        assert response.status_code == 302
        assert "/login/" in response["Location"]


@pytest.mark.django_db
def test_a_search_field_that_names_a_course_offers_drafts_alone(staff: Client) -> None:
    make_organization()
    _published()
    query = {"app_label": APP, "model_name": "courserun", "field_name": "course", "term": ""}
    found = staff.get("/admin/autocomplete/", query).json()["results"]
    assert {int(row["id"]) for row in found} == set(Course.drafts.values_list("pk", flat=True))
