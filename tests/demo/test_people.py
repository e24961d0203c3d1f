"""Being somebody else by a click."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from edx_rest_framework_extensions.auth.jwt.decoder import configured_jwt_decode_handler

from demo.accounts import ACCOUNTS
from openedx_catalog_publisher.models import CatalogRoleAssignment, OutboxEvent
from tests.row_counts import row_counts

pytestmark = [pytest.mark.django_db, pytest.mark.urls("demo.urls")]


def run(command: str, *arguments: str) -> str:
    output = StringIO()
    call_command(command, *arguments, stdout=output)
    return output.getvalue()


def whoami(client: Client) -> str:
    return client.get("/").wsgi_request.user.get_username()


class TestCreating:
    def test_there_are_two_teams_reviewers_of_both_steps_an_administrator_and_a_reader(self, demo_users: None) -> None:
        assert list(CatalogRoleAssignment.objects.values_list("user__username", "role__name", "context")) == [
            ("nadia", "org_member", "northu"),
            ("nils", "org_member", "northu"),
            ("teresa", "org_member", "tresvolcanes"),
            ("legal", "legal_reviewer", "*"),
            ("coordinator", "project_coordinator", "*"),
            ("admin", "catalog_admin", "*"),
        ]
        assert list(get_user_model().objects.filter(is_superuser=True).values_list("username", flat=True)) == ["admin"]
        assert list(get_user_model().objects.filter(is_staff=True).values_list("username", flat=True)) == ["admin"]
        assert get_user_model().objects.filter(username="rita").exists()

    def test_nobody_has_a_password(self, demo_users: None) -> None:
        assert not any(user.has_usable_password() for user in get_user_model().objects.all())

    def test_roles_are_granted_by_the_command_so_that_events_tell_of_them(self, demo_users: None) -> None:
        assert OutboxEvent.objects.filter(kind="role_granted").count() == 6

    def test_run_again_it_changes_nothing(self, demo_users: None) -> None:
        before = row_counts()

        assert run("create_demo_users") == (
            "The demo has 7 users: nadia, nils, teresa, legal, coordinator, admin, rita.\n"
        )
        assert row_counts() == before

    def test_without_the_catalog_it_says_what_to_do_first(self) -> None:
        with pytest.raises(
            CommandError,
            match=r"There is no organization NorthU\. Run manage.py import_demo_catalog first\.",
        ):
            run("create_demo_users")


class TestLogIn:
    @pytest.mark.parametrize("username", [account.username for account in ACCOUNTS])
    def test_a_click_makes_one_anybody(self, demo_mode: Any, demo_users: None, client: Client, username: str) -> None:
        response = client.post("/demo/log-in/", {"username": username})

        assert (response.status_code, response["Location"]) == (302, "/")
        assert whoami(client) == username

    def test_it_goes_on_where_one_wanted_to_go(self, demo_mode: Any, demo_users: None, client: Client) -> None:
        response = client.post("/demo/log-in/", {"username": "admin", "next": "/admin/auth/user/"})

        assert response["Location"] == "/admin/auth/user/"

    @pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
    def test_it_never_leads_to_another_site(
        self, demo_mode: Any, demo_users: None, client: Client, elsewhere: str
    ) -> None:
        assert client.post("/demo/log-in/", {"username": "nadia", "next": elsewhere})["Location"] == "/"

    def test_a_form_of_another_site_cannot_do_it(self, demo_mode: Any, demo_users: None) -> None:
        client = Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")

        assert client.post("/demo/log-in/", {"username": "admin"}).status_code == 403
        assert whoami(client) == ""

    def test_a_link_cannot_do_it(self, demo_mode: Any, demo_users: None, client: Client) -> None:
        assert client.get("/demo/log-in/", {"username": "admin"}).status_code == 405

    def test_outside_demo_mode_it_is_refused(self, demo_users: None, client: Client) -> None:
        assert client.post("/demo/log-in/", {"username": "admin"}).status_code == 403
        assert whoami(client) == ""

    def test_from_another_machine_it_is_refused(self, demo_mode: Any, demo_users: None, client: Client) -> None:
        response = client.post("/demo/log-in/", {"username": "admin"}, REMOTE_ADDR="192.0.2.7")

        assert response.status_code == 403
        assert whoami(client) == ""

    @pytest.mark.parametrize("username", ["somebody", ""])
    def test_one_can_only_be_one_of_the_demos_people(
        self, demo_mode: Any, demo_users: None, client: Client, username: str
    ) -> None:
        get_user_model().objects.create_superuser("somebody")

        assert client.post("/demo/log-in/", {"username": username}).status_code == 404
        assert whoami(client) == ""

    def test_one_can_be_nobody_again(self, demo_mode: Any, demo_users: None, client: Client) -> None:
        client.post("/demo/log-in/", {"username": "nadia"})

        response = client.post("/demo/log-out/")

        assert (response.status_code, response["Location"]) == (302, "/")
        assert whoami(client) == ""

    def test_the_admin_sends_one_to_the_people_and_back(self, client: Client) -> None:
        response = client.get("/admin/", follow=True)

        assert response.redirect_chain[-1] == ("/?next=%2Fadmin%2F", 302)


class TestToken:
    def test_one_gets_ones_own_token(self, demo_mode: Any, demo_users: None, client: Client) -> None:
        client.post("/demo/log-in/", {"username": "nadia"})

        response = client.get("/demo/token/")

        claims = configured_jwt_decode_handler(response.content.decode())
        assert (claims["preferred_username"], claims["administrator"]) == ("nadia", False)
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert "no-store" in response["Cache-Control"]

    def test_nobody_gets_none(self, demo_mode: Any, client: Client) -> None:
        assert client.get("/demo/token/").status_code == 403

    def test_outside_demo_mode_nobody_gets_one(self, demo_users: None, client: Client) -> None:
        client.force_login(get_user_model().objects.get(username="nadia"))

        assert client.get("/demo/token/").status_code == 403

    def test_the_shell_gets_one_with_nothing_around_it(self, demo_mode: Any, demo_users: None) -> None:
        token = run("demo_token", "teresa").removesuffix("\n")

        assert configured_jwt_decode_handler(token)["preferred_username"] == "teresa"

    def test_outside_demo_mode_the_shell_gets_none(self, demo_users: None) -> None:
        with pytest.raises(CommandError, match="Tokens for the asking are for the demo alone"):
            run("demo_token", "teresa")

    def test_before_there_are_users_the_shell_learns_how_to_make_them(self, demo_mode: Any) -> None:
        with pytest.raises(CommandError, match=r"The demo has no users yet: run manage.py create_demo_users\."):
            run("demo_token", "teresa")
