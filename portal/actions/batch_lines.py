"""The lines of a batch before anything is done: who is meant by each, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from portal.access import below, within
from portal.actions.assignments import free_to_assign, is_keeper_of
from portal.actions.doing import Doing
from portal.models import COUNTS, Assignment, BatchKind, Group, License, Membership, User
from portal.tables.reading import Line

AT_ONCE = 500  # people looked up with one statement
MOST_SEATS = 10_000


@dataclass(slots=True)
class Judged:
    """One line: what was typed, whom it means, and the code of what is wrong with it."""

    number: int
    given: dict[str, Any]
    problem: str | None = None
    user_id: int | None = None
    assignment_id: int | None = None


@dataclass(slots=True)
class Due:
    """A line that is to be done or undone, as the job reads it and writes it back."""

    id: int
    given: dict[str, Any]
    user_id: int | None
    assignment_id: int | None
    membership_id: int | None
    state: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the subtree, as far as lines can mean them."""

    user_id: int
    is_here: bool
    is_suspended: bool


@dataclass(slots=True)
class Roll:
    """The people that lines may mean, by address and by personnel number. Everybody else is unknown, wherever they
    are: a line tells nothing about other customers.
    """

    by_email: dict[str, Person] = field(default_factory=dict)
    by_number: dict[str, Person | None] = field(default_factory=dict)  # None: several people have it

    def find(self, given: Mapping[str, Any]) -> Person | None:
        if email := given.get("email"):
            return self.by_email.get(email.lower())
        return self.by_number.get(given.get("external_id", ""))


@dataclass(slots=True)
class Left:
    """The seats that the actor can still hand out: what is free, and what is kept for departments of theirs."""

    free: int
    kept: list[tuple[str, int]] = field(default_factory=list)  # path of the department, seats; the closest first

    @property
    def total(self) -> int:
        return self.free + sum(seats for _, seats in self.kept)

    def take(self, seats: int, paths: Iterable[str]) -> bool:
        """Take them as `assignments.assign` will; False where there are not so many for a person in these groups."""
        if seats <= self.free:
            self.free -= seats
            return True
        for at, (path, left) in enumerate(self.kept):
            if seats <= left and any(one.startswith(path) for one in paths):
                self.kept[at] = (path, left - seats)
                return True
        return False


def left_for(doing: Doing, license_: License) -> Left:
    """What the actor can hand out of this license."""
    rows = doing.db.execute(
        select(Group.path, Assignment.seats - Assignment.used)
        .join(Assignment, Assignment.group_id == Group.id)
        .where(Assignment.license_id == license_.id, Assignment.ended_at.is_(None))
        .order_by(func.length(Group.path).desc())
    )
    kept = [(path, seats) for path, seats in rows if any(place.rules_over(path) for place in doing.actor.places)]
    return Left(0 if is_keeper_of(doing, license_) else free_to_assign(license_), kept)


def handed_on(doing: Doing, license_: License) -> frozenset[int] | None:
    """The assignments that the actor may end: None is all of them; an admin of a department only those that were
    handed on from what is kept for it."""
    if not is_keeper_of(doing, license_):
        return None
    mine = select(Assignment.id).where(
        Assignment.license_id == license_.id, Assignment.ended_at.is_(None), Assignment.from_id.is_not(None)
    )
    return frozenset(doing.db.execute(mine.where(within(doing.actor, Assignment.id))).scalars())


