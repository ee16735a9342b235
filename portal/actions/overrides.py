"""Overrides: the vendor grants a license more than the rules do, and says why."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.actions import ledger, letters
from portal.actions.doing import Doing
from portal.actions.ledger import Question
from portal.actions.seats import Outcome
from portal.audit import Happened
from portal.models import License, Operation
from portal.rules import OPERATIONS, Decision

MOST = 100
MOST_REASON = 200


def granted(db: Session, license_: License) -> int:
    """How many overrides the license was ever given."""
    return db.execute(
        select(func.count(Operation.id)).where(Operation.license_id == license_.id, Operation.operation == "override")
    ).scalar_one()


def grant(
    doing: Doing, license_: License, operation: str, amount: int, reason: str, *, seen: int | None = None
) -> Outcome:
    """So many more of one operation, for this license and for good. The license must be locked.

    `seen` is how many overrides there were when it was asked for: pressed twice it is granted once, and who did not
    see another grant is told.
    """
    reason = reason.strip()
    question = Question(doing, license_, None, reason=reason)
    if operation not in OPERATIONS or not 1 <= amount <= MOST or not reason or len(reason) > MOST_REASON:
        return _refused(question, Decision(outcome="deny", code="override_invalid"), operation)
    if seen is not None and seen != granted(doing.db, license_):
        latest = doing.db.execute(
            select(Operation.grants, Operation.amount, Operation.reason, Operation.user_id)
            .where(Operation.license_id == license_.id, Operation.operation == "override")
            .order_by(Operation.id.desc())
            .limit(1)
        ).one()
        if tuple(latest) == (operation, amount, reason, doing.actor.user_id):
            return Outcome(ledger.nothing_to_decide(), again=True)
        return _refused(question, Decision(outcome="deny", code="form_stale"), operation)
    question.done("override", None, grants=operation, amount=amount)
    question.event(Happened.LICENSE_OVERRIDDEN, grants=operation, amount=amount, reason=reason)
    letters.overridden(doing, license_, operation, amount, reason)
    return Outcome(ledger.nothing_to_decide())


def _refused(question: Question, decision: Decision, operation: str) -> Outcome:
    question.refused(Happened.LICENSE_OVERRIDDEN, decision, grants=operation[:20])
    return Outcome(decision)
