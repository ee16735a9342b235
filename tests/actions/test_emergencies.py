"""Emergency licenses: granted while everything else refuses, limited, on their own, and gone by themselves."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.access import ANONYMOUS, Actor, Forbidden, NotFound, Permission, license_for
from portal.actions import activations, assignments, cases, emergencies, overrides, registration, sessions, tickets
from portal.actions.ledger import Question, hold
from portal.audit import Happened
from portal.doors import sessions as door
from portal.models import Emergency, Event, License, LicenseState, Operation, Ticket
from tests.actions.estate import Estate, Minted, pc, program

ROLLING = 'limit = 2\nwindow = "rolling P90D"'
REFUSING = """
name = "Refuses everything"
time_zone = "Europe/Berlin"
[binding]
match = "most"
[[allowance]]
name = "moves"
operations = ["rehost"]
limit = 0
window = "lifetime"
[[allowance]]
name = "starts"
operations = ["activate"]
scope = "group"
limit = 1
window = "lifetime"
[[cooldown]]
before = "activate"
after = "activate"
period = "P30D"
scope = "group"
[lease]
ttl = "P30D"
[emergency]
duration = "P7D"
limit = 2
window = "rolling P90D"
[escalation]
exhausted = "review"
offer_emergency = true
"""

ONCE = REFUSING.replace(ROLLING, ROLLING.replace("2", "1"))
NOT_OFFERED = [REFUSING.replace("offer_emergency = true", ""), REFUSING[: REFUSING.index("[emergency]")]]
# The group may start twice, and does not have to wait for it.
ROOMY = REFUSING.replace("limit = 1", "limit = 2").replace('period = "P30D"', 'period = "PT1H"')
# Nothing is in the way of another PC.
FREE = REFUSING.replace("limit = 0", "limit = 9").replace('"activate"', '"return"')


def stuck(estate: Estate, rules: str = REFUSING, **article: object) -> tuple[Minted, Actor]:
    """Eve's license, on a PC that is gone, under rules that refuse whatever she could do."""
    group = estate.group()
    eve = estate.user("Eve", group)
    minted = estate.own(estate.article(rules=rules, **article), eve, group)
    estate.run_on(minted.license, pc(1), days=3)
    return minted, estate.actor(eve)


def grant(estate: Estate, license_: License, actor: Actor, words: str = "") -> emergencies.Granted:
    doing = estate.doing(actor)
    hold(estate.db, license_.id)
    return emergencies.grant(doing, license_, words)


def count(estate: Estate, what: object, *where: object) -> int:
    return estate.db.execute(select(func.count()).select_from(what).where(*where)).scalar_one()


def test_it_is_granted_while_everything_else_is_refused(estate: Estate) -> None:
    minted, eve = stuck(estate)
    question = Question(estate.doing(eve), minted.license, None, evidence="declaration")
    assert not question.decide("rehost").allowed and not question.decide("activate").allowed
    granted = grant(estate, minted.license, eve, "  The deadline is tonight.  ")
    made = granted.license
    assert granted.decision.allowed and made is not None and not granted.again
    assert (made.stands_for_id, made.quantity, made.used) == (minted.license.id, 1, 0)
    assert made.ends_at == estate.now + timedelta(days=7)
    assert (made.group_id, made.user_id, made.state) == (minted.license.group_id, eve.user_id, "registered")
    told = estate.db.execute(select(Emergency)).scalar_one()
    assert (told.operation, told.code, told.rule) == ("rehost", "allowance_exhausted", "moves")
    assert told.words == "The deadline is tonight." and told.user_id == eve.user_id
    assert estate.run_on(made, pc(2)).allowed


