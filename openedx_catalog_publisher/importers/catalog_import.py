"""
The import: from the outcomes of an adapter to drafts, and to releases where that is asked for.

A file is carried over in batches of at most ``MAX_UNITS`` courses and runs, each one command and so one transaction; a
course and its runs are in the same batch. Where a batch as a whole fails, its courses are written one by one, so that
one of them does not stop the others. Memory holds one batch, however long the file is.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from django.db import DataError, reset_queries

from openedx_catalog_publisher.api import (
    Action,
    Actor,
    CatalogError,
    CourseInput,
    CourseOutcome,
    InvalidInput,
    Parents,
    Selection,
    plan_publication,
    publish,
    write_courses,
)
from openedx_catalog_publisher.commands.rights import require
from openedx_catalog_publisher.editing.bulk import MAX_UNITS
from openedx_catalog_publisher.importers.draft_inputs import RefusedReferenceError, course_input
from openedx_catalog_publisher.importers.formats import Format
from openedx_catalog_publisher.importers.named_references import NamedReferences, find_or_make
from openedx_catalog_publisher.importers.records import CourseRecord, MergedRow, RefusedRow, RowOutcome
from openedx_catalog_publisher.importers.report import WHOLE_ROW, ImportReport
from openedx_catalog_publisher.importers.row_mentions import Mention, RowMentions
from openedx_catalog_publisher.models import ALL_ORGANIZATIONS, Course, CourseRun
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.publishing.plan import Effect
from openedx_catalog_publisher.publishing.slugs import TAKEN


class CatalogImport:
    """
    One import of one file.

    What the file does not state is left as it is; what it states is written, also over what a course team wrote.
    Running the same import again writes nothing.
    """

    def __init__(self, actor: Actor, report: ImportReport, *, publish: bool = False, dry_run: bool = False) -> None:
        """
        Make an import.

        Arguments:
            actor: who imports: a catalog administrator, or the system.
            report: takes down what happens.
            publish: publish the courses and runs of each batch as one release, with what else their drafts hold.
            dry_run: write nothing.
        """
        self._actor = actor
        self._report = report
        self._publishes = publish
        self._dry_run = dry_run
        self._message = ""

    def run(
        self, adapter: Format, path: Path, *, limit: int | None = None, advance: Callable[[], object] = lambda: None
    ) -> None:
        """
        Import a file. Batches that were written stay written when a later one raises.

        Arguments:
            adapter: reads the file.
            path: the file; its name is the message of the releases.
            limit: how many rows are read; None reads all.
            advance: called after each row.

        Raises:
            NotPermitted: when the actor may not import.
            UnreadableFileError: when the file is not of the adapter's format.
            OSError: when the file cannot be read.
        """
        require(self._actor, Action.IMPORT, ALL_ORGANIZATIONS)
        self._message = path.name
        with RowMentions() as slugs:
            for batch in self._batches(itertools.islice(adapter.read(path), limit), advance):
                self._import(batch, slugs)
                # Where DEBUG is on, Django keeps the text of every statement.
                reset_queries()

    def _batches(self, outcomes: Iterator[RowOutcome], advance: Callable[[], object]) -> Iterator[list[CourseRecord]]:
        batch: list[CourseRecord] = []
        units = 0
        for outcome in outcomes:
            record = self._note(outcome)
            if record is not None:
                size = 1 + len(record.runs)
                if units + size > MAX_UNITS:
                    yield batch
                    batch, units = [], 0
                batch.append(record)
                units += size
            advance()
        if batch:
            yield batch

    def _note(self, outcome: RowOutcome) -> CourseRecord | None:
        """Take down a row; return its course where it has one that a batch can hold."""
        self._report.note_row(mended=outcome if isinstance(outcome, CourseRecord) else None)
        if isinstance(outcome, RefusedRow):
            self._report.note_refused_row(outcome)
        elif isinstance(outcome, MergedRow):
            self._report.note_merged(outcome)
        elif len(outcome.runs) >= MAX_UNITS:
            reason = f"a course with {len(outcome.runs)} runs is more than one transaction takes"
            self._report.note_refused(outcome.line, {WHOLE_ROW: [reason]})
        else:
            return outcome
        return None

    def _import(self, records: Sequence[CourseRecord], slugs: RowMentions) -> None:
        references = find_or_make(self._actor, records, dry_run=self._dry_run)
        for name in references.made:
            self._report.note_made(str(name.model._meta.verbose_name), name.label or name.code)
        accepted: list[CourseRecord] = []
        inputs: list[CourseInput] = []
        for record in records:
            try:
                inputs.append(course_input(record, references))
                accepted.append(record)
            except RefusedReferenceError as error:
                self._report.note_refused(record.line, error.fields)
        written = []
        for record, outcome in zip(accepted, self._write(inputs, references), strict=True):
            if self._dry_run and not outcome.refused:
                _claim_slug(record, outcome, slugs)
            if outcome.refused:
                self._report.note_refused(record.line, outcome.refused)
            else:
                self._report.note_course(outcome.key, asdict(outcome))
                written.append(outcome)
        if self._publishes and written:
            if self._dry_run:
                self._count_publishable(written)
            else:
                self._publish(written)

    def _write(self, inputs: Sequence[CourseInput], references: NamedReferences) -> list[CourseOutcome]:
        try:
            return write_courses(self._actor, inputs, dry_run=self._dry_run, coming=references.unsaved)
        except (CatalogError, DataError) as error:
            if len(inputs) == 1:
                key = f"{inputs[0].organization}+{inputs[0].number}"
                fields = error.fields if isinstance(error, InvalidInput) else {WHOLE_ROW: [str(error)]}
                return [CourseOutcome(key=key, refused=fields)]
        return [outcome for entry in inputs for outcome in self._write([entry], references)]

    def _publish(self, written: Sequence[CourseOutcome]) -> None:
        keys = [key for outcome in written for key in (*outcome.created, *outcome.updated, *outcome.unchanged)]
        try:
            published = publish(self._actor, _selection(keys), message=self._message, without_review=True)
        except CatalogError as error:
            if len(written) == 1:
                self._report.note_unpublished(written[0].key, error.message)
                return
        else:
            if published.release is not None:
                self._report.note_release(str(published.release.uuid), len(published.publications))
            return
        for outcome in written:
            self._publish([outcome])

    def _count_publishable(self, written: Sequence[CourseOutcome]) -> None:
        moving = sum(len(outcome.created) + len(outcome.updated) for outcome in written)
        # What is equal to its row of the file may still differ from what is official.
        equal = _selection([key for outcome in written for key in outcome.unchanged], Parents.NEVER)
        plan = plan_publication(self._actor, equal)
        self._report.note_publishable(moving + sum(unit.effect is not Effect.NONE for unit in plan.units))


def _claim_slug(record: CourseRecord, outcome: CourseOutcome, slugs: RowMentions) -> None:
    """Refuse a slug that a course of an earlier batch would have by now: a dry run does not find it in the catalog."""
    if slug := record.fields.get("url_slug"):
        name = normalize_key(str(slug))
        if any(mention.topic != outcome.key for mention in slugs.of(name)):
            outcome.refused = {"url_slug": [TAKEN]}
        else:
            slugs.fill([(name, Mention(record.line, outcome.key, b""))])


def _selection(keys: Sequence[str], parents: Parents = Parents.WHERE_NEEDED) -> Selection:
    """Return the courses and runs of these keys."""
    normalized = {normalize_key(key) for key in keys}
    return Selection.of(
        courses=Course.drafts.filter(key_normalized__in=normalized).values_list("uuid", flat=True),
        runs=CourseRun.drafts.filter(key_normalized__in=normalized).values_list("uuid", flat=True),
        parents=parents,
    )
