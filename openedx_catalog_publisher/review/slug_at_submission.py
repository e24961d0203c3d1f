"""The slug of a course gets its form when the course, or a run of it, is submitted for review, as in Discovery."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from openedx_catalog_publisher.commands.anchors import Anchor
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.models import Course, EditRecord, OrganizationProfile, Side, Subject, UnitKind
from openedx_catalog_publisher.publishing.capture import capture
from openedx_catalog_publisher.publishing.draft_writes import DraftWrite, write_drafts
from openedx_catalog_publisher.publishing.slug_formats import SlugFormat, slug_format
from openedx_catalog_publisher.publishing.slugs import free_slug
from openedx_catalog_publisher.publishing.snapshots import compare
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from openedx_catalog_publisher.review.cases import Cases
from openedx_catalog_publisher.settings import conf

SYSTEM = "slug formats"
"""Under which name of the system the new slug stands in the log: nobody chose it, so it is nobody's contribution."""

MADE_OF = frozenset({"subjects", "authoring_organizations"})
"""Lists of a course that forms name; its title stands in its row."""


def bring_slug_into_form(operation: Operation, cases: Cases, course: Anchor) -> None:
    """
    Give the draft of a course a slug of the form that is set for it, unless it has one; part of a submission.

    What is under review does not move: where the course or a run of it is in review or waits to go live, the slug
    stays. It stays as well where the course lacks what the form is made of. The old slug goes on leading to the course
    if it ever was official.

    Arguments:
        operation: the operation of the submission.
        cases: the open reviews of the course and of its runs, none of which was touched yet.
        course: the course's anchor, locked and saved; saved again here.
    """
    if not conf.course_slug_formats() or cases.open:
        return
    row = Course.drafts.values("url_slug", "product_source__slug", "type__slug").get(pk=course.pk)
    form = slug_format(row["product_source__slug"], row["type__slug"])
    if form is None or form.fits(row["url_slug"] or ""):
        return
    known = capture(UnitKind.COURSE, Side.DRAFT, [course.pk], names=MADE_OF)
    current = known.units[course.uuid]
    # Tables that were not read are equal on both sides.
    content = dict.fromkeys(UNITS[UnitKind.COURSE].reviews) | dict(current.snapshot.content)
    slug = _slug(form, content)
    if slug is None:
        return
    operation.generated.add("url_slug")
    before = replace(current.snapshot, content=content)
    after = replace(before, content={**content, "url_slug": free_slug(slug, course=course.pk)})
    write = DraftWrite(
        anchor=course,
        current=current,
        snapshot=after,
        changes=compare(before, after),
        action=EditRecord.Action.UPDATE,
    )
    write_drafts(operation.as_system(SYSTEM), cases.anchors, [write], known.references)


def _slug(form: SlugFormat, content: Any) -> str | None:
    values = {"course_title": content["title"] or ""}
    if content["subjects"]:
        values["primary_subject"] = Subject.objects.values_list("slug", flat=True).get(uuid=content["subjects"][0])
    if content["authoring_organizations"]:
        owner = OrganizationProfile.objects.values_list("organization__name", "key")
        name, key = owner.get(uuid=content["authoring_organizations"][0])
        values["organization_name"] = name or key
    return form.slug(values)
