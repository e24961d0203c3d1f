"""
The floor of reading: hand-written SELECTs of the rows and columns that an answer shows, put together and dumped.

One statement per table, with rows of reference data joined to those that point at them. Each row becomes a plain
dictionary and hangs on its owner; all of it is dumped as the driver gave it. Nobody's rights are asked for, and nothing
is derived or represented: a run repeats no text of its course, a picture has no address, a time is what ``str`` says,
editors are not held against their roles.
"""

# ruff: noqa: S608 - statements are put together from names of tables and columns; values are parameters

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from organizations.models import Organization

Rows = list[dict[str, Any]]

P = "openedx_catalog_publisher_"
PLATFORM_ORGANIZATIONS = Organization._meta.db_table
USERS = get_user_model()._meta.db_table

COURSES = f"""
SELECT c.id, c.uuid, c.key, c.draft, c.draft_version_id, c.status, c.revision, c.published_revision, c.modified,
    c.number, c.key_for_reruns, c.title, c.url_slug, c.short_description, c.full_description, c.outcome,
    c.prerequisites_raw, c.syllabus_raw, c.faq, c.learner_testimonials, c.additional_information, c.extra_description,
    c.expected_learning_items, c.prerequisites, c.image, c.card_image_url, c.video, c.organization_short_code_override,
    c.organization_logo_override, c.enterprise_subscription_inclusion, c.excluded_from_search, c.excluded_from_seo,
    c.additional_metadata, c.geolocation, c.in_year_value, c.location_restriction, c.watchers, c.course_length,
    c.enrollment_count, c.recent_enrollment_count, t.uuid AS type, t.slug AS course_type, l.name AS level_type,
    s.name AS source_name, s.slug AS source_slug, s.description AS source_description, r.key AS canonical_course_run_key
FROM {P}course c
LEFT JOIN {P}coursetype t ON t.id = c.type_id
LEFT JOIN {P}leveltype l ON l.id = c.level_type_id
LEFT JOIN {P}source s ON s.id = c.product_source_id
LEFT JOIN {P}courserun r ON r.id = c.canonical_course_run_id
"""

RUNS = f"""
SELECT r.id, r.course_id, r.uuid, r.key, r.draft, r.status, r.revision, r.published_revision, r.modified,
    r.external_key, r.title_override, r.short_description_override, r.full_description_override, r.outcome_override,
    r.expected_program_name, r.slug, r.video, r.mobile_available, r.reporting_type, r.eligible_for_financial_aid,
    r.fixed_price_usd, r.variant_id, r.min_effort, r.max_effort, r.weeks_to_complete, r.language_id, r.start, r.end,
    r.enrollment_start, r.enrollment_end, r.pacing_type, r.hidden, r.license, r.go_live_date, r.announcement,
    r.has_ofac_restrictions, r.ofac_comment, r.ai_languages, r.enrollment_count, r.recent_enrollment_count,
    t.uuid AS run_type, t.slug AS type, t.is_marketable, g.name AS language, p.slug AS expected_program_type
FROM {P}courserun r
LEFT JOIN {P}courseruntype t ON t.id = r.type_id
LEFT JOIN {P}languagetag g ON g.code = r.language_id
LEFT JOIN {P}programtype p ON p.id = r.expected_program_type_id
WHERE r.course_id IN (%s) ORDER BY r.start IS NULL, r.start, r.id
"""

EDITORS = f"""
SELECT e.course_id, e.id, u.id AS user_id, u.username, u.email, u.first_name, u.last_name
FROM {P}courseeditor e
JOIN {USERS} u ON u.id = e.user_id
WHERE u.is_active = 1 AND e.course_id IN (%s) ORDER BY e.id
"""

OF_COURSES: Mapping[str, str] = {
    "organizations": f"""
SELECT l.course_id, l.kind, p.uuid, p.key, p.auto_generate_course_run_keys, p.certificate_logo_image, p.logo_image,
    p.banner_image, p.organization_hex_color, p.homepage_url, p.enterprise_subscription_inclusion, p.modified,
    o.name, o.description, o.logo
FROM {P}courseorganization l
JOIN {P}organizationprofile p ON p.id = l.organization_id
JOIN {PLATFORM_ORGANIZATIONS} o ON o.id = p.organization_id
WHERE l.course_id IN (%s) ORDER BY l.position, l.id
""",
    "subjects": f"""
SELECT l.course_id, s.uuid, s.slug, s.name, s.subtitle, s.description, s.banner_image_url, s.card_image_url
FROM {P}coursesubject l
JOIN {P}subject s ON s.id = l.subject_id
WHERE l.course_id IN (%s) ORDER BY l.position, l.id
""",
    "topics": f"""
SELECT l.course_id, t.name
FROM {P}coursetopic l
JOIN {P}topic t ON t.id = l.topic_id
WHERE l.course_id IN (%s) ORDER BY l.position, l.id
""",
    "collaborators": f"""
SELECT l.course_id, c.uuid, c.name, c.image
FROM {P}coursecollaborator l
JOIN {P}collaborator c ON c.id = l.collaborator_id
WHERE l.course_id IN (%s) ORDER BY l.position, l.id
""",
    "entitlements": f"""
SELECT e.course_id, m.slug AS mode, e.price, e.currency_id, e.sku
FROM {P}courseentitlement e
JOIN {P}seattype m ON m.id = e.mode_id
WHERE e.course_id IN (%s) ORDER BY e.id
""",
    "url_slug_history": f"""
SELECT course_id, url_slug, is_active, is_active_on_draft FROM {P}courseurlslug WHERE course_id IN (%s) ORDER BY id
""",
    "url_redirects": f"SELECT course_id, value FROM {P}courseurlredirect WHERE course_id IN (%s) ORDER BY id",
    "editors": EDITORS,
    "course_runs": RUNS,
}
"""What hangs on a course, each with the course that it belongs to."""

