"""The forms of a review's page, and carrying out what they say by the commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openedx_catalog_publisher.admin.command_admin import actor_of
from openedx_catalog_publisher.admin.presentation import field_name
from openedx_catalog_publisher.admin.review_site.cases import Case
from openedx_catalog_publisher.admin.review_site.forms import PageForm, show_refusal
from openedx_catalog_publisher.admin.review_site.page import address
from openedx_catalog_publisher.api import (
    CatalogError,
    Conflict,
    Decided,
    InvalidInput,
    Ofac,
    add_comment,
    decide,
    request_changes,
    skip_step,
    withdraw,
)
from openedx_catalog_publisher.models import Status, UnitKind
from openedx_catalog_publisher.publishing.unit_tables import UNITS

YES, NO = "yes", "no"


def text_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    """Return a field for some sentences."""
    return forms.CharField(
        required=required,
        label=label,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        max_length=10_000,
    )


class DigestForm(PageForm):
    """A form about content that was read: it names the content, so that a stale page is refused."""

    run_digest = forms.CharField(required=False, widget=forms.HiddenInput)
    course_digest = forms.CharField(required=False, widget=forms.HiddenInput)
    step = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def named(self) -> dict[str, str]:
        """The digests of what was read, and the step that it waited for."""
        return {name: self.cleaned_data[name] for name in ("run_digest", "course_digest", "step")}


class DecisionForm(DigestForm):
    """Approve, or request changes."""

    has_ofac_restrictions = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Does OFAC restrict who may enroll?"),
        widget=forms.RadioSelect,
        choices=[(NO, gettext_lazy("No, everybody may")), (YES, gettext_lazy("Yes, there are restrictions"))],
    )
    ofac_comment = text_field(gettext_lazy("OFAC comment"))
    comment = text_field(
        gettext_lazy("Comment"), help_text=gettext_lazy("Needed to request changes: the team works by it.")
    )

    def __init__(self, data: Any, case: Case) -> None:
        draft = case.unit.draft
        restricted: bool | None = getattr(draft, "has_ofac_restrictions", None)
        initial = {
            **case.named,
            "has_ofac_restrictions": "" if restricted is None else YES if restricted else NO,
            "ofac_comment": getattr(draft, "ofac_comment", None) or "",
        }
        super().__init__(data, initial=initial)
        if not case.asks_ofac:
            del self.fields["has_ofac_restrictions"], self.fields["ofac_comment"]

    @property
    def ofac(self) -> Ofac | None:
        """The OFAC decision; None where none is asked for."""
        if "ofac_comment" not in self.fields:
            return None
        given = {YES: True, NO: False}.get(self.cleaned_data["has_ofac_restrictions"])
        return Ofac(has_restrictions=given, comment=self.cleaned_data["ofac_comment"])


class SkipForm(DigestForm):
    """Skip the step."""

    reason = text_field(gettext_lazy("Reason"), required=True)

    def __init__(self, data: Any, case: Case) -> None:
        super().__init__(data, initial=case.named, prefix="skip")


class WithdrawForm(PageForm):
    """Take the draft back."""

    comment = text_field(gettext_lazy("Comment"))

    def __init__(self, data: Any) -> None:
        super().__init__(data, prefix="withdraw")


class CommentForm(PageForm):
    """Say something about the draft, or about one field of it."""

    about = forms.ChoiceField(label=gettext_lazy("About"))
    text = text_field(gettext_lazy("Comment"), required=True)

    def __init__(self, data: Any, case: Case, about: str = "") -> None:
        super().__init__(data, prefix="say", initial={"about": about})
        choice = self.fields["about"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [
                (
                    f"{unit.kind_name}: {unit.key}",
                    [
                        (f"{kind}:", _("the whole %(kind)s") % {"kind": unit.kind_name}),
                        *((f"{kind}:{name}", field_name(kind, name)) for name in names),
                    ],
                )
                for kind, unit, names in self._units(case)
            ]

    def _units(self, case: Case) -> list[tuple[UnitKind, Any, tuple[str, ...]]]:
        kinds = [UnitKind.COURSE_RUN, UnitKind.COURSE] if case.is_run else [UnitKind.COURSE]
        units = {UnitKind.COURSE_RUN: case.unit, UnitKind.COURSE: case.course_unit}
        return [(kind, units[kind], tuple(UNITS[kind].reviews)) for kind in kinds]


@dataclass
class Forms:
    """The forms of a page, the one that was sent bound."""

    decision: DecisionForm
    skip: SkipForm
    withdraw: WithdrawForm
    comment: CommentForm
    sent: PageForm | None = field(default=None)


def forms_of(case: Case, act: str = "", data: Any = None, about: str = "") -> Forms:
    """Return the forms of a review's page; the one that carries out ``act`` holds what was sent."""

    def given(*acts: str) -> Any:
        return data if act in acts else None

    found = Forms(
        decision=DecisionForm(given("approve", "request_changes"), case),
        skip=SkipForm(given("skip"), case),
        withdraw=WithdrawForm(given("withdraw")),
        comment=CommentForm(given("comment"), case, about),
    )
    every = (found.decision, found.skip, found.withdraw, found.comment)
    found.sent = next((form for form in every if form.is_bound), None)
    return found


