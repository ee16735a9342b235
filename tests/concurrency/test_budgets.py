"""Fifty licenses of one owner draw on one budget at the same moment: it gives what it has, and never one too many."""

from collections import Counter
from functools import partial

import pytest
from sqlalchemy import func, select

from portal.models import Activation, Event, License, Operation
from tests.actions.estate import Estate, Minted, pc
from tests.api.calling import Program, Reply, Visitor, at_once
from tests.api.running import Running

RACERS = 50
BUDGET = 3


def rules(operation: str, scope: str) -> str:
    return (
        'name = "One budget"\ntime_zone = "Europe/Berlin"\n[binding]\nmatch = "most"\n[[allowance]]\nname = "budget"\n'
        f'operations = ["{operation}"]\nscope = "{scope}"\nlimit = {BUDGET}\nwindow = "rolling P30D"\n'
    )


def owned(estate: Estate, operation: str, scope: str) -> tuple[list[Minted], str]:
    """Fifty licenses of Eve's, in one group, and her session."""
    group = estate.group()
    eve = estate.user("Eve", group)
    article = estate.article(rules=rules(operation, scope))
    return [estate.own(article, eve, group) for _ in range(RACERS)], estate.session(eve)


def count(running: Running, operation: str) -> int:
    with running.look() as db:
        return db.execute(select(func.count(Operation.id)).where(Operation.operation == operation)).scalar_one()


@pytest.mark.parametrize("scope", ["group", "product", "device"])
def test_fifty_programs_on_one_budget(running: Running, scope: str) -> None:
    with running.estate() as estate:
        minted, _ = owned(estate, "activate", scope)
    # On one budget per device it is the same PC that asks for each of the licenses.
    machines = [pc("shared" if scope == "device" else number) for number in range(RACERS)]
    programs = [Program(running.url, one.code) for one in minted]
    replies = at_once(
        [partial(program.activate, machine) for program, machine in zip(programs, machines, strict=True)]
    )
    assert Counter(reply.status for reply in replies) == {201: BUDGET, 422: RACERS - BUDGET}
    assert {reply.error["meta"]["code"] for reply in replies if reply.status == 422} == {"allowance_exhausted"}
    assert count(running, "activate") == BUDGET
    with running.look() as db:
        assert db.execute(select(func.sum(License.used))).scalar_one() == BUDGET
        refused = select(func.count(Event.id)).where(Event.outcome == "refused", Event.code == "allowance_exhausted")
        assert db.execute(refused).scalar_one() == RACERS - BUDGET


def test_fifty_moves_of_one_person(running: Running) -> None:
    with running.estate() as estate:
        minted, session = owned(estate, "rehost", "user")
        places = []
        for number, one in enumerate(minted):
            activation = estate.run_on(one.license, pc(number), days=3).activation
            assert activation is not None
            places.append(f"/activations/{activation.public_id}/reactivation")
    first = Visitor(running.url, {"session": session})
    assert first.get("/licenses").status == 200
    visitors = [Visitor(running.url, dict(first.cookies), first.csrf) for _ in range(RACERS)]

    def moves(visitor: Visitor, place: str) -> Reply:
        return visitor.post(place, reason="lost", gone="yes", target="")

    replies = at_once([partial(moves, *pair) for pair in zip(visitors, places, strict=True)])
    assert Counter(reply.status for reply in replies) == {303: BUDGET, 422: RACERS - BUDGET}
    assert count(running, "rehost") == BUDGET
    with running.look() as db:
        kept = select(func.count(Activation.id)).where(Activation.ended_at.is_(None), Activation.device_id.is_(None))
        assert db.execute(kept).scalar_one() == BUDGET
