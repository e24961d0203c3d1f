"""Values that one database would take and another refuse are refused everywhere, in words."""

from __future__ import annotations

import uuid

import pytest

from openedx_catalog_publisher.api import InvalidInput, Selection, remove, unpublish, update_run
from openedx_catalog_publisher.models import Release
from tests.factories import SYSTEM, make_course

pytestmark = pytest.mark.django_db


def test_a_uuid_of_no_known_variant_is_refused() -> None:
    run = make_course().runs[0].uuid

    with pytest.raises(InvalidInput) as caught:
        update_run(SYSTEM, run, {"variant_id": "6018366c-f658-f7a7-5ed3-000000000000"})

    assert caught.value.fields == {"variant_id": ["Give a UUID of RFC 9562; MariaDB stores no other."]}
    assert update_run(SYSTEM, run, {"variant_id": str(uuid.uuid4())}).changed == ("variant_id",)


def test_withdrawing_nothing_is_refused_and_makes_no_release() -> None:
    with pytest.raises(InvalidInput) as caught:
        unpublish(SYSTEM, Selection.of(), reason="Over.")
    assert list(caught.value.fields) == ["units"]
    with pytest.raises(InvalidInput):
        remove(SYSTEM, reason="Gone.")
    assert not Release.objects.exists()
