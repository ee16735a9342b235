"""Which licenses a reader sees, as ways that do not overlap: each follows one index, and their rows add up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor, below
from portal.models import Group, License, LicenseKey, Role

# A reseller's tree can be larger than what fits into a statement; then the database walks it.
MOST_GROUPS = 200

_user, _group = bindparam("user"), bindparam("group")
_groups, _shared, _tickets = (bindparam(name, expanding=True) for name in ("groups", "shared", "tickets"))
_someone_else = or_(License.user_id.is_(None), License.user_id != _user)
CONDITIONS: dict[str, ColumnElement[bool]] = {
    "group": License.group_id == _group,
    "groups": License.group_id.in_(_groups),
    # Mine outside of the one group that I look after: its rows are counted above, and the index passes over them.
    "mine_before": and_(License.user_id == _user, License.group_id < _group),
    "mine_after": and_(License.user_id == _user, License.group_id > _group),
    "mine_elsewhere": and_(License.user_id == _user, License.group_id.not_in(_groups)),
    "mine": License.user_id == _user,
    "shared": and_(License.group_id.in_(_shared), License.visible_to_group, _someone_else),
    "tickets": License.id.in_(select(LicenseKey.license_id).where(LicenseKey.ticket_id.in_(_tickets))),
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
    if actor.kind != "user":
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
    return Reach(tuple(ways), values)


def _looked_after(db: Session, actor: Actor) -> list[int]:
    """The groups in the trees that the reader is an administrator of."""
    trees = [place.path for place in actor.places if place.role == Role.ADMIN]
    if not trees:
        return []
    wanted = _TREE if len(trees) == 1 else select(Group.id).where(or_(*map(below, trees))).limit(MOST_GROUPS + 1)
    values = {"path": trees[0], "end": trees[0][:-1] + "0"} if len(trees) == 1 else {}
    return list(db.connection().execute(wanted, values).scalars())


_TREE = (
    select(Group.id).where(Group.path >= bindparam("path"), Group.path < bindparam("end")).limit(MOST_GROUPS + 1)
)
