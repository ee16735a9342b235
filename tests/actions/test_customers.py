"""Customers and dealers that the vendor enters: in their place, once by name, with an admin who is invited."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.actions import customers, invitations
from portal.models import GroupKind, Invitation
from tests.actions.estate import Estate
from tests.actions.firm import Firm, founded
from tests.actions.traces import events

EMAIL = "falk@falk.example"


@pytest.fixture
def firm(estate: Estate) -> Firm:
    return founded(estate)


def test_it_hangs_below_the_dealer_and_its_admin_is_invited(firm: Firm) -> None:
    db = firm.estate.db
    group = customers.add(firm.by(None), firm.dealer, GroupKind.CUSTOMER, "Falk", EMAIL)
    assert group is not None
    assert (group.parent_id, group.path) == (firm.dealer.id, f"{firm.dealer.path}{group.id}/")
    assert [(one.kind, one.group_id) for one in events(db)][-2:] == [
        ("group.added", group.id), ("invitation.made", group.id),
    ]  # fmt: skip
    invitation = db.execute(select(Invitation)).scalar_one()
    assert (invitation.group_id, invitation.email, invitation.role) == (group.id, EMAIL, "admin")
    assert invitations.is_open(db, invitation, firm.estate.now)
    assert [one.recipient for one in firm.mails()] == [EMAIL]
    assert "Tessel Works GmbH invites you to Falk" in firm.text()


def test_a_name_that_is_there_already_leaves_nothing(firm: Firm) -> None:
    customers.add(firm.by(None), firm.dealer, GroupKind.CUSTOMER, "Falk", EMAIL)
    before = (len(events(firm.estate.db)), len(firm.mails()))
    assert customers.add(firm.by(None), firm.dealer, GroupKind.CUSTOMER, "FALK", "other@falk.example") is None
    assert (len(events(firm.estate.db)), len(firm.mails())) == before


def test_a_person_of_that_name_is_no_customer_of_that_name(firm: Firm) -> None:
    person = firm.estate.group("Falk", firm.dealer)
    person.is_person = True
    assert customers.add(firm.by(None), firm.dealer, GroupKind.CUSTOMER, "Falk", EMAIL) is not None
