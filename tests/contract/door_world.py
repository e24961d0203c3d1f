"""What requests to Discovery's door meet: the same installation, in the words and with the people of its clients."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from openedx_catalog_publisher.models import (
    BulkTask,
    Collaborator,
    Course,
    CourseEditor,
    CourseRun,
    OrganizationProfile,
    Person,
    RoleName,
)
from tests import factories
from tests.contract.world import World, session_of
from tests.rest.askers import data_uri
from tests.rest.discovery.requests import SAVE, course_form, creation_form, run_form

DOOR = "/catalog_publisher/discovery/api/v1"

PICTURE = data_uri()


def at_the_door(world: World) -> World:
    """Return the world as it is named at the door, with a course that waits for legal staff."""
    acme = OrganizationProfile.objects.get(key="AcmeX")
    users = get_user_model().objects
    people: dict[str, Any] = {
        "editor": users.get(username="editor"),
        "legal reviewer": factories.make_user("legal"),
        "coordinator": factories.make_user("coordinator"),
        # The micro-frontend's administrator is staff.
        "administrator": users.get(username="staff"),
    }
    factories.grant(people["legal reviewer"], RoleName.LEGAL_REVIEWER, acme)
    factories.grant(people["coordinator"], RoleName.PROJECT_COORDINATOR, acme)
    task = BulkTask.objects.create(
        task_type=BulkTask.Type.PARTIAL_UPDATES,
        uploaded_by=people["administrator"],
        file_name="courses.csv",
        content=b"UUID,Title\n",
    )
    bodies = _bodies(people["administrator"])
    names = {
        "courses": [str(uuid) for uuid in Course.drafts.order_by("pk").values_list("uuid", flat=True)],
        "organizations": [str(acme.uuid), str(acme.pk)],
        "course_editors": [str(pk) for pk in CourseEditor.objects.order_by("pk").values_list("pk", flat=True)],
        "bulk_operation_tasks": [str(task.pk)],
        "course_recommendations": ["AcmeX+DS101"],
    }
    course = names["courses"][0]
    run = CourseRun.drafts.filter(course__uuid=course).order_by("pk").values_list("key", flat=True)[0]
    types = factories.course_type(), factories.course_type("audit")
    values: dict[str, list[Any]] = {
        "org": ["AcmeX", "OtherX", "acmex"],
        "type": [str(found.uuid) for found in types],
        "run_type": [str(factories.run_type().uuid), str(factories.run_type("audit").uuid)],
        "draft": [False, True, "false", 1],
        "course": [course, "AcmeX+DS101", "OtherX+OLD"],
        "course_uuid": [course, "nothing"],
        "course_run_key": [run, "nothing"],
        "rerun": [run, None],
        "key": [run],
        "user_id": [people["editor"].pk, str(people["editor"].pk), 10**9],
        "status": ["review_by_internal", "reviewed", "published", "unpublished"],
        "ofac_comment": ["", "Ask."],
        "prices": [{"verified": "77"}, {"verified": 77.5}, {}, {"verified": "0.001"}, {"nothing": "1"}],
        "video": [{"src": "https://www.youtube.com/watch?v=abc"}, {"src": None}, {}],
        "location_restriction": [
            {"restriction_type": "allowlist", "countries": ["DE"], "states": None},
            {"restriction_type": None, "countries": None, "states": None},
        ],
        "geolocation": [{"location_name": "Ort", "lng": "1", "lat": "2"}, {"location_name": "", "lng": None}],
        "in_year_value": [
            {"per_lead_usa": 1, "per_lead_international": 0, "per_click_usa": 2, "per_click_international": 0}
        ],
        "go_live_date": ["2031-02-01T05:00:00Z", None, ""],
        "min_effort": ["2", 2, None],
        "max_effort": ["6"],
        "weeks_to_complete": ["8"],
        "restriction_type": ["", "custom-b2c", None],
        "upgrade_deadline_override": ["2031-03-01T05:00:00Z", None],
        "username_mappings": [[{"old": "new"}], [["old", "new"]]],
        "position": [{"title": "Professor", "organization": None, "organization_override": "Elsewhere"}],
        "urls_detailed": [[{"id": None, "type": "blog", "title": "", "url": "https://example.org/"}]],
        "areas_of_expertise": [[{"id": None, "value": "Optics"}]],
        "profile_image": [PICTURE, ""],
        "limit": ["1", "0", "-1", "1000"],
        "offset": ["0", "5", "-1"],
        "pubq": ["data", "%"],
        "timestamp": ["2000-01-01T00:00:00Z", "yesterday"],
        "include_restricted": ["custom-b2c", "nothing"],
        "omit": ["course_runs", "nothing"],
        "fields": ["course_uuid", "key,course_runs.key", "nothing"],
        "0": ["p"],
        "uuids": [f"{course},nothing"],
        "course_type": ["open-courses", "executive-education-2u"],
    }
    return World(
        cookies={"anonymous": {}, **{name: session_of(user) for name, user in people.items()}},
        names={**world.names, **names},
        values={**world.values, **values},
        bodies=bodies,
    )


def _bodies(administrator: Any) -> dict[str, list[dict[str, Any]]]:
    """Return what the micro-frontend sends, from what it is answered."""
    client = Client()
    client.force_login(administrator)

    def asked(path: str, method: str = "GET") -> dict[str, Any]:
        answer = client.generic(method, f"{DOOR}{path}", query_params={"editable": "1", **SAVE})
        if answer.status_code != 200:
            raise AssertionError(answer.content)
        shown: dict[str, Any] = answer.json()
        return shown

    # The first is live, the second is in review.
    pages = [asked(f"/courses/{key}/") for key in ("AcmeX+DS101", "AcmeX+REVIEW")]
    options = asked("/courses/", "OPTIONS")["actions"]["POST"]["type"]["type_options"]
    runs = [run_form(page, page["course_runs"][0]) for page in pages]
    page = pages[0]
    person, collaborator = Person.objects.all()[0], Collaborator.objects.all()[0]
    return {
        "courses_create": [creation_form(options, "Verified and Audit", product_source="elsewhere")],
        "courses_save": [course_form(page) for page in pages],
        "course_runs_save": [*runs, {"status": "review_by_internal", "has_ofac_restrictions": False}],
        "course_runs_create": [
            {
                "course": page["key"],
                "start": "2033-02-01T05:00:00Z",
                "end": "2033-12-31T05:00:00Z",
                "run_type": page["course_runs"][0]["run_type"],
                "prices": {"verified": "49.00", "audit": "0.00"},
                "rerun": page["course_runs"][0]["key"],
            }
        ],
        "course_editors_create": [{"course": page["uuid"], "user_id": administrator.pk}],
        "collaborators_create": [{"name": "Someone", "image": PICTURE}],
        "collaborators_save": [{"uuid": str(collaborator.uuid), "name": "Someone else"}],
        "people_create": [{"given_name": "Ada", "family_name": "Byron", "bio": "<p>Counts.</p>"}],
        "people_save": [asked(f"/people/{person.uuid}/")],
        "comments_create": [{"course_uuid": page["uuid"], "comment": "Why not?"}],
        "replace_usernames": [{"username_mappings": [{"old": "new"}]}],
    }
