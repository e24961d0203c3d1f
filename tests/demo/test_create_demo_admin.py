"""The account of the demo."""

from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def create_demo_admin() -> str:
    output = StringIO()
    call_command("create_demo_admin", stdout=output)
    return output.getvalue()


def test_the_command_creates_a_superuser_whose_password_is_their_name() -> None:
    assert create_demo_admin() == "Created the demo's superuser admin; the password is admin.\n"

    user = authenticate(username="admin", password="admin")
    assert user is not None
    assert user.is_superuser
    assert user.email == ""


def test_run_again_it_leaves_a_changed_password_alone() -> None:
    create_demo_admin()
    user = get_user_model().objects.get(username="admin")
    user.set_password("another")
    user.save()

    assert create_demo_admin() == "The demo already has a user admin.\n"
    assert authenticate(username="admin", password="another") == user
