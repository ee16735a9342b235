"""Newcomers: entering somebody into a group, so that they can be given licenses before they ever signed in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.access import below
from portal.actions import invitations, memberships, pseudonyms, welcomes
from portal.actions.doing import Doing
from portal.audit import Happened
from portal.db import new_id
from portal.models import Group, Invitation, Membership, Role, User


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What is known of somebody who is to be entered."""

    email: str | None  # None: they get a sign-in name, and no mail
    name: str
    role: str = Role.MEMBER
    external_id: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of it: a member from now on, or an invitation; or the code of what stands in the way."""

    code: str = "ok"
    membership: Membership | None = None
    invitation: Invitation | None = None


def enter(doing: Doing, group: Group, one: Newcomer) -> Entered:
    """Make this person a member of the group and tell them by mail.

    An address that has an account elsewhere belongs to somebody who decides for themself: they are invited, and what
    their account is called stays theirs until they accept.
    """
    home = memberships.hold(doing.db, group)
    if one.email is None:
        return Entered(membership=_join(doing, group, pseudonyms.entered(doing, one.name, one.language), one))
    user = doing.db.execute(select(User).where(User.email == one.email)).scalar()
    if user is not None and not _is_one_of_them(doing.db, home, user):
        invitation, code = invitations.invite(
            doing, group, one.email, role=one.role, name=one.name, language=one.language, external_id=one.external_id
        )
        return Entered(code or "ok", invitation=invitation)
    if user is not None:
        there = memberships.of(doing.db, group, user)
        if there is not None and there.ended_at is None:
            return Entered("member_suspended" if there.suspended_at else "member_already")
        membership = _join(doing, group, user, one)
        welcomes.entered_again(doing, group, user)
        return Entered(membership=membership)
    user = User(
        public_id=new_id(doing.now), email=one.email, name=one.name, language=one.language, created_at=doing.now
    )
    doing.db.add(user)
    doing.db.flush()
    membership = _join(doing, group, user, one)
    invitation = invitations.made(
        doing, group, email=one.email, role=one.role, name=one.name, language=one.language,
        external_id=one.external_id,
    )  # fmt: skip
    welcomes.entered(doing, group, invitation, invitations.token_of(doing.vault, invitation))
    return Entered(membership=membership, invitation=invitation)


def _join(doing: Doing, group: Group, user: User, one: Newcomer) -> Membership:
    membership = memberships.join(
        doing, group, user, one.role, by_id=doing.actor.user_id, external_id=one.external_id
    )
    memberships.note(doing, group, membership, Happened.MEMBERSHIP_ENTERED, role=one.role)
    return membership


def _is_one_of_them(db: Session, home: Group, user: User) -> bool:
    """Whether the person is or was known to this customer anyway, as one who came of their own will or was entered."""
    known = exists().where(
        Membership.user_id == user.id,
        Membership.group_id == Group.id,
        Membership.accepted_at.is_not(None),
        below(home.path),
    )
    return bool(db.execute(select(known)).scalar())
