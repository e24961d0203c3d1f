"""The mail that a run went live."""

from __future__ import annotations

from openedx_catalog_publisher.consumers.notifications.letters import Letter
from openedx_catalog_publisher.consumers.notifications.recipients import coordinators_of, team_of
from openedx_catalog_publisher.models import (
    Course,
    CourseOrganization,
    CourseRun,
    EventKind,
    OutboxEvent,
    Publication,
    Status,
    UnitKind,
    WriteSource,
)
from openedx_catalog_publisher.models.derived.course_run import marketing_url, title
from openedx_catalog_publisher.settings import conf


class RunPublished:
    """
    Tells the team of a course, and its project coordinators, that one of its runs went live: for the first time, or
    again after it was withdrawn.

    Not told: changes of a run that is live already, which the team made itself a moment ago; publications of the course
    alone, by which nothing opens to learners; what an import brought, which was live elsewhere before; and a run that
    is not live any more when the mail would be sent. Of runs outside of the platform (executive education, bootcamps)
    only coordinators are told, as in Discovery.
    """

    name = "run_published"
    kind = EventKind.PUBLISHED

    def compose(self, event: OutboxEvent) -> Letter | None:
        """Return what is said of a publication; None for those that are not told."""
        if event.object_type != UnitKind.COURSE_RUN or not _went_live(event):
            return None
        runs = CourseRun.objects.select_related("course__type", "course__draft_version", "type")
        run = runs.filter(uuid=event.object_code, status=Status.PUBLISHED).first()
        if run is None:
            return None
        course = run.course
        is_external = course.type is not None and course.type.is_external
        coordinators = list(coordinators_of(course.draft_version))
        team = [] if is_external else team_of(course.draft_version)
        publisher, studio = conf.publisher_url_root(), conf.studio_url_root()
        return Letter(
            recipients={user.pk: user for user in (*team, *coordinators)}.values(),
            context={
                "title": title(run) or run.key,
                "run_key": run.key,
                "course_key": course.key,
                "start": run.start,
                "organizations": ", ".join(_owners(course)),
                "contacts": ", ".join(user.email for user in coordinators if user.email),
                "page_url": marketing_url(run),
                "publisher_url": f"{publisher}/courses/{course.uuid}" if publisher else None,
                "studio_url": f"{studio}/course/{run.key}" if studio else None,
            },
        )


def _went_live(event: OutboxEvent) -> bool:
    """Whether the run was not live before this publication, and the publication is no import."""
    record = (
        Publication.objects.select_related("previous")
        .filter(unit_uuid=event.object_code, number=event.payload["publication"])
        .first()
    )
    if record is None or record.source == WriteSource.IMPORT:
        return False
    return record.previous is None or record.previous.status != Status.PUBLISHED


def _owners(course: Course) -> list[str]:
    links = course.organization_links.filter(kind=CourseOrganization.Kind.OWNER).order_by("position", "pk")
    return list(links.values_list("organization__organization__name", flat=True))
