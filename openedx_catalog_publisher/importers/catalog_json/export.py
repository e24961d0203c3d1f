"""Writing a catalog as a file of the format: line by line, with a page of courses in memory."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import reset_queries
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fields.files import FieldFile

from openedx_catalog_publisher.commands.errors import Busy
from openedx_catalog_publisher.importers.catalog_json.export_images import Images
from openedx_catalog_publisher.importers.catalog_json.export_references import References, reference_lines
from openedx_catalog_publisher.importers.catalog_json.layout import COURSE, FORMAT, RUN_STATE, VERSION, Sides
from openedx_catalog_publisher.importers.catalog_json.reference_kinds import KIND_OF
from openedx_catalog_publisher.importers.named_references import NAMED
from openedx_catalog_publisher.ledger.canonical_json import plain
from openedx_catalog_publisher.models import (
    Collaborator,
    Course,
    CourseOrganization,
    CourseRun,
    CourseUrlRedirect,
    CourseUrlSlug,
    Side,
    UnitKind,
)
from openedx_catalog_publisher.models.content_fields import PictureField
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.publishing.capture import Capture, CapturedUnit, capture
from openedx_catalog_publisher.publishing.selection import READS
from openedx_catalog_publisher.publishing.snapshots import named_references
from openedx_catalog_publisher.publishing.unit_tables import UNITS

PAGE = 100
"""Courses that are held at a time, with their runs."""

SIDES: Mapping[Sides, tuple[Side, ...]] = {
    Sides.BOTH: (Side.DRAFT, Side.OFFICIAL),
    Sides.DRAFT: (Side.DRAFT,),
    Sides.OFFICIAL: (Side.OFFICIAL,),
}


@dataclass
class _Page:
    """Courses with their runs as of one moment, by primary key of the draft."""

    courses: list[dict[str, Any]] = field(default_factory=list)
    runs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    sides: dict[Side, Capture] = field(default_factory=dict)
    former_slugs: dict[int, list[str]] = field(default_factory=dict)
    redirects: dict[int, list[str]] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)


class CatalogExport:
    """
    One export.

    Courses stand in the order of their keys, and their runs too, so that two exports of the same catalog are the same
    file. Each page of courses is as of one moment; what is written meanwhile may be in a later one.
    """

    def __init__(
        self,
        images: Images,
        *,
        sides: Sides = Sides.BOTH,
        organizations: Collection[str] = (),
        references: References = References.NAMED,
    ) -> None:
        """
        Make an export.

        Arguments:
            images: takes the images.
            sides: what is exported; of officials alone only what everybody may see.
            organizations: keys of organizations, to export the courses that they own; none for all.
            references: which reference data is described.
        """
        self.counts: Counter[str] = Counter()
        self._images = images
        self._sides = sides
        self._organizations = {normalize_key(key) for key in organizations}
        self._references = references

    def lines(self) -> Iterator[str]:
        """
        Yield the lines of the file, without line breaks.

        Raises:
            Busy: when drafts move faster than they can be read.
        """
        header: dict[str, Any] = {"format": FORMAT, "version": VERSION, "sides": str(self._sides)}
        if self._images.folder is not None:
            header["images"] = self._images.folder
        yield _json(header)
        public = self._sides is Sides.OFFICIAL
        for line in reference_lines(self._references, self._roots(), self._images, public=public):
            self.counts["references"] += 1
            yield _json(line)
        for page in self._pages():
            for course in page.courses:
                self.counts["courses"] += 1
                yield _json(self._course(course, page))
            # Where DEBUG is on, Django keeps the text of every statement.
            reset_queries()

    def _courses(self) -> QuerySet[Any]:
        courses = Course.drafts.all()
        if self._sides is Sides.OFFICIAL:
            courses = courses.filter(official_version__isnull=False)
        if self._organizations:
            owners = CourseOrganization.objects.filter(
                kind=CourseOrganization.Kind.OWNER,
                organization__key_normalized__in=self._organizations,
                course__uuid=OuterRef("uuid"),
                course__draft__in=self._drafts(),
            )
            courses = courses.filter(Exists(owners))
        return courses

    def _drafts(self) -> list[bool]:
        return [side is Side.DRAFT for side in SIDES[self._sides]]

    def _roots(self) -> dict[UnitKind, QuerySet[Any]]:
        drafts = self._drafts()
        uuids = self._courses().order_by().values("uuid")
        return {
            UnitKind.COURSE: Course.everything.filter(draft__in=drafts, uuid__in=uuids),
            UnitKind.COURSE_RUN: CourseRun.everything.filter(draft__in=drafts, course__uuid__in=uuids),
        }

    def _pages(self) -> Iterator[_Page]:
        last = ""
        while True:
            rows = self._courses().filter(key_normalized__gt=last).order_by("key_normalized")
            found = list(rows.values_list("pk", "key_normalized")[:PAGE])
            if not found:
                return
            last = found[-1][1]
            yield self._page([pk for pk, _ in found])

    def _page(self, pks: Sequence[int]) -> _Page:
        """Read courses with their runs, again until no revision moved from the first statement to the last."""
        for _ in range(READS):
            page, revisions = self._read(pks)
            if revisions == _revisions(pks):
                page.names = _names(page)
                return page
        raise Busy("These drafts are being written all the time; try again.")

    def _read(self, pks: Sequence[int]) -> tuple[_Page, dict[tuple[str, int], int]]:
        revisions = _revisions(pks)
        page = _Page()
        courses = Course.drafts.filter(pk__in=pks).order_by("key_normalized")
        page.courses = list(courses.values("pk", "uuid", "key", "watchers", "canonical_course_run_id"))
        runs = CourseRun.drafts.filter(course__in=pks).order_by("key_normalized")
        for run in runs.values("pk", "uuid", "key", "course_id", *RUN_STATE):
            page.runs.setdefault(run["course_id"], []).append(run)
        run_pks = [run["pk"] for found in page.runs.values() for run in found]
        for side in SIDES[self._sides]:
            page.sides[side] = capture(UnitKind.COURSE, side, pks)
            capture(UnitKind.COURSE_RUN, side, run_pks, into=page.sides[side])
        if self._sides is not Sides.DRAFT:
            slugs = CourseUrlSlug.objects.filter(course__in=pks, was_official=True, is_active=False)
            for pk, slug in slugs.order_by("url_slug_normalized").values_list("course_id", "url_slug"):
                page.former_slugs.setdefault(pk, []).append(slug)
        redirects = CourseUrlRedirect.objects.filter(course__in=pks).order_by("value_normalized")
        for pk, value in redirects.values_list("course_id", "value"):
            page.redirects.setdefault(pk, []).append(value)
        return page, revisions

    def _course(self, course: Mapping[str, Any], page: _Page) -> dict[str, Any]:
        runs = page.runs.get(course["pk"], [])
        line: dict[str, Any] = {"kind": COURSE, "uuid": str(course["uuid"]), "key": course["key"]}
        if self._sides is not Sides.OFFICIAL:
            line["watchers"] = course["watchers"]
        line |= self._canonical_run(course, runs, page)
        if self._sides is not Sides.DRAFT:
            line["url_slug_history"] = page.former_slugs.get(course["pk"], [])
        line["url_redirects"] = page.redirects.get(course["pk"], [])
        line |= self._stated(UnitKind.COURSE, course["uuid"], page)
        line["runs"] = [self._run(run, page) for run in runs if self._is_exported(run, page)]
        self.counts["runs"] += len(line["runs"])
        return line

    def _is_exported(self, run: Mapping[str, Any], page: _Page) -> bool:
        return self._sides is not Sides.OFFICIAL or run["uuid"] in page.sides[Side.OFFICIAL].units

    def _canonical_run(
        self, course: Mapping[str, Any], runs: Sequence[Mapping[str, Any]], page: _Page
    ) -> dict[str, str | None]:
        canonical = next((run for run in runs if run["pk"] == course["canonical_course_run_id"]), None)
        if canonical is None:
            return {} if self._sides is Sides.OFFICIAL else {"canonical_course_run_key": None}
        # A draft may have moved on to a run that is not official: that is nothing to tell with the officials.
        return {"canonical_course_run_key": canonical["key"]} if self._is_exported(canonical, page) else {}

    def _run(self, run: Mapping[str, Any], page: _Page) -> dict[str, Any]:
        line: dict[str, Any] = {"uuid": str(run["uuid"]), "key": run["key"]}
        state = ("announcement",) if self._sides is Sides.OFFICIAL else RUN_STATE
        line |= {name: plain(run[name]) for name in state}
        return line | self._stated(UnitKind.COURSE_RUN, run["uuid"], page)

    def _stated(self, kind: UnitKind, unit: uuid.UUID, page: _Page) -> dict[str, Any]:
        """Return the sides of a unit; of the official one only what the draft does not have, where that is there."""
        sides = {side: found.units.get(unit) for side, found in page.sides.items()}
        draft, official = sides.get(Side.DRAFT), sides.get(Side.OFFICIAL)
        stated: dict[str, Any] = {}
        if draft is not None:
            stated["draft"] = self._content(kind, draft, None, page)
        if official is not None:
            stated["official"] = {"status": official.values["status"]} | self._content(kind, official, draft, page)
        return stated

    def _content(self, kind: UnitKind, side: CapturedUnit, other: CapturedUnit | None, page: _Page) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for name in UNITS[kind].reviews:
            value = side.snapshot.content[name]
            if other is not None and other.snapshot.content[name] == value:
                continue
            column = UNITS[kind].columns_by_name.get(name)
            if column is not None and isinstance(column.field, PictureField) and value is not None:
                value = self._images.take(FieldFile(None, column.field, value))  # type: ignore[arg-type]
                if value is None:
                    continue
            elif name in NAMED[kind] and value is not None:
                target = str(NAMED[kind][name]._meta.model_name)
                value = (
                    [page.names[target, code] for code in value]
                    if isinstance(value, list)
                    else page.names[target, value]
                )
            content[name] = value
        return content


def _json(line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, allow_nan=False)


def _revisions(pks: Sequence[int]) -> dict[tuple[str, int], int]:
    """Return the revision of each course and of each of its runs: every write moves one."""
    courses = Course.drafts.filter(pk__in=pks).values_list("pk", "revision")
    runs = CourseRun.drafts.filter(course__in=pks).values_list("pk", "revision")
    return {("course", pk): revision for pk, revision in courses} | {("run", pk): revision for pk, revision in runs}


def _names(page: _Page) -> dict[tuple[str, str], str]:
    """Return what the file calls the reference data of a page, by (name of the table, code)."""
    codes: dict[str, set[str]] = {}
    for found in page.sides.values():
        for unit in found.units.values():
            for _, (target, code) in named_references(unit.kind, unit.snapshot.content):
                codes.setdefault(target, set()).add(code)
    names: dict[tuple[str, str], str] = {}
    for model in {model for targets in NAMED.values() for model in targets.values()}:
        target = str(model._meta.model_name)
        # Several collaborators may have one name.
        [column] = ("uuid",) if model is Collaborator else KIND_OF[model].codes
        rows = model._default_manager.filter(uuid__in=codes.get(target, ()))
        for unit, name in rows.values_list("uuid", column):
            names[target, str(unit)] = str(name)
    return names
