"""The form of slugs of courses, by source and type: what fits it, what is made by it, what is refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openedx_catalog_publisher.api import (
    CourseInput,
    InvalidInput,
    OfficialInput,
    carry_over,
    create_course,
    update_course,
    write_courses,
)
from openedx_catalog_publisher.models import Course, Source, Status
from openedx_catalog_publisher.publishing.slug_formats import SlugFormat, slug_format
from tests.factories import SYSTEM, make_course, make_organization

pytestmark = pytest.mark.django_db

OPEN = "learn/{primary_subject}/{organization_name}-{course_title}"
EXTERNAL = "executive-education/{organization_name}-{course_title}"
FORMATS = {"*": {"*": OPEN, "executive-education-2u": EXTERNAL}}
WORDS = (
    "Slugs of these courses have the form learn/<primary subject>/<organization name>-<course title>, in lower-case "
    "letters, digits, underscores and single hyphens."
)
NO_SLASH = "Slugs of these courses have one part, without a slash: no form with several parts is set for them."


@pytest.fixture
def formats(settings: Any) -> None:
    """Open courses and executive education have forms."""
    settings.CATALOG_PUBLISHER_COURSE_SLUG_FORMATS = FORMATS


@pytest.fixture
def course(formats: None) -> UUID:
    """A course with a slug of one part."""
    return make_course(number="1", runs=0, url_slug="bio").course.uuid


def slug_of(course: UUID) -> str | None:
    """Return the slug of a draft."""
    return Course.drafts.get(uuid=course).url_slug


@pytest.mark.parametrize(
    ("slug", "fits"),
    [
        ("learn/data/acme-university-data-for_all", True),
        ("learn/data-2/acme-x-2", True),
        ("learn/data/acme", False),
        ("learn/data", False),
        ("learn/data/acme-x/more", False),
        ("learn/Data/acme-x", False),
        ("learn/data/acme--x", False),
        ("learn//acme-x", False),
        ("teach/data/acme-x", False),
        ("acme-x", False),
        ("", False),
    ],
)
def test_a_slug_fits_its_form(slug: str, fits: bool) -> None:
    assert SlugFormat(OPEN).fits(slug) is fits


def test_a_form_is_made_of_subject_organization_and_title() -> None:
    values = {"primary_subject": "Computer Science", "organization_name": "Über U.", "course_title": "Data & you"}
    assert SlugFormat(OPEN).slug(values) == "learn/computer-science/uber-u-data-you"
    assert SlugFormat(EXTERNAL).slug(values) == "executive-education/uber-u-data-you"
    assert SlugFormat(EXTERNAL).slug(values | {"primary_subject": ""}) == "executive-education/uber-u-data-you"
    assert SlugFormat(OPEN).slug(values | {"primary_subject": ""}) is None
    assert SlugFormat(OPEN).slug(values | {"course_title": "数据"}) is None


def test_a_long_title_leaves_room_for_a_number() -> None:
    values = {"primary_subject": "s" * 200, "organization_name": "o" * 200, "course_title": "t" * 255}
    made = SlugFormat(OPEN).slug(values)
    assert made is not None
    assert (len(made), made[:8]) == (247, "learn/ss")
    assert SlugFormat(OPEN).fits(f"{made}-1000000")


def test_what_names_more_comes_first_the_source_before_the_type(settings: Any) -> None:
    settings.CATALOG_PUBLISHER_COURSE_SLUG_FORMATS = {
        "edx": {"audit": "a/{course_title}", "*": "b/{course_title}"},
        "*": {"audit": "c/{course_title}"},
    }
    found = {
        (source, kind): slug_format(source, kind)
        for source in ("edx", "other", None)
        for kind in ("audit", "professional", None)
    }
    assert {named: form and form.template[0] for named, form in found.items()} == {
        ("edx", "audit"): "a",
        ("edx", "professional"): "b",
        ("edx", None): "b",
        ("other", "audit"): "c",
        ("other", "professional"): None,
        ("other", None): None,
        (None, "audit"): "c",
        (None, "professional"): None,
        (None, None): None,
    }


class TestWithoutAForm:
    def test_slugs_have_one_part(self) -> None:
        with pytest.raises(InvalidInput) as caught:
            make_course(runs=0, url_slug="learn/biology")
        assert caught.value.fields == {"url_slug": [NO_SLASH]}
        course = make_course(runs=0, url_slug="biology").course.uuid
        with pytest.raises(InvalidInput) as caught:
            update_course(SYSTEM, course, {"url_slug": "learn/biology"})
        assert caught.value.fields == {"url_slug": [NO_SLASH]}

    def test_a_slug_that_is_there_already_stays(self, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_COURSE_SLUG_FORMATS = FORMATS
        course = make_course(runs=0, url_slug="learn/data/acme-x").course.uuid
        del settings.CATALOG_PUBLISHER_COURSE_SLUG_FORMATS

        written = update_course(SYSTEM, course, {"url_slug": "learn/data/acme-x", "title": "Anders"})

        assert written.changed == ("title",)

    def test_importers_refuse_slashes_but_in_what_is_official_where_it_comes_from(self) -> None:
        owner = {"authoring_organizations": [make_organization("MITx")], "title": "Bio", "url_slug": "learn/bio"}
        official = OfficialInput(changes={"url_slug": "learn/bio"}, status=Status.PUBLISHED)

        (refused,) = write_courses(SYSTEM, [CourseInput("MITx", "1", owner)])
        (taken,) = carry_over(SYSTEM, [CourseInput("MITx", "2", owner, official=official)], reason="Moved.").courses

        assert refused.refused == {"url_slug": [NO_SLASH]}
        assert (taken.refused, taken.created) == ({}, ["MITx+2"])
        assert Course.objects.get(key="MITx+2").url_slug == "learn/bio"


class TestWithAForm:
    def test_a_change_to_a_slug_of_another_form_is_refused_in_words(self, course: UUID) -> None:
        for slug in ("plain", "learn/data", "executive-education/acme-x"):
            with pytest.raises(InvalidInput) as caught:
                update_course(SYSTEM, course, {"url_slug": slug})
            assert caught.value.fields == {"url_slug": [WORDS]}
        update_course(SYSTEM, course, {"url_slug": "learn/data/acme-x"})
        assert slug_of(course) == "learn/data/acme-x"

    def test_a_course_begins_with_one_part_or_with_its_form(self, formats: None) -> None:
        owner = make_organization("MITx")
        assert slug_of(make_course(owner, runs=0, title="Bio", url_slug=None).course.uuid) == "bio"
        assert slug_of(make_course(owner, runs=0, url_slug="learn/bio/mit-x").course.uuid) == "learn/bio/mit-x"
        with pytest.raises(InvalidInput) as caught:
            create_course(
                SYSTEM, number="9", changes={"authoring_organizations": [owner], "title": "x", "url_slug": "learn/bio"}
            )
        assert list(caught.value.fields) == ["url_slug"]

    def test_the_form_is_that_of_source_and_type(self, settings: Any) -> None:
        source = Source.objects.create(name="Partner", slug="partner")
        settings.CATALOG_PUBLISHER_COURSE_SLUG_FORMATS = {"partner": {"*": "partner/{course_title}"}}
        course = make_course(runs=0, url_slug="bio").course.uuid
        update_course(SYSTEM, course, {"url_slug": "other"})

        update_course(SYSTEM, course, {"product_source": str(source.uuid), "url_slug": "partner/bio"})

        assert slug_of(course) == "partner/bio"
        with pytest.raises(InvalidInput):
            update_course(SYSTEM, course, {"url_slug": "other"})

    def test_importers_have_the_same_rules(self, course: UUID) -> None:
        draft = Course.drafts.get(uuid=course)
        organization, number = draft.key.split("+")
        (refused,) = write_courses(SYSTEM, [CourseInput(organization, number, {"url_slug": "plain"})])
        assert refused.refused == {"url_slug": [WORDS]}
        (taken,) = write_courses(SYSTEM, [CourseInput(organization, number, {"url_slug": "learn/data/acme-x"})])
        assert taken.updated == [draft.key]

    def test_the_statements_of_an_import_do_not_grow_with_its_courses(self, formats: None) -> None:
        owner = make_organization("MITx")
        counts = []
        for numbers in (("1",), ("2",), ("3", "4", "5")):
            courses = [
                CourseInput("MITx", number, {"authoring_organizations": [owner], "url_slug": f"learn/bio/mit-{number}"})
                for number in numbers
            ]
            with CaptureQueriesContext(connection) as statements:
                write_courses(SYSTEM, courses)
            counts.append(len(statements))
        assert counts[1] == counts[2]
