"""Codes, primary keys and labels of the reference data that units name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from openedx_catalog_publisher.publishing.unit_tables import UNITS, ReferenceTarget


def _targets() -> dict[str, ReferenceTarget]:
    columns = [
        column
        for unit in UNITS.values()
        for column in (*unit.columns, *(column for part in unit.parts for column in part.columns))
    ]
    return {column.reference.name: column.reference for column in columns if column.reference}


TARGETS: Mapping[str, ReferenceTarget] = _targets()
"""All tables of reference data that units point at, by name."""


class MissingReferences(LookupError):
    """Codes that name nothing; ``missing`` holds (name of the table, code)."""

    def __init__(self, missing: set[tuple[str, str]]) -> None:
        super().__init__(", ".join(f"{target} {code}" for target, code in sorted(missing)))
        self.missing = missing


class ReferenceIndex:
    """What is known of reference data: filled by captures, completed by one statement per table."""

    def __init__(self) -> None:
        self._pks: dict[tuple[str, str], Any] = {}
        self._labels: dict[tuple[str, str], str] = {}
        self._retired: set[tuple[str, str]] = set()

    def knows(self, target: str, code: str) -> bool:
        """Tell whether a code is known."""
        return (target, code) in self._pks

    def learn(self, target: str, code: str, pk: Any, label: str) -> None:
        """Note a code's primary key and label."""
        self._pks[target, code] = pk
        self._labels[target, code] = label

    def learn_unsaved(self, row: models.Model) -> None:
        """Note a row that does not exist yet, so that a dry run can name it; it has no primary key."""
        target = TARGETS[str(row._meta.model_name)]
        self.learn(target.name, str(getattr(row, target.code)), None, str(row))

    def pk(self, target: str, code: str) -> Any:
        """Return the primary key of a known code."""
        return self._pks[target, code]

    def label(self, target: str, code: str) -> str:
        """Return the label of a known code."""
        return self._labels[target, code]

    def labels(self, named: Iterable[tuple[str, str]]) -> dict[str, dict[str, str]]:
        """Return the labels of known codes, by name of the table."""
        found: dict[str, dict[str, str]] = {}
        for target, code in named:
            found.setdefault(target, {})[code] = self._labels[target, code]
        return found

    def is_retired(self, target: str, code: str) -> bool:
        """Tell whether a code that was looked up is retired; codes that rows hold are in use and count as not."""
        return (target, code) in self._retired

    def resolve(self, needed: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """
        Look up the codes that are not known yet, one statement per table.

        Returns:
            The codes that name nothing.
        """
        unknown: dict[str, set[str]] = {}
        for target, code in needed:
            if not self.knows(target, code):
                unknown.setdefault(target, set()).add(code)
        for name, codes in unknown.items():
            table = TARGETS[name]
            rows = table.model._base_manager.filter(**{f"{table.code}__in": codes})
            for pk, code, retired, *words in rows.values_list("pk", table.code, "retired", *table.labels):
                self.learn(name, str(code), pk, " ".join(str(word) for word in words if word))
                if retired:
                    self._retired.add((name, str(code)))
        return {(name, code) for name, codes in unknown.items() for code in codes if not self.knows(name, code)}
