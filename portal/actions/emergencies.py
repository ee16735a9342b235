"""Emergency licenses: a short license of its own for somebody who is stuck now, marked wherever it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from portal.access import own_assignment
from portal.actions import ledger, letters, terms, tickets
from portal.actions.doing import Doing
from portal.actions.ledger import Question
from portal.audit import Happened
from portal.models import (
    Article,
    Assignment,
    Conflict,
    Emergency,
    Group,
    License,
    LicenseKey,
    LicenseState,
    Ticket,
    session_tickets,
)
from portal.rules import Decision

MOST_WORDS = 500
RUNS = (LicenseState.ISSUED, LicenseState.REGISTERED)


@dataclass(frozen=True, slots=True)
class Granted:
    """What came of it: the decision, and the emergency license, new or still unused."""

    decision: Decision
    license: License | None = None
    again: bool = False


def decide(question: Question) -> Decision:
    """Whether the license may have an emergency license now; only where the rules offer one beside a refusal."""
    decision = question.decide("emergency")
    if decision.allowed and not question.in_force.rules.escalation.offer_emergency:
        return Decision(outcome="deny", code="not_offered")
    return decision


def grant(doing: Doing, license_: License, words: str = "") -> Granted:
    """Hand out an emergency license for this one, which must be locked.

    Its one seat is free, it ends by itself, and no later than the license that it stands for. One that is still
    unused is handed out again and counts nothing, so that pressing twice is once.
    """
    own = own_assignment(doing.db, doing.actor, license_)
    holder_id = own.user_id if own is not None else license_.user_id
    unused = _unused(doing, license_, holder_id)
    if unused is not None:
        return Granted(ledger.nothing_to_decide(), unused, again=True)
    question = Question(doing, license_, None, evidence="declaration")
    decision = decide(question) if len(words) <= MOST_WORDS else Decision(outcome="deny", code="field_too_long")
    if not decision.allowed:
        question.refused(Happened.EMERGENCY_GRANTED, decision)
        return Granted(decision)
    refusal = _refusal(doing, license_, question)
    until = _until(license_, question, doing.now)
    made = _make(doing, license_, holder_id, own, until)
    doing.db.add(
        Emergency(
            license_id=made.id,
            stands_for_id=license_.id,
            user_id=doing.actor.user_id,
            operation=refusal and refusal[0],
            code=refusal and refusal[1],
            rule=refusal and refusal[2],
            words=words.strip(),
            granted_at=doing.now,
        )
    )
    question.done("emergency", None)
    question.event(
        Happened.EMERGENCY_GRANTED, assignment_id=own.id if own is not None else None, code=refusal and refusal[1]
    )
    letters.emergency(doing, made, until, question.in_force.product)
    return Granted(decision, made)


def standing(db: Session, license_: License, now: datetime) -> datetime | None:
    """Until when an emergency license stands in for this one; None where none does."""
    wanted = select(func.max(License.ends_at)).where(
        License.stands_for_id == license_.id, License.ends_at > now, License.state.in_(RUNS)
    )
    return db.execute(wanted).scalar()


def beside(db: Session, ticket_ids: list[int], now: datetime) -> list[int]:
    """The tickets of emergency licenses that stand for licenses of these tickets: who holds these holds those."""
    fed = select(LicenseKey.license_id).where(LicenseKey.ticket_id.in_(ticket_ids))
    return list(
        db.execute(
            select(Ticket.id)
            .join(LicenseKey, LicenseKey.ticket_id == Ticket.id)
            .join(License, License.id == LicenseKey.license_id)
            .where(
                License.stands_for_id.in_(fed),
                License.ends_at > now,
                License.state.in_(RUNS),
                Ticket.revoked_at.is_(None),
                Ticket.id.not_in(ticket_ids),
            )
        ).scalars()
    )


def _unused(doing: Doing, license_: License, holder_id: int | None) -> License | None:
    return doing.db.execute(
        select(License)
        .where(
            License.stands_for_id == license_.id,
            License.user_id == holder_id if holder_id is not None else License.user_id.is_(None),
            License.used == 0,
            License.ends_at > doing.now,
            License.state.in_(RUNS),
        )
        .order_by(License.id.desc())
        .limit(1)
    ).scalar()


def _refusal(doing: Doing, license_: License, question: Question) -> tuple[str, str, str | None] | None:
    """What the rules refuse, or the file that did not fit; None where nothing is in the way."""
    move, more = question.decide("rehost"), question.decide("activate")
    if not move.allowed and move.code != "no_activation":
        return "rehost", move.code, move.rule
    open_case = select(Conflict.id).where(Conflict.license_id == license_.id, Conflict.closed_at.is_(None)).limit(1)
    if doing.db.execute(open_case).first():
        return "return", "receipt_mismatch", None
    return None if more.allowed else ("activate", more.code, more.rule)


def _until(license_: License, question: Question, now: datetime) -> datetime:
    rules = question.in_force.rules
    if rules.emergency is None:
        raise ValueError("what is not offered is not allowed")
    until = rules.emergency.duration.after(now, rules.zone)
    return min(until, license_.ends_at) if license_.ends_at is not None else until


def _make(
    doing: Doing, license_: License, holder_id: int | None, own: Assignment | None, until: datetime
) -> License:
    """The license with a ticket of its own, as open or as claimed as those of the one that it stands for."""
    article, group = doing.db.get_one(Article, license_.article_id), doing.db.get_one(Group, license_.group_id)
    ticket, made, _ = tickets.issue(
        doing, article, group, quantity=1, order_number=license_.order_number, emergency=True
    )  # fmt: skip
    made.stands_for_id, made.state, made.user_id = license_.id, license_.state, holder_id
    made.visible_to_group = license_.visible_to_group and own is None
    if license_.state != LicenseState.ISSUED:
        # Whoever came in with a ticket that was claimed earlier still sees what was claimed as early.
        claimed = select(Ticket.registered_at).join(LicenseKey, LicenseKey.ticket_id == Ticket.id)
        claimed = claimed.where(LicenseKey.license_id == license_.id).order_by(LicenseKey.id.desc()).limit(1)
        ticket.registered_at = doing.db.execute(claimed).scalar() or doing.now
        ticket.user_id = holder_id
    terms.fixed(doing.db, made, doing.now, until, ticket_id=ticket.id)
    doing.db.flush()
    if doing.actor.kind == "ticket" and doing.actor.session_id is not None:
        held = {"session_id": doing.actor.session_id, "ticket_id": ticket.id}
        doing.db.execute(insert(session_tickets), [held])
    return made
