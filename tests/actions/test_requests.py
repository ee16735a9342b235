"""Asking for a seat, answering, and the rules that answer in advance: what is written, told, and left alone."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from portal.actions import requests
from portal.actions.doing import Moment
from portal.brand import load_brand
from portal.brand.stationery import Stationery
from portal.models import (
    Assignment,
    Event,
    Group,
    License,
    Mail,
    Product,
    Request,
    RequestState,
    StandingRule,
    User,
)
from portal.reports import requests as reports
from portal.settings import SHIPPED_BRAND
from tests.actions.estate import Estate


@dataclass
class Office:
    """A customer with a pool of CAD Pro, its admin and a colleague in a department."""

    estate: Estate
    stationery: Stationery
    company: Group
    department: Group
    admin: User
    colleague: User
    pool: License

    def as_(self, user: User, **ago: float) -> Moment:
        moment = self.estate.doing(self.estate.actor(user), **ago)
        return Moment(moment.db, moment.actor, moment.now, moment.vault, self.stationery)

    @property
    def product(self) -> Product:
        return self.estate.db.execute(select(Product)).scalar_one()

    def ask(self, words: str = "For line 4.") -> Request:
        request, code = requests.ask(self.as_(self.colleague), self.department, self.product, words)
        assert request is not None, code
        return request

    def seats(self) -> int:
        live = select(func.count()).select_from(Assignment).where(Assignment.ended_at.is_(None))
        return self.estate.db.execute(live).scalar_one()

    def kinds(self) -> list[str]:
        self.estate.db.flush()
        return list(self.estate.db.execute(select(Event.kind).order_by(Event.id)).scalars())

    def mails(self) -> list[tuple[str, str]]:
        self.estate.db.flush()
        mails = self.estate.db.execute(select(Mail).order_by(Mail.id)).scalars()
        return [(mail.kind, mail.recipient) for mail in mails]


@pytest.fixture(scope="module")
def stationery() -> Stationery:
    return Stationery(load_brand(SHIPPED_BRAND), "https://licenses.tessel.example")


@pytest.fixture
def office(estate: Estate, stationery: Stationery) -> Office:
    company = estate.group("Brandt")
    department = estate.group("Design", company, "department")
    admin, colleague = estate.user("Cora", company, "admin"), estate.user("Max", department)
    pool = estate.mint(estate.article(), company, quantity=3).license
    return Office(estate, stationery, company, department, admin, colleague, pool)


def test_a_request_waits_and_the_admin_above_is_told(office: Office) -> None:
    request = office.ask()
    assert (request.state, request.words, office.seats()) == (RequestState.OPEN, "For line 4.", 0)
    assert office.kinds()[-1] == "request.made"
    assert office.mails() == [("seat_asked", "cora@example.com")]


def test_the_departments_own_admin_is_told_first(office: Office) -> None:
    office.estate.user("Dora", office.department, "admin")
    office.ask()
    assert office.mails() == [("seat_asked", "dora@example.com")]


def test_asking_twice_is_asking_once(office: Office) -> None:
    assert office.ask() is office.ask("Again.")
    assert office.kinds().count("request.made") == 1 and len(office.mails()) == 1


def test_what_no_pool_has_cannot_be_asked_for(office: Office) -> None:
    office.pool.ends_at = office.estate.now
    office.estate.db.flush()
    assert requests.ask(office.as_(office.colleague), office.department, office.product, "") == (
        None, "not_offered_here",
    )  # fmt: skip
    assert "request.made" not in office.kinds()


def test_a_yes_gives_the_seat(office: Office) -> None:
    request = office.ask()
    assert requests.grant(office.as_(office.admin), office.department, request) is None
    assert (request.state, request.answered_by_id) == (RequestState.GRANTED, office.admin.id)
    seat = office.estate.db.get_one(Assignment, request.assignment_id)
    assert (seat.user_id, seat.license_id, seat.seats) == (office.colleague.id, office.pool.id, 1)
    assert office.kinds()[-2:] == ["seat.assigned", "request.granted"]
    assert office.mails()[-1] == ("assigned", "max@example.com")
    again = requests.ask(office.as_(office.colleague), office.department, office.product, "")
    assert again == (None, "seat_already")


def test_a_request_is_answered_once(office: Office) -> None:
    request = office.ask()
    requests.grant(office.as_(office.admin), office.department, request)
    before = (office.kinds(), office.mails())
    assert requests.grant(office.as_(office.admin), office.department, request) == "request_answered"
    assert requests.refuse(office.as_(office.admin), request, "No.") == "request_answered"
    requests.withdraw(office.as_(office.colleague), request)
    assert (office.kinds(), office.mails()) == before and request.state == RequestState.GRANTED


def test_without_a_free_seat_the_request_stays_open(office: Office) -> None:
    request = office.ask()
    office.pool.used = office.pool.quantity
    office.estate.db.flush()
    assert requests.grant(office.as_(office.admin), office.department, request) == "no_free_seat"
    assert (request.state, office.seats()) == (RequestState.OPEN, 0)
    office.estate.db.flush()
    refused = office.estate.db.execute(select(Event).order_by(Event.id.desc()).limit(1)).scalar_one()
    assert (refused.kind, refused.outcome) == ("seat.assigned", "refused")


def test_a_no_says_why(office: Office) -> None:
    request = office.ask()
    assert requests.refuse(office.as_(office.admin), request, "Not before May.") is None
    assert (request.state, request.answer, office.seats()) == (RequestState.REFUSED, "Not before May.", 0)
    assert office.kinds()[-1] == "request.declined" and office.mails()[-1] == ("seat_refused", "max@example.com")
    assert office.ask() is not request, "one may ask again"


def test_it_can_be_taken_back(office: Office) -> None:
    request = office.ask()
    requests.withdraw(office.as_(office.colleague), request)
    requests.withdraw(office.as_(office.colleague), request)
    assert request.state == RequestState.WITHDRAWN and request.answered_by_id is None
    assert office.kinds().count("request.withdrawn") == 1


def test_a_standing_rule_answers_while_enough_seats_stay_free(office: Office) -> None:
    requests.set_standing_rule(office.as_(office.admin), office.company, office.product, 2, is_on=True)
    request = office.ask()
    assert (request.state, request.answered_by_id, office.seats()) == (RequestState.GRANTED, None, 1)
    assert [kind for kind, _ in office.mails()] == ["assigned"], "nobody has to answer"
    second = office.estate.user("Ida", office.department)
    waiting, _ = requests.ask(office.as_(second), office.department, office.product, "")
    assert waiting is not None and waiting.state == RequestState.OPEN and office.seats() == 1
    assert office.mails()[-1] == ("seat_asked", "cora@example.com")


def test_a_standing_rule_can_be_changed_and_switched_off(office: Office) -> None:
    for keep_free, is_on in ((0, True), (0, True), (5, True), (5, False)):
        requests.set_standing_rule(office.as_(office.admin), office.company, office.product, keep_free, is_on=is_on)
    rule = office.estate.db.execute(select(StandingRule)).scalar_one()
    assert (rule.keep_free, rule.is_on) == (5, False)
    assert office.kinds().count("standing_rule.set") == 3, "the same again is no news"
    assert office.ask().state == RequestState.OPEN


def test_a_departments_admin_gives_what_the_department_has(office: Office) -> None:
    head = office.estate.user("Dora", office.department, "admin")
    request = office.ask()
    assert requests.grant(office.as_(head), office.department, request) == "no_free_seat"
    own = office.estate.mint(office.estate.article("CADPRO-2"), office.department).license
    assert requests.grant(office.as_(head), office.department, request) is None
    assert office.estate.db.get_one(Assignment, request.assignment_id).license_id == own.id


def test_people_see_the_products_of_their_groups_and_no_others(office: Office) -> None:
    estate = office.estate
    stranger = estate.user("Sid", estate.group("Falk"))
    assert reports.offers(estate.db, estate.actor(stranger), estate.now) == ()
    (offer,) = reports.offers(estate.db, estate.actor(office.colleague), estate.now)
    assert (offer.name, offer.group, offer.request) == ("CAD Pro", office.department.public_id, None)
    request = office.ask()
    (offer,) = reports.offers(estate.db, estate.actor(office.colleague), estate.now)
    assert offer.request == request.public_id
    admin = estate.actor(office.admin)
    (asked,) = reports.waiting(estate.db, admin, office.company.path, estate.now)
    assert (asked.person, asked.free) == ("Max", 3)
