"""The people of a customer with 100,000 of them: pages and searches in as many statements as for a handful."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from portal.db import Database, migrate, open_database
from portal.files import keyring
from portal.models import License
from portal.reports import holdings, pool, seating
from portal.reports.seating import Wanted
from portal.reports.tally import tally
from tests.actions.estate import Estate
from tests.fixtures.clock import Clock

FEW, MANY = 60, 100_000

# The database makes them up itself: handing over so many rows would take longer than what is tested.
NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :many)",
    "postgresql": "WITH numbers(n) AS (SELECT generate_series(1, :many))",
}
ID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}


@contextmanager
def counted() -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection, _cursor, statement: str, *_: object) -> None:  # type: ignore[no-untyped-def]
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def crowd(database: Database, keys: Path, clock: Clock, many: int) -> tuple[int, str]:
    """A customer with so many people, every second with a seat; returns the license and the customer's path."""
    kind = "sqlite" if database.sqlite else "postgresql"
    with database.writing() as db:
        estate = Estate(db, keyring.load(keys).vault, clock())
        group = estate.group("Large Ltd", estate.group("Vendor", kind="vendor"))
        room = estate.group("Design", group, kind="department")
        license_ = estate.mint(estate.article(), group, quantity=many).license
        facts = {"many": many, "now": clock().isoformat(" ")[:19], "license": license_.id, "group": group.id}
        facts["room"] = room.id
        now = "CAST(:now AS timestamp)" if kind == "postgresql" else ":now"

        def put(statement: str) -> None:
            said = statement.format(numbers=NUMBERS[kind], id=ID[kind], now=now)
            names = {name: value for name, value in facts.items() if f":{name}" in said}
            db.execute(text(said), names)

        put(
            "INSERT INTO users (public_id, email, name, created_at, verified_at) {numbers} "
            "SELECT {id}, 'p' || n || '@large.example', 'Person ' || n, {now}, {now} FROM numbers"
        )
        for place in (":group", ":room"):
            put(
                "INSERT INTO memberships (public_id, user_id, group_id, role, created_at, accepted_at) "
                f"SELECT {{id}}, id, {place}, 'member', {{now}}, {{now}} FROM users"
            )
        put(
            "INSERT INTO assignments (public_id, license_id, kind, user_id, seats, used, made_at) "
            "SELECT {id}, :license, 'person', id, 1, 0, {now} FROM users WHERE id % 2 = 0"
        )
        db.execute(text("UPDATE licenses SET assigned = (SELECT count(*) FROM assignments)"))
        if kind == "postgresql":
            db.execute(text("ANALYZE"))
        return license_.id, group.path


@pytest.fixture
def path(database: Database, keys: Path, clock: Clock) -> tuple[int, str]:
    return crowd(database, keys, clock, MANY)


def asked(db: Session, license_id: int, path: str, clock: Clock) -> dict[str, int]:
    """How many statements each question costs."""
    license_ = db.get_one(License, license_id)
    questions = {
        "first page": lambda: seating.seating(db, license_id, path, Wanted()),
        "deep page": lambda: seating.seating(db, license_id, path, Wanted(page=1500)),
        "search": lambda: seating.seating(db, license_id, path, Wanted(search="ERSON 99")),
        "without": lambda: seating.seating(db, license_id, path, Wanted(seat="without", order="department")),
        "tally": lambda: tally(db, license_, clock()),
        "who has what": lambda: holdings.holdings(db, path, holdings.Wanted(page=3), clock()),
        "who, searched": lambda: holdings.holdings(db, path, holdings.Wanted(search="p77", state="unused"), clock()),
        "pool": lambda: pool.shelves(db, path, clock()),
        "departments": lambda: pool.departments(db, path),
    }
    costs = {}
    for name, ask in questions.items():
        begun = time.process_time()
        with counted() as said:
            ask()
        costs[name] = len(said)
        assert time.process_time() - begun < 5, name
    return costs


@pytest.mark.timeout(400)
def test_a_hundred_thousand_people_cost_as_many_statements_as_a_few(
    database: Database, keys: Path, clock: Clock, path: tuple[int, str], request: pytest.FixtureRequest
) -> None:
    kind = "sqlite" if database.sqlite else "postgresql"
    with request.getfixturevalue(f"{kind}_copies").fresh(migrate) as url:
        few = open_database(url)
        small = crowd(few, keys, clock, FEW)
        with few.reading() as db:
            expected = asked(db, *small, clock)
        few.close()
    with database.reading() as db:
        assert asked(db, *path, clock) == expected
        found = seating.seating(db, *path, Wanted(search="ERSON 99999"))
        assert [(one.name, one.department) for one in found.rows] == [("Person 99999", "Design")]
        assert seating.seating(db, *path, Wanted()).total == MANY
        assert seating.seating(db, *path, Wanted(seat="without")).total == MANY // 2
        assert len(seating.seating(db, *path, Wanted(page=2000)).rows) == 50
        assert holdings.holdings(db, path[1], holdings.Wanted(), clock()).total == MANY // 2
    assert max(expected.values()) <= 5
