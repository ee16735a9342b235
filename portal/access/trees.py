"""Subtrees of groups as conditions: a path lists the ids from the root, so a subtree is a range of paths."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select

from portal.access.actors import Actor
from portal.models import Group


def below(path: str) -> ColumnElement[bool]:
    """The groups of this subtree, its root included."""
    # "/1/4/" up to but without "/1/40": the character after "/" is "0".
    return and_(Group.path >= path, Group.path < path[:-1] + "0")


def ids_of(path: str) -> tuple[int, ...]:
    """The groups from the root down to this one."""
    return tuple(int(part) for part in path.split("/") if part)


def at_home(actor: Actor, group_id: ColumnElement[int]) -> ColumnElement[bool]:
    """That a group is one of the actor's own, above one of them or below one: what somebody holds of a group that they
    left, or from which they are suspended, is out of their reach."""
    above = sorted({id_ for place in actor.places for id_ in ids_of(place.path)})
    trees = [place.path for place in actor.places]
    ways: list[ColumnElement[bool]] = [group_id.in_(above)]
    if trees:
        ways.append(group_id.in_(select(Group.id).where(or_(*map(below, trees)))))
    return or_(*ways)


def is_at_home(actor: Actor, path: str) -> bool:
    """The same for one group."""
    return any(path.startswith(place.path) or place.path.startswith(path) for place in actor.places)
