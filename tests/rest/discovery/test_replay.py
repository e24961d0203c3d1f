"""
One course, from the first click to its second run, in the micro-frontend's own requests and in their order.

Nadia writes the course. Ada, an administrator, fills in what the form shows to administrators alone. Lena and Carl,
administrators too, decide the legal and the internal step: nobody approves what they changed themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import BulkTask, CourseRun, OrganizationProfile, ReviewRecord, RoleName, Source
from openedx_catalog_publisher.rest.discovery.bulk_rows import run_task
from tests import factories
from tests.rest.askers import data_uri
from tests.rest.discovery.replay import TAGS, TASKS, EditPage, Screens, good, lines_of
from tests.rest.discovery.requests import SAVE, creation_form

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

INSTRUCTOR = {
    "given_name": "Grace",
    "family_name": "Example",
    "bio": "<p>Teaches.</p>",
    "profile_image": data_uri(110, 110),
    "position": {"title": "Professor", "organization": None, "organization_override": "Elsewhere"},
    "urls_detailed": [{"id": None, "type": "blog", "title": "", "url": "https://blog.example/grace"}],
    "areas_of_expertise": [{"id": None, "value": "Optics"}],
}


@dataclass
class Story:
    """
    Who is in it, and how far it has come.

    Attributes:
        nadia: the screens of a member of the course team.
        ada: those of an administrator who edits.
        lena: those of an administrator who decides the legal step.
        carl: those of an administrator who decides the internal step.
        colleague: another member of the team.
        page: Nadia's page of the course.
        key: the key of the run that the story is about.
    """

    nadia: Screens
    ada: Screens
    lena: Screens
    carl: Screens
    colleague: Any
    page: EditPage
    key: str = ""

    @property
    def uuid(self) -> str:
        """The course."""
        found: str = self.page.course["uuid"]
        return found

    @property
    def run(self) -> dict[str, Any]:
        """The run on Nadia's page."""
        return self.page.run(self.key)

    def reload(self) -> None:
        """Load Nadia's page again."""
        self.page = self.nadia.open(self.uuid)

    def approve(self, **ofac: Any) -> None:
        """Lena and Carl approve the run, and Nadia sees what came of it."""
        lenas = self.lena.open(self.uuid)
        assert self.lena.decide(lenas, self.key, status="review_by_internal", **ofac) is None
        assert lenas.run(self.key)["status"] == "review_by_internal"
        carls = self.carl.open(self.uuid)
        assert self.carl.decide(carls, self.key, status="reviewed") is None
        self.reload()


@pytest.fixture
def story(organization: OrganizationProfile, member: Any, source: Source) -> Story:
    """An installation with nothing in it but what forms choose from."""
    for name in ("Optics", "Colour"):
        factories.make_topic(name)
    factories.make_subject("Physics")
    factories.make_level("Introductory")
    coordinator = factories.make_user("paul", first_name="Paul", last_name="Coordinates")
    factories.grant(coordinator, RoleName.PROJECT_COORDINATOR, organization)
    staff = {name: Screens(factories.make_user(name, is_staff=True)) for name in ("ada", "lena", "carl")}
    colleague = factories.make_member(organization, "noor")
    return Story(nadia=Screens(member), colleague=colleague, page=EditPage(course={}), **staff)


def test_a_course_is_made_reviewed_published_changed_and_run_again(story: Story, monkeypatch: Any) -> None:
    monkeypatch.setattr("celery.canvas.Signature.apply_async", lambda self, **options: None)
    for act in (
        create_an_audit_course_and_a_paid_one,
        save_each_field,
        add_an_instructor_a_collaborator_and_topics,
        choose_editors_and_comment,
        submit_with_fields_missing_and_then_with_all,
        find_everything_locked,
        decide_legally_with_restrictions_and_internally,
        publish_again_what_needs_no_review,
        publish_again_what_needs_review,
        change_the_price_of_all_runs,
        run_it_again,
        submit_beside_a_published_run_and_submit_again,
        switch_the_subscription,
        come_by_the_key_of_a_run,
        use_the_bulk_pages,
    ):
        act(story)
        assert list(check_catalog()) == [], act.__name__


