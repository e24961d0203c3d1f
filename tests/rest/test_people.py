"""People through the API: who adds, changes and deletes them, and in which form they come in and go out."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from openedx_catalog_publisher.api import Selection, create_reference, update_reference
from openedx_catalog_publisher.models import (
    CourseRunStaff,
    EventKind,
    IdempotentRequest,
    OrganizationProfile,
    OutboxEvent,
    Person,
)
from tests import factories
from tests.rest.askers import askers, data_uri, png, statuses
from tests.rest.conftest import API, Api

pytestmark = pytest.mark.django_db

GRACE = {
    "salutation": "Dr.",
    "given_name": "Grace",
    "family_name": "Öztürk",
    "bio": '<p dir="rtl">مرحبا</p><script>alert(1)</script>',
    "bio_language": "ar",
    "position": {"title": "Professor", "organization": "acmex"},
    "areas_of_expertise": ["Statistics", {"value": "Compilers"}],
    "urls_detailed": [{"type": "blog", "title": "", "url": "https://grace.example/notes"}],
    "email": "grace@acmex.example",
}

READ_ONLY = "This is worked out, or written elsewhere: leave it out."


def made(**changes: Any) -> Person:
    return create_reference(factories.SYSTEM, Person, {"given_name": "Grace", "family_name": "Example"} | changes)


def teach(person: Person, organization: OrganizationProfile) -> Any:
    return factories.make_course(organization, runs=[factories.run_changes(staff=[person])]).course


def events(person: Person) -> int:
    kind = EventKind.REFERENCE_CHANGED
    return OutboxEvent.objects.filter(kind=kind, object_code=str(person.uuid)).count()


# Who may.


def test_everybody_who_is_known_reads_people(organization: OrganizationProfile) -> None:
    apis = askers(organization)
    expected = dict.fromkeys(apis, 200) | {"anonymous": 401}

    assert statuses(apis, "GET", "/people/") == expected
    assert statuses(apis, "GET", f"/people/{made().uuid}/") == expected


def test_course_teams_add_people(organization: OrganizationProfile) -> None:
    assert statuses(askers(organization), "POST", "/people/", {"given_name": "Ada"}) == {
        "anonymous": 401,
        "outsider": 403,
        "member": 201,
        "member elsewhere": 201,
        "staff": 201,
        "administrator": 201,
    }


def test_a_person_is_changed_by_the_teams_whose_courses_show_it(organization: OrganizationProfile) -> None:
    person = made()
    apis = askers(organization)
    path = f"/people/{person.uuid}/"
    nobodys = {
        "anonymous": 401,
        "outsider": 403,
        "member": 403,
        "member elsewhere": 403,
        "staff": 200,
        "administrator": 200,
    }

    assert statuses(apis, "PATCH", path, {"bio": "x"}) == nobodys
    teach(person, organization)
    assert statuses(apis, "PATCH", path, {"bio": "y"}) == nobodys | {"member": 200}


def test_only_administrators_delete_people(organization: OrganizationProfile) -> None:
    apis = askers(organization)
    person = made()

    assert statuses(apis, "DELETE", f"/people/{person.uuid}/") == {
        "anonymous": 401,
        "outsider": 403,
        "member": 403,
        "member elsewhere": 403,
        "staff": 403,
        "administrator": 204,
    }
    assert not Person.objects.filter(pk=person.pk).exists()


def test_who_may_not_is_told_who_may_and_stores_no_picture(organization: OrganizationProfile) -> None:
    person = made()
    field = Person._meta.get_field("profile_image")
    before = field.storage.listdir("")[1]

    answer = Api(factories.make_user()).patch(f"/people/{person.uuid}/", {"profile_image": data_uri(31, 17)})

    assert answer.json()["detail"] == (
        "You may not change person Grace Example. "
        "Course teams whose runs show the person, staff and catalog administrators may."
    )
    assert field.storage.listdir("")[1] == before


def test_a_person_in_use_or_once_published_is_not_deleted(organization: OrganizationProfile) -> None:
    person = made()
    course = teach(person, organization)
    administrator = Api(factories.make_admin())

    assert administrator.delete(f"/people/{person.uuid}/").status_code == 409
    factories.publish_now(Selection.of(courses=[course.uuid], all_runs=True))
    CourseRunStaff.objects.all().delete()
    answer = administrator.delete(f"/people/{person.uuid}/")

    assert answer.status_code == 409
    assert answer.json()["detail"] == "Grace Example is in use, or was published once. Retire it instead."
    assert Person.objects.filter(pk=person.pk).exists()


# What comes in and goes out.


def test_a_person_is_added_in_discoverys_words(organization: OrganizationProfile, team: Api) -> None:
    response = team.post("/people/", GRACE)

    answer = response.json()
    assert response.status_code == 201, answer
    person = Person.objects.get()
    assert answer == {
        "uuid": str(person.uuid),
        "slug": "grace-öztürk",
        "salutation": "Dr.",
        "given_name": "Grace",
        "family_name": "Öztürk",
        "bio": '<p dir="rtl">مرحبا</p>',
        "bio_language": "ar",
        "position": {
            "title": "Professor",
            "organization_name": "AcmeX Öffentlich",
            "organization_id": organization.pk,
            "organization_override": None,
            "organization_marketing_url": None,
            "organization_uuid": str(organization.uuid),
            "organization_logo_image_url": None,
        },
        "areas_of_expertise": [{"id": 1, "value": "Statistics"}, {"id": 2, "value": "Compilers"}],
        "profile_image": {},
        "profile_image_url": None,
        "urls_detailed": [
            {"id": 1, "type": "blog", "title": None, "display_title": "Blog", "url": "https://grace.example/notes"}
        ],
        "major_works": "",
        "published": True,
        "retired": False,
        "modified": answer["modified"],
    }
    assert person.email == "grace@acmex.example"
    assert response["ETag"] == '"1"'
    assert team.client.get(response["Location"]).json() == answer


def test_what_was_answered_can_be_sent_back_but_for_what_is_read_only(
    organization: OrganizationProfile, team: Api
) -> None:
    answer = team.post("/people/", GRACE | {"profile_image": data_uri()}).json()
    teach(Person.objects.get(), organization)

    refused = team.patch(f"/people/{answer['uuid']}/", answer)
    written = {name: value for name, value in answer.items() if name not in ("profile_image_url", "modified")}
    accepted = team.patch(f"/people/{answer['uuid']}/", written)

    assert refused.json()["errors"] == {"profile_image_url": [READ_ONLY], "modified": [READ_ONLY]}
    assert (accepted.status_code, accepted.json()) == (200, answer)
    assert accepted["ETag"] == '"1"'


def test_equal_input_writes_nothing(organization: OrganizationProfile, team: Api) -> None:
    uuid = team.post("/people/", GRACE | {"profile_image": data_uri()}).json()["uuid"]
    person = Person.objects.get()
    teach(person, organization)
    before = (person.modified, person.revision, person.history.count(), events(person))

    response = team.patch(f"/people/{uuid}/", GRACE | {"profile_image": data_uri(), "salutation": " Dr. "})

    person.refresh_from_db()
    assert (response.status_code, response["ETag"]) == (200, '"1"')
    assert (person.modified, person.revision, person.history.count(), events(person)) == before


def test_only_what_is_named_changes(organization: OrganizationProfile) -> None:
    person = made(salutation="Dr.", position_title="Professor", position_organization=organization)
    staff = Api(factories.make_user(is_staff=True))

    answer = staff.patch(f"/people/{person.uuid}/", {"bio": "New", "position": {"title": "Dean"}}).json()

    assert (answer["salutation"], answer["bio"]) == ("Dr.", "New")
    assert (answer["position"]["title"], answer["position"]["organization_uuid"]) == ("Dean", str(organization.uuid))
    assert staff.patch(f"/people/{person.uuid}/", {"salutation": None, "position": None}).json()["position"] is None
    person.refresh_from_db()
    assert (person.salutation, person.position_title, person.position_organization) == ("", "", None)


def test_an_organization_of_the_position_is_named_by_uuid_or_key_or_not_at_all(
    organization: OrganizationProfile,
) -> None:
    person = made()
    staff = Api(factories.make_user(is_staff=True))

    for position, expected in (
        ({"organization": str(organization.uuid)}, str(organization.uuid)),
        ({"organization": None}, None),
        ({"organization": "ACMEX"}, str(organization.uuid)),
        ({"organization": "", "organization_override": "Elsewhere"}, None),
        ({"organization_uuid": str(organization.uuid)}, str(organization.uuid)),
        ({"organization": None, "organization_uuid": str(organization.uuid)}, None),
    ):
        answer = staff.patch(f"/people/{person.uuid}/", {"position": {"title": "Dean"} | position}).json()
        assert answer["position"]["organization_uuid"] == expected, position
    assert answer["position"]["organization_name"] == "Elsewhere"


def test_all_faulty_fields_are_named_at_once(organization: OrganizationProfile, team: Api) -> None:
    response = team.post(
        "/people/",
        {
            "uuid": "1b7f5f0a-5c0e-4b0e-9d3e-4a2f6f1d9c11",
            "slug": "grace",
            "works": [],
            "salutation": "x" * 11,
            "family_name": 5,
            "bio_language": "klingon",
            "position": {"title": "x" * 256, "organization": "Nobody", "boss": True},
            "areas_of_expertise": ["x" * 256, {"name": "x"}, 7],
            "urls_detailed": [{"type": "blog", "url": "https://a.example"}, {"type": "myspace", "url": "javascript:1"}],
            "profile_image": "data:image/svg+xml;base64,PHN2Zy8+",
            "email": "nobody",
            "published": "yes",
        },
    )

    assert response.status_code == 400
    errors = response.json()["errors"]
    assert set(errors) == {
        *("uuid", "slug", "works", "salutation", "given_name", "family_name", "bio_language", "position"),
        *("areas_of_expertise", "urls_detailed", "profile_image", "email", "published"),
    }
    assert errors["uuid"] == errors["slug"] == [READ_ONLY]
    assert errors["works"] == ["There is no such field."]
    assert errors["given_name"] == ["This field is required."]
    assert errors["family_name"] == ["Give text."]
    assert errors["bio_language"] == ["There is no language tag klingon."]
    assert errors["urls_detailed"] == [
        '[1].type: "myspace" is not a valid choice.',
        "[1].url: Enter a valid URL.",
    ]
    assert Person.objects.count() == 0


def test_a_position_names_all_that_is_wrong_with_it(organization: OrganizationProfile, team: Api) -> None:
    answer = team.post("/people/", {"given_name": "A", "position": {"title": "x" * 256, "organization": "Nobody"}})

    assert answer.json()["errors"] == {
        "position": [
            "title: Ensure this field has no more than 255 characters.",
            "organization: There is no organization profile Nobody.",
        ]
    }


@pytest.mark.parametrize("value", [[], "", 7, ["x"], {"title": []}, {"organization": 5}])
def test_a_position_is_an_object(team: Api, value: Any) -> None:
    answer = team.post("/people/", {"given_name": "Ada", "position": value})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["position"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("given_name", ""),
        ("given_name", None),
        ("given_name", "a\x00b"),
        ("family_name", ["x"]),
        ("bio", {"x": 1}),
        ("bio", "x" * 200_001),
        ("areas_of_expertise", "Statistics"),
        ("areas_of_expertise", [None]),
        ("urls_detailed", {}),
        ("urls_detailed", [{"type": "blog"}]),
        ("profile_image", 5),
        ("profile_image", []),
        ("profile_image", {"medium": {}}),
        ("profile_image", {"medium": 5}),
        ("profile_image", "https://elsewhere.example/x.png"),
        ("published", None),
        ("retired", 1),
    ],
)
def test_input_of_another_shape_names_its_field(team: Api, name: str, value: Any) -> None:
    answer = team.post("/people/", {"given_name": "Ada"} | {name: value})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [name])


@pytest.mark.parametrize(
    "body",
    [
        {"\ud800": 1},
        {"given_name": "\ud800"},
        {"given_name": "Ada", "urls_detailed": [{"type": "\ud800", "url": "https://a.example"}]},
        {"given_name": "Ada", "position": {"organization": "\ud800"}},
    ],
)
def test_half_a_character_is_no_text(team: Api, body: Any) -> None:
    answer = team.post("/people/", body, Idempotency_Key="k1")

    assert answer.status_code == 400
    assert answer.json()["detail"] == "JSON parse error - half of a character (a lone surrogate), which no text has"


@pytest.mark.parametrize("depth", [51, 100_000])
def test_a_body_of_absurd_depth_is_refused(team: Api, depth: int) -> None:
    answer = team.client.post(f"{API}/people/", "[" * depth + "]" * depth, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["detail"] == "JSON parse error - nested deeper than 50 levels"


@pytest.mark.parametrize("body", [[], "Ada", 5, [{"given_name": "Ada"}]])
def test_a_body_that_is_no_object_is_refused(team: Api, body: Any) -> None:
    answer = team.post("/people/", body)

    assert (answer.status_code, answer.json()["errors"]) == (400, {"non_field_errors": ["Give an object."]})


def test_what_a_person_is_known_by_never_changes(organization: OrganizationProfile) -> None:
    person = made()
    staff = Api(factories.make_user(is_staff=True))

    answer = staff.patch(f"/people/{person.uuid}/", {"uuid": str(person.uuid), "slug": "other", "bio": "x"})

    assert answer.json()["errors"] == {"slug": ["This never changes after creation."]}
    assert staff.patch(f"/people/{person.uuid}/", {"uuid": str(person.uuid), "slug": person.slug}).status_code == 200


# Pictures.


def test_a_picture_comes_as_a_data_uri_or_as_a_file_and_goes_by_null(team: Api, member: Any) -> None:
    by_uri = team.post("/people/", {"given_name": "Ada", "profile_image": data_uri()}).json()
    by_file = team.client.post(
        f"{API}/people/",
        {"given_name": "Ada", "published": "false", "profile_image": SimpleUploadedFile("me.png", png(), "image/png")},
    ).json()

    assert by_uri["profile_image_url"] == by_file["profile_image_url"]
    assert by_uri["profile_image_url"].startswith("http://testserver/media/catalog_publisher/people/")
    medium = by_uri["profile_image"]["medium"]
    assert (medium["width"], medium["height"]) == (110, 110)
    assert medium["url"] == by_uri["profile_image_url"].replace(".png", ".medium.png")
    assert by_file["published"] is False
    staff = Api(factories.make_user(is_staff=True))
    gone = staff.patch(f"/people/{by_uri['uuid']}/", {"profile_image": None}).json()
    assert (gone["profile_image"], gone["profile_image_url"]) == ({}, None)


def test_a_stored_picture_is_named_by_its_address(team: Api) -> None:
    first = team.post("/people/", {"given_name": "Ada", "profile_image": data_uri()}).json()
    second = team.post("/people/", {"given_name": "Eve", "profile_image": first["profile_image_url"]}).json()

    assert second["profile_image"] == first["profile_image"]


# Together.


def test_a_write_that_names_an_older_version_is_refused(organization: OrganizationProfile) -> None:
    person = made()
    staff = Api(factories.make_user(is_staff=True))
    tag = staff.get(f"/people/{person.uuid}/")["ETag"]
    update_reference(factories.SYSTEM, Person, person.pk, {"bio": "Meanwhile"})

    stale = staff.patch(f"/people/{person.uuid}/", {"bio": "x"}, If_Match=tag)
    deleted = Api(factories.make_admin()).delete(f"/people/{person.uuid}/", If_Match=tag)
    fresh = staff.patch(f"/people/{person.uuid}/", {"bio": "x"}, If_Match='"2"')

    assert (tag, stale.status_code, deleted.status_code, fresh.status_code, fresh["ETag"]) == (
        *('"1"', 412, 412),
        *(200, '"3"'),
    )
    assert stale.json()["detail"] == (
        "Grace Example is at revision 2, not 1: somebody changed it. Read it again and repeat your change."
    )


def test_a_request_that_is_repeated_adds_one_person(team: Api) -> None:
    first = team.post("/people/", {"given_name": "Ada"}, Idempotency_Key="k1")
    again = team.post("/people/", {"given_name": "Ada"}, Idempotency_Key="k1")
    other = team.post("/people/", {"given_name": "Eve"}, Idempotency_Key="k1")

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.json() == first.json()
    assert (again["Location"], again["ETag"]) == (first["Location"], first["ETag"])
    assert (Person.objects.count(), IdempotentRequest.objects.count()) == (1, 1)


def test_what_does_not_exist_is_not_found(team: Api) -> None:
    for name in ("1b7f5f0a-5c0e-4b0e-9d3e-4a2f6f1d9c11", "grace", "%00", "😀"):
        for method in ("GET", "PATCH", "DELETE"):
            assert team.send(method, f"/people/{name}/").status_code == 404


# Finding them.


def test_people_are_found_by_parts_of_their_names(team: Api) -> None:
    for given, family in (("Grace", "Hopper"), ("Grace", "Kelly"), ("Ada", "Lovelace")):
        made(given_name=given, family_name=family)

    def found(**parameters: str) -> list[str]:
        return [f"{person['given_name']} {person['family_name']}" for person in names(team, **parameters)]

    assert found(q="grace") == ["Grace Hopper", "Grace Kelly"]
    assert found(q="opp gra") == ["Grace Hopper"]
    assert found(q="ada hopper") == []
    assert found(q="", ordering="-slug") == ["Grace Kelly", "Grace Hopper", "Ada Lovelace"]


def names(api: Api, **parameters: str) -> list[dict[str, Any]]:
    response = api.get("/people/", **parameters)
    assert response.status_code == 200, response.json()
    return response.json()["results"]


def test_people_of_an_organization_are_those_of_its_runs_as_far_as_they_are_seen(
    organization: OrganizationProfile, team: Api
) -> None:
    official, drafted, elsewhere = made(given_name="Of"), made(given_name="Dr"), made(given_name="El")
    course = teach(official, organization)
    factories.publish_now(Selection.of(courses=[course.uuid], all_runs=True))
    teach(drafted, organization)
    teach(elsewhere, factories.make_organization("Other"))
    outsider = Api(factories.make_user())

    assert {person["given_name"] for person in names(team, org="acmex")} == {"Of", "Dr"}
    assert {person["given_name"] for person in names(team, org="Other,AcmeX")} == {"Of", "Dr"}
    assert {person["given_name"] for person in names(outsider, org="acmex")} == {"Of"}
    assert names(team, org="Nobody") == []
