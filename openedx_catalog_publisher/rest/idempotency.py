"""
``Idempotency-Key``: a request that is repeated with the same key is carried out once.

The key is the client's, unique per user, kept for 24 hours. The same request again gets the first one's answer; another
request under the same key gets 422, one that meets the first while it runs gets 409. Answers from 500 on are not kept,
so that trying again tries again; nor is anything of a request whose process died, once its lease is over.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.commands.errors import Conflict, InvalidInput
from openedx_catalog_publisher.models import IdempotentRequest
from openedx_catalog_publisher.rest.problems import Unprocessable

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = timedelta(hours=24)
LEASE = timedelta(minutes=5)
"""After which a request that gave no answer counts as dead; far above the time of any request."""

LONGEST_KEY = 255
KEPT_HEADERS = ("ETag", "Location")

Handler = Callable[..., Response]


def idempotent(handler: Handler) -> Handler:
    """Make a handler of a view carry out a request with a key once."""

    @functools.wraps(handler)
    def handle(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **kwargs)
        record, answer = _begin(request, key)
        if answer is not None:
            return answer
        try:
            try:
                response = handler(view, request, *args, **kwargs)
            except Exception as error:  # noqa: BLE001 - the view answers what it knows, and raises all else again
                response = view.handle_exception(error)
        except BaseException:
            record.delete()
            raise
        _finish(record, response)
        return response

    return handle


def _begin(request: Request, key: str) -> tuple[IdempotentRequest, Response | None]:
    if not key.strip() or len(key) > LONGEST_KEY:
        raise InvalidInput({HEADER: [f"Give 1 to {LONGEST_KEY} characters."]})
    now = timezone.now()
    user: Any = request.user
    IdempotentRequest.objects.filter(user=user, started__lt=now - KEPT).delete()
    fingerprint = _fingerprint(request)
    try:
        with transaction.atomic():
            record = IdempotentRequest.objects.create(user=user, key=key, fingerprint=fingerprint, started=now)
    except IntegrityError:
        return _again(request, key, fingerprint)
    return record, None


def _again(request: Request, key: str, fingerprint: str) -> tuple[IdempotentRequest, Response | None]:
    user: Any = request.user
    record = IdempotentRequest.objects.filter(user=user, key=key).first()
    if record is None:
        raise Conflict("The request with this key failed at this moment. Send it again.")
    if record.fingerprint != fingerprint:
        raise Unprocessable(f"Another request was sent with this {HEADER}. Use a key of its own for each request.")
    if record.status is not None:
        answer = Response(
            json.loads(record.answer) if record.answer else None,
            status=record.status,
            headers={**record.headers, REPLAYED: "true"},
        )
        return record, answer
    now = timezone.now()
    dead = IdempotentRequest.objects.filter(pk=record.pk, started=record.started, started__lt=now - LEASE)
    if not dead.update(started=now):
        raise Conflict("The request with this key is being carried out. Ask again in a moment.")
    record.started = now
    return record, None


def _finish(record: IdempotentRequest, response: Response) -> None:
    if response.status_code >= 500:
        record.delete()
        return
    record.status = response.status_code
    record.answer = "" if response.data is None else JSONRenderer().render(response.data).decode()
    record.headers = {name: response[name] for name in KEPT_HEADERS if response.has_header(name)}
    record.save(update_fields=["status", "answer", "headers"])


def _fingerprint(request: Request) -> str:
    digest = hashlib.blake2b(f"{request.method} {request.get_full_path()}\n".encode(), digest_size=32)
    data = request.data
    if isinstance(data, Mapping):
        for name in sorted(data):
            value = data[name]
            digest.update(f"{name}=".encode())
            if isinstance(value, UploadedFile):
                for chunk in value.chunks():
                    digest.update(chunk)
                value.seek(0)
            else:
                digest.update(json.dumps(value, sort_keys=True).encode())
    else:
        digest.update(json.dumps(data, sort_keys=True).encode())
    return digest.hexdigest()
