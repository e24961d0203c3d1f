"""What an import publishes says in the log that nobody reviewed it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from openedx_catalog_publisher.models import Publication

SAMPLE = Path(__file__).resolve().parents[2] / "demo" / "sample_catalog.csv"


@pytest.mark.django_db
def test_an_import_publishes_without_review_and_its_records_say_so() -> None:
    call_command("import_courses", str(SAMPLE), format="edx-learn-csv", publish=True, verbosity=0)

    records = Publication.objects.select_related("release")
    assert {record.approval for record in records} == {Publication.Approval.SKIPPED}
    assert {record.release.message for record in records} == {"sample_catalog.csv"}
