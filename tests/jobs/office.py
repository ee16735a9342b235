"""A customer with many people and a pool, written with few statements, and the admin who looks after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import insert, select

from portal.access import Actor
from portal.actions import batches, tickets, workers
from portal.actions.batch_lines import judge
from portal.actions.doing import Moment
from portal.db import new_id
from portal.doors import sessions
from portal.models import Assignment, Batch, BatchLine, Group, GroupKind, License, Mail, Membership, User
from portal.site import Site
from portal.tables.reading import read
from tests.actions.estate import Estate


@dataclass
class Office:
    """The customer, as tests speak of it: people are p0@office.example, p1@office.example and so on."""

    site: Site
    group_id: int
    license_id: int
    admin_id: int

    def admin(self) -> Actor:
        with self.site.database.reading() as db:
            return sessions.person(db, self.admin_id)

    def prepare(self, table: str | bytes, kind: str = "assign") -> int:
        """Bring a table; returns the batch."""
        actor = self.admin()
        with self.site.database.writing() as db:
            doing = Moment(db, actor, self.site.clock(), self.site.vault, self.site.stationery)
            group, license_ = db.get_one(Group, self.group_id), db.get_one(License, self.license_id)
            lines = read(table.encode() if isinstance(table, str) else table)
            judged = judge(doing, group.path, kind, license_, lines)
            return batches.prepare(doing, group, kind, license_, judged).id

    def ask(self, batch_id: int, verb: Callable[..., str], *more: object) -> str:
        """Start, stop or undo it, as the admin."""
        actor = self.admin()
        with self.site.database.writing() as db:
            doing = Moment(db, actor, self.site.clock(), self.site.vault, self.site.stationery)
            return verb(doing, db.get_one(Batch, batch_id), *more)

    def work(self, most: int = 1000) -> None:
        """Let the worker do what is due, so many jobs of it at most."""
        worker = workers.worker_of(self.site)
        for _ in range(most):
            if not worker.step():
                break

    def batch(self, batch_id: int) -> Batch:
        with self.site.database.reading() as db:
            return db.get_one(Batch, batch_id)

    def lines(self, batch_id: int) -> list[tuple[int, str, str | None]]:
        with self.site.database.reading() as db:
            rows = db.execute(
                select(BatchLine.number, BatchLine.state, BatchLine.problem)
                .where(BatchLine.batch_id == batch_id)
                .order_by(BatchLine.number)
            )
            return [tuple(row) for row in rows]

    def license(self) -> License:
        with self.site.database.reading() as db:
            return db.get_one(License, self.license_id)

    def holders(self) -> set[str]:
        """The addresses of those who have a seat now."""
        with self.site.database.reading() as db:
            wanted = select(User.email).join(Assignment, Assignment.user_id == User.id)
            return set(db.execute(wanted.where(Assignment.ended_at.is_(None))).scalars())

    def mails(self, kind: str) -> int:
        with self.site.database.reading() as db:
            return len(db.execute(select(Mail.id).where(Mail.kind == kind)).all())


def email(number: int) -> str:
    return f"p{number}@office.example"


def open_office(site: Site, people: int, seats: int, name: str = "Office Ltd") -> Office:
    """A customer with so many people in two departments, and a license with so many seats."""
    now = site.clock()
    with site.database.writing() as db:
        estate = Estate(db, site.vault, now)
        vendor = db.execute(select(Group).where(Group.kind == GroupKind.VENDOR)).scalar() or estate.group(
            "Vendor", kind="vendor"
        )
        group = estate.group(name, vendor)
        rooms = [estate.group(f"{name} room {n}", group, kind="department") for n in (1, 2)]
        admin = estate.user(f"Admin.{name.split()[0]}", group, "admin")
        article = db.execute(select(tickets.Article)).scalars().first() or estate.article()
        _, license_, _ = tickets.mint(estate.doing(), article, group, quantity=seats)
        add_people(db, [group, *rooms], people, now, name)
        return Office(site, group.id, license_.id, admin.id)


def add_people(db, groups: list[Group], count: int, now, name: str) -> None:  # type: ignore[no-untyped-def]
    """So many people, each in the customer and in one of its departments."""
    domain = "office.example" if name == "Office Ltd" else "elsewhere.example"
    rows = [
        {
            "public_id": new_id(now), "email": f"p{n}@{domain}", "name": f"Person {n:06d} of {name}",
            "created_at": now, "verified_at": now,
        }
        for n in range(count)
    ]  # fmt: skip
    ids: list[int] = []
    for at in range(0, count, 5000):
        ids += db.execute(insert(User).returning(User.id, sort_by_parameter_order=True), rows[at : at + 5000]).scalars()
    members = [
        {
            "public_id": new_id(now), "user_id": user_id, "group_id": group.id, "role": "member", "created_at": now,
            "accepted_at": now, "external_id": f"N-{at}" if group is groups[0] else None,
        }
        for at, user_id in enumerate(ids)
        for group in (groups[0], groups[1 + at % 2])
    ]  # fmt: skip
    for at in range(0, len(members), 5000):
        db.execute(insert(Membership), members[at : at + 5000])
