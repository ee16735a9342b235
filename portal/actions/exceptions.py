"""Exceptions: asking the vendor for what the rules refuse, with the decision and the ledger of that moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.access import ids_of, own_requests
from portal.actions import desk_letters, support, threads
from portal.actions.doing import Doing
from portal.actions.ledger import Question, entries
from portal.actions.threads import Upload
from portal.audit import Happened
from portal.db import new_id
from portal.models import WAITING, Activation, Device, Group, License, Request, RequestKind, RequestState, Side
from portal.models import WaitingDevice as Waiting
from portal.rules import Decision, Entry

# What people ask for when the rules refuse it; the rest is nothing they do in the portal.
ASKABLE = ("rehost", "repair", "activate", "return", "reassign", "emergency")
MOST_ENTRIES = 100  # of the ledger, the newest


def ask(
    doing: Doing, license_: License, operation: str, words: str, uploads: Sequence[Upload] = (), *,
    activation: Activation | None = None, waiting: Waiting | None = None, key: UUID | None = None,
    contact: str | None = None, language: str | None = None,
) -> tuple[Request | None, str | None]:  # fmt: skip
    """Ask for what the rules refuse now; returns the request, or the code of why there is none to make.

    The license must be locked. Whoever has asked already and waits gets that very request: twice is once.
    """
    device = doing.db.get_one(Device, waiting.device_id) if waiting else None
    question = Question(
        doing, license_, device.components if device else None, activation=activation, evidence="declaration"
    )
    decision = question.decide(operation)
    if (found := _waiting(doing, license_, operation)) is not None:
        return found, None
    if decision.allowed:
        return None, "allowed_now"
    if "ask" not in decision.alternatives:
        return None, "ask_otherwise"
    root = ids_of(doing.db.execute(select(Group.path).where(Group.id == license_.group_id)).scalar_one())[0]
    actor = doing.actor
    request = Request(
        public_id=new_id(doing.now), kind=RequestKind.EXCEPTION, state=RequestState.OPEN, created_at=doing.now,
        group_id=license_.group_id, desk_group_id=root, user_id=actor.user_id,
        ticket_id=support.ticket_of(doing, license_), contact=contact, language=language or actor.language,
        license_id=license_.id, activation_id=activation.id if activation else None,
        product_id=question.in_force.product_id, article_id=license_.article_id, words=words[:1000],
        rule_code=decision.code, rule=decision.rule, decision=_recorded(question, operation, decision, device),
    )  # fmt: skip
    doing.db.add(request)
    doing.db.flush()
    threads.say(doing, request, Side.PERSON, words, uploads, key=key)
    question.event(
        Happened.EXCEPTION_ASKED, activation, code=decision.code, request=str(request.public_id), operation=operation
    )
    desk_letters.asked(doing, request, words)
    return request, None


def _waiting(doing: Doing, license_: License, operation: str) -> Request | None:
    """What the same person asked for already, and nobody has answered."""
    found = doing.db.execute(
        select(Request).where(
            Request.license_id == license_.id, Request.kind == RequestKind.EXCEPTION, Request.state.in_(WAITING),
            own_requests(doing.actor),
        )
    ).scalars()  # fmt: skip
    return next((one for one in found if (one.decision or {}).get("operation") == operation), None)


def _recorded(question: Question, operation: str, decision: Decision, device: Device | None) -> dict[str, Any]:
    """All that the desk has to know of this moment, whatever happens until somebody looks."""
    ledger = entries(question.doing.db, question.license, question.in_force)
    return {
        "operation": operation,
        "as": decision.as_,
        "outcome": decision.outcome,
        "code": decision.code,
        "rule": decision.rule,
        "params": {name: _plain(value) for name, value in decision.params.items()},
        "remaining": dict(decision.remaining),
        "next_allowed_at": _plain(decision.next_allowed_at),
        "alternatives": list(decision.alternatives),
        "device": device.name if device else None,
        "rules": question.in_force.name,
        "version": question.in_force.version,
        "at": _plain(question.doing.now),
        "ledger": [_entry(one) for one in ledger[-MOST_ENTRIES:]],
        "more": max(0, len(ledger) - MOST_ENTRIES),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    told = {
        "at": _plain(entry.at), "operation": entry.operation, "line": entry.activation, "evidence": entry.evidence,
        "reason": entry.reason, "grants": entry.grants, "amount": entry.amount or None, "license": entry.license,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def _plain(value: Any) -> Any:
    """As JSON has it: moments as text, and what is a tuple as a list."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value


def waiting_id(doing: Doing, license_: License) -> UUID | None:
    """What the actor asked for about this license, and nobody has answered."""
    wanted = select(Request.public_id).where(
        Request.license_id == license_.id, Request.kind == RequestKind.EXCEPTION, Request.state.in_(WAITING),
        own_requests(doing.actor),
    )  # fmt: skip
    return doing.db.execute(wanted.order_by(Request.id.desc()).limit(1)).scalar()
