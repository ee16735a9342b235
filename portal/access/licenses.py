"""Licenses: which of them an actor can see, and what they may do with one: one pure function, asked by all."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, false, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access.actors import Actor, Forbidden, NotFound
from portal.access.trees import at_home, below, ids_of, is_at_home
from portal.models import Assignment, AssignmentKind, Group, GroupKind, License, LicenseKey, Role
from portal.rows import Ready, as_read


class Permission(StrEnum):
    VIEW = "view"  # see the license, its devices and its history
    USE = "use"  # activate, return, move, dismiss a waiting device
    SEE_TICKET = "see_ticket"  # read the ticket in full
    OVERRIDE = "override"  # grant one more operation than the rules do
    ASSIGN = "assign"  # give its seats, or the whole of it, to people, and take them back


class Relation(StrEnum):
    """How an actor has to do with a license, the closest first."""

    PROGRAM = "program"
    HOLDER = "holder"  # of the whole license, or of a ticket that feeds it
    ADMIN = "admin"  # of the group that owns it
    MEMBER = "member"  # of that group, and the license is visible to it
    KEEPER = "keeper"  # admin of a department that seats are kept for
    ASSIGNED = "assigned"  # has a seat of it
    ABOVE = "above"  # admin of a reseller or the vendor above


# Whoever has to do with a license only so sees their own seats of it, and nothing of other people's.
NARROW = frozenset({Relation.KEEPER, Relation.ASSIGNED})

_MAY: dict[Permission, frozenset[Relation]] = {
    Permission.VIEW: frozenset(Relation),
    Permission.USE: frozenset(
        {Relation.PROGRAM, Relation.HOLDER, Relation.ADMIN, Relation.MEMBER, Relation.ASSIGNED, Relation.KEEPER}
    ),
    Permission.SEE_TICKET: frozenset({Relation.HOLDER, Relation.ADMIN}),
    Permission.ASSIGN: frozenset({Relation.ADMIN, Relation.KEEPER}),
}

_RIGHTS: dict[Relation | None, frozenset[Permission]] = {
    None: frozenset(),
    **{relation: frozenset(right for right, those in _MAY.items() if relation in those) for relation in Relation},
}

_Kept = aliased(Assignment)


class Owned(NamedTuple):
    """What decides about a license: whose it is, in which group, which tickets feed it, and whether seats of it are
    the actor's own or kept for a department of theirs."""

    user_id: int | None
    group_id: int
    path: str
    visible_to_group: bool
    ticket_ids: frozenset[int]
    license_id: int
    is_person: bool = False
    is_assigned: bool = False
    is_kept: bool = False
    is_emergency: bool = False


def may(actor: Actor, permission: Permission, owned: Owned) -> bool:
    """Whether this actor may do this with a license that is owned so."""
    return permission in rights(actor, owned)


def rights(actor: Actor, owned: Owned) -> frozenset[Permission]:
    """All that this actor may do with a license that is owned so."""
    relation = relation_to(actor, owned)
    mine = _RIGHTS[relation]
    if owned.is_person and Permission.ASSIGN in mine:
        mine -= {Permission.ASSIGN}  # a private person has nobody to assign to
    if owned.is_emergency:
        return mine - {Permission.ASSIGN}  # it is for whoever is stuck, and gets nothing beyond what it is
    return mine | {Permission.OVERRIDE} if relation is not None and actor.writes_rules else mine


def relation_to(actor: Actor, owned: Owned) -> Relation | None:
    """The closest way in which the actor has to do with the license, or None."""
    if actor.kind == "program":
        return Relation.PROGRAM if actor.license_id == owned.license_id else None
    if actor.kind == "ticket":
        return Relation.HOLDER if owned.ticket_ids.intersection(actor.ticket_ids) else None
    if actor.kind != "user":
        return None
    if owned.user_id is not None and owned.user_id == actor.user_id and is_at_home(actor, owned.path):
        return Relation.HOLDER
    admins = [place for place in actor.places if place.rules_over(owned.path)]
    if any(place.group_id == owned.group_id or place.is_inside_customer for place in admins):
        return Relation.ADMIN
    if owned.visible_to_group and any(place.group_id == owned.group_id for place in actor.places):
        return Relation.MEMBER
    if owned.is_kept:
        return Relation.KEEPER
    if owned.is_assigned and is_at_home(actor, owned.path):
        return Relation.ASSIGNED
    return Relation.ABOVE if admins else None


def visible(actor: Actor) -> ColumnElement[bool]:
    """The licenses an actor can see, as a condition on License: every list and finder starts here."""
    if actor.kind == "program":
        return License.id == actor.license_id
    if actor.kind == "ticket":
        fed = select(LicenseKey.license_id).where(LicenseKey.ticket_id.in_(actor.ticket_ids))
        return License.id.in_(fed)
    if actor.kind != "user" or not actor.places:
        return false()
    return or_(visible_whole(actor), visible_in_part(actor))


