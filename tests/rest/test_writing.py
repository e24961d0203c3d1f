"""Creating, changing and deleting drafts of courses and runs through the API."""

from __future__ import annotations

import base64
import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from openedx_catalog_publisher.api import update_course
from openedx_catalog_publisher.models import (
    Course,
    CourseEditor,
    CourseRun,
    EditRecord,
    IdempotentRequest,
    OrganizationProfile,
    Topic,
)
from openedx_catalog_publisher.rest.idempotency import KEPT, LEASE
from openedx_catalog_publisher.rest.unit_input import COURSE, EXTRA_NAMES, RUN, UNWRITTEN
from openedx_catalog_publisher.rest.unit_schemas import CourseInput, RunInput
from tests import factories
from tests.rest.conftest import API, Api

pytestmark = pytest.mark.django_db

COURSE_PATH = "/courses/AcmeX+DS101/"
RUN_PATH = "/course_runs/course-v1:AcmeX+DS101+1T2031/"

NEW_COURSE = {
    "org": "AcmeX",
    "number": "ML7",
    "title": "Machines that learn",
    "type": "verified-audit",
    "prices": {"verified": "49.00"},
    "topics": ["machine learning", "data"],
    "course_run": {
        "start": "2031-02-01T00:00:00Z",
        "end": "2031-12-31T00:00:00Z",
        "run_type": "verified-audit",
        "pacing_type": "self_paced",
    },
}


def png(width: int = 40, height: int = 20) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (20, 120, 200)).save(out, "PNG")
    return out.getvalue()


def edits() -> int:
    return EditRecord.objects.count()


# Creating.


def test_a_course_is_created_with_its_run_and_prices(organization: OrganizationProfile, team: Api, member: Any) -> None:
    response = team.post("/courses/", NEW_COURSE)

    assert response.status_code == 201, response.json()
    made = response.json()
    assert (made["key"], made["number"], made["draft"], made["status"]) == ("AcmeX+ML7", "ML7", True, "unpublished")
    assert made["topics"] == ["machine learning", "data"]
    assert made["entitlements"] == [{"mode": "verified", "price": "49.00", "currency": "USD", "sku": None}]
    assert [run["key"] for run in made["course_runs"]] == ["course-v1:AcmeX+ML7+1T2031"]
    assert [(seat["type"], seat["price"]) for seat in made["course_runs"][0]["seats"]] == [
        ("audit", "0.00"),
        ("verified", "49.00"),
    ]
    assert made["editors"][0]["user"]["id"] == member.pk
    assert response["ETag"].startswith('"1-')
    assert team.client.get(response["Location"]).json()["uuid"] == made["uuid"]


def test_all_faults_of_a_creation_are_named_at_once_and_nothing_is_written(team: Api) -> None:
    response = team.post(
        "/courses/",
        {
            "org": "Nobody",
            "title": "x" * 300,
            "level_type": "Sublime",
            "subjects": ["alchemy"],
            "colour": "red",
            "modified": "2031-01-01T00:00:00Z",
            "course_run": {"start": "soon", "run_type": "none"},
        },
    )

    assert response.status_code == 400
    assert sorted(response.json()["errors"]) == [
        "colour",
        "course_runs[0].run_type",
        "course_runs[0].start",
        "level_type",
        "modified",
        "number",
        "org",
        "subjects",
        "title",
    ]
    assert Course.everything.count() == 0


def test_a_course_of_another_organization_is_not_theirs_to_create(team: Api) -> None:
    factories.make_organization("OtherX")

    response = team.post("/courses/", NEW_COURSE | {"org": "OtherX"})

    assert response.status_code == 403
    assert Course.everything.count() == 0


def test_a_key_that_is_taken_is_told(course: Course, team: Api) -> None:
    response = team.post("/courses/", NEW_COURSE | {"number": "ds101"})

    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["key"]


