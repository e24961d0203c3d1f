"""Imports: files are handed in, carried out by a worker, and reported row by row. For catalog administrators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from celery import signature
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from kombu.exceptions import OperationalError
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import Action
from openedx_catalog_publisher.commands.errors import Busy, Conflict, InvalidInput, UnitNotFound
from openedx_catalog_publisher.commands.rights import require
from openedx_catalog_publisher.models import ALL_ORGANIZATIONS, ImportContent, ImportJob
from openedx_catalog_publisher.rest.idempotency import idempotent
from openedx_catalog_publisher.rest.named import uuid_or_none
from openedx_catalog_publisher.rest.openapi import IDEMPOTENCY_KEY, PAGES, operation, page_of
from openedx_catalog_publisher.rest.paging import NumberedPages
from openedx_catalog_publisher.rest.units import body_of
from openedx_catalog_publisher.rest.views import CatalogViewSet

MAX_BYTES = 100 * 1024 * 1024
"""Largest file; larger ones are for the management command."""

TASK = "openedx_catalog_publisher.run_import"

FLAGS = ("dry_run", "publish", "drafts_only")

LOST = "lost"


class ImportInput(serializers.Serializer[Any]):
    """A file to import."""

    file = serializers.FileField()
    format = serializers.ChoiceField(choices=ImportJob.Format.choices)
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Write nothing, and report all.")
    publish = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Publish what is imported, where the file does not say what is official.",
    )
    drafts_only = serializers.BooleanField(
        required=False, default=False, help_text="Publish nothing of what the file says is official."
    )


class ImportOutput(serializers.Serializer[Any]):
    """An import, and how far it is."""

    uuid = serializers.UUIDField()
    status = serializers.ChoiceField(
        choices=[*ImportJob.Status.choices, (LOST, "lost")],
        help_text="lost: its worker died. Hand the file in again; what was imported is not imported twice.",
    )
    message = serializers.CharField(allow_blank=True, help_text="Why it failed.")
    file_name = serializers.CharField()
    format = serializers.ChoiceField(choices=ImportJob.Format.choices)
    dry_run = serializers.BooleanField()
    publish = serializers.BooleanField()
    drafts_only = serializers.BooleanField()
    user = serializers.CharField(allow_null=True)
    rows_total = serializers.IntegerField(allow_null=True)
    rows_done = serializers.IntegerField()
    counts = serializers.DictField(help_text="What became of courses and runs, when it is over.")
    created = serializers.DateTimeField()
    started = serializers.DateTimeField(allow_null=True)
    finished = serializers.DateTimeField(allow_null=True)


class ImportViewSet(CatalogViewSet):
    """Imports of files; only for those who may import."""

    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "id"
    parser_classes = [MultiPartParser]

    @operation(page_of(ImportOutput, "Import"), errors=(403, 404), parameters=PAGES)
    def list(self, request: Request) -> Response:
        """List imports, the last first."""
        self._require()
        pages = NumberedPages()
        page = pages.paginate_queryset(ImportJob.objects.select_related("user").order_by("-pk"), request) or []
        response: Response = pages.get_paginated_response([_data(job) for job in page])
        return response

    @operation(ImportOutput, errors=(403, 404))
    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Show one import, and how far it is."""
        self._require()
        return Response(_data(_found(id)))

    @operation(ImportOutput, status=202, request=ImportInput, parameters=(IDEMPOTENCY_KEY,))
    @idempotent
    def create(self, request: Request) -> Response:
        """Hand in a file; a worker imports it. Ask for the import to see how far it is."""
        self._require()
        body = body_of(request.data)
        job = _handed_in(request.user, body)
        try:
            signature(TASK, args=[str(job.uuid)]).apply_async()
        except OperationalError as error:
            job.delete()
            raise Busy("The queue of the workers cannot be reached. Hand the file in again later.") from error
        response = Response(_data(_found(str(job.uuid))), status=202)
        response["Location"] = request.build_absolute_uri(f"{request.path}{job.uuid}/")
        return response

    @operation(OpenApiTypes.OBJECT, errors=(403, 404, 409))
    @action(detail=True, methods=["get"])
    def report(self, request: Request, id: str) -> StreamingHttpResponse:  # noqa: A002
        """Answer the report: what became of each row."""
        self._require()
        job = _found(id)
        pieces = job.pieces.filter(kind=ImportContent.Kind.REPORT).order_by("position")
        if not pieces.exists():
            raise Conflict("There is no report yet. Ask for the import to see how far it is.")
        return StreamingHttpResponse(
            (bytes(piece.content) for piece in pieces.iterator(chunk_size=1)), content_type="application/json"
        )

    def _require(self) -> None:
        require(self.actor, Action.IMPORT, ALL_ORGANIZATIONS)


def _handed_in(user: Any, body: Mapping[str, Any]) -> ImportJob:
    errors: dict[str, list[str]] = {}
    file, format_name = body.get("file"), body.get("format")
    if not isinstance(file, UploadedFile):
        errors["file"] = ["Give a file, as multipart/form-data."]
    elif (file.size or 0) > MAX_BYTES:
        errors["file"] = [f"At most {MAX_BYTES // 1024**2} MiB. Use manage.py import_courses for a larger file."]
    if format_name not in ImportJob.Format.values:
        errors["format"] = [f"Give one of {', '.join(ImportJob.Format.values)}."]
    flags = {}
    for name in FLAGS:
        given = str(body.get(name, "false")).lower()
        if given not in ("true", "false", "1", "0"):
            errors[name] = ["Give true or false."]
        flags[name] = given in ("true", "1")
    known = {"file", "format", *FLAGS}
    errors |= {name: ["There is no such field."] for name in body.keys() - known}
    if errors or not isinstance(file, UploadedFile):
        raise InvalidInput(errors)
    with transaction.atomic():
        job = ImportJob.objects.create(
            user=user, file_name=(file.name or "file")[:255], format=str(format_name), **flags
        )
        for position, piece in enumerate(_pieces(file)):
            ImportContent.objects.create(job=job, kind=ImportContent.Kind.FILE, position=position, content=piece)
    return job


def _pieces(file: UploadedFile[Any]) -> Iterator[bytes]:
    yield from file.chunks(chunk_size=ImportContent.SIZE)


def _found(name: str) -> ImportJob:
    wanted = uuid_or_none(name)
    job = None if wanted is None else ImportJob.objects.select_related("user").filter(uuid=wanted).first()
    if job is None:
        raise UnitNotFound(f"There is no import {name}.")
    return job


def _data(job: ImportJob) -> dict[str, Any]:
    return {
        "uuid": job.uuid,
        "status": LOST if job.is_lost else job.status,
        "message": job.message,
        "file_name": job.file_name,
        "format": job.format,
        "dry_run": job.dry_run,
        "publish": job.publish,
        "drafts_only": job.drafts_only,
        "user": job.user.get_username() if job.user is not None else None,
        "rows_total": job.rows_total,
        "rows_done": job.rows_done,
        "counts": job.counts,
        "created": job.created,
        "started": job.started,
        "finished": job.finished,
    }
