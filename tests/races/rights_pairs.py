"""Races around rights: accounts that end while others act on what they hold, and editors whose membership ends."""

from __future__ import annotations

from collections.abc import Sequence

from openedx_catalog_publisher.api import InvalidInput, UnitNotFound, add_editor, grant_role, revoke_role
from openedx_catalog_publisher.commands.actor import Actor
from openedx_catalog_publisher.inbound.accounts import end_account
from openedx_catalog_publisher.models import (
    CatalogRoleAssignment,
    CourseEditor,
    InboxEntry,
    OutboxEvent,
    RoleName,
    RoleRecord,
)
from tests.factories import SYSTEM, make_user
from tests.races.catalog import Catalog
from tests.races.pairs import BOTH, Pair, Round, both, second_refused
from tests.races.stage import Command, Outcome

WORKER = Actor.system("inbox")


class AccountEndsTwice(Pair):
    """Two workers act on one retired account, or one does while its membership is revoked."""

    name = "end account / end account, revoke role"
    runs = 0

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        for race in rounds:
            user = make_user()
            made = grant_role(SYSTEM, user, RoleName.ORG_MEMBER, catalog.organization.key, reason="tests")
            add_editor(SYSTEM, race.item.course, user)
            entry = InboxEntry.objects.create(kind=InboxEntry.Kind.USER_RETIRED, payload={"user": user.pk})
            race.notes |= {"user": user, "grant": made.pk, "entry": entry.pk, "holder": user.catalog_pseudonym.uuid}

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        def ending() -> bool:
            return end_account(WORKER, race.notes["entry"])

        return ending, (lambda: revoke_role(SYSTEM, race.notes["grant"], reason="tests")) if race.scenario(
            2
        ) else ending

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        holder = race.notes["holder"]
        assert not CatalogRoleAssignment.objects.filter(user=race.notes["user"]).exists()
        assert not CourseEditor.objects.filter(user=race.notes["user"]).exists()
        records = RoleRecord.objects.filter(holder=holder).order_by("pk")
        assert list(records.values_list("action", flat=True)) == ["granted", "revoked"]
        told = OutboxEvent.objects.filter(payload__user=str(holder)).order_by("sequence")
        assert list(told.values_list("kind", "sequence")) == [("role_granted", 1), ("role_revoked", 2)]
        assert OutboxEvent.objects.filter(kind="editor_removed", payload__editor=str(holder)).count() == 1
        assert InboxEntry.objects.get(pk=race.notes["entry"]).done_at is not None
        if race.scenario(2):
            return f"ended; revocation: {second_refused(one, two, UnitNotFound)}"
        both(one, two)
        assert sorted([one.result, two.result]) == [False, True]
        return "one ended it, one left it alone"


class EditorLeaves(Pair):
    """A member is made an editor while their membership is revoked."""

    name = "add editor / revoke role"
    runs = 0

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        for race in rounds:
            race.notes["user"] = user = make_user()
            made = grant_role(SYSTEM, user, RoleName.ORG_MEMBER, catalog.organization.key, reason="tests")
            race.notes["grant"] = made.pk

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        return (
            lambda: revoke_role(SYSTEM, race.notes["grant"], reason="tests"),
            lambda: add_editor(SYSTEM, race.item.course, race.notes["user"]),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        found = second_refused(one, two, InvalidInput)
        assert not CourseEditor.objects.filter(user=race.notes["user"]).exists()
        holder = str(race.notes["user"].catalog_pseudonym.uuid)
        told = OutboxEvent.objects.filter(payload__editor=holder).order_by("sequence")
        expected = ["editor_added", "editor_removed"] if found == BOTH else []
        assert list(told.values_list("kind", flat=True)) == expected
        return "added, then ended with the membership" if found == BOTH else f"not added: {found}"


PAIRS: tuple[type[Pair], ...] = (AccountEndsTwice, EditorLeaves)
