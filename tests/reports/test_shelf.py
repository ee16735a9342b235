"""The overview by shelves says the same as the way that looks at each license."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import filling, stock
from benchmarks.plan import World
from portal.access import Actor, Place
from portal.db import Database, open_database
from portal.files import keyring
from portal.models import Group, License, Role, User
from portal.reports import overview
from portal.reports.filters import Wanted
from portal.reports.reach import reach
from portal.site import system_clock
from tests.fixtures.databases import PostgresqlCopies, SqliteCopies

WORLD = World(licenses=400, customers=5, owned=160, probes=0)


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database with the world that is measured, in small."""
    copies: SqliteCopies | PostgresqlCopies = request.getfixturevalue(f"{request.param}_copies")
    keys = keyring.create(tmp_path / "keys")

    def fill(url: str) -> None:
        filling.fill(url, keys.vault, WORLD, system_clock(), lambda step: None)

    with copies.fresh(fill) as url, closing(open_database(url)) as database:
        with database.writing() as db:
            # A few of the reader's belong to other groups, some of which show theirs to every member.
            for number in range(1, 30):
                license_ = db.get_one(License, number)
                license_.group_id = stock.GROUP + number % 4
                license_.visible_to_group = number % 3 == 0
            for number in range(200, 240):
                license_ = db.get_one(License, number)
                license_.visible_to_group, license_.user_id = True, None
        yield database


def places(db, *groups: tuple[int, Role]) -> tuple[Place, ...]:  # type: ignore[no-untyped-def]
    found = []
    for id_, role in groups:
        group = db.get_one(Group, id_)
        found.append(Place(id_, group.public_id, group.name, group.kind, group.path, role, group.is_person))
    return tuple(found)


@pytest.mark.parametrize(
    "groups",
    [
        [],
        [(3, Role.ADMIN)],
        [(3, Role.MEMBER)],
        [(3, Role.ADMIN), (4, Role.MEMBER)],
        [(3, Role.ADMIN), (5, Role.ADMIN), (4, Role.MEMBER)],
        [(2, Role.ADMIN), (4, Role.MEMBER)],
    ],
    ids=["nobody's", "one group", "a member", "one and a member", "two and a member", "a reseller"],
)
def test_shelves_say_what_each_license_says(
    filled: Database, tmp_path: Path, groups: list[tuple[int, Role]]
) -> None:
    vault, now = keyring.load(tmp_path / "keys").vault, system_clock()
    with filled.reading() as db:
        reader = db.get_one(User, stock.READER)
        # On the vendor's staff, so that what is theirs stays theirs in whichever group it lies.
        everywhere = places(db, (1, Role.MEMBER), *groups)
        actor = Actor("user", reader.id, reader.public_id, places=everywhere)
        for product in ("", "atlas-cad", "ember-render", "no-such-product"):
            for page in (1, 2, 3, 9):
                asked = Wanted(product=product, page=page)
                told = overview.overview(db, vault, actor, asked, now)
                slowly = overview.searched(db, vault, actor, reach(db, actor), asked, now, overview.PAGE)
                assert [row.id for row in told.rows] == [row.id for row in slowly.rows]
                assert told == slowly
        assert told.owns_any
