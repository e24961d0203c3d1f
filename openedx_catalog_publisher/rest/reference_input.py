"""
Input of reference data: what may be written, checked as far as that goes without writing, all faulty fields at once.

Lengths, choices and uniqueness come from the models. The commands check the same again in their transaction, and have
the last word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from django.core.files.uploadedfile import UploadedFile
from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.utils.html import is_html_input

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.editing.canonical import LARGEST_NUMBERS
from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.editing.html import clean_html
from openedx_catalog_publisher.editing.images import stored_image
from openedx_catalog_publisher.editing.text import canonical_text
from openedx_catalog_publisher.models.content_fields import HtmlField
from openedx_catalog_publisher.rest.named import rows_named
from openedx_catalog_publisher.rest.problems import NO_FIELD
from openedx_catalog_publisher.rest.unit_input import READ_ONLY

NEVER_CHANGES = "This never changes after creation."


def _checked(check: Callable[[Any], Any], value: Any) -> Any:
    try:
        return check(value)
    except FieldError as error:
        raise serializers.ValidationError(error.messages) from error


class Text(serializers.CharField):
    """A text, and nothing that could be made one; where it may be blank, null says the same."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("allow_null", kwargs.get("allow_blank", False))
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Return the text without white space around it."""
        if not isinstance(data, str):
            raise serializers.ValidationError("Give text.")
        return str(super().to_internal_value(_checked(canonical_text, data)))


class Html(Text):
    """A text of HTML; what is not allowed in it is taken out by the command."""

    def to_internal_value(self, data: Any) -> str:
        """Return the cleaned text, '' where it shows nothing."""
        return _checked(clean_html, super().to_internal_value(data)) or ""


class Slug(Text, serializers.SlugField):
    """A slug."""


class Address(Text, serializers.URLField):
    """An address of the web."""


class Email(Text, serializers.EmailField):
    """An e-mail address."""


class Switch(serializers.BooleanField):
    """True or false; as a word only in forms, which know nothing else. A form that leaves it out says nothing of it."""

    default_empty_html = empty
    WORDS: ClassVar[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}

    def to_internal_value(self, data: Any) -> bool:
        """Return the value."""
        if _is_form(self) and isinstance(data, str):
            data = self.WORDS.get(data.lower())
        if not isinstance(data, bool):
            raise serializers.ValidationError("Give true or false.")
        return data


class WholeNumber(serializers.IntegerField):
    """A whole number that every database stores in its column; as text only in forms."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["max_value"] = LARGEST_NUMBERS["PositiveSmallIntegerField"]
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if isinstance(data, bool) or not isinstance(data, int | str) or (isinstance(data, str) and not _is_form(self)):
            raise serializers.ValidationError("Give a whole number.")
        return int(super().to_internal_value(data))


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string"},
            {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "properties": {"url": {"type": "string"}},
                    "required": ["url"],
                },
            },
        ],
        "nullable": True,
    }
)
class Picture(serializers.Field[Any, Any, Any, Any]):
    """
    A picture: as a data URI in base64, as a file of a form, by the address of one that is stored, or null for none.

    It is stored here, since nothing outside the database is called inside the command's transaction. Answers may be
    sent back: of an object of sizes, any one names the picture.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("allow_null", True)
        kwargs.setdefault(
            "help_text",
            "A data URI in base64 of a PNG, JPEG, GIF or WebP; in multipart/form-data a file; the address of a picture "
            "that was uploaded for this field; or null for none.",
        )
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str | None:
        """Return the name under which the picture is stored."""
        if isinstance(data, Mapping):
            urls = [size.get("url") if isinstance(size, Mapping) else None for size in data.values()]
            if not all(isinstance(url, str) for url in urls):
                raise serializers.ValidationError("Of an object of sizes, give each with its url.")
            data = urls[0] if urls else None
        if data is not None and not isinstance(data, str | UploadedFile):
            raise serializers.ValidationError("Give a data URI, a file (multipart/form-data), or null.")
        of: Any = self.parent
        column = of.Meta.model._meta.get_field(self.source)
        present = getattr(of.instance, str(self.source), None)
        name: str | None = _checked(lambda value: stored_image(column, value, present=present), data)
        return name


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class NamedRows(serializers.Field[Any, Any, Any, Any]):
    """Rows of other reference data by their UUIDs or names."""

    def __init__(self, model: type[models.Model], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = model

    def to_internal_value(self, data: Any) -> list[models.Model]:
        """Return the rows."""
        if not isinstance(data, list):
            raise serializers.ValidationError("Give a list.")
        rows: list[models.Model] = _checked(lambda names: rows_named(self.model, names), data)
        return rows


@extend_schema_field({"type": "string", "nullable": True})
class NamedRow(serializers.Field[Any, Any, Any, Any]):
    """A row of other reference data by its UUID or its name; '' and null name none."""

    def __init__(self, model: type[models.Model], **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, **kwargs)
        self.model = model

    def to_internal_value(self, data: Any) -> models.Model | None:
        """Return the row."""
        if data == "":
            return None
        rows: list[models.Model] = _checked(lambda name: rows_named(self.model, [name]), data)
        return rows[0]


class ReferenceInput(serializers.ModelSerializer[Any]):
    """
    Input for a row of reference data; ``validated_data`` is what the commands take.

    Names that are no fields are errors. Repeating what a row is known by is none, so that an answer's uuid may stand in
    the body that goes back.
    """

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.BooleanField: Switch,
        models.CharField: Text,
        models.EmailField: Email,
        models.PositiveSmallIntegerField: WholeNumber,
        models.SlugField: Slug,
        models.TextField: Text,
        models.URLField: Address,
        HtmlField: Html,
    }

    identity: ClassVar[tuple[str, ...]] = ("uuid",)
    """What a row is known by and this input does not write."""

    public: ClassVar[Mapping[str, str]] = {}
    """Name of the field by column, where they differ."""

    def __init__(self, *args: Any, answered: Iterable[str] = (), **kwargs: Any) -> None:
        """Make the input; ``answered`` are names that answers have: such a one is told to be read only."""
        super().__init__(*args, **kwargs)
        self.answered = frozenset(answered)

    def to_internal_value(self, data: Any) -> Any:
        """Check the names, then each value."""
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({NO_FIELD: ["Give an object."]})
        errors = {str(name): [self.refusal(str(name))] for name in data if not self._is_taken(str(name), data[name])}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**errors, **dict(error.detail)}) from error  # type: ignore[arg-type]
        if errors:
            raise serializers.ValidationError(errors)
        return values

    def in_public(self, error: InvalidInput) -> InvalidInput:
        """Return a command's error with the names of this input."""
        fields: dict[str, list[str]] = {}
        for name, messages in error.fields.items():
            fields.setdefault(NO_FIELD if name == "__all__" else self.public.get(name, name), []).extend(messages)
        return InvalidInput(fields)

    def refusal(self, name: str) -> str:
        """Return why a name is not taken."""
        if name in self.identity:
            return READ_ONLY if self.instance is None else NEVER_CHANGES
        return READ_ONLY if name in self.answered else "There is no such field."

    def _is_taken(self, name: str, value: Any) -> bool:
        if name in self.fields:
            return True
        return self.instance is not None and name in self.identity and str(value) == str(getattr(self.instance, name))


def _is_form(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    return is_html_input(getattr(field.root, "initial_data", None))
