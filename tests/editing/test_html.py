"""HTML: what survives, what becomes of the rest, and that what is clean stays as it is."""

from __future__ import annotations

import time
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from openedx_catalog_publisher.api import (
    InvalidInput,
    create_course,
    create_reference,
    update_course,
    update_reference,
    update_run,
)
from openedx_catalog_publisher.editing import html
from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.editing.html import ATTRIBUTES, STAYS_IN_WINDOW, TAGS, clean_html
from openedx_catalog_publisher.editing.html_nesting import MANY_TAGS
from openedx_catalog_publisher.editing.html_styles import HARMLESS
from openedx_catalog_publisher.editing.text import MAX_TEXT
from openedx_catalog_publisher.models import Course, CourseRun, Person
from openedx_catalog_publisher.models.content_fields import HtmlField
from tests.editing.markup import HOSTILE, markup, nested
from tests.factories import SYSTEM, course_changes, make_course, make_organization

CLEANED = [
    ("", None),
    ("Plain text.", "Plain text."),
    ("one\r\ntwo", "one\ntwo"),
    ("a & b", "a &amp; b"),
    ("a &amp; b", "a &amp; b"),
    ("1 < 2 > 0", "1 &lt; 2 &gt; 0"),
    ("&eacute;&nbsp;&#x1F4CA;", "é&nbsp;📊"),
    ("\"quotes\" and 'quotes'", "\"quotes\" and 'quotes'"),
    ("<P>Text</P>", "<p>Text</p>"),
    ("<p>one<p>two", "<p>one</p><p>two</p>"),
    ("<b>bold<i>both</b>slanted</i>", "<b>bold<i>both</i></b><i>slanted</i>"),
    ('<p dir="rtl" lang="ar">مرحبا</p>', '<p dir="rtl" lang="ar">مرحبا</p>'),
    ('<bdo dir="rtl">abc</bdo>', '<bdo dir="rtl">abc</bdo>'),
    ('<p class="x" id="y" onclick="z()" data-a="b">Text</p>', "<p>Text</p>"),
    ('<p align="center" typeof="x">Text</p>', '<p align="center" typeof="x">Text</p>'),
    ('<p title="x">Text</p>', "<p>Text</p>"),
    ('<ol reversed start="3" type="a"><li>x</ol>', '<ol reversed="" start="3" type="a"><li>x</li></ol>'),
    ("<ul><li>x<li>y</ul>", "<ul><li>x</li><li>y</li></ul>"),
    ("<table><tr><td>x</table>", "<table><tr><td>x</td></tr></table>"),
    (
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>",
        "<table><tr><th>a</th></tr><tr><td>b</td></tr></table>",
    ),
    ("<table><caption>All</caption><tr><td>x</td></tr></table>", "<div>All</div><table><tr><td>x</td></tr></table>"),
    ('<h2 lang="de">Eins</h2><h3>Two</h3>', '<p lang="de"><strong>Eins</strong></p><p><strong>Two</strong></p>'),
    ("<section>One</section><article>Two</article>", "<div>One</div><div>Two</div>"),
    ("<dl><dt>Term<dd>Meaning</dl>", "<div><div>Term</div><div>Meaning</div></div>"),
    ("One<hr>Two", "One<br>Two"),
    ("<del>Old</del> <unknown>New</unknown>", "Old New"),
    ("<!-- note -->Text", "Text"),
    ("Text<script>run()</script><style>p {}</style>", "Text"),
    ("<title>Page</title><body>Text</body>", "Text"),
    (
        '<img src="https://e.example/x.png" alt="X" width="1" height="2" loading="lazy">',
        '<img src="https://e.example/x.png" alt="X" width="1" height="2">',
    ),
    ('Text<img src="data:image/png;base64,AAAA">', "Text<img>"),
    (
        '<a href="https://e.example/?a=1&b=2" title="T">x</a>',
        '<a href="https://e.example/?a=1&amp;b=2" title="T">x</a>',
    ),
    ('<a href="mailto:team@e.example">x</a>', '<a href="mailto:team@e.example">x</a>'),
    ('<a href="/about#top">x</a>', '<a href="/about#top">x</a>'),
    ('<a href="ftp://e.example">x</a>', "<a>x</a>"),
    ('<a href="javascript:x()">x</a>', "<a>x</a>"),
    ("\ufeff\ufeff Text \u00a0", "Text"),
]


@pytest.mark.parametrize(("given_html", "cleaned"), CLEANED)
def test_html_is_brought_to_what_may_be_shown(given_html: str, cleaned: str | None) -> None:
    assert clean_html(given_html) == cleaned


