"""How many statements a page costs: the same for fifty licenses as for five thousand, for one PC as for a hundred."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, insert

from portal.actions import tickets
from portal.files import tickets as codes
from portal.models import Activation, ActivationState, Article, Device, Group, License, LicenseKey, LicenseState, Ticket
from tests.actions.estate import Estate, pc
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


def add_licenses(estate: Estate, article: Article, group: Group, many: int) -> None:
    """As if each had been minted with its ticket and runs on a PC, but in a few statements."""
    start = estate.db.query(License).count()

    def fill(table: type, **values: object) -> list[int]:
        rows = [{name: made(n) if callable(made) else made for name, made in values.items()} for n in range(many)]
        return list(estate.db.execute(insert(table).returning(table.id, sort_by_parameter_order=True), rows).scalars())

    stamp = {"public_id": lambda _: uuid4(), "created_at": estate.now}
    written = [codes.mint() for _ in range(many)]
    lookups = [tickets.ticket_lookup(estate.vault, code) for code in written]
    keys = [tickets.key_lookup(estate.vault, code) for code in written]
    sealed = [estate.vault.seal("ticket", code.encode(), at) for code, at in zip(written, lookups, strict=True)]
    owner = {"group_id": group.id, **stamp}
    ticket_ids = fill(Ticket, lookup=lambda n: lookups[n], cipher=lambda n: sealed[n], **owner)
    license_ids = fill(
        License, article_id=article.id, quantity=1, used=1, state=LicenseState.ISSUED, seen_at=estate.now, **owner
    )
    fill(
        LicenseKey, license_id=lambda n: license_ids[n], ticket_id=lambda n: ticket_ids[n], lookup=lambda n: keys[n],
        cipher=b"not read by this page", created_at=estate.now,
    )  # fmt: skip
    device_ids = fill(
        Device, fingerprint=lambda n: f"fp-{start + n}", components={}, name=lambda n: f"DESK-{start + n}",
        seen_at=estate.now, **owner,
    )  # fmt: skip
    fill(
        Activation, public_id=lambda _: uuid4(), license_id=lambda n: license_ids[n], device_id=lambda n: device_ids[n],
        line=lambda _: uuid4(), generation=1, state=ActivationState.ACTIVE, started_at=estate.now, seen_at=estate.now,
    )  # fmt: skip


@pytest.fixture
def running(running_on_both: Running) -> Running:
    return running_on_both


def test_the_overview_of_five_thousand_costs_what_that_of_fifty_costs(running: Running) -> None:
    with running.estate() as estate:
        article, group = estate.article(), estate.group()
        visitor = Visitor(running.url, {"session": estate.session(estate.user("Cora", group, role="admin"))})
        add_licenses(estate, article, group, FEW)
    costs = []
    for more in (MANY - FEW, 0):
        visitor.get("/licenses")  # what is read once per process is read now
        with counted() as said:
            page = visitor.get("/licenses")
        assert page.status == 200 and page.text.count('class="license"') == FEW
        costs.append(said)
        if more:
            with running.estate() as estate:
                add_licenses(estate, estate.db.merge(article), estate.db.merge(group), more)
    few, many = costs
    assert len(few) == len(many) <= 15, many


def test_a_license_page_with_a_hundred_pcs_costs_what_one_with_two_costs(running: Running) -> None:
    costs = []
    with running.estate() as estate:
        group = estate.group()
        visitor = Visitor(running.url, {"session": estate.session(estate.user("Cora", group, role="admin"))})
        licenses = [
            estate.mint(estate.article(f"CADPRO-{seats}", quantity=seats), group).license for seats in (2, 100)
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
