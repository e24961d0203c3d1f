"""
The Python door: what other code may call. Nothing else is stable.

Commands take an ``Actor`` first and open the outermost transaction themselves: call them outside of one. They check
rights, lock, write, log and record events; each names in its docstring what it raises (``commands.errors``). Queries
check no rights unless they say so. ``stored_image`` stores an image before the command that names it.
"""

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.access.policy import can, visible
from openedx_catalog_publisher.commands.actor import Actor
from openedx_catalog_publisher.commands.errors import (
    Busy,
    CatalogError,
    Conflict,
    InvalidInput,
    NotPermitted,
    StaleRevision,
    UnitNotFound,
)
from openedx_catalog_publisher.editing.bulk import (
    CarriedOver,
    CourseInput,
    CourseOutcome,
    OfficialInput,
    RunInput,
    carry_over,
    write_courses,
)
from openedx_catalog_publisher.editing.courses import (
    CourseCreated,
    Written,
    course_differences,
    create_course,
    update_course,
)
from openedx_catalog_publisher.editing.deletion import delete_course, delete_run
from openedx_catalog_publisher.editing.editors import add_editor, remove_editor
from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.editing.images import stored_image
from openedx_catalog_publisher.editing.prices import set_prices
from openedx_catalog_publisher.editing.reference_data import create_reference, delete_reference, update_reference
from openedx_catalog_publisher.editing.roles import grant_role, revoke_role
from openedx_catalog_publisher.editing.runs import create_run, update_run
from openedx_catalog_publisher.editing.save_and_submit import (
    SavedAndSubmitted,
    SubmissionRefused,
    save_and_submit_course,
    save_and_submit_run,
)
from openedx_catalog_publisher.editing.slugs import add_redirect, remove_redirect
from openedx_catalog_publisher.ledger.edit_log import read_changes
from openedx_catalog_publisher.ledger.seal import seal_log
from openedx_catalog_publisher.ledger.verify import verify_log
from openedx_catalog_publisher.publishing.draft_resets import discard, restore
from openedx_catalog_publisher.publishing.history import OfficialAsOf, as_of, publications_of
from openedx_catalog_publisher.publishing.plan import Plan, plan_publication
from openedx_catalog_publisher.publishing.publish import Published, publish
from openedx_catalog_publisher.publishing.releases import plan_undo, rebuild, undo_release
from openedx_catalog_publisher.publishing.selection import Parents, Selection
from openedx_catalog_publisher.publishing.snapshots import FieldChange, UnitSnapshot, compare
from openedx_catalog_publisher.publishing.store import prune_snapshots
from openedx_catalog_publisher.publishing.withdraw import archive, remove, reopen, unpublish
from openedx_catalog_publisher.review.comments import add_comment
from openedx_catalog_publisher.review.decide import Decided, Ofac, Target, decide, decide_many, skip_step
from openedx_catalog_publisher.review.schedule import DueRun, publish_due
from openedx_catalog_publisher.review.send_back import request_changes, request_changes_many, withdraw
from openedx_catalog_publisher.review.submit import Submitted, submit_course, submit_run

__all__ = [
    "Action",
    "Actor",
    "Busy",
    "CarriedOver",
    "CatalogError",
    "Conflict",
    "CourseCreated",
    "CourseInput",
    "CourseOutcome",
    "Decided",
    "DueRun",
    "FieldChange",
    "FieldError",
    "InvalidInput",
    "NotPermitted",
    "Ofac",
    "OfficialAsOf",
    "OfficialInput",
    "Parents",
    "Plan",
    "Published",
    "RunInput",
    "SavedAndSubmitted",
    "Selection",
    "StaleRevision",
    "SubmissionRefused",
    "Submitted",
    "Target",
    "UnitNotFound",
    "UnitSnapshot",
    "Written",
    "add_comment",
    "add_editor",
    "add_redirect",
    "archive",
    "as_of",
    "can",
    "carry_over",
    "compare",
    "course_differences",
    "create_course",
    "create_reference",
    "create_run",
    "decide",
    "decide_many",
    "delete_course",
    "delete_reference",
    "delete_run",
    "discard",
    "grant_role",
    "plan_publication",
    "plan_undo",
    "prune_snapshots",
    "publications_of",
    "publish",
    "publish_due",
    "read_changes",
    "rebuild",
    "remove",
    "remove_editor",
    "remove_redirect",
    "reopen",
    "request_changes",
    "request_changes_many",
    "restore",
    "revoke_role",
    "save_and_submit_course",
    "save_and_submit_run",
    "seal_log",
    "set_prices",
    "skip_step",
    "stored_image",
    "submit_course",
    "submit_run",
    "undo_release",
    "unpublish",
    "update_course",
    "update_reference",
    "update_run",
    "verify_log",
    "visible",
    "withdraw",
    "write_courses",
]
