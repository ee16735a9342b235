"""Tickets: minted with a license, kept so that the database does not tell them, and registered once."""

import pytest
from sqlalchemy import select

from portal.access import Forbidden
from portal.actions import tickets
from portal.files import tickets as codes
from portal.models import License, LicenseKey, LicenseState, Term, TermKind
from tests.actions.estate import DEFAULT, Estate, holder, pc
from tests.actions.traces import events, everything, hold_counters, last_event, newest, told

OPEN = DEFAULT.replace('after_registration = "refuse"', 'after_registration = "allow"').replace("Default", "Open")


def candidate(code: str) -> codes.Candidate:
    [found] = codes.find(code)
    return found


def test_a_minted_ticket_carries_a_license_and_is_its_key(estate: Estate) -> None:
    group = estate.group()
    minted = estate.mint(estate.article(quantity=3), group, order_number="A-4711")
    license_ = minted.license
    assert (license_.state, license_.quantity, license_.used) == (LicenseState.ISSUED, 3, 0)
    assert (license_.group_id, license_.user_id, license_.order_number) == (group.id, None, "A-4711")
    assert tickets.code_of(estate.vault, minted.ticket) == minted.code
    key = estate.db.execute(select(LicenseKey)).scalar_one()
    assert (key.license_id, key.ticket_id) == (license_.id, minted.ticket.id)
    assert key.lookup == tickets.key_lookup(estate.vault, minted.code.lower().replace("-", " "))
    assert estate.db.execute(select(Term.kind)).scalar_one() == TermKind.PERPETUAL
    event = last_event(estate.db)
    assert told(event) == ("license.issued", "done", None, "vendor")
    assert (event.license_id, event.ticket_id) == (license_.id, minted.ticket.id)
    hold_counters(estate.db)


def test_the_rows_of_a_ticket_do_not_tell_it(estate: Estate) -> None:
    minted = estate.mint(estate.article(), estate.group())
    secret = minted.code.replace("-", "").encode()
    for row in (minted.ticket, estate.db.execute(select(LicenseKey)).scalar_one()):
        for value in (row.lookup, row.cipher):
            assert secret not in value and minted.code.encode() not in value


def test_a_ticket_minted_elsewhere_keeps_its_form(estate: Estate) -> None:
    minted = estate.mint(estate.article(), estate.group(), code=" ERP-2019-000123 ")
    assert tickets.code_of(estate.vault, minted.ticket) == "ERP-2019-000123"
    assert tickets.find(estate.doing(), "erp-2019-000123").id == minted.ticket.id


def test_registering_makes_it_mine(estate: Estate) -> None:
    minted = estate.mint(estate.article(), estate.group("Pool"))
    home = estate.group("Eve")
    eve = estate.user("Eve", home)
    assert tickets.register(estate.doing(estate.actor(eve)), minted.ticket, home) == [minted.license]
    assert (minted.ticket.user_id, minted.ticket.group_id, minted.ticket.registered_at) == (eve.id, home.id, estate.now)
    assert (minted.license.user_id, minted.license.group_id) == (eve.id, home.id)
    assert minted.license.state == LicenseState.REGISTERED
    event = last_event(estate.db)
    assert told(event) == ("license.registered", "done", None, "user") and event.actor_id == eve.id


@pytest.mark.parametrize("who", ["ticket", "stranger"])
def test_registering_into_a_group_that_is_not_ones_own_is_forbidden(estate: Estate, who: str) -> None:
    minted, home = estate.mint(estate.article(), estate.group("Pool")), estate.group("Eve")
    sid = estate.user("Sid", estate.group("Elsewhere"), role="admin")
    actor = holder(minted) if who == "ticket" else estate.actor(sid)
    before, since = everything(estate.db), newest(estate.db)
    with pytest.raises(Forbidden):
        tickets.register(estate.doing(actor), minted.ticket, home)
    assert everything(estate.db) == before and not events(estate.db, since)


def test_each_pasted_ticket_gets_its_own_verdict(estate: Estate) -> None:
    article, pool, home = estate.article(), estate.group("Pool"), estate.group("Eve")
    eve, sid = estate.user("Eve", home), estate.user("Sid", estate.group("Sid"))
    free, mine, revoked = (estate.mint(article, pool) for _ in range(3))
    tickets.register(estate.doing(estate.actor(eve)), mine.ticket, home)
    revoked.ticket.revoked_at = estate.now

    def verdicts(user) -> list[str]:
        doing = estate.doing(estate.actor(user))
        return [tickets.judge(doing, candidate(one.code)).code for one in (free, mine, revoked)]

    assert verdicts(eve) == ["ok", "ticket_already_yours", "ticket_revoked"]
    assert verdicts(sid) == ["ok", "ticket_registered", "ticket_revoked"]
    assert tickets.judge(estate.doing(estate.actor(eve)), candidate(codes.mint())).code == "ticket_unknown"


def test_a_ticket_of_somebody_else_tells_nothing(estate: Estate) -> None:
    minted, home = estate.mint(estate.article(), estate.group("Pool")), estate.group("Eve")
    tickets.register(estate.doing(estate.actor(estate.user("Eve", home))), minted.ticket, home)
    sid = estate.actor(estate.user("Sid", estate.group("Sid")))
    verdict = tickets.judge(estate.doing(sid), candidate(minted.code))
    assert (verdict.product, verdict.ticket) == (None, None)
    assert verdict.masked != minted.code


def test_a_mistyped_ticket_is_refused_before_any_query(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    minted = estate.mint(estate.article(), estate.group())
    wrong = minted.code[:-1] + ("A" if minted.code[-1] != "A" else "B")
    doing = estate.doing()
    monkeypatch.setattr(doing.db, "execute", None)
    assert tickets.judge(doing, candidate(wrong)).code == "ticket_malformed"


@pytest.mark.parametrize(("rules", "registered"), [(DEFAULT, "ticket_registered"), (OPEN, "ok")])
def test_what_a_ticket_still_opens(estate: Estate, rules: str, registered: str) -> None:
    minted, home = estate.mint(estate.article(rules=rules), estate.group("Pool")), estate.group("Eve")
    assert tickets.opens_door(estate.doing(), minted.ticket) == "ok"
    tickets.register(estate.doing(estate.actor(estate.user("Eve", home))), minted.ticket, home)
    assert tickets.opens_door(estate.doing(), minted.ticket) == registered
    minted.ticket.revoked_at = estate.now
    assert tickets.opens_door(estate.doing(), minted.ticket) == "ticket_revoked"


def test_a_registered_ticket_still_starts_its_program(estate: Estate) -> None:
    minted, home = estate.mint(estate.article(), estate.group("Pool")), estate.group("Eve")
    tickets.register(estate.doing(estate.actor(estate.user("Eve", home))), minted.ticket, home)
    assert estate.run_on(minted.license, pc(1)).allowed
    assert estate.db.get_one(License, minted.license.id).state == LicenseState.REGISTERED
