"""Reminders: who is named, who has to say yes first, and that each end is told of three times and no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.actions import reminders
from portal.actions.doing import Moment
from portal.brand import load_brand
from portal.brand.stationery import Stationery
from portal.jobs import mail
from portal.models import Event, Group, License, LicenseState, Mail, Membership, ReminderAddress, ReminderSent, User
from portal.settings import SHIPPED_BRAND
from tests.actions.estate import Estate


@pytest.fixture(scope="module")
def stationery() -> Stationery:
    return Stationery(load_brand(SHIPPED_BRAND), "https://licenses.tessel.example")


class Town:
    """A customer with an admin, a department, and a license that ends."""

    def __init__(self, estate: Estate, stationery: Stationery) -> None:
        self.estate, self.stationery = estate, stationery
        self.company = estate.group("Brandt")
        self.department = estate.group("Design", self.company, "department")
        self.admin = estate.user("Cora", self.company, "admin")
        self.license = estate.mint(estate.article(), self.department).license

    def ends_in(self, **span: float) -> License:
        self.license.ends_at = self.estate.now + timedelta(**span)
        self.estate.db.flush()
        return self.license

    def as_admin(self) -> Moment:
        moment = self.estate.doing(self.estate.actor(self.admin))
        return Moment(moment.db, moment.actor, moment.now, moment.vault, self.stationery)

    def name(self, email: str, group: Group | None = None) -> str | None:
        return reminders.name(self.as_admin(), group or self.company, email, "de")

    def address(self) -> ReminderAddress:
        return self.estate.db.execute(select(ReminderAddress)).scalar_one()

    def night(self, **later: float) -> list[str]:
        """Whom that night's run writes to."""
        before = len(self.mails())
        now = self.estate.now + timedelta(**later)
        reminders.remind(self.stationery, self.estate.db, now, self.estate.vault, {})
        return [one.recipient for one in self.mails()[before:]]

    def mails(self) -> list[Mail]:
        self.estate.db.flush()
        return list(self.estate.db.execute(select(Mail).order_by(Mail.id)).scalars())

    def text(self) -> str:
        letter = mail.letter_of(self.estate.vault, self.stationery, self.mails()[-1])
        assert letter is not None
        return letter.text

    def kinds(self) -> list[str]:
        self.estate.db.flush()
        return list(self.estate.db.execute(select(Event.kind).order_by(Event.id)).scalars())


@pytest.fixture
def town(estate: Estate, stationery: Stationery) -> Town:
    return Town(estate, stationery)


def test_each_end_is_told_of_thirty_seven_and_one_day_ahead(town: Town) -> None:
    town.ends_in(days=31)
    told = [len(town.night(hours=hours)) for hours in range(0, 31 * 24 + 48, 6)]
    assert sum(told) == 3
    sent = town.estate.db.execute(select(ReminderSent.days).order_by(ReminderSent.id)).scalars().all()
    assert sent == [30, 7, 1]


def test_who_buys_late_is_told_once_and_not_three_times(town: Town) -> None:
    town.ends_in(hours=20)
    assert town.night() == ["cora@example.com"] and town.night() == []
    assert "Cora" in town.text() and "/licenses/" in town.text()


def test_a_term_that_moved_is_told_of_anew(town: Town) -> None:
    town.ends_in(days=5)
    assert town.night()
    town.ends_in(days=370)
    assert town.night() == []
    assert town.night(days=345) == ["cora@example.com"]


def test_maintenance_counts_and_an_end_says_it_once(town: Town) -> None:
    town.license.maintenance_until = town.estate.now + timedelta(days=6)
    town.estate.db.flush()
    assert town.night() == ["cora@example.com"] and "maintenance" in town.text()
    other = town.estate.mint(town.estate.article("CADPRO-2"), town.company).license
    other.ends_at = other.maintenance_until = town.estate.now + timedelta(days=3)
    town.estate.db.flush()
    assert town.night() == ["cora@example.com"]
    assert town.text().count("CAD Pro, Brandt") == 1


