"""The desk: answering what people ask, with words or with more than the rules give, and passing it to somebody."""

from __future__ import annotations

from uuid import UUID

from portal import audit
from portal.access import Asked, Place, ids_of
from portal.actions import demos, desk_letters, overrides, threads
from portal.actions.doing import Doing, Moment
from portal.actions.ledger import hold
from portal.audit import Happened
from portal.models import (
    WAITING,
    Conflict,
    License,
    Request,
    RequestKind,
    RequestState,
    Side,
    User,
)

ANSWERS = {
    "grant": RequestState.GRANTED, "answer": RequestState.GRANTED, "refuse": RequestState.REFUSED,
    "ask_back": RequestState.ASKED_BACK,
}  # fmt: skip
GRANTABLE = (RequestKind.EXCEPTION, RequestKind.DEMO)


def answer(
    doing: Doing, asked: Asked, said: str, words: str, *, by: Place, reason: str, key: UUID | None = None
) -> str | None:
    """Answer a request in one of ANSWERS; returns the code of what stands in the way.

    What is granted can be done at once: an exception is one more operation than the rules give, for which `reason`
    stands in the license's history.
    """
    request = asked.request
    if said == "grant" and request.kind == RequestKind.DEMO:
        return _demo(doing, request, words, by=by, key=key)
    # A move locks its license before anything else, and so does whoever lets one more of them happen.
    license_ = hold(doing.db, request.license_id)[0] if said == "grant" and request.license_id else None
    doing.db.refresh(request, with_for_update=True)
    if request.state not in WAITING:
        return "request_answered"
    if said == "grant" and (code := _allow(doing, request, license_, reason)) is not None:
        return code
    request.state = ANSWERS[said]
    if request.state not in WAITING:
        request.answered_at, request.answered_by_id = doing.now, doing.actor.user_id
    _say(doing, request, words, by=by, key=key)
    kind = Happened.EXCEPTION_ANSWERED if request.kind == RequestKind.EXCEPTION else Happened.DESK_ANSWERED
    _record(doing, request, kind, said=said)
    desk_letters.answered(doing, request, words)
    return None


def _demo(doing: Doing, request: Request, words: str, *, by: Place, key: UUID | None) -> str | None:
    """Yes to a demo; the mail about it tells the person where the ticket is."""
    if (code := demos.grant(doing, request)) is not None:
        return code
    _say(doing, request, words, by=by, key=key)
    _record(doing, request, Happened.DESK_ANSWERED, said="grant")
    return None


def _allow(doing: Doing, request: Request, license_: License | None, reason: str) -> str | None:
    """One more of what was refused, which the person can do at once."""
    if request.kind != RequestKind.EXCEPTION or license_ is None:
        return "nothing_to_grant"
    decided = request.decision or {}
    # The person who asked is told with the answer; somebody else who holds the license is told of the grant.
    is_theirs = license_.user_id in (None, request.user_id)
    quiet = Moment(doing.db, doing.actor, doing.now, doing.vault, None if is_theirs else doing.stationery)
    outcome = overrides.grant(quiet, license_, decided.get("as") or decided["operation"], 1, reason)
    return None if outcome.allowed else outcome.decision.code


def _say(doing: Doing, request: Request, words: str, *, by: Place, key: UUID | None) -> None:
    request.answer = words[:1000]
    doing.db.flush()
    if words:
        threads.say(doing, request, Side.DESK, words, key=key, group_id=by.group_id)


def note(doing: Doing, asked: Asked, words: str, *, by: Place, key: UUID | None = None) -> str | None:
    """Write down what only the desk reads."""
    doing.db.refresh(asked.request, with_for_update=True)
    if threads.is_full(doing, asked.request):
        return "thread_full"
    if threads.say(doing, asked.request, Side.INTERNAL, words, key=key, group_id=by.group_id) is not None:
        _record(doing, asked.request, Happened.DESK_NOTED)
    return None


def assign(doing: Doing, asked: Asked, to: User | None) -> None:
    """Say who looks after it, or that nobody does. Twice is once."""
    request, found = asked.request, to.id if to else None
    doing.db.refresh(request, with_for_update=True)
    if request.assigned_to_id != found:
        request.assigned_to_id = found
        _record(doing, request, Happened.DESK_ASSIGNED, person=to.name if to else None)


def refer(doing: Doing, asked: Asked) -> str | None:
    """Leave the answer to the vendor; returns the code of what stands in the way."""
    request, vendor = asked.request, ids_of(asked.desk.path)[0]
    doing.db.refresh(request, with_for_update=True)
    if request.state not in WAITING:
        return "request_answered"
    if request.desk_group_id != vendor:
        request.desk_group_id, request.assigned_to_id = vendor, None
        doing.db.flush()
        _record(doing, request, Happened.DESK_REFERRED)
        desk_letters.asked(doing, request, request.words)
    return None


def reopen(doing: Doing, asked: Asked) -> str | None:
    """Look at it once more. What was granted stays granted, and is asked for anew if it is to be more."""
    request = asked.request
    doing.db.refresh(request, with_for_update=True)
    if request.state in WAITING:
        return None
    if request.kind in GRANTABLE and request.state == RequestState.GRANTED:
        return "request_answered"
    request.state, request.answered_at, request.answered_by_id = RequestState.OPEN, None, None
    _record(doing, request, Happened.DESK_REOPENED)
    return None


def close_case(doing: Doing, case: Conflict, words: str) -> None:
    """Somebody looked at what did not fit, and says what it was. Twice is once."""
    doing.db.refresh(case, with_for_update=True)
    if case.closed_at is not None:
        return
    case.closed_at, case.closed_by_id, case.words = doing.now, doing.actor.user_id, words
    license_ = doing.db.get_one(License, case.license_id)
    audit.record(
        doing.db, doing.now, doing.actor, Happened.CASE_CLOSED, group_id=license_.group_id,
        activation_id=case.activation_id, case=str(case.public_id), why=case.reason,
    )  # fmt: skip


def _record(doing: Doing, request: Request, kind: Happened, **told: object) -> None:
    """What the desk does among itself is kept with the desk, out of the history that customers read."""
    is_shown = kind is Happened.EXCEPTION_ANSWERED
    audit.record(
        doing.db, doing.now, doing.actor, kind, group_id=request.group_id if is_shown else request.desk_group_id,
        license_id=request.license_id if is_shown else None, request=str(request.public_id), of=request.kind, **told,
    )  # fmt: skip
