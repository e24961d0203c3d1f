"""The timeline of a course, and the report of what went past reviews: pages, and downloads of all of it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.models import Course, UnitKind
from openedx_catalog_publisher.rest.openapi import PAGES, operation, page_of
from openedx_catalog_publisher.rest.paging import NumberedPages
from openedx_catalog_publisher.rest.selections import find_draft
from openedx_catalog_publisher.rest.views import CatalogViewSet
from openedx_catalog_publisher.review.timeline import Entry, What, timeline

EXPORT = OpenApiParameter(
    "export",
    OpenApiTypes.STR,
    enum=["csv", "json"],
    description="All entries as a download, instead of a page.",
)
CSV = OpenApiResponse(OpenApiTypes.STR, description="All entries as a table, with export=csv")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that spreadsheets take for a formula."""


class TimelineEntryOutput(serializers.Serializer[Any]):
    """One thing that happened. What does not apply is empty or null."""

    what = serializers.ChoiceField(choices=What.choices)
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=UnitKind.choices)
    unit = serializers.UUIDField(help_text="UUID of the course or of the run.")
    key = serializers.CharField()
    actor = serializers.CharField(help_text="User name, or the part of the system that acted.")
    action = serializers.CharField(help_text="A stable word for programs.")
    label = serializers.CharField(help_text="The same in words.")  # type: ignore[assignment]
    source = serializers.CharField(allow_blank=True, help_text="The door that it came through.")  # type: ignore[assignment]
    revision = serializers.IntegerField(allow_null=True, help_text="Revision of the draft afterwards.")
    step = serializers.CharField(allow_blank=True, help_text="Step of review that was decided.")
    reason = serializers.CharField(allow_blank=True, help_text="Why a review is over.")
    status = serializers.CharField(
        allow_blank=True, help_text="Status of the draft after an act of a review; official status after a publication."
    )
    fields = serializers.ListField(  # type: ignore[assignment]
        child=serializers.CharField(),
        help_text="Content names: what was edited, what ended a review, what a comment is about.",
    )
    changes = serializers.DictField(
        child=serializers.DictField(child=serializers.JSONField(allow_null=True)),
        allow_null=True,
        help_text="Of an edit: old and new value by content name.",
    )
    text = serializers.CharField(allow_blank=True, help_text="A comment, or the message of a publication.")
    review = serializers.UUIDField(allow_null=True)
    publication = serializers.IntegerField(allow_null=True, help_text="Number of the unit's publication.")
    release = serializers.UUIDField(allow_null=True)
    approval = serializers.CharField(allow_blank=True, help_text="On what ground a publication went live.")


ENTRY_PAGE = page_of(TimelineEntryOutput, "TimelineEntry")

COLUMNS = tuple(TimelineEntryOutput._declared_fields)


class TimelineViewSet(CatalogViewSet):
    """The timeline of a course."""

    part = "timeline"

    @operation(
        ENTRY_PAGE,
        errors=(400, 403, 404),
        parameters=(EXPORT, *PAGES),
        also={(200, "text/csv"): CSV},
    )
    def list(self, request: Request, course: str) -> HttpResponseBase:
        """List everything that happened to a course and to its runs, the last first."""
        draft = find_draft(request.user, Course, course)
        return answer_entries(request, timeline(draft["uuid"]), f"timeline-{draft['key']}")


def answer_entries(request: Request, entries: Any, name: str) -> HttpResponseBase:
    """
    Answer a page of entries, or all of them as a download where that is asked for.

    Arguments:
        request: its ``export`` is csv, json or not given.
        entries: the entries, as ``review.timeline`` has them.
        name: name of the file that is downloaded, without its ending.

    Raises:
        InvalidInput: naming ``export``.
    """
    form = request.query_params.get("export")
    if form is None:
        pages = NumberedPages()
        page = pages.paginate_queryset(entries, request) or []
        response: Response = pages.get_paginated_response([entry_data(entry) for entry in page])
        return response
    if form not in EXPORTS:
        raise InvalidInput({"export": [f"Give one of {', '.join(EXPORTS)}."]})
    write, content_type = EXPORTS[form]
    download = StreamingHttpResponse(write(entries), content_type=content_type)
    download.headers["Content-Disposition"] = f'attachment; filename="{_file_name(name)}.{form}"'
    return download


def entry_data(entry: Entry) -> dict[str, Any]:
    """Return an entry as it is answered."""
    return {
        "what": str(entry.what),
        "at": entry.at,
        "kind": entry.unit_kind,
        "unit": entry.unit_uuid,
        "key": entry.unit_key,
        "actor": entry.actor,
        "action": entry.action,
        "label": str(entry.label),
        "source": entry.source,
        "revision": entry.revision,
        "step": entry.step,
        "reason": entry.reason,
        "status": entry.status,
        "fields": list(entry.fields),
        "changes": entry.changes,
        "text": entry.text,
        "review": entry.review,
        "publication": entry.publication,
        "release": entry.release,
        "approval": entry.approval,
    }


def _json(entries: Iterable[Entry]) -> Iterator[str]:
    # One page that holds all of them.
    yield '{"next": null, "previous": null, "results": ['
    for place, entry in enumerate(entries):
        yield ("," if place else "") + json.dumps(entry_data(entry), cls=DjangoJSONEncoder, ensure_ascii=False)
    yield "]}"


def _csv(entries: Iterable[Entry]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow([_cell(value) for value in entry_data(entry).values()])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, datetime):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _file_name(name: str) -> str:
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "-" for letter in name)


EXPORTS = {"csv": (_csv, "text/csv; charset=utf-8"), "json": (_json, "application/json")}
