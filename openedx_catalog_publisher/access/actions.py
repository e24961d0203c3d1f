"""What can be done, as a closed enumeration."""

from __future__ import annotations

import enum


class Action(enum.Enum):
    """
    Everything that rights are asked for.

    On units: the first group. On an organization: ``CREATE_COURSE``. On reference data: the ``REFERENCE`` group. On the
    installation as a whole: the last group.
    """

    VIEW_OFFICIAL = "view_official"
    VIEW_DRAFT = "view_draft"
    EDIT = "edit"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    DELETE = "delete"
    MANAGE_EDITORS = "manage_editors"
    COMMENT = "comment"
    REVIEW_LEGAL = "review_legal"
    REVIEW_INTERNAL = "review_internal"
    REMOVE = "remove"
    REBUILD = "rebuild"
    SKIP_REVIEW = "skip_review"

    CREATE_COURSE = "create_course"

    CREATE_REFERENCE = "create_reference"
    CHANGE_REFERENCE = "change_reference"
    DELETE_REFERENCE = "delete_reference"

    IMPORT = "import"
    MANAGE_ROLES = "manage_roles"
    MANAGE_OUTBOX = "manage_outbox"


UNIT_ACTIONS = frozenset(
    {
        Action.VIEW_OFFICIAL,
        Action.VIEW_DRAFT,
        Action.EDIT,
        Action.PUBLISH,
        Action.UNPUBLISH,
        Action.DELETE,
        Action.MANAGE_EDITORS,
        Action.COMMENT,
        Action.REVIEW_LEGAL,
        Action.REVIEW_INTERNAL,
        Action.REMOVE,
        Action.REBUILD,
        Action.SKIP_REVIEW,
    }
)

ADMIN_ACTIONS = frozenset(
    {
        Action.REMOVE,
        Action.REBUILD,
        Action.SKIP_REVIEW,
        Action.DELETE_REFERENCE,
        Action.IMPORT,
        Action.MANAGE_ROLES,
        Action.MANAGE_OUTBOX,
    }
)
"""What only a catalog administrator may do."""
