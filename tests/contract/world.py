"""What requests meet: an installation with a bit of everything, and a user of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client

from openedx_catalog_publisher.api import Selection, add_comment, remove, submit_run, unpublish, update_course, withdraw
from openedx_catalog_publisher.commands.anchors import course_tag
from openedx_catalog_publisher.consumers.notifications import Notifications
from openedx_catalog_publisher.consumers.webhooks.subscriptions import add_secret, subscribe
from openedx_catalog_publisher.models import (
    CatalogRoleAssignment,
    Course,
    CourseEditor,
    CourseRun,
    CourseRunType,
    CourseType,
    Delivery,
    ImportContent,
    ImportJob,
    OutboxEvent,
    Person,
    Release,
    Review,
    Source,
    Topic,
    UnitKind,
    WebhookSecret,
    WebhookSubscription,
)
from openedx_catalog_publisher.outbox.routing import register, route
from tests import factories
from tests.rest.askers import data_uri
from tests.review.stage import complete

CSRF_TOKEN = "a" * 32
"""Stands in a cookie of each session; writes repeat it in the header ``X-CSRFToken``."""


@dataclass(frozen=True)
class World:
    """
    What there is.

    Attributes:
        cookies: by kind of user, the session of one.
        names: by resource, names of its objects: keys, slugs and UUIDs, in the writings that are taken.
        values: by name of a field or a parameter, values that mean something.
        bodies: by name of an operation, bodies that mean something, beside the examples of its description.
    """

    cookies: Mapping[str, Mapping[str, str]]
    names: Mapping[str, Sequence[str]]
    values: Mapping[str, Sequence[Any]]
    bodies: Mapping[str, Sequence[dict[str, Any]]] = field(default_factory=dict)


def make_world() -> World:
    """Return an installation with two organizations, made by the commands."""
    acme, other = factories.make_organization("AcmeX"), factories.make_organization("OtherX")
    editor = factories.make_member(acme, "editor")
    users = {
        "outsider": factories.make_user("outsider"),
        "member": factories.make_member(acme, "member"),
        "editor": editor,
        "staff": factories.make_user("staff", is_staff=True),
        "administrator": factories.make_admin("administrator"),
    }
    # Whom the examples of the description name.
    factories.make_organization("ExampleX")
    factories.make_member(acme, "grace")
    factories.make_user("lena")
    person = factories.make_person("Grace")
    published = factories.make_course(
        acme,
        actor=factories.acting(editor),
        number="DS101",
        **complete({}),
        runs=[
            factories.run_changes(run="1T2031", staff=[person], go_live_date="2031-02-01T00:00:00Z"),
            {"run": "2T2031", "start": "2031-07-01T00:00:00Z", "type": factories.run_type()},
        ],
    )
    factories.make_course(acme, actor=factories.acting(editor), number="DRAFT", runs=[{"run": "1T2032"}])
    reviewed = factories.make_course(
        acme,
        actor=factories.acting(editor),
        number="REVIEW",
        **complete({}),
        runs=[factories.run_changes(go_live_date=f"203{year}-01-01T00:00:00Z") for year in (2, 3)],
    )
    over = factories.run_changes(start="2021-01-01T00:00:00Z", end="2021-06-30T00:00:00Z")
    elsewhere = factories.make_course(other, number="ÜNÏ1", runs=[over])
    withdrawn = factories.make_course(other, number="OLD", runs=1)
    removed = factories.make_course(other, number="GONE", runs=1)
    for made in (published, elsewhere, withdrawn, removed):
        factories.publish_now(Selection.of(courses=[made.course.uuid], all_runs=True))
    update_course(factories.SYSTEM, published.course.uuid, {"title": "Data once more"})
    factories.publish_now(Selection.of(courses=[published.course.uuid]))
    update_course(factories.acting(editor), published.course.uuid, {"title": "Data, not published"})
    unpublish(factories.SYSTEM, Selection.of(courses=[withdrawn.course.uuid], all_runs=True), reason="Over.")
    remove(factories.SYSTEM, courses=[removed.course.uuid], reason="A mistake.")
    for run in reviewed.runs:
        # The first waits for legal staff with its course, the second was withdrawn.
        submitted = submit_run(factories.acting(editor), run.uuid, comment="Please.")
    withdraw(factories.acting(editor), submitted.review, comment="Not yet.")
    CourseRun.drafts.filter(uuid=reviewed.runs[0].uuid).update(has_ofac_restrictions=False)
    add_comment(factories.acting(editor), UnitKind.COURSE_RUN, reviewed.runs[0].uuid, "Who teaches?", field="staff")
    source = Source.objects.create(name="Elsewhere", slug="elsewhere")
    job = ImportJob.objects.create(
        user=users["administrator"],
        file_name="courses.csv",
        format=ImportJob.Format.EDX_LEARN_CSV,
        status=ImportJob.Status.COMPLETED,
        counts={"created": {"courses": 1, "runs": 1}},
    )
    ImportContent.objects.create(job=job, kind=ImportContent.Kind.REPORT, position=0, content=b'{"rows": 1}')
    unused = (factories.make_person("Ada"), factories.make_collaborator("Unused"), factories.make_subject("Unused"))
    # Where no request arrives: no name server knows a name under .invalid.
    webhook = {"name": "Site", "url": "https://site.invalid/hook", "kinds": ["published"]}
    subscribed = subscribe(factories.SYSTEM, webhook).subscription
    add_secret(factories.SYSTEM, subscribed.uuid)
    # The consumer that an example names, with what it was handed, and what it was not.
    register([Notifications()])
    route()
    Delivery.objects.filter(sequence__lt=3).update(state=Delivery.State.DEAD, due=None, last_error="Never.")
    names = _names(job, unused)
    return World(
        cookies={"anonymous": {}, **{name: session_of(user) for name, user in users.items()}},
        names=names,
        values=_values(names, person, source),
    )


def session_of(user: Any) -> dict[str, str]:
    """Return the cookies of a session of a user."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: CSRF_TOKEN}


