"""What is answered of each place: whether a unit is visible there, why, and what would have to happen."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

EDITORS = "editors of the course"
ADMINISTRATORS = "catalog administrators"
OPERATORS = "operators"
SCHEDULER = "the scheduler"
RELAY = "the relay"


class PlaceName(enum.StrEnum):
    """Where a unit may be visible."""

    DRAFT = "draft"
    OFFICIAL = "official"
    MARKETABLE = "marketable"
    LEARNERS = "learners"
    STUDIO = "studio"
    COURSE_MODES = "course_modes"
    COURSE_OVERVIEW = "course_overview"
    CORE_CATALOG = "core_catalog"
    EVENT_BUS = "event_bus"
    WEBHOOK = "webhook"


class Doing(enum.StrEnum):
    """The operations of the API that may have to be called."""

    EDIT = "edit"
    ADD_RUN = "add_run"
    SUBMIT = "submit"
    DECIDE = "decide"
    PUBLISH = "publish"
    REOPEN = "reopen"
    REPLAY = "replay"
    RETRY = "retry"
    CHANGE_WEBHOOK = "change_webhook"


@dataclass(frozen=True)
class Reason:
    """
    One reason.

    Attributes:
        unit: key of the unit that it is about: the unit itself, its course, or one of its runs.
        code: a stable word for programs.
        message: the reason as a sentence.
        since: since when it holds, where that is known.
    """

    unit: str
    code: str
    message: str
    since: datetime | None = None


@dataclass(frozen=True)
class Step:
    """
    One thing that would have to happen.

    Attributes:
        unit: key of the unit that it is about.
        who: who does it.
        message: what, as a sentence.
        doing: the operation of the API by which it is done; None where there is none.
        target: UUID of what the operation is on: a unit, a review, or a webhook; None where it is on nothing.
        is_run: whether the operation is on a course run, and not on a course.
        command: the command of ``manage.py`` by which it is done, or empty.
        at: when it happens by itself, where that is known.
    """

    unit: str
    who: str
    message: str
    doing: Doing | None = None
    target: UUID | None = None
    is_run: bool = False
    command: str = ""
    at: datetime | None = None


@dataclass
class Verdict:
    """
    What is known of one unit in one place.

    Attributes:
        visible: whether it is visible there; None where that is not known.
        reasons: why.
        steps: what would have to happen for it to be visible, or up to date.
    """

    visible: bool | None
    reasons: list[Reason] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @classmethod
    def any_of(cls, verdicts: Iterable[Verdict]) -> Verdict:
        """Return that something is visible where one of its parts is."""
        parts = list(verdicts)
        seen = [part.visible for part in parts]
        visible = True if True in seen else None if None in seen else False
        return cls(
            visible,
            list(dict.fromkeys(reason for part in parts for reason in part.reasons)),
            list(dict.fromkeys(step for part in parts for step in part.steps)),
        )


@dataclass(frozen=True)
class Place:
    """
    What is known of a unit in one place.

    Attributes:
        name: the place.
        verdict: what is known.
        label: what the place is called, where there are several of one name.
        consumer: the consumer that brings it there; empty for places of the catalog itself.
    """

    name: PlaceName
    verdict: Verdict
    label: str = ""
    consumer: str = ""
