"""A customer's own sign-in provider: setting it up, proving its domains, trying it, and switching it on."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError

from portal import audit
from portal.access import below
from portal.actions import company_letters, memberships
from portal.actions.doing import Doing
from portal.audit import Happened
from portal.db import new_id
from portal.doors.companies import SECRET
from portal.models import COUNTS, Group, Membership, Provider, ProviderDomain, Session

MAILBOXES = ("postmaster", "hostmaster", "webmaster", "admin")
MOST_DOMAINS = 20
CODE_LASTS = timedelta(days=1)
NOT_AGAIN_WITHIN = timedelta(minutes=5)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 10


def save(
    doing: Doing, group: Group, *, name: str, issuer: str, client_id: str, client_secret: str | None
) -> Provider:
    """Who vouches for the people of this customer. Without a new secret the old one stays, if it is the same client.

    Another issuer or client has to be tried again before anybody comes in through it.
    """
    memberships.hold(doing.db, group)
    provider = doing.db.execute(select(Provider).where(Provider.group_id == group.id)).scalar()
    is_another = provider is None or (provider.issuer, provider.client_id) != (issuer, client_id)
    if provider is None:
        provider = Provider(
            public_id=new_id(doing.now), group_id=group.id, made_by_id=doing.actor.user_id, created_at=doing.now
        )
        doing.db.add(provider)
    elif is_another:
        _end_sessions(doing, provider)
    if is_another:
        provider.client_secret, provider.tested_at = None, None
        provider.is_on = provider.only = False
    provider.name, provider.issuer, provider.client_id = name, issuer, client_id
    if client_secret:
        provider.client_secret = doing.vault.seal(SECRET, client_secret.encode(), provider.public_id.bytes)
    doing.db.flush()
    _note(doing, group, Happened.PROVIDER_SAVED, issuer=issuer)
    return provider


def ask_domain(doing: Doing, group: Group, provider: Provider, domain: str, mailbox: str, language: str) -> str | None:
    """Mail a code to a mailbox of the domain; returns the code of what stands in the way."""
    memberships.hold(doing.db, group)
    rows = doing.db.execute(select(ProviderDomain).where(ProviderDomain.provider_id == provider.id)).scalars().all()
    row = next((one for one in rows if one.domain == domain), None)
    if row is not None and row.verified_at is not None:
        return "domain_yours"
    if row is not None and row.asked_at > doing.now - NOT_AGAIN_WITHIN:
        return "domain_just_asked"
    if row is None:
        if len(rows) >= MOST_DOMAINS:
            return "too_many_domains"
        row = ProviderDomain(public_id=new_id(doing.now), provider_id=provider.id, domain=domain)
        doing.db.add(row)
    code = "".join(secrets.choice(_LETTERS) for _ in range(CODE_LENGTH))
    row.mailbox, row.asked_at, row.code = mailbox, doing.now, _lookup(doing, provider, domain, code)
    doing.db.flush()
    company_letters.domain_code(doing, group, mailbox, domain, f"{code[:5]}-{code[5:]}", language)
    _note(doing, group, Happened.DOMAIN_ASKED, domain=domain, mailbox=mailbox)
    return None


def prove_domain(doing: Doing, group: Group, provider: Provider, row: ProviderDomain, typed: str) -> str | None:
    """Whoever has the code speaks for the domain; returns the code of what stands in the way."""
    if row.verified_at is not None:
        return None
    plain = "".join(letter for letter in typed.upper() if letter.isalnum())
    is_right = row.code is not None and secrets.compare_digest(row.code, _lookup(doing, provider, row.domain, plain))
    if not is_right or row.asked_at + CODE_LASTS <= doing.now:
        _note(doing, group, Happened.DOMAIN_VERIFIED, code="domain_code_wrong", domain=row.domain)
        return "domain_code_wrong"
    return confirm_domain(doing, group, row, by="mail")


def confirm_domain(doing: Doing, group: Group, row: ProviderDomain, *, by: str) -> str | None:
    """The domain is this customer's; no other one's provider speaks for it."""
    try:
        with doing.db.begin_nested():
            row.verified_at, row.verified_by, row.code = doing.now, by, None
            doing.db.flush()
    except IntegrityError:
        doing.db.refresh(row)
        _note(doing, group, Happened.DOMAIN_VERIFIED, code="domain_taken", domain=row.domain)
        return "domain_taken"
    _note(doing, group, Happened.DOMAIN_VERIFIED, domain=row.domain)
    return None


def remove_domain(doing: Doing, group: Group, provider: Provider, row: ProviderDomain) -> str | None:
    """The provider speaks for this domain no more; a provider that is switched on keeps at least one."""
    memberships.hold(doing.db, group)
    if provider.is_on and row.verified_at is not None and _verified(doing, provider) == 1:
        return "provider_needs_domain"
    doing.db.delete(row)
    _note(doing, group, Happened.DOMAIN_REMOVED, domain=row.domain)
    return None


def tried(doing: Doing, group: Group, provider: Provider, code: str) -> None:
    """A round trip was made; one that would have let somebody in counts as the test."""
    if code == "ok":
        provider.tested_at = doing.now
    _note(doing, group, Happened.PROVIDER_TRIED, code=None if code == "ok" else code)


def switch(doing: Doing, group: Group, provider: Provider, *, on: bool) -> str | None:
    """People come in through it from now on, or no more; returns the code of what stands in the way. Twice is once."""
    memberships.hold(doing.db, group)
    doing.db.refresh(provider, with_for_update=True)
    if provider.is_on == on:
        return None
    if on and provider.tested_at is None:
        return "provider_not_tried"
    if on and not _verified(doing, provider):
        return "provider_needs_domain"
    provider.is_on = on
    if not on:
        provider.only = False
        _end_sessions(doing, provider)
    _note(doing, group, Happened.PROVIDER_SWITCHED, on=on)
    return None


def insist(doing: Doing, group: Group, provider: Provider, *, only: bool) -> str | None:
    """The people of this customer come in through it alone, or as they like; returns the code of what stands in the
    way. Nobody shuts themself out: who switches it on has come in through it.
    """
    memberships.hold(doing.db, group)
    doing.db.refresh(provider, with_for_update=True)
    if provider.only == only:
        return None
    if only and not provider.is_on:
        return "provider_is_off"
    key = str(provider.public_id)
    mine = doing.db.execute(select(Session.provider).where(Session.id == doing.actor.session_id)).scalar()
    if only and mine != key:
        return "provider_not_yours"
    provider.only = only
    if only:
        members = select(Membership.user_id).join(Group, Group.id == Membership.group_id)
        elsewhere = or_(Session.provider.is_(None), Session.provider != key)
        inside = Session.user_id.in_(members.where(COUNTS, below(group.path)))
        doing.db.execute(delete(Session).where(inside, elsewhere))
    _note(doing, group, Happened.PROVIDER_INSISTS, on=only)
    return None


def remove(doing: Doing, group: Group, provider: Provider) -> None:
    """Nobody comes in through it any more, and whoever did is out."""
    memberships.hold(doing.db, group)
    _end_sessions(doing, provider)
    doing.db.delete(provider)
    _note(doing, group, Happened.PROVIDER_REMOVED, issuer=provider.issuer)


def _verified(doing: Doing, provider: Provider) -> int:
    mine = select(ProviderDomain.id).where(
        ProviderDomain.provider_id == provider.id, ProviderDomain.verified_at.is_not(None)
    )
    return len(doing.db.execute(mine).all())


def _end_sessions(doing: Doing, provider: Provider) -> None:
    """Whoever came in through it is out, but for the one who asks."""
    through = (Session.provider == str(provider.public_id), Session.id != (doing.actor.session_id or 0))
    doing.db.execute(delete(Session).where(*through))


def _lookup(doing: Doing, provider: Provider, domain: str, code: str) -> bytes:
    return doing.vault.lookup("domain-code", f"{provider.public_id}\x00{domain}\x00{code}")


def _note(doing: Doing, group: Group, kind: Happened, *, code: str | None = None, **details: object) -> None:
    audit.record(
        doing.db, doing.now, doing.actor, kind, code=code, refused=code is not None, group_id=group.id, **details
    )
