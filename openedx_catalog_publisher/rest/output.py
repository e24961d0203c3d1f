"""
What serializers of answers are made of.

An answer's fields say themselves which columns and parts they need (``reads``), so that ``?fields=`` reads less as well
as showing less. Serializers here only answer; input is checked by the commands (``unit_input``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from rest_framework import serializers

from openedx_catalog_publisher.commands.errors import InvalidInput

Only = Mapping[str, Any]
"""Names of fields that are wanted, each with the names that are wanted below it; nothing named means all."""


@dataclass(frozen=True)
class Scene:
    """
    What an answer depends on beside the rows.

    Attributes:
        now: the one time of the answer, UTC.
        absolute: makes an absolute address of a path on this server.
        editable: primary keys of the courses' drafts that whoever asks may edit.
    """

    now: datetime
    absolute: Callable[[str], str]
    editable: frozenset[int] = field(default_factory=frozenset)


class Computed(serializers.Field[Any, Any, Any, Any]):
    """A field whose value a function works out of the record."""

    def __init__(
        self,
        compute: Callable[[Any, Scene], Any],
        shape: serializers.Field[Any, Any, Any, Any],
        *,
        reads: Iterable[str] = (),
        below: str = "",
        help_text: Any = None,
    ) -> None:
        """
        Make the field.

        Arguments:
            compute: takes the record and the scene.
            shape: represents the value and describes it in the schema; None stays None.
            reads: paths of what ``compute`` uses.
            below: where ``shape`` is an ``Output``, the path under which its own reads stand; "" adds none of them.
            help_text: for the schema.
        """
        super().__init__(read_only=True, help_text=help_text)
        self.compute = compute
        self.shape = shape
        self.own_reads = frozenset(reads)
        self.below = below

    def bind(self, field_name: str, parent: Any) -> None:
        """Bind the shape too, so that it finds the context."""
        super().bind(field_name, parent)
        self.shape.bind(field_name, self)  # type: ignore[arg-type]

    def get_attribute(self, instance: Any) -> Any:
        """Return the computed value."""
        return self.compute(instance, self.context["scene"])

    def to_representation(self, value: Any) -> Any:
        """Return the value in its shape."""
        return self.shape.to_representation(value)

    @property
    def nested(self) -> Output | None:
        """The serializer of the objects that the value is, or is a list of."""
        inner = self.shape.child if isinstance(self.shape, serializers.ListSerializer) else self.shape
        return inner if isinstance(inner, Output) else None

    @property
    def reads(self) -> frozenset[str]:
        """Paths of all that the value needs."""
        nested = self.nested
        if nested is None or not self.below:
            return self.own_reads
        return self.own_reads | {f"{self.below}{path}" for path in nested.reads()}


class Output(serializers.Serializer[Any]):
    """A serializer of answers that can be narrowed to some of its fields."""

    def __init__(self, *args: Any, only: Only | None = None, **kwargs: Any) -> None:
        """Make the serializer; ``only`` names the fields that are wanted, None or nothing wants all."""
        super().__init__(*args, **kwargs)
        self.only: Only = only or {}

    def get_fields(self) -> dict[str, Any]:
        """
        Return the wanted fields.

        Raises:
            InvalidInput: naming ``fields``, for names that are no fields.
        """
        fields: dict[str, Any] = super().get_fields()
        unknown = sorted(self.only.keys() - fields.keys())
        if unknown:
            raise InvalidInput(
                {"fields": [f"{name} is not a field here; there are: {', '.join(fields)}." for name in unknown]}
            )
        for name, below in self.only.items():
            if below:
                _narrow(name, fields[name], below)
        return {name: entry for name, entry in fields.items() if not self.only or name in self.only}

    def reads(self) -> frozenset[str]:
        """Return the paths of all that the wanted fields need."""
        paths: set[str] = set()
        for entry in self.fields.values():
            paths |= entry.reads if isinstance(entry, Computed) else {str(entry.source).replace(".", "__")}
        return frozenset(paths)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the fields of a record; a missing related row makes null of all that is under it."""
        shown: dict[str, Any] = {}
        for name, entry in self.fields.items():
            value = entry.get_attribute(instance)
            shown[name] = None if value is None else entry.to_representation(value)
        return shown

    @classmethod
    def listed(cls) -> serializers.ListSerializer[Any]:
        """Return the serializer of a list of these."""
        return serializers.ListSerializer(child=cls())

    def to_internal_value(self, data: Any) -> Self:
        """Refuse: commands check input."""
        raise NotImplementedError("Serializers of answers take no input.")


class OfReference(Output):
    """
    A serializer of reference data that stands in many rows of one answer: each row is represented once.

    The representation must depend on nothing but the row.
    """

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the representation of a record, made at its first use."""
        shown: dict[type[Output], dict[str, Any]] = instance.__dict__.setdefault("_shown", {})
        if type(self) not in shown:
            shown[type(self)] = super().to_representation(instance)
        return shown[type(self)]


def _narrow(name: str, entry: Any, below: Only) -> None:
    nested = entry.nested if isinstance(entry, Computed) else None
    if nested is None:
        raise InvalidInput({"fields": [f"{name} has no fields of its own."]})
    nested.only = below


def parse_only(text: str) -> dict[str, Any]:
    """
    Return the names in a ``fields`` parameter: separated by commas, with dots for fields of nested objects.

    A nested object that is named as a whole is wanted as a whole.
    """
    only: dict[str, Any] = {}
    whole: set[str] = set()
    for path in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, below = path.partition(".")
        if not below:
            whole.add(name)
        only.setdefault(name, {})
        if below:
            only[name] |= {below: {}}
    return {name: {} if name in whole else below for name, below in only.items()}


class OutputSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Describes what ``fields`` can narrow: no field is required, since each can be left out."""

    target_class = Output
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        """Return the schema of the serializer."""
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {name: part for name, part in schema.items() if name != "required"}


class ComputedSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Describes a computed field by its shape."""

    target_class = Computed

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        """Return the schema of the shape."""
        shape = self.target.shape
        if isinstance(shape, serializers.BaseSerializer):
            component = auto_schema._map_serializer_field(shape, direction)
        else:
            component = auto_schema._map_serializer_field(shape, direction, bypass_extensions=False)
        return component
