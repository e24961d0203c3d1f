"""Races around what units stand on: roles, reference data, the snapshot store and the seals."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from openedx_catalog_publisher.api import (
    Conflict,
    InvalidInput,
    Selection,
    create_reference,
    delete_reference,
    grant_role,
    prune_snapshots,
    revoke_role,
    seal_log,
    update_course,
    update_reference,
)
from openedx_catalog_publisher.models import (
    CatalogRoleAssignment,
    OutboxEvent,
    Publication,
    RoleName,
    Side,
    Snapshot,
    Subject,
    UnitKind,
)
from openedx_catalog_publisher.publishing.capture import capture
from openedx_catalog_publisher.publishing.store import store_snapshots
from tests.factories import SYSTEM, make_subject, make_user, publish_now
from tests.races.catalog import Catalog
from tests.races.pairs import BOTH, Pair, Round, both, draft_course, items_of, one_refused, refusal, second_refused
from tests.races.stage import Command, Outcome


class RoleTwice(Pair):
    """One role is granted to one user by two, or granted while the grant is revoked."""

    name = "grant role / grant, revoke role"
    courses = 0

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        for race in rounds:
            race.notes["user"] = user = make_user()
            if race.scenario(2):
                made = grant_role(SYSTEM, user, RoleName.ORG_MEMBER, catalog.organization.key, reason="tests")
                race.notes["grant"] = made.pk

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        user, key = race.notes["user"], catalog.organization.key

        def granting() -> CatalogRoleAssignment:
            return grant_role(SYSTEM, user, RoleName.ORG_MEMBER, key, reason="tests")

        return granting, (lambda: revoke_role(SYSTEM, race.notes["grant"], reason="tests")) if race.scenario(
            2
        ) else granting

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        user = race.notes["user"]
        count = CatalogRoleAssignment.objects.filter(user=user).count()
        events = OutboxEvent.objects.filter(payload__user=str(user.catalog_pseudonym.uuid)).order_by("sequence")
        told = list(events.values_list("kind", "sequence"))
        if not race.scenario(2):
            assert told == [("role_granted", 1)]
            assert count == 1
            return one_refused(one, two, InvalidInput)
        found = second_refused(two, one, InvalidInput)
        granted = found == BOTH
        assert count == int(granted)
        assert told == [("role_granted", 1), ("role_revoked", 2), *([("role_granted", 3)] if granted else [])]
        return "revoked, then granted again" if granted else f"grant refused: {found}"


class ReferenceTwice(Pair):
    """One subject is changed by two, or made by two under one slug."""

    name = "update / update, create / create of reference data"
    courses = 0

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        for race in rounds:
            race.notes["subject"] = make_subject()

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        subject = race.notes["subject"]
        if race.scenario(2):
            slug = f"made-{subject.slug}"
            return (
                lambda: create_reference(SYSTEM, Subject, {"name": f"A {slug}", "slug": slug}),
                lambda: create_reference(SYSTEM, Subject, {"name": f"B {slug}", "slug": slug}),
            )
        return (
            lambda: update_reference(SYSTEM, Subject, subject.pk, {"subtitle": "Of A"}),
            lambda: update_reference(SYSTEM, Subject, subject.pk, {"description": "Of B"}),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        subject = race.notes["subject"]
        if race.scenario(2):
            found = one_refused(one, two, InvalidInput, "slug")
            made = Subject.objects.get(slug=f"made-{subject.slug}")
            assert OutboxEvent.objects.filter(object_code=str(made.uuid)).count() == 1
            return found
        both(one, two)
        subject.refresh_from_db()
        assert (subject.subtitle, subject.description) == ("Of A", "Of B")
        events = OutboxEvent.objects.filter(object_code=str(subject.uuid)).order_by("sequence")
        assert list(events.values_list("sequence", flat=True)) == [subject.revision - 1, subject.revision]
        return "two fields, both kept"


class DeleteReferenceEdit(Pair):
    """A subject is deleted while a course takes it up, or while a course that named it is published without it."""

    name = "delete reference data / edit, publish"

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        for race in rounds:
            race.notes["subject"] = make_subject()
            if race.scenario(2):
                catalog.edit(race.items, {"subjects": [race.notes["subject"]]})

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        subject, course = race.notes["subject"], race.item.course
        code = str(subject.uuid)
        return (
            lambda: delete_reference(SYSTEM, Subject, subject.pk),
            (lambda: publish_now(Selection.of([course])))
            if race.scenario(2)
            else (lambda: update_course(SYSTEM, course, {"subjects": [code]})),
        )

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        subject = race.notes["subject"]
        kept = Subject.objects.filter(pk=subject.pk).exists()
        if race.scenario(2):
            both_or_refused = second_refused(two, one, Conflict)
            assert kept
            assert both_or_refused != BOTH, "a subject that a draft names was deleted"
            return f"delete refused: {both_or_refused}"
        named = draft_course(race.item.course).subject_links.filter(subject=subject.pk).exists()
        assert named == kept
        if one.error is None:
            return f"edit refused: {refusal(two.error, InvalidInput, 'subjects')}"
        return f"delete refused: {second_refused(two, one, Conflict)}"


class PrunePublish(Pair):
    """Idle snapshots are pruned while a course is published with content that one of them holds."""

    name = "prune_snapshots / publish"

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:
        catalog.publish(items_of(rounds))
        catalog.edit(items_of(rounds), {"short_description": "Edited."})

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        draft = draft_course(race.item.course)
        snapshot = capture(UnitKind.COURSE, Side.DRAFT, [draft.pk]).units[draft.uuid].snapshot
        with transaction.atomic():
            store_snapshots([snapshot], draft.modified)
        return prune_snapshots, lambda: publish_now(Selection.of([race.item.course]))

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        last = Publication.objects.get(unit_uuid=race.item.course, number=2)
        assert last.snapshot.content_digest == last.content_digest
        assert Snapshot.objects.filter(unit_uuid=race.item.course).count() == 2
        return "pruned, stored again" if one.result else "taken up, not pruned"


class SealTwice(Pair):
    """Two seal the log at once, or one while a course is edited."""

    name = "seal_log / seal_log, edit"
    runs = 0

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        course = race.item.course
        update_course(SYSTEM, course, {"short_description": "To be sealed."})
        if race.scenario(2):
            return seal_log, lambda: update_course(SYSTEM, course, {"title": "Edited beside"})
        return seal_log, seal_log

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        seals = [outcome.result for outcome in (one, two) if outcome.result is not None]
        if race.scenario(2):
            return "sealed, edited"
        return "one sealed, one found nothing to seal" if len(seals) == 1 else f"{len(seals)} sealed"


PAIRS: tuple[type[Pair], ...] = (
    RoleTwice,
    ReferenceTwice,
    DeleteReferenceEdit,
)

WHOLE_DATABASE: tuple[type[Pair], ...] = (PrunePublish, SealTwice)
"""Pairs whose commands read the whole database, so that they want one with little else in it."""
