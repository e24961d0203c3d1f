"""A command is one transaction: whole or not at all, run again after lock failures, never within another."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from openedx_catalog_publisher.api import Busy, InvalidInput, update_course
from openedx_catalog_publisher.commands import transaction as commands
from openedx_catalog_publisher.commands.transaction import Operation, command, in_one_transaction
from openedx_catalog_publisher.models import ActorPseudonym, LanguageTag
from tests.factories import SYSTEM, make_course

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "PAUSE_SECONDS", 0)


def _lock_failure() -> OperationalError:
    if connection.vendor == "sqlite":
        return OperationalError("database is locked")
    return OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction")


def _failing(
    times: int, error: Callable[[], Exception], generated: str = ""
) -> tuple[list[Operation], Callable[..., str]]:
    attempts: list[Operation] = []

    @command
    def work(operation: Operation) -> str:
        attempts.append(operation)
        if generated:
            operation.generated.add(generated)
        LanguageTag.objects.create(code=f"x-{len(attempts)}", name="x")
        if len(attempts) <= times:
            raise error()
        return "done"

    return attempts, work


def _made() -> set[str]:
    return set(LanguageTag.objects.filter(code__startswith="x-").values_list("code", flat=True))


@pytest.mark.parametrize("times", [0, 1, 3])
def test_a_lock_failure_runs_the_whole_command_again(times: int) -> None:
    attempts, work = _failing(times, _lock_failure)
    assert work(SYSTEM) == "done"
    assert _made() == {f"x-{times + 1}"}, "what the failed attempts wrote is gone"
    assert len({operation.uuid for operation in attempts}) == times + 1


def test_after_three_more_attempts_the_caller_is_told_to_come_later() -> None:
    attempts, work = _failing(9, _lock_failure)
    with pytest.raises(Busy) as caught:
        work(SYSTEM)
    assert (len(attempts), caught.value.status, _made()) == (4, 503, set())


@pytest.mark.parametrize(
    "error",
    [lambda: OperationalError(2006, "gone away"), lambda: IntegrityError("of no constraint"), lambda: KeyError(1)],
)
def test_any_other_failure_is_a_fault_and_shows_at_once(error: Callable[[], Exception]) -> None:
    attempts, work = _failing(9, error)
    with pytest.raises(type(error())):
        work(SYSTEM)
    assert (len(attempts), _made()) == (1, set())


def test_a_made_up_value_that_somebody_else_took_is_made_up_again() -> None:
    taken = lambda: InvalidInput({"url_slug": ["Taken."]})  # noqa: E731
    attempts, work = _failing(2, taken, generated="url_slug")
    assert (work(SYSTEM), len(attempts)) == ("done", 3)
    attempts, work = _failing(2, taken, generated="key")
    with pytest.raises(InvalidInput):
        work(SYSTEM)
    assert len(attempts) == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_command_refuses_to_run_within_a_transaction_of_its_caller() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        command(lambda operation: None)(SYSTEM)


def test_a_refused_command_leaves_nothing_behind_not_even_a_pseudonym() -> None:
    course = make_course(runs=0).course.uuid
    before = ActorPseudonym.objects.count()
    with pytest.raises(InvalidInput):
        update_course(type(SYSTEM).system("another part"), course, {"title": 5})
    assert ActorPseudonym.objects.count() == before


def test_upkeep_is_run_again_after_a_lock_failure_and_gives_up_as_busy() -> None:
    failures = [_lock_failure(), _lock_failure()]

    def upkeep() -> str:
        if failures:
            raise failures.pop()
        return "done"

    assert in_one_transaction(upkeep) == "done"
    failures.extend(_lock_failure() for _ in range(4))
    with pytest.raises(Busy):
        in_one_transaction(upkeep)
    assert failures == []
    failures.append(OperationalError(2006, "Server has gone away"))
    with pytest.raises(OperationalError):
        in_one_transaction(upkeep)
