"""A million guesses at tickets from many networks: the limit holds, somebody is told, and the holder comes in."""

from __future__ import annotations

from collections import Counter
from itertools import cycle, islice

from sqlalchemy import func, select

from portal.doors import limits
from portal.doors.limits import TooMany
from portal.files.tickets import mint
from portal.models import Attempt, Event
from portal.screens.guessing import watch_guessing
from portal.web import Visit
from portal.web.visit import Incoming
from tests.api.test_statements import counted
from tests.fixtures.client import Served

GUESSES = 1_000_000
NETWORKS = 20
# A round of guesses of every address lasts a minute; the whole attack lasts over an hour.
ADDRESSES = [f"198.18.{network}.{host}" for host in range(1, 251) for network in range(NETWORKS)]
A_MINUTE = 15_000


def guess(served: Served, address: str) -> bool:
    """What the door does about a wrong ticket from this address; whether it was looked up at all."""
    site, now = served.site, served.clock()
    try:
        with site.limits.trial(site.database, now, limits.at_ticket(address)) as trial:
            trial.failed()
    except TooMany:
        return False
    watch_guessing(Visit(site, Incoming("POST", "/sign-in/ticket", "/sign-in/ticket", "", {}, address), now))
    return True


def test_a_million_guesses_find_a_shut_door_and_the_holder_an_open_one(served: Served) -> None:
    began = served.clock()
    looked_up: Counter[str] = Counter()
    for number, address in enumerate(islice(cycle(ADDRESSES), GUESSES), 1):
        if guess(served, address):
            looked_up[limits.network(address)] += 1
        if number % A_MINUTE == 0:
            served.clock.advance(minutes=1)
    periods = -(-(served.clock() - began) // limits.QUARTER)
    assert set(looked_up) == {limits.network(address) for address in ADDRESSES}
    assert max(looked_up.values()) <= limits.TICKET_NETWORK.most * periods
    assert looked_up.total() < GUESSES / 100
    with served.database.reading() as db:
        alarms = db.execute(select(Event.at).where(Event.kind == "guessing.alarm").order_by(Event.at)).scalars().all()
        kept = db.execute(select(func.count()).select_from(Attempt)).scalar_one()
    assert alarms and alarms[0] == began, "somebody is told within the first minute"
    assert len(alarms) <= 2, "and once an hour is enough"
    assert kept <= 4 * looked_up.total()
    code = served.village.codes["free"]
    attacker = served.browser(ADDRESSES[0])
    assert attacker.post("/sign-in/ticket", {"tickets": mint()}).status == 429
    assert attacker.post("/sign-in/ticket", {"tickets": code}).status == 429, "a right guess looks like a wrong one"
    assert served.browser("203.0.113.9").open_with(code).get("/licenses").status == 200


def test_a_door_that_is_shut_costs_no_statement_and_opens_again(served: Served) -> None:
    address = ADDRESSES[0]
    free = limits.TICKET_ADDRESS.free
    assert [guess(served, address) for _ in range(free + 2)] == [*[True] * free, False, False]
    with counted() as said:
        assert not guess(served, address)
    assert not said
    served.clock.advance(minutes=15)
    assert guess(served, address)