def test_event_and_ledger_say_so_and_a_refusal_leaves_only_its_event(estate: Estate) -> None:
    minted, eve = stuck(estate, ONCE)
    made = grant(estate, minted.license, eve).license
    estate.run_on(made, pc(2))
    licenses, done = count(estate, License), count(estate, Operation, Operation.operation == "emergency")
    assert done == 1
    refused = grant(estate, minted.license, eve)
    assert (refused.license, refused.decision.code, refused.decision.rule) == (None, "allowance_exhausted", "emergency")
    assert count(estate, License) == licenses and count(estate, Operation, Operation.operation == "emergency") == 1
    kinds = [
        (event.outcome, event.code)
        for event in estate.db.execute(
            select(Event).where(Event.kind == Happened.EMERGENCY_GRANTED).order_by(Event.id)
        ).scalars()
    ]
    assert kinds == [("done", "allowance_exhausted"), ("refused", "allowance_exhausted")]
    later = estate.later(days=90)
    assert grant(later, minted.license, eve).license is not None


def test_pressed_twice_it_is_one_and_a_used_one_is_followed_by_another(estate: Estate) -> None:
    minted, eve = stuck(estate)
    first = grant(estate, minted.license, eve)
    again = grant(estate, minted.license, eve)
    assert again.again and again.license is first.license
    estate.run_on(first.license, pc(2))
    second = grant(estate, minted.license, eve)
    assert second.license is not None and second.license.id != first.license.id
    assert count(estate, Operation, Operation.operation == "emergency") == 2


@pytest.mark.parametrize("rules", NOT_OFFERED)
def test_what_the_rules_do_not_offer_nobody_gets(estate: Estate, rules: str) -> None:
    minted, eve = stuck(estate, rules)
    refused = grant(estate, minted.license, eve)
    assert (refused.license, refused.decision.code) == (None, "not_offered")


def test_it_ends_with_the_license_that_it_stands_for(estate: Estate) -> None:
    minted, eve = stuck(estate, model="subscription", days=5)
    made = grant(estate, minted.license, eve).license
    assert made.ends_at == minted.license.ends_at == estate.now + timedelta(days=2)
    later = estate.later(days=2)
    refused = later.run_on(made, pc(2))
    assert refused.decision.code == "license_expired"
    assert grant(later, minted.license, eve).decision.code == "license_expired"


def test_it_merges_with_no_subscription(estate: Estate) -> None:
    group = estate.group()
    eve = estate.user("Eve", group)
    article = estate.article(rules=ROOMY, model="subscription", days=50)
    minted = estate.own(article, eve, group)
    estate.run_on(minted.license, pc(1), days=3)
    made = grant(estate, minted.license, estate.actor(eve)).license
    estate.run_on(made, pc(2))
    outcome = estate.run_on(estate.own(article, eve, group).license, pc(2))
    assert outcome.allowed and outcome.decision.as_ is None
    assert made.state == LicenseState.REGISTERED and made.ends_at == estate.now + timedelta(days=7)


def test_there_is_no_emergency_license_for_an_emergency_license(estate: Estate) -> None:
    minted, eve = stuck(estate)
    made = grant(estate, minted.license, eve).license
    assert grant(estate, made, eve).decision.code == "not_offered"


def test_what_is_done_with_it_uses_up_no_budget_of_others(estate: Estate) -> None:
    minted, eve = stuck(estate, ROOMY)
    made = grant(estate, minted.license, eve).license
    assert estate.run_on(made, pc(2)).allowed
    question = Question(estate.doing(eve), minted.license, None)
    assert question.decide("activate").remaining == {"starts": 1}


def test_conditions_hold_for_it_too(estate: Estate) -> None:
    condition = '[[condition]]\noperations = ["activate"]\ncountries = ["DE"]\n'
    minted, eve = stuck(estate, REFUSING.replace("[lease]", f"{condition}[lease]"))
    made = grant(estate, minted.license, eve).license
    assert made is not None and estate.run_on(made, pc(2)).decision.code == "condition_country"


