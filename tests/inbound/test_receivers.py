"""What the platform's signals do here: one profile beside each organization, with its key in step."""

from __future__ import annotations

import pytest
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext
from organizations.models import Organization

from openedx_catalog_publisher.models import OrganizationProfile

pytestmark = pytest.mark.django_db


def test_an_organization_gets_a_profile_with_its_key() -> None:
    organization = Organization.objects.create(name="Acme", short_name="AcmeX")

    profile = OrganizationProfile.objects.get(organization=organization)
    assert (profile.key, profile.key_normalized) == ("AcmeX", "acmex")


def test_saving_an_organization_again_makes_no_second_profile_and_keeps_the_first() -> None:
    organization = Organization.objects.create(name="Acme", short_name="AcmeX")
    uuid = OrganizationProfile.objects.get().uuid

    organization.description = "Words."
    organization.save()

    assert OrganizationProfile.objects.get().uuid == uuid


def test_a_corrected_short_name_is_followed() -> None:
    organization = Organization.objects.create(name="Acme", short_name="AcmeX")

    organization.short_name = "ACMEx"
    organization.save()

    profile = OrganizationProfile.objects.get()
    assert (profile.key, profile.key_normalized) == ("ACMEx", "acmex")


def test_a_profile_is_kept_in_one_statement_more() -> None:
    organization = Organization.objects.create(name="Acme", short_name="AcmeX")

    with CaptureQueriesContext(connection) as captured:
        organization.save()

    # Others, such as the core catalog, look after organizations, too.
    ours = [query for query in captured.captured_queries if OrganizationProfile._meta.db_table in query["sql"]]
    assert len(ours) == 1


def test_a_fixture_brings_its_own_profiles() -> None:
    organization = Organization.objects.create(name="Acme", short_name="AcmeX")
    text = serializers.serialize("json", [organization])
    OrganizationProfile.objects.all().delete()

    for entry in serializers.deserialize("json", text):
        entry.save()

    assert not OrganizationProfile.objects.exists()
