"""The words of the format: what its reader and its writer agree on."""

from __future__ import annotations

import enum

FORMAT = "catalog-json"
VERSION = 1

COURSE = "course"


class Sides(enum.StrEnum):
    """Which sides of courses and runs a file states."""

    BOTH = "both"
    DRAFT = "draft"
    OFFICIAL = "official"


HEADER_KEYS = ("format", "version", "sides", "images")

COURSE_STATE = ("watchers",)
RUN_STATE = ("go_live_date", "announcement", "has_ofac_restrictions", "ofac_comment")
"""State, which stands beside the sides."""

COURSE_KEYS = (
    "kind",
    "uuid",
    "key",
    *COURSE_STATE,
    "canonical_course_run_key",
    "url_slug_history",
    "url_redirects",
    "draft",
    "official",
    "runs",
)
RUN_KEYS = ("uuid", "key", *RUN_STATE, "draft", "official")

STATUSES = ("published", "unpublished")

REFERENCE_KINDS = (
    "language_tag",
    "currency",
    "seat_type",
    "mode",
    "track",
    "program_type",
    "source",
    "organization",
    "course_run_type",
    "course_type",
    "level_type",
    "subject",
    "topic",
    "collaborator",
    "person",
)
"""Kinds of reference data, each behind those that it names."""

PATH, DATA = "path", "data"
"""The only key of an image: a file, or a data URI."""