def test_who_has_only_a_seat_gets_one_of_their_own(estate: Estate) -> None:
    group = estate.group()
    cora, max_ = estate.user("Cora", group, "admin"), estate.user("Max", group)
    sid = estate.user("Sid", estate.group("Elsewhere"))
    minted = estate.own(estate.article(quantity=5, rules=REFUSING), cora, group)
    minted.license.user_id = None
    hold(estate.db, minted.license.id)
    assignments.assign(estate.doing(estate.actor(cora)), minted.license, max_)
    made = grant(estate, minted.license, estate.actor(max_)).license
    assert made.user_id == max_.id and not made.visible_to_group
    assert license_for(estate.db, estate.actor(max_), made.public_id, Permission.SEE_TICKET)
    with pytest.raises(NotFound):
        license_for(estate.db, estate.actor(sid), made.public_id, Permission.VIEW)
    with pytest.raises(Forbidden):
        license_for(estate.db, estate.actor(cora), made.public_id, Permission.ASSIGN)


def entered(estate: Estate, code: str) -> Actor:
    ticket = tickets.find(estate.doing(), code)
    token = sessions.enter_with_tickets(estate.doing(ANONYMOUS), [ticket.id], agent="", address="192.0.2.1")
    return door.actor_of(estate.db, token, estate.now)


def test_the_holder_of_a_ticket_sees_it_then_and_the_next_time(estate: Estate) -> None:
    minted = estate.mint(estate.article(rules=REFUSING), estate.group(kind="vendor"))
    estate.run_on(minted.license, pc(1), days=3)
    ticket = entered(estate, minted.code)
    made = grant(estate, minted.license, ticket).license
    assert made.state == LicenseState.ISSUED
    again = entered(estate, minted.code)
    assert len(again.ticket_ids) == 2
    assert license_for(estate.db, again, made.public_id, Permission.SEE_TICKET).id == made.id
    later = estate.later(days=7)
    assert len(entered(later, minted.code).ticket_ids) == 1


def test_it_comes_along_when_the_ticket_is_registered(estate: Estate) -> None:
    minted = estate.mint(estate.article(rules=REFUSING), estate.group(kind="vendor"))
    estate.run_on(minted.license, pc(1), days=3)
    ticket = entered(estate, minted.code)
    made = grant(estate, minted.license, ticket).license
    home = estate.group("Home")
    eve = estate.user("Eve", home)
    registration.bring_along(estate.doing(estate.actor(eve)), home, entered(estate, minted.code).ticket_ids)
    assert (made.user_id, made.group_id, made.state) == (eve.id, home.id, LicenseState.REGISTERED)
    own = estate.db.execute(select(Ticket).where(Ticket.id != minted.ticket.id)).scalar_one()
    assert (own.user_id, own.registered_at) == (eve.id, estate.now)


def test_a_file_that_did_not_fit_is_named_as_the_reason(estate: Estate) -> None:
    minted, eve = stuck(estate, FREE, quantity=2)
    cases.open_(estate.doing(program(minted.license)), minted.license, None, "sequence", None)
    grant(estate, minted.license, eve)
    told = estate.db.execute(select(Emergency)).scalar_one()
    assert (told.operation, told.code) == ("return", "receipt_mismatch")


def test_an_override_reaches_emergency_licenses_as_everything_else(estate: Estate) -> None:
    minted, eve = stuck(estate, ONCE)
    estate.run_on(grant(estate, minted.license, eve).license, pc(2))
    assert grant(estate, minted.license, eve).license is None
    overrides.grant(estate.doing(), minted.license, "emergency", 1, "Her train is late.")
    assert grant(estate, minted.license, eve).license is not None


def test_the_limits_of_moving_hold_for_it_too(estate: Estate) -> None:
    minted, eve = stuck(estate)
    made = grant(estate, minted.license, eve).license
    first = estate.run_on(made, pc(2)).activation
    outcome = activations.reactivate(estate.doing(eve), made, first, None, reason="lost")
    assert outcome.decision.code == "allowance_exhausted"