OF_RUNS: Mapping[str, str] = {
    "seats": f"""
SELECT s.course_run_id, t.slug AS type, s.price, s.currency_id, s.credit_provider, s.credit_hours,
    s.upgrade_deadline_override, s.sku, s.bulk_sku
FROM {P}seat s
JOIN {P}seattype t ON t.id = s.type_id
WHERE s.course_run_id IN (%s) ORDER BY s.id
""",
    "staff": f"""
SELECT l.course_run_id, p.uuid, p.slug, p.salutation, p.given_name, p.family_name, p.bio, p.major_works, p.published,
    p.profile_image, p.position_title, p.position_organization_override, p.urls_detailed, p.areas_of_expertise,
    g.id AS organization_id, g.uuid AS organization_uuid, g.key AS organization_key, g.logo_image AS organization_logo,
    g.homepage_url AS organization_homepage_url, o.name AS organization_name
FROM {P}courserunstaff l
JOIN {P}person p ON p.id = l.person_id
LEFT JOIN {P}organizationprofile g ON g.id = p.position_organization_id
LEFT JOIN {PLATFORM_ORGANIZATIONS} o ON o.id = g.organization_id
WHERE l.course_run_id IN (%s) ORDER BY l.position, l.id
""",
    "languages": f"""
SELECT l.course_run_id, l.kind, l.language_id, g.name
FROM {P}courserunlanguage l
JOIN {P}languagetag g ON g.code = l.language_id
WHERE l.course_run_id IN (%s) ORDER BY l.position, l.id
""",
    "restrictions": f"""
SELECT course_run_id, restriction_type FROM {P}restrictedcourserun WHERE course_run_id IN (%s) ORDER BY id
""",
}
"""What hangs on a run, each with the run that it belongs to."""

DASHBOARD = f"SELECT c.id, c.uuid, c.key, c.key_for_reruns, c.title, c.modified FROM {P}course c"
DASHBOARD_PARTS: Mapping[str, str] = {
    "editors": EDITORS,
    "course_runs": f"""
SELECT course_id, status, hidden, {connection.ops.quote_name("end")} FROM {P}courserun WHERE course_id IN (%s)
""",
}


def courses_page(size: int, organizations: Sequence[int] = ()) -> bytes:
    """
    Return the first page of draft courses by key with everything nested, and how many there are.

    Arguments:
        size: courses of the page.
        organizations: primary keys of those whose courses are listed; none for all.
    """
    return _page(COURSES, size, organizations, _with_parts)


def dashboard_page(size: int) -> bytes:
    """Return the first page of draft courses by key as a dashboard shows them, and how many there are."""
    return _page(DASHBOARD, size, (), lambda courses: _hang(courses, DASHBOARD_PARTS, "course_id"))


def course_detail(key: str) -> bytes:
    """Return the draft of one course with everything nested."""
    courses = _rows(f"{COURSES} WHERE c.draft = 1 AND c.key_normalized = %s", [key])
    _with_parts(courses)
    return _dumped(courses[0])


def _page(select: str, size: int, organizations: Sequence[int], hang: Callable[[Rows], object]) -> bytes:
    drafts, order = f"FROM {P}course c WHERE c.draft = 1", "ORDER BY c.key_normalized, c.id"
    if organizations:
        drafts += (
            f" AND EXISTS (SELECT 1 FROM {P}courseorganization w WHERE w.course_id = c.id AND w.kind = 'owner'"
            f" AND w.organization_id IN ({_marks(organizations)}))"
        )
        # The page is found by its narrow columns before the texts are read, so that no sorting carries them.
        page = f"{select} JOIN (SELECT c.id {drafts} {order} LIMIT %s) page ON page.id = c.id {order}"
    else:
        page = f"{select} WHERE c.draft = 1 {order} LIMIT %s"
    (counted,) = _rows(f"SELECT COUNT(*) AS total {drafts}", organizations)
    courses = _rows(page, [*organizations, size])
    hang(courses)
    return _dumped({"count": counted["total"], "results": courses})


def _with_parts(courses: Rows) -> None:
    runs = _hang(courses, OF_COURSES, "course_id")
    _hang(runs["course_runs"], OF_RUNS, "course_run_id")


def _hang(owners: Rows, parts: Mapping[str, str], pointer: str) -> dict[str, Rows]:
    """Read parts of rows, one statement each, and hang them on their owners; return all parts by name."""
    by_id = {owner["id"]: owner for owner in owners}
    found: dict[str, Rows] = {}
    for name, select in parts.items():
        for owner in owners:
            owner[name] = []
        found[name] = _rows(select % _marks(by_id), by_id)
        for row in found[name]:
            by_id[row[pointer]][name].append(row)
    return found


def _rows(select: str, params: Iterable[Any]) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(select, list(params))
        names = [entry[0] for entry in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _marks(values: Iterable[Any]) -> str:
    return ", ".join("%s" for _ in values)


def _dumped(answer: Any) -> bytes:
    return json.dumps(answer, default=str, ensure_ascii=False).encode()
