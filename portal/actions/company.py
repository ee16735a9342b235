"""Coming in through a company: whoever a provider vouches for is found, made a member, or told why they stay out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Db

from portal import audit
from portal.access import Actor, below
from portal.actions import company_letters, factors, memberships, registration, used_once
from portal.actions.doing import Doing
from portal.audit import Happened
from portal.db import new_id
from portal.doors import sessions
from portal.doors.companies import Provider
from portal.jobs.mail import is_address
from portal.models import COUNTS, Group, Identity, Membership, Role, Session, User

if TYPE_CHECKING:
    from portal.doors.id_tokens import Claims, Farewell

PORTAL = Actor(kind="portal")
FRESH = timedelta(minutes=5)  # so long ago the person may have signed in at the provider, to count as just now


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came in, or the code of why they stay out."""

    user: User | None = None
    code: str = "ok"


def judged(provider: Provider, claims: Claims) -> str:
    """Whether this provider may speak of this address at all: the code of what stands in the way, or ok."""
    if claims.email is None or not is_address(claims.email):
        return "company_address_missing"
    if not claims.is_verified:
        return "company_address_unverified"
    return "ok" if provider.vouches_for(claims.email) else "company_address_foreign"


def arrive(doing: Doing, provider: Provider, claims: Claims) -> Arrival:
    """Let in whom this provider vouches for. Issuer and subject say who it is; an address alone connects nobody.

    Somebody new becomes a member of the company, or, with one of the vendor's own providers, gets a group of their
    own. An account that is there already is connected by itself only where it is this company's and nobody's else.
    """
    home = doing.db.get_one(Group, provider.group_id) if provider.group_id is not None else None
    if home is not None:
        memberships.hold(doing.db, home)
    known = _identity(doing.db, claims)
    if known is not None:
        return _again(doing, provider, claims, home, known)
    if (code := judged(provider, claims)) != "ok":
        return Arrival(code=code)
    user = doing.db.execute(select(User).where(User.email == _email(claims)).with_for_update()).scalar()
    if user is None:
        return _first(doing, provider, claims, home)
    if user.disabled_at is not None or (home is not None and _is_out(doing.db, home, user)):
        return Arrival(code="company_closed")
    if home is None or not _is_theirs_alone(doing.db, home, user):
        return Arrival(code="company_connect_first")
    if user.verified_at is None:
        # Whoever made something of this account before has not proved the address: nothing of theirs stays.
        factors.forget_all(doing, user)
        user.verified_at = doing.now
    return Arrival(_connected(doing, provider, claims, user))


def connect(doing: Doing, provider: Provider, claims: Claims) -> str:
    """The person who is signed in proved to be this one at the provider, too; returns a code."""
    user = doing.db.execute(select(User).where(User.id == doing.actor.user_id).with_for_update()).scalar_one()
    known = _identity(doing.db, claims)
    if known is not None:
        return "ok" if known.user_id == user.id else "company_identity_taken"
    if provider.group_id is not None and not _belongs(doing.db, doing.db.get_one(Group, provider.group_id), user):
        return "company_closed"
    _connected(doing, provider, claims, user)
    sessions.close_all(doing.db, user.id, but=doing.actor.session_id)
    return "ok"


def disconnect(doing: Doing, identity: Identity) -> str:
    """From now on this sign-in opens the account no more, and whoever came in with it is out; returns a code."""
    user = doing.db.execute(select(User).where(User.id == identity.user_id).with_for_update()).scalar_one()
    if user.email is None and user.password_hash is None:
        return "last_way_in"
    doing.db.delete(identity)
    sessions.close_all(doing.db, user.id, but=doing.actor.session_id)
    audit.record(doing.db, doing.now, doing.actor, Happened.COMPANY_DISCONNECTED, issuer=identity.issuer)
    company_letters.disconnected(doing, user, identity.issuer)
    return "ok"


def prove(doing: Doing, claims: Claims) -> bool:
    """The person who is signed in has just proved anew at the provider who they are; False where it was not them, or
    where the provider did not ask them anything."""
    known = _identity(doing.db, claims)
    since = doing.now.timestamp() - FRESH.total_seconds()
    if known is None or known.user_id != doing.actor.user_id or (claims.signed_in_at or 0) < since:
        return False
    doing.db.execute(update(Session).where(Session.id == doing.actor.session_id).values(proved_at=doing.now))
    return True


