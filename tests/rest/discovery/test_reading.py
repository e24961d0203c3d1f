"""Reading through Discovery's door: lists, pages, flags, sparse fields, and which keys answers have."""

from __future__ import annotations

from typing import Any

import pytest

from openedx_catalog_publisher.models import Course, CourseRun, OrganizationProfile
from tests import factories
from tests.publishing.test_budgets import counting
from tests.rest.discovery.conftest import DOOR, RESTRICTED, Door
from tests.rest.test_budgets import LOG_IN

pytestmark = pytest.mark.django_db

COURSE_KEYS = frozenset(
    [
        "key",
        "uuid",
        "title",
        "course_runs",
        "entitlements",
        "owners",
        "image",
        "short_description",
        "type",
        "url_slug",
        "course_type",
        "enterprise_subscription_inclusion",
        "excluded_from_seo",
        "excluded_from_search",
        "course_run_statuses",
        "full_description",
        "level_type",
        "subjects",
        "prerequisites",
        "prerequisites_raw",
        "expected_learning_items",
        "video",
        "sponsors",
        "modified",
        "marketing_url",
        "syllabus_raw",
        "outcome",
        "original_image",
        "card_image_url",
        "canonical_course_run_key",
        "extra_description",
        "additional_information",
        "additional_metadata",
        "faq",
        "learner_testimonials",
        "enrollment_count",
        "recent_enrollment_count",
        "topics",
        "key_for_reruns",
        "url_slug_history",
        "url_redirects",
        "editors",
        "collaborators",
        "skill_names",
        "skills",
        "organization_short_code_override",
        "organization_logo_override_url",
        "geolocation",
        "location_restriction",
        "in_year_value",
        "product_source",
        "data_modified_timestamp",
        "watchers",
        "programs",
        "course_run_keys",
        "editable",
        "advertised_course_run_uuid",
    ]
)

RUN_KEYS = frozenset(
    [
        "key",
        "uuid",
        "title",
        "external_key",
        "fixed_price_usd",
        "image",
        "short_description",
        "marketing_url",
        "seats",
        "start",
        "end",
        "go_live_date",
        "enrollment_start",
        "enrollment_end",
        "weeks_to_complete",
        "pacing_type",
        "type",
        "restriction_type",
        "run_type",
        "status",
        "is_enrollable",
        "is_marketable",
        "is_marketable_external",
        "availability",
        "variant_id",
        "course",
        "full_description",
        "announcement",
        "video",
        "content_language",
        "license",
        "outcome",
        "transcript_languages",
        "instructors",
        "staff",
        "min_effort",
        "max_effort",
        "modified",
        "level_type",
        "mobile_available",
        "hidden",
        "reporting_type",
        "eligible_for_financial_aid",
        "first_enrollable_paid_seat_price",
        "has_ofac_restrictions",
        "ofac_comment",
        "enrollment_count",
        "recent_enrollment_count",
        "expected_program_type",
        "expected_program_name",
        "course_uuid",
        "estimated_hours",
        "content_language_search_facet_name",
        "enterprise_subscription_inclusion",
        "transcript_languages_search_facet_names",
        "ai_languages",
    ]
)

DASHBOARD = {
    "fields": "uuid,key,key_for_reruns,title,modified,editors,course_run_statuses",
    "editable": 1,
    "exclude_utm": 1,
    "page": 1,
    "page_size": 50,
    "ordering": "title",
    "course_type": "open-courses",
    **RESTRICTED,
}


@pytest.fixture
def five(organization: OrganizationProfile, member: Any) -> None:
    """Five courses of AcmeX with two runs each, and something in every table."""
    for number in range(5):
        factories.make_course(
            organization, actor=factories.acting(member), runs=2, number=f"N{number}", title=f"Course {number}"
        )


def statements(door: Door, path: str, **parameters: Any) -> int:
    """Return how many statements an answer takes, beside those that find out who asks."""
    door.get("/currency")
    with counting() as count:
        response = door.get(path, **parameters)
    assert response.status_code == 200
    return count.statements - LOG_IN


def test_a_course_has_discoverys_keys(course: Course, door: Door) -> None:
    official = door.get("/courses/AcmeX+DS101/", **RESTRICTED).json()

    assert official.keys() == COURSE_KEYS
    assert {frozenset(run) for run in official["course_runs"]} == {RUN_KEYS | {"draft"}}
    assert official["editable"] is False
    draft = door.course(course.uuid)
    assert draft.keys() == COURSE_KEYS
    assert draft["editable"] is True


