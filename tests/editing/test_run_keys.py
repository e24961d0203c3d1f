"""Keys of runs: the trimester of the start with the first free letters, or what the organization types."""

from __future__ import annotations

import itertools
import unicodedata

import pytest

from openedx_catalog_publisher.api import (
    CourseInput,
    InvalidInput,
    RunInput,
    create_course,
    create_run,
    delete_run,
    write_courses,
)
from openedx_catalog_publisher.editing.run_keys import suffixes
from openedx_catalog_publisher.models import CourseRun
from openedx_catalog_publisher.models.normalization import normalize_key
from tests.factories import SYSTEM, course_changes, make_course, make_organization, run_changes

pytestmark = pytest.mark.django_db

CHARACTERS = ["Letters, digits, hyphens, underscores and dots only."]


@pytest.mark.parametrize(
    ("start", "term"),
    [
        ("2031-01-01T00:00:00Z", "1T2031"),
        ("2031-04-30T23:59:59.999999Z", "1T2031"),
        ("2031-05-01T00:00:00Z", "2T2031"),
        ("2031-08-31T23:59:59Z", "2T2031"),
        ("2031-09-01T00:00:00Z", "3T2031"),
        ("2031-12-31T23:59:59Z", "3T2031"),
        ("2031-12-31T20:00:00-05:00", "1T2032"),
        ("2032-01-01T01:00:00+02:00", "3T2031"),
    ],
)
def test_a_run_is_named_after_the_trimester_in_which_it_starts_in_utc(start: str, term: str) -> None:
    made = make_course(make_organization("MITx"), number="6.00", runs=[{"start": start}])
    assert made.runs[0].key == f"course-v1:MITx+6.00+{term}"


def test_letters_follow_a_to_z_and_then_aa() -> None:
    letters = list(itertools.islice(suffixes(), 705))
    assert letters[:3] == ["", "a", "b"]
    assert letters[26:30] == ["z", "aa", "ab", "ac"]
    assert letters[702:] == ["zz", "aaa", "aab"]


def test_the_twenty_eighth_run_of_a_term_bears_two_letters() -> None:
    made = make_course(make_organization("MITx"), number="6.00", runs=0)
    write_courses(
        SYSTEM,
        [
            CourseInput(
                "MITx",
                "6.00",
                {},
                [RunInput(f"course-v1:MITx+6.00+1T2031{letter}", {}) for letter in itertools.islice(suffixes(), 27)],
            )
        ],
    )
    assert create_run(SYSTEM, made.course.uuid, run_changes()).key == "course-v1:MITx+6.00+1T2031aa"


def test_runs_created_with_their_course_take_different_letters() -> None:
    made = make_course(make_organization("MITx"), number="6.00", runs=3)
    assert [run.key.rpartition("+")[2] for run in made.runs] == ["1T2031", "1T2031a", "1T2031b"]


def test_a_letter_in_between_that_is_free_is_taken_first() -> None:
    made = make_course(make_organization("MITx"), number="6.00", runs=0)
    for part in ("1T2031", "1T2031b"):
        create_run(SYSTEM, made.course.uuid, {"run": part})
    assert create_run(SYSTEM, made.course.uuid, run_changes()).key == "course-v1:MITx+6.00+1T2031a"


def test_a_key_in_another_case_is_taken_too() -> None:
    made = make_course(make_organization("MITx"), number="6.00", runs=0)
    create_run(SYSTEM, made.course.uuid, {"run": "1t2031"})
    create_run(SYSTEM, made.course.uuid, {"run": "1T2031A"})
    assert create_run(SYSTEM, made.course.uuid, run_changes()).key == "course-v1:MITx+6.00+1T2031b"


def test_runs_of_a_course_whose_number_begins_alike_take_no_letters_away() -> None:
    organization = make_organization("MITx")
    shorter = make_course(organization, number="6.00", runs=0)
    make_course(organization, number="6.001", runs=1)
    make_course(organization, number="6.0", runs=1)
    create_run(SYSTEM, shorter.course.uuid, {"run": "1T2031-weekend"})
    assert create_run(SYSTEM, shorter.course.uuid, run_changes()).key == "course-v1:MITx+6.00+1T2031"


def test_the_key_of_a_deleted_run_is_free_again() -> None:
    made = make_course(make_organization("MITx"), number="6.00", runs=1)
    delete_run(SYSTEM, made.runs[0].uuid)
    assert create_run(SYSTEM, made.course.uuid, run_changes()).key == made.runs[0].key


@pytest.mark.parametrize("part", ["2031_T1", "R.1", "weekend-2", "Été2031", "1T2031"])
def test_an_organization_may_type_the_run_part(part: str) -> None:
    made = make_course(make_organization("MITx"), number="6.00", runs=[{"run": f" {part} "}])
    assert made.runs[0].key == f"course-v1:MITx+6.00+{part}"


