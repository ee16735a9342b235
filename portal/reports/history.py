"""The timeline of a license: its events, newest first, as the reader may see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor, within
from portal.models import Event as Row
from portal.models import User
from portal.reports.shapes import Event, State

SHOWN = 30

_SHAPES = {
    "license.issued": State.EXPIRED,
    "license.registered": State.EXPIRED,
    "license.recalled": State.REVOKED,
    "license.revoked": State.REVOKED,
    "license.merged": State.MERGED,
    "license.emergency": State.EMERGENCY,
    "device.waiting": State.WAITING,
    "device.confirmed": State.ACTIVE,
    "device.blocked": State.REVOKED,
    "device.lost": State.REVOKED,
    "device.found": State.ACTIVE,
    "return.asked": State.RETURNING,
    "return.written": State.RETURNING,
    "file.issued": State.TRANSFER,
    "file.imported": State.ACTIVE,
    "state.mismatch": State.DECISION,
    "seat.assigned": State.ACTIVE,
    "seat.taken_back": State.RETURNING,
    "license.assigned": State.ACTIVE,
    "license.taken_back": State.RETURNING,
    "request.made": State.WAITING,
    "request.granted": State.ACTIVE,
    "request.declined": State.REFUSED,
}


def history(
    db: Session, actor: Actor, license_id: int, *, most: int = SHOWN, is_part: bool = False,
    names_people: bool = True,
) -> tuple[tuple[Event, ...], int]:
    """The newest events of a license, and how many more there are; of one that the reader sees only in part, those of
    their own seats, and to whoever looks after nobody no other people's."""
    mine = Row.license_id == license_id
    if is_part:
        mine = and_(mine, within(actor, Row.assignment_id))
    elif not names_people:
        mine = and_(mine, or_(Row.assignment_id.is_(None), within(actor, Row.assignment_id)))
    total = db.execute(select(func.count()).select_from(Row).where(mine)).scalar_one()
    found = db.execute(
        select(Row, User.name)
        .outerjoin(User, User.id == Row.actor_id)
        .where(mine)
        .order_by(Row.at.desc(), Row.id.desc())
        .limit(most)
    ).all()
    return tuple(shown(row, name, actor) for row, name in found), max(0, total - len(found))


def shown(row: Row, name: str | None, actor: Actor) -> Event:
    """One event for this reader: the holder of a ticket reads no names of people."""
    who, named = row.actor_kind, name
    if row.actor_id is not None:
        is_me = actor.user_id is not None and row.actor_id == actor.user_id
        who, named = ("you", None) if is_me else ("person", None if actor.kind == "ticket" else name)
    refused = row.outcome == "refused"
    return Event(
        at=row.at,
        kind=row.kind,
        outcome=row.outcome,
        shape=State.REFUSED if refused else _SHAPES.get(row.kind),
        params=_params(row.details, row.code),
        actor=who,
        actor_name=named,
        reason=row.details.get("reason"),
    )


def _params(details: dict[str, Any], code: str | None) -> dict[str, Any]:
    params = dict(details)
    if code:
        params["code"] = code
    if moment := params.get("next_allowed_at"):
        params["next_allowed_at"] = datetime.fromisoformat(moment)
    return params
