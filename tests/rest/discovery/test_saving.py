"""Creating and saving through Discovery's door, in the micro-frontend's own bodies."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from openedx_catalog_publisher.api import update_course
from openedx_catalog_publisher.models import Course, CourseRun, EditRecord, OrganizationProfile, Source, WriteSource
from tests import factories
from tests.rest.askers import data_uri
from tests.rest.discovery.conftest import Door
from tests.rest.discovery.requests import SAVE, course_form, creation_form, run_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def options(door: Door) -> list[dict[str, Any]]:
    """The types that can be chosen."""
    found: list[dict[str, Any]] = door.options("/courses/?editable=1").json()["actions"]["POST"]["type"]["type_options"]
    return found


@pytest.fixture
def draft(organization: OrganizationProfile, member: Any) -> Course:
    """A course of AcmeX with one run that never was official."""
    created = factories.make_course(organization, actor=factories.acting(member), number="NEW1", title="Draft")
    return Course.drafts.get(uuid=created.course.uuid)


def saved(door: Door, course: Course, **edits: Any) -> dict[str, Any]:
    """Save a course as it is shown, with edits; return what is answered."""
    answer = door.patch(f"/courses/{course.uuid}/", course_form(door.course(course.uuid), **edits), **SAVE)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def save_run(door: Door, unit: Course, **edits: Any) -> Any:
    """Save the first run of a course as it is shown, with edits."""
    shown = door.course(unit.uuid)
    run = shown["course_runs"][0]
    return door.patch(f"/course_runs/{run['key']}/", run_form(shown, run) | edits, **SAVE)


def test_a_course_with_paid_seats_is_created(options: list[dict[str, Any]], source: Source, door: Door) -> None:
    answer = door.post("/courses/", creation_form(options, "Verified and Audit", number="U1"))

    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["key"], made["url_slug"], made["product_source"]["slug"]) == ("AcmeX+U1", "uber-daten", "edx")
    assert made["entitlements"] == [
        {"mode": "verified", "price": "77.00", "currency": "USD", "sku": None, "expires": None}
    ]
    run = made["course_runs"][0]
    assert (run["key"], run["status"], run["pacing_type"]) == (
        "course-v1:AcmeX+U1+1T2031",
        "unpublished",
        "instructor_paced",
    )
    assert made["editors"][0]["user"]["full_name"] == "ann"
    record = EditRecord.objects.get(unit_uuid=made["uuid"])
    assert record.source == WriteSource.DISCOVERY


def test_an_audit_course_has_no_price(options: list[dict[str, Any]], source: Source, door: Door) -> None:
    body = creation_form(options, "Audit Only", number="A1")

    made = door.post("/courses/", body).json()

    assert body["prices"] == {}
    assert made["entitlements"] == []
    assert [seat["price"] for seat in made["course_runs"][0]["seats"]] == ["0.00"]


def test_the_fallback_source_of_the_client_is_the_installations_own(options: list[dict[str, Any]], door: Door) -> None:
    made = door.post("/courses/", creation_form(options, "Audit Only", number="A2"))

    assert (made.status_code, made.json()["product_source"]) == (201, None)


def test_a_creation_decides_neither_status_nor_key_nor_term(
    options: list[dict[str, Any]], source: Source, door: Door
) -> None:
    body = creation_form(options, "Audit Only", number="A3")
    body["course_run"] |= {"status": "published", "key": "course-v1:AcmeX+A3+mine", "term": "Spring"}

    run = door.post("/courses/", body).json()["course_runs"][0]

    assert (run["status"], run["key"]) == ("unpublished", "course-v1:AcmeX+A3+1T2031")


def test_a_term_counts_where_the_organization_types_its_own(
    organization: OrganizationProfile, options: list[dict[str, Any]], source: Source, door: Door
) -> None:
    OrganizationProfile.objects.filter(pk=organization.pk).update(auto_generate_course_run_keys=False)
    body = creation_form(options, "Audit Only", number="A4")
    body["course_run"]["term"] = "Spring"

    made = door.post("/courses/", body).json()

    assert made["course_runs"][0]["key"] == "course-v1:AcmeX+A4+Spring"


def test_what_is_missing_at_a_creation_is_told_in_one_text(door: Door) -> None:
    answer = door.post("/courses/", {"org": "AcmeX"})

    assert answer.status_code == 400
    assert answer.json() == "Give also: number, title, type, product_source."


@pytest.mark.parametrize(
    ("edits", "word"),
    [
        ({"number": "a b"}, "number"),
        ({"type": "nothing"}, "type"),
        ({"product_source": "elsewhere"}, "product_source"),
        ({"prices": {"verified": "-1"}}, "prices.verified"),
        ({"org": "Nowhere"}, "org"),
    ],
)
def test_a_refused_creation_is_told_in_one_text(
    edits: dict[str, Any], word: str, options: list[dict[str, Any]], source: Source, door: Door
) -> None:
    answer = door.post("/courses/", creation_form(options, "Verified and Audit", **{"number": "U2"} | edits))

    assert answer.status_code == 400
    assert answer.json().startswith(f"{word}:")
    assert not Course.drafts.filter(number="U2").exists()


def test_who_may_not_create_is_refused(options: list[dict[str, Any]], outsider: Door) -> None:
    body = creation_form(options, "Audit Only", number="A5")

    assert outsider.post("/courses/", body).status_code == 403
    elsewhere = Door(factories.make_member(factories.make_organization(), "elsewhere"))
    assert elsewhere.post("/courses/", body).status_code == 403


def test_saving_what_is_shown_writes_nothing(draft: Course, door: Door, staff_door: Door) -> None:
    before = door.course(draft.uuid)
    records = EditRecord.objects.count()

    for asker in (door, staff_door):
        assert saved(asker, draft) == before | {"editable": True}
        answer = save_run(asker, draft)
        assert answer.status_code == 200
        assert answer.json() == before["course_runs"][0] | {"programs": []}

    assert EditRecord.objects.count() == records


SUBJECT_SLUG = "chemistry"

EDITS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"title": "Neu"}, {"title": "Neu"}),
    ({"short_description": "<p>kurz</p>"}, {"short_description": "<p>kurz</p>"}),
    ({"url_slug": "neu-hier"}, {"url_slug": "neu-hier"}),
    ({"topics": ["Wasser", "Feuer"]}, {"topics": ["Wasser", "Feuer"]}),
    ({"watchers": ["w@example.org"]}, {"watchers": ["w@example.org"]}),
    ({"level_type": ""}, {"level_type": None}),
    ({"subjects": []}, {"subjects": []}),
    ({"prices": {"verified": "12.5"}}, {}),
    ({"video": {"src": "https://video.example/1"}}, {}),
    (
        {"geolocation": {"location_name": "Ort", "lng": "20.5", "lat": "10.25"}},
        {"geolocation": {"location_name": "Ort", "lng": "20.50000000000", "lat": "10.25000000000"}},
    ),
    (
        {"location_restriction": {"restriction_type": "blocklist", "countries": ["FR"], "states": None}},
        {"location_restriction": {"restriction_type": "blocklist", "countries": ["FR"], "states": []}},
    ),
    (
        {
            "in_year_value": {
                "per_lead_usa": 3,
                "per_lead_international": 0,
                "per_click_usa": 0,
                "per_click_international": 0,
            }
        },
        {
            "in_year_value": {
                "per_lead_usa": 3,
                "per_lead_international": 0,
                "per_click_usa": 0,
                "per_click_international": 0,
            }
        },
    ),
    ({"organization_short_code_override": "ACX"}, {"organization_short_code_override": "ACX"}),
]


@pytest.mark.parametrize(("edit", "echo"), EDITS)
def test_each_field_comes_back_as_it_was_saved(
    edit: dict[str, Any], echo: dict[str, Any], draft: Course, staff_door: Door
) -> None:
    answered = saved(staff_door, draft, **edit)

    assert {name: answered[name] for name in echo} == echo
    records = EditRecord.objects.count()
    assert saved(staff_door, draft) == answered
    assert EditRecord.objects.count() == records


def test_prices_and_video_are_echoed(draft: Course, door: Door) -> None:
    answered = saved(door, draft, prices={"verified": "12.5"}, video={"src": "https://video.example/1"})

    assert answered["entitlements"][0]["price"] == "12.50"
    assert answered["video"] == {"src": "https://video.example/1", "description": None, "image": None}
    run = save_run(door, draft, prices={"verified": "12.5"}).json()
    assert {seat["type"]: seat["price"] for seat in run["seats"]} == {"audit": "0.00", "verified": "12.50"}
    assert saved(door, draft, video={"src": None})["video"] is None


def test_a_place_and_a_restriction_are_cleared_by_empty_members(draft: Course, staff_door: Door) -> None:
    saved(
        staff_door,
        draft,
        geolocation={"location_name": "Ort", "lng": "20.5", "lat": "10.25"},
        location_restriction={"restriction_type": "allowlist", "countries": ["FR"], "states": []},
    )

    cleared = saved(
        staff_door,
        draft,
        geolocation={"location_name": "", "lng": "", "lat": ""},
        location_restriction={"restriction_type": None, "countries": None, "states": None},
    )

    assert (cleared["geolocation"], cleared["location_restriction"]) == (None, None)
    half = staff_door.patch(f"/courses/{draft.uuid}/", {"geolocation": {"location_name": "Ort", "lng": "1", "lat": ""}})
    assert half.status_code == 400
    loose = staff_door.patch(f"/courses/{draft.uuid}/", {"location_restriction": {"countries": ["FR"]}})
    assert loose.status_code == 400


def test_an_image_is_taken_as_a_data_uri_alone(draft: Course, door: Door) -> None:
    with_image = saved(door, draft, image=data_uri(), organization_logo_override=data_uri(10, 10))

    assert with_image["image"]["src"].startswith("http://testserver/")
    assert with_image["organization_logo_override_url"].startswith("http://testserver/")
    for unchanged in (with_image["image"]["src"], "https://elsewhere.example/a.png", None, ""):
        assert saved(door, draft, image=unchanged)["image"] == with_image["image"]
    damaged = door.patch(f"/courses/{draft.uuid}/", {"image": "data:image/png;base64,AAAA"})
    assert damaged.status_code == 400
    assert isinstance(damaged.json(), str)
    assert "/" not in damaged.json()


def test_a_computed_inclusion_that_comes_back_is_no_choice(draft: Course, door: Door) -> None:
    shown = saved(door, draft)

    assert shown["enterprise_subscription_inclusion"] is False
    assert Course.drafts.get(pk=draft.pk).enterprise_subscription_inclusion is None
    switched = door.patch(
        f"/courses/{draft.uuid}/",
        {"uuid": str(draft.uuid), "draft": True, "enterprise_subscription_inclusion": True},
        **SAVE,
    ).json()
    assert switched["enterprise_subscription_inclusion"] is False
    assert Course.drafts.get(pk=draft.pk).enterprise_subscription_inclusion is True


def test_metadata_of_external_courses_is_kept_of_those_alone(draft: Course, staff_door: Door) -> None:
    metadata = {
        "external_url": "https://external.example/",
        "external_identifier": "x1",
        "facts": [],
        "organic_url": "",
    }
    assert saved(staff_door, draft, additional_metadata=metadata)["additional_metadata"] is None


def test_unknown_names_and_identity_are_ignored(draft: Course, door: Door) -> None:
    answered = saved(door, draft, key="Other+Key", nothing=1, status="published", enrollment_count=7)

    assert answered["key"] == draft.key


def test_faulty_fields_of_a_course_are_told_in_one_text(draft: Course, door: Door) -> None:
    answer = door.patch(f"/courses/{draft.uuid}/", {"title": 7, "subjects": ["none"]})

    assert answer.status_code == 400
    assert answer.json() == "subjects: There is no subject none. title: Give text."


def test_run_fields_come_back_as_numbers(draft: Course, door: Door) -> None:
    answer = save_run(
        door,
        draft,
        min_effort="2",
        max_effort="8",
        weeks_to_complete=None,
        go_live_date="2031-01-15T05:00:00Z",
        content_language="de",
        transcript_languages=["de", "fr"],
        expected_program_type="micromasters",
        expected_program_name="Daten",
        external_key="ext-1",
    )

    run = answer.json()
    assert (run["min_effort"], run["max_effort"], run["weeks_to_complete"]) == (2, 8, None)
    assert run["go_live_date"] == "2031-01-15T05:00:00Z"
    assert (run["content_language"], run["transcript_languages"]) == ("de", ["de", "fr"])
    assert (run["expected_program_type"], run["external_key"]) == ("micromasters", "ext-1")
    assert run["status"] == "unpublished"


@pytest.mark.parametrize(
    ("edits", "field"),
    [
        ({"min_effort": "9", "max_effort": "2"}, "max_effort"),
        ({"min_effort": "many"}, "min_effort"),
        ({"staff": [str(uuid.uuid4())]}, "staff"),
        ({"run_type": "nothing"}, "run_type"),
        ({"expected_program_type": "nothing"}, "expected_program_type"),
        ({"term": "Spring"}, "term"),
        ({"level_type": "Other"}, "level_type"),
        ({"course": "AcmeX+Other"}, "course"),
        ({"restriction_type": "strange"}, "restriction_type"),
    ],
)
def test_faulty_fields_of_a_run_are_told_by_name(edits: dict[str, Any], field: str, draft: Course, door: Door) -> None:
    answer = save_run(door, draft, **edits)

    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def test_a_restriction_is_removed_by_an_empty_text_and_kept_by_null(draft: Course, door: Door) -> None:
    assert save_run(door, draft, restriction_type=None).json()["restriction_type"] == "custom-b2c"
    assert save_run(door, draft, restriction_type="").json()["restriction_type"] is None


def test_ofac_is_decided_in_reviews_alone(draft: Course, staff_door: Door) -> None:
    answer = save_run(staff_door, draft, has_ofac_restrictions=True)

    assert answer.status_code == 400
    assert isinstance(answer.json(), str)


def test_an_upgrade_deadline_is_set_by_staff_and_kept_by_editors(draft: Course, door: Door, staff_door: Door) -> None:
    deadline = "2031-06-01T00:00:00Z"
    staffed = save_run(staff_door, draft, upgrade_deadline_override=deadline)

    verified = staffed.json()["seats"][1]
    assert (verified["upgrade_deadline_override"], verified["upgrade_deadline"]) == (deadline, deadline)
    assert save_run(door, draft).json()["seats"][1]["upgrade_deadline_override"] == deadline
    refused = save_run(door, draft, upgrade_deadline_override=None)
    assert (refused.status_code, list(refused.json())) == (400, ["upgrade_deadline_override"])
    cleared = save_run(staff_door, draft, upgrade_deadline_override=None)
    assert cleared.json()["seats"][1]["upgrade_deadline_override"] is None


def test_credit_terms_are_those_of_the_credit_seat(organization: OrganizationProfile, door: Door, member: Any) -> None:
    created = factories.make_course(
        organization,
        actor=factories.acting(member),
        type=str(factories.course_type("credit-verified-audit").uuid),
        runs=[
            factories.run_changes(
                type=str(factories.run_type("credit-verified-audit").uuid),
                seats=[factories.seat("audit", "0.00"), factories.seat(), factories.seat("credit", "100.00")],
            )
        ],
    )
    course = Course.drafts.get(uuid=created.course.uuid)

    run = save_run(door, course, credit_provider="asu", credit_hours=3, upgrade_deadline="2031-05-01T00:00:00Z").json()

    credit = next(seat for seat in run["seats"] if seat["type"] == "credit")
    assert (credit["credit_provider"], credit["credit_hours"]) == ("asu", 3)
    assert credit["upgrade_deadline"] == "2031-05-01T00:00:00Z"


def test_a_rerun_takes_over_what_discovery_takes_over(draft: Course, door: Door) -> None:
    shown = door.course(draft.uuid)
    old = shown["course_runs"][0]
    body = {
        "course": draft.key,
        "start": "2032-02-01T05:00:00Z",
        "end": "2032-12-31T05:00:00Z",
        "pacing_type": "self_paced",
        "prices": {"verified": "49.00", "audit": "0.00"},
        "rerun": old["key"],
        "run_type": old["run_type"],
    }

    answer = door.post("/course_runs/", body)

    assert answer.status_code == 201, answer.content
    run = answer.json()
    assert run["key"] == "course-v1:AcmeX+NEW1+1T2032"
    for name in ("content_language", "min_effort", "max_effort", "weeks_to_complete", "staff", "transcript_languages"):
        assert run[name] == old[name], name
    assert run["restriction_type"] is None
    assert {seat["type"]: seat["price"] for seat in run["seats"]} == body["prices"]
    del body["rerun"]
    assert door.post("/course_runs/", body).json()["staff"] == old["staff"]


def test_a_rerun_names_what_is_missing(draft: Course, door: Door) -> None:
    answer = door.post("/course_runs/", {"course": draft.key, "end": "soon", "rerun": "course-v1:no+such+run"})

    assert answer.status_code == 400
    assert answer.json().keys() == {"start", "run_type", "end"}
    foreign = door.post("/course_runs/", {"course": "Other+X"})
    assert list(foreign.json()) == ["course"]


def test_who_is_no_editor_does_not_see_what_to_write(draft: Course, outsider: Door, organization: Any) -> None:
    colleague = Door(factories.make_member(organization, "colleague"))

    assert colleague.patch(f"/courses/{draft.uuid}/", {"title": "x"}).status_code == 404
    assert outsider.patch(f"/courses/{draft.uuid}/", {"title": "x"}).status_code == 403
    assert colleague.post("/course_runs/", {"course": draft.key}).status_code == 403
    run = CourseRun.drafts.get(course=draft)
    assert colleague.patch(f"/course_runs/{run.key}/", {}).status_code == 404


def test_a_live_course_changes_to_a_type_that_sells_what_is_published_alone(course: Course, door: Door) -> None:
    audit, credit = (str(factories.course_type(slug).uuid) for slug in ("audit", "credit-verified-audit"))

    refused = door.patch(f"/courses/{course.uuid}/", {"type": audit})
    assert refused.status_code == 400
    assert refused.json().startswith("type: This type does not sell what is published: verified.")
    assert door.patch(f"/courses/{course.uuid}/", {"type": credit}).json()["type"] == credit
    admin = Door(factories.make_admin("chief"))
    assert admin.patch(f"/courses/{course.uuid}/", {"type": audit}).status_code == 200


def test_a_live_run_keeps_the_seats_that_it_sells(course: Course, door: Door) -> None:
    key = "course-v1:AcmeX+DS101+1T2031"

    refused = door.patch(f"/course_runs/{key}/", {"run_type": str(factories.run_type("audit").uuid)})

    assert (refused.status_code, list(refused.json())) == (400, ["run_type"])


def test_a_slug_has_the_form_that_is_set(draft: Course, door: Door, settings: Any) -> None:
    shown = door.course(draft.uuid)
    refused = door.patch(f"/courses/{draft.uuid}/", course_form(shown, url_slug="learn/data"), **SAVE)
    assert (refused.status_code, refused.json()) == (
        400,
        "url_slug: Slugs of these courses have one part, without a slash: no form with several parts is set for them.",
    )
    settings.CATALOG_PUBLISHER_COURSE_SLUG_FORMATS = {
        "*": {"*": "learn/{primary_subject}/{organization_name}-{course_title}"}
    }
    refused = door.patch(f"/courses/{draft.uuid}/", course_form(shown, url_slug="plain"), **SAVE)
    assert refused.status_code == 400
    assert refused.json() == (
        "url_slug: Slugs of these courses have the form learn/<primary subject>/<organization name>-<course title>, in "
        "lower-case letters, digits, underscores and single hyphens."
    )
    assert saved(door, draft)["url_slug"] == "draft"
    assert saved(door, draft, url_slug="learn/data/acme-draft")["url_slug"] == "learn/data/acme-draft"
    assert saved(door, draft, url_slug="")["url_slug"] == "learn/data/acme-draft"


def test_a_course_without_a_slug_gets_one_where_the_page_has_none(draft: Course, door: Door, member: Any) -> None:
    update_course(factories.acting(member), draft.uuid, {"url_slug": None})
    factories.make_course(number="OTHER", runs=0, url_slug="entwurf")

    assert saved(door, draft, title="数据")["url_slug"] is None
    assert saved(door, draft, title="Entwurf")["url_slug"] == "entwurf-2"


def test_a_run_is_put_where_it_is_named_whole(draft: Course, door: Door) -> None:
    run = door.course(draft.uuid)["course_runs"][0]
    path = f"/course_runs/{run['key']}/"

    part = door.send("PUT", path, {"max_effort": 9})
    assert (part.status_code, part.json().keys()) == (400, {"course", "start", "end", "run_type"})
    whole = door.send("PUT", path, {**{name: run[name] for name in part.json()}, "max_effort": 9})
    assert (whole.status_code, whole.json()["max_effort"]) == (200, 9)
    assert door.send("PUT", f"/courses/{draft.uuid}/", {}).status_code == 405