def create_an_audit_course_and_a_paid_one(story: Story) -> None:
    """Dashboard, "New course", a refusal, and two courses; the second is the story's."""
    assert story.nadia.dashboard() == []
    types, source = story.nadia.open_creation()
    refused = story.nadia.door.post("/courses/", creation_form(types, "Audit Only", number="A 1"))
    assert lines_of(refused)[0].startswith("number: ")

    free = story.nadia.create(
        creation_form(types, "Audit Only", number="A1", title="Free Light", product_source=source)
    )
    assert (free.course["entitlements"], free.statuses) == ([], ["unpublished"])

    body = creation_form(types, "Verified and Audit", number="L1", title="Light", product_source=source)
    # Choosing a course type selects its first run type; another is chosen.
    offered = next(option for option in types if option["name"] == "Verified and Audit")["course_run_types"]
    body["course_run"]["run_type"] = next(kind["uuid"] for kind in offered if kind["name"] == "Verified and Audit")
    story.page = story.nadia.create(body)
    course = story.page.course
    story.key = course["course_runs"][0]["key"]
    assert (course["key"], course["title"], course["url_slug"]) == ("AcmeX+L1", "Light", "light")
    assert (story.key, story.run["status"], story.run["pacing_type"]) == (
        "course-v1:AcmeX+L1+1T2031",
        "unpublished",
        "instructor_paced",
    )
    assert {entry["mode"]: entry["price"] for entry in course["entitlements"]} == {"verified": "77.00"}
    assert {seat["type"]: seat["price"] for seat in story.run["seats"]} == {"audit": "0.00", "verified": "77.00"}
    assert list(story.page.panes["editors"].values()) == ["ann"]
    rows = story.nadia.dashboard()
    assert [(row["title"], row["course_run_statuses"]) for row in rows] == [
        ("Free Light", ["unpublished"]),
        ("Light", ["unpublished"]),
    ]


def save_each_field(story: Story) -> None:
    """Every field alone, as it is typed; the form is as saved when the same comes back."""
    page = story.page
    texts = {
        name: f"<p>{name}</p>"
        for name in (
            *("short_description", "full_description", "outcome", "syllabus_raw", "prerequisites_raw"),
            *("learner_testimonials", "faq"),
        )
    }
    for name, value in {"title": "Light and Shadow", **texts, "level_type": "Introductory"}.items():
        assert story.nadia.save(page, **{name: value}) is None
        assert page.course[name] == value
    subject = next(choice["value"] for choice in _choices(story) if choice["display_name"] == "Physics")
    assert story.nadia.save(page, subjects=[subject]) is None
    assert [entry["slug"] for entry in page.course["subjects"]] == [subject]
    assert story.nadia.save(page, image=data_uri(1134, 675)) is None
    assert page.course["image"]["src"].startswith("http")
    damaged = story.nadia.save(page, image="data:image/png;base64,AAAA")
    assert lines_of(damaged)[0].startswith("image: ")
    assert story.nadia.save(page, watchers=["watcher@example.org"]) is None
    assert page.course["watchers"] == ["watcher@example.org"]

    for name, value in {
        "go_live_date": "2026-03-05T05:00:00Z",
        "content_language": "de",
        "transcript_languages": ["de", "en-us"],
        "expected_program_type": "micromasters",
        "expected_program_name": "Seeing",
        "external_key": "ext-1",
    }.items():
        assert story.nadia.save(page, {story.key: {name: value}}) is None
        assert story.run[name] == value
    for name in ("min_effort", "max_effort", "weeks_to_complete"):
        assert story.nadia.save(page, {story.key: {name: "4"}}) is None
        assert story.run[name] == 4
    assert story.nadia.save(page, {story.key: {"go_live_date": None, "min_effort": None}}) is None

    adas = story.ada.open(story.uuid)
    for name, value in {
        "url_slug": "light-and-shadow",
        "additional_information": "<p>More.</p>",
        "organization_short_code_override": "ACX",
        "geolocation": {"location_name": "Ulm", "lng": "9.98000000000", "lat": "48.40000000000"},
        "in_year_value": {
            "per_lead_usa": 3,
            "per_lead_international": 0,
            "per_click_usa": 0,
            "per_click_international": 0,
        },
    }.items():
        assert story.ada.save(adas, **{name: value}) is None
        assert adas.course[name] == value
    assert story.ada.save(adas, video={"src": "https://video.example/1"}) is None
    assert adas.course["video"]["src"] == "https://video.example/1"
    restriction = {"restriction_type": "blocklist", "countries": ["FR"], "states": None}
    assert story.ada.save(adas, location_restriction=restriction) is None
    assert adas.course["location_restriction"]["countries"] == ["FR"]
    assert story.ada.save(adas, organization_logo_override=data_uri(110, 110)) is None
    assert adas.course["organization_logo_override_url"].startswith("http")
    deadline = "2031-06-01T00:00:00Z"
    assert story.ada.save(adas, {story.key: {"upgrade_deadline_override": deadline}}) is None
    story.reload()
    assert [seat["upgrade_deadline_override"] for seat in story.run["seats"]] == [None, deadline]
    loaded = story.page.course
    assert story.nadia.save(story.page) is None
    assert story.page.course == loaded


