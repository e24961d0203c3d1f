"""Receivers of the platform's signals. They run in the sender's transaction and write one row; no command runs here."""

from __future__ import annotations

import logging
from typing import Any

from celery import signature
from django.db import transaction
from kombu.exceptions import OperationalError

from openedx_catalog_publisher.models import (
    ActorPseudonym,
    CatalogRole,
    CatalogRoleAssignment,
    Course,
    CourseEditor,
    InboxEntry,
    OrganizationProfile,
)
from openedx_catalog_publisher.models.normalization import normalize_key

logger = logging.getLogger(__name__)

TASK = "openedx_catalog_publisher.process_inbox"


def organization_saved(instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """
    Keep one profile beside each ``organizations.Organization``, with its key in step with the short name.

    Arguments:
        instance: the organization that was saved.
        raw: whether a fixture is being loaded, which brings its own profiles.
    """
    if raw:
        return
    key = instance.short_name
    profile = OrganizationProfile.objects.filter(organization=instance).only("pk", "key").first()
    if profile is None:
        OrganizationProfile.objects.create(organization=instance, key=key)
    elif profile.key != key:
        OrganizationProfile.objects.filter(pk=profile.pk).update(key=key, key_normalized=normalize_key(key))


def user_retired(user: Any, **kwargs: Any) -> None:
    """
    Note that the platform retires an account, so that a worker ends what it holds.

    Arguments:
        user: the account; the platform makes it inactive and takes its name from it.
    """
    _note(InboxEntry.Kind.USER_RETIRED, {"user": user.pk})


def user_deleted(instance: Any, **kwargs: Any) -> None:
    """
    Note what an account held that is about to be deleted, so that a worker records its end: the rows go with it.

    Arguments:
        instance: the account.
    """
    # Locked, so that nobody revokes at this moment what is noted here, and both record its end. These rows alone: by a
    # join roles and courses were locked as well, for as long as the sender's transaction takes.
    held = list(CatalogRoleAssignment.objects.select_for_update().filter(user=instance).order_by("pk"))
    edited = list(CourseEditor.objects.select_for_update().filter(user=instance).order_by("pk"))
    roles = dict(CatalogRole.objects.values_list("pk", "name")) if held else {}
    grants = [(roles[grant.role_id], grant.context, grant.expires_at) for grant in held]
    drafts = Course.everything.filter(pk__in=[editor.course_id for editor in edited])
    courses = list(drafts.values_list("uuid", flat=True)) if edited else []
    if not grants and not courses:
        return
    holder, _ = ActorPseudonym.objects.get_or_create(user=instance)
    _note(
        InboxEntry.Kind.USER_DELETED,
        {
            "user": instance.pk,
            "holder": str(holder.uuid),
            "grants": [[role, context, expires and expires.isoformat()] for role, context, expires in grants],
            "courses": [str(course) for course in courses],
        },
    )


def _note(kind: InboxEntry.Kind, payload: dict[str, Any]) -> None:
    InboxEntry.objects.create(kind=kind, payload=payload)
    # Once for any number of entries. Robust, since nothing that goes wrong then is the sender's.
    if not any(hook[1] is start_worker for hook in transaction.get_connection().run_on_commit):
        transaction.on_commit(start_worker, robust=True)


def start_worker() -> None:
    """Start the worker of the inbox; where no queue can be reached, the entries wait for its next run."""
    try:
        signature(TASK).apply_async(retry=False, ignore_result=True)
    except OperationalError as error:
        logger.warning("The inbox waits: %s. The next run of manage.py process_inbox catches up.", error)
