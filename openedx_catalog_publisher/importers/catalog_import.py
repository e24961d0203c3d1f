"""
The import: from the outcomes of an adapter to drafts and official sides, and to releases where that is asked for.

A file is carried over in batches of at most ``MAX_UNITS`` courses and runs, each one command and so one transaction; a
course and its runs are in the same batch. Where a batch as a whole fails, its courses are written one by one, so that
one of them does not stop the others. Reference data that the file describes is brought up to date line by line; what
stands above such a line is written before it. Memory holds one batch, however long the file is.
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
    CarriedOver,
    CatalogError,
    CourseInput,
    CourseOutcome,
    InvalidInput,
    Parents,
    Selection,
    carry_over,
    plan_publication,
    publish,
    write_courses,
)
from openedx_catalog_publisher.commands.rights import require
from openedx_catalog_publisher.editing.bulk import MAX_UNITS
from openedx_catalog_publisher.importers.catalog_json.reference_lines import DescribedReferences
from openedx_catalog_publisher.importers.draft_inputs import RefusedReferenceError, course_input
from openedx_catalog_publisher.importers.formats import Format
from openedx_catalog_publisher.importers.named_references import NamedReferences, find_or_make
from openedx_catalog_publisher.importers.records import (
    CourseRecord,
    MergedRow,
    Naming,
    ReferenceRecord,
    RefusedRow,
    RowOutcome,
)
from openedx_catalog_publisher.importers.report import WHOLE_ROW, ImportReport
from openedx_catalog_publisher.importers.row_mentions import Mention, RowMentions
from openedx_catalog_publisher.models import ALL_ORGANIZATIONS, Course, CourseRun
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.publishing.plan import Effect
from openedx_catalog_publisher.publishing.slugs import TAKEN

STATES_OFFICIAL = (
    "This file says itself what is official, and that is published without asking. Leave this out; or import drafts "
    "only, and publish them."
)


class CatalogImport:
    """
    One import of one file.

    What the file does not state is left as it is; what it states is written, also over what a course team wrote.
    Running the same import again writes nothing.
    """

    def __init__(
        self,
        actor: Actor,
        report: ImportReport,
        *,
        publish: bool = False,
        drafts_only: bool = False,
        dry_run: bool = False,
    ) -> None:
        """
        Make an import.

        Arguments:
            actor: who imports: a catalog administrator, or the system.
            report: takes down what happens.
            publish: publish the courses and runs of each batch as one release, with what else their drafts hold; for
                files that do not say themselves what is official.
            drafts_only: publish nothing of what the file says is official.
            dry_run: write nothing.
        """
        self._actor = actor
        self._report = report
        self._publishes = publish
        self._drafts_only = drafts_only
        self._dry_run = dry_run
        self._message = ""
        self._described = DescribedReferences(actor, dry_run=dry_run)

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
            InvalidInput: naming ``publish``, when the file says itself what is official.
            UnreadableFileError: when the file is not of the adapter's format.
            OSError: when the file cannot be read.
        """
        require(self._actor, Action.IMPORT, ALL_ORGANIZATIONS)
        if self._publishes and not self._drafts_only and adapter.states_official(path):
            raise InvalidInput({"publish": [STATES_OFFICIAL]})
        self._message = path.name
        with RowMentions() as slugs:
            for batch in self._batches(itertools.islice(adapter.read(path), limit), advance):
                self._import(batch, adapter.naming, slugs)
                # Where DEBUG is on, Django keeps the text of every statement.
                reset_queries()

    def _batches(self, outcomes: Iterator[RowOutcome], advance: Callable[[], object]) -> Iterator[list[CourseRecord]]:
        batch: list[CourseRecord] = []
        units = 0
        for outcome in outcomes:
            record = self._note(outcome)
            size = 0 if record is None else 1 + len(record.runs)
            if batch and (units + size > MAX_UNITS or isinstance(outcome, ReferenceRecord)):
                yield batch
                batch, units = [], 0
            if record is not None:
                batch.append(record)
                units += size
            if isinstance(outcome, ReferenceRecord):
                self._describe(outcome)
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
        elif isinstance(outcome, CourseRecord):
            if len(outcome.runs) < MAX_UNITS:
                return outcome
            reason = f"a course with {len(outcome.runs)} runs is more than one transaction takes"
            self._report.note_refused(outcome.line, {WHOLE_ROW: [reason]})
        return None

    def _describe(self, record: ReferenceRecord) -> None:
        try:
            described = self._described.take(record)
        except CatalogError as error:
            self._report.note_refused(record.line, _fields(error))
        else:
            self._report.note_described(described.kind, described.name, described.outcome)
        reset_queries()

    def _import(self, records: Sequence[CourseRecord], naming: Naming, slugs: RowMentions) -> None:
        references = find_or_make(self._actor, records, naming, self._described, dry_run=self._dry_run)
        for name in references.made:
            self._report.note_made(str(name.model._meta.verbose_name), name.label or name.code)
        accepted: list[CourseRecord] = []
        inputs: list[CourseInput] = []
        for record in records:
            try:
                inputs.append(course_input(record, references, dry_run=self._dry_run))
                accepted.append(record)
            except RefusedReferenceError as error:
                self._report.note_refused(record.line, error.fields)
        written = []
        for record, outcome in zip(accepted, self._write(inputs, references), strict=True):
            if self._dry_run and not outcome.refused:
                _claim_slugs(record, outcome, slugs)
            if outcome.refused:
                self._report.note_refused(record.line, outcome.refused)
            else:
                self._report.note_course(outcome.key, asdict(outcome))
                written.append(outcome)
        if self._dry_run:
            self._report.note_publishable(sum(len(outcome.published) for outcome in written))
        if self._publishes and written:
            if self._dry_run:
                self._count_publishable(written)
            else:
                self._publish(written)

    def _write(self, inputs: Sequence[CourseInput], references: NamedReferences) -> list[CourseOutcome]:
        try:
            carried = self._carried_over(inputs, references)
        except (CatalogError, DataError) as error:
            if len(inputs) == 1:
                return [CourseOutcome(key=inputs[0].key, refused=_fields(error))]
        else:
            for release, units in carried.releases:
                self._report.note_release(str(release), units)
            return list(carried.courses)
        return [outcome for entry in inputs for outcome in self._write([entry], references)]

    def _carried_over(self, inputs: Sequence[CourseInput], references: NamedReferences) -> CarriedOver:
        coming, kept = references.unsaved, self._described.kept
        if self._drafts_only:
            outcomes = write_courses(self._actor, inputs, dry_run=self._dry_run, coming=coming, kept=kept)
            return CarriedOver(tuple(outcomes), ())
        return carry_over(self._actor, inputs, reason=self._message, dry_run=self._dry_run, coming=coming, kept=kept)

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