def add_an_instructor_a_collaborator_and_topics(story: Story) -> None:
    """Each is made on a page of its own, found in the form, and saved with the course or the run."""
    door = story.nadia.door
    assert door.get("/search/person_typeahead/", q="gra", org=["AcmeX"]).json() == []
    made = good(door.post("/people/", INSTRUCTOR), 201)
    [found] = good(door.get("/search/person_typeahead/", q="gra", org=["AcmeX"]))
    assert story.nadia.save(story.page, {story.key: {"staff": [found["uuid"]]}}) is None
    assert story.run["staff"] == [found]
    shown = good(door.get(f"/people/{made['uuid']}/"))
    assert shown["profile_image"]["medium"]["url"]
    edited = good(door.patch(f"/people/{made['uuid']}/", shown | {"major_works": "<p>Works.</p>"}))
    assert edited == shown | {"major_works": "<p>Works.</p>"}

    labour = good(door.post("/collaborators/", {"name": "Lab", "image": data_uri(200, 100)}), 201)
    assert story.nadia.save(story.page, collaborators=[labour["uuid"]]) is None
    assert [entry["uuid"] for entry in story.page.course["collaborators"]] == [labour["uuid"]]
    assert [tag["value"] for tag in good(door.get(TAGS, limit=20, q="opt"))] == ["Optics"]
    adas = story.ada.open(story.uuid)
    assert story.ada.save(adas, topics=["Optics", "Shade"]) is None
    assert adas.course["topics"] == ["Optics", "Shade"]
    story.reload()
    assert [row["name"] for row in story.page.panes["collaborators"]] == ["Lab"]
    assert "Shade" in story.page.panes["tags"]


def choose_editors_and_comment(story: Story) -> None:
    """The panes beside the form."""
    panes = story.page.panes
    assert panes["coordinators"] == ["Paul Coordinates"]
    assert panes["users"].keys() == {"ann", "noor"}
    door = story.nadia.door
    added = good(door.post("/course_editors/", {"course": story.uuid, "user_id": panes["users"]["noor"]}), 201)
    assert added["user"]["full_name"] == "noor"
    assert [row["title"] for row in story.nadia.dashboard(editors=panes["users"]["noor"])] == ["Light and Shadow"]
    assert door.delete(f"/course_editors/{added['id']}/").status_code == 204
    assert story.nadia.dashboard(editors=panes["users"]["noor"]) == []

    good(door.post("/comments/", {"course_uuid": story.uuid, "comment": "Is this so?"}), 201)
    assert lines_of(door.post("/comments/", {"course_uuid": story.uuid, "comment": " "}))
    story.reload()
    assert story.page.panes["comments"] == [("ann", "Is this so?")]
    assert list(story.page.panes["editors"].values()) == ["ann"]


