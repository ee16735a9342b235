"""Demos: a trial for whoever has had none of this product yet, at once or after the vendor has looked at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import Session

from portal import audit, rules
from portal.access import ids_of
from portal.actions import demo_letters, demo_offers, mailboxes, rule_sets, terms, tickets
from portal.actions.demo_offers import Counted, Offer
from portal.actions.doing import Doing
from portal.actions.facts import COLUMNS, entry, license_facts
from portal.audit import Happened
from portal.db import new_id
from portal.files.vault import Vault
from portal.models import (
    WAITING,
    Article,
    DemoClaim,
    Group,
    License,
    LicenseState,
    Operation,
    Product,
    Request,
    RequestKind,
    RequestState,
    User,
)
from portal.rows import write
from portal.rules import ActorFacts, Case, Decision


@dataclass(frozen=True, slots=True)
class Started:
    """What came of asking for a demo: a license, a request that waits for the vendor, or the code of a refusal."""

    code: str
    license: License | None = None
    request: Request | None = None


def start(doing: Doing, user: User, group: Group, offer: Offer, days: int) -> Started:
    """A demo for this person, in this group of theirs. Asked twice, it is one and the same."""
    if user.email is None:
        return _refused(doing, user, group, offer, "demo_without_address")
    _take_turn(doing, offer)
    had = claims_of(doing.db, doing.vault, user.email, user.id).get(offer.counted)
    if had is not None:
        license_ = doing.db.get_one(License, had.license_id)
        if had.user_id == user.id and license_.state == LicenseState.REGISTERED and _runs(doing, license_):
            return Started("granted", license_)
        return _refused(doing, user, group, offer, "demo_had")
    if (waiting := waiting_of(doing.db, user.id).get(offer.product_id)) is not None:
        return Started("waiting", request=waiting)
    decision = _decide(doing, user, group, offer, days)
    if decision.code == "approval_required":
        if (code := _hindrance(doing, user, offer)) is not None:
            return _refused(doing, user, group, offer, code)
        return Started("waiting", request=_ask_vendor(doing, user, group, offer, days, decision))
    code = (None if decision.allowed else _code_of(decision)) or _hindrance(doing, user, offer)
    if code is not None:
        return _refused(doing, user, group, offer, code)
    return Started("granted", _give(doing, user, group, offer, days))


def grant(doing: Doing, request: Request) -> str | None:
    """The vendor says yes to a demo that waited; returns the code of what stands in the way.

    The person's own quota holds here too, the company's does not: whoever answers has seen who asks.
    """
    article = doing.db.get_one(Article, request.article_id)
    offer = demo_offers.offer(doing.db, article.public_id)
    if offer is None:
        return "not_offered"
    _take_turn(doing, offer)
    doing.db.refresh(request, with_for_update=True)
    if request.state not in WAITING:
        return "request_answered"
    user, group = doing.db.get_one(User, request.user_id), doing.db.get_one(Group, request.group_id)
    if offer.counted in claims_of(doing.db, doing.vault, user.email, user.id):
        return "demo_had"
    license_ = _give(doing, user, group, offer, request.days or offer.usual)
    request.state, request.answered_at, request.answered_by_id = RequestState.GRANTED, doing.now, doing.actor.user_id
    request.license_id = license_.id
    return None


def claims_of(db: Session, vault: Vault, email: str | None, user_id: int | None) -> dict[Counted, DemoClaim]:
    """The demos that somebody with this mailbox had, however they wrote it, by what can be had once."""
    mine = [false()]
    if user_id is not None:
        mine.append(DemoClaim.user_id == user_id)
    if email is not None:
        mine.append(DemoClaim.mailbox == vault.lookup("demo-mailbox", mailboxes.canonical(email)))
    had = db.execute(select(DemoClaim).where(or_(*mine)).order_by(DemoClaim.id.desc())).scalars()
    return {(one.product_id, one.only_article_id): one for one in had}


def waiting_of(db: Session, user_id: int) -> dict[int, Request]:
    """What this person asked the vendor for, and nobody has answered, by the number of the product."""
    asked = select(Request).where(
        Request.user_id == user_id, Request.kind == RequestKind.DEMO, Request.answered_at.is_(None)
    )
    return {one.product_id: one for one in db.execute(asked).scalars() if one.product_id is not None}


def _take_turn(doing: Doing, offer: Offer) -> None:
    """Whoever asks for the same product waits here, so that all quotas are counted one after the other.

    Programs that only name the product in what they write are not held up by it.
    """
    doing.db.execute(select(Product.id).where(Product.id == offer.product_id).with_for_update(key_share=True))


def _runs(doing: Doing, license_: License) -> bool:
    return license_.ends_at is not None and license_.ends_at > doing.now


def _hindrance(doing: Doing, user: User, offer: Offer) -> str | None:
    """What stands in the way beside the rules."""
    if user.verified_at is None:
        return "demo_unverified"
    company = _company(doing, user)
    if company is None:
        return None
    lately = select(func.count()).where(
        DemoClaim.product_id == offer.product_id,
        DemoClaim.domain == company,
        DemoClaim.at > doing.now - offer.per_company_within,
    )
    return "demo_company" if doing.db.execute(lately).scalar_one() >= offer.per_company else None


def _company(doing: Doing, user: User) -> bytes | None:
    company = mailboxes.company(user.email)
    return doing.vault.lookup("demo-company", company) if company else None


def _decide(doing: Doing, user: User, group: Group, offer: Offer, days: int) -> Decision:
    """What the rules say to a license that does not exist yet, for this person."""
    in_force = rule_sets.in_force(doing.db, offer.id)
    had = (
        select(*COLUMNS)
        .where(Operation.operation == "demo", or_(Operation.user_id == user.id, Operation.group_id == group.id))
        .order_by(Operation.at, Operation.id)
    )
    ledger = tuple(entry(*row) for row in doing.db.execute(had))
    facts = license_facts(0, 1, "active", None, None, offer.product_id, offer.id, group.id, in_force.model)
    case = Case(
        now=max([doing.now, *(one.at for one in ledger)]),
        operation="demo",
        license=facts,
        actor=ActorFacts(role=doing.actor.role_over(group.path), user=str(user.id)),
        ledger=ledger,
        duration=f"P{days}D",
    )
    return rules.decide(in_force.rules, case)


def _code_of(decision: Decision) -> str:
    return "demo_had" if decision.code == "allowance_exhausted" else decision.code


def _give(doing: Doing, user: User, group: Group, offer: Offer, days: int) -> License:
    """The license with its ticket, the person's own from the start. Its days run from now on."""
    article = doing.db.get_one(Article, offer.id)
    ticket, license_, _ = tickets.issue(doing, article, group)
    ticket.registered_at, ticket.user_id = doing.now, user.id
    license_.state, license_.user_id = LicenseState.REGISTERED, user.id
    until = doing.now + timedelta(days=days)
    terms.fixed(doing.db, license_, doing.now, until, ticket_id=ticket.id)
    doing.db.add(
        DemoClaim(
            product_id=offer.product_id,
            only_article_id=offer.only_article_id,
            mailbox=doing.vault.lookup("demo-mailbox", mailboxes.canonical(user.email)),
            domain=_company(doing, user),
            user_id=user.id,
            license_id=license_.id,
            at=doing.now,
        )
    )
    write(
        doing.db, Operation, license_id=license_.id, group_id=group.id, product_id=offer.product_id,
        article_id=offer.id, user_id=user.id, at=doing.now, operation="demo", actor=doing.actor.kind,
        rule_version_id=rule_sets.in_force(doing.db, offer.id).version_id,
    )  # fmt: skip
    audit.record(
        doing.db, doing.now, doing.actor, Happened.DEMO_GRANTED, group_id=group.id, license_id=license_.id,
        person=user.name, product=offer.product, days=days,
    )  # fmt: skip
    demo_letters.granted(doing, user, license_, offer.product, until)
    return license_


def _ask_vendor(doing: Doing, user: User, group: Group, offer: Offer, days: int, decision: Decision) -> Request:
    in_force = rule_sets.in_force(doing.db, offer.id)
    request = Request(
        public_id=new_id(doing.now), kind=RequestKind.DEMO, group_id=group.id, desk_group_id=ids_of(group.path)[0],
        user_id=user.id, product_id=offer.product_id, article_id=offer.id, days=days, state=RequestState.OPEN,
        created_at=doing.now, language=user.language, rule_code=decision.code, rule=decision.rule,
        decision={"operation": "demo", "code": decision.code, "rule": decision.rule, "version": in_force.version},
    )  # fmt: skip
    doing.db.add(request)
    doing.db.flush()
    audit.record(
        doing.db, doing.now, doing.actor, Happened.DEMO_ASKED, group_id=group.id, person=user.name,
        product=offer.product, days=days,
    )  # fmt: skip
    return request


def _refused(doing: Doing, user: User, group: Group, offer: Offer, code: str) -> Started:
    audit.record(
        doing.db, doing.now, doing.actor, Happened.DEMO_GRANTED, refused=True, code=code, group_id=group.id,
        person=user.name, product=offer.product,
    )  # fmt: skip
    return Started(code)
