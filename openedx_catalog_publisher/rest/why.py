"""Why a course or a run is or is not visible in a place, and what would have to happen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.checks.why import Doing, Place, PlaceName, Reason, Step, why
from openedx_catalog_publisher.models import Course, CourseRun, UnitKind, UnitRoot
from openedx_catalog_publisher.rest.openapi import operation
from openedx_catalog_publisher.rest.selections import find_draft
from openedx_catalog_publisher.rest.views import CatalogViewSet


class WhyReasonOutput(serializers.Serializer[Any]):
    """One reason."""

    unit = serializers.CharField(help_text="Key of what it is about: the unit, its course, or one of its runs.")
    code = serializers.CharField(help_text="A stable word for programs.")
    message = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True, help_text="Since when it holds, where that is known.")


class WhyOperationOutput(serializers.Serializer[Any]):
    """An operation of this API."""

    method = serializers.CharField()
    url = serializers.URLField()


class WhyStepOutput(serializers.Serializer[Any]):
    """One thing that would have to happen."""

    unit = serializers.CharField(help_text="Key of what it is about.")
    who = serializers.CharField(help_text="Who does it.")
    message = serializers.CharField()
    operation = WhyOperationOutput(allow_null=True, help_text="By which it is done; null where there is none.")
    command = serializers.CharField(help_text="What manage.py is called with where it is done by that, else empty.")
    at = serializers.DateTimeField(allow_null=True, help_text="When it happens by itself, where that is known.")


class WhyPlaceOutput(serializers.Serializer[Any]):
    """What is known of the unit in one place."""

    place = serializers.ChoiceField(choices=[str(name) for name in PlaceName])
    label = serializers.CharField(help_text="The name of a webhook, else empty.")  # type: ignore[assignment]
    consumer = serializers.CharField(help_text="What brings it there; empty for places of the catalog itself.")
    visible = serializers.BooleanField(allow_null=True, help_text="null where that is not known.")
    reasons = WhyReasonOutput(many=True)
    steps = WhyStepOutput(many=True)


class WhyOutput(serializers.Serializer[Any]):
    """Where a unit is visible, why, and what would have to happen. A course is seen in many places by its runs."""

    kind = serializers.ChoiceField(choices=UnitKind.choices)
    uuid = serializers.UUIDField()
    key = serializers.CharField()
    at = serializers.DateTimeField(help_text="The time of the answer.")
    places = WhyPlaceOutput(many=True)


class UnitWhyViewSet(CatalogViewSet):
    """What the answers for courses and those for runs have in common."""

    part = "why"
    kind: ClassVar[UnitKind]
    model: ClassVar[type[UnitRoot]]

    def answer(self, request: Request, name: str) -> Response:
        """Answer where a unit is visible."""
        draft = find_draft(request.user, self.model, name)
        found = why(request.user, self.kind, draft["uuid"])
        places = [_place(place, request.build_absolute_uri) for place in found.places]
        unit = {"kind": str(found.kind), "uuid": found.uuid, "key": found.key, "at": found.at}
        return Response({**unit, "places": places})


class CourseWhyViewSet(UnitWhyViewSet):
    """Why a course is or is not visible."""

    kind = UnitKind.COURSE
    model = Course

    @operation(WhyOutput, errors=(403, 404, 503))
    def retrieve(self, request: Request, course: str) -> Response:
        """Say why a course is or is not visible in each place, and what would have to happen."""
        return self.answer(request, course)


class CourseRunWhyViewSet(UnitWhyViewSet):
    """Why a course run is or is not visible."""

    kind = UnitKind.COURSE_RUN
    model = CourseRun

    @operation(WhyOutput, errors=(403, 404, 503))
    def retrieve(self, request: Request, run: str) -> Response:
        """Say why a course run is or is not visible in each place, and what would have to happen."""
        return self.answer(request, run)


def _place(place: Place, absolute: Callable[[str], str]) -> dict[str, Any]:
    verdict = place.verdict
    return {
        "place": str(place.name),
        "label": place.label,
        "consumer": place.consumer,
        "visible": verdict.visible,
        "reasons": [_reason(reason) for reason in verdict.reasons],
        "steps": [_step(step, absolute) for step in verdict.steps],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {"unit": reason.unit, "code": reason.code, "message": reason.message, "since": reason.since}


def _step(step: Step, absolute: Callable[[str], str]) -> dict[str, Any]:
    doing = None
    if step.doing is not None:
        method, path = OPERATIONS[step.doing](step)
        doing = {"method": method, "url": absolute(path)}
    return {
        "unit": step.unit,
        "who": step.who,
        "message": step.message,
        "operation": doing,
        "command": step.command,
        "at": step.at,
    }


def _on_unit(method: str, act: str) -> Callable[[Step], tuple[str, str]]:
    def found(step: Step) -> tuple[str, str]:
        name = "course_run" if step.is_run else "course"
        return method, _path(f"{name}-{act}", id=step.target)

    return found


def _submission(step: Step) -> tuple[str, str]:
    if step.is_run:
        return "POST", _path("course_run_review-list", run=step.target)
    return "POST", _path("course_review-list", course=step.target)


OPERATIONS: Mapping[Doing, Callable[[Step], tuple[str, str]]] = {
    Doing.EDIT: _on_unit("PATCH", "detail"),
    Doing.ADD_RUN: lambda step: ("POST", _path("course_run-list")),
    Doing.SUBMIT: _submission,
    Doing.DECIDE: lambda step: ("POST", _path("review-decide", id=step.target)),
    Doing.PUBLISH: _on_unit("POST", "publish"),
    Doing.REOPEN: _on_unit("POST", "reopen"),
    Doing.REPLAY: lambda step: ("POST", _path("outbox-replay")),
    Doing.RETRY: lambda step: ("POST", _path("outbox-retry")),
    Doing.CHANGE_WEBHOOK: lambda step: ("PATCH", _path("webhook-detail", id=step.target)),
}


def _path(name: str, **named: UUID | None) -> str:
    return reverse(f"catalog_publisher:{name}", kwargs={key: str(value) for key, value in named.items()})