def _names(job: ImportJob, unused: Sequence[Any]) -> dict[str, list[str]]:
    courses = list(Course.drafts.order_by("pk").values_list("key", "uuid"))
    runs = list(CourseRun.drafts.order_by("pk").values_list("key", "uuid"))
    person, collaborator, subject = unused
    return {
        "courses": ["acmex+ds101", "AcmeX+DS101", "AcmeX+DRAFT", *(str(name) for pair in courses for name in pair)],
        "course_runs": [str(name) for pair in runs for name in pair],
        "releases": [str(uuid) for uuid in Release.objects.order_by("pk").values_list("uuid", flat=True)],
        # The first is of a run, the second of its course.
        "reviews": [str(uuid) for uuid in Review.objects.order_by("-unit_kind", "pk").values_list("uuid", flat=True)],
        "ended runs": list(CourseRun.drafts.filter(end__year=2021).values_list("key", flat=True)),
        "withdrawn courses": ["OtherX+OLD"],
        "withdrawn runs": list(CourseRun.drafts.filter(course__key="OtherX+OLD").values_list("key", flat=True)),
        "imports": [str(job.uuid)],
        "editors": [str(pk) for pk in CourseEditor.objects.order_by("pk").values_list("pk", flat=True)],
        "role_assignments": [
            str(pk) for pk in CatalogRoleAssignment.objects.order_by("pk").values_list("pk", flat=True)
        ],
        "webhooks": [str(uuid) for uuid in WebhookSubscription.objects.values_list("uuid", flat=True)],
        "secrets": [str(pk) for pk in WebhookSecret.objects.order_by("pk").values_list("pk", flat=True)],
        "organizations": ["AcmeX", "otherx"],
        "people": [str(person.uuid), str(Person.objects.exclude(pk=person.pk).values_list("uuid")[0][0])],
        "collaborators": [str(collaborator.uuid)],
        "subjects": [str(subject.uuid), subject.slug],
        "topics": [str(Topic.objects.values_list("uuid")[0][0])],
        "level_types": ["Introductory"],
        "sources": ["elsewhere"],
        "course_types": list(CourseType.objects.values_list("slug", flat=True)),
        "course_run_types": list(CourseRunType.objects.values_list("slug", flat=True)),
        "program_types": ["masters"],
        "seat_types": ["verified"],
        "languages": ["en-us", "AR"],
        "currencies": ["USD", "eur"],
    }


