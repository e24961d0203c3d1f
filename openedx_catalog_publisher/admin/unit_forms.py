"""The forms of drafts: content, its ordered lists, and the few fields that the pages of actions ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.admin.command_admin import CommandForm
from openedx_catalog_publisher.admin.form_fields import (
    LinesField,
    OrderedReferencesField,
    narrow_to_offered,
    uploaded_image,
)
from openedx_catalog_publisher.admin.presentation import LIST_NAMES
from openedx_catalog_publisher.api import CatalogError, StaleRevision
from openedx_catalog_publisher.models import (
    Course,
    CourseCollaborator,
    CourseOrganization,
    CourseRun,
    CourseRunLanguage,
    CourseRunStaff,
    CourseSubject,
    CourseTopic,
    RestrictedCourseRun,
)

MOVED_ON = _(
    "Somebody else changed this draft while you were editing it, so nothing was saved. Open this page in another tab "
    "to see what it is now, copy what you want to keep, and make your change there."
)


def _ordered(link: type[models.Model], name: str, content: str, **kwargs: Any) -> OrderedReferencesField:
    return OrderedReferencesField(link, name, label=LIST_NAMES[content], **kwargs)


class UnitForm(CommandForm):
    """
    Content and state of a draft.

    ``seen_revision`` is what the form was made from: a draft that moved on since is not overwritten.
    """

    lists: ClassVar[Mapping[str, str]] = {}
    """Related name of the links by content name; the links' foreign key is the one that the field was made for."""

    not_content: ClassVar[frozenset[str]] = frozenset({"seen_revision"})
    """Fields that no command takes among the changes."""

    seen_revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self._fill_lists()
        for name, field in self.fields.items():
            narrow_to_offered(field, [self.initial[name]] if self.initial.get(name) else [])

    def _fill_lists(self) -> None:
        self.initial["seen_revision"] = self.instance.revision
        self.fields["seen_revision"].required = True
        for name in self.lists:
            if name in self.fields:
                self.initial[name] = [getattr(link, self._target(name)) for link in self._links(name)]

    def _target(self, name: str) -> str:
        return str(self.fields[name].widget.field.attname)

    def _links(self, name: str) -> Any:
        links = getattr(self.instance, self.lists[name]).order_by("position", "id")
        kind = links.model.part.lists[name].kind
        return links if kind is None else links.filter(kind=kind)

    def show_refusal(self, error: CatalogError) -> None:
        """Say what to do when the draft moved on; otherwise name the faulty fields."""
        if isinstance(error, StaleRevision):
            self.add_error(None, MOVED_ON)
        else:
            super().show_refusal(error)

    def changes(self) -> dict[str, Any]:
        """Return what the user changed, as commands take it. Stores uploaded images."""
        names = [name for name in self.changed_data if name not in self.not_content]
        return {name: self._value(name) for name in names}

    def _value(self, name: str) -> Any:
        value = self.cleaned_data[name]
        if isinstance(self.fields[name], forms.ImageField):
            return uploaded_image(self._meta.model, name, value)
        return value


class CourseForm(UnitForm):
    """Content and state of a draft course."""

    lists = {
        "authoring_organizations": "organization_links",
        "sponsoring_organizations": "organization_links",
        "subjects": "subject_links",
        "topics": "topic_links",
        "collaborators": "collaborator_links",
    }
    not_content = UnitForm.not_content | {"number"}

    authoring_organizations = _ordered(
        CourseOrganization,
        "organization",
        "authoring_organizations",
        required=True,
        help_text=_("The first makes the course's key. In this order."),
    )
    sponsoring_organizations = _ordered(CourseOrganization, "organization", "sponsoring_organizations")
    subjects = _ordered(
        CourseSubject, "subject", "subjects", help_text=_("The first is the primary one. In this order.")
    )
    topics = _ordered(CourseTopic, "topic", "topics")
    collaborators = _ordered(CourseCollaborator, "collaborator", "collaborators")
    watchers = LinesField(required=False, label=_("Watchers"), help_text=_("E-mail addresses, one a line."))

    class Meta:
        model = Course
        fields: ClassVar[list[str]] = []


class RunForm(UnitForm):
    """Content and state of a draft course run."""

    lists = {
        "staff": "staff_links",
        "transcript_languages": "language_links",
        "video_translation_languages": "language_links",
    }
    not_content = UnitForm.not_content | {"course"}

    run = forms.CharField(
        required=False,
        max_length=64,
        widget=AdminTextInputWidget,
        label=_("Run part of the key"),
        help_text=_("Leave empty to have it made from the start."),
    )
    staff = _ordered(CourseRunStaff, "person", "staff")
    transcript_languages = _ordered(CourseRunLanguage, "language", "transcript_languages")
    video_translation_languages = _ordered(CourseRunLanguage, "language", "video_translation_languages")
    restricted_run = forms.ChoiceField(
        required=False,
        label=LIST_NAMES["restricted_run"],
        choices=[("", _("open to all")), *RestrictedCourseRun.RestrictionType.choices],
    )

    class Meta:
        model = CourseRun
        fields: ClassVar[list[str]] = []

    def _fill_lists(self) -> None:
        super()._fill_lists()
        restriction = RestrictedCourseRun.objects.filter(course_run=self.instance.pk).first()
        self.initial["restricted_run"] = restriction.restriction_type if restriction else ""

    def _value(self, name: str) -> Any:
        value = super()._value(name)
        if name == "restricted_run":
            return {"restriction_type": value} if value else None
        return value


class PartForm(forms.ModelForm):  # type: ignore[type-arg]
    """
    A row of a part table, such as a seat.

    Uniqueness is not asked of the stored rows: the command takes the rows as one set, in which two may have changed
    places.
    """

    def validate_unique(self) -> None:
        """Leave it to the formset and the command."""

    def validate_constraints(self) -> None:
        """Leave it to the formset and the command."""


def rows_of(formset: Any, columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """
    Return the rows that a formset leaves, as commands take them.

    Arguments:
        formset: a valid formset of a part table.
        columns: the table's content columns by name. What the user did not touch is given as it is stored, because a
            widget may show less of it (a time without its microseconds).
    """
    kept = [form for form in formset.forms if form not in formset.deleted_forms]
    return [
        {
            name: form.cleaned_data[name] if name in form.changed_data else getattr(form.instance, name)
            for name in columns
        }
        for form in kept
        if form.instance.pk is not None or form.has_changed()
    ]


class PublishForm(forms.Form):
    """What publishing asks for beside the plan that was read."""

    expected_digest = forms.CharField(widget=forms.HiddenInput)
    message = forms.CharField(
        required=False,
        max_length=2000,
        label=_("Message"),
        help_text=_("Why, for the log."),
        widget=AdminTextareaWidget(attrs={"rows": 2}),
    )
    without_review = forms.BooleanField(
        required=False,
        label=_("Publish without the missing reviews"),
        help_text=_("Only catalog administrators may, and say why in the message."),
    )


class CommentForm(forms.Form):
    """What is said beside a confirmation of what was shown."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    comment = forms.CharField(
        required=False,
        max_length=10_000,
        label=_("Comment"),
        widget=AdminTextareaWidget(attrs={"rows": 3}),
    )


class RevisionForm(forms.Form):
    """A confirmation of what was shown: the draft must still be at that revision."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """The reason for taking something back."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        help_text=_("It stands in the log."),
        widget=AdminTextareaWidget(attrs={"rows": 3}),
    )
