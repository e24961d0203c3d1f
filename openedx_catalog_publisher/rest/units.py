"""What the views of courses and of runs have in common: reading one side, publishing, and looking back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from openedx_catalog_publisher.access.policy import may_by_account
from openedx_catalog_publisher.api import (
    Action,
    FieldChange,
    Parents,
    Selection,
    discard,
    plan_publication,
    publications_of,
    publish,
    reopen,
    restore,
    unpublish,
    visible,
)
from openedx_catalog_publisher.commands.actor import actor_names
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.models import Course, Release, UnitKind, UnitRoot
from openedx_catalog_publisher.rest.etags import expected_revision
from openedx_catalog_publisher.rest.filters import UnitFilter, narrowed, ordering_of, utc_or_none
from openedx_catalog_publisher.rest.idempotency import idempotent
from openedx_catalog_publisher.rest.openapi import IDEMPOTENCY_KEY, IF_MATCH, PAGES, operation, page_of
from openedx_catalog_publisher.rest.output import Output, parse_only
from openedx_catalog_publisher.rest.paging import KeysetPages, LazyRows, NumberedPages, pages_for
from openedx_catalog_publisher.rest.plan_output import (
    ChangesOutput,
    HistoryEntryOutput,
    PublishInput,
    ReasonInput,
    ReleaseOutput,
    changes_data,
    changes_of,
    history_data,
    labels_field,
    labels_of,
    plan_data,
    published_data,
    release_data,
)
from openedx_catalog_publisher.rest.row_reader import Record
from openedx_catalog_publisher.rest.selections import find_draft, named
from openedx_catalog_publisher.rest.unit_schemas import REOPEN, UNPUBLISH
from openedx_catalog_publisher.rest.views import CatalogViewSet

KEYSET_ORDERS = ("key", "modified")
"""What pages by key can be ordered by: columns that are never null and lead an index."""

OVERLAP = timedelta(seconds=60)
"""How far ``server_time`` lies back: rows that a transaction wrote before are visible by then."""


RESET_ERRORS = (400, 403, 404, 409, 412, 413, 415, 422, 503)


class UnitViewSet(CatalogViewSet):
    """Views of one kind of unit."""

    kind: ClassVar[UnitKind]
    model: ClassVar[type[UnitRoot]]
    output: ClassVar[type[Output]]
    filters: ClassVar[type[UnitFilter]]
    orders: ClassVar[dict[str, str]]
    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "id"

    # What each kind says of itself.

    def read(self, rows: QuerySet[Any], paths: Collection[str]) -> list[Record]:
        """Read rows of this kind with what an answer needs."""
        raise NotImplementedError

    def read_past(self, unit: uuid.UUID, anchor_pk: int, moment: datetime) -> Record:
        """Read what was official of a unit at a time."""
        raise NotImplementedError

    def etag(self, record: Record) -> str:
        """Return the tag of a draft."""
        raise NotImplementedError

    tag_paths: ClassVar[frozenset[str]]
    course_path: ClassVar[str]
    publish_input: ClassVar[type[PublishInput]]

    def selection(self, draft: dict[str, Any], data: Any) -> Selection:
        """Return the units that a request to publish names."""
        raise NotImplementedError

    # Reading.

    def rows(self, request: Request) -> QuerySet[Any]:
        """Return the rows of the side that is asked for, as far as the user may see them."""
        if wants_drafts(request):
            return visible(request.user, Action.VIEW_DRAFT, self.model.everything.filter(draft=True))
        return visible(request.user, Action.VIEW_OFFICIAL, self.model.everything.filter(draft=False))

    def answer_list(self, request: Request) -> Response:
        """Answer a page of a list."""
        if "as_of" in request.query_params:
            raise InvalidInput({"as_of": ["Lists show what is official now. Ask for one unit as of a time."]})
        serializer = self.output(only=parse_only(request.query_params.get("fields", "")))
        ordering = ordering_of(request, self.orders, "key")
        pages = pages_for(request, ordering)
        if isinstance(pages, KeysetPages) and ordering[0].lstrip("-") not in {
            self.orders[name] for name in KEYSET_ORDERS
        }:
            raise InvalidInput({"ordering": [f"With cursor, give {' or '.join(KEYSET_ORDERS)}."]})
        paths = serializer.reads() | {ordering[0].lstrip("-"), self.course_path}
        rows = narrowed(self.filters, request, self.rows(request)).order_by(*ordering)
        server_time = timezone.now() - OVERLAP
        page: list[Record] = pages.paginate_queryset(LazyRows(rows, lambda window: self.read(window, paths)), request)
        serializer._context = {"scene": self.scene(self.editable(request, serializer, page))}
        response: Response = pages.get_paginated_response([serializer.to_representation(record) for record in page])
        if "modified_since" in request.query_params:
            response.data["server_time"] = server_time
        return response

    def answer_one(self, request: Request, name: str) -> Response:
        """Answer one unit, on the side or as of the time that is asked for."""
        moment = moment_of(request)
        if moment is not None:
            return self._answer_past(request, name, moment)
        serializer = self.output(only=parse_only(request.query_params.get("fields", "")))
        return self.answer_rows(request, serializer, named(self.rows(request), name), name)

    def answer_draft(self, request: Request, pk: int, status: int = 200) -> Response:
        """Answer a draft after a write to it."""
        rows = self.model.everything.filter(pk=pk)
        return self.answer_rows(request, self.output(), rows, str(pk), status=status)

    def answer_rows(
        self, request: Request, serializer: Output, rows: QuerySet[Any], name: str, *, status: int = 200
    ) -> Response:
        """
        Answer the one row of a query set.

        Raises:
            UnitNotFound: when there is none.
        """
        paths = serializer.reads() | self.tag_paths | {"draft", self.course_path}
        found = self.read(rows[:1], paths)
        if not found:
            raise UnitNotFound(f"There is no {self.model._meta.verbose_name} {name} that you may see.")
        record = found[0]
        serializer._context = {"scene": self.scene(self.editable(request, serializer, found))}
        response = Response(serializer.to_representation(record), status=status)
        if record.draft:
            response["ETag"] = self.etag(record)
        return response

    def _answer_past(self, request: Request, name: str, moment: datetime) -> Response:
        if wants_drafts(request):
            raise InvalidInput({"as_of": ["Drafts have no past that can be asked for. Leave out editable."]})
        anchor = named(self.model.everything.filter(draft=True), name).values("uuid", "pk").first()
        if anchor is None:
            raise UnitNotFound(f"There is no {self.model._meta.verbose_name} {name}.")
        record = self.read_past(anchor["uuid"], anchor["pk"], moment)
        serializer = self.output(only=parse_only(request.query_params.get("fields", "")))
        serializer._context = {"scene": self.scene()}
        return Response(serializer.to_representation(record))

    def editable(self, request: Request, serializer: Output, records: Collection[Record]) -> frozenset[int]:
        """Return primary keys of the courses' drafts among the records that the user may edit."""
        return editable_courses(request.user, serializer, records, self.course_path)

    # Publishing and looking back.

    def draft(self, request: Request, name: str) -> dict[str, Any]:
        """Return pk, uuid, key and revision of the draft that a path names."""
        return find_draft(request.user, self.model, name)

    def answer_plan(self, request: Request, name: str) -> Response:
        """Answer what publishing would do; all that publishing takes may be sent here, too."""
        draft = self.draft(request, name)
        check_names(request.data, self.publish_input)
        return Response(plan_data(plan_publication(self.actor, self.selection(draft, request.data))))

    def answer_publish(self, request: Request, name: str) -> Response:
        """Publish, and answer what was done."""
        draft = self.draft(request, name)
        check_names(request.data, self.publish_input)
        expected, message = publish_options(request.data)
        selection = self.selection(draft, request.data)
        published = publish(
            self.actor,
            selection,
            expected_digest=expected,
            message=message,
            without_review=skips_review(request.data),
        )
        return Response(published_data(published))

    @operation(ReleaseOutput, request=ReasonInput, errors=(404,), parameters=(IDEMPOTENCY_KEY,), examples=(UNPUBLISH,))
    @action(detail=True, methods=["post"])
    @idempotent
    def unpublish(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Take out of the market what is official, a course with its runs; it stays readable."""
        draft = self.draft(request, id)
        reason = reason_of(request.data)
        return self.answer_release(unpublish(self.actor, self._alone(draft), reason=reason))

    @operation(ReleaseOutput, request=ReasonInput, errors=(404,), parameters=(IDEMPOTENCY_KEY,), examples=(REOPEN,))
    @action(detail=True, methods=["post"])
    @idempotent
    def reopen(self, request: Request, id: str) -> Response:  # noqa: A002
        """Publish again what was unpublished: exactly what is official still, which needs no review."""
        draft = self.draft(request, id)
        reason = reason_of(request.data)
        return self.answer_release(reopen(self.actor, self._alone(draft), reason=reason))

    def answer_release(self, release: Release) -> Response:
        """Answer a release with all its publications."""
        records = list(release.publications.select_related("release"))
        return Response(release_data(release, records, actor_names([release.actor])))

    @operation(ChangesOutput, errors=(403, 404, 503))
    @action(detail=True, methods=["get"])
    def diff(self, request: Request, id: str) -> Response:  # noqa: A002
        """Show what the draft has that is not official, field by field."""
        draft = self.draft(request, id)
        plan = plan_publication(self.actor, self._alone(draft))
        changes = [change for unit in plan.units if unit.uuid == draft["uuid"] for change in unit.changes]
        return self._answer_changes(draft, changes)

    @operation(ChangesOutput, request=None, errors=RESET_ERRORS, parameters=(IF_MATCH, IDEMPOTENCY_KEY))
    @action(detail=True, methods=["post"])
    @idempotent
    def discard(self, request: Request, id: str) -> Response:  # noqa: A002
        """Bring the draft back to what is official."""
        return self._answer_reset(
            request, id, lambda draft, revision: discard(self.actor, self.kind, draft["uuid"], revision=revision)
        )

    @operation(page_of(HistoryEntryOutput, "History", labels=labels_field()), errors=(403, 404), parameters=PAGES)
    @action(detail=True, methods=["get"])
    def history(self, request: Request, id: str) -> Response:  # noqa: A002
        """List what was published of the unit, the last first."""
        draft = self.draft(request, id)
        pages = NumberedPages()
        page = pages.paginate_queryset(publications_of(draft["uuid"]), request) or []
        actors = actor_names(record.release.actor for record in page)
        changes = [changes_of(record) for record in page]
        response: Response = pages.get_paginated_response(
            [history_data(record, moved, actors) for record, moved in zip(page, changes, strict=True)]
        )
        response.data["labels"] = labels_of((self.kind, change) for moved in changes for change in moved)
        return response

    @operation(ChangesOutput, request=None, errors=RESET_ERRORS, parameters=(IF_MATCH, IDEMPOTENCY_KEY))
    @action(detail=True, methods=["post"], url_path=r"history/(?P<number>[0-9]{1,9})/restore", url_name="restore")
    @idempotent
    def restore(self, request: Request, id: str, number: str) -> Response:  # noqa: A002
        """Bring an earlier publication onto the draft; publish it as ever."""
        return self._answer_reset(
            request,
            id,
            lambda draft, revision: restore(self.actor, self.kind, draft["uuid"], int(number), revision=revision),
        )

    def _answer_reset(
        self, request: Request, name: str, reset: Callable[[dict[str, Any], int | None], Any]
    ) -> Response:
        draft = self.draft(request, name)
        changes = reset(draft, self.expected_revision(request, draft))
        after = self.draft(request, name)
        return self._answer_changes(after, changes)

    def _answer_changes(self, draft: dict[str, Any], changes: Collection[FieldChange]) -> Response:
        return Response(
            {
                "key": draft["key"],
                "revision": draft["revision"],
                "changes": changes_data(changes),
                "labels": labels_of((self.kind, change) for change in changes),
            }
        )

    def expected_revision(self, request: Request, draft: dict[str, Any]) -> int | None:
        """Return the revision of the unit's own draft that ``If-Match`` names; None for none."""
        return expected_revision(request)

    def _alone(self, draft: dict[str, Any]) -> Selection:
        if self.kind == UnitKind.COURSE:
            return Selection.of(courses=[draft["uuid"]])
        return Selection.of(runs=[draft["uuid"]], parents=Parents.NEVER)


def wants_drafts(request: Request) -> bool:
    """
    Tell whether a request asks for drafts.

    Raises:
        InvalidInput: naming ``editable``, for what is neither 0 nor 1.
    """
    value = request.query_params.get("editable", "0").lower()
    if value not in ("0", "1", "false", "true"):
        raise InvalidInput({"editable": ["Give 1 for drafts, or 0."]})
    return value in ("1", "true")


def editable_courses(user: Any, serializer: Output, records: Collection[Record], course_path: str) -> frozenset[int]:
    """
    Return primary keys of the courses' drafts among some records that a user may edit; none where no answer tells it.

    Arguments:
        user: who asks.
        serializer: the answer; without a field ``editable`` nothing is asked.
        records: of courses or of runs.
        course_path: ``pk`` for courses, ``course__pk`` for runs.
    """
    if "editable" not in serializer.fields or not any(getattr(record, "draft", False) for record in records):
        return frozenset()
    pks = {_course_pk(record, course_path) for record in records}
    if may_by_account(user, Action.EDIT):
        return frozenset(pks)
    courses = visible(user, Action.EDIT, Course.everything.filter(pk__in=pks))
    return frozenset(courses.values_list("pk", flat=True))


def _course_pk(record: Record, path: str) -> int:
    pk: int = record.pk if path == "pk" else record.course.pk
    return pk


def moment_of(request: Request, name: str = "as_of") -> datetime | None:
    """
    Return the time that a parameter names; None without it.

    Arguments:
        request: the request.
        name: name of the parameter.

    Raises:
        InvalidInput: naming the parameter.
    """
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        # A plus sign that was not escaped arrives as a blank.
        moment = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment) or utc_or_none(moment) is None:
        raise InvalidInput({name: ["Give a time with its offset from UTC, for example 2031-02-01T00:00:00Z."]})
    return moment


