"""
Commands on reference data: people, collaborators, organizations' profiles, subjects, types and the rest.

Live at once, with history (django-simple-history) and an event for each change. What a unit or a snapshot refers to
cannot be deleted, only retired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Max, ProtectedError
from django.utils.text import slugify

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.errors import Conflict, InvalidInput, StaleRevision, UnitNotFound
from openedx_catalog_publisher.commands.rights import require
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.editing.html import clean_html
from openedx_catalog_publisher.editing.image_names import stored_name
from openedx_catalog_publisher.editing.parts import PartError, SocialLinkPart, canonical_part
from openedx_catalog_publisher.editing.text import canonical_text
from openedx_catalog_publisher.models import (
    Collaborator,
    CourseRunType,
    CourseType,
    CourseTypeRunType,
    Currency,
    EventKind,
    LanguageTag,
    LevelType,
    Mode,
    OrganizationProfile,
    OutboxEvent,
    Person,
    ProgramType,
    SeatType,
    Source,
    Subject,
    Topic,
    Track,
)
from openedx_catalog_publisher.models.content_fields import HtmlField, PictureField
from openedx_catalog_publisher.outbox.record import object_event
from openedx_catalog_publisher.publishing.store import is_referred_to

REFERENCE_MODELS: tuple[type[models.Model], ...] = (
    Collaborator,
    CourseRunType,
    CourseType,
    Currency,
    LanguageTag,
    LevelType,
    Mode,
    OrganizationProfile,
    Person,
    ProgramType,
    SeatType,
    Source,
    Subject,
    Topic,
    Track,
)
"""All tables of reference data."""

KEPT = frozenset({"id", "uuid", "revision", "created", "modified", "key_normalized"})
"""Columns that nobody writes."""


@command
def create_reference(
    operation: Operation, model: type[models.Model], changes: Mapping[str, Any], *, uuid: UUID | None = None
) -> Any:
    """
    Add a piece of reference data.

    Arguments:
        operation: given by the command.
        model: one of ``REFERENCE_MODELS``.
        changes: values by field name; many-to-many fields take rows, in order; images the name or the address of a
            stored one (``images.stored_image`` stores them beforehand).
        uuid: its uuid, where it has one from elsewhere; None makes one.

    Raises:
        NotPermitted: when the actor may not.
        InvalidInput: naming every faulty field.
        ValueError: for another table.
    """
    _check_model(model)
    require(operation.actor, Action.CREATE_REFERENCE, model)
    row = model() if uuid is None else model(uuid=uuid)
    return save_reference(operation, row, changes)


@command
def update_reference(
    operation: Operation, model: type[models.Model], pk: Any, changes: Mapping[str, Any], *, revision: int | None = None
) -> Any:
    """
    Change a piece of reference data; equal input writes nothing.

    Arguments:
        operation: given by the command.
        model: one of ``REFERENCE_MODELS``.
        pk: its primary key.
        changes: values by field name, as ``create_reference`` takes them.
        revision: the revision that the caller saw; None to write whatever happened since.

    Raises:
        NotPermitted: when the actor may not.
        InvalidInput: naming every faulty field, also one that never changes.
        StaleRevision: when it is at another revision than the caller saw.
        UnitNotFound: when there is none.
    """
    row = _locked(model, pk)
    require(operation.actor, Action.CHANGE_REFERENCE, row)
    _check_revision(row, revision)
    return save_reference(operation, row, changes)


@command
def delete_reference(operation: Operation, model: type[models.Model], pk: Any, *, revision: int | None = None) -> None:
    """
    Delete a piece of reference data that nothing refers to.

    Arguments:
        operation: given by the command.
        model: one of ``REFERENCE_MODELS``.
        pk: its primary key.
        revision: the revision that the caller saw; None to delete whatever happened since.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        Conflict: when a unit, other reference data or a snapshot refers to it; the remedy is to retire it.
        StaleRevision: when it is at another revision than the caller saw.
        UnitNotFound: when there is none.
    """
    row = _locked(model, pk)
    require(operation.actor, Action.DELETE_REFERENCE, row)
    _check_revision(row, revision)
    code = _code(row)
    referred = is_referred_to(str(model._meta.model_name), code) or _is_listed(row)
    try:
        if not referred:
            event = _event(operation, row, row.revision + 1, {"deleted": True})
            row.delete()
            event.save()
    except ProtectedError:
        referred = True
    if referred:
        raise Conflict(f"{row} is in use, or was published once. Retire it instead.")


def save_reference(operation: Operation, row: Any, changes: Mapping[str, Any]) -> Any:
    """
    Save changes to a row with its history and its event. Checks no rights; the row is locked or made here.

    Raises:
        InvalidInput: naming every faulty field.
    """
    model = type(row)
    adding = row._state.adding
    changed, lists = _assign(row, changes)
    if model is Person and adding and not row.slug:
        row.slug = _free_person_slug(row)
        operation.generated.add("slug")
    if not (adding or changed or lists):
        return row
    # What was deleted under the same code has told its events already.
    row.revision = (_last_event(row) if adding else row.revision) + 1
    try:
        row.full_clean(exclude=_unchecked(model), validate_unique=True)
        row.save()
    except ValidationError as error:
        raise InvalidInput(_messages(error)) from error
    for name, rows in lists.items():
        _set_list(row, name, rows)
    _event(operation, row, row.revision, {"changed": sorted([*changed, *lists])}).save()
    return row


def plan_reference(row: Any, changes: Mapping[str, Any]) -> bool:
    """
    Tell whether ``save_reference`` would write anything, and bring the row to what it would be, without its lists.

    Raises:
        InvalidInput: naming every faulty field. Rows that do not exist yet are taken as they are.
    """
    changed, lists = _assign(row, changes)
    coming = {name for name, value in changes.items() if isinstance(value, models.Model) and value._state.adding}
    try:
        row.full_clean(exclude=_unchecked(type(row)) | coming, validate_unique=True)
    except ValidationError as error:
        raise InvalidInput(_messages(error)) from error
    return bool(row._state.adding or changed or lists)


def _unchecked(model: type[models.Model]) -> set[str]:
    # Filled by save().
    return {"key_normalized"} if model is OrganizationProfile else set()


def _check_model(model: type[models.Model]) -> None:
    if model not in REFERENCE_MODELS:
        raise ValueError(f"{model.__name__} is not reference data.")


def _locked(model: type[models.Model], pk: Any) -> Any:
    _check_model(model)
    row = model._default_manager.select_for_update().filter(pk=pk).first()
    if row is None:
        raise UnitNotFound(f"There is no {model._meta.verbose_name} {pk}.")
    return row


def _check_revision(row: Any, revision: int | None) -> None:
    if revision is not None and revision != row.revision:
        raise StaleRevision(str(row), revision, row.revision)


def _assign(row: Any, changes: Mapping[str, Any]) -> tuple[list[str], dict[str, Sequence[Any]]]:
    changed: list[str] = []
    lists: dict[str, Sequence[Any]] = {}
    errors: dict[str, list[str]] = {}
    for name, value in changes.items():
        try:
            field = row._meta.get_field(name)
        except FieldDoesNotExist:
            field = None
        if field is None or name in KEPT or (field.auto_created and not field.concrete):
            errors[name] = ["This is not a field that can be written here."]
        elif field.many_to_many:
            if row._state.adding or _order(row, name, _list(row, name)) != _order(row, name, value):
                lists[name] = list(value)
        elif field.primary_key and not row._state.adding:
            if value != row.pk:
                errors[name] = ["This never changes after creation."]
        else:
            try:
                canonical = _canonical(row, field, value)
            except (FieldError, PartError, ValidationError) as error:
                errors[name] = list(error.messages)
                continue
            if getattr(row, field.attname) != (canonical.pk if isinstance(canonical, models.Model) else canonical):
                setattr(row, name, canonical)
                changed.append(name)
    if errors:
        raise InvalidInput(errors)
    return changed, lists


def _canonical(row: Any, field: Any, value: Any) -> Any:
    if field.name == "urls_detailed":
        return [part for entry in _entries(value) if (part := canonical_part(SocialLinkPart, entry))]
    if field.name == "areas_of_expertise":
        return [text for entry in _entries(value) if (text := canonical_text(str(entry)))]
    if isinstance(field, PictureField):
        present = getattr(row, field.attname)
        # What stands there is no change, whoever put it there.
        return present if str(value or "") == str(present or "") else stored_name(field, value)
    if isinstance(field, HtmlField) and not isinstance(value, str | None):
        raise FieldError("Give text.")
    if isinstance(value, str):
        value = clean_html(value) or "" if isinstance(field, HtmlField) else canonical_text(value)
        if not value and field.null:
            return None
    if value is None and isinstance(field, models.CharField | models.TextField) and not field.null:
        return ""
    return value if field.is_relation else field.to_python(value)


def _entries(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise FieldError("Give a list.")
    return list(value)


def _list(row: Any, name: str) -> list[Any]:
    if isinstance(row, CourseType) and name == "course_run_types":
        return [link.course_run_type for link in row.run_type_links.select_related("course_run_type")]
    return list(getattr(row, name).order_by("pk"))


def _order(row: Any, name: str, rows: Sequence[Any]) -> list[Any]:
    # Only the run types of a course type have an order of their own.
    pks = [entry.pk for entry in rows]
    return pks if isinstance(row, CourseType) and name == "course_run_types" else sorted(pks)


def _is_listed(row: Any) -> bool:
    # The database would drop a row silently from the many-to-many lists that name it.
    return any(
        relation.field.model in REFERENCE_MODELS
        and relation.related_model._base_manager.filter(**{relation.field.name: row.pk}).exists()
        for relation in row._meta.get_fields(include_hidden=True)
        if relation.many_to_many and relation.auto_created
    )


def _last_event(row: Any) -> int:
    events = OutboxEvent.objects.filter(object_type=str(row._meta.model_name), object_code=_code(row))
    last: int | None = events.aggregate(last=Max("sequence"))["last"]
    return last or 0


def _set_list(row: Any, name: str, rows: Sequence[Any]) -> None:
    if isinstance(row, CourseType) and name == "course_run_types":
        row.run_type_links.all().delete()
        CourseTypeRunType.objects.bulk_create(
            CourseTypeRunType(course_type=row, course_run_type=entry, position=position)
            for position, entry in enumerate(rows)
        )
    else:
        getattr(row, name).set(rows)


def _messages(error: ValidationError) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return {name: [str(text) for text in texts] for name, texts in error.message_dict.items()}
    return {"__all__": [str(text) for text in error.messages]}


def _free_person_slug(row: Person) -> str:
    base = slugify(f"{row.given_name} {row.family_name}", allow_unicode=True)[:240] or "person"
    taken = set(Person.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number = 1
    slug = base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def _code(row: Any) -> str:
    return str(getattr(row, type(row).reference_code))


def _event(operation: Operation, row: Any, sequence: int, payload: dict[str, Any]) -> OutboxEvent:
    return object_event(
        operation,
        EventKind.REFERENCE_CHANGED,
        object_type=str(row._meta.model_name),
        object_code=_code(row),
        object_key=str(row),
        sequence=sequence,
        payload=payload,
    )
