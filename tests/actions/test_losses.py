"""A PC is gone: what the rules say of each license on it, one report for all of them, and taking it back in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.access import Actor
from portal.actions import activations, losses, returns
from portal.actions.ledger import Question, hold
from portal.actions.losses import Reported
from portal.audit import Happened
from portal.models import (
    Activation,
    ActivationState,
    Device,
    Event,
    License,
    Loss,
    LossActivation,
    LossKind,
    Operation,
    WaitingDevice,
)
from portal.reports.blocked import block_list
from tests.actions.estate import Estate, Minted, pc

MOVES = """
name = "Moves"
time_zone = "Europe/Berlin"
[binding]
match = "most"
[[allowance]]
name = "moves"
operations = ["rehost"]
limit = 1
window = "rolling P365D"
[lease]
ttl = "P30D"
"""
NO_MOVES = MOVES.replace("limit = 1", "limit = 0").replace('name = "Moves"', 'name = "None"')
SHARED = MOVES.replace("limit = 1", 'scope = "group"\nlimit = 2').replace('name = "Moves"', 'name = "Shared"')
UNLESS_BROKEN = """
name = "Waits"
time_zone = "Europe/Berlin"
[binding]
match = "most"
[[cooldown]]
before = "rehost"
after = "activate"
period = "P30D"
exempt_reasons = ["hardware_failure"]
"""
Held = list[tuple[License, Activation]]


class Pc:
    """Eve's PC with a license for each of these rules on it."""

    def __init__(self, estate: Estate, *rules: str, **article: object) -> None:
        self.estate, self.home = estate, estate.group()
        self.user = estate.user("Eve", self.home)
        self.eve: Actor = estate.actor(self.user)
        self.minted: list[Minted] = []
        for number, text in enumerate(rules):
            made = estate.article(f"CADPRO-{number}", rules=text, **article)
            self.minted.append(estate.own(made, self.user, self.home))
        for one in self.minted:
            estate.run_on(one.license, pc(1), days=3)
        self.device = estate.db.execute(select(Device)).scalar_one()

    def held(self) -> Held:
        rows = self.estate.db.execute(
            select(License, Activation)
            .join(Activation, Activation.license_id == License.id)
            .where(Activation.device_id == self.device.id, Activation.ended_at.is_(None))
            .order_by(License.id)
        )
        found = [(row[0], row[1]) for row in rows]
        for license_, _ in found:
            hold(self.estate.db, license_.id)
        return found

    def report(self, kind: LossKind = LossKind.LOST, held: Held | None = None) -> Reported:
        doing = self.estate.doing(self.eve)
        return losses.report(doing, self.device, kind, self.held() if held is None else held)

    def undo(self, loss: Loss | None, estate: Estate | None = None) -> str:
        rows = self.estate.db.execute(
            select(License, LossActivation)
            .join(Activation, Activation.license_id == License.id)
            .join(LossActivation, LossActivation.activation_id == Activation.id)
            .where(LossActivation.loss_id == loss.id)
            .order_by(License.id)
        )
        return losses.undo((estate or self.estate).doing(self.eve), loss, [(row[0], row[1]) for row in rows])

    def rows(self) -> Sequence[LossActivation]:
        return self.estate.db.execute(select(LossActivation).order_by(LossActivation.id)).scalars().all()


def count(estate: Estate, what: object, *where: object) -> int:
    return estate.db.execute(select(func.count()).select_from(what).where(*where)).scalar_one()


def test_all_that_the_rules_let_go_moves_on_and_the_rest_stays(estate: Estate) -> None:
    eves = Pc(estate, MOVES, NO_MOVES)
    (free, first), (bound, second) = eves.held()
    loss = eves.report().loss
    assert (loss.kind, loss.device_id, loss.user_id) == ("lost", eves.device.id, eves.eve.user_id)
    assert first.state == ActivationState.REPLACED and second.state == ActivationState.ACTIVE
    assert [(row.code, row.replaced_by_id is None) for row in eves.rows()] == [
        ("ok", False), ("allowance_exhausted", True),
    ]  # fmt: skip
    new = estate.db.get_one(Activation, eves.rows()[0].replaced_by_id)
    assert (new.license_id, new.device_id, new.state, new.generation) == (free.id, None, "pending", 2)
    assert free.used == bound.used == 1
    kinds = [kind for (kind,) in estate.db.execute(select(Event.kind).order_by(Event.id)).all()]
    assert kinds[-3:] == [Happened.DEVICE_MOVED, Happened.DEVICE_MOVED, Happened.DEVICE_LOST]


def test_the_preview_says_what_the_report_will_come_to_also_where_a_budget_is_shared(estate: Estate) -> None:
    eves = Pc(estate, SHARED, SHARED, SHARED, NO_MOVES)
    said = losses.preview(estate.doing(eves.eve), eves.held())
    promised = [one.decision(LossKind.LOST).code for one in said]
    assert promised == ["ok", "ok", "allowance_exhausted", "allowance_exhausted"]
    eves.report()
    assert [row.code for row in eves.rows()] == promised
    assert count(estate, Operation, Operation.operation == "rehost") == 2


def test_the_preview_tells_where_it_matters_what_happened(estate: Estate) -> None:
    eves = Pc(estate, UNLESS_BROKEN, MOVES)
    waits, moves = losses.preview(estate.doing(eves.eve), eves.held())
    assert waits.depends and not moves.depends
    assert waits.decision(LossKind.STOLEN).code == "cooldown" and waits.decision(LossKind.BROKEN).allowed
    eves.report(LossKind.BROKEN)
    assert [row.code for row in eves.rows()] == ["ok", "ok"]


