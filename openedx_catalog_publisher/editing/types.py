"""
Which course and run types may be chosen.

The rules bind what is newly chosen through the REST doors. Importers and the admin may set any type that exists, and a
value that stays as it is never breaks a rule; a run type outside its course's type then shows as a warning in the plan.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.models import CourseRunType, CourseType, WriteSource
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
