"""What the vendor does by hand about the company sign-ins of customers."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from portal.db import new_id, open_database
from portal.models import Event, Group, GroupKind, Provider, ProviderDomain
from tests.cli.conftest import Run
from tests.fixtures.village import NOW


@pytest.fixture
def customer(run: Run, data: Path) -> Group:
    """A customer whose people come in through their company alone, with a domain that waits for its code."""
    run("keys", "create")
    run("db", "upgrade")
    with open_database(f"sqlite:///{data / 'portal.db'}").writing() as db:
        group = Group(public_id=new_id(NOW), path="/1/", kind=GroupKind.CUSTOMER, name="Brandt", created_at=NOW)
        db.add(group)
        db.flush()
        provider = Provider(
            public_id=new_id(NOW), group_id=group.id, name="Brandt", issuer="https://login.brandt.example",
            client_id="portal", is_on=True, only=True, created_at=NOW,
        )  # fmt: skip
        db.add(provider)
        db.flush()
        db.add(
            ProviderDomain(
                public_id=new_id(NOW), provider_id=provider.id, domain="brandt.example", mailbox="postmaster",
                asked_at=NOW,
            )
        )  # fmt: skip
    return group


def test_a_domain_is_confirmed_by_hand_once_its_customer_has_entered_it(
    run: Run, data: Path, customer: Group
) -> None:
    told = ("sign-in", "confirm", "Brandt.example", "--group", str(customer.public_id))
    assert run(*told) == (0, "brandt.example is confirmed for Brandt.\n", "")
    assert run(*told)[0] == 0
    assert "brandt.example  confirmed" in run("sign-in", "list")[1]
    with open_database(f"sqlite:///{data / 'portal.db'}").reading() as db:
        row = db.execute(select(ProviderDomain)).scalar_one()
        assert row.verified_at is not None and row.verified_by == "vendor"
        assert db.execute(select(Event.kind).where(Event.kind == "domain.verified")).scalars().all() == [
            "domain.verified"
        ]
    code, _, err = run("sign-in", "confirm", "other.example", "--group", str(customer.public_id))
    assert code == 1 and "has not entered" in err


def test_other_ways_are_allowed_again(run: Run, data: Path, customer: Group) -> None:
    assert run("sign-in", "allow", "--group", str(customer.public_id))[0] == 0
    with open_database(f"sqlite:///{data / 'portal.db'}").reading() as db:
        row = db.execute(select(Provider)).scalar_one()
        assert row.is_on and not row.only


@pytest.mark.parametrize("group", ["00000000-0000-7000-8000-000000000000", "Linde", "%"])
def test_a_customer_without_one_is_named(run: Run, customer: Group, group: str) -> None:
    code, _, err = run("sign-in", "allow", "--group", group)
    assert code == 1 and group in err and err.count("\n") == 1
