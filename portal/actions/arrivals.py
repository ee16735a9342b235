"""Arrivals: somebody comes in with an invitation whose mail has proved their address."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from portal.access import Actor
from portal.actions import factors, invitations
from portal.actions.doing import Doing, Moment
from portal.db import new_id
from portal.models import User


def has_begun(user: User) -> bool:
    """Whether the account is in its owner's hands: then they sign in, and no mail can take its place."""
    return user.password_hash is not None and user.verified_at is not None


def begin(
    doing: Moment, token: str, name: str, password_hash: str, language: str
) -> tuple[User | None, str | None]:
    """Make the account of the invited address, or finish the one that was entered for it, and accept.

    Returns the person, or the code of what stands in the way.
    """
    invitation = invitations.by_token(doing.db, doing.vault, token)
    if invitation is None or invitation.email is None:
        return None, "invitation_gone"
    user = doing.db.execute(select(User).where(User.email == invitation.email).with_for_update()).scalar()
    if user is not None and (has_begun(user) or user.disabled_at is not None):
        return None, "invitation_gone"
    if not invitations.is_open(doing.db, invitation, doing.now):
        return None, "invitation_gone"
    if user is not None and (code := invitations.obstacle(doing.db, invitation, user, doing.now)):
        return None, code
    if user is None:
        user = User(public_id=new_id(doing.now), email=invitation.email, name=name, created_at=doing.now)
        doing.db.add(user)
    else:
        # Whoever made something of this account before has not proved the address: nothing of theirs stays.
        factors.forget_all(doing, user)
    user.name, user.language = name, user.language or language
    user.password_hash, user.verified_at = password_hash, doing.now
    doing.db.flush()
    code = invitations.accept(_as(doing, user), invitation, user)
    return (None, code) if code else (user, None)


def _as(doing: Moment, user: User) -> Doing:
    return replace(doing, actor=Actor("user", user.id, user.public_id, name=user.name, email=user.email))
