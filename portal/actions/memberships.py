"""Memberships: joining a group, another role or department, suspension and leaving; its last admin stays."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import below, ids_of
from portal.actions.doing import Doing
from portal.audit import Happened
from portal.db import new_id
from portal.doors import sessions
from portal.models import COUNTS, Group, GroupKind, Invitation, Membership, Role, User


def home_of(db: Session, group: Group) -> Group:
    """The customer that a department belongs to; any other group is its own home."""
    if group.kind != GroupKind.DEPARTMENT:
        return group
    above = select(Group).where(Group.id.in_(ids_of(group.path)), Group.kind == GroupKind.CUSTOMER)
    return db.execute(above).scalar_one()


def hold(db: Session, group: Group) -> Group:
    """Lock the home of a group: what decides about its admins is decided one after the other. Returns the home."""
    home = home_of(db, group)
    db.execute(select(Group.id).where(Group.id == home.id).with_for_update())
    return home


def of(db: Session, group: Group, user: User) -> Membership | None:
    """The person's membership in this very group, whatever has become of it."""
    mine = select(Membership).where(Membership.user_id == user.id, Membership.group_id == group.id)
    return db.execute(mine.execution_options(populate_existing=True)).scalar()


def join(
    doing: Doing, group: Group, user: User, role: str, *, by_id: int | None, external_id: str | None = None
) -> Membership:
    """Make the person a member from now on; who was one before gets the old membership back. Record it yourself."""
    membership = of(doing.db, group, user)
    if membership is None:
        membership = Membership(
            public_id=new_id(doing.now), user_id=user.id, group_id=group.id, created_at=doing.now
        )  # fmt: skip
        doing.db.add(membership)
    membership.role, membership.accepted_at = role, doing.now
    membership.suspended_at = membership.ended_at = None
    membership.invited_by_id = by_id
    membership.external_id = external_id or membership.external_id
    doing.db.flush()
    sessions.close_all(doing.db, user.id)
    return membership


def set_role(doing: Doing, group: Group, membership: Membership, role: str) -> str | None:
    """Admin or member from now on; returns the code of what stands in the way. Twice is once."""
    _lock(doing, group, membership)
    if membership.ended_at is not None:
        return "membership_over"
    if membership.role == role:
        return None
    if _loses_last_admin(doing.db, group, [membership], role):
        return _refused(doing, group, membership, Happened.MEMBERSHIP_ROLE)
    membership.role = role
    sessions.close_all(doing.db, membership.user_id)
    note(doing, group, membership, Happened.MEMBERSHIP_ROLE, role=role)
    return None


def suspend(doing: Doing, group: Group, membership: Membership) -> str | None:
    """Shut the person out of this group and all below it, from the next request on; everything stays as it is."""
    _lock(doing, group, membership)
    if membership.ended_at is not None:
        return "membership_over"
    if membership.user_id == doing.actor.user_id:
        return "suspend_yourself"
    if membership.suspended_at is not None:
        return None
    here = _within(doing.db, group, membership)
    if _loses_last_admin(doing.db, group, here):
        return _refused(doing, group, membership, Happened.MEMBERSHIP_SUSPENDED)
    for one in here:
        one.suspended_at = one.suspended_at or doing.now
    sessions.close_all(doing.db, membership.user_id)
    note(doing, group, membership, Happened.MEMBERSHIP_SUSPENDED)
    return None


def resume(doing: Doing, group: Group, membership: Membership) -> str | None:
    """Let the person in again, wherever this suspension shut them out."""
    _lock(doing, group, membership)
    if membership.ended_at is not None:
        return "membership_over"
    since = membership.suspended_at
    if since is None:
        return None
    for one in _within(doing.db, group, membership):
        if one.suspended_at == since:
            one.suspended_at = None
    sessions.close_all(doing.db, membership.user_id)
    note(doing, group, membership, Happened.MEMBERSHIP_RESUMED)
    return None


def end(doing: Doing, group: Group, membership: Membership) -> str | None:
    """The person leaves this group and all below it; invitations that they could come back with are withdrawn."""
    _lock(doing, group, membership)
    if membership.ended_at is not None:
        return None
    here = _within(doing.db, group, membership)
    if _loses_last_admin(doing.db, group, here):
        return _refused(doing, group, membership, Happened.MEMBERSHIP_ENDED)
    for one in here:
        one.ended_at, one.suspended_at = doing.now, None
    _withdraw(doing, group, membership)
    sessions.close_all(doing.db, membership.user_id)
    note(doing, group, membership, Happened.MEMBERSHIP_ENDED)
    return None


