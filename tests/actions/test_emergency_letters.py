"""What is written when somebody is stuck: to them at once and before it ends, and to the vendor in the morning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select

from portal.access import Actor, held_on
from portal.actions import emergencies, losses, morning
from portal.actions.ledger import hold
from portal.brand import load_brand
from portal.brand.stationery import Letter, Stationery
from portal.models import Device, Emergency, License, LossKind, Mail, User
from portal.settings import SHIPPED_BRAND
from tests.actions.estate import Estate, Minted, pc
from tests.actions.test_emergencies import REFUSING
from tests.actions.test_letters import URL, Writing

TONIGHT = datetime(2026, 11, 20, 21, 50, tzinfo=UTC)
SIX = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)  # o'clock in Berlin


@pytest.fixture(scope="module")
def stationery() -> Stationery:
    return Stationery(load_brand(SHIPPED_BRAND), URL)


@pytest.fixture
def town(estate: Estate, stationery: Stationery) -> Writing:
    return Writing(estate.db, estate.vault, TONIGHT, stationery)


@pytest.fixture
def eve(town: Writing) -> User:
    return town.user("Eve", town.group("Eve"))


@pytest.fixture
def minted(town: Writing, eve: User) -> Minted:
    town.article(rules=REFUSING)
    found = town.held_by(eve)
    found.license.state = "registered"
    town.run_on(found.license, pc(1), days=3)
    return found


def take(town: Writing, minted: Minted, eve: User, words: str = "") -> License:
    hold(town.db, minted.license.id)
    doing = town.doing(Actor(kind="user", user_id=eve.id, name=eve.name))
    granted = emergencies.grant(doing, minted.license, words)
    assert granted.license is not None, granted.decision
    return granted.license


def told(town: Writing, kind: str) -> list[Mail]:
    return [one for one in town.mails() if one.kind == kind]


def letter(town: Writing, kind: str) -> Letter:
    return town.letter(town.mails().index(told(town, kind)[-1]))


def tell(town: Writing, now: datetime) -> int:
    """The morning's work at this moment; how many morning mails there are afterwards."""
    morning.tell(town.stationery, town.db, now, town.vault, {})
    return len(told(town, "morning"))


def warn(town: Writing, now: datetime) -> int:
    morning.warn(town.stationery, town.db, now, town.vault, {})
    return len(told(town, "emergency_ends"))


@pytest.mark.parametrize("language", ["en", "de"])
def test_whoever_took_one_is_told_at_once(town: Writing, minted: Minted, eve: User, language: str) -> None:
    eve.language = language
    made = take(town, minted, eve)
    [mail] = told(town, "emergency")
    said = letter(town, "emergency")
    assert mail.recipient == "eve@example.com" and said.language == language
    assert "CAD Pro" in said.subject
    assert f"{URL}/licenses/{made.public_id}" in said.text and f"{URL}/licenses/{made.public_id}" in said.html
    assert "22:50" in said.text and "22:50" in said.html


def test_the_key_stands_in_no_mail(town: Writing, minted: Minted, eve: User) -> None:
    take(town, minted, eve)
    for number in range(len(town.mails())):
        said = town.letter(number)
        assert minted.code not in said.text + said.html


def test_before_it_ends_they_are_told_once(town: Writing, minted: Minted, eve: User) -> None:
    made = take(town, minted, eve)
    ends = TONIGHT + timedelta(days=7)
    assert warn(town, ends - timedelta(days=1, seconds=1)) == 0
    assert warn(town, ends - timedelta(days=1)) == 1 and warn(town, ends - timedelta(hours=2)) == 1
    said = letter(town, "emergency_ends")
    assert "It runs on no PC." in said.text and f"{URL}/licenses/{minted.license.public_id}" in said.text
    assert made.ends_at == ends


def test_one_that_runs_no_longer_than_a_day_needs_no_word(town: Writing, eve: User) -> None:
    town.article(rules=REFUSING.replace('duration = "P7D"', 'duration = "P1D"'))
    minted = town.held_by(eve)
    take(town, minted, eve)
    assert warn(town, TONIGHT + timedelta(minutes=1)) == 0
    assert town.db.execute(select(Emergency.warned_at)).scalar_one() is not None