def test_a_run_is_created_in_a_course(course: Course, team: Api) -> None:
    response = team.post(
        "/course_runs/",
        {
            "course": "AcmeX+DS101",
            "start": "2032-02-01T00:00:00Z",
            "run_type": "verified-audit",
            "prices": {"verified": "59.00"},
            "content_language": "fr",
        },
    )

    assert response.status_code == 201, response.json()
    made = response.json()
    assert (made["key"], made["course"]) == ("course-v1:AcmeX+DS101+1T2032", "AcmeX+DS101")
    assert made["content_language"] == "fr"
    assert response["ETag"] == '"1"'


def test_the_run_part_of_a_key_may_be_typed(course: Course, team: Api) -> None:
    made = team.post("/course_runs/", {"course": str(course.uuid), "term": "Spring", "run_type": "audit"})

    assert made.json()["key"] == "course-v1:AcmeX+DS101+Spring"


def test_the_course_of_a_run_is_asked_for(course: Course, team: Api) -> None:
    assert list(team.post("/course_runs/", {"run": "x"}).json()["errors"]) == ["course"]
    assert list(team.post("/course_runs/", {"course": "No+Such", "min_effort": "x"}).json()["errors"]) == [
        "course",
        "min_effort",
    ]


# Changing.


def test_what_is_named_changes_and_the_rest_stays(course: Course, team: Api) -> None:
    before = team.get(COURSE_PATH, editable="1").json()

    response = team.patch(COURSE_PATH, {"title": "Daten", "prices": {"verified": "59.00"}, "level_type": None})

    after = response.json()
    assert response.status_code == 200
    assert (after["title"], after["level_type"], after["entitlements"][0]["price"]) == ("Daten", None, "59.00")
    moved = {name for name in before if before[name] != after[name]}
    # The runs show title and level of their course.
    assert moved == {
        "course_runs",
        "title",
        "level_type",
        "entitlements",
        "revision",
        "has_unpublished_changes",
        "modified",
        "data_modified_timestamp",
    }


def test_equal_input_writes_nothing(course: Course, team: Api) -> None:
    before, written = team.get(COURSE_PATH, editable="1"), edits()

    response = team.patch(
        COURSE_PATH,
        {
            "key": "AcmeX+DS101",
            "uuid": str(course.uuid),
            "number": "DS101",
            "title": "  Data für alle ",
            "subjects": [subject["slug"] for subject in before.json()["subjects"]],
            "topics": before.json()["topics"],
            "prices": {"verified": "49"},
            "owners": ["acmex"],
        },
    )

    assert response.status_code == 200
    assert response["ETag"] == before["ETag"]
    assert edits() == written


@pytest.mark.parametrize(
    ("path", "data", "field"),
    [
        (COURSE_PATH, {"key": "AcmeX+Other"}, "key"),
        (COURSE_PATH, {"editable": True}, "editable"),
        (COURSE_PATH, {"entitlements": []}, "entitlements"),
        (COURSE_PATH, {"title": 7}, "title"),
        (COURSE_PATH, {"subjects": "x"}, "subjects"),
        (COURSE_PATH, {"topics": "x"}, "topics"),
        (COURSE_PATH, {"topics": ["?"]}, "topics"),
        (COURSE_PATH, {"owners": []}, "owners"),
        (COURSE_PATH, {"prices": {"verified": "-1"}}, "prices.verified"),
        (COURSE_PATH, {"prices": "49"}, "prices"),
        (COURSE_PATH, {"url_slug": "no good"}, "url_slug"),
        (COURSE_PATH, {"watchers": ["nobody"]}, "watchers"),
        (COURSE_PATH, {"image": "data:image/png;base64,xxxx"}, "image"),
        (COURSE_PATH, {"image": 5}, "image"),
        (COURSE_PATH, {"geolocation": {"lat": "95", "lng": "0", "location_name": "x"}}, "geolocation"),
        (RUN_PATH, {"course": "AcmeX+Other"}, "course"),
        (RUN_PATH, {"end": "2030-01-01T00:00:00Z"}, "end"),
        (RUN_PATH, {"run_type": "professional"}, "run_type"),
        (RUN_PATH, {"staff": ["00000000-0000-4000-8000-000000000000"]}, "staff"),
        (RUN_PATH, {"transcript_languages": ["xx"]}, "transcript_languages"),
        (RUN_PATH, {"restriction_type": "none"}, "restriction_type"),
        (RUN_PATH, {"seats": [{"type": "verified", "price": "x"}]}, "seats"),
        (RUN_PATH, {"status": "published"}, "status"),
    ],
    ids=str,
)
def test_a_faulty_field_is_named_in_the_words_of_the_api(
    course: Course, run: CourseRun, team: Api, path: str, data: dict[str, Any], field: str
) -> None:
    written = edits()

    response = team.patch(path, data)

    assert response.status_code == 400, response.json()
    assert list(response.json()["errors"]) == [field]
    assert edits() == written


