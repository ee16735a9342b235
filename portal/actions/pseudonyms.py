"""Pseudonyms: accounts that tell no address. They come in by a sign-in name, and back in by a recovery code or, where
they belong to one customer alone, by a link that its admin hands them.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Mapping

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.actions import links, memberships, recovery_codes, registration
from portal.actions.doing import Doing
from portal.actions.links import Purpose
from portal.audit import Happened
from portal.db import new_id
from portal.models import COUNTS, Group, Membership, User

LONGEST = 24  # of the part that is chosen
TRIES = 5


def name_for(db: Session, wanted: str) -> str:
    """A free sign-in name out of a word that somebody likes. The digits are the portal's: whether the word alone is
    somebody else's, nobody learns.
    """
    plain = unicodedata.normalize("NFKD", wanted).encode("ascii", "ignore").decode().lower()
    word = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-") or "user"
    while True:
        name = f"{word}-{10_000 + secrets.randbelow(90_000)}"
        if not db.execute(select(exists().where(User.sign_in_name == name))).scalar():
            return name


def open_account(doing: Doing, *, name: str, secret: str, language: str, profile: Mapping[str, str]) -> User:
    """An account without an address, with a group of its own. `secret` is the hash of the password. The tickets of a
    ticket session come along: they were typed at the door.
    """
    user = entered(doing, name, language)
    user.password_hash, user.profile, user.verified_at = secret, dict(profile) or None, doing.now
    registration.settle(doing, user)
    return user


def entered(doing: Doing, name: str, language: str | None) -> User:
    """Somebody without an address, who has no password yet."""
    for last in (False,) * (TRIES - 1) + (True,):
        user = User(
            public_id=new_id(doing.now), sign_in_name=name_for(doing.db, name), name=name, language=language,
            created_at=doing.now,
        )  # fmt: skip
        try:
            with doing.db.begin_nested():
                doing.db.add(user)
                doing.db.flush()
            return user
        except IntegrityError:  # somebody was given the same digits at the same moment
            if last:
                raise
    raise AssertionError("unreachable")


def hand_out_link(doing: Doing, group: Group, membership: Membership) -> str | None:
    """A link with which this person chooses a password, for the admin to hand over; an older one opens nothing.

    None where `obstacle` says why.
    """
    user = doing.db.execute(select(User).where(User.id == membership.user_id).with_for_update()).scalar_one()
    if obstacle(doing, user) is not None:
        return None
    links.end_all(doing.db, user.id, Purpose.PASSWORD)
    token = links.write(doing.db, doing.vault, doing.now, Purpose.PASSWORD, user_id=user.id)
    memberships.note(doing, group, membership, Happened.MEMBERSHIP_SIGN_IN_LINK)
    return token


def obstacle(doing: Doing, user: User) -> str | None:
    """The code of why the admin who asks cannot help this person in: whoever has an address helps themself, and an
    account that reaches further than the admin is not theirs to open.
    """
    if user.email is not None or user.disabled_at is not None:
        return "sign_in_link_needless"
    theirs = select(Group.path).join(Membership, Membership.group_id == Group.id).where(
        Membership.user_id == user.id, COUNTS
    )
    for path in doing.db.execute(theirs).scalars():
        if not any(place.rules_over(path) and place.is_inside_customer for place in doing.actor.places):
            return "sign_in_link_elsewhere"
    return None


def by_code(doing: Doing, name: str, code: str) -> User | None:
    """Whose sign-in name and recovery code these are; the code is used up. Whoever has an address gets back in by mail
    alone: a list of codes is no way round the mailbox.
    """
    wanted = select(User).where(User.sign_in_name == name, User.email.is_(None), User.disabled_at.is_(None))
    user = doing.db.execute(wanted.with_for_update()).scalar()
    if user is None or not recovery_codes.use(doing.db, doing.vault, doing.now, user.id, code):
        return None
    return user
