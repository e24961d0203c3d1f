"""
Which course and run types may be chosen.

The rules bind what is newly chosen through the REST doors. Importers and the admin may set any type that exists, and a
value that stays as it is never breaks a rule; a run type outside its course's type then shows as a warning in the plan.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.access.policy import can
from openedx_catalog_publisher.commands.anchors import MODELS, Anchor
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.models import CourseEntitlement, CourseRunType, CourseType, Seat, UnitKind, WriteSource
from openedx_catalog_publisher.settings.conf import retired_course_types, retired_run_types

BINDING = frozenset({WriteSource.NATIVE, WriteSource.DISCOVERY})


def check_course_type(operation: Operation, course_type: str | None, owners: Collection[str]) -> None:
    """
    Check a course type that is newly chosen.

    Arguments:
        operation: the command's operation, which knows the door.
        course_type: uuid of the type; None chooses none.
        owners: uuids of the course's authoring organizations.

    Raises:
        InvalidInput: naming ``type``, when the type is retired or reserved for other organizations.
    """
    if course_type is None or operation.source not in BINDING:
        return
    rows = list(CourseType.objects.filter(uuid=course_type).values_list("slug", "name", "white_listed_orgs__uuid"))
    reserved = {str(organization) for *_, organization in rows if organization is not None}
    for slug, name, _ in rows[:1]:
        if slug in retired_course_types():
            raise InvalidInput({"type": [f"The course type {name} is retired. Choose another one."]})
        if reserved and reserved.isdisjoint(owners):
            raise InvalidInput({"type": [f"The course type {name} is reserved for other organizations."]})


def check_run_type(operation: Operation, run_type: str | None, course_type: str | None) -> None:
    """
    Check a run type that is newly chosen.

    Arguments:
        operation: the command's operation, which knows the door.
        run_type: uuid of the type; None chooses none.
        course_type: uuid of the course's type; None where it has none.

    Raises:
        InvalidInput: naming ``type``, when the type is retired, ``empty``, or not among those of the course's type.
    """
    if run_type is None or operation.source not in BINDING:
        return
    offered = CourseType.objects.filter(Q(uuid=course_type), course_run_types=OuterRef("pk"))
    found = CourseRunType.objects.filter(uuid=run_type).annotate(offered=Exists(offered)).first()
    if found is None:
        return
    if found.slug in retired_run_types() or found.slug == CourseRunType.EMPTY_SLUG:
        raise InvalidInput({"type": [f"The run type {found.name} is not offered. Choose another one."]})
    if not found.offered:
        raise InvalidInput(
            {"type": [f"The run type {found.name} is not among those of the course's type. Choose one of them."]}
        )


def check_keeps_what_is_sold(operation: Operation, anchor: Anchor, new_type: str | None) -> None:
    """
    Check that another type still sells what is published: every seat type of the official runs, and for a course its
    entitlement. Discovery lets a course lose them, after which it can be saved no more.

    Arguments:
        operation: the command's operation, which knows the door and the actor.
        anchor: the course or the run whose type is newly chosen.
        new_type: uuid of the course type or run type; None for none.

    Raises:
        InvalidInput: naming ``type``, but not to catalog administrators.
    """
    if operation.source not in BINDING:
        return
    is_course = anchor.kind == UnitKind.COURSE
    owner = "course_run__course__draft_version" if is_course else "course_run__draft_version"
    sold = set(Seat.objects.filter(**{owner: anchor.pk}).values_list("type__slug", flat=True))
    rights = set(CourseEntitlement.objects.filter(course__draft_version=anchor.pk).values_list("mode__slug", flat=True))
    rights = rights if is_course else set()
    if not sold and not rights:
        return
    model, tracks = (CourseType, "course_run_types__tracks") if is_course else (CourseRunType, "tracks")
    rows: Any = model._default_manager.filter(uuid=new_type)  # type: ignore[misc]
    lost = sold - set(rows.values_list(f"{tracks}__seat_type__slug", flat=True))
    if rights:
        lost |= rights - set(rows.values_list("entitlement_types__slug", flat=True))
    draft = MODELS[anchor.kind]._base_manager.get(pk=anchor.pk) if lost else None
    if lost and not can(operation.actor.user, Action.SKIP_REVIEW, draft):
        raise InvalidInput(
            {"type": [f"This type does not sell what is published: {', '.join(sorted(lost))}. Choose one that does."]}
        )