def _values(names: Mapping[str, list[str]], person: Any, source: Source) -> dict[str, list[Any]]:
    course = Course.drafts.get(key="AcmeX+DS101")
    runs = CourseRun.drafts.filter(course=course).values_list("uuid", "revision")
    reviews = Review.objects.filter(open_unit__isnull=False).order_by("-unit_kind", "pk")
    digests = list(reviews.values_list("review_digest", flat=True))
    target = {"id": names["reviews"][0], "run_digest": digests[0], "course_digest": digests[1]}
    return {
        # Of paths.
        "webhook": names["webhooks"],
        "number": ["1", "2", "999999999", "ÄÖÜ-1"],
        # Of bodies.
        "org": ["AcmeX", "OtherX"],
        "owners": [["AcmeX"], ["OtherX", "AcmeX"], []],
        "sponsors": [["OtherX"]],
        "type": ["verified-audit", "audit", "professional"],
        "run_type": ["verified-audit", "audit"],
        "course": names["courses"],
        "units": [names["courses"][:1], names["courses"][2:4], names["course_runs"][:2], names["courses"]],
        "runs": ["all", names["course_runs"][:1], []],
        "with_course": [True],
        "with_runs": [True],
        "run": ["3T2033", "1T2031", *names["course_runs"][:4]],
        "run_digest": [digests[0], "old", ""],
        "course_digest": [digests[1], "old", ""],
        "comment": ["Why not?", " "],
        "field": ["title", "staff", "nothing"],
        "has_ofac_restrictions": [True, False, None],
        "action": ["approve", "request_changes"],
        "reviews": [[target], [target, target], [{**target, "run_digest": "old"}], [{"id": names["courses"][0]}]],
        "dry_run": [True],
        "skip_review": [True],
        "message": ["Why not?"],
        "subjects": [names["subjects"][:1], []],
        "topics": [["Statistics", "Данные"]],
        "collaborators": [names["collaborators"]],
        "staff": [[str(person.uuid)]],
        "level_type": ["Introductory"],
        "product_source": [source.slug],
        "prices": [{"verified": "49.00"}, {"verified": "0.001"}, {}],
        "seats": [[factories.seat()], [factories.seat("audit", "0.00"), factories.seat("verified", "1e400")]],
        "content_language": ["en-us"],
        "transcript_languages": [["en-us", "ar"], ["en-us", "en-us"]],
        "start": ["2031-02-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"],
        "end": ["2031-12-31T00:00:00Z", "1970-01-01T00:00:00"],
        "url_slug": ["data-for-everyone", "Data/…"],
        "course_run": [{"run": "9T2039", "start": "2039-02-01T00:00:00Z"}],
        "course_runs": [[{"run": "9T2039"}, {"run": "9T2039"}], [None]],
        "image": [data_uri(), "data:image/png;base64,AAAA", "https://elsewhere.example/a.png"],
        "watchers": [["ann@example.org"], ["no address"]],
        "user": ["member", "outsider", "nobody"],
        "role": ["org_member", "legal_reviewer"],
        "organization": ["AcmeX", "*", "nothing"],
        "reason": ["Why not?"],
        "url": ["https://site.invalid/", "http://127.0.0.1/", "https://[::1]/", "https://a@b/", "ftp://x/"],
        "kinds": [["published"], ["removed", "removed"], [], ["weather"]],
        "object_types": [["course"], [""], []],
        "flavor": ["standard", "richie"],
        "link_template": ["", "https://lms.example.org/{key}", "{"],
        "secret": ["a-secret-that-is-long", "short", "with blank in it ..."],
        "events": [[], [str(OutboxEvent.objects.values_list("uuid")[0][0])], ["nothing"]],
        "unit": ["AcmeX+DS101", names["courses"][3], "nothing"],
        "until": ["2999-01-01T00:00:00Z", "2000-01-01T00:00:00"],
        "consumer": ["notifications", "nobody", ""],
        "state": ["dead", "pending", "lost"],
        "event": [str(OutboxEvent.objects.values_list("uuid")[0][0]), "nothing"],
        "expires_at": ["2999-12-31T00:00:00Z", "2000-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"],
        # Of queries.
        "waiting": ["0", "1", "2"],
        "step": ["legal", "internal", "third"],
        "export": ["csv", "json", "xml"],
        "fields": ["key", "key,course_runs.key,owners.key", "course_runs.staff.position", "nothing", "key.key", ",,"],
        "editable": ["1", "0", "true"],
        "as_of": ["2030-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "yesterday"],
        "keys": [",".join(names["courses"]), "AcmeX+DS101,nothing"],
        "uuids": [names["courses"][1], "nothing"],
        "status": ["published", "unpublished,reviewed", "nothing"],
        "course_run_statuses": ["published", "archived,in_review"],
        "editors": ["1", "999999999", "٣"],
        "search": ["data", "%", "_", "\\", "'"],
        "q": ["a", "%", "a b c", "\\"],
        "modified_since": ["2000-01-01T00:00:00Z", "2999-01-01T00:00:00+00:00", "0001-01-01T00:00:00+14:00"],
        "since": ["2000-01-01T00:00:00Z"],
        "ordering": ["-modified", "key", "title"],
        "page": ["1", "2", "0", "last"],
        "page_size": ["1", "100", "0", "-1"],
        "cursor": ["", "cD1h", "cj0xJnA9YQ==", "bz05OTk5OTk5OTk5OTk5", "cD0yMDMxLTAxLTAx"],
        # Of headers.
        "If-Match": [
            "*",
            f'"{course_tag(course.revision, runs)}"',
            '"1"',
            '"99999999999999999999"',
            'W/"1"',
            '"1", "2"',
        ],
        "Idempotency-Key": ["one key", "x" * 300],
    }