def submit_with_fields_missing_and_then_with_all(story: Story) -> None:
    """What is missing is told by field and nothing is in review; the next click sends it all again."""
    refused = story.nadia.submit(story.page, story.key, max_effort="6")

    assert [line.partition(":")[0] for line in lines_of(refused)] == ["go_live_date", "min_effort"]
    assert story.nadia.open(story.uuid).statuses == ["unpublished"]
    over = {"go_live_date": "2026-03-05T05:00:00Z", "min_effort": "2", "max_effort": "6"}
    assert story.nadia.submit(story.page, story.key, **over) is None
    assert (story.run["status"], story.run["min_effort"], story.run["max_effort"]) == ("review_by_legal", 2, 6)


def find_everything_locked(story: Story) -> None:
    """While it is in review it changes in nothing that is reviewed; comments go on."""
    refused = story.nadia.save(story.page, title="Darkness")

    assert refused.status_code == 409
    assert "reload" in lines_of(refused)[0]
    assert [row["title"] for row in story.nadia.dashboard(course_run_statuses="in_review")] == ["Light and Shadow"]
    assert story.nadia.dashboard(course_run_statuses="published,reviewed") == []
    good(story.lena.door.post("/comments/", {"course_uuid": story.uuid, "comment": "Looking."}), 201)
    story.reload()
    assert story.page.panes["comments"][-1] == ("lena", "Looking.")
    assert story.page.course["title"] == "Light and Shadow"


def decide_legally_with_restrictions_and_internally(story: Story) -> None:
    """The legal step with "Yes" and a note, the internal step; its date is over, so it goes live."""
    unanswered = story.lena.decide(story.lena.open(story.uuid), story.key, status="review_by_internal")
    assert lines_of(unanswered)[0].startswith("has_ofac_restrictions: ")
    forbidden = story.nadia.decide(story.page, story.key, status="review_by_internal", has_ofac_restrictions=False)
    assert forbidden.status_code in (403, 409)

    story.approve(has_ofac_restrictions=True, ofac_comment="Ask first.")

    assert (story.run["status"], story.run["has_ofac_restrictions"]) == ("published", True)
    lenas = story.lena.open(story.uuid)
    assert lenas.run(story.key)["ofac_comment"] == "Ask first."
    assert story.page.course["course_run_statuses"] == ["published"]
    assert [row["title"] for row in story.nadia.dashboard(course_run_statuses="published")] == ["Light and Shadow"]
    acts = ReviewRecord.objects.filter(action="approved", unit_kind="course_run").order_by("pk")
    assert list(acts.values_list("step", "confirmation")) == [("legal", "page"), ("internal", "page")]


def publish_again_what_needs_no_review(story: Story) -> None:
    """ "Save & Re-Publish" of what reviewers do not read is live at once."""
    assert story.nadia.save(story.page, {story.key: {"max_effort": "7"}}) is None

    assert (story.run["status"], story.run["max_effort"]) == ("published", 7)
    assert CourseRun.objects.get(key=story.key).max_effort == 7


def publish_again_what_needs_review(story: Story) -> None:
    """Anything else is reviewed while the published version stays; an answer on OFAC that stands is sent again."""
    assert story.nadia.save(story.page, title="Light, Shadow and Colour") is None
    assert story.page.statuses == ["review_by_legal"]
    assert CourseRun.objects.get(key=story.key).course.title == "Light and Shadow"

    story.approve(has_ofac_restrictions=True, ofac_comment="Ask first.")

    assert story.page.statuses == ["published"]
    assert CourseRun.objects.get(key=story.key).course.title == "Light, Shadow and Colour"


def change_the_price_of_all_runs(story: Story) -> None:
    """A price is sent with the course and with each of its runs, and is reviewed with them."""
    assert story.nadia.save(story.page, prices={"verified": "88"}) is None

    assert story.page.statuses == ["review_by_legal"]
    assert [seat["price"] for seat in story.run["seats"]] == ["0.00", "88.00"]
    # "No" now: what the server holds is another answer, so that it is sent.
    story.approve(has_ofac_restrictions=False)
    assert story.page.statuses == ["published"]
    assert story.run["has_ofac_restrictions"] is False
    assert {entry["price"] for entry in story.page.course["entitlements"]} == {"88.00"}


