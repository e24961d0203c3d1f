"""
Reference data that every catalog starts with, the roles, and a profile for each organization that exists already.

What is there already is left alone, also when an operator changed it; types that are made get their tracks and run types, types
that were there keep theirs.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import migrations

from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.seeds.course_types import COURSE_RUN_TYPES, COURSE_TYPES, MODES, SEAT_TYPES, TRACKS
from openedx_catalog_publisher.seeds.currencies import CURRENCIES
from openedx_catalog_publisher.seeds.language_tags import LANGUAGE_TAGS
from openedx_catalog_publisher.seeds.program_types import PROGRAM_TYPES

ROLES = ("org_member", "catalog_admin")


def seed(apps: Any, schema_editor: Any) -> None:
    """Make what is missing."""

    def model(name: str) -> Any:
        return apps.get_model("openedx_catalog_publisher", name)

    for name, rows in (("LanguageTag", LANGUAGE_TAGS), ("Currency", CURRENCIES)):
        known = set(model(name).objects.values_list("code", flat=True))
        model(name).objects.bulk_create(model(name)(code=code, name=text) for code, text in rows if code not in known)
    for program_type in PROGRAM_TYPES:
        model("ProgramType").objects.get_or_create(
            slug=program_type.slug, defaults={"uuid": program_type.uuid, "name": program_type.name}
        )
    for seat_type in SEAT_TYPES:
        model("SeatType").objects.get_or_create(
            slug=seat_type.slug, defaults={"uuid": seat_type.uuid, "name": seat_type.name}
        )
    for mode in MODES:
        model("Mode").objects.get_or_create(
            slug=mode.slug,
            defaults={name: getattr(mode, name) for name in mode._fields if name != "slug"},
        )
    tracks = {}
    for track in TRACKS:
        tracks[track.mode], _ = model("Track").objects.get_or_create(
            uuid=track.uuid,
            defaults={
                "mode": model("Mode").objects.get(slug=track.mode),
                "seat_type": model("SeatType").objects.get(slug=track.seat_type),
            },
        )
    for run_seed in COURSE_RUN_TYPES:
        run_type, made = model("CourseRunType").objects.get_or_create(
            slug=run_seed.slug,
            defaults={"uuid": run_seed.uuid, "name": run_seed.name, "is_marketable": run_seed.is_marketable},
        )
        if made:
            run_type.tracks.set(tracks[mode] for mode in run_seed.tracks)
    for type_seed in COURSE_TYPES:
        course_type, made = model("CourseType").objects.get_or_create(
            slug=type_seed.slug, defaults={"uuid": type_seed.uuid, "name": type_seed.name}
        )
        if made:
            course_type.entitlement_types.set(model("SeatType").objects.filter(slug__in=type_seed.entitlement_types))
            for position, slug in enumerate(type_seed.course_run_types):
                model("CourseTypeRunType").objects.create(
                    course_type=course_type,
                    course_run_type=model("CourseRunType").objects.get(slug=slug),
                    position=position,
                )
    for name in ROLES:
        model("CatalogRole").objects.get_or_create(name=name)


def make_profiles(apps: Any, schema_editor: Any) -> None:
    """Make the profile of each organization that has none."""
    organization = apps.get_model("organizations", "Organization")
    profile = apps.get_model("openedx_catalog_publisher", "OrganizationProfile")
    known = set(profile.objects.values_list("organization_id", flat=True))
    profile.objects.bulk_create(
        profile(
            uuid=uuid.uuid4(),
            organization_id=pk,
            key=short_name,
            key_normalized=normalize_key(short_name),
        )
        for pk, short_name in organization.objects.values_list("pk", "short_name")
        if pk not in known
    )


class Migration(migrations.Migration):
    """Data only; nothing is taken back, since operators may have built on it."""

    dependencies = [("openedx_catalog_publisher", "0001_initial")]

    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunPython(make_profiles, migrations.RunPython.noop),
    ]
