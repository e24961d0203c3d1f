"""The catalog of the demo: whole, invented, and imported without a refusal."""

import json
from collections import Counter
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from PIL import Image

from demo.catalog import make_images
from demo.course_cards import direction_of
from demo.management.commands.import_demo_catalog import CATALOG
from demo.recipe import COURSE
from demo.views.drafts import CONDITIONS, Standing
from openedx_catalog_publisher.api import update_course
from openedx_catalog_publisher.models import Course, CourseOrganization, CourseRun, OrganizationProfile, Seat
from tests.demo.catalog import import_catalog
from tests.factories import SYSTEM
from tests.row_counts import row_counts

INVENTED = {
    "en": "This course is invented",
    "es": "Este curso es inventado",
    "fr": "Ce cours est inventé",
    "de": "Dieser Kurs ist erfunden",
    "ar": "هذه الدورة متخيَّلة",
    "ja": "この講座は架空のもの",
}
LARGEST_PICTURE = 25_000


def lines(kind: str) -> list[dict[str, Any]]:
    rows = [json.loads(text) for text in CATALOG.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row.get("kind") == kind]


@pytest.mark.django_db
def test_it_is_imported_without_a_refusal_and_a_second_time_changes_nothing() -> None:
    report = import_catalog()

    assert "created    40 courses, 100 runs\n" in report
    assert "refused    0 rows\n" in report
    before = row_counts()

    assert "Nothing changed" in import_catalog()
    assert row_counts() == before


@pytest.mark.django_db
def test_the_demo_imports_it_once_and_leaves_alone_what_a_visitor_changes() -> None:
    first, second = StringIO(), StringIO()
    call_command("import_demo_catalog", stdout=first)
    draft = Course.drafts.get(key=COURSE)
    update_course(SYSTEM, draft.uuid, {"title": "Mine"})

    call_command("import_demo_catalog", stdout=second)

    assert "created    40 courses, 100 runs\n" in first.getvalue()
    assert second.getvalue() == (
        "The demo has a catalog; it stays as you left it. To begin anew, remove the folder var.\n"
    )
    assert Course.drafts.get(key=COURSE).title == "Mine"


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.urls("demo.urls")
class TestImported:
    @pytest.fixture(autouse=True)
    def catalog(self) -> None:
        import_catalog()

    def test_every_course_has_a_page_in_its_own_language_and_direction(self, client: Client) -> None:
        for course in Course.objects.all():
            response = client.get(f"/catalog/{course.key}/")

            assert response.status_code == 200, course.key
            card = response.context["card"]
            assert card.direction == direction_of(card.language) != "auto"
            assert INVENTED[card.language] in response.content.decode(), course.key

    def test_some_stand_in_every_way_and_every_draft_has_a_plan_that_can_be_published(
        self, demo_mode: Any, demo_users: None, client: Client
    ) -> None:
        client.post("/demo/log-in/", {"username": "admin"})
        shown = [draft for number in (1, 2) for draft in client.get("/drafts/", {"page": number}).context["drafts"]]
        standings = Counter(draft.standing for draft in shown)

        assert standings == {Standing.never: 4, Standing.changed: 10, Standing.withdrawn: 1, Standing.same: 25}
        assert standings == {found: Course.drafts.filter(narrow).count() for found, narrow in CONDITIONS.items()}
        assert [draft.standing for draft in shown if draft.card.course.key == COURSE] == [Standing.never]
        for draft in shown:
            response = client.get(f"/drafts/{draft.card.course.key}/")
            assert response.status_code == 200, draft
            assert not any(move.unit.problems for move in response.context["moves"]), draft
            assert bool(response.context["moves"]) is (draft.standing is not Standing.same), draft

    def test_it_speaks_six_languages_has_prices_of_every_kind_and_says_that_it_is_invented(self) -> None:
        languages = set(CourseRun.drafts.values_list("language", flat=True))
        assert languages == set(INVENTED)
        assert {language for language in languages if direction_of(str(language)) == "rtl"} == {"ar"}

        seats = Seat.objects.filter(course_run__draft=True)
        assert set(seats.values_list("type__slug", flat=True)) == {"audit", "verified", "professional"}
        assert set(seats.filter(price__gt=0).values_list("currency", flat=True)) == {"USD", "MXN", "EUR", "JPY"}

        owners = CourseOrganization.objects.values("organization")
        names = OrganizationProfile.objects.filter(pk__in=owners).values_list("organization__name", flat=True)
        words = ("(invented)", "(inventada)", "(inventé)", "(erfunden)", "(مؤسسة متخيَّلة)", "(架空の学校)")
        assert len(names) == len(words)
        assert all(str(name).endswith(words) for name in names)


class TestPictures:
    def test_every_course_person_and_organization_has_one_that_is_small_enough(self) -> None:
        folder = CATALOG.parent / "images"
        named = {row["draft"]["image"]["path"]: (1134, 675) for row in lines("course")}
        named |= {row["profile_image"]["path"]: (220, 220) for row in lines("person")}
        named |= {row["logo_image"]["path"]: (240, 120) for row in lines("organization")}

        assert {str(file.relative_to(folder)) for file in folder.rglob("*.png")} == set(named)
        for path, size in named.items():
            assert (folder / path).stat().st_size < LARGEST_PICTURE, path
            with Image.open(folder / path) as picture:
                assert (picture.format, picture.size) == ("PNG", size), path

    def test_a_picture_that_is_drawn_again_is_the_same(self, tmp_path: Any) -> None:
        [line] = [row for row in lines("course") if row["key"] == COURSE]

        make_images.draw_course(line, tmp_path / "one.png")
        make_images.draw_course(line, tmp_path / "two.png")

        assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