def run_it_again(story: Story) -> None:
    """ "Add Course Run": a refusal, and a run with the prices and the staff of the other."""
    first = story.key
    refused = story.nadia.rerun(story.page, first, end="2032-12-31T05:00:00Z")
    assert lines_of(refused)[0].startswith("end: ")

    good(story.nadia.rerun(story.page, first, run_type=story.run["run_type"]), 201)

    story.reload()
    story.key = "course-v1:AcmeX+L1+1T2033"
    assert story.page.run(first)["status"] == "published"
    assert story.run["status"] == "unpublished"
    assert story.run["staff"] == story.page.run(first)["staff"]
    assert {seat["type"]: seat["price"] for seat in story.run["seats"]} == {"audit": "0.00", "verified": "88.00"}


def submit_beside_a_published_run_and_submit_again(story: Story) -> None:
    """The second run is reviewed beside the live one, waits for its date, is submitted again as it is and changed."""
    date = (timezone.now() + timedelta(days=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert story.nadia.submit(story.page, story.key, go_live_date=date, min_effort="1", max_effort="2") is None
    assert sorted(story.page.statuses) == ["published", "review_by_legal"]
    story.approve(has_ofac_restrictions=False)
    assert sorted(story.page.statuses) == ["published", "reviewed"]

    assert story.nadia.submit(story.page, story.key) is None
    assert story.run["status"] == "reviewed"
    assert story.nadia.submit(story.page, story.key, expected_program_name="Seeing more") is None
    assert story.run["status"] == "review_by_legal"
    # The server has "No" already, and it was not touched, so that it is not sent.
    story.approve()
    assert story.run["status"] == "reviewed"


def switch_the_subscription(story: Story) -> None:
    """The switch of administrators: a save of three fields."""
    OrganizationProfile.objects.filter(key="AcmeX").update(enterprise_subscription_inclusion=True)
    body = {"uuid": story.uuid, "draft": False, "enterprise_subscription_inclusion": False}

    answer = good(story.ada.door.patch(f"/courses/{story.uuid}/", body, **SAVE))

    assert answer["enterprise_subscription_inclusion"] is False
    assert answer["title"] == story.page.course["title"]


def come_by_the_key_of_a_run(story: Story) -> None:
    """A link with the key of a run leads to its course, without a slash at the end and without a redirect."""
    found = good(
        story.nadia.door.get(f"/course_runs/{story.key}", editable=1, fields="course_uuid", **SAVE),
    )

    assert found == {"course_uuid": story.uuid}
    assert story.nadia.door.get("/course_runs/course-v1:No+Such+Run", editable=1, **SAVE).status_code == 404


def use_the_bulk_pages(story: Story) -> None:
    """A file is handed in, listed, carried out, and fetched without cookies."""
    assert good(story.ada.door.get(TASKS, page=1, page_size=10)) == {
        "count": 0,
        "next": None,
        "previous": None,
        "results": [],
    }
    task = story.ada.hand_in("partial_updates", "key,title", "AcmeX+A1,From a file")
    assert (task["status"], task["task_type"], task["uploaded_by"]) == ("pending", "partial_updates", "ada")
    run_task(str(BulkTask.objects.get().task_id))

    [listed] = good(story.ada.door.get(TASKS, page=1, page_size=10, status="completed"))["results"]
    assert listed["csv_file"].endswith("/rows.csv")
    assert listed["task_summary"]["results"][0]["status"] == "done", listed
    assert Screens(None).door.client.get(listed["csv_file"]).content.startswith(b"key,title")
    assert story.nadia.door.get(TASKS, page=1, page_size=10).status_code == 403
    # A filter that was changed from an earlier value is spread into parameters of one character.
    assert [row["title"] for row in story.nadia.dashboard(**{"0": "p", "1": "u", "2": "b"})] == [
        "From a file",
        "Light, Shadow and Colour",
    ]


def _choices(story: Story) -> list[dict[str, Any]]:
    described = good(story.nadia.door.send("OPTIONS", "/courses/", editable=1))["actions"]["POST"]
    choices: list[dict[str, Any]] = described["subjects"]["child"]["choices"]
    return choices
