"""Things that tests start from: organizations, users with roles, reference data, and drafts made by the commands."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from organizations.models import Organization

from openedx_catalog_publisher.api import Actor, CourseCreated, Published, Selection, create_course, publish
from openedx_catalog_publisher.models import (
    ALL_ORGANIZATIONS,
    CatalogRole,
    CatalogRoleAssignment,
    Collaborator,
    CourseRunType,
    CourseType,
    LevelType,
    OrganizationProfile,
    Person,
    RoleName,
    Subject,
    Topic,
    WriteSource,
)
from openedx_catalog_publisher.models.normalization import normalize_key

_numbers = itertools.count(1)

SYSTEM = Actor.system("tests")


def make_organization(key: str = "") -> OrganizationProfile:
    """Return the profile of an organization; its platform record is made too where it is missing."""
    key = key or f"Org{next(_numbers)}"
    organization, _ = Organization.objects.get_or_create(short_name=key, defaults={"name": f"{key} Öffentlich"})
    profile, _ = OrganizationProfile.objects.get_or_create(organization=organization, defaults={"key": key})
    return profile


def make_user(username: str = "", **flags: bool) -> Any:
    """Return a user with an active account and no role."""
    return get_user_model().objects.create_user(username or f"user{next(_numbers)}", **flags)


def grant(user: Any, role: RoleName, organization: OrganizationProfile | None = None) -> CatalogRoleAssignment:
    """Grant a role for one organization, or for all, past the command."""
    context = normalize_key(organization.key) if organization else ALL_ORGANIZATIONS
    return CatalogRoleAssignment.objects.create(
        user=user,
        role=CatalogRole.objects.get(name=role),
        context=context,
        applies_to_all_contexts=organization is None,
        reason="tests",
    )


def make_member(organization: OrganizationProfile, username: str = "") -> Any:
    """Return a member of an organization's course team."""
    user = make_user(username)
    grant(user, RoleName.ORG_MEMBER, organization)
    return user


def make_admin(username: str = "") -> Any:
    """Return a catalog administrator who is neither staff nor superuser."""
    user = make_user(username)
    grant(user, RoleName.CATALOG_ADMIN)
    return user


def acting(user: Any, source: WriteSource = WriteSource.NATIVE) -> Actor:
    """Return the actor for a user at the native door."""
    return Actor.of(user, source)


def make_subject(name: str = "") -> Subject:
    """Return a subject."""
    number = next(_numbers)
    return Subject.objects.create(name=name or f"Subject {number}", slug=f"subject-{number}")


def make_topic(name: str = "") -> Topic:
    """Return a topic."""
    number = next(_numbers)
    return Topic.objects.create(name=name or f"Topic {number}", slug=f"topic-{number}")


def make_person(given_name: str = "Ada") -> Person:
    """Return a person."""
    return Person.objects.create(given_name=given_name, family_name="Example", slug=f"person-{next(_numbers)}")


def make_collaborator(name: str = "") -> Collaborator:
    """Return a collaborator."""
    return Collaborator.objects.create(name=name or f"Collaborator {next(_numbers)}")


def make_level(name: str = "Introductory") -> LevelType:
    """Return a level."""
    return LevelType.objects.get_or_create(name=name)[0]


def course_type(slug: str = "verified-audit") -> CourseType:
    """Return a seeded course type."""
    return CourseType.objects.get(slug=slug)


def run_type(slug: str = "verified-audit") -> CourseRunType:
    """Return a seeded run type."""
    return CourseRunType.objects.get(slug=slug)


def seat(slug: str = "verified", price: str = "49.00", **values: Any) -> dict[str, Any]:
    """Return a seat as commands take it."""
    return {"type": slug, "price": price, "currency": "USD", **values}


def course_changes(organization: OrganizationProfile, **changes: Any) -> dict[str, Any]:
    """Return content of a course with something in every table."""
    return {
        "title": "Data for Everyone: 数据 📊",
        "type": str(course_type().uuid),
        "short_description": "Short.",
        "full_description": "<p>Full “description”.</p>",
        "level_type": make_level(),
        "authoring_organizations": [organization],
        "sponsoring_organizations": [make_organization()],
        "subjects": [make_subject(), make_subject()],
        "topics": [make_topic()],
        "collaborators": [make_collaborator()],
        "entitlement": {"mode": "verified", "price": "49.00", "currency": "USD"},
    } | changes


def run_changes(start: str = "2031-02-01T00:00:00Z", **changes: Any) -> dict[str, Any]:
    """Return content of a run with something in every table."""
    return {
        "type": str(run_type().uuid),
        "start": start,
        "end": "2031-12-31T00:00:00Z",
        "pacing_type": "self_paced",
        "language": "en-us",
        "transcript_languages": ["en-us", "ar"],
        "video_translation_languages": ["de"],
        "min_effort": 1,
        "max_effort": 4,
        "weeks_to_complete": 6,
        "staff": [make_person()],
        "seats": [seat("audit", "0.00"), seat("verified", "49.00")],
        "restricted_run": {"restriction_type": "custom-b2c"},
    } | changes


def make_course(
    organization: OrganizationProfile | None = None,
    *,
    actor: Actor = SYSTEM,
    number: str = "",
    runs: int | Sequence[Mapping[str, Any]] = 1,
    **changes: Any,
) -> CourseCreated:
    """Return a draft course with runs, made by the command, with something in every table."""
    profile = organization or make_organization()
    given = [run_changes() for _ in range(runs)] if isinstance(runs, int) else runs
    return create_course(
        actor,
        number=number or f"N{next(_numbers)}",
        changes=course_changes(profile, **changes),
        runs=given,
    )


def publish_now(selection: Selection, *, message: str = "tests", expected_digest: str | None = None) -> Published:
    """Publish drafts without review, as the system may."""
    return publish(SYSTEM, selection, without_review=True, message=message, expected_digest=expected_digest)
