"""What a review's page is about: the review, what differs in its units, how far it is, and what the reader may do."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from openedx_catalog_publisher.admin.presentation import Labels, actor_names, field_name
from openedx_catalog_publisher.admin.review_site.difference import FieldDifference, differences
from openedx_catalog_publisher.admin.review_site.units import ShownUnit, shown_course, shown_units
from openedx_catalog_publisher.api import Action, FieldChange, UnitSnapshot, can, compare
from openedx_catalog_publisher.models import (
    ActorPseudonym,
    Publication,
    Review,
    ReviewRecord,
    ReviewStep,
    Side,
    UnitKind,
)
from openedx_catalog_publisher.publishing.capture import capture
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from openedx_catalog_publisher.review.approvals import DECIDING
from openedx_catalog_publisher.review.pending import Pending, obstacles, pending_of
from openedx_catalog_publisher.review.queries import (
    difference_since_approval,
    difference_since_official,
)


@dataclass(frozen=True)
class Part:
    """
    One unit of a review with what differs.

    Attributes:
        review: its review.
        unit: the unit.
        first: whether there is nothing to compare it with, so that it is shown alone.
        found: the fields that differ.
        about: what begins the names of its fields for comments; empty where the reader may not comment.
    """

    review: Review
    unit: ShownUnit
    first: bool
    found: Sequence[FieldDifference]
    about: str

    @property
    def reviewed(self) -> list[FieldDifference]:
        """What needs the review."""
        return [entry for entry in self.found if entry.needs_review]

    @property
    def others(self) -> list[FieldDifference]:
        """What goes live without it."""
        return [entry for entry in self.found if not entry.needs_review]


@dataclass(frozen=True)
class Stage:
    """
    One stage on the way to the official catalog.

    Attributes:
        label: its name.
        state: ``done``, ``here``, ``to_come`` or ``not_needed``.
        note: who did it, and when; empty where nobody did.
        record: the act; None where there is none.
    """

    label: str
    state: str
    note: str = ""
    record: ReviewRecord | None = None


@dataclass(frozen=True)
class Rights:
    """
    What the reader may do with a review as it stands.

    Attributes:
        decide: send it back from the step that it waits for, and approve that unless there is an obstacle.
        obstacle: why they may not approve, in words; empty where they may, and where nothing is to be decided.
        skip: skip the step.
        withdraw: take it back for the team.
        comment: say something.
        publish: publish what is approved before its date.
    """

    decide: bool
    obstacle: str
    skip: bool
    withdraw: bool
    comment: bool
    publish: bool


@dataclass(frozen=True)
class Case:
    """
    A review as its page shows it.

    Attributes:
        review: the review.
        unit: the unit that it is of.
        course_unit: the course that it is, or belongs to.
        course_review: the open review of the course, for the review of a run; None for none.
        step: the step that is to be decided; None where none is.
        rights: what the reader may.
        pseudonym: the reader in the logs; None where they stand in none.
    """

    review: Review
    unit: ShownUnit
    course_unit: ShownUnit
    course_review: Review | None
    step: ReviewStep | None
    rights: Rights
    pseudonym: uuid.UUID | None

    @property
    def is_run(self) -> bool:
        """Whether it is the review of a run."""
        return self.review.unit_kind == UnitKind.COURSE_RUN

    @property
    def is_open(self) -> bool:
        """Whether the review is not over."""
        return self.review.open_unit is not None

    @property
    def asks_ofac(self) -> bool:
        """Whether the decision names what OFAC restricts."""
        return self.is_run and self.step is ReviewStep.LEGAL

    @property
    def digests(self) -> dict[str, str]:
        """What a decision names, so that it is about what was read."""
        own = self.review.review_digest
        if not self.is_run:
            return {"run_digest": "", "course_digest": own}
        return {"run_digest": own, "course_digest": self.course_review.review_digest if self.course_review else ""}

    @property
    def named(self) -> dict[str, str]:
        """The digests, and the step that was seen: of two who decide it at one moment, one wins."""
        return {**self.digests, "step": str(self.step or "")}

    @property
    def reviews(self) -> list[Review]:
        """The reviews that the page shows."""
        return [self.review, *([self.course_review] if self.course_review else [])]


def read_case(user: Any, review: Review) -> Case | None:
    """Return a review as it stands, for a reader; None where its unit is gone."""
    course_unit = shown_course(review.course_uuid)
    is_course = review.unit_kind == UnitKind.COURSE
    unit = course_unit if is_course else shown_units([review]).get(review.unit_uuid)
    if unit is None or course_unit is None:
        return None
    (pending,) = pending_of([review])
    known = ActorPseudonym.objects.filter(user=user).first()
    return Case(
        review=review,
        unit=unit,
        course_unit=course_unit,
        course_review=pending.course_review,
        step=pending.step,
        rights=_rights(user, unit, pending),
        pseudonym=known.uuid if known else None,
    )


def _rights(user: Any, unit: ShownUnit, pending: Pending) -> Rights:
    course, review = unit.course, pending.review
    is_open, waits = review.open_unit is not None, pending.step is not None
    return Rights(
        decide=waits and not obstacles(user, [pending], approving=False),
        obstacle=obstacles(user, [pending]).get(review.uuid, "") if waits else "",
        skip=waits and can(user, Action.SKIP_REVIEW, course),
        withdraw=is_open and can(user, Action.EDIT, course),
        comment=can(user, Action.COMMENT, course),
        publish=is_open and not waits and can(user, Action.PUBLISH, course),
    )


def parts_since_official(case: Case) -> list[Part]:
    """Return the units of a review with what differs from what is official."""
    changes = [difference_since_official(review) for review in case.reviews]
    return _parts(case, changes, compared=_official(case))


def parts_since_approval(case: Case) -> list[Part] | None:
    """Return the units of a review with what differs from what the reader approved last; None: they never did."""
    if case.pseudonym is None:
        return None
    found = {review.unit_uuid: difference_since_approval(review, case.pseudonym) for review in case.reviews}
    approved = {unit for unit, changes in found.items() if changes is not None}
    if not approved:
        return None
    changes = [
        difference_since_official(review) if (own := found[review.unit_uuid]) is None else own
        for review in case.reviews
    ]
    return _parts(case, changes, compared=approved | _official(case))


def _official(case: Case) -> set[uuid.UUID]:
    units = [review.unit_uuid for review in case.reviews]
    last = Publication.objects.filter(unit_uuid__in=units, followers__isnull=True, snapshot__isnull=False)
    return set(last.values_list("unit_uuid", flat=True))


def _parts(case: Case, changes: Sequence[Sequence[FieldChange]], *, compared: Collection[uuid.UUID]) -> list[Part]:
    units = {unit.draft.uuid: unit for unit in (case.unit, case.course_unit)}
    return [
        Part(
            review=review,
            unit=units[review.unit_uuid],
            first=review.unit_uuid not in compared,
            found=shown_differences(UnitKind(review.unit_kind), found),
            about=review.unit_kind if case.rights.comment else "",
        )
        for review, found in zip(case.reviews, changes, strict=True)
    ]


def shown_differences(kind: UnitKind, changes: Sequence[FieldChange]) -> list[FieldDifference]:
    """Return changes ready to be shown, with the labels of what they name."""
    labels = Labels()
    labels.look_up(kind, [{change.name: change.old} for change in changes if change.old is not None])
    labels.look_up(kind, [{change.name: change.new} for change in changes if change.new is not None])
    return differences(kind, changes, labels.of)


def changes_since(case: Case, seen: Mapping[str, str]) -> list[tuple[str, list[FieldDifference]]]:
    """
    Return what changed since the reader looked, by key of the unit; what is the same is left out.

    Arguments:
        case: the review as it stands.
        seen: the digests that the reader's page held.
    """
    if not case.is_open:
        return _since_closed(case)
    found = []
    for review in case.reviews:
        digest = seen.get("run_digest" if review.unit_kind == UnitKind.COURSE_RUN else "course_digest", "")
        record = ReviewRecord.objects.filter(unit_uuid=review.unit_uuid, review_digest=digest)
        last = record.select_related("snapshot").order_by("-sequence").first()
        if digest and last is not None and digest != review.review_digest:
            changes = compare(UnitSnapshot.load(last.snapshot), UnitSnapshot.load(review.snapshot))
            found.append((review.unit_key, shown_differences(UnitKind(review.unit_kind), changes)))
    return found


def _since_closed(case: Case) -> list[tuple[str, list[FieldDifference]]]:
    """Return what changed in the draft since a review ended; for a run also in its course, where it ended with it."""
    reviews = [case.review]
    if case.is_run:
        ended = Review.objects.filter(unit_uuid=case.review.course_uuid, closed_at=case.review.closed_at)
        reviews += ended.select_related("snapshot")
    found = []
    for review in reviews:
        unit = case.unit if review is case.review else case.course_unit
        kind = UnitKind(review.unit_kind)
        captured = capture(kind, Side.DRAFT, [unit.draft.pk]).units.get(unit.draft.uuid)
        changes = () if captured is None else compare(UnitSnapshot.load(review.snapshot), captured.snapshot)
        if changes:
            found.append((review.unit_key, shown_differences(kind, changes)))
    return found


def stages_of(case: Case) -> list[Stage]:
    """Return the way of a review's unit, from its submission to the official catalog; of a run, with its course."""
    wanted = Q(pk__in=())
    for review in case.reviews:
        wanted |= Q(unit_uuid=review.unit_uuid, review_digest=review.review_digest)
    records = list(ReviewRecord.objects.filter(wanted).order_by("pk"))
    names = actor_names(record.actor for record in records)
    live = case.review.closing == Review.Closing.WENT_LIVE
    waits = case.is_open and case.step is None
    return [
        _submitted(case, records, names),
        *(_stage_of(step, case, records, names) for step in ReviewStep),
        Stage(label=_("Live"), state="done" if live else "here" if waits else "to_come"),
    ]


