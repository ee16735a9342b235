"""Which licenses a reader sees, as ways that do not overlap: each follows one index, and their rows add up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, not_, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor, at_home, below, visible_in_part
from portal.models import Group, License, LicenseKey, Role
from portal.reports.among import among
from portal.reports.own_seats import has_any
from portal.rows import Ready

# A reseller's tree can be larger than what fits into a statement; then the database walks it.
MOST_GROUPS = 200

_user, _group = bindparam("user"), bindparam("group")
_someone_else = or_(License.user_id.is_(None), License.user_id != _user)
CONDITIONS: dict[str, ColumnElement[bool]] = {
    "group": License.group_id == _group,
    "groups": among(License.group_id, "groups"),
    # Mine outside of the one group that I look after: its rows are counted above, and the index passes over them.
    "mine_before": and_(License.user_id == _user, License.group_id < _group),
    "mine_after": and_(License.user_id == _user, License.group_id > _group),
    "mine_elsewhere": and_(License.user_id == _user, not_(among(License.group_id, "groups"))),
    "mine": License.user_id == _user,
    "shared": and_(among(License.group_id, "shared"), License.visible_to_group, _someone_else),
    "seats": among(License.id, "seats"),
    "tickets": License.id.in_(select(LicenseKey.license_id).where(among(LicenseKey.ticket_id, "tickets"))),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """The names of the conditions to ask, one after the other, with their values."""

    ways: tuple[str, ...]
    values: dict[str, Any] = field(default_factory=dict)


def reach(db: Session, actor: Actor) -> Reach | None:
    """What this reader sees, as `access.visible` says it; None where only that says it."""
    if actor.kind == "ticket":
        return Reach(("tickets",), {"tickets": actor.ticket_ids})
    if actor.kind != "user" or actor.acting is not None or _holds_elsewhere(db, actor):
        return None
    groups = _looked_after(db, actor)
    if len(groups) > MOST_GROUPS:
        return None
    shared = sorted({place.group_id for place in actor.places} - set(groups))
    values: dict[str, Any] = {"user": actor.user_id}
    if len(groups) == 1:
        ways, values = ["group", "mine_before", "mine_after"], {**values, "group": groups[0]}
    elif groups:
        ways, values = ["groups", "mine_elsewhere"], {**values, "groups": groups}
    else:
        ways = ["mine"]
    if shared:
        ways, values = [*ways, "shared"], {**values, "shared": shared}
    if seats := _seats_elsewhere(db, actor, groups, shared):
        ways, values = [*ways, "seats"], {**values, "seats": seats}
    return Reach(tuple(ways), values)


def _holds_elsewhere(db: Session, actor: Actor) -> bool:
    """Whether something of theirs is out of their reach, because it belongs to a group that they left."""
    if not actor.places:
        return True
    if len(actor.places) == 1:
        # Nearly everybody has one group, and holds what lies in it: two looks into the index say so.
        home = {"user": actor.user_id, "group": actor.places[0].group_id}
        if not _BEFORE.all(db, **home) and not _AFTER.all(db, **home):
            return False
    gone = select(License.id).where(License.user_id == actor.user_id, ~at_home(actor, License.group_id))
    return db.execute(gone.limit(1)).first() is not None


_BEFORE = Ready(select(License.id).where(License.user_id == _user, License.group_id < _group).limit(1))
_AFTER = Ready(select(License.id).where(License.user_id == _user, License.group_id > _group).limit(1))


def _seats_elsewhere(db: Session, actor: Actor, groups: list[int], shared: list[int]) -> list[int]:
    """The licenses that they have a seat of and see in no other way."""
    if not has_any(db, actor):
        return []
    seen = or_(
        License.group_id.in_(groups),
        and_(License.user_id.is_not(None), License.user_id == actor.user_id),
        and_(License.group_id.in_(shared), License.visible_to_group),
    )
    return list(db.execute(select(License.id).where(visible_in_part(actor), ~seen).order_by(License.id)).scalars())


def _looked_after(db: Session, actor: Actor) -> list[int]:
    """The groups in the trees that the reader is an administrator of."""
    trees = [place.path for place in actor.places if place.role == Role.ADMIN]
    if not trees:
        return []
    if len(trees) == 1:
        return [group for (group,) in _TREE.all(db, path=trees[0], end=trees[0][:-1] + "0")]
    wanted = select(Group.id).where(or_(*map(below, trees))).limit(MOST_GROUPS + 1)
    return list(db.connection().execute(wanted).scalars())


_TREE = Ready(
    select(Group.id).where(Group.path >= bindparam("path"), Group.path < bindparam("end")).limit(MOST_GROUPS + 1)
)