def publish_options(data: Any) -> tuple[str | None, str]:
    """
    Return the expected digest and the message of a request to publish.

    Raises:
        InvalidInput: naming the field.
    """
    digest = text_of(data, "expected_digest")
    return digest or None, text_of(data, "message")


def skips_review(data: Any) -> bool:
    """
    Tell whether a request to publish skips what reviews are missing.

    Raises:
        InvalidInput: naming the field.
    """
    value = body_of(data).get("skip_review", False)
    if not isinstance(value, bool):
        raise InvalidInput({"skip_review": ["Give true or false."]})
    return value


def reason_of(data: Any) -> str:
    """
    Return the message of a request that has to say why, and says nothing else.

    Raises:
        InvalidInput: naming the field.
    """
    check_names(data, ReasonInput)
    reason = text_of(data, "message")
    if not reason.strip():
        raise InvalidInput({"message": ["Say why, for the log."]})
    return reason


def check_names(data: Any, described: type[Serializer[Any]]) -> None:
    """
    Let pass a body of which every name is described: a misspelt ``expected_digest`` would publish what nobody saw.

    Raises:
        InvalidInput: naming every other field.
    """
    unknown = body_of(data).keys() - described._declared_fields.keys()
    if unknown:
        raise InvalidInput({str(name): ["There is no such field."] for name in sorted(unknown, key=str)})


def text_of(data: Any, name: str) -> str:
    """
    Return a text of a request's body; '' where it is not given.

    Raises:
        InvalidInput: naming the field.
    """
    value = body_of(data).get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInput({name: ["Give text."]})
    return value


def body_of(data: Any) -> dict[str, Any]:
    """
    Return a request's body; an empty object for none.

    Raises:
        InvalidInput: for a body that is no object.
    """
    if data in (None, ""):
        return {}
    if not hasattr(data, "keys"):
        raise InvalidInput({"non_field_errors": ["Give an object."]})
    return {name: data[name] for name in data}