@pytest.mark.parametrize(
    "empty",
    [
        *("<p></p>", "<p>&nbsp;</p>", "<p><br></p>", "<p> </p>\n<p>\t</p>", "<!-- only a note -->", "<table><tr><td>"),
        *("<p>\u200b</p>", "\ufeff", "&#xFEFF;", "<script>x</script>", "<img>", "<img alt='x src='>"),
        *("<p title='text'></p>", "<a href=/x></a>", "<a title='&lt;img src=x&gt;'></a>", "\x00", "\u202e\u202c"),
    ],
)
def test_html_that_shows_nothing_is_empty(empty: str) -> None:
    assert clean_html(empty) is None


def test_an_image_without_text_is_something() -> None:
    assert clean_html('<p><img src="/x.png"></p>') == '<p><img src="/x.png"></p>'


@pytest.mark.parametrize(
    ("attributes", "cleaned"),
    [
        ('target="_blank"', 'target="_blank" rel="noopener"'),
        ('target="_BLANK"', 'target="_BLANK" rel="noopener"'),
        ('target="other"', 'target="other" rel="noopener"'),
        ('rel="nofollow" target="_blank"', 'rel="nofollow noopener" target="_blank"'),
        ('target="_blank" rel="noreferrer noopener"', 'target="_blank" rel="noreferrer noopener"'),
        ('target="_blank" rel="opener Nofollow nofollow &quot;x"', 'target="_blank" rel="nofollow noopener"'),
        ('target="_self" rel="up"', 'target="_self" rel="up"'),
        ('target="_Parent"', 'target="_Parent"'),
        ('target="_top"', 'target="_top"'),
        ('target=""', 'target=""'),
        ('rel="opener"', 'rel="opener"'),
    ],
)
def test_a_link_that_opens_a_window_gives_it_no_hold_on_the_page(attributes: str, cleaned: str) -> None:
    assert clean_html(f'<a href="/x" {attributes}>x</a>') == f'<a href="/x" {cleaned}>x</a>'


@pytest.mark.parametrize(
    ("style", "cleaned"),
    [
        ("color:red", "color: red"),
        ("COLOR : #FF0000 ;; text-align:center;", "color: #ff0000; text-align: center"),
        ("text-decoration: underline  dotted", "text-decoration: underline dotted"),
        ("background-color: rgba(1, 2, 3, .5)", "background-color: rgba(1, 2, 3, .5)"),
        ("padding-left:40px;width:50.5%;height:auto", "padding-left: 40px; width: 50.5%; height: auto"),
        (
            "direction:rtl;font-weight:700;list-style-type:lower-alpha",
            "direction: rtl; font-weight: 700; list-style-type: lower-alpha",
        ),
        ("color: red; position: fixed; top: 0", "color: red"),
        ("color: red !important", None),
        ("margin-left: -9px", None),
        ("width: 99999px", None),
        ("background-color: url(//e.example)", None),
        ("list-style-type: url(//e.example)", None),
        ("color: expression(alert(1))", None),
        ("color: var(--x)", None),
        ("col\\6fr: red", None),
        ("color: red/**/", None),
        ("color", None),
        ("", None),
    ],
)
def test_styles_keep_harmless_declarations(style: str, cleaned: str | None) -> None:
    attribute = "" if cleaned is None else f' style="{cleaned}"'
    assert clean_html(f'<p style="{style}">x</p>') == f"<p{attribute}>x</p>"


# Properties -----------------------------------------------------------------------------------------------------------


