"""What state a license is in, and what its row offers first: tables over plain facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from portal.models import ActivationState, LicenseState
from portal.reports.shapes import State, Way
from portal.reports.states import SOON, Held, state_of, way_of
from tests.fixtures.village import NOW

SECOND = timedelta(seconds=1)


@dataclass
class Facts:
    """The columns that decide."""

    state: str = LicenseState.REGISTERED
    ends_at: datetime | None = None
    used: int = 1
    quantity: int = 1
    overage: int = 0
    stands_for_id: int | None = None


ACTIVE = frozenset({ActivationState.ACTIVE})
CASES = {
    "merged before all else": (Facts(LicenseState.MERGED, NOW - SECOND), Held(waiting="PC"), State.MERGED),
    "revoked": (Facts(LicenseState.REVOKED), Held(waiting="PC"), State.REVOKED),
    "recalled while it still runs": (Facts(LicenseState.RECALLED), Held(states=ACTIVE), State.RECALLED),
    "over at its very end": (Facts(ends_at=NOW), Held(waiting="PC"), State.EXPIRED),
    "not over a second before": (Facts(ends_at=NOW + SECOND), Held(states=ACTIVE), State.ENDS_SOON),
    "somebody waits": (Facts(), Held(states=ACTIVE, waiting="PC"), State.WAITING),
    "kept for the next": (Facts(), Held(is_kept=True), State.KEPT),
    "handed over": (Facts(), Held(states=frozenset({ActivationState.PENDING})), State.TRANSFER),
    "asked back": (
        Facts(),
        Held(states=frozenset({ActivationState.RETURNING, ActivationState.ACTIVE})),
        State.RETURNING,
    ),
    "one of many asked back": (
        Facts(used=361, quantity=400),
        Held(states=frozenset({ActivationState.RETURNING, ActivationState.PENDING, ActivationState.ACTIVE})),
        State.ACTIVE,
    ),
    "unused": (Facts(used=0), Held(), State.READY),
    "unused and soon over": (Facts(used=0, ends_at=NOW + SECOND), Held(), State.READY),
    "soon over": (Facts(ends_at=NOW + SOON), Held(states=ACTIVE), State.ENDS_SOON),
    "not so soon": (Facts(ends_at=NOW + SOON + SECOND), Held(states=ACTIVE), State.ACTIVE),
    "for good": (Facts(), Held(states=ACTIVE), State.ACTIVE),
}


@pytest.mark.parametrize("name", CASES)
def test_the_state_is_what_needs_somebody_first(name: str) -> None:
    facts, seats, state = CASES[name]
    assert state_of(facts, seats, NOW) is state


@pytest.mark.parametrize(
    ("state", "facts", "way"),
    [
        (State.WAITING, Facts(used=1), Way.MOVE),
        (State.WAITING, Facts(used=1, quantity=2), Way.GIVE),
        (State.WAITING, Facts(used=2, quantity=2, overage=1), Way.GIVE),
        (State.KEPT, Facts(), Way.SEE),
        (State.RETURNING, Facts(), Way.SEE),
        (State.READY, Facts(used=0), Way.ACTIVATE),
        (State.ACTIVE, Facts(), Way.MANAGE),
        (State.ENDS_SOON, Facts(), Way.MANAGE),
        (State.EXPIRED, Facts(), Way.BUY),
        (State.REVOKED, Facts(), Way.HISTORY),
        (State.MERGED, Facts(), Way.HISTORY),
    ],
)
def test_a_row_offers_first_what_helps_most(state: State, facts: Facts, way: Way) -> None:
    assert way_of(facts, state, may_use=True) is way
    assert way_of(facts, state, may_use=False) is Way.HISTORY
