"""
Pages of what is done with a draft: plan and publish, discard, unpublish, remove, history and restore.

Each shows first what it would do, and carries out what was shown: a plan by its digest, the others by the draft's
revision. Thin callers of the commands; none of them writes in a transaction of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openedx_catalog_publisher.admin.command_admin import actor_of
from openedx_catalog_publisher.admin.presentation import Labels, shown_changes
from openedx_catalog_publisher.admin.rights import CatalogAdmin, allowed
from openedx_catalog_publisher.admin.unit_forms import CommentForm, PublishForm, ReasonForm, RevisionForm
from openedx_catalog_publisher.admin.unit_history import HistoryEntry, history_page
from openedx_catalog_publisher.api import (
    Action,
    CatalogError,
    FieldChange,
    Parents,
    Plan,
    Selection,
    UnitSnapshot,
    compare,
    discard,
    plan_publication,
    publications_of,
    publish,
    remove,
    restore,
    submit_course,
    submit_run,
    unpublish,
    withdraw,
)
from openedx_catalog_publisher.models import CourseRun, Side, Status, UnitKind
from openedx_catalog_publisher.publishing.capture import capture
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from openedx_catalog_publisher.review.queries import open_review_of
from openedx_catalog_publisher.review.states import SUBMITTED

TEMPLATES = "admin/openedx_catalog_publisher/unit"


@dataclass(frozen=True)
class Tool:
    """A button on a unit's page."""

    label: str
    url: str


