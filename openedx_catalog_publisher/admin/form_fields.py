"""Form fields for what Django has no field of its own for: ordered lists, lists of lines, value objects, images."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.api import FieldError, InvalidInput, stored_image
from openedx_catalog_publisher.editing.parts import Part, PartError, canonical_part


class MultilineField(forms.CharField):
    """
    Text of several lines, with the line ends that are stored.

    Browsers send CR LF; without this every text of several lines would count as changed.
    """

    def to_python(self, value: Any) -> Any:
        """Return the text with line feeds for line ends."""
        return super().to_python(_with_line_feeds(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare without regard to line ends."""
        return super().has_changed(_with_line_feeds(initial), _with_line_feeds(data))


def _with_line_feeds(value: Any) -> Any:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


class LinesField(MultilineField):
    """A list of texts, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        # Model fields hand over what JSON fields take.
        kwargs.pop("encoder", None)
        kwargs.pop("decoder", None)
        kwargs.setdefault("widget", AdminTextareaWidget(attrs={"rows": 4}))
        kwargs["help_text"] = kwargs.get("help_text") or _("One a line.")
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return the list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the lines that are not blank, as a list."""
        return [line.strip() for line in (super().clean(value) or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as lines."""
        return super().has_changed(self.prepare_value(initial), data)


class PartField(MultilineField):
    """
    A value object of its owner, written as JSON.

    The help text names its keys, those that are required first; what is wrong is said by key.
    """

    EXPLANATION: ClassVar[Any] = _("An object in JSON with these keys: %(keys)s. Leave empty for none.")

    def __init__(self, shape: type[Part], **kwargs: Any) -> None:
        self.shape = shape
        kwargs.setdefault(
            "widget", AdminTextareaWidget(attrs={"rows": 5, "spellcheck": "false", "class": "vLargeTextField ocp-json"})
        )
        kwargs["help_text"] = self.EXPLANATION % {"keys": _keys_of(shape)}
        kwargs["required"] = False
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return the object as indented JSON; what somebody typed stays as typed."""
        if isinstance(value, str):
            return value
        if not value:
            return ""
        return json.dumps(value, indent=2, ensure_ascii=False)

    def clean(self, value: Any) -> Any:
        """
        Return the object in canonical form, None for an empty text.

        Raises:
            ValidationError: naming the place where it is no JSON, or each faulty key.
        """
        text = super().clean(value)
        if not text:
            return None
        try:
            return canonical_part(self.shape, json.loads(text))
        except json.JSONDecodeError as error:
            raise ValidationError(
                _("This is no JSON: %(problem)s in line %(line)s, column %(column)s."),
                params={"problem": error.msg, "line": error.lineno, "column": error.colno},
            ) from error
        except PartError as error:
            raise ValidationError(error.messages) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as objects, so that spacing and the order of keys make no difference."""
        try:
            return bool(initial or None) != bool(data) or (bool(data) and initial != json.loads(data))
        except json.JSONDecodeError:
            return True


def _keys_of(shape: type[Part]) -> str:
    fields = sorted(shape().fields.items(), key=lambda item: not item[1].required)
    return ", ".join(f"{name} ({_required()})" if field.required else str(name) for name, field in fields)


def _required() -> str:
    return str(_("required"))


class PartListField(PartField):
    """A list of value objects, written as JSON."""

    EXPLANATION = _("A list in JSON of objects with these keys: %(keys)s. Leave empty for none.")

    def clean(self, value: Any) -> Any:
        """
        Return the list in canonical form.

        Raises:
            ValidationError: naming the place where it is no JSON, or each faulty key by position.
        """
        text = forms.CharField.clean(self, value)
        try:
            entries = json.loads(text) if text else []
        except json.JSONDecodeError as error:
            raise ValidationError(
                _("This is no JSON: %(problem)s in line %(line)s, column %(column)s."),
                params={"problem": error.msg, "line": error.lineno, "column": error.colno},
            ) from error
        if not isinstance(entries, list):
            raise ValidationError(_("Give a list of objects, in square brackets."))
        found, messages = [], []
        for index, entry in enumerate(entries):
            try:
                found.append(canonical_part(self.shape, entry))
            except PartError as error:
                messages += [f"[{index}] {message}" for message in error.messages]
        if messages:
            raise ValidationError(messages)
        return found


class OrderedSelect(AutocompleteSelectMultiple):
    """A choice of several by search, shown and sent in the order in which they were chosen."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Return the chosen options in their order."""
        groups = super().optgroups(name, value, attr)
        order = {str(code): position for position, code in enumerate(value)}
        groups[0][1].sort(key=lambda option: order.get(str(option["value"]), len(order)))
        return groups

    @property
    def media(self) -> forms.Media:
        """Add the script that moves what is chosen last to the end; it needs what the admin's own script makes."""
        return super().media + forms.Media(
            js=["admin/js/jquery.init.js", "admin/js/autocomplete.js", "openedx_catalog_publisher/ordered_select.js"]
        )


class OrderedReferencesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """An ordered list of references, for example the staff of a run."""

    def __init__(self, link: type[models.Model], name: str, **kwargs: Any) -> None:
        """
        Make the field.

        Arguments:
            link: the table whose rows are the entries of the list.
            name: its foreign key to what the list names; that model's admin answers the search.
            kwargs: as every form field takes them.
        """
        field: Any = link._meta.get_field(name)
        kwargs.setdefault("help_text", _("In this order. To move one to the end, take it out and choose it again."))
        kwargs.setdefault("required", False)
        super().__init__(
            field.remote_field.model._default_manager.all(), widget=OrderedSelect(field, admin.site), **kwargs
        )

    def clean(self, value: Any) -> Any:
        """Return the chosen rows in their order."""
        found = {str(row.pk): row for row in super().clean(value)}
        return [found[code] for code in dict.fromkeys(map(str, value or ())) if code in found]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare with regard to the order."""
        return self._codes(initial) != self._codes(data)

    def _codes(self, values: Iterable[Any] | None) -> list[str]:
        return [str(self.prepare_value(value)) for value in values or ()]


FORM_FIELDS: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.TextField: {"form_class": MultilineField, "widget": AdminTextareaWidget(attrs={"rows": 6})},
    # An address typed without its scheme is one of today's web.
    models.URLField: {"assume_scheme": "https"},
}
"""Form fields of model fields on all pages that write."""


def uploaded_image(model: type[models.Model], name: str, upload: Any) -> str | None:
    """
    Store what the form field of an image gave, and return the name to write; None for none.

    Arguments:
        model: the table.
        name: the image column.
        upload: an upload, False for "clear", or what is stored.

    Raises:
        InvalidInput: naming the field, when it is no image that is taken.
    """
    try:
        return stored_image(model._meta.get_field(name), upload)
    except FieldError as error:
        raise InvalidInput({name: error.messages}) from error


def narrow_to_offered(choices: Any, current: Sequence[Any]) -> None:
    """Leave out what is retired from a field's choices, but for what its row names already."""
    if isinstance(choices, forms.ModelChoiceField) and not isinstance(choices, OrderedReferencesField):
        queryset = choices.queryset
        if queryset is not None and any(field.name == "retired" for field in queryset.model._meta.fields):
            choices.queryset = queryset.filter(models.Q(retired=False) | models.Q(pk__in=list(current)))
