"""Who gets in, how one logs in, and that no page is in a transaction of its request."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from openedx_catalog_publisher.admin.review_site.page import address
from openedx_catalog_publisher.admin.review_site.site import site
from openedx_catalog_publisher.models import RoleName
from tests.admin.conftest import logged_in
from tests.factories import grant, make_organization, make_user

HISTORY = "/catalog_publisher/review/roles/history/"


def test_the_site_has_a_place_of_its_own_beside_the_admin() -> None:
    assert address("role_history") == HISTORY
    assert reverse("admin:index") == "/admin/"


def test_no_page_is_in_a_transaction_of_its_request() -> None:
    patterns = site.get_urls()
    assert patterns
    assert [p.name for p in patterns if "default" not in getattr(p.callback, "_non_atomic_requests", ())] == []


@pytest.mark.django_db
def test_whoever_is_not_logged_in_is_led_to_the_log_in_of_the_platform(client: Client, settings: Any) -> None:
    settings.LOGIN_URL = "/log-in-of-the-platform"

    response = client.get(HISTORY)

    assert response.status_code == 302
    assert response["Location"] == f"/log-in-of-the-platform?next={HISTORY}"


@pytest.mark.django_db
def test_without_a_role_one_is_told_what_is_missing() -> None:
    response = logged_in(make_user()).get(HISTORY)

    assert response.status_code == 403
    assert "Your account holds none of these roles" in response.content.decode()
    assert "<nav" not in response.content.decode()


@pytest.mark.parametrize("role", RoleName)
@pytest.mark.django_db
def test_every_role_of_the_catalog_opens_the_site_without_being_staff(role: RoleName, rf: Any) -> None:
    user = make_user()
    request = rf.get("/")
    request.user = user
    assert not site.has_permission(request)

    grant(user, role, make_organization())

    assert site.has_permission(request)
    assert not user.is_staff


@pytest.mark.django_db
def test_a_role_opens_no_page_of_the_ordinary_admin(legal: Any) -> None:
    assert logged_in(legal).get("/admin/").status_code == 302


@pytest.mark.django_db
def test_answers_are_not_kept_by_browsers(administrator: Client) -> None:
    assert "no-store" in administrator.get(HISTORY)["Cache-Control"]
