"""Imports that run in a worker: the file comes from the database, progress and report go there."""

from __future__ import annotations

import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from openedx_catalog_publisher.api import Actor, CatalogError, NotPermitted
from openedx_catalog_publisher.importers.catalog_import import CatalogImport
from openedx_catalog_publisher.importers.formats import FORMATS
from openedx_catalog_publisher.importers.records import UnreadableFileError
from openedx_catalog_publisher.importers.report import OUTCOMES, ImportReport
from openedx_catalog_publisher.models import ImportContent, ImportJob, WriteSource

SECONDS_BETWEEN_SIGNS = 1.0

FAULT = "The import ended by a fault of the server, which its log describes. What was imported before stays."


def run_job(job: uuid.UUID) -> None:
    """
    Carry out an import that was handed in, unless another worker does so or it is over.

    Whatever happens, the job says so: a file that cannot be read and a missing right fail it with a sentence, a fault
    of ours fails it and is raised.

    Arguments:
        job: its uuid.
    """
    now = timezone.now()
    waiting = Q(status=ImportJob.Status.PENDING)
    lost = Q(status=ImportJob.Status.RUNNING, sign_of_life__lt=now - ImportJob.LEASE)
    jobs = ImportJob.objects.filter(uuid=job)
    if not jobs.filter(waiting | lost).update(status=ImportJob.Status.RUNNING, started=now, sign_of_life=now):
        return
    found = jobs.select_related("user").get()
    try:
        _carry_out(found)
    except (CatalogError, UnreadableFileError) as error:
        _finish(found, ImportJob.Status.FAILED, str(error))
    except BaseException:
        _finish(found, ImportJob.Status.FAILED, FAULT)
        raise
    else:
        _finish(found, ImportJob.Status.COMPLETED, "")


def _carry_out(job: ImportJob) -> None:
    if job.user is None:
        raise NotPermitted("The account that handed in this file is gone. Hand it in again.")
    actor = Actor.of(job.user, WriteSource.IMPORT)
    adapter = FORMATS[job.format]
    with tempfile.TemporaryDirectory(prefix="catalog-import-") as folder:
        path = Path(folder) / Path(job.file_name).name
        with path.open("wb") as stream:
            for piece in job.pieces.filter(kind=ImportContent.Kind.FILE).order_by("position").iterator(chunk_size=1):
                stream.write(piece.content)
        ImportJob.objects.filter(pk=job.pk).update(rows_total=adapter.count_rows(path), rows_done=0)
        with ImportReport(job.file_name, adapter.name, dry_run=job.dry_run, publish=job.publish, limit=None) as report:
            try:
                run = CatalogImport(
                    actor, report, publish=job.publish, drafts_only=job.drafts_only, dry_run=job.dry_run
                )
                run.run(adapter, path, advance=_Progress(job))
            finally:
                _keep_report(job, report)


class _Progress:
    """Notes how many rows were read, at most once a second."""

    def __init__(self, job: ImportJob) -> None:
        self._job = job
        self._rows = 0
        self._noted = time.monotonic()

    def __call__(self) -> None:
        self._rows += 1
        if time.monotonic() - self._noted >= SECONDS_BETWEEN_SIGNS:
            self._noted = time.monotonic()
            ImportJob.objects.filter(pk=self._job.pk).update(rows_done=self._rows, sign_of_life=timezone.now())


def _keep_report(job: ImportJob, report: ImportReport) -> None:
    pieces = _Pieces(job)
    report.write_json(pieces.write)
    pieces.close()
    counts: dict[str, Any] = {
        outcome: {kind: report.counts[f"{outcome}.{kind}"] for kind in ("courses", "runs")} for outcome in OUTCOMES
    }
    counts |= {"refused_rows": report.counts["refused.rows"], "published": report.counts["published"]}
    ImportJob.objects.filter(pk=job.pk).update(rows_done=report.rows, counts=counts)


class _Pieces:
    """Cuts a text into rows."""

    def __init__(self, job: ImportJob) -> None:
        self._job = job
        self._position = 0
        self._rest = b""
        ImportContent.objects.filter(job=job, kind=ImportContent.Kind.REPORT).delete()

    def write(self, text: str) -> None:
        self._rest += text.encode()
        while len(self._rest) >= ImportContent.SIZE:
            self._put(self._rest[: ImportContent.SIZE])
            self._rest = self._rest[ImportContent.SIZE :]

    def close(self) -> None:
        if self._rest:
            self._put(self._rest)

    def _put(self, content: bytes) -> None:
        ImportContent.objects.create(
            job=self._job, kind=ImportContent.Kind.REPORT, position=self._position, content=content
        )
        self._position += 1


def _finish(job: ImportJob, status: ImportJob.Status, message: str) -> None:
    now = timezone.now()
    with transaction.atomic():
        job.pieces.filter(kind=ImportContent.Kind.FILE).delete()
        ImportJob.objects.filter(pk=job.pk).update(status=status, message=message, finished=now, sign_of_life=now)