def carry_out(request: HttpRequest, case: Case, act: str, sent: Forms) -> HttpResponseRedirect | None:
    """
    Carry out what a form of a review's page says.

    Returns:
        Where to go then; None where the form is not filled in as it should be.

    Raises:
        CatalogError: what the command refused.
    """
    acting = ACTS.get(act)
    if acting is None or sent.sent is None or not sent.sent.is_valid():
        return None
    messages.success(request, acting(request, case, sent))
    if act == "comment":
        return HttpResponseRedirect(f"{address('review', case.review.uuid)}#comments")
    return HttpResponseRedirect(address("queue"))


def after_refusal(case: Case, act: str, data: QueryDict, error: CatalogError) -> Forms:
    """
    Return the forms of a page that shows what a command refused, with what the reader wrote.

    Where something moved, the page shows what is there now, and its forms name that; else they name what was read.
    """
    kept = data.copy()
    if isinstance(error, Conflict):
        prefix = "skip-" if act == "skip" else ""
        for name, value in case.named.items():
            kept[f"{prefix}{name}"] = value
    found = forms_of(case, act, kept)
    if isinstance(error, InvalidInput) and found.sent is not None and found.sent.is_valid():
        show_refusal(found.sent, error, field="about", comment="text" if act == "comment" else "comment")
    return found


def _approve(request: HttpRequest, case: Case, sent: Forms) -> str:
    form, named = sent.decision, sent.decision.named
    done = decide(
        actor_of(request),
        case.review.uuid,
        run_digest=named["run_digest"],
        course_digest=named["course_digest"],
        step=named["step"],
        comment=form.cleaned_data["comment"],
        ofac=form.ofac,
    )
    return _told(_("Approved: %(keys)s."), done)


def _skip(request: HttpRequest, case: Case, sent: Forms) -> str:
    done = skip_step(actor_of(request), case.review.uuid, **sent.skip.named, reason=sent.skip.cleaned_data["reason"])
    return _told(_("Skipped the step of %(keys)s."), done)


def _told(sentence: str, done: Decided) -> str:
    said = sentence % {"keys": ", ".join(done.decided)}
    if done.release is not None:
        return f"{said} {_('It is live now.')}"
    following = {
        Status.REVIEW_BY_LEGAL: _("The legal review comes next."),
        Status.REVIEW_BY_INTERNAL: _("The internal review comes next."),
        Status.REVIEWED: _("It is approved, and waits to go live."),
    }
    return f"{said} {following.get(done.status, '')}".strip()


def _request(request: HttpRequest, case: Case, sent: Forms) -> str:
    form = sent.decision
    request_changes(actor_of(request), case.review.uuid, **form.named, comment=form.cleaned_data["comment"])
    return _("Sent back to the team: %(key)s.") % {"key": case.review.unit_key}


def _withdraw(request: HttpRequest, case: Case, sent: Forms) -> str:
    withdraw(actor_of(request), case.review.uuid, comment=sent.withdraw.cleaned_data["comment"])
    return _("Withdrawn: %(key)s. The team can edit and submit it again.") % {"key": case.review.unit_key}


def _comment(request: HttpRequest, case: Case, sent: Forms) -> str:
    kind, _colon, name = sent.comment.cleaned_data["about"].partition(":")
    unit = case.unit.draft if kind == case.review.unit_kind else case.unit.course
    add_comment(actor_of(request), UnitKind(kind), unit.uuid, sent.comment.cleaned_data["text"], field=name)
    return _("Your comment is there.")


ACTS: Mapping[str, Callable[[HttpRequest, Case, Forms], str]] = {
    "approve": _approve,
    "request_changes": _request,
    "skip": _skip,
    "withdraw": _withdraw,
    "comment": _comment,
}
