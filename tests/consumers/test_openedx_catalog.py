"""Courses and runs of the core catalog, with their titles."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.api import CourseCreated, Selection, remove, update_course, update_run
from openedx_catalog_publisher.consumers.openedx_catalog import OpenedxCatalog
from openedx_catalog_publisher.models import CourseRun, CourseType, Delivery
from openedx_catalog_publisher.outbox.relay import relay
from openedx_catalog_publisher.platform import backends
from openedx_catalog_publisher.platform.core_catalog import CoreCatalog, CourseCode
from openedx_catalog_publisher.platform.standalone import MemoryCoreCatalog
from tests.consumers.held import drift
from tests.consumers.state_contract import StateContract
from tests.core_catalog import needs_core_catalog
from tests.factories import SYSTEM, make_course, make_organization, publish_now

pytestmark = pytest.mark.django_db

PATH = "openedx_catalog_publisher.consumers.openedx_catalog.OpenedxCatalog"
COURSE = CourseCode("AcmeX", "N1")


class Watched:
    """A core catalog, of which each write is noted, and which fails when it is told to."""

    def __init__(self, catalog: CoreCatalog) -> None:
        self.catalog = catalog
        self.writes: list[Hashable] = []
        self.failure: tuple[BaseException, bool] | None = None

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.catalog, name)

        def write(*args: Any) -> None:
            error, after = self.failure or (None, False)
            self.failure = None
            if error is not None and not after:
                raise error
            method(*args)
            self.writes.append((name, *map(str, args)))
            if error is not None:
                raise error

        return write if name in ("add_run", "set_run_title", "set_course_title") else method


@pytest.fixture(params=[pytest.param("installed", marks=needs_core_catalog), "standalone"])
def catalog(request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """The core catalog, with the consumer as the only one."""
    settings.CATALOG_PUBLISHER_CONSUMERS = [PATH]
    found = MemoryCoreCatalog() if request.param == "standalone" else backends.core_catalog()
    assert found is not None
    watched = Watched(found)
    monkeypatch.setattr(backends, "core_catalog", lambda: watched)
    return watched


def a_course(title: str = "Data") -> CourseCreated:
    """Return a draft course with one run."""
    return make_course(make_organization("AcmeX"), number="N1", title=title)


def go_live(made: CourseCreated) -> None:
    """Publish a course with its run."""
    publish_now(Selection.of(courses=[made.course.uuid], all_runs=True))


def key_of(made: CourseCreated) -> CourseKey:
    """Return the key of the run."""
    return CourseKey.from_string(made.runs[0].key)


def test_a_published_run_is_there_with_its_title_and_its_course_with_the_courses(catalog: Watched) -> None:
    made = a_course()
    update_run(SYSTEM, made.runs[0].uuid, changes={"title_override": "Data in spring"})
    go_live(made)
    relay()
    assert catalog.run_title(key_of(made)) == "Data in spring"
    assert catalog.course_title(COURSE) == "Data"


def test_a_course_without_a_published_run_is_not_added(catalog: Watched) -> None:
    made = a_course()
    publish_now(Selection.of(courses=[made.course.uuid]))
    relay()
    assert catalog.writes == []
    assert drift(OpenedxCatalog(), made.course.uuid) is None


def test_another_title_of_the_course_is_brought_across_alone(catalog: Watched) -> None:
    made = a_course()
    go_live(made)
    relay()
    catalog.writes.clear()
    update_course(SYSTEM, made.course.uuid, changes={"title": "Data for all"})
    publish_now(Selection.of(courses=[made.course.uuid]))
    relay()
    assert catalog.writes == [("set_course_title", str(COURSE), "Data for all")]


def test_a_removed_run_stays_since_the_platform_may_have_it(catalog: Watched) -> None:
    made = a_course()
    go_live(made)
    relay()
    remove(SYSTEM, courses=[made.course.uuid], reason="tests")
    relay()
    assert catalog.run_title(key_of(made)) == "Data"
    assert drift(OpenedxCatalog(), made.runs[0].uuid) is None


def test_a_run_outside_of_the_platform_is_not_added(catalog: Watched) -> None:
    made = a_course()
    CourseType.objects.filter(slug="verified-audit").update(slug="bootcamp-2u")
    go_live(made)
    relay()
    assert catalog.writes == []


def test_drift_is_told_and_gone_when_it_was_delivered(catalog: Watched) -> None:
    made = a_course()
    go_live(made)
    consumer, unit = OpenedxCatalog(), made.runs[0].uuid
    run = f"run {made.runs[0].key}"
    assert drift(consumer, unit) == {run: ("Data", None)}
    relay()
    assert drift(consumer, unit) == drift(consumer, made.course.uuid) == {}
    catalog.set_run_title(key_of(made), "Other")
    catalog.set_course_title(COURSE, "Another")
    assert drift(consumer, unit) == {run: ("Data", "Other"), "course AcmeX+N1": ("Data", "Another")}
    assert drift(consumer, made.course.uuid) == {"course AcmeX+N1": ("Data", "Another")}


def test_without_the_app_in_a_platform_there_is_nothing_to_do(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CATALOG_PUBLISHER_CONSUMERS = [PATH]
    monkeypatch.setattr(backends, "core_catalog", lambda: None)
    made = a_course()
    go_live(made)
    assert relay().delivered == 2
    assert drift(OpenedxCatalog(), made.runs[0].uuid) is None


@needs_core_catalog
def test_deleting_the_course_run_in_the_platform_is_not_hindered_and_its_row_comes_back_with_the_next_delivery(
    settings: Any,
) -> None:
    # Of the app, which is not installed everywhere.
    from openedx_catalog.api import delete_catalog_course, delete_course_run, get_course_run  # noqa: PLC0415

    settings.CATALOG_PUBLISHER_CONSUMERS = [PATH]
    made = a_course()
    go_live(made)
    relay()
    course = get_course_run(key_of(made)).catalog_course
    delete_course_run(key_of(made))
    delete_catalog_course(course)
    assert CourseRun.objects.filter(uuid=made.runs[0].uuid).exists()
    Delivery.objects.update(state="pending", due=Delivery.objects.first().done_at, done_at=None)
    relay()
    assert get_course_run(key_of(made)).title == "Data"


class TestContract(StateContract):
    path = PATH

    @pytest.fixture(autouse=True)
    def watched(self, catalog: Watched) -> None:
        self.catalog = catalog

    def steps(self) -> Sequence[Callable[[], Any]]:
        made = a_course()
        publish_now(Selection.of(courses=[made.course.uuid]))
        self.run = made.runs[0]

        def publish_as(title: str) -> None:
            update_run(SYSTEM, self.run.uuid, changes={"title_override": title})
            publish_now(Selection.of(runs=[self.run.uuid]))

        return [lambda: publish_as("First"), lambda: publish_as("Second")]

    def state(self) -> Any:
        return self.catalog.run_title(CourseKey.from_string(self.run.key))

    def wanted(self) -> Any:
        return CourseRun.objects.get(uuid=self.run.uuid).title_override

    def effects(self) -> list[Hashable]:
        return list(self.catalog.writes)

    def writes_of_the_last_state(self) -> list[Hashable]:
        return [("add_run", self.run.key, "Second", "en-us"), ("set_course_title", str(COURSE), "Data")]

    @contextmanager
    def failing(self, error: BaseException, *, after: bool) -> Iterator[None]:
        self.catalog.failure = (error, after)
        yield