def move(doing: Doing, group: Group, membership: Membership, department: Group | None) -> str | None:
    """Into this department below the group and out of the others; None: into the group itself."""
    _lock(doing, group, membership)
    if membership.ended_at is not None:
        return "membership_over"
    if membership.suspended_at is not None:
        return "member_suspended"
    target = department or group
    user = doing.db.get_one(User, membership.user_id)
    others = [one for one in _within(doing.db, group, membership) if one.group_id not in (group.id, target.id)]
    is_there = of(doing.db, target, user)
    if not others and is_there is not None and is_there.ended_at is None:
        return None
    # The address of the person's page stays good: the membership that it names is the one that moves.
    moving = membership if membership in others and is_there is None else None
    for one in others:
        if one is not moving:
            one.ended_at = doing.now
    if moving is not None:
        moving.group_id, moving.role = target.id, Role.MEMBER
    elif is_there is None or is_there.ended_at is not None:
        join(doing, target, user, Role.MEMBER, by_id=doing.actor.user_id, external_id=membership.external_id)
    sessions.close_all(doing.db, user.id)
    note(doing, target, membership, Happened.MEMBERSHIP_MOVED, department=target.name)
    return None


def called(membership: Membership, user: User) -> str:
    """What colleagues call the person; what an account is called is its owner's until they said yes."""
    return (user.name if membership.accepted_at is not None else "") or user.signs_in_as


def note(doing: Doing, group: Group, membership: Membership, kind: Happened, **details: str | None) -> None:
    user = doing.db.get_one(User, membership.user_id)
    audit.record(
        doing.db, doing.now, doing.actor, kind, group_id=group.id, person=called(membership, user),
        user=str(user.public_id), **details,
    )  # fmt: skip


def _lock(doing: Doing, group: Group, membership: Membership) -> None:
    hold(doing.db, group)
    doing.db.refresh(membership, with_for_update=True)


def _within(db: Session, group: Group, membership: Membership) -> list[Membership]:
    """What the person has of this group and below it, as it is now."""
    rows = db.execute(
        select(Membership)
        .join(Group, Group.id == Membership.group_id)
        .where(Membership.user_id == membership.user_id, Membership.ended_at.is_(None), below(group.path))
        .order_by(Membership.id)
        .execution_options(populate_existing=True)
    )
    return list(rows.scalars())


def _loses_last_admin(db: Session, group: Group, changed: list[Membership], role: str = Role.MEMBER) -> bool:
    """Whether nobody who can sign in would look after the group any more. A department has the admins above it."""
    mine = next((one for one in changed if one.group_id == group.id), None)
    if group.kind == GroupKind.DEPARTMENT or mine is None or mine.role != Role.ADMIN or role == Role.ADMIN:
        return False
    if mine.accepted_at is None or mine.suspended_at is not None:
        return False
    others = exists().where(
        Membership.group_id == group.id,
        Membership.role == Role.ADMIN,
        Membership.user_id != mine.user_id,
        COUNTS,
        User.id == Membership.user_id,
        User.verified_at.is_not(None),
        User.disabled_at.is_(None),
    )
    return not db.execute(select(others)).scalar()


def _withdraw(doing: Doing, group: Group, membership: Membership) -> None:
    email = doing.db.get_one(User, membership.user_id).email
    if email is None:  # nobody invited them, and what has no address is a link for others
        return
    open_ = (
        select(Invitation)
        .join(Group, Group.id == Invitation.group_id)
        .where(Invitation.email == email, Invitation.withdrawn_at.is_(None), below(group.path))
    )
    for invitation in doing.db.execute(open_).scalars():
        invitation.withdrawn_at = doing.now


def _refused(doing: Doing, group: Group, membership: Membership, kind: Happened) -> str:
    user = doing.db.get_one(User, membership.user_id)
    audit.record(
        doing.db, doing.now, doing.actor, kind, refused=True, code="last_admin", group_id=group.id,
        person=called(membership, user),
    )  # fmt: skip
    return "last_admin"
