"""The fields of course overviews that nothing else writes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.models.signals import post_save
from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.api import CourseCreated, Selection, remove, unpublish, update_run
from openedx_catalog_publisher.consumers.course_overview import CourseOverview as Consumer
from openedx_catalog_publisher.models import CourseRun, CourseType, Delivery
from openedx_catalog_publisher.outbox.relay import relay
from openedx_catalog_publisher.platform import standalone
from tests.consumers.held import drift
from tests.consumers.state_contract import StateContract
from tests.factories import SYSTEM, make_course, make_organization, publish_now
from tests.fake_platform.models import CourseOverview
from tests.fake_platform.modules import platform_modules

pytestmark = pytest.mark.django_db

PATH = "openedx_catalog_publisher.consumers.course_overview.CourseOverview"
ROOT = "https://courses.example.org"


@pytest.fixture(autouse=True)
def platform(settings: Any) -> Iterator[None]:
    """The platform's modules, with the consumer as the only one, and a marketing site."""
    settings.CATALOG_PUBLISHER_CONSUMERS = [PATH]
    settings.CATALOG_PUBLISHER_MARKETING_URL_ROOT = ROOT
    with platform_modules():
        yield


def a_course(known: bool = True) -> CourseCreated:
    """Return a draft course with one run, which the platform knows."""
    made = make_course(make_organization("AcmeX"))
    changes = {"slug": "data", "external_key": "EXT1", "eligible_for_financial_aid": False}
    update_run(SYSTEM, made.runs[0].uuid, changes=changes)
    if known:
        CourseOverview.objects.create(id=CourseKey.from_string(made.runs[0].key), display_name="As in Studio")
    return made


def go_live(made: CourseCreated) -> None:
    """Publish a course with its run."""
    publish_now(Selection.of(courses=[made.course.uuid], all_runs=True))


def stored() -> tuple[Any, ...]:
    """Return our fields of the overview."""
    row = CourseOverview.objects.get()
    return (row.marketing_url, row.external_id, row.eligible_for_financial_aid)


def test_our_fields_are_written_and_no_others() -> None:
    made = a_course()
    go_live(made)
    relay()
    assert stored() == (f"{ROOT}/course/data", "EXT1", False)
    assert CourseOverview.objects.get().display_name == "As in Studio"


def test_a_run_that_was_taken_back_has_no_page_and_one_that_was_removed_no_external_id() -> None:
    made = a_course()
    go_live(made)
    unpublish(SYSTEM, Selection.of(runs=[made.runs[0].uuid]), reason="tests")
    relay()
    assert stored() == (None, "EXT1", False)
    remove(SYSTEM, runs=[made.runs[0].uuid], reason="tests")
    relay()
    assert stored() == (None, None, False)


def test_without_a_marketing_site_addresses_are_left_alone(settings: Any) -> None:
    settings.CATALOG_PUBLISHER_MARKETING_URL_ROOT = ""
    made = a_course()
    CourseOverview.objects.update(marketing_url="https://elsewhere.example.org/")
    go_live(made)
    relay()
    assert stored() == ("https://elsewhere.example.org/", "EXT1", False)


def test_what_studio_writes_meanwhile_is_not_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    made = a_course()
    go_live(made)
    save = CourseOverview.save

    def save_after_studio(overview: Any, *args: Any, **kwargs: Any) -> None:
        CourseOverview.objects.update(display_name="Saved in Studio")
        save(overview, *args, **kwargs)

    monkeypatch.setattr(CourseOverview, "save", save_after_studio)
    relay()
    assert CourseOverview.objects.get().display_name == "Saved in Studio"
    assert stored()[1] == "EXT1"


def test_an_external_key_that_does_not_fit_is_told() -> None:
    made = a_course()
    update_run(SYSTEM, made.runs[0].uuid, changes={"external_key": "x" * 129})
    go_live(made)
    assert relay().failed == 1
    assert "external_id of course-v1:AcmeX" in Delivery.objects.get(state="pending").last_error
    assert "the platform takes 128" in Delivery.objects.get(state="pending").last_error


def test_a_published_run_that_is_not_in_the_platform_is_tried_again_and_one_taken_back_is_not() -> None:
    made = a_course(known=False)
    go_live(made)
    assert relay().failed == 1
    unpublish(SYSTEM, Selection.of(runs=[made.runs[0].uuid]), reason="tests")
    Delivery.objects.update(due=None, state="dead")
    assert relay().failed == 0


def test_runs_outside_of_the_platform_have_no_overview() -> None:
    made = a_course(known=False)
    CourseType.objects.filter(slug="verified-audit").update(slug="bootcamp-2u")
    go_live(made)
    assert relay().failed == 0
    assert drift(Consumer(), made.runs[0].uuid) is None


def test_drift_is_told_field_by_field_and_gone_when_it_was_delivered() -> None:
    made = a_course()
    consumer, unit = Consumer(), made.runs[0].uuid
    go_live(made)
    assert drift(consumer, unit) == {
        "external_id": ("EXT1", None),
        "eligible_for_financial_aid": (False, True),
        "marketing_url": (f"{ROOT}/course/data", None),
    }
    relay()
    assert drift(consumer, unit) == {}
    CourseOverview.objects.all().delete()
    assert drift(consumer, unit) == {
        "external_id": ("EXT1", None),
        "eligible_for_financial_aid": (False, None),
        "marketing_url": (f"{ROOT}/course/data", None),
    }
    unpublish(SYSTEM, Selection.of(runs=[unit]), reason="tests")
    assert drift(consumer, unit) is None


def test_without_a_platform_overviews_are_kept_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = standalone.MemoryCourseOverviews()
    monkeypatch.setattr("openedx_catalog_publisher.platform.backends.in_platform", lambda: False)
    monkeypatch.setattr(standalone, "COURSE_OVERVIEWS", memory)
    made = a_course(known=False)
    go_live(made)
    relay()
    key = CourseKey.from_string(made.runs[0].key)
    assert memory.of_course(key) == {
        "marketing_url": f"{ROOT}/course/data",
        "external_id": "EXT1",
        "eligible_for_financial_aid": False,
    }


class TestContract(StateContract):
    path = PATH

    @pytest.fixture(autouse=True)
    def watched(self) -> Iterator[None]:
        """Note every time that an overview is saved."""
        self.saved: list[Hashable] = []

        def note(**kwargs: Any) -> None:
            self.saved.append(stored())

        post_save.connect(note, sender=CourseOverview)
        yield
        post_save.disconnect(note, sender=CourseOverview)

    def steps(self) -> Sequence[Callable[[], Any]]:
        made = a_course()
        publish_now(Selection.of(courses=[made.course.uuid]))
        self.saved.clear()
        run = Selection.of(runs=[made.runs[0].uuid])
        return [lambda: publish_now(run), lambda: unpublish(SYSTEM, run, reason="tests")]

    def state(self) -> Any:
        return stored()

    def wanted(self) -> Any:
        live = CourseRun.objects.get().status == "published"
        return (f"{ROOT}/course/data" if live else None, "EXT1", False)

    def effects(self) -> list[Hashable]:
        return list(self.saved)

    def writes_of_the_last_state(self) -> list[Hashable]:
        return [(None, "EXT1", False)]

    @contextmanager
    def failing(self, error: BaseException, *, after: bool) -> Iterator[None]:
        save, failures = CourseOverview.save, [error]

        def fail_once(overview: Any, *args: Any, **kwargs: Any) -> None:
            if failures and not after:
                raise failures.pop()
            save(overview, *args, **kwargs)
            if failures:
                raise failures.pop()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(CourseOverview, "save", fail_once)
            yield