def judge(doing: Doing, path: str, kind: str, license_: License, lines: Iterable[Line]) -> list[Judged]:
    """What each line would come to, in the order of the table."""
    db = doing.db
    judged = [Judged(line.number, dict(line.cells)) for line in lines]
    roll = _roll(db, path, judged)
    for one in judged:
        person = roll.find(one.given)
        one.problem = _unfit(one, person)
        one.user_id = person.user_id if person is not None else None
    holds = _holds(db, license_.id, [one.user_id for one in judged if one.user_id is not None])
    seen: dict[int, int] = {}
    left, ends = left_for(doing, license_), handed_on(doing, license_)
    places = _places(db, path, [one.user_id for one in judged if one.user_id]) if left.kept else {}
    for one in judged:
        if one.user_id is None or one.problem is not None and kind == BatchKind.ASSIGN:
            continue
        one.assignment_id = holds.get(one.user_id)
        if one.user_id in seen:
            one.problem, one.given["first"] = "line_twice", seen[one.user_id]
            continue
        seen[one.user_id] = one.number
        if kind == BatchKind.TAKE_BACK:
            # Whoever has left is the very one whose seat is to come back.
            may_end = one.assignment_id is not None and (ends is None or one.assignment_id in ends)
            one.problem = None if may_end else "line_no_seat"
        elif one.assignment_id is not None:
            one.problem = "line_has_seat"
        elif not left.take(int(one.given.get("seats", 1)), places.get(one.user_id, ())):
            one.problem = "seats_too_few"
    return judged


def _unfit(one: Judged, person: Person | None) -> str | None:
    given = one.given
    if not given.get("email") and not given.get("external_id"):
        return "line_without_person"
    seats = given.get("seats", "1")
    if not (seats.isascii() and seats.isdigit() and 1 <= int(seats[:6]) <= MOST_SEATS and len(seats) <= 6):
        return "line_seats_invalid"
    if person is None:
        return "person_unknown"
    if not person.is_here:
        return "person_suspended" if person.is_suspended else "person_left"
    return None


def _roll(db: Session, path: str, judged: list[Judged]) -> Roll:
    roll = Roll()
    emails = sorted({one.given["email"].lower() for one in judged if one.given.get("email")})
    numbers = sorted({one.given["external_id"] for one in judged if one.given.get("external_id")})
    for name, values in (("email", emails), ("number", numbers)):
        for at in range(0, len(values), AT_ONCE):
            some = values[at : at + AT_ONCE]
            for row in db.execute(_people(path, name, some)):
                person = Person(row.user_id, bool(row.here), row.here == 0 and row.ended_at is None)
                if name == "email":
                    roll.by_email[row.key] = person
                else:
                    known = roll.by_number.get(row.key, person)
                    roll.by_number[row.key] = person if known == person else None
    return roll


def _people(path: str, name: str, values: list[str]) -> Any:
    key = User.signs_in_as if name == "email" else Membership.external_id
    here = func.max(case((COUNTS, 1), else_=0))
    return (
        select(
            key.label("key"), Membership.user_id, here.label("here"), func.max(Membership.ended_at).label("ended_at")
        )
        .join(User, User.id == Membership.user_id)
        .join(Group, Group.id == Membership.group_id)
        .where(below(path), key.in_(values), or_(Membership.accepted_at.is_not(None), Membership.ended_at.is_not(None)))
        .group_by(key, Membership.user_id)
    )


def _holds(db: Session, license_id: int, users: list[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for at in range(0, len(users), AT_ONCE):
        rows = db.execute(
            select(Assignment.user_id, Assignment.id).where(
                Assignment.license_id == license_id,
                Assignment.ended_at.is_(None),
                Assignment.user_id.in_(users[at : at + AT_ONCE]),
            )
        )
        found |= {user_id: assignment_id for user_id, assignment_id in rows}
    return found


def _places(db: Session, path: str, users: list[int]) -> dict[int, list[str]]:
    """In which groups of the subtree each of them is."""
    found: dict[int, list[str]] = {}
    for at in range(0, len(users), AT_ONCE):
        rows = db.execute(
            select(Membership.user_id, Group.path)
            .join(Group, Group.id == Membership.group_id)
            .where(Membership.user_id.in_(users[at : at + AT_ONCE]), COUNTS, below(path))
        )
        for user_id, place in rows:
            found.setdefault(user_id, []).append(place)
    return found
