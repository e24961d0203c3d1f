"""
A command crashes before and after each of its statements, and at its commit, by an error or by a lost connection.

Before the commit has reached the database nothing has happened, not even in part; after it everything has, though the
caller may never learn so. Either way the database verifies, and the same command succeeds when it is given again.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Sequence

import pytest
from django.db import DatabaseError, connection, connections
from django.db.utils import DEFAULT_DB_ALIAS

from openedx_catalog_publisher.models import CourseRun
from tests.crash.acts import ACTS, Act, units_of
from tests.crash.stored import stored_rows
from tests.races.audit import audit
from tests.races.catalog import Catalog, Item
from tests.races.points import COMMIT, observed
from tests.races.stage import Stage
from tests.races.table import CRASH

pytestmark = [pytest.mark.django_db, pytest.mark.mysql, pytest.mark.slow]

SECONDS_UNTIL_ROLLED_BACK = 30


class Crash(enum.Enum):
    """How a command crashes."""

    ERROR = "error"
    LOST_CONNECTION = "lost connection"


class Crashed(DatabaseError):
    """The error that a command crashes with: of the kind that a commit fails with."""


def points_of(act: Act, items: Sequence[Item]) -> list[str]:
    """Perform a command and return the points that it passed."""
    points: list[str] = []
    with observed(points.append, lambda point: None, lambda: None):
        act.command(items)()
    return points


def crash(act: Act, items: Sequence[Item], how: Crash, where: str, *, after: bool) -> None:
    """
    Perform a command that crashes at a point.

    Raises:
        DatabaseError: as its caller would see it.
    """

    def strike(point: str) -> None:
        if point != where:
            return
        if how is Crash.ERROR:
            raise Crashed(point)
        kill_this_connection()

    def ignore(point: str) -> None:
        pass

    try:
        with observed(ignore if after else strike, strike if after else ignore, lambda: None):
            act.command(items)()
    finally:
        # As the platform does between two requests.
        connection.close()


def kill_this_connection() -> None:
    """Let the database cut this thread's connection, and wait until what it did is rolled back."""
    doomed = connection.connection.thread_id()
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with other.cursor() as cursor:
            cursor.execute(f"KILL {doomed:d}")
            deadline = time.monotonic() + SECONDS_UNTIL_ROLLED_BACK
            while True:
                cursor.execute("SELECT COUNT(*) FROM information_schema.processlist WHERE id = %s", [doomed])
                if cursor.fetchone() == (0,):
                    return
                assert time.monotonic() < deadline, "the connection was not cut"
                time.sleep(0.001)
    finally:
        other.close()


def check_every_point(act: Act, catalog: Catalog, how: Crash) -> int:
    """Crash a command at every point, on courses of their own, and return at how many."""
    rehearsed = catalog.make(act.courses)
    act.prepare(catalog, rehearsed)
    points = points_of(act, rehearsed)
    crashes = [(point, after) for point in points for after in (False, True)]
    items = catalog.make(act.courses * len(crashes))
    act.prepare(catalog, items)
    for index, (point, after) in enumerate(crashes):
        check_one_point(act, items[index * act.courses : (index + 1) * act.courses], how, point, after=after)
    assert audit(units_of([*rehearsed, *items])) == {}
    return len(crashes)


def check_one_point(act: Act, items: Sequence[Item], how: Crash, point: str, *, after: bool) -> None:
    """Crash a command at one point, and judge what is stored before, between and after the command given again."""
    where = f"{how.value} {'after' if after else 'before'} '{point}'"
    units = units_of(items)
    before = stored_rows(units)
    committed = after and point == COMMIT
    with pytest.raises(Crashed if how is Crash.ERROR else DatabaseError):
        crash(act, items, how, point, after=after)
    assert act.happened(items) == committed, where
    if committed:
        assert audit(units) == {}, where
    else:
        assert stored_rows(units) == before, where
    act.repeat(items)
    assert act.happened(items), where
    assert CourseRun.drafts.filter(uuid__in=units).count() == act.courses


@pytest.mark.parametrize("how", list(Crash), ids=lambda how: how.value)
@pytest.mark.parametrize("act", [pytest.param(act, id=act.name) for act in ACTS])
def test_a_crash_at_any_point_leaves_nothing_or_everything(
    act: type[Act],
    how: Crash,
    catalog: Catalog,
    stage: Stage,
    record_property: Callable[[str, object], None],
) -> None:
    crashes = stage.direct(lambda: check_every_point(act(), catalog, how))

    record_property(CRASH, {"command": act.name, "how": f"{how.value} at each point", "crashes": crashes})
    # A restore has the fewest statements; a command whose points were not seen would pass for nothing.
    assert crashes >= 20