def part(doing: Doing, provider: Provider, farewell: Farewell) -> bool:
    """Somebody left the provider: their sign-ins through it end here. False for a farewell that was heard before."""
    if not used_once.use(doing, "farewell", f"{provider.issuer}\x00{farewell.id}"):
        return False
    ends = [Session.provider == provider.key]
    if farewell.sid is not None:
        ends.append(or_(Session.sso_sid == farewell.sid, Session.sso_sid.is_(None)))
    if farewell.subject is not None:
        same = select(Identity.user_id).where(
            Identity.issuer == provider.issuer, Identity.subject == farewell.subject
        )
        ends.append(Session.user_id.in_(same))
    else:
        ends.append(Session.sso_sid.is_not(None))
    count = doing.db.execute(delete(Session).where(*ends)).rowcount
    if count:
        audit.record(doing.db, doing.now, PORTAL, Happened.SESSIONS_ENDED, count=count, provider=provider.name)
    return True


def _again(doing: Doing, provider: Provider, claims: Claims, home: Group | None, known: Identity) -> Arrival:
    user = doing.db.execute(select(User).where(User.id == known.user_id).with_for_update()).scalar_one()
    if user.disabled_at is not None or (home is not None and _is_out(doing.db, home, user)):
        return Arrival(code="company_closed")
    if home is not None and not _belongs(doing.db, home, user):
        # Known from elsewhere with the same issuer: this company has to vouch for them as for anybody new.
        if (code := judged(provider, claims)) != "ok":
            return Arrival(code=code)
        if user.email != _email(claims):
            return Arrival(code="company_closed")
        _join(doing, provider, home, user)
    known.used_at, known.provider = doing.now, provider.key
    return Arrival(user)


def _first(doing: Doing, provider: Provider, claims: Claims, home: Group | None) -> Arrival:
    email = _email(claims)
    user = User(
        public_id=new_id(doing.now), email=email, name=claims.name or email.partition("@")[0],
        created_at=doing.now, verified_at=doing.now,
    )  # fmt: skip
    try:
        with doing.db.begin_nested():
            doing.db.add(user)
            doing.db.flush()
    except IntegrityError:  # somebody made an account of this address at this very moment
        return Arrival(code="company_start_again")
    if home is not None:
        _join(doing, provider, home, user)
    else:
        home = registration.own_group(doing, user)
    audit.record(
        doing.db, doing.now, Actor(kind="user", user_id=user.id), Happened.ACCOUNT_OPENED, group_id=home.id,
        provider=provider.name,
    )  # fmt: skip
    return Arrival(_connected(doing, provider, claims, user, tells=False))


def _join(doing: Doing, provider: Provider, home: Group, user: User) -> None:
    membership = memberships.join(doing, home, user, Role.MEMBER, by_id=None)
    memberships.note(doing, home, membership, Happened.MEMBERSHIP_JOINED, provider=provider.name)


def _connected(doing: Doing, provider: Provider, claims: Claims, user: User, *, tells: bool = True) -> User:
    doing.db.add(
        Identity(
            public_id=new_id(doing.now), user_id=user.id, provider=provider.key, issuer=claims.issuer,
            subject=claims.subject, created_at=doing.now, used_at=doing.now,
        )
    )  # fmt: skip
    doing.db.flush()
    audit.record(
        doing.db, doing.now, Actor(kind="user", user_id=user.id), Happened.COMPANY_CONNECTED,
        provider=provider.name, issuer=claims.issuer,
    )  # fmt: skip
    if tells:
        company_letters.connected(doing, user, provider.name)
    return user


def _identity(db: Db, claims: Claims) -> Identity | None:
    same = select(Identity).where(Identity.issuer == claims.issuer, Identity.subject == claims.subject)
    return db.execute(same.with_for_update()).scalar()


def _email(claims: Claims) -> str:
    return (claims.email or "").lower()


def _belongs(db: Db, home: Group, user: User) -> bool:
    mine = exists().where(Membership.user_id == user.id, Membership.group_id == Group.id, COUNTS, below(home.path))
    return bool(db.execute(select(mine)).scalar())


def _is_out(db: Db, home: Group, user: User) -> bool:
    """Whether the person was a member of this company, and is none any more or for now."""
    if _belongs(db, home, user):
        return False
    over = Membership.suspended_at.is_not(None) | Membership.ended_at.is_not(None)
    mine = exists().where(Membership.user_id == user.id, Membership.group_id == Group.id, over, below(home.path))
    return bool(db.execute(select(mine)).scalar())


def _is_theirs_alone(db: Db, home: Group, user: User) -> bool:
    """Whether the account is a member's who belongs to no other company, has no second factor, and is not known to
    another provider: then who has the company's word has the account."""
    elsewhere = exists().where(
        Membership.user_id == user.id, Membership.group_id == Group.id, Membership.ended_at.is_(None),
        ~below(home.path), Group.is_person.is_(False),
    )  # fmt: skip
    other = exists().where(Identity.user_id == user.id)
    is_elsewhere, is_known = db.execute(select(elsewhere, other)).one()
    if is_elsewhere or not _belongs(db, home, user):
        return False
    # What opens an account that was never verified is nobody's, and does not keep its owner out.
    return user.verified_at is None or not (is_known or factors.has_any(db, user.id))
