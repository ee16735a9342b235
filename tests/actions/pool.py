"""A pool in one transaction: a customer with an admin, two departments and people, and one license with many seats."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.actions import activations, assignments, personal_keys
from portal.actions.assignments import Given
from portal.actions.devices import Machine
from portal.actions.seats import Outcome
from portal.models import Activation, Assignment, Group, License, LicenseKey, User
from tests.actions.estate import DEFAULT, Estate, Minted, program


@dataclass
class Pool:
    """`now` moves on by `later`; every deed is one at that moment."""

    estate: Estate
    brandt: Group
    design: Group
    tools: Group
    cora: User
    minted: Minted
    people: dict[str, User] = field(default_factory=dict)

    @property
    def license(self) -> License:
        return self.estate.db.get_one(License, self.minted.license.id)

    def person(self, name: str, group: Group | None = None, role: str = "member") -> User:
        found = self.people[name] = self.estate.user(name, group or self.brandt, role)
        return found

    def by(self, user: User | None = None, **more: float):  # type: ignore[no-untyped-def]
        return self.estate.doing(self.estate.actor(user or self.cora), **more)

    def later(self, **by: float) -> None:
        self.estate.now += timedelta(**by)

    def assign(self, user: User, by: User | None = None, **more: object) -> Given:
        return assignments.assign(self.by(by), self.license, user, **more)

    def take_back(self, assignment: Assignment, by: User | None = None, **more: object) -> Given:
        return assignments.take_back(self.by(by), self.license, assignment, **more)

    def seat(self, user: User, **more: object) -> Assignment:
        given = self.assign(user, **more)
        assert given.allowed and given.assignment is not None, given
        return given.assignment

    def start(self, machine: Machine, assignment: Assignment | None = None, how: str = "online") -> Outcome:
        """The program asks for a seat, with the license's own key or with the one made for this assignment."""
        caller = program(self.license)
        if assignment is not None:
            caller = Actor("program", license_id=self.license.id, assignment_id=assignment.id)
        doing = self.estate.doing(caller)
        return activations.activate(doing, self.license, machine, how=how, through=assignment)

    def key(self, assignment: Assignment) -> str:
        return personal_keys.of(self.by(), assignment) or ""

    def counters(self) -> tuple[int, int, int]:
        """Seats used, assigned, and used of the assigned ones."""
        self.estate.db.flush()
        self.estate.db.refresh(self.license)
        return self.license.used, self.license.assigned, self.license.used_assigned

    def hold(self) -> None:
        hold_kept_counters(self.estate.db, self.minted.license.id)

    def personal_keys(self) -> int:
        wanted = select(func.count()).where(LicenseKey.assignment_id.is_not(None))
        return self.estate.db.execute(wanted).scalar_one()


def pool_of(estate: Estate, quantity: int = 3, rules: str = DEFAULT) -> Pool:
    brandt = estate.group("Brandt Werkzeugbau")
    design, tools = (estate.group(name, brandt, "department") for name in ("Design", "Toolmaking"))
    cora = estate.user("Cora", brandt, "admin")
    minted = estate.mint(estate.article(rules=rules, quantity=quantity), brandt)
    return Pool(estate, brandt, design, tools, cora, minted)


def hold_kept_counters(db: Session, license_id: int) -> None:
    """Every counter of a license and of its assignments says what the rows say."""
    db.expire_all()
    license_ = db.get_one(License, license_id)
    holding = (Activation.ended_at.is_(None)) | (Activation.held_until.is_not(None))
    running = select(func.count()).where(Activation.license_id == license_id, holding)
    assert license_.used == db.execute(running).scalar_one()
    assert license_.used_assigned == db.execute(running.where(Activation.assignment_id.is_not(None))).scalar_one()
    rows = db.execute(select(Assignment).where(Assignment.license_id == license_id)).scalars().all()
    assert license_.assigned == sum(_keeps(one) for one in rows if one.from_id is None)
    for one in rows:
        if one.kind == "person":
            assert one.used == db.execute(running.where(Activation.assignment_id == one.id)).scalar_one()
        elif one.kind == "department":
            assert one.used == sum(_keeps(two) for two in rows if two.from_id == one.id)


def _keeps(assignment: Assignment) -> int:
    return assignment.seats if assignment.ended_at is None else assignment.used
