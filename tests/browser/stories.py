"""Reviews as reviewers meet them: long texts, Arabic, prices, pictures, comments."""

from __future__ import annotations

from openedx_catalog_publisher.api import add_comment, update_course, update_run
from openedx_catalog_publisher.models import UnitKind
from tests.factories import make_subject, seat
from tests.review.stage import Stage, set_stage

WEEK = (
    '<p><strong>Week {0}</strong></p><ul><li>Read chapter {0} of the <a href="https://example.org/{0}">handbook</a> '
    "of the northern sky.</li><li>Find {0} stars of the evening and draw them.</li></ul>"
)
SYLLABUS = "".join(map(WEEK.format, range(1, 40)))

ARABIC = '<p dir="rtl" lang="ar">نبدأ من سطح البيت: نحدّد الشمال، ثم نتتبّع القمر أسبوعاً كاملاً.</p>'


def changed_course() -> Stage:
    """Return a live course whose run waits for legal staff, with changes of every kind."""
    stage = set_stage(title="Reading the Night Sky", syllabus_raw=SYLLABUS, full_description=ARABIC)
    stage.go_live()
    update_course(
        stage.editor,
        stage.course,
        {
            "title": "Reading the Night Sky, Together",
            "syllabus_raw": SYLLABUS.replace("stars of the evening", "planets"),
            "full_description": ARABIC.replace("القمر", "النجوم"),
            "subjects": [make_subject("Astronomy")],
            "entitlement": {"mode": "verified", "price": "59.00", "currency": "USD"},
            "image": f"catalog_publisher/courses/{'b' * 48}.png",
            "video": {"src": "https://example.org/film", "description": "A film"},
        },
    )
    update_run(
        stage.editor,
        stage.run,
        {
            "seats": [seat("audit", "0.00"), seat("verified", "59.00")],
            "max_effort": 9,
            "go_live_date": "2031-01-01T00:00:00Z",
        },
    )
    stage.submit(comment="Please look at the price.")
    add_comment(stage.coordinator, UnitKind.COURSE, stage.course, "Is the film ours?", field="video")
    return stage
