"""Demos: one for each person and device, at once or after the vendor has looked, and going on when it was bought."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.actions import demo_offers, demos, products, returns, tickets
from portal.actions.demo_offers import Offer
from portal.actions.demos import Started
from portal.db import new_id
from portal.models import (
    DemoClaim,
    DemoDevice,
    Group,
    License,
    LicenseKey,
    LicenseState,
    Product,
    Request,
    RequestState,
    User,
)
from tests.actions.estate import Estate, pc, program
from tests.actions.test_mailboxes import spellings
from tests.actions.traces import events, everything, hold_counters, last_event, ledger, newest, told

RULES = """name = "Trials"
time_zone = "Europe/Berlin"

[demo]
durations = ["P7D", "P14D", "P30D"]
"""
FREE = 'name = "Free"\ntime_zone = "Europe/Berlin"\n'
APPROVED = RULES.replace("[demo]", '[demo]\napproval = "vendor"').replace("Trials", "Approved trials")


def trial(estate: Estate, rules: str = RULES, sku: str = "CADPRO-DEMO", **options: object) -> Offer:
    told = {"days": [7, 14, 60], **options}
    article = estate.article(sku, rules, model="demo", days=30, options=told)
    offer = demo_offers.offer(estate.db, article.public_id)
    assert offer is not None
    return offer


@pytest.fixture
def vendor(estate: Estate) -> Group:
    return estate.group("Tessel", kind="vendor")


def person(estate: Estate, vendor: Group, email: str) -> tuple[User, Group]:
    name = f"P{newest(estate.db)}-{len(email)}-{estate.db.query(User).count()}"
    group = estate.group(name, vendor)
    user = estate.user(name, group, "admin")
    user.email = email
    estate.db.flush()
    return user, group


def start(estate: Estate, user: User, group: Group, offer: Offer, days: int = 14) -> Started:
    return demos.start(estate.doing(estate.actor(user)), user, group, offer, days)


def test_what_is_offered_is_what_article_and_rules_both_allow(estate: Estate) -> None:
    offer = trial(estate)
    assert offer.days == (7, 14) and offer.usual == 7 and not offer.needs_approval
    estate.article("NO-CHOICE", RULES, model="demo", days=30)
    estate.article("NO-RULES", FREE, model="demo", days=30, options={"days": [7]})
    estate.article("NO-LENGTH", RULES, model="demo", days=30, options={"days": [90]})
    assert [one.id for one in demo_offers.offers(estate.db)] == [offer.id]


def test_a_trial_is_a_license_with_a_ticket_that_runs_from_now_on(estate: Estate, vendor: Group) -> None:
    user, group = person(estate, vendor, "eve@people.example")
    started = start(estate, user, group, trial(estate))
    license_ = started.license
    assert started.code == "granted" and license_ is not None
    assert (license_.state, license_.user_id, license_.group_id) == (LicenseState.REGISTERED, user.id, group.id)
    assert license_.ends_at == estate.now + timedelta(days=14)
    assert [entry.operation for entry in ledger(estate.db, license_)] == ["demo"]
    assert told(last_event(estate.db)) == ("demo.granted", "done", None, "user")
    assert estate.run_on(license_, pc(1)).allowed
    assert license_.ends_at == estate.now + timedelta(days=14), "the first start adds nothing"
    assert estate.later(days=14).run_on(license_, pc(2)).decision.code == "license_expired"


def test_asked_twice_it_is_the_same_one(estate: Estate, vendor: Group) -> None:
    user, group = person(estate, vendor, "eve@people.example")
    offer = trial(estate)
    first, second = start(estate, user, group, offer), start(estate.later(minutes=1), user, group, offer, 7)
    assert first.license is second.license
    assert estate.db.query(DemoClaim).count() == 1


def test_it_can_be_had_once(estate: Estate, vendor: Group) -> None:
    user, group = person(estate, vendor, "eve@people.example")
    offer = trial(estate)
    start(estate, user, group, offer)
    later = estate.later(days=400)
    before, count = everything(estate.db), len(events(estate.db))
    assert start(later, user, group, offer).code == "demo_had"
    assert everything(estate.db) == before and len(events(estate.db)) == count + 1
    assert told(last_event(estate.db)) == ("demo.granted", "refused", "demo_had", "user")


def test_two_hundred_spellings_of_one_mailbox_have_one_trial(estate: Estate, vendor: Group) -> None:
    offer = trial(estate, per_company=1000)
    written = [one.strip().lower() for one in spellings()]
    found = [start(estate, *person(estate, vendor, one), offer) for one in dict.fromkeys(written)]
    assert len(found) > 50 and [one.code for one in found] == ["granted"] + ["demo_had"] * (len(found) - 1)
    assert estate.db.query(License).count() == 1


def test_another_product_and_another_person_have_their_own(estate: Estate, vendor: Group) -> None:
    user, group = person(estate, vendor, "eve@people.example")
    offer = trial(estate)
    assert start(estate, user, group, offer).code == "granted"
    assert start(estate, *person(estate, vendor, "adam@other.example"), offer).code == "granted"


def test_rules_can_count_each_article_by_itself(estate: Estate, vendor: Group) -> None:
    each = RULES.replace("[demo]", '[demo]\nper = "article"')
    user, group = person(estate, vendor, "eve@people.example")
    offers = [trial(estate, each, sku) for sku in ("ONE", "TWO")]
    assert [start(estate, user, group, one).code for one in offers] == ["granted"] * 2
    assert start(estate.later(days=90), user, group, offers[0]).code == "demo_had"


def test_a_company_has_so_many_in_a_period(estate: Estate, vendor: Group) -> None:
    offer = trial(estate, per_company=2, per_company_days=30)
    people = [person(estate, vendor, f"{name}@mail{name}.firm.example") for name in ("a", "b", "c")]
    assert [start(estate, *one, offer).code for one in people] == ["granted", "granted", "demo_company"]
    early = estate.later(days=30, seconds=-1)
    assert start(early, *people[2], offer).code == "demo_company"
    assert start(estate.later(days=30), *people[2], offer).code == "granted"


def test_where_everybody_has_an_address_nobody_stands_in_for_a_company(estate: Estate, vendor: Group) -> None:
    offer = trial(estate, per_company=1)
    people = [person(estate, vendor, f"{name}@web.de") for name in ("a", "b", "c")]
    assert {start(estate, *one, offer).code for one in people} == {"granted"}


def test_an_address_that_is_not_confirmed_gets_none(estate: Estate, vendor: Group) -> None:
    user, group = person(estate, vendor, "eve@people.example")
    user.verified_at = None
    assert start(estate, user, group, trial(estate)).code == "demo_unverified"
    assert estate.db.query(License).count() == 0


def test_the_rules_have_their_say(estate: Estate, vendor: Group) -> None:
    never = RULES + '\n[[condition]]\noperations = ["demo"]\nroles = ["admin"]\n'
    user, group = person(estate, vendor, "eve@people.example")
    group.is_person = True
    assert start(estate, user, group, trial(estate, never)).code == "condition_role"
    assert start(estate, user, group, trial(estate, RULES, "OTHER"), 60).code == "duration_not_offered"


# After the vendor has looked at it.


def test_where_the_vendor_looks_first_the_request_waits(estate: Estate, vendor: Group) -> None:
    user, group = person(estate, vendor, "eve@people.example")
    offer = trial(estate, APPROVED)
    started = start(estate, user, group, offer)
    again = start(estate, user, group, offer, 7)
    request = started.request
    assert started.code == again.code == "waiting" and request is again.request and request is not None
    assert (request.kind, request.state, request.desk_group_id, request.days) == ("demo", "open", vendor.id, 14)
    assert estate.db.query(License).count() == 0
    assert told(last_event(estate.db)) == ("demo.asked", "done", None, "user")


def test_whoever_may_have_none_does_not_trouble_the_vendor(estate: Estate, vendor: Group) -> None:
    offer = trial(estate, APPROVED, per_company=1)
    stranger, home = person(estate, vendor, "somebody@firm.example")
    stranger.verified_at = None
    assert start(estate, stranger, home, offer).code == "demo_unverified"
    user, group = person(estate, vendor, "first@firm.example")
    vera = estate.doing(estate.actor(estate.user("Vera", vendor, "admin")))
    assert demos.grant(vera, start(estate, user, group, offer).request) is None
    assert start(estate, *person(estate, vendor, "second@firm.example"), offer).code == "demo_company"
    assert [one.state for one in estate.db.query(Request)] == [RequestState.GRANTED]


def test_the_vendor_grants_it_once(estate: Estate, vendor: Group) -> None:
    user, group = person(estate, vendor, "eve@people.example")
    request = start(estate, user, group, trial(estate, APPROVED)).request
    vera = estate.user("Vera", vendor, "admin")
    doing = estate.later(days=2).doing(estate.actor(vera))
    assert demos.grant(doing, request) is None
    assert demos.grant(doing, request) == "request_answered"
    license_ = estate.db.get_one(License, request.license_id)
    assert (request.state, request.answered_by_id) == (RequestState.GRANTED, vera.id)
    assert (license_.user_id, license_.ends_at) == (user.id, doing.now + timedelta(days=14))
    assert estate.db.query(License).count() == 1


def test_what_the_vendor_grants_is_still_one_for_each_mailbox(estate: Estate, vendor: Group) -> None:
    offer = trial(estate, APPROVED)
    asked = [start(estate, *person(estate, vendor, one), offer).request for one in ("e.ve@gmail.com", "eve@gmail.com")]
    vera = estate.doing(estate.actor(estate.user("Vera", vendor, "admin")))
    assert [demos.grant(vera, one) for one in asked] == [None, "demo_had"]
    assert asked[1].state == RequestState.OPEN and estate.db.query(License).count() == 1


# Devices.


def test_one_device_with_five_addresses_runs_one_trial(estate: Estate, vendor: Group) -> None:
    offer = trial(estate)
    licenses = [start(estate, *person(estate, vendor, f"{n}@firm{n}.example"), offer).license for n in "abcde"]
    outcomes = [estate.run_on(license_, pc(1)) for license_ in licenses]
    assert [one.decision.code for one in outcomes] == ["ok"] + ["demo_device_had"] * 4
    assert [license_.used for license_ in licenses] == [1, 0, 0, 0, 0]
    assert told(last_event(estate.db)) == ("device.activated", "refused", "demo_device_had", "program")
    assert estate.run_on(licenses[1], pc(2)).allowed, "on a PC of their own it starts"
    assert estate.db.query(DemoDevice).count() == 2
    hold_counters(estate.db)


def test_the_same_trial_may_come_back_to_its_device(estate: Estate, vendor: Group) -> None:
    license_ = start(estate, *person(estate, vendor, "eve@people.example"), trial(estate)).license
    own = estate.run_on(license_, pc(1)).activation
    returns.give_back(estate.doing(program(license_)), license_, own)
    assert estate.run_on(license_, pc(1)).allowed


def test_a_trial_that_is_over_takes_no_device_for_itself(estate: Estate, vendor: Group) -> None:
    offer = trial(estate)
    old = start(estate, *person(estate, vendor, "eve@people.example"), offer).license
    later = estate.later(days=20)
    assert later.run_on(old, pc(1)).decision.code == "license_expired"
    new = start(later, *person(estate, vendor, "adam@other.example"), offer).license
    assert later.run_on(new, pc(1)).allowed


# Buying.


@pytest.fixture
def tried(estate: Estate, vendor: Group) -> tuple[User, Group, License]:
    """A trial that runs on PC 1."""
    user, group = person(estate, vendor, "eve@people.example")
    license_ = start(estate, user, group, trial(estate)).license
    assert estate.run_on(license_, pc(1)).allowed
    return user, group, license_


def key_of(estate: Estate, license_: License) -> LicenseKey:
    return estate.db.execute(select(LicenseKey).where(LicenseKey.license_id == license_.id)).scalar_one()


@pytest.mark.parametrize("days", [None, 365])
def test_registering_the_ticket_goes_on_with_the_trial(estate: Estate, vendor: Group, tried, days: int | None) -> None:
    user, group, old = tried
    activation, key = estate.run_on(old, pc(1)).activation, key_of(estate, old)
    model = "subscription" if days else "perpetual"
    bought = estate.mint(estate.article("CADPRO-1", FREE, model=model, days=days), vendor)
    tickets.register(estate.doing(estate.actor(user)), bought.ticket, group)
    assert (old.state, old.merged_into_id, old.used) == (LicenseState.MERGED, bought.license.id, 0)
    assert activation.license_id == bought.license.id and activation.ended_at is None and bought.license.used == 1
    assert key.license_id == bought.license.id, "the program goes on with the key that it has"
    assert bought.license.ends_at == (estate.now + timedelta(days=days) if days else None)
    assert [entry.operation for entry in ledger(estate.db, old)] == ["demo", "activate", "lapse"]
    assert [entry.operation for entry in ledger(estate.db, bought.license)] == ["activate"]
    assert "demo.continued" in {event.kind for event in events(estate.db)}
    hold_counters(estate.db)
    again = estate.run_on(bought.license, pc(1))
    assert again.allowed and again.again and again.activation is activation


@pytest.mark.parametrize(("days", "goes_on"), [(20, True), (43, True), (44, False)])
def test_a_trial_that_ended_lately_goes_on_too(estate: Estate, vendor: Group, tried, days: int, goes_on: bool) -> None:
    user, group, old = tried
    later = estate.later(days=days)
    bought = later.mint(later.article("CADPRO-1", FREE), vendor)
    tickets.register(later.doing(later.actor(user)), bought.ticket, group)
    assert (old.state == LicenseState.MERGED, bought.license.used) == (goes_on, int(goes_on))


def test_the_program_itself_can_bring_the_bought_ticket(estate: Estate, vendor: Group) -> None:
    user, group = person(estate, vendor, "eve@people.example")
    bought = estate.own(estate.article("CADPRO-1", FREE), user, group)
    old = start(estate, user, group, trial(estate)).license
    activation = estate.run_on(old, pc(1)).activation
    outcome = estate.run_on(bought.license, pc(1))
    assert outcome.allowed and outcome.activation is activation and activation.license_id == bought.license.id
    assert old.state == LicenseState.MERGED and (old.used, bought.license.used) == (0, 1)
    hold_counters(estate.db)


def test_what_runs_beside_the_trial_already_takes_its_place(estate: Estate, vendor: Group, tried) -> None:
    user, group, old = tried
    bought = estate.mint(estate.article("CADPRO-1", FREE), vendor)
    assert estate.run_on(bought.license, pc(1)).allowed
    tickets.register(estate.doing(estate.actor(user)), bought.ticket, group)
    assert old.state == LicenseState.MERGED and (old.used, bought.license.used) == (0, 1)
    hold_counters(estate.db)


def test_tickets_of_colleagues_and_strangers_leave_the_trial_alone(estate: Estate, vendor: Group, tried) -> None:
    user, group, old = tried
    colleague = estate.user("Colleague", group)
    stranger, elsewhere = person(estate, vendor, "sid@other.example")
    for sku, who, where in (("CADPRO-1", colleague, group), ("CADPRO-2", stranger, elsewhere)):
        estate.own(estate.article(sku, FREE), who, where)
    estate.run_on(estate.mint(estate.article("CADPRO-3", FREE), vendor).license, pc(1))
    assert old.state == LicenseState.REGISTERED and old.used == 1


def test_another_product_leaves_the_trial_alone(estate: Estate, vendor: Group, tried) -> None:
    user, group, old = tried
    other = Product(public_id=new_id(estate.now), code="VIEW", name="Viewer", created_at=estate.now)
    estate.db.add(other)
    estate.db.flush()
    estate.own(estate.article("VIEW-1", FREE, product_id=other.id), user, group)
    assert old.state == LicenseState.REGISTERED and old.used == 1


def test_where_the_rules_forbid_it_nothing_is_taken_over(estate: Estate, vendor: Group, tried) -> None:
    user, group, old = tried
    strict = FREE + '\n[[condition]]\noperations = ["activate"]\ncountries = ["DE"]\n'
    bought = estate.mint(estate.article("CADPRO-1", strict), vendor)
    tickets.register(estate.doing(estate.actor(user)), bought.ticket, group)
    assert old.state == LicenseState.REGISTERED and (old.used, bought.license.used) == (1, 0)


# What the vendor writes into the products file.

FILE = {
    "product": [
        {
            "code": "CADPRO", "name": "CAD Pro",
            "article": [{"sku": "TRY", "name": "Trial", "model": "demo", "days": 30, "options": {"days": [7, 14]}}],
        }
    ]
}  # fmt: skip


def with_article(**changes: object) -> dict[str, object]:
    (product,) = FILE["product"]
    return {"product": [{**product, "article": [{**product["article"][0], **changes}]}]}


def test_the_products_file_says_what_is_offered(estate: Estate, tmp_path: Path) -> None:
    (tmp_path / "trial.toml").write_text(RULES)
    document = with_article(rules="trial.toml", options={"days": [7, 14], "per_company": 3, "per_company_days": 10})
    products.apply(estate.db, estate.now, products.read(document, tmp_path))
    (offer,) = demo_offers.offers(estate.db)
    assert (offer.days, offer.per_company, offer.per_company_within) == ((7, 14), 3, timedelta(days=10))
    products.apply(estate.db, estate.now, products.read(with_article(rules="trial.toml", options={}), tmp_path))
    assert demo_offers.offers(estate.db) == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"model": "subscription"}, "a demo article"), ({"options": 7}, "a demo article"),
        ({"options": {"days": []}}, "a list of lengths"), ({"options": {"days": 7}}, "a list of lengths"),
        ({"options": {"days": [0]}}, "whole number"), ({"options": {"days": ["7"]}}, "whole number"),
        ({"options": {"days": [7], "per_company": -1}}, "whole number"),
        ({"options": {"days": [7], "per_firm": 1}}, "unknown key"),
    ],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused(changes: dict[str, object], told: str, tmp_path: Path) -> None:
    with pytest.raises(products.ProductsError, match=told):
        products.read(with_article(**changes), tmp_path)