class UnitViews(CatalogAdmin):
    """The pages of actions, mixed into the admin of courses and of runs."""

    MOST_PLANNED = 100
    """How many units one address of a plan names; more would not fit into it."""

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of actions before those of Django, whose last pattern takes any address."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"

        def page(route: str, view: Callable[..., HttpResponse], suffix: str) -> URLPattern:
            # Not in a transaction of its request: a command opens the outermost one.
            return path(
                route, transaction.non_atomic_requests(self.admin_site.admin_view(view)), name=f"{name}_{suffix}"
            )

        return [
            page("plan/", self.plan_view, "plan"),
            page("<path:object_id>/submit/", self.submit_view, "submit"),
            page("<path:object_id>/withdraw/", self.withdraw_view, "withdraw"),
            page("<path:object_id>/discard/", self.discard_view, "discard"),
            page("<path:object_id>/unpublish/", self.unpublish_view, "unpublish"),
            page("<path:object_id>/remove/", self.remove_view, "remove"),
            page("<path:object_id>/restore/<int:number>/", self.restore_view, "restore"),
            *super().get_urls(),
        ]

    # The draft's page

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add the buttons of what the user may do with this unit."""
        obj = kwargs.get("obj") or context.get("original")
        if obj is not None and obj.pk is not None:
            context["tools"] = self.tools(request, obj)
            context["unit"] = obj
            context["editable"] = self.has_change_permission(request, obj)
        return super().render_change_form(request, context, *args, **kwargs)

    def tools(self, request: HttpRequest, obj: Any) -> list[Tool]:
        """Return the buttons for what the user may do with this unit, as it stands."""
        if not obj.draft:
            return [Tool(_("Draft"), self.address("change", obj.anchor_id))]
        official = obj.official
        offered = [Tool(_("Plan and publish"), f"{self.address('plan')}?unit={obj.uuid}")]
        if allowed(request, Action.EDIT, obj):
            submitted = obj.status in SUBMITTED
            page, label = ("withdraw", _("Withdraw from review")) if submitted else ("submit", _("Submit for review"))
            offered.append(Tool(label, self.address(page, obj.pk)))
        if official is not None and obj.has_unpublished_changes and allowed(request, Action.EDIT, obj):
            offered.append(Tool(_("Discard changes"), self.address("discard", obj.pk)))
        if official is not None and official.status == Status.PUBLISHED and allowed(request, Action.UNPUBLISH, obj):
            offered.append(Tool(_("Unpublish"), self.address("unpublish", obj.pk)))
        if official is not None and allowed(request, Action.REMOVE, obj):
            offered.append(Tool(_("Remove"), self.address("remove", obj.pk)))
        return offered

    def address(self, page: str, *args: Any) -> str:
        """Return the address of one of these pages."""
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    def draft(self, request: HttpRequest, object_id: str, action: Action) -> Any:
        """
        Return the draft that a page is about.

        Raises:
            Http404: when there is none.
            PermissionDenied: when the user may not do that with it.
        """
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not obj.draft:
            raise Http404
        if not allowed(request, action, obj):
            raise PermissionDenied
        return obj

    def page(self, request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
        """Return a page of the admin."""
        return TemplateResponse(
            request,
            f"{TEMPLATES}/{template}",
            {
                **self.admin_site.each_context(request),
                "title": title,
                "opts": self.opts,
                "media": self.media,
                **context,
            },
        )

    # Plan and publish

    def plan_view(self, request: HttpRequest) -> HttpResponse:
        """Show what publishing the named units would do, and publish what was shown."""
        data = request.POST if request.method == "POST" else request.GET
        units = self._named_units(data.getlist("unit"))
        selection = self._selection(units, data)
        form = PublishForm(request.POST) if request.method == "POST" else None
        if form is not None and form.is_valid():
            try:
                done = publish(actor_of(request), selection, **form.cleaned_data)
            except CatalogError as error:
                self.message_user(request, error.message, messages.ERROR)
            else:
                count = len(done.publications)
                text = ngettext("Published %(count)s unit.", "Published %(count)s units.", count) % {"count": count}
                self.message_user(request, text if count else _("Nothing to publish: everything is official already."))
                return HttpResponseRedirect(
                    self.address("change", units[0].pk) if len(units) == 1 else self.address("changelist")
                )
        try:
            plan = plan_publication(actor_of(request), selection)
        except CatalogError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(self.address("changelist"))
        message = request.POST.get("message", "")
        return self.page(
            request,
            "plan.html",
            _("Plan of a publication"),
            original=units[0] if len(units) == 1 else None,
            units=units,
            plan=_shown_plan(plan),
            moves=any(unit.effect.value != "none" for unit in plan.units),
            problems=plan.problems,
            missing=sorted({step for unit in plan.units for step in unit.missing_reviews}),
            may_skip=all(allowed(request, Action.SKIP_REVIEW, unit) for unit in units),
            may_publish=all(allowed(request, Action.PUBLISH, unit) for unit in units),
            form=PublishForm(initial={"expected_digest": plan.digest, "message": message}),
            runs=self._runs_of(units, data),
            is_run=self.model is CourseRun,
            with_course="with_course" in data,
        )

    def _named_units(self, values: Iterable[str]) -> list[Any]:
        try:
            uuids = [uuid.UUID(value) for value in values][: self.MOST_PLANNED]
        except ValueError as error:
            raise Http404 from error
        units = list(self.model.drafts.filter(uuid__in=uuids).order_by("key_normalized"))
        if not units:
            raise Http404
        return units

    def _selection(self, units: list[Any], data: Any) -> Selection:
        uuids = [unit.uuid for unit in units]
        if self.model is CourseRun:
            parents = Parents.ALWAYS if "with_course" in data else Parents.WHERE_NEEDED
            return Selection.of(runs=uuids, parents=parents)
        runs = [run.uuid for run, chosen in self._runs_of(units, data) if chosen]
        return Selection.of(courses=uuids, runs=runs)

    def _runs_of(self, units: list[Any], data: Any) -> list[tuple[Any, bool]]:
        if self.model is CourseRun:
            return []
        chosen = set(data.getlist("run"))
        runs = CourseRun.drafts.filter(course__in=[unit.pk for unit in units])
        runs = runs.select_related("official_version").order_by("key_normalized")
        return [(run, str(run.uuid) in chosen) for run in runs]

    # Taking back

    def submit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what reviewers will see, and submit it."""
        draft = self.draft(request, object_id, Action.EDIT)
        kind = self.model.kind
        submit = submit_run if self.model is CourseRun else submit_course
        sides = [capture(kind, side, [draft.pk]).units.get(draft.uuid) for side in (Side.OFFICIAL, Side.DRAFT)]
        before, after = (unit.snapshot if unit else None for unit in sides)
        return self._confirmed(
            request,
            draft,
            CommentForm,
            lambda data: submit(
                actor_of(request), draft.uuid, revision=data["revision"], comment=data["comment"].strip()
            ),
            title=_("Submit for review"),
            explanation=_(
                "Reviewers see what differs from what is official. It goes live when every step is approved."
            ),
            done=_("Submitted."),
            changes=_changes(before, after),
        )

    def withdraw_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the draft back from its review, or from waiting to go live."""
        draft = self.draft(request, object_id, Action.EDIT)
        review = open_review_of(draft.uuid)
        if review is None:
            raise Http404
        return self._confirmed(
            request,
            draft,
            CommentForm,
            lambda data: withdraw(actor_of(request), review.uuid, comment=data["comment"].strip()),
            title=_("Withdraw from review"),
            explanation=_("The review ends. What was approved stays approved, as long as the content stays the same."),
            done=_("Withdrawn."),
        )

    def discard_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what discarding would take from the draft, and do it."""
        draft = self.draft(request, object_id, Action.EDIT)
        kind = self.model.kind
        sides = [capture(kind, side, [draft.pk]).units.get(draft.uuid) for side in (Side.DRAFT, Side.OFFICIAL)]
        before, after = (unit.snapshot if unit else None for unit in sides)
        return self._confirmed(
            request,
            draft,
            RevisionForm,
            lambda data: discard(actor_of(request), kind, draft.uuid, revision=data["revision"]),
            title=_("Discard changes"),
            explanation=_("The draft becomes equal to the official version. The edit log keeps what is discarded."),
            done=_("The draft equals the official version."),
            changes=_changes(before, after),
        )

    def restore_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        """Show what restoring a publication would do to the draft, and do it."""
        draft = self.draft(request, object_id, Action.EDIT)
        kind = self.model.kind
        publication = publications_of(draft.uuid).filter(number=number).first()
        if publication is None or publication.snapshot is None:
            raise Http404
        before = capture(kind, Side.DRAFT, [draft.pk]).units[draft.uuid].snapshot
        return self._confirmed(
            request,
            draft,
            RevisionForm,
            lambda data: restore(actor_of(request), kind, draft.uuid, number, revision=data["revision"]),
            title=_("Restore publication %(number)s") % {"number": number},
            explanation=_(
                "The draft gets the content of that publication. Nothing official changes until it is published."
            ),
            done=_("The draft has the content of publication %(number)s.") % {"number": number},
            changes=_changes(before, UnitSnapshot.load(publication.snapshot)),
        )

    def unpublish_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the reason, and unpublish."""
        draft = self.draft(request, object_id, Action.UNPUBLISH)
        return self._confirmed(
            request,
            draft,
            ReasonForm,
            lambda data: unpublish(actor_of(request), self._alone(draft), reason=data["reason"]),
            title=_("Unpublish"),
            explanation=_("The official version stays readable and is not offered any more. Runs of a course stay."),
            done=_("Unpublished."),
        )

    def remove_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the reason, and remove the official rows."""
        draft = self.draft(request, object_id, Action.REMOVE)
        name = "runs" if self.model is CourseRun else "courses"
        return self._confirmed(
            request,
            draft,
            ReasonForm,
            lambda data: remove(actor_of(request), **{name: [draft.uuid]}, reason=data["reason"]),
            title=_("Remove"),
            explanation=_(
                "The official version goes, a course's with those of its runs. The draft and the history stay."
            ),
            done=_("Removed."),
        )

    def _alone(self, draft: Any) -> Selection:
        if self.model is CourseRun:
            return Selection.of(runs=[draft.uuid], parents=Parents.NEVER)
        return Selection.of(courses=[draft.uuid])

    def _confirmed(  # noqa: PLR0913 - one page in one place
        self,
        request: HttpRequest,
        draft: Any,
        form_class: type[forms.Form],
        command: Callable[[dict[str, Any]], Any],
        *,
        title: str,
        explanation: str,
        done: str,
        changes: tuple[FieldChange, ...] | None = None,
    ) -> HttpResponse:
        form = form_class(request.POST or None, initial={"revision": draft.revision})
        if request.method == "POST" and form.is_valid():
            try:
                command(form.cleaned_data)
            except CatalogError as error:
                form.add_error(None, error.message)
            else:
                self.message_user(request, done)
                return HttpResponseRedirect(self.address("change", draft.pk))
        labels = Labels()
        kind = self.model.kind
        labels.look_up(kind, _values(changes or ()))
        return self.page(
            request,
            "confirm.html",
            title,
            original=draft,
            explanation=explanation,
            form=form,
            compares=changes is not None,
            changes=shown_changes(kind, changes or (), labels),
        )

    # History

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show everything that was done to the unit: edits of its draft and publications, the last first."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        anchor = obj if obj.draft else obj.draft_version
        entries: list[HistoryEntry]
        entries, number, pages = history_page(anchor, request.GET.get("p", "1"))
        return self.page(
            request,
            "history.html",
            _("History"),
            original=anchor,
            entries=entries,
            page_number=number,
            pages=pages,
            may_restore=allowed(request, Action.EDIT, anchor),
            **(extra_context or {}),
        )