class _Reader(HTMLParser):
    """Reads HTML by another parser than the one that cleaned it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.others: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def _assert_safe(cleaned: str | None) -> None:
    reader = _Reader()
    reader.feed(cleaned or "")
    reader.close()
    assert reader.others == []
    for tag, attributes in reader.tags:
        assert tag in TAGS
        assert attributes.keys() <= ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())
        for name in ("href", "src"):
            address = (attributes.get(name) or "").lower()
            scheme, colon, _ = address.partition(":")
            is_absolute = bool(colon) and scheme.isascii() and scheme.replace("-", "").replace("+", "").isalnum()
            assert not is_absolute or scheme in {"http", "https", "mailto"}
        if (attributes.get("target") or "").lower() not in STAYS_IN_WINDOW:
            tokens = (attributes["rel"] or "").split()
            assert "noopener" in tokens
            assert "opener" not in tokens
        for declaration in filter(None, (attributes.get("style") or "").split("; ")):
            name, _, value = declaration.partition(": ")
            assert HARMLESS[name].fullmatch(value)
            assert "url" not in value


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_html_leaves_nothing_that_runs_loads_or_covers(hostile: str) -> None:
    for surrounded in (hostile, f"<p>{hostile}</p>", f"<table><tr>{hostile}", f"Text {hostile} text", hostile * 2):
        cleaned = clean_html(surrounded)
        _assert_safe(cleaned)
        assert clean_html(cleaned or "") == cleaned


@given(text=markup)
def test_cleaning_is_idempotent_and_safe_whatever_stands_there(text: str) -> None:
    try:
        cleaned = clean_html(text)
    except FieldError:
        with pytest.raises(UnicodeEncodeError):
            text.encode()
        return
    _assert_safe(cleaned)
    assert clean_html(cleaned or "") == cleaned


@given(text=st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="<>&\u00a0\ufeff"), min_size=1))
def test_plain_text_stays_what_it_is(text: str) -> None:
    cleaned = clean_html(text)
    assert cleaned == text.strip() or (cleaned is None and not any(map(str.isprintable, text.strip())))


@given(text=nested)
def test_properly_nested_html_is_cleaned_however_much_there_is(text: str) -> None:
    many = text * (MANY_TAGS // max(text.count("<"), 1) + 2)
    once = clean_html(many)
    assert len(once or "") <= 5 * len(many)
    assert clean_html(once or "") == once


@pytest.mark.parametrize(
    "tangled",
    [
        "<p>" + "".join(f"<i lang={number}>" for number in range(2_000)) + "<p>x" * 2_000,
        "<p>" + "".join(f"<b lang=x{number}>x</p><p>" for number in range(2_000)),
        "".join(f"<i lang={n}><table><tr><td></i></td></tr></table>" for n in range(600)) + "<p>x" * 600,
        "".join(f"<i lang={n}><textarea></i></textarea>" for n in range(600)) + "<p>x" * 600,
        "".join(f"<i lang={n}><!--</i>-->" for n in range(600)) + "<p>x" * 600,
        "".join(f"<i lang={n}><p><li><p><li><p><li><p><li><p></i>" for n in range(600)) + "<p>x" * 600,
        "<div>" * 5_000,
        "<ul><li>" * 5_000,
        "<a href=x>" * 5_000,
        "</p>" * 5_000,
        "<span><dd></span>" * 3_000,
    ],
    ids=lambda text: text[:30],
)
def test_html_that_would_cost_a_parser_more_than_its_length_is_refused(tangled: str) -> None:
    started = time.process_time()
    with pytest.raises(FieldError, match="more than 500 tags, and the one at character"):
        clean_html(tangled)
    # Left alone, each of them takes seconds or gigabytes.
    assert time.process_time() - started < 1


@pytest.mark.parametrize("text", ["<br>" * 10_001, "<p></p>" * 5_001, "<div>" * 40_000])
def test_html_with_more_tags_than_any_page_has_is_refused(text: str) -> None:
    with pytest.raises(FieldError, match=r"At most 10000 tags; this HTML has \d+\. Shorten the text\."):
        clean_html(text)


def test_a_long_text_is_cleaned_whose_tags_are_closed_where_they_were_opened() -> None:
    row = '<li><p>One <b>two</b><br><a href="/x?a=1" target="_blank">three</a><p>four'
    cleaned = clean_html("<ul>" + row * 400 + "</ul>")
    assert cleaned is not None
    assert cleaned.count('<a href="/x?a=1" target="_blank" rel="noopener">three</a>') == 400


def test_the_limit_of_length_holds_for_what_is_stored() -> None:
    assert clean_html("x" * MAX_TEXT) == "x" * MAX_TEXT
    assert clean_html("&amp;" * (MAX_TEXT // 5)) == "&amp;" * (MAX_TEXT // 5)
    for too_long in ("x" * (MAX_TEXT + 1), "&" * (MAX_TEXT // 5 + 1)):
        with pytest.raises(FieldError, match=r"At most 200000 characters; this has \d+\."):
            clean_html(too_long)


def test_html_that_does_not_come_to_rest_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "MAX_PASSES", 1)
    with pytest.raises(FieldError, match="nested too badly"):
        clean_html("<p>One")


# Where it is joined to the catalog ------------------------------------------------------------------------------------


def test_the_fields_that_hold_html_are_those_of_discovery() -> None:
    found = {
        (model._meta.model_name, field.name)
        for model in apps.get_app_config("openedx_catalog_publisher").get_models()
        for field in model._meta.fields
        if isinstance(field, HtmlField) and not model.__name__.startswith("Historical")
    }
    assert found == {
        *(("course", name) for name in ("short_description", "full_description", "outcome", "prerequisites_raw")),
        *(("course", name) for name in ("syllabus_raw", "faq", "learner_testimonials")),
        *(("courserun", f"{name}_override") for name in ("short_description", "full_description", "outcome")),
        ("person", "bio"),
        ("person", "major_works"),
    }


RAW = '<h2>Für</h2><p onclick="x()">a & b<script>x</script>'
CLEAN = "<p><strong>Für</strong></p><p>a &amp; b</p>"


@pytest.mark.django_db
def test_html_of_courses_and_runs_is_cleaned_and_plain_text_is_left_alone() -> None:
    made = make_course()
    texts = {field.name: RAW for field in Course._meta.fields if isinstance(field, HtmlField)}
    update_course(SYSTEM, made.course.uuid, texts | {"additional_information": RAW, "title": RAW})
    overrides = {field.name: RAW for field in CourseRun._meta.fields if isinstance(field, HtmlField)}
    update_run(SYSTEM, made.runs[0].uuid, overrides)
    course = Course.drafts.get(uuid=made.course.uuid)
    assert {getattr(course, name) for name in texts} == {CLEAN}
    assert (course.additional_information, course.title) == (RAW, RAW)
    run = CourseRun.drafts.get(uuid=made.runs[0].uuid)
    assert {getattr(run, name) for name in overrides} == {CLEAN}


@pytest.mark.django_db
def test_the_same_html_in_another_notation_is_no_change() -> None:
    course = make_course(runs=0, full_description="<p>a &amp; b</p>", faq=None).course.uuid
    for same in ("<p>a & b</p>", "<P class=x>a &#38; b", " <p>a &amp; b</p><!-- note -->\n"):
        assert update_course(SYSTEM, course, {"full_description": same}).changed == ()
    assert update_course(SYSTEM, course, {"faq": "<p>&nbsp;</p>"}).changed == ()
    assert update_course(SYSTEM, course, {"full_description": "<p><br></p>"}).changed == ("full_description",)
    assert Course.drafts.get(uuid=course).full_description is None


@pytest.mark.django_db
def test_html_in_value_objects_is_cleaned() -> None:
    course = make_course(
        runs=0,
        extra_description={"title": "<b>Plain</b>", "description": RAW},
        additional_metadata={
            "external_url": "https://e.example",
            "external_identifier": "1",
            "facts": [{"heading": "<i>Plain</i>", "blurb": RAW}, {"heading": "Empty", "blurb": "<p></p>"}],
            "certificate_info": {"heading": "C", "blurb": RAW},
        },
    ).course.uuid
    stored = Course.drafts.get(uuid=course)
    assert stored.extra_description == {"title": "<b>Plain</b>", "description": CLEAN}
    assert stored.additional_metadata["facts"] == [
        {"heading": "<i>Plain</i>", "blurb": CLEAN},
        {"heading": "Empty", "blurb": None},
    ]
    assert stored.additional_metadata["certificate_info"] == {"heading": "C", "blurb": CLEAN}
    same: dict[str, Any] = {"extra_description": {"title": "<b>Plain</b>", "description": CLEAN}}
    assert update_course(SYSTEM, course, same).changed == ()


@pytest.mark.django_db
def test_html_of_people_is_cleaned() -> None:
    person = create_reference(SYSTEM, Person, {"given_name": "Ada", "bio": RAW, "major_works": "<p></p>"})
    assert (person.bio, person.major_works) == (CLEAN, "")
    for same in ({"bio": RAW}, {"bio": CLEAN}, {"major_works": "<p>&nbsp;</p>"}, {"major_works": None}):
        assert update_reference(SYSTEM, Person, person.pk, same).revision == 1


@pytest.mark.django_db
def test_html_that_is_refused_is_named_by_its_field() -> None:
    tangled = "<div>" * 2_000
    with pytest.raises(InvalidInput) as caught:
        create_course(
            SYSTEM,
            number="1",
            changes=course_changes(
                make_organization(), faq=tangled, outcome=5, extra_description={"title": "T", "description": tangled}
            ),
        )
    assert set(caught.value.fields) == {"faq", "outcome", "extra_description"}
    assert caught.value.fields["extra_description"][0].startswith("description: This HTML has more than 500 tags")
    with pytest.raises(InvalidInput) as caught:
        create_reference(SYSTEM, Person, {"given_name": "Ada", "bio": tangled, "major_works": 5})
    assert set(caught.value.fields) == {"bio", "major_works"}