def _submitted(case: Case, records: Sequence[ReviewRecord], names: Mapping[str, str]) -> Stage:
    action = ReviewRecord.Action.SUBMITTED
    own = [record for record in records if record.action == action and record.review_id == case.review.uuid]
    return _done(str(action.label).capitalize(), own[-1] if own else None, names)


def _stage_of(step: ReviewStep, case: Case, records: Sequence[ReviewRecord], names: Mapping[str, str]) -> Stage:
    label = str(step.label)
    if case.step is step:
        return Stage(label, "here")
    if any(step in review.missing_steps for review in case.reviews):
        return Stage(label, "to_come")
    decided = [record for record in records if record.step == step and record.action in DECIDING]
    return _done(label, decided[-1], names) if decided else Stage(label, "not_needed")


def _done(label: str, record: ReviewRecord | None, names: Mapping[str, str]) -> Stage:
    who = names.get(str(record.actor), str(record.actor)) if record else ""
    return Stage(label, "done", who, record)


def fields_in_words(kind: UnitKind, names: Iterable[str]) -> str:
    """Return names of content as people call them, in one line; of a run, its course's where it has none such."""
    of_course = UNITS[UnitKind.COURSE].reviews.keys() - UNITS[kind].reviews.keys()
    return ", ".join(field_name(UnitKind.COURSE if name in of_course else kind, name) for name in names)
