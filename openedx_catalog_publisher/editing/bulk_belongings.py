"""What an import says of a course beside its content: its canonical run, and the slugs and paths that lead to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from openedx_catalog_publisher.commands.anchors import Anchor
from openedx_catalog_publisher.commands.bulk import insert_records
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.editing.bulk_input import CourseInput
from openedx_catalog_publisher.editing.drafts import check_rules
from openedx_catalog_publisher.editing.slugs import redirect_value
from openedx_catalog_publisher.ledger.edit_log import edit_record
from openedx_catalog_publisher.models import CourseRun, CourseUrlRedirect, CourseUrlSlug, EditRecord, UnitKind
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.publishing.draft_writes import DraftWrite
from openedx_catalog_publisher.publishing.official import point_at_canonical_runs
from openedx_catalog_publisher.publishing.slugs import MAX_SLUG, keep_official_slugs

REDIRECT_TAKEN = "The path {value} leads to another course."


@dataclass(frozen=True)
class Belongings:
    """
    What has to be written beside the draft of one course.

    Attributes:
        course: the course's anchor.
        created: whether the course is being created.
        before: primary key of the canonical run as it is; None for none.
        canonical: the anchor of the canonical run as it shall be; None for none.
        moves_canonical: whether it is another than what would be without saying so.
        former_slugs: slugs that do not lead to the course yet.
        redirects: paths that do not lead to the course yet.
    """

    course: Anchor
    created: bool
    before: int | None
    canonical: Anchor | None
    moves_canonical: bool
    former_slugs: tuple[str, ...]
    redirects: tuple[str, ...]

    def __bool__(self) -> bool:
        return self.moves_canonical or bool(self.former_slugs or self.redirects)

    @property
    def logs_canonical(self) -> bool:
        """Whether the log tells of another canonical run; it does not tell of that of a created course."""
        return self.moves_canonical and not self.created and not (self.canonical is None and self.before is None)


class CourseBelongings:
    """The slugs and paths that lead to the courses of a batch, read at once."""

    def __init__(self, courses: Sequence[CourseInput], course_pks: Collection[int]) -> None:
        """
        Read what the input may add to.

        Arguments:
            courses: the courses of the batch.
            course_pks: primary keys of those that exist.
        """
        self._slugs: set[tuple[int, str]] = set()
        self._redirects: dict[str, int] = {}
        if any(entry.former_slugs for entry in courses):
            rows = CourseUrlSlug.objects.filter(course__in=course_pks, was_official=True)
            self._slugs = set(rows.values_list("course_id", "url_slug_normalized"))
        values = {normalize_key(value) for entry in courses for value in entry.redirects}
        if values:
            found = CourseUrlRedirect.objects.filter(value_normalized__in=values)
            self._redirects = dict(found.values_list("value_normalized", "course_id"))
        self._claimed: set[str] = set()

    def plan(self, entry: CourseInput, course: DraftWrite, runs: Sequence[DraftWrite]) -> Belongings:
        """
        Return what has to be written for one course.

        Raises:
            InvalidInput: naming ``canonical_course_run_key``, ``url_slug_history`` or ``url_redirects``.
        """
        anchor = course.anchor
        canonical = _canonical_run(entry, runs)
        before = anchor["canonical_course_run_id"]
        if before is None:
            # A course without a canonical run gets the first that is created.
            same = canonical is next((run.anchor for run in runs if run.created), None)
        else:
            same = canonical is not None and canonical.pk == before
        return Belongings(
            course=anchor,
            created=course.created,
            before=before,
            canonical=canonical,
            moves_canonical=entry.canonical_run is not None and not same,
            former_slugs=self._missing_slugs(entry, anchor),
            redirects=self._missing_redirects(entry, anchor),
        )

    def claim(self, belongings: Belongings) -> None:
        """Note that the paths of a course are taken for those after it."""
        self._claimed |= {normalize_key(value) for value in belongings.redirects}

    def _missing_slugs(self, entry: CourseInput, course: Anchor) -> tuple[str, ...]:
        for slug in entry.former_slugs:
            try:
                check_rules(UnitKind.COURSE, {"url_slug": slug.strip()}, {"url_slug"})
            except InvalidInput as error:
                raise InvalidInput({"url_slug_history": error.fields["url_slug"]}) from error
            if not slug.strip() or max(len(slug.strip()), len(normalize_key(slug))) > MAX_SLUG:
                raise InvalidInput({"url_slug_history": [f"A slug has 1 to {MAX_SLUG} characters."]})
        distinct = {normalize_key(slug): slug.strip() for slug in entry.former_slugs}
        return tuple(slug for name, slug in distinct.items() if (course.pk, name) not in self._slugs)

    def _missing_redirects(self, entry: CourseInput, course: Anchor) -> tuple[str, ...]:
        missing = {}
        for given in entry.redirects:
            try:
                value = redirect_value(given)
            except InvalidInput as error:
                raise InvalidInput({"url_redirects": error.fields["value"]}) from error
            name = normalize_key(value)
            if name in self._claimed or self._redirects.get(name, course.pk) != course.pk:
                raise InvalidInput({"url_redirects": [REDIRECT_TAKEN.format(value=value)]})
            if name not in self._redirects:
                missing[name] = value
        return tuple(missing.values())

    def write(self, operation: Operation, belongings: Sequence[Belongings]) -> None:
        """Write what was planned; the drafts are written, the caller saves the anchors."""
        if not belongings:
            return
        keep_official_slugs((entry.course.pk, slug) for entry in belongings for slug in entry.former_slugs)
        CourseUrlRedirect.objects.bulk_create(
            CourseUrlRedirect(course_id=entry.course.pk, value=value, value_normalized=normalize_key(value))
            for entry in belongings
            for value in entry.redirects
        )
        old_runs = {entry.before for entry in belongings if entry.logs_canonical and entry.before is not None}
        keys = dict(CourseRun.drafts.filter(pk__in=old_runs).values_list("pk", "key")) if old_runs else {}
        records = []
        for entry in belongings:
            changes = _logged(entry, keys)
            if entry.moves_canonical:
                entry.course.set(canonical_course_run_id=entry.canonical.pk if entry.canonical else None)
            if changes:
                entry.course.move(operation.time, content=False)
                records.append(edit_record(operation, entry.course, EditRecord.Action.UPDATE, changes))
        insert_records(records)


def move_official_pointers(belongings: Sequence[Belongings]) -> None:
    """Point official courses at the official row of their draft's canonical run, where that is another than before."""
    moved = [entry.course.pk for entry in belongings if entry.logs_canonical]
    if moved:
        point_at_canonical_runs(moved)


def _canonical_run(entry: CourseInput, runs: Sequence[DraftWrite]) -> Anchor | None:
    if not entry.canonical_run:
        return None
    wanted = normalize_key(entry.canonical_run)
    for run in runs:
        if normalize_key(run.anchor.key) == wanted:
            return run.anchor
    raise InvalidInput({"canonical_course_run_key": [f"{entry.canonical_run} is none of the runs given here."]})


def _logged(entry: Belongings, keys: dict[int, str]) -> dict[str, dict[str, Any]]:
    changes: dict[str, dict[str, Any]] = {}
    if entry.logs_canonical:
        changes["canonical_course_run"] = {
            "old": None if entry.before is None else keys[entry.before],
            "new": entry.canonical.key if entry.canonical else None,
        }
    if entry.former_slugs:
        changes["url_slug_history"] = {"old": [], "new": list(entry.former_slugs)}
    if entry.redirects:
        changes["url_redirects"] = {"old": None, "new": list(entry.redirects)}
    return changes
