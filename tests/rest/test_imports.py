"""Files that are handed in through the API, imported by a worker and reported row by row."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from kombu.exceptions import OperationalError

from openedx_catalog_publisher.importers.formats import FORMATS
from openedx_catalog_publisher.importers.jobs import run_job
from openedx_catalog_publisher.models import Course, ImportContent, ImportJob
from tests import factories
from tests.rest.conftest import API, Api

pytestmark = pytest.mark.django_db

SAMPLE = (Path(__file__).resolve().parents[2] / "demo" / "sample_catalog.csv").read_bytes()


@pytest.fixture
def admin() -> Api:
    return Api(factories.make_admin("root"))


def hand_in(api: Api, content: bytes, name: str = "courses.csv", **fields: str) -> Any:
    data = {"file": SimpleUploadedFile(name, content), "format": "edx-learn-csv", **fields}
    return api.client.post(f"{API}/imports/", data)


def report_of(api: Api, job: dict[str, Any]) -> Any:
    response = api.get(f"/imports/{job['uuid']}/report/")
    return json.loads(b"".join(response.streaming_content)) if response.streaming else response


def test_a_file_is_handed_in_imported_and_reported(admin: Api) -> None:
    response = hand_in(admin, SAMPLE)

    assert response.status_code == 202, response.json()
    job = admin.client.get(response["Location"]).json()
    assert (job["status"], job["message"], job["user"]) == ("completed", "", "root")
    assert job["rows_done"] == job["rows_total"] > 0
    assert job["counts"]["created"]["courses"] == Course.drafts.count() > 0
    report = report_of(admin, job)
    assert (report["file"], report["rows"]) == ("courses.csv", job["rows_total"])
    assert len(report["created"]["keys"]) == job["counts"]["created"]["courses"] + job["counts"]["created"]["runs"]
    assert admin.get("/imports/").json()["results"] == [job]


def test_the_second_time_changes_nothing(admin: Api) -> None:
    hand_in(admin, SAMPLE, publish="true")
    job = admin.client.get(hand_in(admin, SAMPLE, publish="true")["Location"]).json()

    assert (job["counts"]["created"], job["counts"]["updated"], job["counts"]["published"]) == (
        {"courses": 0, "runs": 0},
        {"courses": 0, "runs": 0},
        0,
    )
    assert job["counts"]["unchanged"]["courses"] == Course.objects.count()


def test_a_dry_run_writes_nothing_and_reports_all(admin: Api) -> None:
    job = admin.client.get(hand_in(admin, SAMPLE, dry_run="true")["Location"]).json()

    assert Course.everything.count() == 0
    assert len(report_of(admin, job)["created"]["keys"]) > 0


def test_an_import_leaves_no_file_behind(admin: Api) -> None:
    hand_in(admin, SAMPLE)

    assert set(ImportContent.objects.values_list("kind", flat=True)) == {"report"}


def test_a_file_of_another_format_fails_with_a_sentence(admin: Api) -> None:
    job = admin.client.get(hand_in(admin, b"this is no catalog")["Location"]).json()

    assert job["status"] == "failed"
    assert job["message"]
    assert not ImportContent.objects.filter(kind=ImportContent.Kind.FILE).exists()


def test_all_faults_of_a_request_are_named_and_nothing_is_kept(admin: Api) -> None:
    response = admin.client.post(f"{API}/imports/", {"format": "xml", "dry_run": "maybe", "colour": "red"})

    assert response.status_code == 400
    assert sorted(response.json()["errors"]) == ["colour", "dry_run", "file", "format"]
    assert not ImportJob.objects.exists()


def test_imports_are_for_catalog_administrators(course: Course, team: Api, admin: Api) -> None:
    job = hand_in(admin, SAMPLE).json()
    staff = Api(factories.make_user(is_staff=True))

    for api in (team, staff):
        assert hand_in(api, SAMPLE).status_code == 403
        assert api.get("/imports/").status_code == 403
        assert api.get(f"/imports/{job['uuid']}/").status_code == 403
        assert api.get(f"/imports/{job['uuid']}/report/").status_code == 403
    assert ImportJob.objects.count() == 1


def test_an_import_that_does_not_exist_is_not_found(admin: Api) -> None:
    assert admin.get("/imports/latest/").status_code == 404


@pytest.fixture
def waiting(admin: Api, monkeypatch: pytest.MonkeyPatch) -> ImportJob:
    """An import that no worker has taken up."""
    monkeypatch.setattr("celery.canvas.Signature.apply_async", lambda self: None)
    hand_in(admin, SAMPLE)
    return ImportJob.objects.get()


def test_before_a_worker_takes_it_up_there_is_no_report(admin: Api, waiting: ImportJob) -> None:
    assert admin.get(f"/imports/{waiting.uuid}/").json()["status"] == "pending"
    assert admin.get(f"/imports/{waiting.uuid}/report/").status_code == 409


def test_an_import_is_carried_out_by_one_worker_only(waiting: ImportJob) -> None:
    ImportJob.objects.update(status=ImportJob.Status.RUNNING, sign_of_life=timezone.now())

    run_job(waiting.uuid)

    assert Course.drafts.count() == 0


def test_an_import_whose_worker_died_is_told_and_can_be_taken_up(admin: Api, waiting: ImportJob) -> None:
    dead = timezone.now() - ImportJob.LEASE - timedelta(seconds=1)
    ImportJob.objects.update(status=ImportJob.Status.RUNNING, sign_of_life=dead)
    assert admin.get(f"/imports/{waiting.uuid}/").json()["status"] == "lost"

    run_job(waiting.uuid)

    assert admin.get(f"/imports/{waiting.uuid}/").json()["status"] == "completed"


def test_whoever_lost_the_right_meanwhile_imports_nothing(waiting: ImportJob) -> None:
    assert waiting.user is not None
    waiting.user.is_active = False
    waiting.user.save()

    run_job(waiting.uuid)

    waiting.refresh_from_db()
    assert (waiting.status, waiting.message) == ("failed", "You may not import.")
    assert Course.drafts.count() == 0


def test_an_account_that_is_gone_imports_nothing(waiting: ImportJob) -> None:
    ImportJob.objects.update(user=None)

    run_job(waiting.uuid)

    waiting.refresh_from_db()
    assert waiting.status == "failed"
    assert Course.drafts.count() == 0


def test_a_fault_of_ours_is_told_and_raised(waiting: ImportJob, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("openedx_catalog_publisher.importers.jobs.CatalogImport.run", fail)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        run_job(waiting.uuid)

    waiting.refresh_from_db()
    assert waiting.status == "failed"
    assert "fault of the server" in waiting.message


def test_without_a_queue_nothing_is_taken_in(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Any) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr("celery.canvas.Signature.apply_async", fail)

    assert hand_in(admin, SAMPLE).status_code == 503
    assert not ImportJob.objects.exists()


def test_the_formats_are_those_that_can_be_imported() -> None:
    assert set(ImportJob.Format.values) == set(FORMATS)
