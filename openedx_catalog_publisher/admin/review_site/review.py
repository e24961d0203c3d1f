"""A review's page: what differs, how far it is, what was said, and the reader's decision."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from openedx_catalog_publisher.admin.presentation import actor_names, field_name
from openedx_catalog_publisher.admin.review_site.cases import (
    Case,
    changes_since,
    fields_in_words,
    parts_since_approval,
    parts_since_official,
    read_case,
    stages_of,
)
from openedx_catalog_publisher.admin.review_site.decisions import Forms, after_refusal, carry_out, forms_of
from openedx_catalog_publisher.admin.review_site.page import address, page
from openedx_catalog_publisher.admin.review_site.queue import age_of
from openedx_catalog_publisher.api import CatalogError, InvalidInput
from openedx_catalog_publisher.models import Comment, Review, UnitKind
from openedx_catalog_publisher.review.queries import open_review_of, visible_reviews

APPROVAL = "approval"


@dataclass(frozen=True)
class ShownComment:
    """
    What somebody said.

    Attributes:
        comment: the comment.
        author: who said it.
        about: the field that it is about, in words; empty for the whole draft.
        act: the act that it was said with, in words; empty for none.
    """

    comment: Comment
    author: str
    about: str
    act: str


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, review: uuid.UUID) -> HttpResponse:
    """
    Show a review, and carry out what its forms say.

    Raises:
        Http404: when there is no such review, or the reader may not see it.
    """
    case = _case(request, review)
    act = request.POST.get("act", "")
    sent = forms_of(case, act, request.POST or None, request.GET.get("about", ""))
    if request.method != "POST":
        return _shown(request, case, sent)
    try:
        done = carry_out(request, case, act, sent)
    except CatalogError as error:
        # Perhaps because something moved: the page shows what is there now.
        case = _case(request, review)
        seen = {name: request.POST.get(name, "") for name in case.digests}
        forms = after_refusal(case, act, request.POST, error)
        return _shown(request, case, forms, status=error.status, seen=seen, refusal=error)
    return done or _shown(request, case, sent, status=400)


def _case(request: HttpRequest, review: uuid.UUID) -> Case:
    found = visible_reviews(request.user).select_related("snapshot").filter(uuid=review).first()
    case = None if found is None else read_case(request.user, found)
    if case is None:
        raise Http404(_("There is no such review, or it is of an organization that you do not review for."))
    return case


def _shown(
    request: HttpRequest,
    case: Case,
    forms: Forms,
    *,
    status: int = 200,
    seen: Mapping[str, str] | None = None,
    refusal: CatalogError | None = None,
) -> HttpResponse:
    since = parts_since_approval(case)
    own = request.GET.get("since") == APPROVAL and since is not None
    parts = since if own and since is not None else parts_since_official(case)
    kind = UnitKind(case.review.unit_kind)
    moved = changes_since(case, seen or {}) if seen is not None or not case.is_open else []
    return page(
        request,
        "review.html",
        case.unit.title or case.review.unit_key,
        place="queue",
        status=status,
        case=case,
        parts=parts,
        since_approval=own,
        has_approved=since is not None,
        stages=stages_of(case),
        age=age_of(case.review.step_since, timezone.now()),
        closing_fields=fields_in_words(kind, case.review.closing_fields),
        successor=_successor(case),
        moved=moved,
        refusal="" if refusal is None or isinstance(refusal, InvalidInput) else refusal.message,
        forms=forms,
        comments=_comments(case),
        siblings=_siblings(case),
        timeline=address("timeline", case.review.course_uuid),
    )


def _successor(case: Case) -> Review | None:
    return None if case.is_open else open_review_of(case.review.unit_uuid)


def _siblings(case: Case) -> Sequence[Review]:
    """Return the other open reviews of the course and of its runs."""
    shown = [review.uuid for review in case.reviews]
    rows = Review.objects.filter(course_uuid=case.review.course_uuid, open_unit__isnull=False)
    return list(rows.exclude(uuid__in=shown).order_by("unit_kind", "unit_key"))


def _comments(case: Case) -> list[ShownComment]:
    units = [case.review.unit_uuid, case.review.course_uuid]
    rows = Comment.objects.filter(Q(course_uuid=case.review.course_uuid) & Q(unit_uuid__in=units))
    found = list(rows.select_related("record", "author").order_by("created", "id"))
    names = actor_names(comment.author_pseudonym for comment in found)
    return [
        ShownComment(
            comment=comment,
            author=names.get(str(comment.author_pseudonym), str(comment.author_pseudonym)),
            about=field_name(UnitKind(comment.unit_kind), comment.field) if comment.field else "",
            act=comment.record.get_action_display() if comment.record else "",
        )
        for comment in found
    ]
