"""Several reviews at once: approve, request changes, publish. Shows first what is chosen; does all or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from openedx_catalog_publisher.admin.command_admin import actor_of
from openedx_catalog_publisher.admin.review_site.cases import fields_in_words
from openedx_catalog_publisher.admin.review_site.decisions import text_field
from openedx_catalog_publisher.admin.review_site.forms import PageForm, show_refusal
from openedx_catalog_publisher.admin.review_site.page import address, page
from openedx_catalog_publisher.admin.review_site.units import ShownUnit, shown_units
from openedx_catalog_publisher.api import (
    CatalogError,
    Plan,
    Selection,
    Target,
    decide_many,
    plan_publication,
    publish,
    request_changes_many,
)
from openedx_catalog_publisher.models import Review, Status, UnitKind
from openedx_catalog_publisher.review.bulk_plan import PlannedDecision, plan_decisions
from openedx_catalog_publisher.review.pending import Pending, pending_of
from openedx_catalog_publisher.review.queries import difference_since_official, visible_reviews

MOST = 100
"""Reviews that are decided at once."""

TITLES = {
    "approve": gettext_lazy("Approve several"),
    "request_changes": gettext_lazy("Request changes of several"),
    "publish": gettext_lazy("Publish several now"),
}


class ManyForm(PageForm):
    """What is said to each of the chosen."""

    comment = text_field(gettext_lazy("Comment"))

    def __init__(self, data: Any, act: str) -> None:
        super().__init__(data)
        self.fields["comment"].required = act == "request_changes"
        if act == "publish":
            self.fields["comment"].label = _("Message for the log")


@dataclass(frozen=True)
class Chosen:
    """
    A review that was chosen.

    Attributes:
        review: the review.
        unit: the unit that it is of.
        entry: what the form names it by: its uuid, and the digests of what is shown.
        fields: what differs from what is official, in words.
        course_fields: the same of its course, for a run that is decided with it; empty for none.
        problems: what prevents the decision, in words.
        goes_live: whether it goes live with the decision.
        status: where it stands, in words.
        url: address of its page.
        without: what the address of this page holds without it.
    """

    review: Review
    unit: ShownUnit
    entry: str
    fields: str
    course_fields: str
    problems: tuple[str, ...]
    goes_live: bool
    status: str
    url: str
    without: str


@require_http_methods(["GET", "HEAD", "POST"])
def many(request: HttpRequest) -> HttpResponse:
    """
    Show what was chosen in the queue, and do to it what was asked.

    Raises:
        Http404: when nothing that can be done is asked, or what is named is no review.
    """
    data = request.POST if request.method == "POST" else request.GET
    act = data.get("act", "")
    if act not in TITLES:
        raise Http404
    chosen = _chosen(request, act, data.getlist("review"))
    if not chosen:
        messages.warning(request, _("None of what you chose is open for review. Choose from the queue as it is now."))
        return HttpResponseRedirect(address("queue"))
    status = 200 if request.method != "POST" else 400
    form = ManyForm(request.POST if request.method == "POST" else None, act)
    if form.is_valid():
        try:
            said = _done(request, act, form.cleaned_data["comment"])
        except CatalogError as error:
            show_refusal(form, error)
            status = error.status
        else:
            messages.success(request, said)
            return HttpResponseRedirect(address("queue"))
    plan = _plan(request, chosen) if act == "publish" else None
    return page(
        request,
        "many.html",
        str(TITLES[act]),
        place="queue",
        status=status,
        act=act,
        chosen=chosen,
        form=form,
        plan=plan,
        prevented=any(entry.problems for entry in chosen) or bool(plan and plan.problems),
    )


def _chosen(request: HttpRequest, act: str, values: Sequence[str]) -> list[Chosen]:
    try:
        uuids = [uuid.UUID(value) for value in values][:MOST]
    except ValueError as error:
        raise Http404 from error
    rows = visible_reviews(request.user).filter(uuid__in=uuids, open_unit__isnull=False)
    reviews = list(rows.select_related("snapshot").order_by("step_since", "pk"))
    if not reviews:
        return []
    units = shown_units(reviews)
    waiting = pending_of(reviews)
    targets = [_target(entry) for entry in waiting]
    planned: Sequence[PlannedDecision | None] = [None] * len(targets)
    if act != "publish":
        planned = plan_decisions(request.user, targets, approve=act == "approve")
    return [
        Chosen(
            review=entry.review,
            unit=units[entry.review.unit_uuid],
            entry=f"{target.review}:{target.run_digest}:{target.course_digest}:{target.step}",
            fields=_differing(entry.review),
            course_fields=_differing(entry.course_review) if entry.course_review else "",
            problems=tuple(remark.message for remark in plan.problems) if plan else (),
            goes_live=plan is not None and plan.goes_live,
            status=str(entry.status.label),
            url=address("review", entry.review.uuid),
            without=_query(act, [review for review in reviews if review is not entry.review]),
        )
        for entry, target, plan in zip(waiting, targets, planned, strict=True)
    ]


def _query(act: str, reviews: Sequence[Review]) -> str:
    return urlencode({"act": act, "review": [str(review.uuid) for review in reviews]}, doseq=True)


def _target(entry: Pending) -> Target:
    review, course, step = entry.review, entry.course_review, str(entry.step or "")
    if review.unit_kind == UnitKind.COURSE:
        return Target(review.uuid, course_digest=review.review_digest, step=step)
    return Target(review.uuid, review.review_digest, course.review_digest if course else "", step)


def _differing(review: Review) -> str:
    names = [change.name for change in difference_since_official(review)]
    return fields_in_words(UnitKind(review.unit_kind), names)


def _targets(request: HttpRequest) -> list[Target]:
    targets = []
    for entry in request.POST.getlist("entry")[:MOST]:
        review, _colon, digests = entry.partition(":")
        run_digest, _colon, rest = digests.partition(":")
        course_digest, _colon, step = rest.partition(":")
        try:
            targets.append(Target(uuid.UUID(review), run_digest, course_digest, step))
        except ValueError as error:
            raise Http404 from error
    return targets


def _done(request: HttpRequest, act: str, comment: str) -> str:
    actor = actor_of(request)
    if act == "publish":
        selection = _selection(_chosen(request, act, request.POST.getlist("review")))
        done = publish(actor, selection, expected_digest=request.POST.get("plan_digest", ""), message=comment)
        count = len(done.publications)
        return ngettext("Published %(count)s unit.", "Published %(count)s units.", count) % {"count": count}
    targets = _targets(request)
    count = len(targets)
    if act == "approve":
        decide_many(actor, targets, comment=comment)
        return ngettext("Approved %(count)s review.", "Approved %(count)s reviews.", count) % {"count": count}
    request_changes_many(actor, targets, comment=comment)
    return ngettext("Sent %(count)s draft back.", "Sent %(count)s drafts back.", count) % {"count": count}


def _selection(chosen: Sequence[Chosen]) -> Selection:
    courses = {entry.review.unit_uuid for entry in chosen if entry.review.unit_kind == UnitKind.COURSE}
    runs = {entry.review.unit_uuid for entry in chosen if entry.review.unit_kind == UnitKind.COURSE_RUN}
    # The approved changes of a course go live with its run, as they do when its date comes.
    parents = {entry.review.course_uuid for entry in chosen}
    waiting = Review.objects.filter(open_unit__in=parents, status=Status.REVIEWED)
    return Selection.of(courses={*courses, *waiting.values_list("course_uuid", flat=True)}, runs=runs)


def _plan(request: HttpRequest, chosen: Sequence[Chosen]) -> Plan:
    return plan_publication(actor_of(request), _selection(chosen))
