"""What happened: one insert-only row each, in the transaction of the deed, and the chain that seals the rows."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.db import new_id
from portal.models import Event, Seal
from portal.rows import write

BATCH = 500
# Numbers are given before their rows are committed. An event this old has no earlier one still under way, because
# no request lasts as long; sealed too soon, a latecomer between sealed events would look like a forgery.
SETTLED = timedelta(minutes=2)


class Happened(StrEnum):
    """Everything that is recorded; a refusal is recorded under the kind that was asked for."""

    LICENSE_ISSUED = "license.issued"
    LICENSE_REGISTERED = "license.registered"
    LICENSE_RECALLED = "license.recalled"
    LICENSE_REVOKED = "license.revoked"
    LICENSE_MERGED = "license.merged"
    LICENSE_ASSIGNED = "license.assigned"
    LICENSE_TAKEN_BACK = "license.taken_back"
    LICENSE_SHARED = "license.shared"
    LICENSE_PROLONGED = "license.prolonged"
    LICENSE_OVERRIDDEN = "license.overridden"
    EMERGENCY_GRANTED = "license.emergency"
    DEMO_ASKED = "demo.asked"
    DEMO_GRANTED = "demo.granted"
    DEMO_CONTINUED = "demo.continued"
    DEVICE_ACTIVATED = "device.activated"
    DEVICE_WAITING = "device.waiting"
    DEVICE_DISMISSED = "device.dismissed"
    DEVICE_RESTORED = "device.restored"
    DEVICE_MOVED = "device.moved"
    DEVICE_REPAIRED = "device.repaired"
    DEVICE_CONFIRMED = "device.confirmed"
    DEVICE_RETURNED = "device.returned"
    DEVICE_BLOCKED = "device.blocked"
    DEVICE_LAPSED = "device.lapsed"
    DEVICE_LOST = "device.lost"
    DEVICE_FOUND = "device.found"
    RETURN_ASKED = "return.asked"
    RETURN_CANCELLED = "return.cancelled"
    RETURN_WRITTEN = "return.written"
    FILE_ISSUED = "file.issued"
    FILE_IMPORTED = "file.imported"
    STATE_MISMATCH = "state.mismatch"
    SEAT_ASSIGNED = "seat.assigned"
    SEAT_TAKEN_BACK = "seat.taken_back"
    SEATS_KEPT = "seats.kept"
    SEAT_CREDITED = "seat.credited"
    RULES_DRAFTED = "rules.drafted"
    RULES_PUBLISHED = "rules.published"
    RULES_ROLLED_BACK = "rules.rolled_back"
    RULES_ASSIGNED = "rules.assigned"
    RULES_REPLAYED = "rules.replayed"
    SESSION_OPENED = "session.opened"
    SESSION_REFUSED = "session.refused"
    SESSION_CLOSED = "session.closed"
    SESSIONS_ENDED = "sessions.ended"
    PASSWORD_ASKED = "password.asked"
    PASSWORD_RESET = "password.reset"
    PASSWORD_CHANGED = "password.changed"
    FACTOR_ADDED = "factor.added"
    FACTOR_RENAMED = "factor.renamed"
    FACTOR_REMOVED = "factor.removed"
    FACTORS_CLEARED = "factors.cleared"
    CODES_MADE = "codes.made"
    CODE_USED = "code.used"
    ACCOUNT_OPENED = "account.opened"
    ACCOUNT_CHANGED = "account.changed"
    ADDRESS_CHANGED = "address.changed"
    COMPANY_CONNECTED = "company.connected"
    COMPANY_DISCONNECTED = "company.disconnected"
    PROVIDER_SAVED = "provider.saved"
    PROVIDER_TRIED = "provider.tried"
    PROVIDER_SWITCHED = "provider.switched"
    PROVIDER_INSISTS = "provider.insists"
    PROVIDER_REMOVED = "provider.removed"
    DOMAIN_ASKED = "domain.asked"
    DOMAIN_VERIFIED = "domain.verified"
    DOMAIN_REMOVED = "domain.removed"
    TICKET_REFUSED = "ticket.refused"
    TICKETS_MAILED = "tickets.mailed"
    GUESSING_ALARM = "guessing.alarm"
    BATCH_STARTED = "batch.started"
    BATCH_STOPPED = "batch.stopped"
    BATCH_UNDONE = "batch.undone"
    MEMBERSHIP_ENTERED = "membership.entered"
    MEMBERSHIP_JOINED = "membership.joined"
    MEMBERSHIP_ROLE = "membership.role"
    MEMBERSHIP_MOVED = "membership.moved"
    MEMBERSHIP_SUSPENDED = "membership.suspended"
    MEMBERSHIP_RESUMED = "membership.resumed"
    MEMBERSHIP_ENDED = "membership.ended"
    MEMBERSHIP_SIGN_IN_LINK = "membership.sign_in_link"
    INVITATION_MADE = "invitation.made"
    INVITATION_SENT = "invitation.sent"
    INVITATION_WITHDRAWN = "invitation.withdrawn"
    GROUP_ADDED = "group.added"
    GROUP_RENAMED = "group.renamed"
    INVITATION_RESTORED = "invitation.restored"
    DEPARTMENT_ADDED = "department.added"
    REQUEST_MADE = "request.made"
    REQUEST_GRANTED = "request.granted"
    REQUEST_DECLINED = "request.declined"
    REQUEST_WITHDRAWN = "request.withdrawn"
    REQUEST_RESTORED = "request.restored"
    EXCEPTION_ASKED = "exception.asked"
    EXCEPTION_ANSWERED = "exception.answered"
    SUPPORT_ASKED = "support.asked"
    SUPPORT_ADDED = "support.added"
    SUPPORT_CLOSED = "support.closed"
    DESK_ANSWERED = "desk.answered"
    DESK_NOTED = "desk.noted"
    DESK_ASSIGNED = "desk.assigned"
    DESK_REFERRED = "desk.referred"
    DESK_REOPENED = "desk.reopened"
    CASE_CLOSED = "case.closed"
    STANDING_RULE_SET = "standing_rule.set"
    REMINDER_NAMED = "reminder.named"
    REMINDER_CONFIRMED = "reminder.confirmed"
    REMINDER_ENDED = "reminder.ended"


def record(
    db: Session,
    now: datetime,
    actor: Any,
    kind: Happened,
    *,
    code: str | None = None,
    refused: bool = False,
    group_id: int | None = None,
    license_id: int | None = None,
    activation_id: int | None = None,
    ticket_id: int | None = None,
    assignment_id: int | None = None,
    rule_version_id: int | None = None,
    **details: Any,
) -> None:
    """Write the event; `actor` is anything with `kind` and `user_id`, `details` must be plain JSON values."""
    write(
        db,
        Event,
        public_id=new_id(now),
        at=now,
        kind=kind.value,
        outcome="refused" if refused else "done",
        code=code,
        actor_kind=actor.kind,
        actor_id=actor.user_id,
        group_id=group_id,
        license_id=license_id,
        activation_id=activation_id,
        ticket_id=ticket_id,
        assignment_id=assignment_id,
        rule_version_id=rule_version_id,
        details={name: value for name, value in details.items() if value is not None},
    )


def seal(db: Session, now: datetime, salt: Callable[[str, str], bytes]) -> int:
    """Chain the next batch of settled events; returns how many. `salt` digests personal fields with a secret.

    The chain covers digests of the personal fields, never the fields, so that erasing a person keeps it whole.
    """
    last = db.execute(select(Seal).order_by(Seal.id.desc()).limit(1)).scalar()
    since = last.last_id if last else 0
    newer = db.execute(select(Event).where(Event.id > since).order_by(Event.id).limit(BATCH)).scalars()
    events = list(takewhile(lambda event: event.at <= now - SETTLED, newer))
    if not events:
        return 0
    digest = _chained(last.digest if last else b"", events, salt)
    db.add(Seal(first_id=events[0].id, last_id=events[-1].id, count=len(events), digest=digest, sealed_at=now))
    return len(events)


def first_broken(db: Session, salt: Callable[[str, str], bytes]) -> int | None:
    """The id of the first seal that no longer fits its events, or None when the trail is whole."""
    digest = b""
    for seal_ in db.execute(select(Seal).order_by(Seal.id)).scalars():
        span = Event.id.between(seal_.first_id, seal_.last_id)
        events = db.execute(select(Event).where(span).order_by(Event.id)).scalars().all()
        digest = _chained(digest, events, salt)
        if len(events) != seal_.count or not hmac.compare_digest(digest, seal_.digest):
            return seal_.id
    return None


def unsealed(db: Session) -> int:
    """How many events wait for their seal."""
    since = select(func.coalesce(func.max(Seal.last_id), 0)).scalar_subquery()
    return db.execute(select(func.count()).select_from(Event).where(Event.id > since)).scalar_one()


def _chained(digest: bytes, events: Any, salt: Callable[[str, str], bytes]) -> bytes:
    for event in events:
        plain = [
            event.id, event.at.isoformat(), event.kind, event.outcome, event.code, event.actor_kind, event.actor_id,
            event.group_id, event.license_id, event.activation_id, event.ticket_id, event.rule_version_id,
        ]  # fmt: skip
        if event.assignment_id is not None:  # events that knew none are sealed without a word about it
            plain.append(["assignment", event.assignment_id])
        personal = salt("event-details", json.dumps(event.details, sort_keys=True))
        digest = hashlib.sha256(digest + json.dumps(plain).encode() + personal).digest()
    return digest