def test_a_run_is_changed_in_the_words_of_the_api(course: Course, run: CourseRun, team: Api) -> None:
    person = factories.make_person("Mary")

    response = team.patch(
        RUN_PATH,
        {
            "course": "AcmeX+DS101",
            "title": "In the evening",
            "content_language": "de",
            "transcript_languages": ["de"],
            "restriction_type": None,
            "staff": [str(person.uuid)],
            "min_effort": "2",
            "go_live_date": "2031-01-15T00:00:00Z",
        },
    )

    answer = response.json()
    assert response.status_code == 200, answer
    assert (answer["title"], answer["title_override"]) == ("In the evening", "In the evening")
    assert (answer["content_language"], answer["transcript_languages"]) == ("de", ["de"])
    assert (answer["restriction_type"], answer["staff"][0]["given_name"]) == (None, "Mary")
    assert (answer["min_effort"], answer["go_live_date"]) == (2, "2031-01-15T00:00:00Z")


def test_what_a_run_shows_of_its_course_can_be_sent_back(course: Course, run: CourseRun, team: Api) -> None:
    shown, written = team.get(RUN_PATH, editable="1").json(), edits()

    response = team.patch(
        RUN_PATH,
        {name: shown[name] for name in ("title", "short_description", "full_description", "outcome", "seats")},
    )

    assert response.status_code == 200, response.json()
    assert response.json()["title_override"] is None
    assert edits() == written


def test_topics_are_made_once_whatever_their_case(course: Course, team: Api) -> None:
    team.patch(COURSE_PATH, {"topics": ["Machine Learning", "machine learning", "الرياضيات"]})

    assert team.get(COURSE_PATH, editable="1").json()["topics"] == ["Machine Learning", "الرياضيات"]
    team.patch(COURSE_PATH, {"topics": ["machine learning"]})
    assert Topic.objects.filter(slug="machine-learning").count() == 1


def test_markup_that_is_not_allowed_is_dropped(course: Course, team: Api) -> None:
    answer = team.patch(
        COURSE_PATH,
        {"full_description": '<p dir="rtl" lang="ar" class="x">مرحبا</p><script>alert(1)</script>'},
    ).json()

    assert answer["full_description"] == '<p dir="rtl" lang="ar">مرحبا</p>'


def test_an_image_is_stored_under_its_content_and_can_be_sent_back(course: Course, team: Api) -> None:
    uri = "data:image/png;base64," + base64.b64encode(png()).decode()

    first = team.patch(COURSE_PATH, {"image": uri})
    written = edits()
    again = team.patch(COURSE_PATH, {"image": first.json()["image"]["src"]})
    same = team.patch(COURSE_PATH, {"image": uri})

    assert first.json()["original_image"]["src"].endswith(".png")
    assert first.json()["image"]["src"].endswith(".small.png")
    assert again.json()["image"] == same.json()["image"] == first.json()["image"]
    assert edits() == written
    assert team.patch(COURSE_PATH, {"image": None}).json()["image"] is None


def test_an_image_may_come_as_a_file(course: Course, team: Api) -> None:
    boundary = "frontier"
    body = (
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="x.png"\r\n'
            "Content-Type: image/png\r\n\r\n"
        ).encode()
        + png()
        + f"\r\n--{boundary}--\r\n".encode()
    )

    response = team.client.generic(
        "PATCH", API + COURSE_PATH, body, content_type=f"multipart/form-data; boundary={boundary}"
    )

    assert response.status_code == 200, response.json()
    assert response.json()["image"] is not None


