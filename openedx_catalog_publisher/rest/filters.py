"""What lists can be narrowed to and ordered by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django_filters.fields import IsoDateTimeField
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.models import (
    CourseEditor,
    CourseOrganization,
    CourseRun,
    CourseSubject,
    CourseType,
    Status,
)
from openedx_catalog_publisher.models.derived.course import ARCHIVED
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.rest.named import uuid_or_none

MOST_NAMES = 500
"""How many keys or UUIDs one request names at most."""


class WordsField(forms.CharField):
    """Words separated by commas."""

    def clean(self, value: Any) -> list[str]:
        """Return the words."""
        text = super().clean(value)
        words = [word for word in (piece.strip() for piece in text.split(",")) if word]
        if len(words) > MOST_NAMES:
            raise forms.ValidationError(f"At most {MOST_NAMES} at a time.")
        return words


class WordsFilter(django_filters.Filter):
    """Narrows to any of some words, separated by commas."""

    field_class = WordsField


class UUIDsField(WordsField):
    """UUIDs separated by commas."""

    def clean(self, value: Any) -> list[Any]:
        """Return the UUIDs."""
        words = super().clean(value)
        wrong = [word for word in words if uuid_or_none(word) is None]
        if wrong:
            raise forms.ValidationError([f"{word} is no UUID." for word in wrong])
        return [uuid_or_none(word) for word in words]


class UUIDsFilter(django_filters.Filter):
    """Narrows to some UUIDs, separated by commas."""

    field_class = UUIDsField


class StrictBoolean(forms.Field):
    """True or false; anything else is a fault and not "unknown"."""

    WORDS: Mapping[str, bool] = {"true": True, "1": True, "false": False, "0": False}

    def to_python(self, value: Any) -> bool | None:
        """Return the value; None where nothing was given."""
        if value in (None, ""):
            return None
        if str(value).lower() not in self.WORDS:
            raise forms.ValidationError("Give true or false.")
        return self.WORDS[str(value).lower()]


class BooleanFilter(django_filters.Filter):
    """Narrows by true or false."""

    field_class = StrictBoolean

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make the filter, with a widget that hands over what was given."""
        kwargs.setdefault("widget", forms.TextInput)
        super().__init__(*args, **kwargs)


class MomentField(IsoDateTimeField):
    """A time that is one in UTC, too; a year of 0001 or 9999 may have none there."""

    def to_python(self, value: Any) -> Any:
        """Return the time."""
        moment = super().to_python(value)
        if moment is not None and utc_or_none(moment) is None:
            raise forms.ValidationError("Give a time between the years 1 and 9999 in UTC.")
        return moment


class MomentFilter(django_filters.IsoDateTimeFilter):
    """Narrows by a time."""

    field_class = MomentField