def test_several_ends_come_in_one_mail(town: Town) -> None:
    town.ends_in(days=3)
    for number in range(60):
        other = town.estate.mint(town.estate.article(f"MORE-{number}"), town.company).license
        other.ends_at = town.estate.now + timedelta(days=2)
    town.estate.db.flush()
    assert town.night() == ["cora@example.com"]
    assert town.mails()[-1].subject == "61 licenses end soon" and "and 11 more" in town.text()


def test_what_was_taken_away_ends_no_more(town: Town) -> None:
    town.ends_in(days=3).state = LicenseState.REVOKED
    town.estate.db.flush()
    assert town.night() == []


def test_a_colleague_is_reminded_at_once_instead_of_the_admins(town: Town) -> None:
    town.estate.user("Max", town.department)
    assert town.name("max@example.com") is None
    assert town.address().confirmed_at is not None and town.mails() == []
    town.ends_in(days=3)
    assert town.night() == ["max@example.com"]
    assert town.kinds().count("reminder.named") == 1


def test_a_stranger_is_asked_and_reads_nothing_before_the_yes(town: Town) -> None:
    assert town.name("buying@shop.example") is None
    (asked,) = town.mails()
    assert (asked.recipient, asked.kind, asked.user_id, asked.language) == (
        "buying@shop.example", "reminder_asked", None, "de",
    )  # fmt: skip
    assert "CAD" not in town.text()
    town.ends_in(days=3)
    assert town.night() == ["cora@example.com"], "until then the admin"
    reminders.confirm(town.as_admin(), town.address())
    reminders.confirm(town.as_admin(), town.address())
    town.ends_in(days=4)
    assert town.night() == ["buying@shop.example"]
    assert "/licenses/" not in town.text() and "/reminders/confirmation/" in town.text()
    assert town.kinds().count("reminder.confirmed") == 1


def test_the_link_belongs_to_one_address_and_ends_with_it(town: Town) -> None:
    town.name("buying@shop.example")
    token = reminders.token_of(town.estate.vault, town.address().public_id)
    assert reminders.by_token(town.estate.db, town.estate.vault, token) is town.address()
    assert reminders.by_token(town.estate.db, town.estate.vault, token[:-1] + "x") is None
    assert reminders.by_token(town.estate.db, town.estate.vault, "") is None
    reminders.end(town.as_admin(), town.address())
    assert reminders.by_token(town.estate.db, town.estate.vault, token) is None
    assert town.kinds()[-1] == "reminder.ended"


def test_the_same_address_is_named_once(town: Town) -> None:
    town.name("buying@shop.example")
    assert town.name("buying@shop.example") == "already_reminded"
    assert len(town.mails()) == 1


def test_nobody_is_asked_by_mail_without_end(town: Town) -> None:
    codes = []
    for number in range(25):
        codes.append(town.name(f"a{number}@shop.example"))
        for address in town.estate.db.execute(select(ReminderAddress)).scalars().all():
            reminders.end(town.as_admin(), address)
    assert codes == [None] * reminders.MOST + ["too_many_addresses"] * 5
    assert len(town.mails()) == reminders.MOST


def test_the_closest_group_that_names_somebody_decides(town: Town) -> None:
    town.estate.user("Max", town.department)
    town.estate.user("Ida", town.department)
    town.name("ida@example.com")
    town.name("max@example.com", town.department)
    town.ends_in(days=3)
    assert town.night() == ["max@example.com"]


def test_who_left_is_not_written_to_any_more(town: Town) -> None:
    user: User = town.estate.user("Max", town.department)
    town.name("max@example.com")
    membership = town.estate.db.execute(select(Membership).where(Membership.user_id == user.id)).scalar_one()
    membership.ended_at = town.estate.now
    town.ends_in(days=3)
    assert town.night() == ["cora@example.com"]


def test_what_hangs_above_the_customer_is_told_nothing(estate: Estate, stationery: Stationery) -> None:
    dealer = estate.group("Dealer", kind="reseller")
    estate.user("Rhea", dealer, "admin")
    customer = estate.group("Brandt", dealer)
    license_ = estate.mint(estate.article(), customer).license
    license_.ends_at = estate.now + timedelta(days=3)
    estate.db.flush()
    reminders.remind(stationery, estate.db, estate.now, estate.vault, {})
    estate.db.flush()
    assert estate.db.execute(select(Mail)).scalars().all() == []
