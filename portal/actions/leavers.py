"""Leavers: a person is removed, and what they hold is taken back, handed to a successor, or left for later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from portal.access import Actor, Permission, may, owned
from portal.actions import assignments, handovers, ledger, memberships
from portal.actions.doing import Doing
from portal.models import Assignment, Group, License, Membership, User
from portal.reports import possessions
from portal.reports.possessions import Held

CHOICES = ("back", "give", "keep")
REASON = "employee_left"


@dataclass(frozen=True, slots=True)
class Left:
    """What came of it: the code of what stood in the way of leaving, and per thing what stood in the way of that."""

    code: str | None = None
    stays: tuple[tuple[Held, str], ...] = ()


def holdings(doing: Doing, group: Group, membership: Membership) -> list[Held]:
    """What the person holds that would be out of their reach once they left this group: all of the customer's, unless
    they stay in another part of it."""
    home = memberships.home_of(doing.db, group)
    stays = possessions.belongs_beside(doing.db, home.path, group.path, membership.user_id)
    return possessions.held(doing.db, group.path if stays else home.path, membership.user_id)


def may_change(doing: Doing, actor: Actor, held: Held) -> bool:
    """Whether this is the actor's to take back; what comes from a pool above is decided by the admins there."""
    if held.is_returning:
        return False
    license_ = doing.db.get_one(License, held.license_row)
    return may(actor, Permission.ASSIGN, owned(doing.db, license_, actor))


def leave(
    doing: Doing, group: Group, membership: Membership, choices: Mapping[UUID, str], successor: User | None
) -> Left:
    """Remove the person, and do with each thing what was chosen; what cannot be done now stays as it is."""
    found = [one for one in holdings(doing, group, membership) if may_change(doing, doing.actor, one)]
    if code := memberships.end(doing, group, membership):
        return Left(code)
    stays = []
    # Licenses are locked in one order, whoever asks.
    for one in sorted(found, key=lambda one: one.license_row):
        choice = choices.get(one.id, "keep")
        if choice != "keep" and (code := _settle(doing, one, successor if choice == "give" else None)):
            stays.append((one, code))
    return Left(stays=tuple(stays))


def _settle(doing: Doing, held: Held, successor: User | None) -> str | None:
    license_ = doing.db.get_one(License, held.license_row)
    ledger.hold(doing.db, license_.id)
    if held.is_whole:
        decision = handovers.hand_over(doing, [license_], successor, reason=REASON)
        return None if decision.allowed else decision.code
    assignment = doing.db.execute(select(Assignment).where(Assignment.public_id == held.id)).scalar_one()
    taken = assignments.take_back(doing, license_, assignment, reason=REASON)
    if taken.allowed and successor is not None:
        taken = assignments.assign(doing, license_, successor, seats=held.seats)
    return None if taken.allowed else taken.code
