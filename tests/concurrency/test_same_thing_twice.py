"""The same thing wanted many times at the same moment: it happens once, and nobody sees an error page."""

from collections import Counter
from uuid import UUID

from sqlalchemy import func, select

from portal.models import Activation, Device, Event, License, Operation, Ticket
from tests.actions.estate import LONG_AGO, Estate, Minted, pc
from tests.api.calling import Program, Reply, Visitor, at_once
from tests.api.running import Running

# No budget reaches across licenses here, so that nothing but the table of devices brings the two together.
NARROW = 'name = "Narrow"\ntime_zone = "Europe/Berlin"\n'

ONE_FOR_ALL = """
name = "One start for everybody"
time_zone = "Europe/Berlin"
[[allowance]]
operations = ["activate"]
scope = "group"
limit = 1
window = "lifetime"
"""


def minted_in(estate: Estate, **more: object) -> Minted:
    return estate.mint(estate.article(**more), estate.group())


def test_fifty_moves_of_one_seat_are_one_move(running: Running) -> None:
    """Two tabs of one ticket session, each pressed twenty-five times."""
    with running.estate() as estate:
        minted = minted_in(estate)
        old = estate.run_on(minted.license, pc("old"), days=LONG_AGO.days).activation
        waiting = estate.run_on(minted.license, pc("new")).waiting
        assert old and waiting
    first = Visitor(running.url)
    page = first.enter_with(minted.code).headers["location"]
    tabs = [Visitor(running.url, dict(first.cookies)) for _ in range(2)]
    for tab in tabs:
        assert tab.get(page).status == 200

    def press(tab: Visitor) -> Reply:
        said = {"target": str(waiting.public_id), "reason": "broken", "gone": "yes"}
        return tab.post(f"/activations/{old.public_id}/reactivation", **said)

    replies = at_once([lambda tab=tab: press(tab) for tab in tabs for _ in range(25)])
    assert Counter(reply.status for reply in replies) == {303: 50}
    with running.look() as db:
        live = db.execute(select(Activation).where(Activation.ended_at.is_(None))).scalars().all()
        assert [(one.device_id, one.generation) for one in live] == [(waiting.device_id, 2)]
        assert db.execute(select(func.count()).where(Activation.generation > 1)).scalar_one() == 1
        assert db.execute(select(func.count()).where(Event.kind == "device.moved")).scalar_one() == 1
        assert db.execute(select(func.count()).where(Operation.operation == "rehost")).scalar_one() == 1
        assert db.get_one(License, minted.license.id).used == 1


def test_a_ticket_registered_by_fifty_accounts_has_one_owner(running: Running) -> None:
    with running.estate() as estate:
        minted = minted_in(estate)
        people = [estate.user(f"Person{number}", estate.group(f"Home {number}")) for number in range(50)]
        visitors = {person.id: Visitor(running.url, {"session": estate.session(person)}) for person in people}
    for visitor in visitors.values():
        assert visitor.get("/tickets/redemption").status == 200
    replies = at_once(
        [
            lambda visitor=visitor: visitor.post("/tickets/redemption", tickets=minted.code, confirmed="yes")
            for visitor in visitors.values()
        ]
    )
    assert Counter(reply.status for reply in replies) == {200: 1, 422: 49}
    winner = next(owner for owner, reply in zip(visitors, replies, strict=True) if reply.status == 200)
    with running.look() as db:
        assert db.get_one(Ticket, minted.ticket.id).user_id == winner
        assert db.get_one(License, minted.license.id).user_id == winner
        assert db.execute(select(func.count()).where(Event.kind == "license.registered")).scalar_one() == 1


def test_two_licenses_meet_a_new_pc_at_the_same_moment(running: Running) -> None:
    """A new PC with several licensed programs: they start together, and it is one device."""
    with running.estate() as estate:
        article, group = estate.article(rules=NARROW), estate.group()
        eve = estate.user("Eve", group)
        keys = [estate.own(article, eve, group).code for _ in range(20)]
    replies = at_once([lambda key=key: Program(running.url, key).activate(pc(1)) for key in keys])
    assert Counter(reply.status for reply in replies) == {201: 20}
    with running.look() as db:
        assert db.execute(select(func.count()).select_from(Device)).scalar_one() == 1


def test_a_budget_of_the_whole_group_holds_across_its_licenses(running: Running) -> None:
    with running.estate() as estate:
        article, group = estate.article(rules=ONE_FOR_ALL), estate.group()
        eve = estate.user("Eve", group)
        keys = [estate.own(article, eve, group).code for _ in range(20)]
    calls = [lambda key=key, n=n: Program(running.url, key).activate(pc(n)) for n, key in enumerate(keys)]
    replies = at_once(calls)
    assert Counter(reply.status for reply in replies) == {201: 1, 422: 19}
    assert {reply.error["code"] for reply in replies if reply.status == 422} == {"ALLOWANCE_EXHAUSTED"}


def test_one_call_sent_twenty_times_with_one_idempotency_key(running: Running) -> None:
    with running.estate() as estate:
        minted = minted_in(estate, quantity=5)
    program = Program(running.url, minted.code)
    replies = at_once([lambda: program.activate(pc(1), Idempotency_Key="start-1") for _ in range(20)])
    assert Counter(reply.status for reply in replies) == {201: 20}
    assert len({UUID(reply.json["data"]["id"]) for reply in replies}) == 1
    with running.look() as db:
        assert db.get_one(License, minted.license.id).used == 1
