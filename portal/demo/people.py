"""The people of the demo, and the passwords that everybody may know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from portal.access import Actor, Place
from portal.db import new_id
from portal.demo.staff import HEADS, STAFF
from portal.doors import passwords
from portal.models import Group, Membership, Role, User


@dataclass(frozen=True, slots=True)
class Part:
    """A person who has a part of their own; `role` says which, for scripts that look for one."""

    key: str
    name: str
    email: str
    group: str
    role: str


PARTS = (
    Part("vera", "Vera Hollmann", "vera.hollmann@tessel.example", "vendor", "vendor"),
    Part("rhea", "Rhea Albers", "rhea.albers@cadhaus-nord.example", "cadhaus", "reseller"),
    Part("cora", "Cora Brandt", "cora.brandt@brandt-maschinenbau.example", "brandt", "customer"),
    Part("eve", "Eve Lindqvist", "eve.lindqvist@posteo.example", "eve", "user"),
    Part("sid", "Sid Keller", "sid.keller@postfach.example", "sid", "stranger"),
)
# They own what the others must not see.
NEIGHBORS = (
    Part("merle", "Merle Falk", "merle@buero-falk.example", "office", "neighbor"),
    Part("anton", "Anton Weiss", "anton.weiss@lise-meitner.example", "school", "neighbor"),
)
COLLEAGUES = "brandt"  # one password for all of Cora's colleagues


def password(key: str) -> str:
    """The password of this person of the demo."""
    return f"{passwords.DEMO_WORDS}: {key}"


@cache
def hashes() -> Mapping[str, str]:
    """The hash of each password. Call it before a transaction begins: it takes a while."""
    keys = [*(part.key for part in (*PARTS, *NEIGHBORS)), COLLEAGUES]
    return {key: passwords.hashed(password(key), demo=True) for key in keys}


def move_in(db: Session, groups: Mapping[str, Group], now: datetime) -> dict[str, User]:
    """Add the people with their memberships; returns who has a part by its name, and the colleagues by theirs."""
    people: dict[str, User] = {}
    for part in (*PARTS, *NEIGHBORS):
        user = people[part.key] = _user(part.name, part.email, hashes()[part.key], now)
        db.add(user)
        db.flush()
        db.add(_membership(user, groups[part.group], Role.ADMIN, now))
    colleagues = [(_user(one.name, one.email, hashes()[COLLEAGUES], now), one) for one in STAFF]
    db.add_all(user for user, _ in colleagues)
    db.flush()
    for user, one in colleagues:
        people[one.name] = user
        db.add(_membership(user, groups["brandt"], Role.MEMBER, now))
        db.add(_membership(user, groups[one.department], Role.ADMIN if one.name in HEADS else Role.MEMBER, now))
    db.flush()
    return people


def actors(people: Mapping[str, User], groups: Mapping[str, Group]) -> dict[str, Actor]:
    """Each of them as whoever asks, in their own group."""
    found = {}
    for part in (*PARTS, *NEIGHBORS):
        user, group = people[part.key], groups[part.group]
        place = Place(group.id, group.public_id, group.name, group.kind, group.path, Role.ADMIN, group.is_person)
        found[part.key] = Actor("user", user.id, user.public_id, name=user.name, email=user.email, places=(place,))
    return found


def _user(name: str, email: str, password_hash: str, now: datetime) -> User:
    return User(
        public_id=new_id(now), email=email, name=name, password_hash=password_hash, created_at=now, verified_at=now
    )


def _membership(user: User, group: Group, role: Role, now: datetime) -> Membership:
    return Membership(
        public_id=new_id(now), user_id=user.id, group_id=group.id, role=role, created_at=now, accepted_at=now
    )
