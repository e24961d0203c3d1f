"""People of the review, and their browsers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from openedx_catalog_publisher.models import OrganizationProfile, RoleName
from tests.admin.conftest import logged_in
from tests.factories import grant, make_admin, make_organization, make_user


@pytest.fixture
def organization() -> OrganizationProfile:
    """The organization whose courses are reviewed."""
    return make_organization("NorthU")


@pytest.fixture
def legal(organization: OrganizationProfile) -> Any:
    """A legal reviewer, who is neither staff nor superuser."""
    user = make_user("legal")
    grant(user, RoleName.LEGAL_REVIEWER, organization)
    return user


@pytest.fixture
def administrator() -> Client:
    """The browser of a catalog administrator, who is neither staff nor superuser."""
    return logged_in(make_admin("administrator"))