def _fields(error: CatalogError | DataError) -> dict[str, list[str]]:
    return error.fields if isinstance(error, InvalidInput) else {WHOLE_ROW: [str(error)]}


def _claim_slugs(record: CourseRecord, outcome: CourseOutcome, slugs: RowMentions) -> None:
    """Refuse a slug that a course of an earlier batch would have by now: a dry run does not find it in the catalog."""
    official = {} if record.official is None else record.official.fields
    stated = (record.fields.get("url_slug"), official.get("url_slug"), *record.former_slugs)
    names = {normalize_key(str(slug)) for slug in stated if slug}
    if any(mention.topic != outcome.key for name in names for mention in slugs.of(name)):
        outcome.refused = {"url_slug": [TAKEN]}
    else:
        slugs.fill([(name, Mention(record.line, outcome.key, b"")) for name in names])


def _selection(keys: Sequence[str], parents: Parents = Parents.WHERE_NEEDED) -> Selection:
    """Return the courses and runs of these keys."""
    normalized = {normalize_key(key) for key in keys}
    return Selection.of(
        courses=Course.drafts.filter(key_normalized__in=normalized).values_list("uuid", flat=True),
        runs=CourseRun.drafts.filter(key_normalized__in=normalized).values_list("uuid", flat=True),
        parents=parents,
    )
