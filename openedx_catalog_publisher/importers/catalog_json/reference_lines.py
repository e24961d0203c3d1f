"""The reference data that a file describes: found, made and changed by commands, and remembered for what names it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from openedx_catalog_publisher.api import Actor, InvalidInput, create_reference, update_reference
from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.editing.reference_data import plan_reference
from openedx_catalog_publisher.importers.catalog_json.reference_kinds import KIND_OF, KINDS, ReferenceKind
from openedx_catalog_publisher.importers.image_sources import image_name
from openedx_catalog_publisher.importers.organizations import check_organization, create_organization
from openedx_catalog_publisher.importers.records import ReferenceRecord
from openedx_catalog_publisher.models import OrganizationProfile, Track
from openedx_catalog_publisher.models.content_fields import PictureField
from openedx_catalog_publisher.models.normalization import normalize_key

COLUMNS: Mapping[type[models.Model], str] = {OrganizationProfile: "key_normalized"}
"""Where what names a row is not compared in the column of that name."""

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"

TWICE = "A line above describes this already."


@dataclass(frozen=True)
class Described:
    """What became of a line: one of ``CREATED``, ``UPDATED`` and ``UNCHANGED``."""

    kind: str
    name: str
    outcome: str


class DescribedReferences:
    """
    The reference data that the lines of one file describe.

    It remembers of each line two numbers; in a dry run, which makes no rows, the row that would be.
    """

    def __init__(self, actor: Actor, *, dry_run: bool) -> None:
        """Begin with a file of which no line was read."""
        self._actor = actor
        self._dry_run = dry_run
        self._described: set[tuple[str, Any]] = set()
        self._aliases: dict[tuple[type[models.Model], str], Any] = {}
        self._coming: dict[tuple[type[models.Model], str], models.Model] = {}
        self.kept: set[tuple[str, str]] = set()

    def take(self, record: ReferenceRecord) -> Described:
        """
        Bring the catalog to what a line says.

        Raises:
            CatalogError: why it cannot be; ``InvalidInput`` names every faulty field.
        """
        kind = KINDS[record.kind]
        _check_known(kind, record)
        row = self._find(kind, record)
        if row is None:
            self._check_named(kind, record)
        changes = self._changes(kind, record)
        before = None if row is None else row.revision
        after, moved = self._written(kind, record, row, changes)
        self._remember(kind, record, after)
        outcome = CREATED if before is None else UPDATED if moved else UNCHANGED
        return Described(kind.label, _name(kind, after), outcome)

    def rows(self, model: type[models.Model], column: str, codes: Collection[str]) -> dict[str, models.Model]:
        """
        Return the rows that are named by a column's values, compared letter by letter, or by uuid.

        Arguments:
            model: the table.
            column: the column.
            codes: what names them.
        """
        found = {code: row for code in codes if (row := self._coming.get((model, code))) is not None}
        missing = set(codes) - found.keys()
        if missing:
            # Of two rows of one name, the one that is in use; then the older one.
            rows = model._default_manager.filter(**{f"{column}__in": missing}).order_by("retired", "pk")
            for row in rows:
                # The database may call names equal that differ in case or accents.
                if (code := getattr(row, column)) in missing:
                    found.setdefault(code, row)
        uuids = {code: unit for code in missing - found.keys() if (unit := _parsed(code)) is not None}
        if uuids and KIND_OF[model].has_uuid:
            aliases = {code: pk for code in uuids if (pk := self._aliases.get((model, str(uuids[code])))) is not None}
            by_pk = model._default_manager.in_bulk(list(aliases.values())) if aliases else {}
            found |= {code: by_pk[pk] for code, pk in aliases.items() if pk in by_pk}
            stored = {row.uuid: row for row in model._default_manager.filter(uuid__in=uuids.values())}  # type: ignore[attr-defined]
            found |= {code: stored[unit] for code, unit in uuids.items() if unit in stored and code not in found}
        return found

    def _find(self, kind: ReferenceKind, record: ReferenceRecord) -> Any | None:
        manager = kind.model._default_manager
        if record.uuid is not None:
            if (kind.model, str(record.uuid)) in self._coming:
                raise InvalidInput({"uuid": [TWICE]})
            row = manager.filter(uuid=record.uuid).first()
            if row is not None and (kind.name, row.pk) in self._described:
                raise InvalidInput({"uuid": [TWICE]})
            if row is not None:
                return row
        codes = self._codes(kind, record)
        if codes is None:
            return None
        if self._dry_run and (record.uuid is None or _is_unique(kind)) and (kind.model, _joined(codes)) in self._coming:
            raise InvalidInput({kind.codes[0]: [TWICE]})
        if any(isinstance(code, models.Model) and code._state.adding for code in codes.values()):
            return None
        rows = manager.filter(**{COLUMNS.get(kind.model, name): code for name, code in codes.items()})
        for row in rows.order_by("retired", "pk"):
            if any(getattr(row, COLUMNS.get(kind.model, name)) != code for name, code in codes.items()):
                continue
            if (kind.name, row.pk) not in self._described:
                return row
            if record.uuid is None:
                raise InvalidInput({kind.codes[0]: [TWICE]})
        return None

    def _codes(self, kind: ReferenceKind, record: ReferenceRecord) -> dict[str, Any] | None:
        """Return what names the line's row by field; None where the line leaves it out."""
        if any(name not in record.fields for name in kind.codes):
            return None
        codes, errors = {}, {}
        for name in kind.codes:
            try:
                codes[name] = self._value(kind.fields[name], record.fields[name])
            except FieldError as error:
                errors[name] = error.messages
        if errors:
            raise InvalidInput(errors)
        return {name: _compared(kind, code) for name, code in codes.items()}

    def _check_named(self, kind: ReferenceKind, record: ReferenceRecord) -> None:
        missing = [name for name in kind.codes if name not in record.fields]
        if missing:
            message = f"Missing: a {kind.label} is named by this, and none has the uuid of this line."
            raise InvalidInput({name: [message] for name in missing})

    def _changes(self, kind: ReferenceKind, record: ReferenceRecord) -> dict[str, Any]:
        changes, errors = {}, {}
        for name, value in record.fields.items():
            if name in kind.fields and not (kind.model is OrganizationProfile and name == "key"):
                try:
                    changes[name] = self._value(kind.fields[name], value)
                except FieldError as error:
                    errors[name] = error.messages
        if errors:
            raise InvalidInput(errors)
        return changes

    def _value(self, field: Any, value: Any) -> Any:
        if isinstance(field, PictureField):
            return image_name(field, value, dry_run=self._dry_run)
        if field.many_to_many:
            if not isinstance(value, list):
                raise FieldError("Give a list.")
            return [self._named(KIND_OF[field.related_model], entry) for entry in value]
        if field.is_relation:
            return None if value is None else self._named(KIND_OF[field.related_model], value)
        return _plain(field, value)

    def _named(self, kind: ReferenceKind, value: Any) -> models.Model:
        if kind.model is Track:
            return self._track(value)
        [name] = kind.codes
        if not isinstance(value, str):
            raise FieldError(f"Give the {name} of a {kind.label}.")
        code = _compared(kind, value)
        row = self.rows(kind.model, COLUMNS.get(kind.model, name), {code}).get(code)
        if row is None:
            raise FieldError(f"There is no {kind.label} {value}. Describe it on a line above.")
        return row

    def _track(self, value: Any) -> models.Model:
        kind = KIND_OF[Track]
        if not isinstance(value, dict) or value.keys() != set(kind.codes):
            raise FieldError('Give a track as {"mode": "...", "seat_type": "..." or null}.')
        codes = {name: self._value(kind.fields[name], value[name]) for name in kind.codes}
        coming = self._coming.get((Track, _joined(codes)))
        if coming is not None:
            return coming
        saved = {name: row for name, row in codes.items() if row is None or not row._state.adding}
        row = Track.objects.filter(**saved).order_by("retired", "pk").first() if len(saved) == len(codes) else None
        if row is None:
            raise FieldError(f"There is no track {value['mode']} / {value['seat_type']}. Describe it on a line above.")
        return row

    def _written(
        self, kind: ReferenceKind, record: ReferenceRecord, row: Any | None, changes: dict[str, Any]
    ) -> tuple[Any, bool]:
        if kind.model is OrganizationProfile:
            return self._organization(record, row, changes)
        if self._dry_run:
            return _planned(row or _new(kind, record), changes)
        if row is None:
            return create_reference(self._actor, kind.model, changes, uuid=record.uuid), True
        return self._updated(row, changes)

    def _updated(self, row: Any, changes: dict[str, Any]) -> tuple[Any, bool]:
        before = row.revision
        # Most lines of a file that is imported again change nothing, and need no lock to say so.
        if not plan_reference(row, changes):
            return row, False
        after = update_reference(self._actor, type(row), row.pk, changes)
        return after, after.revision != before

    def _organization(
        self, record: ReferenceRecord, row: Any | None, changes: dict[str, Any]
    ) -> tuple[OrganizationProfile, bool]:
        key = record.fields.get("key")
        if row is not None:
            if isinstance(key, str) and normalize_key(key) != row.key_normalized:
                raise InvalidInput({"key": [f"This organization has the key {row.key} here, given by the platform."]})
            return _planned(row, changes) if self._dry_run else self._updated(row, changes)
        words = {name: record.fields.get(name) or "" for name in ("key", "name", "description")}
        faulty = [name for name, value in words.items() if not isinstance(value, str)]
        if faulty:
            raise InvalidInput({name: ["Give text."] for name in faulty})
        key, name, description = (str(value).strip() for value in words.values())
        if not self._dry_run:
            made = create_organization(
                self._actor, key, name or key, description=description, uuid=record.uuid, changes=changes
            )
            return made, True
        check_organization(key, name or key, record.uuid)
        profile = _new(KINDS["organization"], record)
        profile.key, profile.key_normalized = key, normalize_key(key)
        return profile, True

    def _remember(self, kind: ReferenceKind, record: ReferenceRecord, row: Any) -> None:
        if row.retired:
            self.kept.add((str(kind.model._meta.model_name), str(getattr(row, type(row).reference_code))))
        if self._dry_run:
            codes = {name: _compared(kind, getattr(row, name)) for name in kind.codes}
            self._coming[kind.model, _joined(codes)] = row
            if record.uuid is not None:
                self._coming[kind.model, str(record.uuid)] = row
        if not row._state.adding:
            self._described.add((kind.name, row.pk))
            if record.uuid is not None and record.uuid != row.uuid:
                self._aliases[kind.model, str(record.uuid)] = row.pk