def _changes(before: UnitSnapshot | None, after: UnitSnapshot | None) -> tuple[FieldChange, ...]:
    return compare(before, after) if after is not None else ()


def _values(changes: Iterable[FieldChange]) -> list[dict[str, Any]]:
    return [{change.name: value} for change in changes for value in (change.old, change.new) if value is not None]


def _shown_plan(plan: Plan) -> list[dict[str, Any]]:
    labels = Labels()
    for kind in UnitKind:
        labels.look_up(kind, [value for unit in plan.units if unit.kind == kind for value in _values(unit.changes)])
    return [
        {
            "unit": unit,
            "effect": EFFECTS[unit.effect.value](),
            "changes": shown_changes(unit.kind, unit.changes, labels),
            "rows": _shown_rows(unit.kind, unit.rows),
            "moves": unit.effect.value != "none",
        }
        for unit in plan.units
    ]


EFFECTS: dict[str, Callable[[], str]] = {
    "first_publication": lambda: _("first publication"),
    "change": lambda: _("changed content"),
    "status": lambda: _("only the status changes"),
    "none": lambda: _("nothing to do: equal to what is official"),
}


def _shown_rows(kind: UnitKind, rows: dict[str, dict[str, int]]) -> list[tuple[str, dict[str, int]]]:
    tables = {
        table._meta.model_name: table for table in (UNITS[kind].root, *(part.model for part in UNITS[kind].parts))
    }
    return [
        (str(tables[name]._meta.verbose_name_plural) if name in tables else name, counts)
        for name, counts in rows.items()
    ]