def test_a_run_has_discoverys_keys(run: CourseRun, door: Door) -> None:
    shown = door.get(f"/course_runs/{run.key}/", **RESTRICTED).json()

    assert shown.keys() == RUN_KEYS | {"draft", "programs"}
    assert shown["staff"][0].keys() >= {"uuid", "given_name", "family_name", "profile_image_url", "position", "works"}
    assert shown["staff"][0]["profile_image"]["medium"]["url"] is None
    assert [seat["price"] for seat in shown["seats"]] == ["0.00", "49.00"]


@pytest.mark.parametrize("path", ["/courses", "/course_runs", "/organizations", "/subjects", "/sources", "/currency"])
def test_get_answers_with_and_without_a_slash(path: str, course: Course, door: Door) -> None:
    assert door.get(path).status_code == door.get(f"{path}/").status_code == 200


def test_a_run_is_found_by_its_key_without_a_slash(run: CourseRun, door: Door) -> None:
    answer = door.get(f"/course_runs/{run.key}", editable=1, exclude_utm=1, fields="course_uuid", **RESTRICTED)

    assert (answer.status_code, answer.json()) == (200, {"course_uuid": str(run.course.uuid)})


def test_pages_by_number_and_by_offset(five: None, staff_door: Door) -> None:
    by_number = staff_door.get("/courses/", editable=1, page=2, page_size=2, fields="key").json()
    by_offset = staff_door.get("/courses/", editable=1, limit=2, offset=2, fields="key").json()

    assert by_number.keys() == by_offset.keys() == {"count", "next", "previous", "results"}
    assert by_number["results"] == by_offset["results"] == [{"key": "AcmeX+N2"}, {"key": "AcmeX+N3"}]
    assert by_number["count"] == by_offset["count"] == 5
    assert "page=3" in by_number["next"]
    assert len(staff_door.get("/courses/", editable=1, page_size=2, fields="key").json()["results"]) == 5
    beyond = staff_door.get("/courses/", editable=1, page=9)
    assert (beyond.status_code, beyond.json()) == (404, {"detail": "Invalid page."})


def test_links_to_pages_keep_scheme_and_host_behind_a_proxy(five: None, staff_door: Door, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.USE_X_FORWARDED_HOST = True
    settings.ALLOWED_HOSTS = ["lms.example.org"]

    answer = staff_door.client.get(
        f"{DOOR}/api/v1/courses/",
        {"editable": 1, "page": 1, "page_size": 2},
        headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "lms.example.org"},
    )

    assert answer.json()["next"].startswith(f"https://lms.example.org{DOOR}/api/v1/courses/?")


def test_the_dashboard(five: None, door: Door, staff_door: Door) -> None:
    answer = door.get("/courses/", **DASHBOARD)

    page = answer.json()
    assert page["count"] == 5
    assert page["results"][0].keys() == set(DASHBOARD["fields"].split(","))
    assert page["results"][0]["course_run_statuses"] == ["unpublished"]
    assert page["results"][0]["editors"][0]["user"]["full_name"] == "ann"
    assert statements(door, "/courses/", **DASHBOARD) <= 6
    assert statements(staff_door, "/courses/", **DASHBOARD) <= 6


def test_what_reading_costs(five: None, staff_door: Door, door: Door) -> None:
    uuid = Course.drafts.values_list("uuid", flat=True)[0]

    assert statements(staff_door, "/courses/", editable=1, page=1, page_size=5, **RESTRICTED) <= 16
    assert statements(door, "/courses/", editable=1, page=1, page_size=5, **RESTRICTED) <= 18
    assert statements(staff_door, f"/courses/{uuid}/", editable=1, exclude_utm=1, **RESTRICTED) <= 16
    assert statements(door, f"/courses/{uuid}/", editable=1, exclude_utm=1, **RESTRICTED) <= 16


@pytest.mark.parametrize("value", ["1", "true", "True", "2", "-1"])
def test_flags_are_numbers_or_true(value: str, course: Course, door: Door) -> None:
    assert door.get("/courses/AcmeX+DS101/", editable=value).json()["editable"] is True


def test_what_is_no_flag_is_refused(course: Course, door: Door) -> None:
    answer = door.get("/courses/", editable="perhaps")

    assert (answer.status_code, answer.json()) == (400, {"editable": ["Give 1 or 0."]})


@pytest.mark.parametrize("path", ["/courses/", "/courses/?editable=1", "/course_runs/"])
def test_a_query_for_a_search_engine_is_refused(path: str, course: Course, door: Door) -> None:
    answer = door.client.get(f"{DOOR}/api/v1{path}", query_params={"q": "title:x", "editable": "1"})

    assert (answer.status_code, list(answer.json())) == (400, ["q"])


