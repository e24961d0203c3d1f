"""Rows that keep what they were given: identity columns, and append-only tables."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class AppendOnlyError(TypeError):
    """Raised when code tries to change or delete a row of an append-only table."""


class ImmutableFieldsModel(models.Model):
    """
    A model some of whose fields keep their first value.

    ``save()`` compares with the stored row and raises ``ValidationError`` naming the field. Bulk statements bypass
    ``save()``; commands never write these columns.
    """

    immutable_fields: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """
        Save the row.

        Raises:
            ValidationError: when an immutable field differs from the stored row; the message names the field.
        """
        if not self._state.adding and self.immutable_fields:
            names = [type(self)._meta.get_field(name).attname for name in self.immutable_fields]  # type: ignore[union-attr]
            stored = type(self)._base_manager.filter(pk=self.pk).values(*names).first() or {}
            changed = {
                name: _("This never changes after creation.")
                for name, attname in zip(self.immutable_fields, names, strict=True)
                if attname in stored and stored[attname] != getattr(self, attname)
            }
            if changed:
                raise ValidationError(changed)
        super().save(*args, **kwargs)


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """A query set that reads and inserts, and refuses to update or delete."""

    def _refuse(self, verb: str) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} is append-only: {verb} is refused.")

    def update(self, **kwargs: Any) -> int:
        """Refuse."""
        self._refuse("update")

    def bulk_update(self, objs: Any, fields: Any, batch_size: int | None = None) -> int:
        """Refuse."""
        self._refuse("bulk_update")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse."""
        self._refuse("delete")


class AppendOnlyModel(models.Model):
    """A model whose rows are inserted and never changed or deleted (design, invariant 10)."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """
        Insert the row.

        Raises:
            AppendOnlyError: when the row is stored already.
        """
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} is append-only: a stored row is not saved again.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """
        Refuse.

        Raises:
            AppendOnlyError: always.
        """
        raise AppendOnlyError(f"{type(self).__name__} is append-only: delete is refused.")
