"""Fields and forms that several pages of the review site use."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.api import CatalogError, InvalidInput


class PageForm(forms.Form):
    """A form of these pages: labels stand above their fields and need no colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)


class MomentInput(forms.DateTimeInput):
    """A date and time as browsers ask for it."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class MomentField(forms.DateTimeField):
    """A date and time in UTC, whatever the reader's time zone is."""

    widget = MomentInput

    def to_python(self, value: Any) -> Any:
        """Return the time, with its zone."""
        with timezone.override(UTC):
            return super().to_python(value)


class UsernameField(forms.CharField):
    """A user by name. Typed, because whoever grants roles need not be allowed to list the platform's accounts."""

    def clean(self, value: Any) -> Any:
        """
        Return the user; None where nothing is given and nothing need be.

        Raises:
            ValidationError: when nobody has that name.
        """
        name = super().clean(value)
        if not name:
            return None
        users = get_user_model()
        user = users.objects.filter(**{users.USERNAME_FIELD: name}).first()
        if user is None:
            raise ValidationError(_("There is no user %(name)s."), params={"name": name})
        return user


def show_refusal(form: forms.Form, error: CatalogError, **names: str) -> None:
    """
    Note what a command refused at the fields that it names; what names no field of the form stands above them all.

    Arguments:
        form: a bound form that was valid.
        error: what the command raised.
        names: names of the form's fields by those of the command, where they differ.
    """
    if not isinstance(error, InvalidInput):
        form.add_error(None, error.message)
        return
    for name, found in error.fields.items():
        field = names.get(name, name)
        if field in form.fields:
            form.add_error(field, found)
        else:
            form.add_error(None, [message if name == "__all__" else f"{name}: {message}" for message in found])
