"""Welcomes: the mails to people who were invited into a group, or were entered there by somebody else."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import select

from portal.actions.doing import Doing
from portal.brand.stationery import Unwritten, plain
from portal.jobs import mail
from portal.models import Group, Invitation, User

log = logging.getLogger("portal.mail")


def invited(doing: Doing, group: Group, invitation: Invitation, token: str) -> None:
    """You are invited; the link lets you in."""
    by = _maker(doing, invitation) if invitation.link_id is None else None
    by_vendor = invitation.created_by_id is None and invitation.link_id is None
    told = _of(invitation, token)
    _tell(doing, group, _address_of(doing, invitation), "invited", by, by_vendor=by_vendor, **told)


def entered(doing: Doing, group: Group, invitation: Invitation, token: str) -> None:
    """Somebody entered you: who, for what, whom to ask, and how you get in."""
    told = _of(invitation, token)
    _tell(doing, group, _address_of(doing, invitation), "entered", _maker(doing, invitation), **told)


def entered_again(doing: Doing, group: Group, user: User) -> None:
    """The same for somebody who has an account here from before."""
    by = doing.db.get(User, doing.actor.user_id) if doing.actor.user_id is not None else None
    _tell(doing, group, user, "entered", by, person=plain(user.name) or None, until=None, path="/sign-in",
          is_admin=False, language=user.language)  # fmt: skip


def _of(invitation: Invitation, token: str) -> dict[str, Any]:
    return {
        "person": plain(invitation.name or "") or None,
        "is_admin": invitation.role == "admin",
        "until": invitation.expires_at,
        "path": f"/invitation/{token}",
        "language": invitation.language,
    }


def _address_of(doing: Doing, invitation: Invitation) -> User | str:
    """The person with this address, or the address itself."""
    user = doing.db.execute(select(User).where(User.email == invitation.email)).scalar()
    return user or invitation.email or ""


def _maker(doing: Doing, invitation: Invitation) -> User | None:
    return doing.db.get(User, invitation.created_by_id) if invitation.created_by_id is not None else None


def _tell(
    doing: Doing, group: Group, to: User | str, name: str, by: User | None, *, language: str | None,
    by_vendor: bool = False, **facts: Any,
) -> None:  # fmt: skip
    email, own, brand = (to, None, None) if isinstance(to, str) else (to.email, to.language, to.brand)
    if doing.stationery is None or not mail.is_address(email):
        return
    stationery = doing.stationery.of(brand)
    told = {
        "group": plain(group.name),
        "actor_name": plain(by.name) if by else plain(stationery.brand.company) if by_vendor else None,
        "actor_email": by.email if by else None,
    } | facts
    try:
        letter = stationery.write(
            name, stationery.language(own, language), stationery.brand.zone, doing.now, **told
        )
    except Unwritten:
        log.exception("nobody is welcomed by mail")
        return
    mail.post(doing.db, doing.vault, doing.now, to, letter, is_secret=True)