class UnitFilter(django_filters.FilterSet):
    """What courses and runs have in common."""

    keys = WordsFilter(method="by_keys", label="Keys, separated by commas.")
    uuids = UUIDsFilter(method="by_uuids", label="UUIDs, separated by commas.")
    status = WordsFilter(method="by_status", label="Statuses, separated by commas.")
    has_unpublished_changes = BooleanFilter(
        method="by_unpublished_changes", label="Drafts that differ from what is official, or do not. With editable=1."
    )
    modified_since = MomentFilter(
        method="by_modified_since",
        label="What moved at or after this time. Take the server_time of the answer before; some may come twice.",
    )

    def by_keys(self, rows: QuerySet[Any], name: str, words: Sequence[str]) -> QuerySet[Any]:
        """Narrow to keys."""
        return rows.filter(key_normalized__in=[normalize_key(word) for word in words]) if words else rows

    def by_uuids(self, rows: QuerySet[Any], name: str, uuids: Sequence[Any]) -> QuerySet[Any]:
        """Narrow to UUIDs."""
        return rows.filter(uuid__in=uuids) if uuids else rows

    def by_status(self, rows: QuerySet[Any], name: str, words: Sequence[str]) -> QuerySet[Any]:
        """Narrow to statuses of the rows themselves."""
        check_words(name, words, Status.values)
        return rows.filter(status__in=words) if words else rows

    def by_unpublished_changes(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Narrow to drafts with, or without, unpublished changes."""
        changed = rows.model.unpublished_changes()
        return rows.filter(changed) if value else rows.exclude(changed)

    def by_modified_since(self, rows: QuerySet[Any], name: str, moment: Any) -> QuerySet[Any]:
        """Narrow to what moved since."""
        return rows.filter(modified__gte=moment)


class CourseFilter(UnitFilter):
    """Filters of courses."""

    org = WordsFilter(method="by_org", label="Keys of owning organizations, separated by commas.")
    search = django_filters.CharFilter(method="by_search", label="Part of the title or of the key.")
    course_type = WordsFilter(
        method="by_type", label="Slugs of course types; open-courses means all but external ones."
    )
    subject = WordsFilter(method="by_subject", label="Slugs of subjects, separated by commas.")
    course_run_statuses = WordsFilter(
        method="by_run_statuses",
        label="Statuses of runs that are not hidden, separated by commas; also in_review, unsubmitted and archived.",
    )
    editors = WordsFilter(method="by_editors", label="Numbers of users, separated by commas.")

    RUN_STATUSES: Mapping[str, tuple[str, ...]] = {
        **{status: (status,) for status in Status.values},
        "in_review": (Status.REVIEW_BY_LEGAL, Status.REVIEW_BY_INTERNAL),
        "unsubmitted": (Status.UNPUBLISHED,),
    }

    def by_org(self, rows: QuerySet[Any], name: str, words: Sequence[str]) -> QuerySet[Any]:
        """Narrow to owners."""
        if not words:
            return rows
        links = CourseOrganization.objects.filter(
            course=OuterRef("pk"),
            kind=CourseOrganization.Kind.OWNER,
            organization__key_normalized__in=[normalize_key(word) for word in words],
        )
        return rows.filter(Exists(links))

    def by_search(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        """Narrow to titles and keys that hold a text."""
        return rows.filter(Q(title__icontains=text) | Q(key_normalized__contains=normalize_key(text)))

    def by_type(self, rows: QuerySet[Any], name: str, words: Sequence[str]) -> QuerySet[Any]:
        """Narrow to types."""
        if not words:
            return rows
        wanted = Q(type__slug__in=words)
        if "open-courses" in words:
            wanted |= Q(type__isnull=True) | ~Q(type__slug__in=CourseType.EXTERNAL_SLUGS)
        return rows.filter(wanted)

    def by_subject(self, rows: QuerySet[Any], name: str, words: Sequence[str]) -> QuerySet[Any]:
        """Narrow to subjects."""
        links = CourseSubject.objects.filter(course=OuterRef("pk"), subject__slug__in=words)
        return rows.filter(Exists(links)) if words else rows

    def by_run_statuses(self, rows: QuerySet[Any], name: str, words: Sequence[str]) -> QuerySet[Any]:
        """Narrow to courses that have a run of one of these statuses that is not hidden."""
        check_words(name, words, (*self.RUN_STATUSES, ARCHIVED))
        return rows.filter(self.has_run_of(words)) if words else rows

    @classmethod
    def has_run_of(cls, words: Collection[str]) -> Exists:
        """Return the condition that a course has a run of one of these statuses that is not hidden."""
        now = timezone.now()
        over = Q(status=Status.UNPUBLISHED, end__lt=now)
        statuses = {status for word in words for status in cls.RUN_STATUSES.get(word, ())}
        wanted = Q(status__in=statuses) & ~over
        if ARCHIVED in words:
            wanted |= over
        return Exists(CourseRun.everything.filter(wanted, course=OuterRef("pk"), hidden=False))

    def by_editors(self, rows: QuerySet[Any], name: str, words: Sequence[str]) -> QuerySet[Any]:
        """Narrow to courses that one of these users edits."""
        wrong = [word for word in words if not (word.isascii() and word.isdigit() and len(word) < 10)]
        if wrong:
            raise InvalidInput({name: [f"{word} is no number of a user." for word in wrong]})
        if not words:
            return rows
        return rows.filter(Exists(CourseEditor.objects.filter(course=OuterRef("pk"), user__in=map(int, words))))

    def by_modified_since(self, rows: QuerySet[Any], name: str, moment: Any) -> QuerySet[Any]:
        """Narrow to courses that moved, or one of whose runs did."""
        runs = CourseRun.everything.filter(course=OuterRef("pk"), modified__gte=moment)
        return rows.filter(Q(modified__gte=moment) | Exists(runs))


class CourseRunFilter(UnitFilter):
    """Filters of runs."""

    course = WordsFilter(method="by_course", label="Keys or UUIDs of courses, separated by commas.")
    org = WordsFilter(method="by_org", label="Keys of organizations that own the course, separated by commas.")
    hidden = BooleanFilter(field_name="hidden", label="Whether the run is hidden.")
    active = BooleanFilter(method="by_active", label="Runs that are not over and whose enrolment is not, or are.")

    def by_course(self, rows: QuerySet[Any], name: str, words: Sequence[str]) -> QuerySet[Any]:
        """Narrow to courses."""
        if not words:
            return rows
        uuids = [found for word in words if (found := uuid_or_none(word)) is not None]
        keys = [normalize_key(word) for word in words if uuid_or_none(word) is None]
        return rows.filter(Q(course__uuid__in=uuids) | Q(course__key_normalized__in=keys))

    def by_org(self, rows: QuerySet[Any], name: str, words: Sequence[str]) -> QuerySet[Any]:
        """Narrow to owners of the course."""
        if not words:
            return rows
        links = CourseOrganization.objects.filter(
            course=OuterRef("course_id"),
            kind=CourseOrganization.Kind.OWNER,
            organization__key_normalized__in=[normalize_key(word) for word in words],
        )
        return rows.filter(Exists(links))

    def by_active(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Narrow to runs that are not over, or are."""
        now = timezone.now()
        active = (Q(end__isnull=True) | Q(end__gt=now)) & (Q(enrollment_end__isnull=True) | Q(enrollment_end__gt=now))
        return rows.filter(active) if value else rows.exclude(active)


def utc_or_none(moment: datetime) -> datetime | None:
    """Return a time in UTC; None where it is before the first or after the last that there is."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def narrowed(
    filter_class: type[django_filters.FilterSet],
    request: Request,
    rows: QuerySet[Any],
    given: Mapping[str, str] | None = None,
) -> QuerySet[Any]:
    """
    Return the rows that a request asks for.

    Arguments:
        filter_class: what can be asked for.
        request: the request.
        rows: the rows that are narrowed.
        given: values by name of the filter, where the request has other names for them; None takes its parameters.

    Raises:
        InvalidInput: naming every faulty parameter.
    """
    filters = filter_class(request.query_params if given is None else given, queryset=rows, request=request)
    if not filters.is_valid():  # type: ignore[no-untyped-call]
        raise InvalidInput({name: [str(text) for text in texts] for name, texts in filters.errors.items()})
    narrowed_rows: QuerySet[Any] = filters.qs
    return narrowed_rows


def ordering_of(request: Request, allowed: Mapping[str, str], default: str) -> tuple[str, ...]:
    """
    Return the columns that a request orders by, the primary key last.

    Arguments:
        request: its ``ordering`` is one name, with ``-`` before it for the other direction.
        allowed: column by name.
        default: the name where none is given.

    Raises:
        InvalidInput: naming ``ordering``.
    """
    name = request.query_params.get("ordering") or default
    column = allowed.get(name.removeprefix("-"))
    if column is None:
        raise InvalidInput({"ordering": [f"Give one of {', '.join(allowed)}, with - before it for the other way."]})
    minus = "-" if name.startswith("-") else ""
    return (f"{minus}{column}", f"{minus}pk")


def check_words(name: str, words: Sequence[str], known: Sequence[str]) -> None:
    """
    Let pass words that are known.

    Raises:
        InvalidInput: naming the parameter, for each other word.
    """
    unknown = [word for word in words if word not in known]
    if unknown:
        raise InvalidInput({name: [f"{word} is none of {', '.join(known)}." for word in unknown]})


def parameters_of(filter_class: type[django_filters.FilterSet]) -> tuple[OpenApiParameter, ...]:
    """Return the description of all filters of a list."""
    return tuple(
        OpenApiParameter(name, _type_of(entry), description=str(entry.label))
        for name, entry in filter_class.get_filters().items()  # type: ignore[no-untyped-call]
    )


def _type_of(entry: Any) -> OpenApiTypes:
    if isinstance(entry, BooleanFilter):
        return OpenApiTypes.BOOL
    if isinstance(entry, django_filters.IsoDateTimeFilter):
        return OpenApiTypes.DATETIME
    return OpenApiTypes.STR
