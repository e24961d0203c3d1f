"""Derived keys are stable, valid and never shared."""

import re
import unicodedata
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.importers.derived_keys import canonical_name, course_number, organization_key
from openedx_catalog_publisher.importers.language_names import OWN_NAMES, tag_of_language
from openedx_catalog_publisher.importers.records import CourseRecord
from openedx_catalog_publisher.seeds.language_tags import LANGUAGE_TAGS
from tests.importers.page_rows import page, read, write

# Texts that lie close together: one word in many cases, scripts, compositions and lengths.
NAMES = st.one_of(
    st.text(min_size=1, max_size=40),
    st.lists(st.sampled_from(["École", "École", "ECOLE", "ecole", "de", "中", "Q&A", "-", "x" * 60]), min_size=1).map(
        " ".join
    ),
)
SLUGS = st.from_regex(r"[a-zA-Z0-9_-]{1,80}", fullmatch=True)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("The University of Queensland", "TheUniversityOfQueensland"),
        ("École polytechnique fédérale de Lausanne", "EcolePolytechniqueFederaleDeLausanne"),
        ("Queen’s University", "QueensUniversity"),  # noqa: RUF001 - a typographic apostrophe
        ("The Hong Kong University of Science and Technology", "TheHongKongUniversityOfScienceAnd"),
        ("Y" * 50, "Y" * 40),
        ("جامعة", "Organization"),
        ("中文大学 CUHK", "CUHK"),
    ],
)
def test_an_organization_key_begins_with_the_words_of_the_name(name: str, words: str) -> None:
    assert re.fullmatch(re.escape(words) + "-[a-z2-7]{8}", organization_key(name))


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("macroeconomics-performance-indicators", "macroeconomics-performance-indicators"),
        ("Data-Science_for_Construction-Architecture-and-Engineering", "Data-Science-for-Construction"),
        ("x" * 60, "x" * 41),
        ("%D9%81%D9%84%D9%83", "course"),
        ("caf%C3%A9-society", "cafe-society"),
    ],
)
def test_a_course_number_begins_with_the_words_of_the_address(slug: str, words: str) -> None:
    number = course_number(f"https://www.example.org/course/{slug}")
    assert re.fullmatch(re.escape(words) + "-[a-z2-7]{8}", number)


def test_keys_do_not_change_from_release_to_release() -> None:
    assert organization_key("Sample University") == "SampleUniversity-7vrt2jn6"
    assert course_number("https://www.example.org/course/reading-the-night-sky") == "reading-the-night-sky-a3c2hxkp"


def test_composition_and_white_space_make_no_other_organization() -> None:
    composed = unicodedata.normalize("NFC", "École  normale\xa0supérieure ")
    decomposed = unicodedata.normalize("NFD", "École normale supérieure")
    assert organization_key(composed) == organization_key(decomposed)


@given(NAMES, NAMES)
def test_two_organizations_never_share_a_key_even_when_case_is_ignored(one: str, other: str) -> None:
    same_key = organization_key(one).casefold() == organization_key(other).casefold()
    assert same_key == (canonical_name(one) == canonical_name(other))


@given(SLUGS, SLUGS)
def test_two_pages_never_share_a_number_even_when_case_is_ignored(one: str, other: str) -> None:
    numbers = [course_number(f"https://www.example.org/course/{slug}").casefold() for slug in (one, other)]
    assert (numbers[0] == numbers[1]) == (one == other)


@given(SLUGS)
def test_one_slug_on_two_sites_gives_two_numbers(slug: str) -> None:
    assert course_number(f"https://a.example.org/course/{slug}") != course_number(
        f"https://b.example.org/course/{slug}"
    )


@given(NAMES, st.text(min_size=1, max_size=80))
def test_keys_are_valid_on_the_platform_and_fit_its_columns(name: str, slug: str) -> None:
    organization, number = organization_key(name), course_number(f"https://www.example.org/course/{slug}")
    assert re.fullmatch(r"[a-zA-Z0-9._-]+", organization)
    assert len(number) <= 50
    key = CourseKey.from_string(f"course-v1:{organization}+{number}+edx-learn")
    assert (key.org, key.course, key.run) == (organization, number, "edx-learn")
    assert len(str(key)) <= 255


@settings(deadline=None)
@given(st.data())
def test_keys_and_content_do_not_depend_on_the_order_of_the_rows(data: st.DataObject) -> None:
    slugs = data.draw(st.lists(SLUGS, min_size=1, max_size=8, unique=True))
    institutions = ["Sample University Logo", "sample university Logo", "Example Institute Logo"]
    rows = [
        page(href=f"https://www.example.org/course/{slug}", course_institution=institutions[index % 3])
        for index, slug in enumerate(slugs)
    ]
    shuffled = data.draw(st.permutations(rows))
    with TemporaryDirectory() as folder:
        first, second = (
            {
                course.fields["url_slug"]: (course.key, course.fields, course.runs)
                for course in read(write(Path(folder) / "pages.csv", ordering))
                if isinstance(course, CourseRecord)
            }
            for ordering in (rows, shuffled)
        )
    assert first == second
    assert len({key.casefold() for key, _, _ in first.values()}) == len(slugs)


def test_every_language_name_leads_to_a_seeded_tag() -> None:
    codes = {code for code, _ in LANGUAGE_TAGS}
    assert {tag_of_language(name) for name, _ in OWN_NAMES} <= codes
    assert all(tag_of_language(name) == code for code, name in LANGUAGE_TAGS)
    assert tag_of_language("Klingon") is None
