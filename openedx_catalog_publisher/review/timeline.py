"""One timeline per course: edits, acts of reviews, publications and comments of the course and of its runs."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, IntegerField, QuerySet, TextChoices, Value
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.commands.actor import actor_names
from openedx_catalog_publisher.ledger.edit_log import read_changes
from openedx_catalog_publisher.models import ChainedRecord, Comment, CourseRun, EditRecord, Publication, Review
from openedx_catalog_publisher.models import ReviewRecord as Act

CHUNK = 200
"""How many entries are read at once when all of them are."""

NEWEST_FIRST = ("-at", "-unit_kind", "-unit", "-place", "-what", "-row")
"""
What one command did bears one time: of a unit it stands in the order of its chain, and runs after their course.
"""


class What(TextChoices):
    """The kinds of entries."""

    EDIT = "edit", _("edit")
    REVIEW = "review", _("review")
    PUBLICATION = "publication", _("publication")
    COMMENT = "comment", _("comment")


@dataclass(frozen=True)
class Entry:
    """
    One thing that happened to a course or to one of its runs. What does not apply is empty.

    Attributes:
        what: the kind of entry.
        at: when.
        unit_kind: whether it happened to the course or to a run.
        unit_uuid: uuid of the unit.
        unit_key: its key.
        actor: who did it, by name, or the part of the system.
        action: what was done; its values are those of the log that it stands in, and ``commented``.
        label: the action in words.
        source: the door through which it came.
        revision: revision of the draft afterwards.
        step: the step of review that was decided, or from which the draft was sent back.
        reason: why a review is over, as a code of ``Review.Closing``.
        status: status of the draft after an act of a review; official status after a publication.
        fields: names of the fields that were edited, or that ended a review; the field that a comment is about.
        changes: old and new value by name of the field that was edited.
        text: what was said with it: a comment, or the reason of a publication.
        review: uuid of the review.
        publication: number of the publication.
        release: uuid of the release.
        approval: on what ground a publication went live.
    """

    what: What
    at: datetime
    unit_kind: str
    unit_uuid: uuid.UUID
    unit_key: str
    actor: str
    action: str
    label: str
    source: str = ""
    revision: int | None = None
    step: str = ""
    reason: str = ""
    status: str = ""
    fields: tuple[str, ...] = ()
    changes: Mapping[str, Mapping[str, Any]] | None = None
    text: str = ""
    review: uuid.UUID | None = None
    publication: int | None = None
    release: uuid.UUID | None = None
    approval: str = ""


class Entries:
    """
    Entries of several logs, the last first; counted and sliced as a query set is, so that they can be paged.

    A page costs the same number of statements whatever it holds, and however many entries there are.
    """

    ordered = True

    def __init__(self, logs: Callable[[], Mapping[What, QuerySet[Any]]]) -> None:
        """
        Begin with what is to be read. Checks no rights.

        Arguments:
            logs: returns the rows by kind of entry; asked once, when they are read for the first time.
        """
        self.logs = logs

    def count(self) -> int:
        """Return how many entries there are."""
        return self._places.count()

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, window: slice) -> list[Entry]:
        """Return some entries."""
        return _entries([(row["what"], row["row"]) for row in self._places[window]])

    def __iter__(self) -> Iterator[Entry]:
        """Yield all entries that there are at this moment; only some are held at once."""
        places = [(row["what"], row["row"]) for row in self._places]
        for start in range(0, len(places), CHUNK):
            yield from _entries(places[start : start + CHUNK])

    @cached_property
    def _places(self) -> QuerySet[Any, dict[str, Any]]:
        parts = [_places_of(what, rows) for what, rows in self.logs().items()]
        return parts[0].union(*parts[1:], all=True).order_by(*NEWEST_FIRST)


def timeline(course: uuid.UUID) -> Entries:
    """
    Return the timeline of a course, the last entry first. Checks no rights.

    Arguments:
        course: uuid of the course.
    """

    def logs() -> Mapping[What, QuerySet[Any]]:
        units = units_of(course)
        return {
            What.EDIT: EditRecord.objects.filter(unit_uuid__in=units),
            What.REVIEW: Act.objects.filter(unit_uuid__in=units),
            What.PUBLICATION: Publication.objects.filter(unit_uuid__in=units),
            # What was said with a decision stands with the decision.
            What.COMMENT: Comment.objects.filter(course_uuid=course, record__isnull=True),
        }

    return Entries(logs)


def units_of(course: uuid.UUID) -> list[uuid.UUID]:
    """Return the uuids of a course and of its runs, with those that were deleted since and were reviewed once."""
    runs = CourseRun.drafts.filter(course__uuid=course).order_by().values_list("uuid")
    reviewed = Review.objects.filter(course_uuid=course).order_by().values_list("unit_uuid")
    return [course, *sorted({unit for (unit,) in runs.union(reviewed)} - {course}, key=str)]


def _places_of(what: What, rows: QuerySet[Any]) -> QuerySet[Any, dict[str, Any]]:
    is_comment = what is What.COMMENT
    placed = (
        rows.order_by()
        .prefetch_related(None)
        .annotate(
            what=Value(str(what), CharField()),
            row=F("pk"),
            at=F("created" if is_comment else "occurred_at"),
            unit=F("unit_uuid"),
            place=Value(0, IntegerField()) if is_comment else F("sequence"),
        )
    )
    places: QuerySet[Any, dict[str, Any]] = placed.values("what", "row", "at", "unit_kind", "unit", "place")
    return places


def _entries(places: Sequence[tuple[str, int]]) -> list[Entry]:
    found: dict[tuple[str, int], Any] = {}
    for what, read in READERS.items():
        pks = [row for kind, row in places if kind == what]
        if pks:
            found |= {(str(what), row.pk): row for row in read(pks)}
    rows = [(What(what), found[what, row]) for what, row in places]
    names = actor_names(row.author_pseudonym if what is What.COMMENT else row.actor for what, row in rows)
    return [MAKERS[what](row, names) for what, row in rows]


def _edits(pks: Sequence[int]) -> Iterable[EditRecord]:
    return EditRecord.objects.filter(pk__in=pks)


def _acts(pks: Sequence[int]) -> Iterable[Act]:
    return Act.objects.filter(pk__in=pks).select_related("review").prefetch_related("comments")


def _publications(pks: Sequence[int]) -> Iterable[Publication]:
    return Publication.objects.filter(pk__in=pks).select_related("release")


def _comments(pks: Sequence[int]) -> Iterable[Comment]:
    return Comment.objects.filter(pk__in=pks)


READERS: Mapping[What, Callable[[Sequence[int]], Iterable[Any]]] = {
    What.EDIT: _edits,
    What.REVIEW: _acts,
    What.PUBLICATION: _publications,
    What.COMMENT: _comments,
}


def _chained(what: What, record: ChainedRecord, names: Mapping[uuid.UUID, str], **more: Any) -> Entry:
    return Entry(
        what=what,
        at=record.occurred_at,
        unit_kind=record.unit_kind,
        unit_uuid=record.unit_uuid,
        unit_key=record.unit_key,
        actor=names[record.actor],
        source=record.source,
        revision=record.revision,
        **more,
    )


def _of_edit(record: EditRecord, names: Mapping[uuid.UUID, str]) -> Entry:
    changes = read_changes(record)
    return _chained(
        What.EDIT,
        record,
        names,
        action=record.action,
        label=record.get_action_display(),
        fields=tuple(sorted(changes)),
        changes=changes,
    )


def _of_act(record: Act, names: Mapping[uuid.UUID, str]) -> Entry:
    said = [comment.text for comment in record.comments.all()]
    closed = record.action == Act.Action.CLOSED
    return _chained(
        What.REVIEW,
        record,
        names,
        action=record.action,
        label=record.get_reason_display() if closed else record.get_action_display(),
        step=record.step,
        reason=record.reason,
        status=record.status,
        fields=tuple(record.review.closing_fields) if closed else (),
        text="\n".join(said),
        review=record.review_id,
    )


def _of_publication(record: Publication, names: Mapping[uuid.UUID, str]) -> Entry:
    return _chained(
        What.PUBLICATION,
        record,
        names,
        action=record.action,
        label=record.get_action_display(),
        status=record.status,
        text=record.release.message,
        publication=record.number,
        release=record.release.uuid,
        approval=record.approval,
    )


def _of_comment(comment: Comment, names: Mapping[uuid.UUID, str]) -> Entry:
    return Entry(
        what=What.COMMENT,
        at=comment.created,
        unit_kind=comment.unit_kind,
        unit_uuid=comment.unit_uuid,
        unit_key=comment.unit_key,
        actor=names[comment.author_pseudonym],
        action="commented",
        label=str(_("commented")),
        fields=(comment.field,) if comment.field else (),
        text=comment.text,
    )


MAKERS: Mapping[What, Callable[[Any, Mapping[uuid.UUID, str]], Entry]] = {
    What.EDIT: _of_edit,
    What.REVIEW: _of_act,
    What.PUBLICATION: _of_publication,
    What.COMMENT: _of_comment,
}
