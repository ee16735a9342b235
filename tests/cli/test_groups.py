"""`portal group`: a customer or a dealer whose first admin comes in by the mail's link."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from portal.brand import load_brand
from portal.brand.stationery import Stationery
from portal.db import open_database
from portal.files import keyring
from portal.jobs.mail import letter_of
from portal.models import Event, Group, GroupKind, Invitation, Mail
from portal.settings import from_environment
from tests.cli.conftest import Run

GOOD = "four wooden ducks, late\n"


def test_a_customer_is_added_once_and_its_first_admin_invited(run: Run, data: Path) -> None:
    run("keys", "create")
    run("user", "add", "vera@acme.example", "--name", "Vera", typed=GOOD)
    code, out, err = run("group", "add", "  Brandt   GmbH ", "--admin", "Cora@brandt.example")
    assert (code, err) == (0, "") and "cora@brandt.example is invited by mail" in out
    again = run("group", "add", "brandt gmbh", "--admin", "cora@brandt.example")
    assert again[0] == 1 and "has a brandt gmbh already" in again[2]
    settings = from_environment()
    with open_database(settings.database).reading() as db:
        group = db.execute(select(Group).where(Group.kind == GroupKind.CUSTOMER)).scalar_one()
        invitation = db.execute(select(Invitation)).scalar_one()
        mail = db.execute(select(Mail)).scalar_one()
        assert (group.name, group.is_person, group.path.count("/")) == ("Brandt GmbH", False, 3)
        assert f"/groups/{group.public_id}" in out
        assert (invitation.group_id, invitation.email, invitation.role) == (group.id, "cora@brandt.example", "admin")
        kinds = db.execute(select(Event.kind).order_by(Event.id)).scalars().all()
        assert kinds[-2:] == ["group.added", "invitation.made"]
        stationery = Stationery(load_brand(settings.brand), settings.url, settings.mail_from)
        letter = letter_of(keyring.load(settings.keys).vault, stationery, mail)
    assert "Tessel Works GmbH invites you to Brandt GmbH" in letter.text


def test_a_dealer_gets_customers_below(run: Run, data: Path) -> None:
    run("keys", "create")
    run("user", "add", "vera@acme.example", "--name", "Vera", typed=GOOD)
    run("group", "add", "CAD-Haus", "--dealer", "--admin", "rhea@cadhaus.example")
    dealer = run("group", "list")[1].split()[0]
    assert run("group", "add", "Falk", "--below", dealer, "--admin", "falk@falk.example")[0] == 0
    lines = run("group", "list")[1].splitlines()
    assert [line.split(maxsplit=1)[1] for line in lines] == ["dealer    CAD-Haus", "customer    Falk"]
    customer = lines[1].split()[0]
    for below in (customer, "nobody"):  # what is no dealer has no customers
        assert run("group", "add", "Other", "--below", below, "--admin", "a@b.example")[0] == 1
    assert len(run("group", "list")[1].splitlines()) == 2


def test_what_cannot_be_used_adds_nothing(run: Run, data: Path) -> None:
    for name, admin in (("Brandt", "nobody"), (" ", "a@b.example"), ("x" * 201, "a@b.example")):
        assert run("group", "add", name, "--admin", admin)[0] == 2
    assert not (data / "portal.db").exists()
    assert "There are no keys" in run("group", "add", "Brandt", "--admin", "a@b.example")[2]