def test_whoever_may_not_write_stores_no_image(
    course: Course, organization: OrganizationProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stored(*_: Any, **__: Any) -> None:
        raise AssertionError("an image was stored")

    monkeypatch.setattr("openedx_catalog_publisher.rest.unit_input.stored_image", stored)
    uri = "data:image/png;base64," + base64.b64encode(png()).decode()
    colleague, outsider = Api(factories.make_member(organization)), Api(factories.make_user())

    assert colleague.patch(COURSE_PATH, {"image": uri}).status_code == 403
    assert outsider.post("/courses/", NEW_COURSE | {"image": uri}).status_code == 403
    assert outsider.post("/courses/", NEW_COURSE | {"image": uri, "org": "Nobody"}).status_code == 400


def test_a_form_with_a_field_that_is_too_large_is_told(course: Course, team: Api) -> None:
    response = team.client.generic(
        "PATCH",
        API + COURSE_PATH,
        b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\n' + b"x" * 3_000_000 + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )

    assert response.status_code == 413
    assert response.json()["type"] == "https://docs.openedx.org/errors/too-large"


def test_the_described_input_is_what_is_taken() -> None:
    for wording, described in ((COURSE, CourseInput), (RUN, RunInput)):
        taken = (wording.names - UNWRITTEN[wording.kind]) | EXTRA_NAMES[wording.kind]
        assert set(described._declared_fields) == taken


# Versions.


def test_a_write_that_names_an_old_version_changes_nothing(course: Course, team: Api) -> None:
    seen = team.get(COURSE_PATH, editable="1")["ETag"]
    update_course(factories.SYSTEM, course.uuid, {"title": "Somebody else's"})

    refused = team.patch(COURSE_PATH, {"title": "Mine"}, If_Match=seen)

    assert refused.status_code == 412
    assert refused.json()["type"] == "https://docs.openedx.org/errors/precondition-failed"
    assert team.get(COURSE_PATH, editable="1").json()["title"] == "Somebody else's"


def test_each_write_answers_the_version_for_the_next(course: Course, team: Api) -> None:
    first = team.get(COURSE_PATH, editable="1")["ETag"]
    second = team.patch(COURSE_PATH, {"title": "One"}, If_Match=first)
    third = team.patch(COURSE_PATH, {"title": "Two"}, If_Match=second["ETag"])

    assert (second.status_code, third.status_code) == (200, 200)
    assert len({first, second["ETag"], third["ETag"]}) == 3


def test_the_version_of_a_course_covers_its_runs(course: Course, run: CourseRun, team: Api) -> None:
    seen = team.get(COURSE_PATH, editable="1")["ETag"]
    team.patch(RUN_PATH, {"min_effort": 2})

    assert team.patch(COURSE_PATH, {"title": "Mine"}, If_Match=seen).status_code == 412
    assert team.post(f"{COURSE_PATH}discard/", If_Match=seen).status_code == 412
    assert team.patch(COURSE_PATH, {"title": "Mine"}, If_Match="*").status_code == 200


def test_the_version_of_a_run_is_its_own(course: Course, run: CourseRun, team: Api) -> None:
    seen = team.get(RUN_PATH, editable="1")["ETag"]
    team.patch(COURSE_PATH, {"title": "Other"})

    assert team.patch(RUN_PATH, {"min_effort": 2}, If_Match=seen).status_code == 200
    assert team.patch(RUN_PATH, {"min_effort": 3}, If_Match=seen).status_code == 412
    assert team.patch(RUN_PATH, {"min_effort": 3}, If_Match='"never-was"').status_code == 412


def test_a_version_that_is_no_tag_is_a_fault(course: Course, team: Api) -> None:
    response = team.patch(COURSE_PATH, {"title": "Mine"}, If_Match="7")

    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["If-Match"]


# Deleting.


def test_a_draft_that_never_was_official_is_deleted_with_its_runs(organization: OrganizationProfile, team: Api) -> None:
    team.post("/courses/", NEW_COURSE)

    assert team.delete("/courses/AcmeX+ML7/").status_code == 204
    assert team.get("/courses/AcmeX+ML7/", editable="1").status_code == 404
    assert not CourseRun.everything.exists()


def test_what_was_official_once_is_not_deleted(course: Course, run: CourseRun, team: Api) -> None:
    for path in (COURSE_PATH, RUN_PATH):
        refused = team.delete(path)
        assert refused.status_code == 409
        assert "Unpublish it instead" in refused.json()["detail"]
    assert CourseEditor.objects.filter(course=course).exists()


# Requests that are repeated.


def test_a_request_that_is_repeated_is_carried_out_once(organization: OrganizationProfile, team: Api) -> None:
    first = team.post("/courses/", NEW_COURSE, Idempotency_Key="one")
    again = team.post("/courses/", NEW_COURSE, Idempotency_Key="one")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (again["ETag"], again["Location"]) == (first["ETag"], first["Location"])
    assert (first.has_header("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (False, "true")
    assert Course.drafts.count() == 1


def test_another_request_under_the_same_key_is_refused(organization: OrganizationProfile, team: Api) -> None:
    team.post("/courses/", NEW_COURSE, Idempotency_Key="one")

    other = team.post("/courses/", NEW_COURSE | {"number": "ML8"}, Idempotency_Key="one")

    assert other.status_code == 422
    assert other.json()["type"] == "https://docs.openedx.org/errors/unprocessable"
    assert Course.drafts.count() == 1


def test_a_key_is_the_users_own(organization: OrganizationProfile, team: Api) -> None:
    colleague = Api(factories.make_member(organization))
    team.post("/courses/", NEW_COURSE, Idempotency_Key="one")

    assert colleague.post("/courses/", NEW_COURSE | {"number": "ML8"}, Idempotency_Key="one").status_code == 201


def test_refusals_are_repeated_too(organization: OrganizationProfile, team: Api) -> None:
    first = team.post("/courses/", {"org": "AcmeX"}, Idempotency_Key="one")
    again = team.post("/courses/", {"org": "AcmeX"}, Idempotency_Key="one")

    assert (first.status_code, again.status_code) == (400, 400)
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"


def test_a_request_that_runs_meanwhile_conflicts_until_its_lease_is_over(
    organization: OrganizationProfile, team: Api
) -> None:
    team.post("/courses/", NEW_COURSE, Idempotency_Key="one")
    team.delete("/courses/AcmeX+ML7/")
    # As it stands while the first request is being carried out, or after its process died.
    IdempotentRequest.objects.update(status=None, answer="")

    running = team.post("/courses/", NEW_COURSE, Idempotency_Key="one")
    IdempotentRequest.objects.update(started=timezone.now() - LEASE - timedelta(seconds=1))
    taken_over = team.post("/courses/", NEW_COURSE, Idempotency_Key="one")

    assert (running.status_code, taken_over.status_code) == (409, 201)


def test_a_key_is_forgotten_after_a_day(organization: OrganizationProfile, team: Api) -> None:
    team.post("/courses/", NEW_COURSE, Idempotency_Key="one")
    IdempotentRequest.objects.update(started=timezone.now() - KEPT - timedelta(seconds=1))

    assert team.post("/courses/", NEW_COURSE | {"number": "ML8"}, Idempotency_Key="one").status_code == 201


@pytest.mark.parametrize("key", [" ", "x" * 256])
def test_a_key_that_is_none_is_a_fault(team: Api, key: str) -> None:
    response = team.post("/courses/", NEW_COURSE, Idempotency_Key=key)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["Idempotency-Key"]


def test_a_request_that_fails_by_a_fault_of_ours_can_be_tried_again(
    organization: OrganizationProfile, team: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as broken:
        broken.setattr("openedx_catalog_publisher.rest.courses.create_course", fail)
        with pytest.raises(RuntimeError, match="a fault of ours"):
            team.post("/courses/", NEW_COURSE, Idempotency_Key="one")

    assert team.post("/courses/", NEW_COURSE, Idempotency_Key="one").status_code == 201
