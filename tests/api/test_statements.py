"""How many statements a page costs: the same for fifty licenses as for five thousand, for two PCs as for thirty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, insert, select
from sqlalchemy.orm import Session

from portal.actions import tickets
from portal.db import Base
from portal.files import tickets as codes
from portal.models import Activation, Device, License, LicenseKey, Ticket
from tests.actions.estate import Estate, Minted, pc
from tests.api.calling import Visitor
from tests.api.running import Running

FEW, MANY = 50, 5_000


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements of this process while the block runs; nobody else is at work in it."""
    said: list[str] = []

    def note(_connection, _cursor, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def copied(db: Session, row: Base, changes: list[dict[str, Any]]) -> list[int]:
    """As many copies of a row as there are changes, each with its own; returns their ids."""
    table = type(row)
    kept = {column.name: getattr(row, column.name) for column in table.__table__.columns if column.name != "id"}
    own = [kept | ({"public_id": uuid4()} if "public_id" in kept else {}) | change for change in changes]
    return list(db.execute(insert(table).returning(table.id, sort_by_parameter_order=True), own).scalars())


def add_licenses(estate: Estate, like: Minted, many: int) -> None:
    """As if each had been minted with its ticket and started on a PC, but in a few statements."""
    db, vault = estate.db, estate.vault
    license_, ticket = db.get_one(License, like.license.id), db.get_one(Ticket, like.ticket.id)
    key = db.execute(select(LicenseKey).where(LicenseKey.license_id == license_.id)).scalar_one()
    activation = db.execute(select(Activation).where(Activation.license_id == license_.id)).scalar_one()
    device, first = db.get_one(Device, activation.device_id), db.query(License).count()
    lookups = [tickets.ticket_lookup(vault, codes.mint()) for _ in range(many)]
    license_ids = copied(db, license_, [{}] * many)
    sealed = [{"lookup": lookup, "cipher": vault.seal("ticket", like.code.encode(), lookup)} for lookup in lookups]
    ticket_ids = copied(db, ticket, sealed)
    fed = zip(lookups, license_ids, ticket_ids, strict=True)
    copied(db, key, [{"lookup": at, "hint": at, "license_id": its, "ticket_id": id_} for at, its, id_ in fed])
    named = [{"fingerprint": f"fp-{first + n}", "name": f"DESK-{first + n}"} for n in range(many)]
    runs = zip(license_ids, copied(db, device, named), strict=True)
    copied(db, activation, [{"license_id": id_, "device_id": device_id, "line": uuid4()} for id_, device_id in runs])


@pytest.fixture
def running(running_on_both: Running) -> Running:
    return running_on_both


def test_the_overview_of_five_thousand_costs_what_that_of_fifty_costs(running: Running) -> None:
    with running.estate() as estate:
        group = estate.group()
        visitor = Visitor(running.url, {"session": estate.session(estate.user("Cora", group, role="admin"))})
        like = estate.mint(estate.article(), group)
        assert estate.run_on(like.license, pc("first")).allowed
        add_licenses(estate, like, FEW - 1)
    costs = []
    for more in (MANY - FEW, 0):
        visitor.get("/licenses")  # what is read once per process is read now
        with counted() as said:
            page = visitor.get("/licenses")
        assert page.status == 200 and page.text.count('class="license"') == FEW
        costs.append(said)
        if more:
            with running.estate() as estate:
                add_licenses(estate, like, more)
    few, many = costs
    assert len(few) == len(many) <= 15, many


def test_a_license_page_with_thirty_pcs_costs_what_one_with_two_costs(running: Running) -> None:
    costs = []
    with running.estate() as estate:
        group = estate.group()
        visitor = Visitor(running.url, {"session": estate.session(estate.user("Cora", group, role="admin"))})
        licenses = [
            estate.mint(estate.article(f"CADPRO-{seats}", quantity=seats), group).license for seats in (2, 30)
        ]
        for license_ in licenses:
            for number in range(license_.quantity):
                assert estate.run_on(license_, pc(f"{license_.quantity}-{number}")).allowed
            assert estate.run_on(license_, pc(f"{license_.quantity}-waiting")).waiting
    for license_ in licenses:
        visitor.get(f"/licenses/{license_.public_id}")
        with counted() as said:
            page = visitor.get(f"/licenses/{license_.public_id}")
        assert page.status == 200 and f"DESK-{license_.quantity}-0" in page.text
        costs.append(said)
    few, many = costs
    assert len(few) == len(many) <= 40, many
