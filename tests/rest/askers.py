"""Who asks: one client for each kind of user, and what each is answered."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

from openedx_catalog_publisher.models import OrganizationProfile
from tests import factories
from tests.rest.conftest import Api


def askers(organization: OrganizationProfile) -> dict[str, Api]:
    """Return a client of nobody, and one of each kind of user as seen from an organization."""
    return {
        "anonymous": Api(None),
        "outsider": Api(factories.make_user("outsider")),
        "member": Api(factories.make_member(organization, "member")),
        "member elsewhere": Api(factories.make_member(factories.make_organization(), "elsewhere")),
        "staff": Api(factories.make_user("staff", is_staff=True)),
        "administrator": Api(factories.make_admin("administrator")),
    }


def statuses(apis: Mapping[str, Api], method: str, path: str, data: Any = None) -> dict[str, int]:
    """Return the status that each is answered."""
    return {name: api.send(method, path, data).status_code for name, api in apis.items()}


def png(width: int = 40, height: int = 20) -> bytes:
    """Return a picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (20, 120, 200)).save(out, "PNG")
    return out.getvalue()


def data_uri(width: int = 40, height: int = 20) -> str:
    """Return a picture of one colour as a data URI."""
    return f"data:image/png;base64,{base64.b64encode(png(width, height)).decode()}"
