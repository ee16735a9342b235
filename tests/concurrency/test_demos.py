"""Demos under pressure: asked for fifty times at once it is one license, whoever asks and however they are spelled."""

from collections import Counter

from sqlalchemy import func, select

from portal.models import DemoClaim, Group, License, Operation, User
from tests.actions.estate import Estate
from tests.actions.test_demos import RULES
from tests.api.calling import Visitor, at_once
from tests.api.running import Running


def trial(estate: Estate, **options: object) -> str:
    article = estate.article("CADPRO-DEMO", RULES, model="demo", days=30, options={"days": [7, 14], **options})
    return f"{article.public_id}.14"


def person(estate: Estate, vendor: Group, name: str, email: str) -> User:
    user = estate.user(name, estate.group(f"{name}'s", vendor), "admin")
    user.email = email
    return user


def test_fifty_requests_at_once_are_one_license(running: Running) -> None:
    with running.estate() as estate:
        demo = trial(estate)
        eve = person(estate, estate.group("Tessel", kind="vendor"), "Eve", "eve@people.example")
        visitor = Visitor(running.url, {"session": estate.session(eve)})
    assert visitor.get("/requests/demo").status == 200
    replies = at_once([lambda: visitor.post("/requests/demo", demo=demo)] * 50)
    assert Counter(reply.status for reply in replies) == {303: 50}
    with running.look() as db:
        counts = [db.scalar(select(func.count()).select_from(table)) for table in (License, DemoClaim, Operation)]
        assert counts == [1, 1, 1]


def test_fifty_spellings_of_one_mailbox_at_once_are_one_license(running: Running) -> None:
    with running.estate() as estate:
        demo = trial(estate)
        vendor = estate.group("Tessel", kind="vendor")
        people = [person(estate, vendor, f"P{number}", f"eve+{number}@people.example") for number in range(50)]
        visitors = [Visitor(running.url, {"session": estate.session(one)}) for one in people]
    for visitor in visitors:
        assert visitor.get("/requests/demo").status == 200
    replies = at_once([lambda visitor=visitor: visitor.post("/requests/demo", demo=demo) for visitor in visitors])
    assert Counter(reply.status for reply in replies) == {303: 1, 422: 49}
    with running.look() as db:
        assert db.scalar(select(func.count()).select_from(License)) == 1


def test_a_company_gets_as_many_as_it_may(running: Running) -> None:
    with running.estate() as estate:
        demo = trial(estate, per_company=3)
        vendor = estate.group("Tessel", kind="vendor")
        people = [person(estate, vendor, f"P{number}", f"p{number}@firm.example") for number in range(20)]
        visitors = [Visitor(running.url, {"session": estate.session(one)}) for one in people]
    for visitor in visitors:
        assert visitor.get("/requests/demo").status == 200
    replies = at_once([lambda visitor=visitor: visitor.post("/requests/demo", demo=demo) for visitor in visitors])
    assert Counter(reply.status for reply in replies) == {303: 3, 422: 17}