def test_unknown_parameters_and_values_are_ignored(course: Course, door: Door) -> None:
    spread = {str(place): character for place, character in enumerate("published")}

    page = door.get("/courses/", **DASHBOARD | {"ordering": "nothing", "course_run_statuses": "odd"} | spread).json()

    assert [row["key"] for row in page["results"]] == ["AcmeX+DS101"]


def test_filters_of_the_dashboard(five: None, course: Course, member: Any, door: Door) -> None:
    def found(**parameters: Any) -> list[str]:
        return [row["key"] for row in door.get("/courses/", **DASHBOARD | parameters).json()["results"]]

    assert found(pubq="ALLE") == ["AcmeX+DS101"]
    assert found(pubq="n3") == ["AcmeX+N3"]
    assert found(course_run_statuses="published") == ["AcmeX+DS101"]
    assert found(course_run_statuses="unsubmitted,in_review", ordering="-number")[0] == "AcmeX+N4"
    assert found(editors=str(member.pk), pubq="DS") == ["AcmeX+DS101"]
    assert found(editors="0") == []
    assert found(keys="AcmeX DS101") == ["AcmeX+DS101"]
    assert found(course_type="executive-education-2u") == []


def test_fields_hold_at_every_level(course: Course, door: Door) -> None:
    rows = door.get("/courses/", fields="key,course_runs", **RESTRICTED).json()["results"]

    assert rows == [
        {
            "key": "AcmeX+DS101",
            "course_runs": [{"key": f"course-v1:AcmeX+DS101+{term}"} for term in ("1T2031", "2T2031")],
        }
    ]
    assert "key" not in door.get("/courses/AcmeX+DS101/", omit="key").json()


def test_restricted_runs_are_hidden_unless_they_are_asked_for(course: Course, door: Door) -> None:
    without = door.get("/courses/AcmeX+DS101/", editable=1).json()
    listed = door.get("/course_runs/").json()["results"]

    assert [run["key"] for run in without["course_runs"]] == ["course-v1:AcmeX+DS101+2T2031"]
    assert without["course_run_keys"] == ["course-v1:AcmeX+DS101+2T2031"]
    assert [run["key"] for run in listed] == ["course-v1:AcmeX+DS101+2T2031"]
    assert door.get("/course_runs/course-v1:AcmeX+DS101+1T2031/").status_code == 404
    assert len(door.course(course.uuid)["course_runs"]) == 2


def test_drafts_are_for_those_who_work_on_the_catalog(course: Course, outsider: Door) -> None:
    assert outsider.get("/courses/", editable=1).status_code == 403
    assert outsider.get("/courses/AcmeX+DS101/").status_code == 200
    elsewhere = Door(factories.make_member(factories.make_organization(), "elsewhere"))
    hidden = elsewhere.get("/courses/AcmeX+DS101/", editable=1)
    assert (hidden.status_code, hidden.json()) == (404, {"detail": "No Course matches the given query."})
    nobody = Door(None).get("/courses/")
    assert nobody.status_code == 401
    assert nobody.json().keys() == {"detail"}


def test_marketing_addresses_carry_who_sent_the_visitor(course: Course, door: Door, settings: Any) -> None:
    settings.CATALOG_PUBLISHER_MARKETING_URL_ROOT = "https://www.example.org"
    draft = factories.make_course(OrganizationProfile.objects.get(key="AcmeX"))

    url = door.get("/courses/AcmeX+DS101/").json()["marketing_url"]

    assert url.endswith("?utm_source=ann&utm_medium=affiliate_partner")
    assert door.get("/courses/AcmeX+DS101/", exclude_utm=1).json()["marketing_url"] == url.partition("?")[0]
    assert staff_of(draft)["marketing_url"] is None


def staff_of(created: Any) -> dict[str, Any]:
    """Return a draft as staff see it."""
    return Door(factories.make_user("another", is_staff=True)).course(created.course.uuid)


def test_courses_and_runs_are_not_deleted_here(course: Course, run: CourseRun, staff_door: Door) -> None:
    assert staff_door.delete(f"/courses/{course.uuid}/").status_code == 405
    assert staff_door.delete(f"/course_runs/{run.key}/").status_code == 405


def test_what_is_not_there_yet_is_told_by_name(course: Course, door: Door) -> None:
    contains = door.get("/course_runs/contains/", query="x", course_run_ids="course-v1:AcmeX+DS101+1T2031")
    assert (contains.status_code, list(contains.json())) == (400, ["query"])
    review = door.get(f"/course_review/{course.key}/")
    assert (review.status_code, review.json()) == (404, {"detail": "No CourseReview matches the given query."})
