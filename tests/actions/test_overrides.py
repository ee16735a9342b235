"""Overrides: the vendor grants a license more than the rules do; it is an entry of the ledger, an event and a mail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.access import Actor
from portal.actions import activations, overrides
from portal.actions.ledger import Question
from portal.actions.seats import live
from portal.brand import load_brand
from portal.brand.stationery import Stationery
from portal.jobs import mail
from portal.models import License, Mail
from portal.settings import SHIPPED_BRAND
from tests.actions.estate import Estate, Minted, pc
from tests.actions.traces import events, everything, last_event, ledger, newest, told

ONCE = (
    'name = "Once"\ntime_zone = "Europe/Berlin"\n[[allowance]]\nname = "moves"\noperations = ["rehost"]\nlimit = 1\n'
    '[[cooldown]]\nbefore = "rehost"\nafter = "rehost"\nperiod = "P30D"\nexempt_reasons = ["hardware_failure"]\n'
)


@pytest.fixture
def vera(estate: Estate) -> Actor:
    vendor = estate.group("Tessel Works", kind="vendor")
    return estate.actor(estate.user("Vera", vendor, "admin"))


@pytest.fixture
def minted(estate: Estate) -> Minted:
    group = estate.group()
    minted = estate.own(estate.article(rules=ONCE), estate.user("Eve", group), group)
    assert estate.run_on(minted.license, pc(1), days=100).allowed
    return minted


def moved(estate: Estate, minted: Minted, **ago: float) -> str:
    """Eve says that the PC is gone; what the rules answer."""
    doing = estate.doing(Actor(kind="user", user_id=minted.license.user_id), **ago)
    [activation] = live(doing, minted.license)
    reason = "hardware_failure"
    return activations.reactivate(doing, minted.license, activation, None, reason=reason).decision.code


def left(estate: Estate, minted: Minted, operation: str = "rehost") -> int:
    question = Question(estate.doing(), minted.license, None, evidence="declaration")
    return question.decide(operation).remaining["moves"]


def test_an_override_is_an_entry_of_the_ledger_with_actor_reason_and_amount(
    estate: Estate, minted: Minted, vera: Actor
) -> None:
    before = len(ledger(estate.db, minted.license))
    assert overrides.grant(estate.doing(vera), minted.license, "rehost", 2, " goodwill ").allowed
    *_, entry = ledger(estate.db, minted.license)
    assert len(ledger(estate.db, minted.license)) == before + 1
    assert (entry.operation, entry.grants, entry.amount, entry.reason) == ("override", "rehost", 2, "goodwill")
    assert (entry.actor, entry.user_id, entry.at) == ("user", vera.user_id, estate.now)
    event = last_event(estate.db)
    assert told(event) == ("license.overridden", "done", None, "user")
    assert event.license_id == minted.license.id
    assert event.details == {"grants": "rehost", "amount": 2, "reason": "goodwill"}


def test_what_was_used_up_is_possible_again_and_what_is_left_says_so(
    estate: Estate, minted: Minted, vera: Actor
) -> None:
    assert moved(estate, minted, days=50) == "ok"
    assert moved(estate, minted) == "allowance_exhausted"
    assert left(estate, minted) == 0
    overrides.grant(estate.doing(vera), minted.license, "rehost", 1, "goodwill")
    assert left(estate, minted) == 1
    assert moved(estate, minted) == "ok"
    assert left(estate, minted) == 0


def test_it_is_of_its_license_and_operation_alone(estate: Estate, minted: Minted, vera: Actor) -> None:
    other = estate.mint(estate.article("OTHER", rules=ONCE), estate.group("Muster AG"))
    overrides.grant(estate.doing(vera), minted.license, "repair", 1, "goodwill")
    overrides.grant(estate.doing(vera), other.license, "rehost", 1, "goodwill")
    assert left(estate, minted) == 1


def test_a_declared_reason_is_recorded_in_the_ledger(estate: Estate, minted: Minted) -> None:
    """Twice within the 30 days: the exempt reason ends the wait, and stands in the ledger of the move."""
    assert moved(estate, minted, days=1) == "ok"
    *_, entry = ledger(estate.db, minted.license)
    assert (entry.operation, entry.reason) == ("rehost", "hardware_failure")


@pytest.mark.parametrize(
    ("operation", "amount", "reason"),
    [("fly", 1, "x"), ("override", 1, "x"), ("rehost", 0, "x"), ("rehost", 101, "x"), ("rehost", 1, "  ")]
    + [("rehost", 1, "x" * 201)],
)
def test_what_makes_no_sense_leaves_only_an_event(
    estate: Estate, minted: Minted, vera: Actor, operation: str, amount: int, reason: str
) -> None:
    before, since = everything(estate.db), newest(estate.db)
    outcome = overrides.grant(estate.doing(vera), minted.license, operation, amount, reason)
    assert outcome.decision.code == "override_invalid"
    assert everything(estate.db) == before
    assert [told(event) for event in events(estate.db, since)] == [
        ("license.overridden", "refused", "override_invalid", "user")
    ]


def test_pressed_twice_it_is_granted_once(estate: Estate, minted: Minted, vera: Actor) -> None:
    for is_again in (False, True):
        outcome = overrides.grant(estate.doing(vera), minted.license, "rehost", 1, "goodwill", seen=0)
        assert outcome.allowed and outcome.again is is_again
    assert overrides.granted(estate.db, minted.license) == 1


def test_who_did_not_see_the_grant_of_a_colleague_is_told(estate: Estate, minted: Minted, vera: Actor) -> None:
    overrides.grant(estate.doing(vera), minted.license, "rehost", 1, "goodwill", seen=0)
    outcome = overrides.grant(estate.doing(vera), minted.license, "rehost", 3, "a long story", seen=0)
    assert outcome.decision.code == "form_stale"
    assert overrides.granted(estate.db, minted.license) == 1


def test_the_owner_gets_a_mail_with_the_reason(estate: Estate, minted: Minted, vera: Actor) -> None:
    stationery = Stationery(load_brand(SHIPPED_BRAND), "https://licenses.tessel.example")
    doing = replace(estate.doing(vera), stationery=stationery)
    overrides.grant(doing, minted.license, "rehost", 2, "goodwill")
    estate.db.flush()
    eve, confirmed = estate.db.execute(select(Mail).order_by(Mail.id)).scalars()
    assert (eve.user_id, confirmed.user_id) == (estate.db.get_one(License, minted.license.id).user_id, vera.user_id)
    letter = mail.letter_of(estate.vault, stationery, eve)
    assert letter is not None and letter.subject.endswith("grants more for CAD Pro")
    for text in (letter.text, letter.html):
        assert "Moves: 2 more." in text and "goodwill" in text and "by Vera" in text


def test_a_refusal_writes_to_nobody(estate: Estate, minted: Minted, vera: Actor) -> None:
    stationery = Stationery(load_brand(SHIPPED_BRAND), "https://licenses.tessel.example")
    doing = replace(estate.doing(vera), stationery=stationery)
    assert not overrides.grant(doing, minted.license, "rehost", 0, "goodwill").allowed
    assert estate.db.execute(select(Mail.id)).scalar() is None
