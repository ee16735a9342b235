"""Handovers: a whole license, or all licenses of a ticket, is given to a person, shared with a group, or taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, select

from portal.actions import assignment_letters, ledger, seats, tickets
from portal.actions.assignments import ask_back, membership_obstacle
from portal.actions.doing import Doing
from portal.actions.ledger import Question
from portal.audit import Happened
from portal.models import Activation, License, LicenseKey, LicenseState, Ticket, User
from portal.rules import Decision


@dataclass(frozen=True, slots=True)
class _Wish:
    """One license of those that change hands together, the question about it, and what was decided."""

    license: License
    question: Question
    decision: Decision


def hand_over(
    doing: Doing, licenses: list[License], user: User | None, *, reason: str | None = None, pcs_stay: bool = False,
    tell: bool = True,
) -> Decision:  # fmt: skip
    """Give whole licenses to a person, or back to the pool. They must be locked; all of them change hands, or none.

    Where a license has run, the rules are asked whether it may go to somebody else. Its PCs are asked to give their
    seats back, unless they go along with it: `pcs_stay`.
    """
    wishes = [_wish(doing, one, user, reason) for one in licenses if one.user_id != (user.id if user else None)]
    refused = next((one for one in wishes if not one.decision.allowed), None)
    if refused is not None:
        refused.question.refused(_kind(user), refused.decision, person=_name(user))
        return refused.decision
    for wish in wishes:
        _change(doing, wish, user, reason, pcs_stay=pcs_stay, tell=tell)
    return ledger.nothing_to_decide()


def share(doing: Doing, license_: License, *, is_visible: bool) -> None:
    """Let every member of the group use a license, or not any more. It must be locked; twice is once."""
    if license_.visible_to_group == is_visible:
        return
    license_.visible_to_group = is_visible
    Question(doing, license_, None).event(Happened.LICENSE_SHARED, shared=is_visible or None)


def person_at(doing: Doing, email: str) -> User | None:
    """Whose address or sign-in name this is; only `hand_over` knows whether they can hold a license of the group."""
    return doing.db.execute(select(User).where(User.is_at(email[:254]))).scalar()


def of_ticket(doing: Doing, license_: License) -> list[License]:
    """All licenses of the ticket that feeds this one, itself included, in the order in which they are locked."""
    fed = select(LicenseKey.ticket_id).where(LicenseKey.license_id == license_.id, LicenseKey.ticket_id.is_not(None))
    together = select(LicenseKey.license_id).where(LicenseKey.ticket_id.in_(fed))
    same_owner = License.group_id == license_.group_id
    found = doing.db.execute(select(License).where(License.id.in_(together), same_owner).order_by(License.id))
    return list(found.scalars()) or [license_]


def _wish(doing: Doing, license_: License, user: User | None, reason: str | None) -> _Wish:
    running = seats.live(doing, license_)
    question = Question(doing, license_, None, activation=running[-1] if running else None, reason=reason)
    code = _obstacle(doing, license_, user) if user is not None else None
    if code is not None:
        return _Wish(license_, question, Decision(outcome="deny", code=code))
    if license_.user_id is None or not _ever_ran(doing, license_):
        return _Wish(license_, question, ledger.nothing_to_decide())
    return _Wish(license_, question, question.decide("reassign"))


def _obstacle(doing: Doing, license_: License, user: User) -> str | None:
    if license_.state in (LicenseState.RECALLED, LicenseState.REVOKED):
        return "license_revoked"
    if license_.state == LicenseState.MERGED:
        return "license_merged"
    if license_.assigned:
        return "license_is_assigned"
    return membership_obstacle(doing, license_, user)


def _change(
    doing: Doing, wish: _Wish, user: User | None, reason: str | None, *, pcs_stay: bool, tell: bool
) -> None:
    license_, question = wish.license, wish.question
    before = doing.db.get(User, license_.user_id) if license_.user_id is not None else None
    running = seats.live(doing, license_)
    if before is not None and _ever_ran(doing, license_):
        question.done("reassign", question.activation)
        if not pcs_stay:
            for activation in running:
                ask_back(doing, license_, activation)
    tickets.claim(doing, license_)
    license_.user_id = user.id if user else None
    for ticket in doing.db.execute(_feeding(license_)).scalars():
        ticket.user_id = license_.user_id
    if before is not None:
        question.event(Happened.LICENSE_TAKEN_BACK, person=_name(before), reason=reason)
    if user is not None:
        question.event(Happened.LICENSE_ASSIGNED, person=_name(user))
    doing.db.flush()
    if tell and before is not None:
        is_running = bool(running) and not pcs_stay
        assignment_letters.taken_back(doing, license_, before, is_running=is_running, is_whole=True)
    if tell and user is not None:
        assignment_letters.assigned(doing, license_, user, is_whole=True)


def _feeding(license_: License) -> Select[Any]:
    fed = select(LicenseKey.ticket_id).where(LicenseKey.license_id == license_.id)
    return select(Ticket).where(Ticket.id.in_(fed), Ticket.group_id == license_.group_id).with_for_update()


def _ever_ran(doing: Doing, license_: License) -> bool:
    return bool(doing.db.execute(select(exists().where(Activation.license_id == license_.id))).scalar())


def _kind(user: User | None) -> Happened:
    return Happened.LICENSE_ASSIGNED if user is not None else Happened.LICENSE_TAKEN_BACK


def _name(user: User | None) -> str | None:
    return (user.name or user.signs_in_as) if user is not None else None
