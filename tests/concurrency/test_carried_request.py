"""The same request brought many times, one after the other and at once: one seat, and one identical answer."""

from collections import Counter
from uuid import uuid4

from sqlalchemy import func, select

from portal.files.documents import Type
from portal.models import Activation, License, Operation, Transfer
from tests.actions.estate import Minted, pc
from tests.api.calling import Reply, Visitor, at_once
from tests.api.running import Running
from tests.fixtures.device import Sneakers, said

AT_ONCE = 50
ONE_BY_ONE = 100


def minted_with_seats(running: Running, quantity: int) -> Minted:
    with running.estate() as estate:
        return estate.mint(estate.article(quantity=quantity), estate.group())


def hold_one(running: Running, minted: Minted, places: set[str | None]) -> None:
    assert len(places) == 1 and None not in places
    with running.look() as db:
        for table in (Activation, Transfer, Operation):
            assert db.execute(select(func.count(table.id))).scalar_one() == 1
        assert db.get_one(License, minted.license.id).used == 1


def visitors(running: Running, minted: Minted, count: int) -> list[Visitor]:
    first = Visitor(running.url)
    first.enter_with(minted.code)
    first.get("/transfers")
    return [Visitor(running.url, dict(first.cookies), first.csrf) for _ in range(count)]


def test_fifty_times_at_once(running: Running) -> None:
    minted = minted_with_seats(running, AT_ONCE)
    text = Sneakers(pc(1), minted.code, running.portal.clock()).request()
    page = f"/licenses/{minted.license.public_id}/transfer"

    def brings(visitor: Visitor) -> Reply:
        return visitor.post(page, upload="", pasted=text)

    people = visitors(running, minted, AT_ONCE)
    replies = at_once([lambda visitor=visitor: brings(visitor) for visitor in people])
    assert Counter(reply.status for reply in replies) == {303: AT_ONCE}
    places = {reply.headers["location"] for reply in replies}
    hold_one(running, minted, places)
    [place] = places
    files = at_once([lambda visitor=visitor: visitor.get(f"{place}/file") for visitor in people])
    assert len({reply.body for reply in files}) == 1 and files[0].text.startswith("-----BEGIN MACHINE FILE-----")


def test_a_hundred_times_one_after_the_other(running: Running) -> None:
    minted = minted_with_seats(running, 5)
    text = Sneakers(pc(1), minted.code, running.portal.clock()).request()
    [visitor] = visitors(running, minted, 1)
    places, files = set(), set()
    for _ in range(ONE_BY_ONE):
        place = visitor.post("/transfers", upload="", pasted=text).headers["location"]
        places.add(place)
        files.add(visitor.get(f"{place}/file").body)
    hold_one(running, minted, places)
    assert len(files) == 1


def test_fifty_receipts_of_one_return_are_one_return(running: Running) -> None:
    minted = minted_with_seats(running, 1)
    device = Sneakers(pc(1), minted.code, running.portal.clock())
    people = visitors(running, minted, 20)
    place = people[0].post("/transfers", upload="", pasted=device.request()).headers["location"]
    device.install(people[0].get(f"{place}/file").text, running.keyring)
    with running.look() as db:
        activation = db.execute(select(Activation.public_id)).scalar_one()
    ask = people[0].post(f"/activations/{activation}/return-request").headers["location"]
    request = people[0].get(f"{ask}/file").text
    assert said(request, Type.RETURN_REQUEST)["activation_id"] == device.meta["activation"]
    true, forged = device.give_back(request), device.give_back(request, activation_id=uuid4())
    texts = [true if number % 2 else forged for number in range(len(people))]
    replies = at_once(
        [
            lambda visitor=visitor, text=text: visitor.post(f"{ask}/receipt", upload="", pasted=text)
            for visitor, text in zip(people, texts, strict=True)
        ]
    )
    assert Counter(reply.status for reply in replies) == {303: 10, 422: 10}
    with running.look() as db:
        returned = select(func.count(Operation.id)).where(Operation.operation == "return")
        assert db.execute(returned).scalar_one() == 1
        assert db.get_one(License, minted.license.id).used == 0
