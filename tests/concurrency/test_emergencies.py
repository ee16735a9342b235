"""Fifty people are stuck at the same moment: the rules give as many emergency licenses as they have, not one more."""

from collections import Counter
from functools import partial

import pytest
from sqlalchemy import func, select

from portal.models import Activation, Emergency, License, Loss, Operation
from tests.actions.estate import Estate, Minted, pc
from tests.actions.test_emergencies import REFUSING
from tests.api.calling import Reply, Visitor, at_once
from tests.api.running import Running

RACERS = 50
BUDGET = 3
SHARED = REFUSING.replace(
    "[lease]",
    f'[[allowance]]\nname = "together"\noperations = ["emergency"]\nscope = "group"\nlimit = {BUDGET}\n'
    'window = "rolling P90D"\n[lease]',
)


def stuck(estate: Estate, rules: str, licenses: int) -> tuple[list[Minted], str]:
    """Eve's licenses, and her session."""
    group = estate.group()
    eve = estate.user("Eve", group)
    article = estate.article(rules=rules)
    return [estate.own(article, eve, group) for _ in range(licenses)], estate.session(eve)


def browsers(running: Running, session: str) -> list[Visitor]:
    first = Visitor(running.url, {"session": session})
    assert first.get("/licenses").status == 200
    return [Visitor(running.url, dict(first.cookies), first.csrf) for _ in range(RACERS)]


def count(running: Running, what: object, *where: object) -> int:
    with running.look() as db:
        return db.execute(select(func.count()).select_from(what).where(*where)).scalar_one()


def take(visitor: Visitor, minted: Minted) -> Reply:
    return visitor.post(f"/licenses/{minted.license.public_id}/emergency", words="")


def test_fifty_clicks_on_one_license_are_one(running: Running) -> None:
    with running.estate() as estate:
        [minted], session = stuck(estate, REFUSING, 1)
    replies = at_once([partial(take, visitor, minted) for visitor in browsers(running, session)])
    assert Counter(reply.status for reply in replies) == {303: RACERS}
    assert len({reply.headers["location"] for reply in replies}) == 1
    assert count(running, Emergency) == count(running, Operation, Operation.operation == "emergency") == 1


def test_fifty_licenses_on_one_budget(running: Running) -> None:
    with running.estate() as estate:
        licenses, session = stuck(estate, SHARED, RACERS)
    pairs = zip(browsers(running, session), licenses, strict=True)
    replies = at_once([partial(take, visitor, minted) for visitor, minted in pairs])
    assert Counter(reply.status for reply in replies) == {303: BUDGET, 422: RACERS - BUDGET}
    assert count(running, Emergency) == count(running, Operation, Operation.operation == "emergency") == BUDGET
    assert count(running, License, License.stands_for_id.is_not(None)) == BUDGET


def test_used_ones_are_followed_by_no_more_than_the_limit(running: Running) -> None:
    """The one that was taken before is in use, so that each click asks for another; the rules have two."""
    with running.estate() as estate:
        [minted], session = stuck(estate, REFUSING, 1)
    visitors = browsers(running, session)
    assert take(visitors[0], minted).status == 303
    with running.estate() as estate:
        made = estate.db.execute(select(License).where(License.stands_for_id.is_not(None))).scalar_one()
        estate.run_on(made, pc(2))
    replies = at_once([partial(take, visitor, minted) for visitor in visitors])
    assert {reply.status for reply in replies} == {303} and count(running, Emergency) == 2
    with running.estate() as estate:
        second = select(License).where(License.stands_for_id.is_not(None), License.used == 0)
        estate.run_on(estate.db.execute(second).scalar_one(), pc(3))
    replies = at_once([partial(take, visitor, minted) for visitor in visitors])
    assert {reply.status for reply in replies} == {422} and count(running, Emergency) == 2


@pytest.mark.parametrize("licenses", [5])
def test_fifty_reports_of_one_pc_are_one(running: Running, licenses: int) -> None:
    rules = REFUSING.replace("limit = 0", "limit = 1").replace('scope = "group"', 'scope = "license"')
    with running.estate() as estate:
        minted, session = stuck(estate, rules, licenses)
        device = {estate.run_on(one.license, pc(1), days=3).device for one in minted}.pop()
        assert device is not None
        place = f"/devices/{device.public_id}/loss"
    replies = at_once(
        [partial(visitor.post, place, kind="stolen", gone="yes") for visitor in browsers(running, session)]
    )
    assert {reply.status for reply in replies} == {303}
    assert len({reply.headers["location"] for reply in replies}) == 1
    assert count(running, Loss) == 1
    assert count(running, Operation, Operation.operation == "rehost") == licenses
    kept = count(running, Activation, Activation.ended_at.is_(None), Activation.device_id.is_(None))
    assert kept == licenses
    with running.look() as db:
        assert db.execute(select(func.sum(License.used))).scalar_one() == licenses
