"""Where a reader can go: the entries of the masthead, for whoever they are and the group they look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from portal.access import Place, desks
from portal.models import Group, Request, RequestKind, RequestState, Role
from portal.rows import Ready

if TYPE_CHECKING:
    from portal.web.visit import Visit

# Pages that belong to an entry although their addresses stand beside it.
BESIDE = {
    "people": ("newcomers", "invitations"),
    "pool": ("batches", "assignments"),
    "desk": ("vendor/emergencies", "vendor/insights"),
}


# Pressed after g, a key leads to its entry.
KEYS = {
    "licenses": "l", "people": "p", "pool": "o", "requests": "r", "desk": "d", "rules": "u", "transfers": "t",
    "register": "n",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `name` says which words it has, `count` how much waits there, `key` what is pressed after g."""

    name: str
    path: str
    is_here: bool
    is_within: bool
    count: int = 0

    @property
    def key(self) -> str | None:
        return KEYS.get(self.name)


def entries(visit: Visit) -> tuple[Entry, ...]:
    """What this reader has a use for, in the order of the masthead."""
    actor = visit.actor
    found = [("licenses", "/licenses", 0)]
    looked_after = admin_place(visit)
    if looked_after is not None:
        base = f"/groups/{looked_after.public_id}"
        found.append(("people", f"{base}/members", 0))
        if looked_after.is_inside_customer:
            found += [("pool", f"{base}/pool", 0), ("requests", f"{base}/requests", _waiting(visit, looked_after))]
    elif any(place.is_inside_customer and not place.is_person for place in _places(visit)):
        found.append(("requests", "/requests", 0))
    if desks(actor):
        found.append(("desk", "/desk", _on_desk(visit)))
    if actor.reads_rules:
        found.append(("rules", "/vendor/rules", 0))
    found.append(("transfers", "/transfers", 0))
    if actor.kind == "ticket" and visit.site.brand.registration == "open":
        found.append(("account", "/register", 0))
    if actor.kind == "user":
        found.append(("register", "/tickets/redemption", 0))
    here = visit.place or visit.path
    return tuple(
        Entry(name, path, visit.path == path, _is_within(here, name, path), count) for name, path, count in found
    )


def admin_place(visit: Visit) -> Place | None:
    """The group whose people and pool the masthead leads to: the one they look at, or the first they look after."""
    places = [place for place in _places(visit) if place.role == Role.ADMIN and not place.is_person]
    inside = [place for place in places if place.is_inside_customer]
    return next(iter(inside or places), None)


def switchable(visit: Visit) -> tuple[Place, ...]:
    """The groups between which a person can switch; nobody with one alone has to."""
    places = visit.actor.places
    return places if len(places) > 1 else ()


def _is_within(here: str, name: str, path: str) -> bool:
    base = path.rpartition("/")[0]
    within = [path, *(f"{base}/{beside}" for beside in BESIDE.get(name, ()))]
    return any(here == one or here.startswith(f"{one}/") for one in within)


def _places(visit: Visit) -> tuple[Place, ...]:
    return (visit.actor.acting,) if visit.actor.acting else visit.actor.places


def _waiting(visit: Visit, place: Place) -> int:
    """How many requests wait for an answer; nothing is said where the page has no database."""
    if visit.db is None:
        return 0
    return int(_OPEN.scalar(visit.db, path=place.path, end=place.path[:-1] + "0"))


def _on_desk(visit: Visit) -> int:
    """How many requests wait for the answer of a desk that the reader works at."""
    if visit.db is None:
        return 0
    return sum(
        int(_ON_DESK.scalar(visit.db, path=place.path, end=place.path[:-1] + "0")) for place in desks(visit.actor)
    )


_ON_DESK = Ready(
    select(func.count())
    .select_from(Request)
    .join(Group, Group.id == Request.group_id)
    .where(
        Group.path >= bindparam("path"), Group.path < bindparam("end"), Request.kind != RequestKind.SEAT.value,
        Request.state == RequestState.OPEN,
    )
)  # fmt: skip
_OPEN = Ready(
    select(func.count())
    .select_from(Request)
    .join(Group, Group.id == Request.group_id)
    .where(
        Group.path >= bindparam("path"),
        Group.path < bindparam("end"),
        Request.kind == RequestKind.SEAT.value,
        Request.state == RequestState.OPEN.value,
    )
)
