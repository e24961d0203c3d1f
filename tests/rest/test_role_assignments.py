"""Granting, listing and revoking roles through the API, and their history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from openedx_catalog_publisher.models import CatalogRoleAssignment, OrganizationProfile, RoleRecord
from tests import factories
from tests.rest.askers import askers, statuses
from tests.rest.conftest import Api

pytestmark = pytest.mark.django_db

PATH = "/role_assignments/"


@pytest.fixture
def admin() -> Api:
    return Api(factories.make_admin("root"))


@pytest.fixture
def bob() -> Any:
    return factories.make_user("bob")


def grant_of(**changes: Any) -> dict[str, Any]:
    """Return a request for a grant."""
    return {"user": "bob", "role": "legal_reviewer", "organization": "acmex", "reason": "Stands in."} | changes


def test_a_grant_is_answered_listed_and_revoked_and_the_history_tells_both(
    admin: Api, bob: Any, organization: OrganizationProfile
) -> None:
    made = admin.post(PATH, grant_of(expires_at="2031-12-31T00:00:00+02:00"))

    assert made.status_code == 201
    body = made.json()
    assert made["Location"].endswith(f"{PATH}{body['id']}/")
    assert {name: body[name] for name in body if name not in ("id", "granted_at")} == {
        "user": {"id": bob.pk, "username": "bob"},
        "role": "legal_reviewer",
        "organization": "AcmeX",
        "reason": "Stands in.",
        "granted_by": "root",
        "expires_at": "2031-12-30T22:00:00Z",
        "is_current": True,
    }
    path = f"{PATH}{body['id']}/"
    assert admin.get(path).json() == body
    assert admin.get(PATH, user="bob").json()["results"] == [body]

    revoked = admin.post(f"{path}revoke/", {"reason": "Is back."})

    assert (revoked.status_code, revoked.content) == (204, b"")
    assert admin.get(path).status_code == 404
    assert admin.post(f"{path}revoke/", {"reason": "Again."}).status_code == 404
    told = admin.get(f"{PATH}history/", user="bob").json()["results"]
    assert [(each["action"], each["reason"], each["user"], each["actor"], each["organization"]) for each in told] == [
        ("revoked", "Is back.", "bob", "root", "AcmeX"),
        ("granted", "Stands in.", "bob", "root", "AcmeX"),
    ]


def test_every_faulty_field_of_a_grant_is_named_at_once(admin: Api, bob: Any) -> None:
    sent = {"user": "nobody", "role": "king", "organization": "Nowhere", "reason": " ", "expires_at": "soon", "x": 1}

    answer = admin.post(PATH, sent)

    assert answer.status_code == 400
    assert answer.json()["errors"] == {
        "user": ["There is no user nobody."],
        "role": ["Give one of org_member, legal_reviewer, project_coordinator, publisher_editor, catalog_admin."],
        "organization": ["There is no organization Nowhere."],
        "reason": ["Give text."],
        "expires_at": ["Give a time with its time zone, such as 2031-12-31T00:00:00Z, or null."],
        "x": ["There is no such field."],
    }
    assert not CatalogRoleAssignment.objects.filter(user=bob).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user", None),
        ("user", ""),
        ("user", True),
        ("user", 2**70),
        ("user", -1),
        ("user", ["bob"]),
        ("role", None),
        ("role", ["org_member"]),
        ("organization", ""),
        ("organization", None),
        ("organization", 7),
        ("reason", "x" * 256),
        ("reason", 7),
        ("expires_at", "2001-01-01T00:00:00Z"),
        ("expires_at", "2031-01-01T00:00:00"),
        ("expires_at", "2031-02-31T00:00:00Z"),
        ("expires_at", "9999-12-31T23:59:59-14:00"),
        ("expires_at", 7),
    ],
)
def test_a_value_that_a_field_does_not_take_is_refused_naming_it(
    admin: Api, bob: Any, organization: OrganizationProfile, field: str, value: Any
) -> None:
    answer = admin.post(PATH, grant_of(**{field: value}))

    assert answer.status_code == 400
    assert list(answer.json().get("errors", {})) in ([field], ["non_field_errors"])


def test_a_user_is_named_by_number_too(admin: Api, bob: Any, organization: OrganizationProfile) -> None:
    assert admin.post(PATH, grant_of(user=bob.pk)).json()["user"]["username"] == "bob"


def test_a_role_that_somebody_holds_is_not_granted_again_before_it_expires(
    admin: Api, bob: Any, organization: OrganizationProfile
) -> None:
    first = admin.post(PATH, grant_of()).json()

    again = admin.post(PATH, grant_of(reason="Again."))

    assert again.status_code == 400
    assert again.json()["errors"] == {"user": ["This user holds this role there already."]}
    over = timezone.now() - timedelta(minutes=1)
    CatalogRoleAssignment.objects.filter(pk=first["id"]).update(expires_at=over)
    assert admin.post(PATH, grant_of(reason="Again.")).status_code == 201
    told = RoleRecord.objects.order_by("pk").values_list("action", "reason")
    assert list(told) == [
        ("granted", "Stands in."),
        ("revoked", "It had expired, and is granted again."),
        ("granted", "Again."),
    ]


def test_a_revocation_needs_a_reason(admin: Api, bob: Any, organization: OrganizationProfile) -> None:
    path = f"{PATH}{admin.post(PATH, grant_of()).json()['id']}/revoke/"

    for sent in ({}, {"reason": " "}, {"reason": None}, {"reason": "x" * 256}):
        answer = admin.post(path, sent)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["reason"])
    assert admin.post(path, {"reason": "x", "why": "y"}).json()["errors"] == {"why": ["There is no such field."]}


def test_lists_narrow_to_user_role_organization_and_what_holds(
    admin: Api, bob: Any, organization: OrganizationProfile
) -> None:
    ids = {
        name: admin.post(PATH, grant_of(**changes)).json()["id"]
        for name, changes in {
            "legal": {},
            "member": {"role": "org_member"},
            "everywhere": {"organization": "*"},
            "expired": {"role": "project_coordinator"},
        }.items()
    }
    CatalogRoleAssignment.objects.filter(pk=ids["expired"]).update(expires_at=timezone.now())

    def listed(**parameters: str) -> set[str]:
        found = {row["id"] for row in admin.get(PATH, user="bob", **parameters).json()["results"]}
        return {name for name, pk in ids.items() if pk in found}

    assert listed() == {"legal", "member", "everywhere", "expired"}
    assert listed(role="legal_reviewer") == {"legal", "everywhere"}
    assert listed(organization="ACMEX") == {"legal", "member", "expired"}
    assert listed(organization="*") == {"everywhere"}
    assert listed(current="1") == {"legal", "member", "everywhere"}
    assert listed(current="0") == {"expired"}
    get_user_model().objects.filter(pk=bob.pk).update(is_active=False)
    assert listed(current="1") == set()
    assert admin.get(PATH, user="ann").json()["results"] == []
    assert admin.get(PATH, role="king").status_code == 400
    assert admin.get(PATH, current="maybe").status_code == 400


def test_only_who_manages_roles_sees_and_writes_them(bob: Any, organization: OrganizationProfile) -> None:
    apis = askers(organization)
    held = factories.grant(bob, factories.RoleName.ORG_MEMBER, organization)
    expected = dict.fromkeys(apis, 403) | {"anonymous": 401}

    assert statuses(apis, "GET", PATH) == expected | {"administrator": 200}
    assert statuses(apis, "GET", f"{PATH}{held.pk}/") == expected | {"administrator": 200}
    assert statuses(apis, "GET", f"{PATH}history/") == expected | {"administrator": 200}
    assert statuses(apis, "POST", PATH, grant_of()) == expected | {"administrator": 201}
    revoke = f"{PATH}{held.pk}/revoke/"
    assert statuses(apis, "POST", revoke, {"reason": "x"}) == expected | {"administrator": 204}


@pytest.mark.parametrize("name", ["0", "x", "9" * 30, "٣"])
def test_a_name_of_no_grant_is_not_found(admin: Api, name: str) -> None:
    assert admin.get(f"{PATH}{name}/").status_code == 404
    assert admin.post(f"{PATH}{name}/revoke/", {"reason": "x"}).status_code == 404


def test_a_grant_that_is_sent_twice_with_one_key_is_granted_once(
    admin: Api, bob: Any, organization: OrganizationProfile
) -> None:
    answers = [admin.post(PATH, grant_of(), Idempotency_Key="k1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


def test_the_statements_of_lists_do_not_grow_with_their_rows(
    admin: Api, organization: OrganizationProfile, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        factories.make_user(f"user-{number}")
        admin.post(PATH, grant_of(user=f"user-{number}"))
    for path in (PATH, f"{PATH}history/"):
        with django_assert_max_num_queries(8):
            assert len(admin.get(path).json()["results"]) >= 5
