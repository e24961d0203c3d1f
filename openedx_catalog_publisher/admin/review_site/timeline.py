"""The timeline of a course: edits, acts of reviews, publications and comments of the course and of its runs."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from openedx_catalog_publisher.admin.presentation import Labels, ShownChange, shown_change
from openedx_catalog_publisher.admin.review_site.cases import fields_in_words
from openedx_catalog_publisher.admin.review_site.difference import FieldDifference, differences
from openedx_catalog_publisher.admin.review_site.page import address, page
from openedx_catalog_publisher.admin.review_site.units import shown_course
from openedx_catalog_publisher.api import Action, FieldChange, can
from openedx_catalog_publisher.models import ReviewStep, Status, UnitKind, WriteSource
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from openedx_catalog_publisher.review.timeline import Entries, Entry, What
from openedx_catalog_publisher.review.timeline import timeline as timeline_of

PAGE_SIZE = 30

NAMES: Mapping[What, Any] = {
    What.EDIT: gettext_lazy("Edits"),
    What.REVIEW: gettext_lazy("Reviews"),
    What.PUBLICATION: gettext_lazy("Publications"),
    What.COMMENT: gettext_lazy("Comments"),
}


@dataclass(frozen=True)
class ShownEntry:
    """
    An entry of the timeline.

    Attributes:
        entry: the entry.
        unit: the unit's kind, in words.
        fields: the fields that it names, in words.
        step: the step that was decided, in words; empty for none.
        status: the status afterwards, in words; empty where it says nothing.
        source: the door, in words.
        found: what an edit changed in content.
        others: what it changed beside.
        url: address of the review that it belongs to; empty for none.
    """

    entry: Entry
    unit: str
    fields: str
    step: str
    status: str
    source: str
    found: Sequence[FieldDifference]
    others: Sequence[ShownChange]
    url: str


@dataclass(frozen=True)
class Day:
    """The entries of one day, the last first."""

    date: date
    entries: Sequence[ShownEntry]


@require_safe
def timeline(request: HttpRequest, course: uuid.UUID) -> HttpResponse:
    """
    Show what happened to a course and to its runs, the last first.

    Raises:
        Http404: when there is no such course, or the reader may not see its draft.
    """
    unit = shown_course(course)
    if unit is None or not can(request.user, Action.VIEW_DRAFT, unit.course):
        raise Http404(_("There is no such course, or it is of an organization that you do not review for."))
    what = request.GET.get("what", "")
    everything = timeline_of(course)
    # Paged as a query set is, which its type does not say.
    entries: Any = _only(everything, What(what)) if what in What.values else everything
    listed = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page"))
    export = reverse("catalog_publisher:course_timeline-list", args=[unit.key])
    return page(
        request,
        "timeline.html",
        _("Timeline of %(key)s") % {"key": unit.key},
        place="queue",
        unit=unit,
        days=_days(list(listed)),
        listed=listed,
        what=what,
        kinds=[(str(kind), name) for kind, name in NAMES.items()],
        exports=[("CSV", f"{export}?export=csv"), ("JSON", f"{export}?export=json")],
    )


def _only(entries: Entries, what: What) -> Entries:
    return Entries(lambda: {what: entries.logs()[what]})


def _days(entries: Iterable[Entry]) -> list[Day]:
    listed = list(entries)
    labels = {kind: _labels(kind, listed) for kind in UnitKind}
    shown = [_shown(entry, labels[UnitKind(entry.unit_kind)]) for entry in listed]
    days = groupby(shown, key=lambda entry: entry.entry.at.astimezone(UTC).date())
    return [Day(day, list(found)) for day, found in days]


def _labels(kind: UnitKind, entries: Iterable[Entry]) -> Labels:
    labels = Labels()
    contents = [
        {name: change[side]}
        for entry in entries
        if entry.unit_kind == kind
        for name, change in (entry.changes or {}).items()
        for side in ("old", "new")
        if change.get(side) is not None
    ]
    labels.look_up(kind, contents)
    return labels


def _shown(entry: Entry, labels: Labels) -> ShownEntry:
    kind = UnitKind(entry.unit_kind)
    reviews = UNITS[kind].reviews
    changes = entry.changes or {}
    content = [
        FieldChange(name, change.get("old"), change.get("new"), reviews[name])
        for name, change in changes.items()
        if name in reviews
    ]
    return ShownEntry(
        entry=entry,
        unit=str(kind.label),
        fields=fields_in_words(kind, entry.fields),
        step=str(ReviewStep(entry.step).label) if entry.step else "",
        status=str(Status(entry.status).label) if entry.status else "",
        source=str(WriteSource(entry.source).label) if entry.source else "",
        found=differences(kind, content, labels.of),
        others=[
            shown_change(kind, name, change.get("old"), change.get("new"), labels)
            for name, change in changes.items()
            if name not in reviews
        ],
        url=address("review", entry.review) if entry.review else "",
    )