def test_in_the_morning_the_vendor_reads_who_was_stuck_and_why(town: Writing, minted: Minted, eve: User) -> None:
    take(town, minted, eve, "The stand opens at eight.")
    assert tell(town, SIX - timedelta(seconds=1)) == 0
    assert tell(town, SIX) == 1 and tell(town, SIX + timedelta(hours=3)) == 1
    [mail] = told(town, "morning")
    said = letter(town, "morning")
    assert mail.recipient == load_brand(SHIPPED_BRAND).morning_email
    assert said.subject == "1 emergency since yesterday"
    for text in ("CAD Pro", "Group of Eve", "Eve", "Move: used up (moves)", "The stand opens at eight."):
        assert text in said.text and text in said.html
    assert f"{URL}/vendor/emergencies" in said.text
    assert tell(town, SIX + timedelta(days=1)) == 1


def test_the_mail_says_what_comes_again(town: Writing, minted: Minted, eve: User) -> None:
    first = take(town, minted, eve)
    tell(town, SIX)
    assert "for this license" not in letter(town, "morning").text
    town.run_on(first, pc(2))
    town.now = TONIGHT + timedelta(days=20)
    take(town, minted, eve)
    assert tell(town, SIX + timedelta(days=20)) == 2
    said = letter(town, "morning")
    assert "2 times for this license in a year" in said.text and "2 times for this license in a year" in said.html


def test_what_happens_during_the_day_is_told_the_next_morning(town: Writing, minted: Minted, eve: User) -> None:
    town.now = SIX + timedelta(hours=4)
    take(town, minted, eve)
    assert tell(town, SIX + timedelta(hours=5)) == 0
    assert tell(town, SIX + timedelta(days=1)) == 1


def test_stolen_pcs_are_told_of_too_and_only_those(town: Writing, eve: User) -> None:
    home = town.group("Home")
    owner = town.user("Olga", home, "admin")
    for number, kind in enumerate((LossKind.STOLEN, LossKind.LOST, LossKind.BROKEN), 1):
        own = town.own(town.article(f"CADPRO-{number}"), owner, home)
        town.run_on(own.license, pc(number), days=400)
        device = town.db.execute(select(Device).where(Device.name == f"DESK-{number}")).scalar_one()
        doing = town.doing(town.actor(owner))
        losses.report(doing, device, kind, held_on(town.db, doing.actor, device))
    assert tell(town, SIX) == 1
    said = letter(town, "morning").text
    assert "DESK-1" in said and "DESK-2" not in said and "DESK-3" not in said
    assert tell(town, SIX + timedelta(days=1)) == 1


@pytest.mark.parametrize("language", ["en", "de"])
def test_one_mail_tells_of_the_whole_pc(town: Writing, language: str) -> None:
    home = town.group("Home")
    owner = town.user("Olga", home, "admin")
    owner.language = language
    for sku, rules in (("CADPRO-1", REFUSING), ("CADPRO-2", REFUSING.replace("limit = 0", "limit = 1"))):
        own = town.own(town.article(sku, rules.replace('"group"', '"license"')), owner, home)
        town.run_on(own.license, pc(1), days=3)
    device = town.db.execute(select(Device)).scalar_one()
    doing = town.doing(town.actor(owner))
    before = len(town.mails())
    loss = losses.report(doing, device, LossKind.LOST, held_on(town.db, doing.actor, device)).loss
    assert [one.kind for one in town.mails()[before:]] == ["lost"]
    said = letter(town, "lost")
    assert said.language == language and "DESK-1" in said.subject
    assert f"{URL}/losses/{loss.public_id}" in said.text and said.text.count("CAD Pro") == 2


def test_the_morning_mail_goes_to_support_where_no_other_address_is_named(
    town: Writing, minted: Minted, eve: User
) -> None:
    brand = load_brand(SHIPPED_BRAND)
    town.stationery = Stationery(msgspec.structs.replace(brand, morning_email=""), URL)
    take(town, minted, eve)
    tell(town, SIX)
    assert told(town, "morning")[0].recipient == brand.support_email
