"""Tickets: minting them with their licenses, finding them again, and registering them to an account."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal import audit
from portal.access import Forbidden
from portal.actions import demo_devices, devices, hints, rule_sets, terms
from portal.actions.doing import Doing
from portal.audit import Happened
from portal.db import new_id
from portal.files import tickets as codes
from portal.files.vault import Vault
from portal.models import Article, Group, License, LicenseKey, LicenseState, Product, Role, Ticket, User


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one pasted ticket. `code` names the sentence, "ok" is a ticket that can be registered."""

    masked: str
    code: str
    product: str | None = None
    ticket: Ticket | None = None

    @property
    def good(self) -> bool:
        return self.code == "ok"


def mint(
    doing: Doing, article: Article, group: Group, *, quantity: int | None = None, order_number: str | None = None,
    code: str | None = None,
) -> tuple[Ticket, License, str]:  # fmt: skip
    """A ticket with one license of this article in the pool of a group; its code is the license's key.

    `code` takes over a ticket minted elsewhere. Returns the ticket, its license and the code in writing.
    """
    made = issue(doing, article, group, quantity=quantity, order_number=order_number, code=code)
    ticket, license_, _ = made
    terms.bought(doing.db, license_, doing.now, days=article.days, ticket_id=ticket.id, seller_id=group.id)
    terms.settle(doing.db, license_)
    doing.db.flush()
    return made


def issue(
    doing: Doing, article: Article, group: Group, *, quantity: int | None = None, order_number: str | None = None,
    code: str | None = None, **details: object,
) -> tuple[Ticket, License, str]:  # fmt: skip
    """The same without any time on it yet, for whoever knows how long the license is to run."""
    written = code.strip() if code else codes.mint()
    ticket = Ticket(
        public_id=new_id(doing.now),
        lookup=ticket_lookup(doing.vault, written),
        cipher=doing.vault.seal("ticket", written.encode(), ticket_lookup(doing.vault, written)),
        group_id=group.id,
        order_number=order_number,
        created_at=doing.now,
    )
    license_ = License(
        public_id=new_id(doing.now),
        article_id=article.id,
        group_id=group.id,
        quantity=quantity or article.quantity,
        state=LicenseState.ISSUED,
        order_number=order_number,
        created_at=doing.now,
    )
    doing.db.add_all([ticket, license_])
    doing.db.flush()
    doing.db.add(
        LicenseKey(
            license_id=license_.id,
            ticket_id=ticket.id,
            lookup=key_lookup(doing.vault, written),
            hint=hints.lookup_of_key(doing.vault, written),
            cipher=doing.vault.seal("license-key", written.encode(), key_lookup(doing.vault, written)),
            head=doing.vault.lookup("ticket-group", codes.ends(written)[0]),
            tail=doing.vault.lookup("ticket-group", codes.ends(written)[1]),
            created_at=doing.now,
        )
    )
    audit.record(
        doing.db, doing.now, doing.actor, Happened.LICENSE_ISSUED,
        group_id=group.id, license_id=license_.id, ticket_id=ticket.id, order=order_number, **details,
    )  # fmt: skip
    return ticket, license_, written


def ticket_lookup(vault: Vault, code: str) -> bytes:
    return vault.lookup("ticket", codes.normalize(code))


def key_lookup(vault: Vault, code: str) -> bytes:
    return vault.lookup("license-key", codes.normalize(code))


def code_of(vault: Vault, ticket: Ticket) -> str:
    """The ticket in writing, for those who may see it."""
    return vault.open("ticket", ticket.cipher, ticket.lookup).decode()


def find(doing: Doing, code: str, *, lock: bool = False) -> Ticket | None:
    """The ticket with this code, however it is written."""
    wanted = select(Ticket).where(Ticket.lookup == ticket_lookup(doing.vault, code))
    return doing.db.execute(wanted.with_for_update() if lock else wanted).scalar()


def get(doing: Doing, ticket_id: int) -> Ticket:
    return doing.db.get_one(Ticket, ticket_id)


def opens_door(doing: Doing, ticket: Ticket) -> str:
    """Whether a ticket opens a session: "ok", or the code of why not."""
    if ticket.revoked_at is not None:
        return "ticket_revoked"
    if ticket.registered_at is None:
        return "ok"
    for license_ in licenses_of(doing, ticket):
        if rule_sets.in_force(doing.db, license_.article_id).rules.after_registration == "allow":
            return "ok"
    return "ticket_registered"


