"""Bulk tasks at Discovery's door: files are handed in, carried out by a worker, and looked at. For staff."""

from __future__ import annotations

from typing import Any

from celery import signature
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from kombu.exceptions import OperationalError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.access.policy import may_everywhere
from openedx_catalog_publisher.api import Action, NotPermitted
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.models import BulkTask
from openedx_catalog_publisher.rest.discovery.bulk_rows import rows_of
from openedx_catalog_publisher.rest.discovery.door import DiscoveryView, DiscoveryViewSet
from openedx_catalog_publisher.rest.discovery.flags import flag, is_number
from openedx_catalog_publisher.rest.discovery.paging import NumberPages
from openedx_catalog_publisher.rest.units import body_of

TASK = "openedx_catalog_publisher.run_bulk_task"
MAX_BYTES = 5 * 1024 * 1024
SALT = "openedx_catalog_publisher.bulk_task"
LINK_SECONDS = 24 * 60 * 60
"""How long the address of a file is good for, which clients fetch without cookies."""


class BulkTaskDoor(DiscoveryViewSet):
    """Bulk tasks, the last first."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """
        Let in staff and catalog administrators.

        Raises:
            NotPermitted: for everybody else.
        """
        super().initial(request, *args, **kwargs)
        if not may_everywhere(request.user, Action.EDIT):
            raise NotPermitted("Bulk tasks are for staff and catalog administrators.")

    def list(self, request: Request) -> Response:
        """Answer a page of tasks, those of a status with ``status``."""
        rows = BulkTask.objects.select_related("uploaded_by").defer("content")
        if request.query_params.get("status"):
            rows = rows.filter(status=request.query_params["status"])
        orders = {"created": "created", "-created": "-created", "status": "status", "-status": "-status"}
        rows = rows.order_by(orders.get(request.query_params.get("ordering", ""), "-id"), "-id")
        pages = NumberPages()
        page = pages.paginate_queryset(rows, request) or []
        response: Response = pages.get_paginated_response([self._data(task) for task in page])
        return response

    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Answer one task, with the result of each row."""
        task = BulkTask.objects.select_related("uploaded_by").filter(pk=id).first() if is_number(id) else None
        if task is None:
            raise UnitNotFound("No BulkOperationTask matches the given query.")
        return Response(self._data(task))

    def create(self, request: Request) -> Response:
        """Take a file in, and have a worker carry it out."""
        data = body_of(request.data)
        file, kind = data.get("csv_file"), data.get("task_type")
        errors = {}
        if kind not in BulkTask.Type.values:
            errors["task_type"] = [f"Give one of {', '.join(BulkTask.Type.values)}."]
        if not isinstance(file, UploadedFile) or not str(file.name).lower().endswith(".csv"):
            errors["csv_file"] = ["Give a file whose name ends in .csv (multipart/form-data)."]
        elif (file.size or 0) > MAX_BYTES:
            errors["csv_file"] = [f"At most {MAX_BYTES // 1024**2} MiB."]
        if errors or not isinstance(file, UploadedFile):
            raise InvalidInput(errors)
        content = file.read()
        rows_of(str(kind), content)
        user: Any = request.user
        with transaction.atomic():
            task = BulkTask.objects.create(
                task_type=str(kind), uploaded_by=user, file_name=str(file.name)[:255], content=content
            )
        response = Response(self._data(task), status=201)
        try:
            signature(TASK, (str(task.task_id),)).apply_async(retry=False, ignore_result=True)
        except OperationalError as error:
            BulkTask.objects.filter(pk=task.pk).update(
                message=f"No worker was told ({error}): run manage.py run_bulk_tasks."
            )
        return response

    def _data(self, task: BulkTask) -> dict[str, Any]:
        path = reverse(
            "catalog_publisher:discovery-bulk-task-file",
            kwargs={"token": signing.dumps(task.pk, salt=SALT), "name": task.file_name.replace("/", "_")},
        )
        counts = {status: sum(result["status"] == status for result in task.results) for status in RESULTS}
        return {
            "id": task.pk,
            "uploaded_by": task.uploaded_by.get_username() if task.uploaded_by else None,
            "result": task.results if flag(self.request, "include_result") else None,
            "created": task.created,
            "modified": task.modified,
            "csv_file": self.request.build_absolute_uri(path),
            "task_summary": {"rows": task.rows_done, **counts, "message": task.message, "results": task.results},
            "task_type": task.task_type,
            "status": task.status,
            "task_id": str(task.task_id),
        }


RESULTS = ("done", "failed", "unknown")


class BulkTaskFileDoor(DiscoveryView):
    """The file of a task, by an address that is given to who sees the task: clients fetch it without cookies."""

    permission_classes = [AllowAny]

    def get(self, request: Request, token: str, name: str) -> HttpResponse:
        """
        Answer the file.

        Raises:
            UnitNotFound: when the address is none, or not good any more.
        """
        try:
            pk = signing.loads(token, salt=SALT, max_age=LINK_SECONDS)
        except signing.BadSignature as error:
            raise UnitNotFound("There is no such file, or its address is not good any more.") from error
        task = BulkTask.objects.filter(pk=pk).first()
        if task is None:
            raise UnitNotFound("There is no such file.")
        return HttpResponse(bytes(task.content), content_type="text/csv; charset=utf-8")
