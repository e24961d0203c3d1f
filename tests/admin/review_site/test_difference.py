"""Each kind of field is shown so that a reviewer reads it: by labels, in tables, as pictures."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openedx_catalog_publisher.admin.review_site.difference import FieldDifference, difference, differences
from openedx_catalog_publisher.api import FieldChange, FieldError
from openedx_catalog_publisher.editing.html import clean_html
from openedx_catalog_publisher.models import UnitKind
from openedx_catalog_publisher.models.content_fields import HtmlField
from openedx_catalog_publisher.models.field_classes import Review
from openedx_catalog_publisher.publishing.references import TARGETS
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from tests.admin.review_site.reading import Page, marks_of, text_of
from tests.properties.content import contents

COURSE, RUN = UnitKind.COURSE, UnitKind.COURSE_RUN
LABELS = {
    ("subject", "s1"): "Music",
    ("subject", "s2"): "History",
    ("subject", "s3"): "Physics",
    ("seattype", "verified"): "Verified",
    ("seattype", "audit"): "Audit",
    ("currency", "USD"): "US dollar",
    ("leveltype", "l1"): "Introductory",
    ("leveltype", "l2"): "Advanced",
}


def shown(kind: UnitKind, name: str, old: Any, new: Any) -> FieldDifference:
    review = UNITS[kind].reviews[name]
    return difference(kind, FieldChange(name, old, new, review), lambda target, code: LABELS.get((target, code), code))


def test_changed_words_of_a_title_are_marked() -> None:
    found = shown(COURSE, "title", "Stars for everyone", "Stars for beginners")

    assert (found.label, found.style, found.effect) == ("Title", "text", "changed")
    assert (marks_of(found.old.shown), marks_of(found.new.shown)) == (["everyone"], ["beginners"])


def test_what_was_empty_is_added_and_bears_no_marks() -> None:
    found = shown(COURSE, "title", None, "Stars & more")

    assert (found.effect, found.new.shown) == ("added", "Stars &amp; more")
    assert "nothing" in found.old.shown


def test_html_keeps_its_paragraphs_and_its_source_can_be_read() -> None:
    found = shown(COURSE, "syllabus_raw", "<p>Week 1</p>", "<p>Week 2</p>")

    assert (found.style, text_of(found.new.shown)) == ("html", "Week 2")
    assert text_of(found.new.source) == "<p>Week 2</p>"


def test_formatting_alone_is_said_in_words() -> None:
    assert "only the formatting differs" in shown(COURSE, "faq", "<p>Why?</p>", "<p><b>Why?</b></p>").note
    assert shown(COURSE, "faq", "<p>Why?</p>", "<p>What?</p>").note == ""


def test_white_space_alone_is_said_in_words() -> None:
    assert "only white space differs" in shown(COURSE, "title", "Stars  now", "Stars now").note


def test_references_are_shown_by_label_and_those_that_came_and_went_are_marked() -> None:
    found = shown(COURSE, "subjects", ["s1", "s2"], ["s1", "s3"])

    assert Page(found.new.shown).text == "MusicPhysics"
    assert (marks_of(found.old.shown), marks_of(found.new.shown)) == (["History"], ["Physics"])


def test_another_order_is_said_in_words() -> None:
    assert "only their order differs" in shown(COURSE, "subjects", ["s1", "s2"], ["s2", "s1"]).note


def test_a_single_reference_is_marked_whole() -> None:
    found = shown(COURSE, "level_type", "l1", "l2")

    assert (marks_of(found.old.shown), marks_of(found.new.shown)) == (["Introductory"], ["Advanced"])


def test_seats_are_a_table_in_which_the_price_that_moved_is_marked() -> None:
    seats = [
        {"type": "audit", "price": "0.00", "currency": "USD", "credit_provider": "", "credit_hours": None},
        {"type": "verified", "price": "49.00", "currency": "USD", "credit_provider": "", "credit_hours": None},
    ]
    raised = [seats[0], seats[1] | {"price": "59.00"}]

    found = shown(RUN, "seats", seats, raised)

    assert (marks_of(found.old.shown), marks_of(found.new.shown)) == (["49.00"], ["59.00"])
    assert "Credit hours" not in found.new.shown
    assert text_of(found.new.shown) == "TypePriceCurrencyAudit0.00US dollarVerified59.00US dollar"


def test_a_seat_that_came_is_marked_cell_by_cell() -> None:
    audit = {"type": "audit", "price": "0.00", "currency": "USD"}
    verified = {"type": "verified", "price": "49.00", "currency": "USD"}

    found = shown(RUN, "seats", [audit], [audit, verified])

    assert marks_of(found.new.shown) == ["Verified", "49.00", "US dollar"]
    assert marks_of(found.old.shown) == []


def test_the_entitlement_is_a_table_too() -> None:
    found = shown(COURSE, "entitlement", None, {"mode": "verified", "price": "49.00", "currency": "USD"})

    assert "<table" in found.new.shown
    assert marks_of(found.new.shown) == []


def test_times_are_dates_in_utc() -> None:
    found = shown(RUN, "start", "2031-02-01T00:00:00Z", "2031-03-01T09:30:00Z")

    assert text_of(found.old.shown) == "Feb. 1, 2031, 00:00 UTC"
    assert text_of(found.new.shown) == "March 1, 2031, 09:30 UTC"


def test_truth_values_and_choices_are_words() -> None:
    assert text_of(shown(COURSE, "excluded_from_search", False, True).new.shown) == "Yes"
    assert text_of(shown(RUN, "pacing_type", None, "self_paced").new.shown) == "Self-paced"


def test_pictures_are_shown() -> None:
    name = f"catalog_publisher/courses/{'a' * 48}.png"

    found = shown(COURSE, "image", None, name)

    assert f'<img src="/media/{name}"' in found.new.shown
    assert Page(found.new.shown).harm == []


def test_an_object_is_a_list_of_its_values_and_html_in_it_is_shown_as_html() -> None:
    old = {"title": "More", "description": "<p>One <b>old</b> word</p>"}
    new = {"title": "More", "description": "<p>One <b>fresh</b> word</p>"}

    found = shown(COURSE, "extra_description", old, new)

    assert "<dt>Title</dt>" in found.new.shown
    assert "<b><ins" in found.new.shown
    assert marks_of(found.new.shown) == ["fresh"]


def test_lists_of_texts_are_marked_by_word_where_entries_are_alike() -> None:
    found = shown(COURSE, "expected_learning_items", ["Name ten stars", "Sail"], ["Name twenty stars", "Sail"])

    assert (marks_of(found.old.shown), marks_of(found.new.shown)) == (["ten"], ["twenty"])


def test_what_needs_review_comes_first() -> None:
    changes = [
        FieldChange("min_effort", 1, 2, Review.EXEMPT),
        FieldChange("title_override", "a", "b", Review.REVIEWED),
        FieldChange("start", None, "2031-02-01T00:00:00Z", Review.OWNED),
    ]

    found = differences(RUN, changes, lambda _target, code: code)

    assert [entry.name for entry in found] == ["title_override", "min_effort", "start"]
    assert [entry.needs_review for entry in found] == [True, False, False]


POOL = {name: [f"<b>{name}</b> 1", f'{name}" onload="x', f"{name} &amp; 3"] for name in TARGETS}


@pytest.mark.parametrize("kind", [COURSE, RUN])
@given(data=st.data())
def test_whatever_content_holds_nothing_of_it_is_unescaped(kind: UnitKind, data: st.DataObject) -> None:
    old, new = (data.draw(contents(kind, POOL)) for _ in range(2))
    for name, review in UNITS[kind].reviews.items():
        for before, after in ((old[name], new[name]), (None, new[name]), (old[name], None)):
            found = difference(kind, FieldChange(name, before, after, review), lambda _target, code: f"<i>{code}")
            for cell in (found.old, found.new):
                assert Page(cell.shown).harm == []
                assert Page(cell.source).harm == []


TEXTS = [
    (kind, column.name)
    for kind, unit in UNITS.items()
    for column in unit.columns
    if shown(kind, column.name, "a", "b").style in ("text", "html")
]


@given(data=st.data())
def test_marks_reproduce_both_texts(data: st.DataObject) -> None:
    kind, name = data.draw(st.sampled_from(TEXTS))
    old, new = (data.draw(contents(kind, POOL))[name] for _ in range(2))

    found = shown(kind, name, old, new)

    is_html = isinstance(UNITS[kind].columns_by_name[name].field, HtmlField)
    for cell, value in ((found.old, old or ""), (found.new, new or "")):
        try:
            expected = text_of(clean_html(value) or "") if is_html else value
        except FieldError:
            expected = value
        assert text_of(cell.shown) == expected
