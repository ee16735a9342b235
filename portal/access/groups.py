"""Groups: which of them an actor can see, what they may do there, and the finders of what belongs to a group."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access.actors import Actor, Forbidden, NotFound
from portal.access.trees import below, ids_of
from portal.models import COUNTS, Batch, Group, GroupKind, Invitation, Membership, Request, RequestKind, Role


class GroupPermission(StrEnum):
    SEE = "see"  # that it exists, and its name
    ASK = "ask"  # ask it for a seat
    LOOK = "look"  # its people, its pool, and what happened in it
    INVITE = "invite"  # invite people into it
    MANAGE = "manage"  # change anything in it
    NAME = "name"  # call it something else


@dataclass(frozen=True, slots=True)
class Where:
    """What decides about a group: where it hangs, and whether anybody looks after it yet."""

    group_id: int
    path: str
    kind: str
    is_person: bool = False
    has_admin: bool = True


def may_in(actor: Actor, permission: GroupPermission, where: Where) -> bool:
    """Whether this actor may do this in a group that hangs there."""
    if actor.kind != "user":
        return False
    belongs = any(place.path.startswith(where.path) and place.is_inside_customer for place in actor.places)
    belongs = belongs and where.kind in (GroupKind.CUSTOMER, GroupKind.DEPARTMENT)
    admins = [place for place in actor.places if place.rules_over(where.path)]
    is_admin = any(place.group_id == where.group_id or place.is_inside_customer for place in admins)
    if where.is_person:
        # A private person's group is nothing but theirs: it has no people to look at.
        return permission is GroupPermission.SEE and is_admin
    if permission is GroupPermission.SEE:
        return belongs or bool(admins)
    if permission is GroupPermission.ASK:
        return belongs or (is_admin and where.kind in (GroupKind.CUSTOMER, GroupKind.DEPARTMENT))
    if permission is GroupPermission.LOOK:
        return bool(admins)
    if permission is GroupPermission.NAME and where.kind in (GroupKind.CUSTOMER, GroupKind.RESELLER):
        # It stands in what was sold to them, so whoever sells to them writes it.
        return any(place.group_id != where.group_id for place in admins)
    if permission is GroupPermission.INVITE:
        return is_admin or (bool(admins) and where.kind == GroupKind.CUSTOMER and not where.has_admin)
    return is_admin


def groups_where(actor: Actor, permission: GroupPermission) -> ColumnElement[bool]:
    """The groups in which the actor may do this, as a condition on Group: SEE, ASK, LOOK or MANAGE."""
    if actor.kind != "user":
        return false()
    ways: list[ColumnElement[bool]] = []
    for place in actor.places:
        if place.role == Role.ADMIN and place.is_inside_customer:
            ways.append(below(place.path))
        elif place.role == Role.ADMIN and permission in (GroupPermission.SEE, GroupPermission.LOOK):
            ways.append(below(place.path))
        elif place.role == Role.ADMIN and permission is GroupPermission.MANAGE:
            ways.append(Group.id == place.group_id)
        if place.is_inside_customer and permission in (GroupPermission.SEE, GroupPermission.ASK):
            inside = Group.kind.in_((GroupKind.CUSTOMER, GroupKind.DEPARTMENT))
            ways.append(and_(Group.id.in_(ids_of(place.path)), inside))
    if not ways:
        return false()
    return or_(*ways) if permission is GroupPermission.SEE else and_(or_(*ways), Group.is_person.is_(False))


def where_is(db: Session, group: Group) -> Where:
    """The facts about a group that decide who may do what."""
    has_admin = select(exists().where(Membership.group_id == group.id, Membership.role == Role.ADMIN, COUNTS))
    return Where(group.id, group.path, group.kind, group.is_person, bool(db.execute(has_admin).scalar()))


def may_with(db: Session, actor: Actor, permission: GroupPermission, group: Group) -> bool:
    """Whether this actor may do this with a group that is at hand."""
    return may_in(actor, permission, where_is(db, group))


def group_for(db: Session, actor: Actor, group_id: UUID, permission: GroupPermission, *, lock: bool = False) -> Group:
    """The group, if the actor sees it and may do this; invisible is 404, visible but not theirs to do is 403."""
    wanted = select(Group).where(Group.public_id == group_id)
    group = db.execute(wanted.with_for_update() if lock else wanted).scalar()
    if group is None:
        raise NotFound
    where = where_is(db, group)
    if not may_in(actor, GroupPermission.SEE, where):
        raise NotFound
    if not may_in(actor, permission, where):
        raise NotFound if where.is_person else Forbidden
    return group


def membership_for(
    db: Session, actor: Actor, group_id: UUID, membership_id: UUID, permission: GroupPermission
) -> tuple[Group, Membership]:
    """Somebody's membership in this group or below it, and the group it is in.

    Only who looks at people at all can see one. To change one, a person must be an admin of the group it is in, and
    of every group above in which that person is an admin: nobody touches those above.
    """
    group = group_for(db, actor, group_id, GroupPermission.LOOK)
    row = db.execute(
        select(Group, Membership)
        .join(Membership, Membership.group_id == Group.id)
        .where(Membership.public_id == membership_id, below(group.path))
    ).first()
    if row is None:
        raise NotFound
    found, membership = row
    if not may_with(db, actor, permission, found):
        raise Forbidden
    if permission is GroupPermission.MANAGE and _outranks(db, actor, found, membership):
        raise Forbidden
    return found, membership


def _outranks(db: Session, actor: Actor, group: Group, membership: Membership) -> bool:
    """Whether the person is an admin somewhere above in the customer where the actor is none."""
    higher = aliased(Group)
    paths = db.execute(
        select(higher.path)
        .join(Membership, Membership.group_id == higher.id)
        .where(
            Membership.user_id == membership.user_id,
            Membership.role == Role.ADMIN,
            COUNTS,
            higher.id.in_(ids_of(group.path)),
            higher.kind.in_((GroupKind.CUSTOMER, GroupKind.DEPARTMENT)),
        )
    ).scalars()
    return any(not any(place.rules_over(path) for place in actor.places) for path in paths)


def invitation_for(
    db: Session, actor: Actor, group_id: UUID, invitation_id: UUID, permission: GroupPermission
) -> tuple[Group, Invitation]:
    """An invitation into this very group, and the group."""
    group = group_for(db, actor, group_id, permission)
    invitation = db.execute(
        select(Invitation).where(Invitation.public_id == invitation_id, Invitation.group_id == group.id)
    ).scalar()
    if invitation is None:
        raise NotFound
    return group, invitation


def batch_for(db: Session, actor: Actor, batch_id: UUID, permission: GroupPermission) -> tuple[Group, Batch]:
    """A batch and its group. Who may not look into the group does not learn that there is one."""
    row = db.execute(select(Group, Batch).join(Batch, Batch.group_id == Group.id).where(Batch.public_id == batch_id))
    found = row.first()
    if found is None or not may_in(actor, GroupPermission.LOOK, where_is(db, found[0])):
        raise NotFound
    if not may_in(actor, permission, where_is(db, found[0])):
        raise Forbidden
    return found[0], found[1]


def request_for(db: Session, actor: Actor, request_id: UUID, permission: GroupPermission) -> tuple[Group, Request]:
    """A request and the group it was asked of: ASK finds one's own, LOOK and MANAGE those that people asked of it."""
    row = db.execute(
        select(Group, Request)
        .join(Request, Request.group_id == Group.id)
        .where(Request.public_id == request_id, Request.kind == RequestKind.SEAT)
    ).first()
    if row is None:
        raise NotFound
    where = where_is(db, row[0])
    is_own = row[1].user_id == actor.user_id and may_in(actor, GroupPermission.ASK, where)
    if not is_own and not may_in(actor, GroupPermission.LOOK, where):
        raise NotFound
    if permission is GroupPermission.ASK:
        if not is_own:
            raise Forbidden
    elif not may_in(actor, permission, where) and not (is_own and permission is GroupPermission.SEE):
        raise Forbidden
    return row[0], row[1]