def licenses_of(doing: Doing, ticket: Ticket) -> list[License]:
    return list(
        doing.db.execute(
            select(License)
            .join(LicenseKey, LicenseKey.license_id == License.id)
            .where(LicenseKey.ticket_id == ticket.id)
        ).scalars()
    )


def judge(doing: Doing, candidate: codes.Candidate, *, lock: bool = False) -> Verdict:
    """What registering this pasted ticket would come to. A mistyped one is refused before any query."""
    masked = codes.masked(candidate.code or candidate.raw)
    if candidate.code is None:
        return Verdict(masked, "ticket_malformed")
    ticket = find(doing, candidate.code, lock=lock)
    if ticket is None:
        return Verdict(masked, "ticket_unknown")
    product = product_name(doing, ticket)
    if ticket.revoked_at is not None:
        return Verdict(masked, "ticket_revoked", product, ticket)
    if ticket.registered_at is not None:
        is_mine = ticket.user_id is not None and ticket.user_id == doing.actor.user_id
        # Whose it is stays unsaid, and so does what it is for: a stranger learns only that the way is closed.
        return (
            Verdict(masked, "ticket_already_yours", product, ticket)
            if is_mine
            else Verdict(masked, "ticket_registered")
        )
    return Verdict(masked, "ok", product, ticket)


def register(doing: Doing, ticket: Ticket, group: Group) -> list[License]:
    """Claim a ticket for the person who asks, in one of their groups. The ticket must be locked and judged good.

    Emergency licenses that stand for its licenses come along, and demos of the person's that run go on with them.
    """
    if doing.actor.user_id is None:
        raise Forbidden("account_needed")
    if not any(place.group_id == group.id for place in doing.actor.places):
        raise Forbidden
    if doing.db.get_one(User, doing.actor.user_id).verified_at is None:
        raise Forbidden("address_unverified")  # somebody else may have opened the account for this address
    ticket.registered_at = doing.now
    ticket.user_id = doing.actor.user_id
    ticket.group_id = group.id
    is_admin = any(place.group_id == group.id and place.role == Role.ADMIN for place in doing.actor.places)
    claimed = licenses_of(doing, ticket)
    for license_ in claimed:
        if license_.state == LicenseState.ISSUED:
            license_.state = LicenseState.REGISTERED
        _bring_along(doing, license_, group)
        license_.user_id = doing.actor.user_id
        audit.record(
            doing.db, doing.now, doing.actor, Happened.LICENSE_REGISTERED,
            group_id=group.id, license_id=license_.id, ticket_id=ticket.id, as_admin=is_admin or None,
        )  # fmt: skip
        demo_devices.bought(doing, license_)
    for emergency in _of_emergencies(doing, claimed):
        register(doing, emergency, group)
    return claimed


def _of_emergencies(doing: Doing, licenses: list[License]) -> list[Ticket]:
    """The unclaimed tickets of emergency licenses that stand for these licenses, locked."""
    return list(
        doing.db.execute(
            select(Ticket)
            .join(LicenseKey, LicenseKey.ticket_id == Ticket.id)
            .join(License, License.id == LicenseKey.license_id)
            .where(License.stands_for_id.in_([one.id for one in licenses]), Ticket.registered_at.is_(None))
            .order_by(Ticket.id)
            .with_for_update(of=Ticket)
        ).scalars()
    )


def claim(doing: Doing, license_: License) -> None:
    """The group that owns a license begins to hand it out: it counts as registered, and its tickets open nothing and
    register nothing any more. The license must be locked."""
    if license_.state != LicenseState.ISSUED:
        return
    license_.state = LicenseState.REGISTERED
    fed = select(LicenseKey.ticket_id).where(LicenseKey.license_id == license_.id)
    unclaimed = select(Ticket).where(Ticket.id.in_(fed), Ticket.registered_at.is_(None))
    for ticket in doing.db.execute(unclaimed.with_for_update()).scalars():
        ticket.registered_at = doing.now
        ticket.group_id = license_.group_id
    doing.db.flush()
    devices.follow(doing, license_)


def _bring_along(doing: Doing, license_: License, group: Group) -> None:
    """The license moves to its new owner, and so do the devices it runs on or that wait for it."""
    license_.group_id = group.id
    doing.db.flush()
    devices.follow(doing, license_)


def product_name(doing: Doing, ticket: Ticket) -> str | None:
    """What a ticket is for."""
    return doing.db.execute(
        select(Product.name)
        .join(Article, Article.product_id == Product.id)
        .join(License, License.article_id == Article.id)
        .join(LicenseKey, LicenseKey.license_id == License.id)
        .where(LicenseKey.ticket_id == ticket.id)
        .limit(1)
    ).scalar()