def test_pressed_twice_it_is_one_report(estate: Estate) -> None:
    eves = Pc(estate, MOVES, NO_MOVES)
    held = eves.held()
    first = eves.report()
    again = eves.report(held=held)
    assert again.again and again.loss is first.loss
    assert count(estate, Loss) == 1 and count(estate, Operation, Operation.operation == "rehost") == 1


def test_a_pc_on_which_nothing_runs_any_more_is_nobodys_loss(estate: Estate) -> None:
    eves = Pc(estate, MOVES)
    ((license_, activation),) = held = eves.held()
    returns.give_back(estate.doing(eves.eve), license_, activation)
    assert eves.report(held=held) == Reported(None, "device_not_in_use")
    assert count(estate, Loss) == 0


def test_the_pc_that_waits_gets_the_seat(estate: Estate) -> None:
    eves = Pc(estate, MOVES)
    estate.run_on(eves.minted[0].license, pc(2))
    assert count(estate, WaitingDevice, WaitingDevice.ended_at.is_(None)) == 1
    eves.report()
    new = estate.db.get_one(Activation, eves.rows()[0].replaced_by_id)
    assert estate.db.get_one(Device, new.device_id).name == "DESK-2"


def test_it_is_taken_back_as_long_as_nobody_touched_the_new_seat(estate: Estate) -> None:
    eves = Pc(estate, MOVES)
    ((license_, old),) = eves.held()
    before = (old.line, old.generation, old.state, license_.used)
    loss = eves.report().loss
    question = Question(estate.doing(eves.eve), license_, None, evidence="declaration")
    assert question.decide("rehost").code == "allowance_exhausted"
    later = estate.later(hours=23)
    assert eves.undo(loss, later) == ""
    estate.db.refresh(old)
    assert (old.line, old.generation, old.state, license_.used) == before and old.ended_at is None
    assert loss.undone_at == later.now
    # It counts as never done: the move is there again, and can be used.
    again = Question(later.doing(eves.eve), license_, None, evidence="declaration").decide("rehost")
    assert again.allowed and again.remaining == {"moves": 1}
    assert eves.undo(loss, later) == ""
    assert count(estate, Event, Event.kind == Happened.DEVICE_FOUND) == 1
    outcome = activations.reactivate(later.doing(eves.eve), license_, old, None, reason="lost")
    assert outcome.allowed and outcome.activation.generation == old.generation + 1


def test_what_came_back_is_on_no_block_list(estate: Estate) -> None:
    eves = Pc(estate, MOVES)
    ((_, old),) = eves.held()
    loss = eves.report(LossKind.STOLEN).loss
    assert block_list(estate.db, estate.now).blocked == {str(old.line): 1}
    eves.undo(loss)
    estate.db.flush()
    assert str(old.line) not in block_list(estate.db, estate.now).blocked


def test_after_a_day_it_stays_as_it_is(estate: Estate) -> None:
    eves = Pc(estate, MOVES)
    loss = eves.report().loss
    assert eves.undo(loss, estate.later(hours=24)) == "undo_too_late"
    assert loss.undone_at is None and count(estate, Operation, Operation.undone_at.is_not(None)) == 0


def test_a_seat_that_runs_elsewhere_stays_there_and_the_others_come_back(estate: Estate) -> None:
    eves = Pc(estate, MOVES, MOVES.replace('"Moves"', '"More"'))
    (first, old_first), (second, old_second) = eves.held()
    loss = eves.report().loss
    assert estate.run_on(first, pc(2)).allowed
    assert eves.undo(loss) == ""
    assert old_first.state == ActivationState.REPLACED and old_second.state == ActivationState.ACTIVE
    assert second.used == first.used == 1


def test_where_all_of_it_runs_elsewhere_nothing_comes_back(estate: Estate) -> None:
    eves = Pc(estate, MOVES)
    loss = eves.report().loss
    estate.run_on(eves.minted[0].license, pc(2))
    assert eves.undo(loss) == "undo_in_use" and loss.undone_at is None


def test_a_stolen_pc_does_not_get_the_seat_that_was_kept_for_its_successor(estate: Estate) -> None:
    eves = Pc(estate, MOVES)
    license_ = eves.minted[0].license
    loss = eves.report(LossKind.STOLEN).loss
    refused = estate.run_on(license_, pc(1))
    assert (refused.decision.code, refused.activation) == ("device_stolen", None)
    assert estate.run_on(license_, pc(2)).allowed
    assert loss.undone_at is None


def test_a_stolen_pc_that_came_back_may_start_again(estate: Estate) -> None:
    eves = Pc(estate, MOVES)
    loss = eves.report(LossKind.STOLEN).loss
    eves.undo(loss)
    assert estate.run_on(eves.minted[0].license, pc(1)).again


@pytest.mark.parametrize("kind", [LossKind.LOST, LossKind.BROKEN])
def test_a_pc_that_was_only_lost_is_the_next_that_asks_like_any(estate: Estate, kind: LossKind) -> None:
    eves = Pc(estate, MOVES)
    eves.report(kind)
    assert estate.run_on(eves.minted[0].license, pc(1)).allowed


def test_the_report_and_the_undoing_stand_in_order_of_time(estate: Estate) -> None:
    eves = Pc(estate, MOVES)
    loss = eves.report().loss
    assert loss.reported_at == estate.now
    assert eves.undo(loss, estate.later(hours=1)) == ""
    operation = estate.db.execute(select(Operation).where(Operation.operation == "rehost")).scalar_one()
    assert operation.undone_at - operation.at == timedelta(hours=1)
