"""What lists of reference data can be narrowed to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.rest.filters import BooleanFilter, MomentFilter, UUIDsFilter

MOST_WORDS = 20
"""How many words one request searches for at most."""


class ReferenceFilter(django_filters.FilterSet):
    """
    What all reference data has in common.

    Lists are for choosing, so that what is retired is left out, unless it is asked for.
    """

    searched: ClassVar[tuple[str, ...]] = ("name",)
    """Columns in which ``q`` is searched."""

    q = django_filters.CharFilter(method="by_words", label="Words, each of which is part of a name.")
    include_retired = BooleanFilter(
        method="by_nothing",
        label="Whether retired ones are listed too: kept where they are used, offered nowhere else.",
    )

    def by_words(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        """Narrow to rows in whose names each word is found."""
        words = text.split()
        if len(words) > MOST_WORDS:
            raise InvalidInput({name: [f"At most {MOST_WORDS} words."]})
        for word in words:
            rows = rows.filter(reduce(Q.__or__, (Q(**{f"{column}__icontains": word}) for column in self.searched)))
        return rows

    def by_nothing(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Leave the rows; ``filter_queryset`` asks what was given."""
        return rows

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow by what is given, and to what is offered unless all is asked for."""
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data["include_retired"] else self.offered(rows)

    def offered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return what is not retired."""
        return rows.filter(retired=False)


class TimedReferenceFilter(ReferenceFilter):
    """What reference data with a UUID and a time of its last change has in common."""

    uuids = UUIDsFilter(method="by_uuids", label="UUIDs, separated by commas.")
    modified_since = MomentFilter(
        method="by_modified_since",
        label="What changed at this time or after it; with include_retired=1 also what was retired. Take the "
        "server_time of the answer before; some may come twice.",
    )

    def by_uuids(self, rows: QuerySet[Any], name: str, uuids: Sequence[Any]) -> QuerySet[Any]:
        """Narrow to UUIDs."""
        return rows.filter(uuid__in=uuids) if uuids else rows

    def by_modified_since(self, rows: QuerySet[Any], name: str, moment: Any) -> QuerySet[Any]:
        """Narrow to what changed since."""
        return rows.filter(modified__gte=moment)
