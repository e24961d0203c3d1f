"""Both backends of the core catalog do the same; one of them is the real app, where it can be installed."""

from __future__ import annotations

from typing import Any

import pytest
from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.platform import backends
from openedx_catalog_publisher.platform.core_catalog import CoreCatalog, CourseCode
from openedx_catalog_publisher.platform.errors import Refused
from openedx_catalog_publisher.platform.standalone import MemoryCoreCatalog
from tests.core_catalog import needs_core_catalog

pytestmark = pytest.mark.django_db

KEY = CourseKey.from_string("course-v1:AcmeX+N1+1T2031")
NEXT = CourseKey.from_string("course-v1:AcmeX+N1+2T2031")
COURSE = CourseCode("AcmeX", "N1")


@pytest.fixture(params=[pytest.param("installed", marks=needs_core_catalog), "standalone"])
def catalog(request: pytest.FixtureRequest) -> CoreCatalog:
    """A core catalog with nothing in it."""
    found = MemoryCoreCatalog() if request.param == "standalone" else backends.core_catalog()
    assert found is not None
    return found


def test_a_run_is_added_with_its_course(catalog: CoreCatalog) -> None:
    assert (catalog.run_title(KEY), catalog.course_title(COURSE)) == (None, None)
    catalog.add_run(KEY, "Data: 数据 📊", "en-us")
    assert (catalog.run_title(KEY), catalog.course_title(COURSE)) == ("Data: 数据 📊", "Data: 数据 📊")


def test_a_course_that_is_there_keeps_its_title_when_another_run_is_added(catalog: CoreCatalog) -> None:
    catalog.add_run(KEY, "First", None)
    catalog.add_run(NEXT, "Second", "de")
    assert (catalog.run_title(NEXT), catalog.course_title(COURSE)) == ("Second", "First")


def test_titles_are_changed_each_by_itself(catalog: CoreCatalog) -> None:
    catalog.add_run(KEY, "First", None)
    catalog.set_run_title(KEY, "Run")
    catalog.set_course_title(COURSE, "Course")
    assert (catalog.run_title(KEY), catalog.course_title(COURSE)) == ("Run", "Course")


@needs_core_catalog
class TestInstalled:
    def test_languages_are_those_that_the_platform_offers(self, settings: Any) -> None:
        # Of the app, which is not installed everywhere.
        from openedx_catalog.models_api import CatalogCourse  # noqa: PLC0415

        settings.ALL_LANGUAGES = (("en", "English"), ("zh_HANT", "Chinese (Traditional)"), ("es", "Spanish"))
        catalog = backends.core_catalog()
        assert catalog is not None
        wanted = {"A": "zh-tw", "B": "es-419", "C": "tlh", "D": None}
        for number, language in wanted.items():
            catalog.add_run(CourseKey.from_string(f"course-v1:AcmeX+{number}+1"), number, language)
        stored = dict(CatalogCourse.objects.values_list("course_code", "language"))
        assert stored == {"A": "zh-hk", "B": "es", "C": "en", "D": "en"}

    def test_what_the_app_refuses_is_told_and_leaves_the_transaction_usable(self) -> None:
        catalog = backends.core_catalog()
        assert catalog is not None
        catalog.add_run(KEY, "First", None)
        with pytest.raises(Refused, match="does not take course-v1:AcmeX"):
            catalog.add_run(CourseKey.from_string("course-v1:AcmeX+N2+" + "x" * 200), "Title", None)
        assert catalog.run_title(KEY) == "First"


def test_a_platform_without_the_app_has_no_core_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends.apps, "is_installed", lambda name: False)
    monkeypatch.setattr(backends, "in_platform", lambda: True)
    assert backends.core_catalog() is None
