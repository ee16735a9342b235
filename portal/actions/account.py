"""A person's own account: name, language and time zone, the address, and where they are signed in."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError

from portal import audit
from portal.access import Actor, NotFound
from portal.actions import links
from portal.actions.doing import Doing
from portal.actions.letters import zone_of
from portal.actions.links import Opened, Purpose
from portal.audit import Happened
from portal.brand.stationery import plain
from portal.doors import sessions
from portal.jobs import mail
from portal.models import Link, Session, User

_OTHER = {Purpose.NEW_ADDRESS: Purpose.OLD_ADDRESS, Purpose.OLD_ADDRESS: Purpose.NEW_ADDRESS}


def change(doing: Doing, *, name: str, language: str | None, time_zone: str | None) -> None:
    """How the person is called, and in which language and time zone they read."""
    user = doing.db.get_one(User, doing.actor.user_id)
    user.name, user.language, user.time_zone = name, language, time_zone
    audit.record(doing.db, doing.now, doing.actor, Happened.ACCOUNT_CHANGED)


def use_shortcuts(doing: Doing, *, are_on: bool) -> None:
    """Whether keys alone do something on the pages of this person. Twice is once."""
    user = doing.db.get_one(User, doing.actor.user_id)
    if (user.shortcuts_off_at is None) != are_on:
        user.shortcuts_off_at = None if are_on else doing.now
        audit.record(doing.db, doing.now, doing.actor, Happened.ACCOUNT_CHANGED)


def end_session(doing: Doing, session_id: UUID) -> None:
    """One of the person's sign-ins is over, wherever its cookie is."""
    ended = doing.db.execute(
        delete(Session).where(Session.public_id == session_id, Session.user_id == doing.actor.user_id)
    ).rowcount
    if not ended:
        raise NotFound
    audit.record(doing.db, doing.now, doing.actor, Happened.SESSIONS_ENDED, count=1)


def end_other_sessions(doing: Doing) -> None:
    """Every sign-in of the person is over but the one that asks."""
    if doing.actor.user_id is None:
        return
    count = sessions.close_all(doing.db, doing.actor.user_id, but=doing.actor.session_id)
    audit.record(doing.db, doing.now, doing.actor, Happened.SESSIONS_ENDED, count=count)


def ask_address(doing: Doing, email: str, language: str) -> None:
    """Another address: both mailboxes are asked, and until both agree nothing changes.

    An address that has an account already is told so itself; the page says the same either way.
    """
    user = doing.db.execute(select(User).where(User.id == doing.actor.user_id).with_for_update()).scalar_one()
    links.end_all(doing.db, user.id, Purpose.NEW_ADDRESS, Purpose.OLD_ADDRESS)
    if _is_taken(doing, email):
        _tell(doing, user, email, "address_taken", language)
        return
    asked = [(Purpose.NEW_ADDRESS, email)]
    if user.email is not None:  # else there is no old mailbox that could agree
        asked.append((Purpose.OLD_ADDRESS, user.email))
    for purpose, mailbox in asked:
        token = links.write(doing.db, doing.vault, doing.now, purpose, user_id=user.id, email=email)
        path = f"/account/address/{'new' if purpose is Purpose.NEW_ADDRESS else 'old'}/{token}"
        _tell(doing, user, mailbox, "address_change", language, path=path, email=email, is_new=mailbox == email)


def agree_address(doing: Doing, link: Opened) -> str:
    """One mailbox agrees. Returns the code of what came of it: agreed, changed, or over where it was too late."""
    user = doing.db.execute(select(User).where(User.id == link.user_id).with_for_update()).scalar_one()
    if not links.use(doing.db, doing.now, link):
        return "over"
    waits = exists().where(
        Link.user_id == user.id, Link.purpose == _OTHER[link.purpose].value, Link.used_at.is_(None)
    )
    if doing.db.execute(select(waits)).scalar():
        return "agreed"
    email = str(link.facts["email"])
    if _is_taken(doing, email):
        return "over"
    try:
        with doing.db.begin_nested():
            user.email = email
            user.verified_at = doing.now
    except IntegrityError:
        return "over"
    sessions.close_all(doing.db, user.id, but=doing.actor.session_id if doing.actor.user_id == user.id else None)
    links.end_all(doing.db, user.id, Purpose.PASSWORD)
    audit.record(doing.db, doing.now, Actor(kind="user", user_id=user.id), Happened.ADDRESS_CHANGED)
    return "changed"


def _is_taken(doing: Doing, email: str) -> bool:
    return doing.db.execute(select(User.id).where(User.email == email)).scalar() is not None


def _tell(doing: Doing, user: User, mailbox: str, name: str, language: str, **facts: object) -> None:
    stationery = doing.stationery
    if stationery is None or not mail.is_address(mailbox):
        return
    spoken = stationery.language(user.language, language)
    letter = stationery.write(name, spoken, zone_of(stationery, user), doing.now, person=plain(user.name), **facts)
    mail.post(doing.db, doing.vault, doing.now, mailbox, letter, is_secret=True)
