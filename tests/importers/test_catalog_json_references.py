"""Reference data that a file describes: found by uuid or code, made, changed, and never changed in silence."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from organizations.models import Organization
from pytest_django import Settings

from openedx_catalog_publisher.models import (
    Collaborator,
    Course,
    CourseRunType,
    CourseType,
    LanguageTag,
    OrganizationProfile,
    OutboxEvent,
    Person,
    SeatType,
    Source,
    Subject,
    Track,
)
from tests.factories import make_collaborator, make_organization, make_subject
from tests.importers.catalog_files import (
    ORGANIZATION,
    SUBJECT,
    content_of,
    course_line,
    data_uri,
    import_lines,
    picture,
)
from tests.row_counts import row_counts

pytestmark = pytest.mark.django_db

UNIT = "4c9a3c35-6b1c-4f6e-9d2e-0f3a6f0f8d11"
OTHER = "9b0e4d0e-5b43-4c38-8f4b-2d3b5f5d1a10"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.jsonl"


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    """Each test has a storage of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(params=[False, True], ids=["import", "dry run"])
def options(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """A dry run says what the import says."""
    return ("--dry-run",) if request.param else ()


def refusals(path: Path, *lines: dict[str, Any], options: tuple[str, ...] = ()) -> list[tuple[int, str | None, str]]:
    # A course keeps the import from failing as one that gave nothing.
    report = import_lines(path, ORGANIZATION, course_line(), *lines, options=options).report
    return [(row["line"], row["field"], row["reason"]) for row in report["refused"]]


class TestMaking:
    def test_what_is_missing_is_made_under_the_uuid_of_its_line(self, path: Path) -> None:
        import_lines(path, SUBJECT | {"uuid": UNIT, "subtitle": "Stars"})
        subject = Subject.objects.get()
        assert (str(subject.uuid), subject.slug, subject.name, subject.subtitle) == (
            UNIT,
            "astronomy",
            "Astronomy",
            "Stars",
        )
        assert OutboxEvent.objects.get().object_code == UNIT

    def test_an_organization_is_made_on_the_platform_with_its_profile(self, path: Path) -> None:
        line = ORGANIZATION | {
            "uuid": UNIT,
            "description": "Far up.",
            "homepage_url": "https://north.example.org",
            "logo_image": {"data": data_uri(picture())},
        }
        import_lines(path, line)
        profile = OrganizationProfile.objects.get()
        assert (str(profile.uuid), profile.homepage_url) == (UNIT, "https://north.example.org")
        assert content_of(profile.logo_image) == picture()
        assert (profile.organization.name, profile.organization.description) == ("University of the North", "Far up.")
        assert {str(row.uuid) for row in OrganizationProfile.history.all()} == {UNIT}
        before = row_counts()
        assert "Nothing changed" in import_lines(path, line).text
        assert row_counts() == before

    def test_an_organization_without_a_name_has_its_key(self, path: Path) -> None:
        import_lines(path, {"kind": "organization", "key": "SouthU"})
        assert Organization.objects.get().name == "SouthU"

    def test_people_have_positions_links_and_pictures(self, path: Path) -> None:
        person = {
            "kind": "person",
            "slug": "ada",
            "given_name": "Ada",
            "bio": "<p>Counts.</p><script>x</script>",
            "bio_language": "en",
            "position_organization": "NorthU",
            "urls_detailed": [{"type": "blog", "title": "Notes", "url": "https://ada.example.org"}],
            "areas_of_expertise": ["engines"],
            "profile_image": {"data": data_uri(picture())},
        }
        assert import_lines(path, ORGANIZATION, person).report["refused"] == []
        ada = Person.objects.get()
        assert (ada.bio, ada.bio_language_id, ada.position_organization.key) == ("<p>Counts.</p>", "en", "NorthU")
        assert (ada.urls_detailed[0]["title"], ada.areas_of_expertise) == ("Notes", ["engines"])
        assert content_of(ada.profile_image) == picture()
        assert "Nothing changed" in import_lines(path, ORGANIZATION, person).text

    def test_types_of_ones_own_are_made_with_what_they_are_made_of(self, path: Path, options: tuple[str, ...]) -> None:
        lines = [
            {"kind": "seat_type", "slug": "gold", "name": "Gold"},
            {"kind": "mode", "slug": "gold", "name": "Gold", "certificate_type": "verified"},
            {"kind": "track", "mode": "gold", "seat_type": "gold"},
            {"kind": "track", "mode": "audit", "seat_type": None},
            {"kind": "program_type", "slug": "golden", "name": "Golden", "applicable_seat_types": ["gold"]},
            {"kind": "source", "slug": "mine", "name": "Mine", "ofac_restricted_program_types": ["golden"]},
            {"kind": "language_tag", "code": "tlh", "name": "Klingon"},
            {"kind": "currency", "code": "XAU", "name": "Gold (ounce)"},
            ORGANIZATION,
            {
                "kind": "course_run_type",
                "slug": "gold",
                "name": "Gold",
                "tracks": [{"mode": "gold", "seat_type": "gold"}, {"mode": "audit", "seat_type": None}],
            },
            {
                "kind": "course_type",
                "slug": "gold",
                "name": "Gold",
                "entitlement_types": ["gold"],
                "course_run_types": ["gold", "audit"],
                "white_listed_orgs": ["NorthU"],
            },
            course_line(
                draft={
                    "type": "gold",
                    "product_source": "mine",
                    "entitlement": {"mode": "verified", "price": "1.00", "currency": "USD"},
                },
                runs=[{"key": "course-v1:NorthU+SKY+1", "draft": {"type": "gold", "expected_program_type": "golden"}}],
            ),
        ]
        report = import_lines(path, *lines, options=options).report
        assert report["refused"] == []
        assert len(report["reference_data"]) == 11
        if options:
            assert not Source.objects.exists()
            assert not CourseType.objects.filter(slug="gold").exists()
            return
        gold = CourseType.objects.get(slug="gold")
        assert [link.course_run_type.slug for link in gold.run_type_links.all()] == ["gold", "audit"]
        assert [organization.key for organization in gold.white_listed_orgs.all()] == ["NorthU"]
        assert CourseRunType.objects.get(slug="gold").tracks.count() == 2
        assert LanguageTag.objects.filter(pk="tlh").exists()
        assert Course.drafts.get().product_source.slug == "mine"
        assert "Nothing changed" in import_lines(path, *lines).text


class TestFinding:
    def test_a_row_is_found_by_uuid_and_takes_the_slug_of_its_line(self, path: Path) -> None:
        subject = make_subject("Old")
        report = import_lines(path, SUBJECT | {"uuid": str(subject.uuid)}).report
        assert report["changed_reference_data"] == [{"kind": "subject", "name": "astronomy"}]
        subject.refresh_from_db()
        assert (subject.slug, subject.name) == ("astronomy", "Astronomy")

    def test_else_by_what_names_it_and_keeps_its_uuid(self, path: Path, options: tuple[str, ...]) -> None:
        subject = make_subject("Old")
        line = {"kind": "subject", "uuid": UNIT, "slug": subject.slug, "name": "New"}
        report = import_lines(path, line, options=options).report
        assert report["changed_reference_data"] == [{"kind": "subject", "name": subject.slug}]
        found = Subject.objects.get()
        assert (found.uuid, found.name) == (subject.uuid, "Old" if options else "New")

    def test_seeded_types_are_found_by_slug(self, path: Path) -> None:
        known = SeatType.objects.get(slug="verified").uuid
        import_lines(path, {"kind": "seat_type", "uuid": UNIT, "slug": "verified", "name": "Verified"})
        assert SeatType.objects.get(slug="verified").uuid == known

    def test_what_a_line_leaves_out_stays(self, path: Path) -> None:
        subject = make_subject("Old")
        Subject.objects.update(description="Long.")
        import_lines(path, {"kind": "subject", "uuid": str(subject.uuid), "name": "New"})
        subject.refresh_from_db()
        assert (subject.name, subject.description) == ("New", "Long.")

    def test_collaborators_of_one_name_are_told_apart_by_uuid(self, path: Path) -> None:
        twins = [{"kind": "collaborator", "uuid": unit, "name": "Acme"} for unit in (UNIT, OTHER)]
        lines = [ORGANIZATION, *twins, course_line(draft={"collaborators": [OTHER, UNIT]})]
        assert import_lines(path, *lines).report["refused"] == []
        links = Course.drafts.get().collaborator_links.all()
        assert [str(link.collaborator.uuid) for link in links] == [OTHER, UNIT]
        assert "Nothing changed" in import_lines(path, *lines).text

    def test_a_uuid_of_the_file_names_the_row_that_its_line_found(self, path: Path) -> None:
        here = make_collaborator("Acme")
        twins = [{"kind": "collaborator", "uuid": unit, "name": "Acme"} for unit in (UNIT, OTHER)]
        import_lines(path, ORGANIZATION, *twins, course_line(draft={"collaborators": [OTHER, UNIT]}))
        second, first = Course.drafts.get().collaborator_links.all()
        assert first.collaborator == here
        assert str(second.collaborator.uuid) == OTHER
        assert Collaborator.objects.count() == 2

    def test_a_name_of_several_collaborators_is_the_oldest_in_use(self, path: Path) -> None:
        retired, older, _ = (make_collaborator("Acme") for _ in range(3))
        Collaborator.objects.filter(pk=retired.pk).update(retired=True)
        import_lines(path, ORGANIZATION, course_line(draft={"collaborators": ["Acme"]}))
        assert Course.drafts.get().collaborator_links.get().collaborator == older

    def test_an_organization_that_is_there_keeps_its_name_and_takes_its_profile(self, path: Path) -> None:
        profile = make_organization("northu")
        name = profile.organization.name
        import_lines(path, ORGANIZATION | {"certificate_name": "North"})
        found = OrganizationProfile.objects.get()
        assert (found.key, found.organization.name, found.certificate_name) == ("northu", name, "North")

    def test_what_is_retired_is_named_by_the_courses_of_its_file(self, path: Path, options: tuple[str, ...]) -> None:
        lines = [ORGANIZATION, SUBJECT | {"retired": True}, course_line(draft={"subjects": ["astronomy"]}, official={})]
        assert import_lines(path, *lines, options=options).report["refused"] == []
        if not options:
            assert Subject.objects.get().retired
            assert "Nothing changed" in import_lines(path, *lines).text
            [refused] = import_lines(
                path, course_line("SEA"), course_line("C", draft={"subjects": ["astronomy"]})
            ).report["refused"]
            assert refused["reason"] == "The subject Astronomy is retired."

    def test_a_line_of_reference_data_ends_the_batch_above_it(self, path: Path) -> None:
        early = course_line("A", draft={"subjects": ["astronomy"]})
        late = course_line("B", draft={"subjects": ["astronomy"]})
        report = import_lines(path, ORGANIZATION, early, SUBJECT, late).report
        assert [(row["line"], row["field"]) for row in report["refused"]] == [(3, "subjects")]
        assert [course.number for course in Course.drafts.all()] == ["B"]


class TestRefusing:
    @pytest.mark.parametrize(
        ("line", "field", "reason"),
        [
            ({"kind": "subject", "name": "X"}, "slug", "Missing: a subject is named by this, and none has the uuid of"),
            ({"kind": "subject", "slug": "x", "nam": "X"}, "nam", "Not known; known are slug, name, subtitle, "),
            ({"kind": "subject", "slug": "x"}, "name", "This field cannot be blank."),
            ({"kind": "subject", "slug": "x", "name": 7}, "name", "Give text."),
            ({"kind": "subject", "slug": "x y", "name": "X"}, "slug", "Enter a valid “slug”"),
            ({"kind": "subject", "slug": "x", "name": "X", "retired": 1}, "retired", "Give true or false."),
            ({"kind": "level_type", "name": "X", "sort_value": "1"}, "sort_value", "Give a whole number."),
            ({"kind": "currency", "code": "X", "name": "X", "uuid": UNIT}, "uuid", "A currency has none."),
            ({"kind": "person", "slug": "x", "given_name": "X", "bio_language": "xx"}, "bio_language", "There is no"),
            (
                {"kind": "person", "slug": "x", "given_name": "X", "urls_detailed": [{"url": 1}]},
                "urls_detailed",
                "type: ",
            ),
            ({"kind": "source", "slug": "x", "name": "X", "ofac_restricted_program_types": 1}, None, "Give a list."),
            ({"kind": "track", "mode": "unheard-of", "seat_type": None}, "mode", "There is no mode unheard-of."),
            ({"kind": "track", "mode": "audit"}, "seat_type", "Missing: a track is named by this"),
            ({"kind": "course_run_type", "slug": "x", "name": "X", "tracks": ["audit"]}, "tracks", "Give a track as {"),
            (
                {"kind": "course_run_type", "slug": "x", "name": "X", "tracks": [{"mode": "audit", "seat_type": None}]},
                "tracks",
                "There is no track audit / None. Describe it on a line above.",
            ),
            ({"kind": "organization", "key": "South U"}, "organization", "Please do not use spaces"),
            ({"kind": "organization", "key": 7}, "key", "Give text."),
            ({"kind": "organization", "key": "S", "name": 7}, "name", "Give text."),
            ({"kind": "organization", "key": "S", "logo_image": "x"}, "logo_image", 'Give {"path": "..."}'),
            (
                {"kind": "collaborator", "name": "X", "image": {"data": "data:image/png;base64,eA=="}},
                "image",
                "This is",
            ),
        ],
    )
    def test_faulty_lines_say_why(
        self, path: Path, options: tuple[str, ...], line: dict[str, Any], field: str | None, reason: str
    ) -> None:
        [(number, found, why)] = refusals(path, line, options=options)
        assert (number, found) == (4, field or "ofac_restricted_program_types")
        assert why.startswith(reason)

    def test_what_stands_twice_is_refused(self, path: Path, options: tuple[str, ...]) -> None:
        [(line, field, reason)] = refusals(path, SUBJECT, SUBJECT, options=options)
        assert (line, field, reason) == (5, "slug", "A line above describes this already.")

    def test_what_stands_twice_under_its_uuid_is_refused(self, path: Path, options: tuple[str, ...]) -> None:
        subject = {"kind": "subject", "uuid": str(make_subject("Optics").uuid), "name": "Optics"}
        [(line, field, reason)] = refusals(path, subject, subject, options=options)
        assert (line, field, reason) == (5, "uuid", "A line above describes this already.")

    def test_a_slug_of_another_row_is_refused(self, path: Path, options: tuple[str, ...]) -> None:
        subject, other = make_subject("A"), make_subject("B")
        line = {"kind": "subject", "uuid": str(subject.uuid), "slug": other.slug}
        [(_, field, _)] = refusals(path, line, options=options)
        assert field == "slug"

    def test_the_key_of_an_organization_is_the_platforms(self, path: Path, options: tuple[str, ...]) -> None:
        profile = make_organization("SouthU")
        line = {"kind": "organization", "uuid": str(profile.uuid), "key": "WestU"}
        [(_, field, reason)] = refusals(path, line, options=options)
        assert (field, reason) == ("key", "This organization has the key SouthU here, given by the platform.")

    def test_a_slug_that_nothing_can_edit_stays(self, path: Path) -> None:
        known = SeatType.objects.get(slug="audit")
        [(_, field, reason)] = refusals(path, {"kind": "seat_type", "uuid": str(known.uuid), "slug": "free"})
        assert (field, reason) == ("slug", "This never changes after creation.")

    def test_tracks_are_found_by_their_mode_and_seat_type(self, path: Path) -> None:
        before = Track.objects.count()
        import_lines(path, {"kind": "track", "uuid": str(uuid.uuid4()), "mode": "audit", "seat_type": "audit"})
        assert Track.objects.count() == before
