"""Releases: many units of many organizations published as one, and their undoing."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from drf_spectacular.utils import OpenApiResponse
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import (
    Action,
    Parents,
    Selection,
    plan_publication,
    plan_undo,
    publish,
    undo_release,
    visible,
)
from openedx_catalog_publisher.commands.actor import actor_names
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.models import Course, CourseRun, Publication, Release, UnitKind
from openedx_catalog_publisher.rest.idempotency import idempotent
from openedx_catalog_publisher.rest.named import uuid_or_none
from openedx_catalog_publisher.rest.openapi import IDEMPOTENCY_KEY, PAGES, operation, page_of
from openedx_catalog_publisher.rest.paging import NumberedPages
from openedx_catalog_publisher.rest.plan_output import (
    PlanOutput,
    PublishedOutput,
    PublishInput,
    ReleaseInput,
    ReleaseOutput,
    plan_data,
    published_data,
    release_data,
)
from openedx_catalog_publisher.rest.selections import units_named
from openedx_catalog_publisher.rest.unit_schemas import PLAN_RELEASE, RELEASE, UNDO
from openedx_catalog_publisher.rest.units import body_of, check_names, publish_options, skips_review
from openedx_catalog_publisher.rest.views import CatalogViewSet


class ReleaseViewSet(CatalogViewSet):
    """Releases of units whose drafts the user may see; of each, the publications of those units."""

    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "id"

    @operation(page_of(ReleaseOutput, "Release"), errors=(403, 404), parameters=PAGES)
    def list(self, request: Request) -> Response:
        """List releases, the last first."""
        pages = NumberedPages()
        page = pages.paginate_queryset(_visible_releases(request.user), request) or []
        actors = actor_names(release.actor for release in page)
        response: Response = pages.get_paginated_response([_data(release, actors) for release in page])
        return response

    @operation(ReleaseOutput, errors=(403, 404))
    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Show one release."""
        release = _found(request.user, id)
        return Response(_data(release, actor_names([release.actor])))

    @operation(
        PublishedOutput,
        status=201,
        request=ReleaseInput,
        parameters=(IDEMPOTENCY_KEY,),
        examples=(RELEASE,),
        also={200: OpenApiResponse(PublishedOutput, description="Nothing differed, so nothing was published")},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Publish the drafts of the units that are named; all of them or none."""
        expected, message = publish_options(request.data)
        selection = _selection(request)
        published = publish(
            self.actor,
            selection,
            expected_digest=expected,
            message=message,
            without_review=skips_review(request.data),
        )
        if published.release is None:
            return Response(published_data(published))
        address = request.build_absolute_uri(f"{request.path}{published.release.uuid}/")
        return Response(published_data(published), status=201, headers={"Location": address})

    @operation(PlanOutput, request=ReleaseInput, examples=(PLAN_RELEASE,))
    @action(detail=False, methods=["post"])
    def plan(self, request: Request) -> Response:
        """Show what publishing the units that are named would do; nothing is written."""
        return Response(plan_data(plan_publication(self.actor, _selection(request))))

    @operation(PlanOutput, request=None, errors=(400, 403, 404, 409, 413, 503))
    @action(detail=True, methods=["post"], url_path="undo/plan", url_name="undo-plan")
    def undo_plan(self, request: Request, id: str) -> Response:  # noqa: A002
        """Show what undoing a release would do; nothing is written."""
        return Response(plan_data(plan_undo(self.actor, _found(request.user, id).uuid)))

    @operation(PublishedOutput, request=PublishInput, errors=(404,), parameters=(IDEMPOTENCY_KEY,), examples=(UNDO,))
    @action(detail=True, methods=["post"])
    @idempotent
    def undo(self, request: Request, id: str) -> Response:  # noqa: A002
        """Bring what is official of all its units back to what it was before; drafts keep their content."""
        check_names(request.data, PublishInput)
        expected, message = publish_options(request.data)
        release = _found(request.user, id).uuid
        return Response(published_data(undo_release(self.actor, release, expected_digest=expected, message=message)))


def _selection(request: Request) -> Selection:
    check_names(request.data, ReleaseInput)
    body = body_of(request.data)
    courses, runs = units_named(request.user, body.get("units"))
    all_runs = body.get("with_runs", False)
    if not isinstance(all_runs, bool):
        raise InvalidInput({"with_runs": ["Give true for all runs of the courses that are named, or false."]})
    return Selection.of(courses=courses, runs=runs, all_runs=all_runs, parents=Parents.WHERE_NEEDED)


def _visible_publications(user: Any) -> QuerySet[Publication]:
    drafts = {
        kind: visible(user, Action.VIEW_DRAFT, model.everything.filter(draft=True, uuid=OuterRef("unit_uuid")))
        for kind, model in ((UnitKind.COURSE, Course), (UnitKind.COURSE_RUN, CourseRun))
    }
    conditions = Q()
    for kind, rows in drafts.items():
        conditions |= Q(Exists(rows), unit_kind=kind)
    return Publication.objects.filter(conditions)


def _visible_releases(user: Any) -> QuerySet[Release]:
    seen = _visible_publications(user)
    return (
        Release.objects.filter(Exists(seen.filter(release=OuterRef("pk"))))
        .select_related("undoes")
        .prefetch_related(
            Prefetch("publications", seen.select_related("release").order_by("unit_kind", "unit_key"), to_attr="seen")
        )
        .order_by("-pk")
    )


def _data(release: Any, actors: dict[Any, str]) -> dict[str, Any]:
    return release_data(release, release.seen, actors)


def _found(user: Any, name: str) -> Release:
    wanted: uuid.UUID | None = uuid_or_none(name)
    release = None if wanted is None else _visible_releases(user).filter(uuid=wanted).first()
    if release is None:
        raise UnitNotFound(f"There is no release {name} of units whose drafts you may see.")
    return release