def _check_known(kind: ReferenceKind, record: ReferenceRecord) -> None:
    unknown = [name for name in record.fields if name not in kind.known]
    errors = {name: [f"Not known; known are {', '.join(kind.known)}."] for name in unknown}
    if record.uuid is not None and not kind.has_uuid:
        errors["uuid"] = [f"A {kind.label} has none."]
    if errors:
        raise InvalidInput(errors)


def _new(kind: ReferenceKind, record: ReferenceRecord) -> Any:
    return kind.model() if record.uuid is None else kind.model(uuid=record.uuid)


def _planned(row: Any, changes: dict[str, Any]) -> tuple[Any, bool]:
    # Lists that name rows which do not exist yet cannot be compared, and differ for certain.
    coming = {
        name
        for name, value in changes.items()
        if isinstance(value, list) and any(isinstance(entry, models.Model) and entry._state.adding for entry in value)
    }
    moved = plan_reference(row, {name: value for name, value in changes.items() if name not in coming})
    for name, value in changes.items():
        if isinstance(value, models.Model) and value._state.adding:
            setattr(row, name, value)
            coming.add(name)
    return row, moved or bool(coming)


def _plain(field: Any, value: Any) -> Any:
    if isinstance(field, models.BooleanField):
        if not isinstance(value, bool):
            raise FieldError("Give true or false.")
    elif isinstance(field, models.IntegerField):
        if isinstance(value, bool) or not isinstance(value, int):
            raise FieldError("Give a whole number.")
    elif isinstance(field, models.CharField | models.TextField) and not isinstance(value, str | None):
        raise FieldError("Give text.")
    return value


def _compared(kind: ReferenceKind, code: Any) -> Any:
    """Return what names a row in the form in which it is compared."""
    if not isinstance(code, str):
        return code
    return normalize_key(code) if kind.model is OrganizationProfile else code.strip()


def _joined(codes: Mapping[str, Any]) -> str:
    return " / ".join(str(getattr(code, "slug", code)) for code in codes.values())


def _name(kind: ReferenceKind, row: Any) -> str:
    name = _joined({code: getattr(row, code) for code in kind.codes})
    return name if _is_unique(kind) else f"{name} ({row.uuid})"


def _is_unique(kind: ReferenceKind) -> bool:
    """Tell whether what names rows of a kind names one only."""
    return kind.model is OrganizationProfile or any(kind.fields[name].unique for name in kind.codes)


def _parsed(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
