"""Rights as commands ask for them: the system may do everything, anybody else what the policy says."""

from __future__ import annotations

from typing import Any

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.access.policy import can, may_by_account, visible
from openedx_catalog_publisher.commands.actor import Actor
from openedx_catalog_publisher.commands.anchors import Anchors
from openedx_catalog_publisher.commands.errors import NotPermitted
from openedx_catalog_publisher.models import Course


def require(actor: Actor, action: Action, obj: Any) -> None:
    """
    Check a right on one object.

    Raises:
        NotPermitted: when the actor lacks it.
    """
    if not actor.is_system and not can(actor.user, action, obj):
        raise NotPermitted(f"You may not {words(action)}.")


def require_on_courses(actor: Actor, action: Action, anchors: Anchors) -> None:
    """
    Check a right on all courses of these anchors, in one statement; a run is its course's.

    Raises:
        NotPermitted: naming the courses on which the actor lacks it.
    """
    if actor.is_system or may_by_account(actor.user, action):
        return
    pks = {course.pk: course.key for course in anchors.courses.values()}
    allowed = set(visible(actor.user, action, Course.everything.filter(pk__in=pks)).values_list("pk", flat=True))
    refused = sorted(key for pk, key in pks.items() if pk not in allowed)
    if refused:
        raise NotPermitted(f"You may not {words(action)} {', '.join(refused)}.")


def words(action: Action) -> str:
    """Return an action as it stands in a sentence."""
    return action.value.replace("_", " ")
