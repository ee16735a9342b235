"""Cases: recording that a device says something that does not fit. Nobody loses anything by it."""

from __future__ import annotations

from sqlalchemy import select

from portal import audit
from portal.actions import seats
from portal.actions.doing import Doing
from portal.audit import Happened
from portal.db import new_id
from portal.models import Activation, Conflict, License


def open_(
    doing: Doing, license_: License, activation: Activation | None, reason: str, digest: bytes | None
) -> Conflict:
    """The case for this reason; the same once more counts it up. The license must be locked."""
    mine = Conflict.activation_id == (activation.id if activation else None)
    found = doing.db.execute(
        select(Conflict).where(
            Conflict.license_id == license_.id, mine, Conflict.reason == reason, Conflict.closed_at.is_(None)
        )
    ).scalar()
    if found is not None:
        # The very same document, brought again by the same hand, is nothing new.
        found.times += found.digest != digest
        found.digest, found.last_at = digest, doing.now
        return found
    found = Conflict(
        public_id=new_id(doing.now),
        license_id=license_.id,
        activation_id=activation.id if activation else None,
        reason=reason,
        digest=digest,
        times=1,
        opened_at=doing.now,
        last_at=doing.now,
    )
    doing.db.add(found)
    doing.db.flush()
    audit.record(
        doing.db, doing.now, doing.actor, Happened.STATE_MISMATCH,
        group_id=license_.group_id, license_id=license_.id, activation_id=activation.id if activation else None,
        case=str(found.public_id), why=reason, device=seats.name(doing, activation) if activation else None,
    )  # fmt: skip
    return found