@pytest.mark.parametrize("part", ["a b", "a+b", "a/b", "a@b", "a?b", "a#b", "a%b", "é\u0301 "[1:], "😀"])
def test_a_run_part_with_characters_that_no_key_has_is_refused(part: str) -> None:
    made = make_course(make_organization("MITx"), number="6.00", runs=0)
    with pytest.raises(InvalidInput) as caught:
        create_run(SYSTEM, made.course.uuid, {"run": part})
    assert caught.value.fields == {"run": CHARACTERS}
    assert not CourseRun.drafts.filter(course__uuid=made.course.uuid).exists()


@pytest.mark.parametrize("number", ["", " ", "a b", "a+b", "a/b", "😀"])
def test_a_course_number_with_characters_that_no_key_has_is_refused(number: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_course(SYSTEM, number=number, changes=course_changes(make_organization("MITx")))
    assert caught.value.fields == {"number": CHARACTERS}


def test_a_course_number_longer_than_its_column_is_refused_on_every_database() -> None:
    with pytest.raises(InvalidInput) as caught:
        create_course(SYSTEM, number="9" * 51, changes=course_changes(make_organization("MITx")))
    assert list(caught.value.fields) == ["number"]
    assert create_course(SYSTEM, number="9" * 50, changes=course_changes(make_organization("MITy"))).course.key


def test_a_typed_key_longer_than_its_column_is_refused_on_every_database() -> None:
    made = make_course(make_organization("MITx"), number="6.00", runs=0)
    for given in ({"run": "r" * 240}, {"key": f"course-v1:MITx+6.00+{'r' * 240}"}):
        with pytest.raises(InvalidInput) as caught:
            create_run(SYSTEM, made.course.uuid, given)
        assert list(caught.value.fields) == list(given)


@pytest.mark.parametrize("key", ["MITx+6.00", "course-v1:MITx+6.00", "course-v1:MITx+6.00+a b", "nonsense", "a/b/c d"])
def test_a_whole_key_that_is_none_is_refused(key: str) -> None:
    made = make_course(make_organization("MITx"), number="6.00", runs=0)
    with pytest.raises(InvalidInput) as caught:
        create_run(SYSTEM, made.course.uuid, {"key": key})
    assert list(caught.value.fields) == ["key"]


def test_an_old_style_key_is_a_key() -> None:
    made = make_course(make_organization("MITx"), number="6.00", runs=0)
    assert create_run(SYSTEM, made.course.uuid, {"key": "MITx/6.00/2012_Fall"}).key == "MITx/6.00/2012_Fall"


def test_a_typed_key_that_is_taken_in_any_case_names_key() -> None:
    made = make_course(make_organization("MITx"), number="6.00", runs=[{"run": "Fall"}])
    for part in ("Fall", "fall", "FALL"):
        with pytest.raises(InvalidInput) as caught:
            create_run(SYSTEM, made.course.uuid, {"run": part})
        assert caught.value.fields == {"key": ["This key is taken."]}


def test_a_course_whose_key_is_taken_in_any_case_names_key() -> None:
    organization = make_organization("MITx")
    make_course(organization, number="Bio.1")
    for number in ("Bio.1", "bio.1", "BIO.1 "):
        with pytest.raises(InvalidInput) as caught:
            make_course(organization, number=number)
        assert caught.value.fields == {"key": ["This key is taken."]}


def test_composed_and_decomposed_letters_make_one_key() -> None:
    assert normalize_key("É") == normalize_key(unicodedata.normalize("NFD", "É")) == "é"


def test_a_run_without_start_or_typed_part_has_no_key() -> None:
    made = make_course(make_organization("MITx"), number="6.00", runs=0)
    for given in ({}, {"start": None}, {"run": "", "key": ""}):
        with pytest.raises(InvalidInput) as caught:
            create_run(SYSTEM, made.course.uuid, given)
        assert list(caught.value.fields) == ["start"]


def test_a_typed_key_that_is_taken_is_told_also_beside_runs_whose_keys_are_made_up() -> None:
    organization = make_organization("MITx")
    make_course(organization, number="6.00", runs=[{"run": "Fall"}])
    made_up, typed = run_changes(), {"key": "course-v1:MITx+6.00+fall"}
    for runs, field in (([made_up, typed], "runs[1].key"), ([{"run": "A"}, {"run": "a"}], "runs[1].key")):
        with pytest.raises(InvalidInput) as caught:
            make_course(organization, number="7.00", runs=runs)
        assert caught.value.fields == {field: ["This key is taken."]}


def test_a_batch_refuses_a_course_with_a_run_whose_key_is_none() -> None:
    owners = {"authoring_organizations": [make_organization("MITx")]}
    [outcome] = write_courses(SYSTEM, [CourseInput("MITx", "6.00", owners, [RunInput("MITx+6.00", {})])])
    assert list(outcome.refused) == ["MITx+6.00.key"]