def visible_whole(actor: Actor) -> ColumnElement[bool]:
    """The licenses of which a person sees everything: their own, and those of the groups they look after."""
    ways: list[ColumnElement[bool]] = [and_(License.user_id == actor.user_id, at_home(actor, License.group_id))]
    trees = [place.path for place in actor.places if place.role == Role.ADMIN]
    if trees:
        ways.append(License.group_id.in_(select(Group.id).where(or_(*map(below, trees)))))
    mine = [place.group_id for place in actor.places]
    ways.append(and_(License.group_id.in_(mine), License.visible_to_group))
    return or_(*ways)


def visible_in_part(actor: Actor) -> ColumnElement[bool]:
    """The licenses of which a person has a seat, or looks after a department that seats are kept for."""
    theirs = select(Assignment.license_id).where(seats_of(actor))
    return and_(License.id.in_(theirs), at_home(actor, License.group_id))


def listed(actor: Actor) -> ColumnElement[bool]:
    """What an actor can see, narrowed to the group they chose to look at alone: every list of licenses starts here."""
    if actor.acting is None:
        return visible(actor)
    path = actor.acting.path
    here = License.group_id.in_(select(Group.id).where(below(path)))
    # Seats in a department come from the pools above it.
    theirs = select(Assignment.license_id).where(seats_of(actor))
    return and_(visible(actor), or_(here, and_(License.group_id.in_(ids_of(path)), License.id.in_(theirs))))


def within(actor: Actor, assignment_id: ColumnElement[int | None]) -> ColumnElement[bool]:
    """The seats that an actor sees of a license they have to do with only narrowly: their own, and those that were
    handed on from a department of theirs."""
    if actor.kind == "program":
        return assignment_id == actor.assignment_id if actor.assignment_id else assignment_id.is_(None)
    kept = _kept_for(actor)
    ways = [Assignment.user_id == actor.user_id]
    if kept is not None:
        ways.append(Assignment.from_id.in_(select(_Kept.id).where(kept)))
    return assignment_id.in_(select(Assignment.id).where(or_(*ways)))


def _kept_for(actor: Actor) -> ColumnElement[bool] | None:
    """The seats kept for departments that the actor is an admin of, as a condition on _Kept; None without any."""
    trees = [place.path for place in actor.places if place.role == Role.ADMIN and place.kind == GroupKind.DEPARTMENT]
    if not trees:
        return None
    return and_(_Kept.ended_at.is_(None), _Kept.group_id.in_(select(Group.id).where(or_(*map(below, trees)))))


def seats_of(actor: Actor) -> ColumnElement[bool]:
    """The assignments that are the actor's: made to them, or kept for a department of theirs."""
    ways = [and_(Assignment.user_id == actor.user_id, Assignment.ended_at.is_(None))]
    kept = _kept_for(actor)
    if kept is not None:
        ways.append(Assignment.id.in_(select(_Kept.id).where(kept)))
    return or_(*ways)


def owned(db: Session, license_: License, actor: Actor) -> Owned:
    """The facts about a license that decide what the actor may do."""
    path, is_person = db.execute(select(Group.path, Group.is_person).where(Group.id == license_.group_id)).one()
    # A pool has a key for each person who was given a seat; those of tickets alone say who holds it.
    fed = select(LicenseKey.ticket_id).where(
        LicenseKey.license_id == license_.id, LicenseKey.ticket_id.is_not(None)
    )
    tickets = db.execute(fed).scalars()
    own = kept = False
    if actor.kind == "user" and license_.assigned:
        mine = select(Assignment.kind).where(Assignment.license_id == license_.id, seats_of(actor))
        kinds = set(db.execute(mine).scalars())
        own, kept = AssignmentKind.PERSON in kinds, AssignmentKind.DEPARTMENT in kinds
    return Owned(
        user_id=license_.user_id,
        group_id=license_.group_id,
        path=path,
        visible_to_group=license_.visible_to_group,
        ticket_ids=frozenset(ticket for ticket in tickets if ticket is not None),
        license_id=license_.id,
        is_person=is_person,
        is_assigned=own,
        is_kept=kept,
        is_emergency=license_.stands_for_id is not None,
    )


def license_for(db: Session, actor: Actor, license_id: UUID, permission: Permission) -> License:
    """The license, if the actor sees it and may do this; invisible is 404, visible but not theirs to do is 403."""
    license_ = db.execute(select(License).where(License.public_id == license_id, visible(actor))).scalar()
    if license_ is None:
        raise NotFound
    if not may(actor, permission, owned(db, license_, actor)):
        raise Forbidden
    return license_


_GROUP = Ready(select(Group.id).where(Group.id == bindparam("group")).with_for_update())
_LICENSE = Ready(select(License.__table__).where(License.id == bindparam("license")).with_for_update())
_COLUMNS = tuple(License.__table__.columns.keys())


def lock_license(db: Session, license_id: int, *, group_id: int | None) -> License:
    """Hold the license, and before it its owner group where one is named, because a budget reaches across licenses."""
    if group_id is not None:
        _GROUP.all(db, group=group_id)
    (row,) = _LICENSE.all(db, license=license_id)
    return as_read(db, License, dict(zip(_COLUMNS, row, strict=True)))
