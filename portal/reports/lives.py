"""How long PCs live: from their first activation until a license had to move away because they were gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Activation, ActivationState, Device, Operation

MONTH = 30.4375  # days, on average
FETCHED = 5_000  # rows that are in memory at once
LEAST = 20  # PCs; fewer say nothing


@dataclass(frozen=True, slots=True)
class Lives:
    """The share of PCs that are still in use after so many months, `shares[0]` being all of them.

    `median` is the month in which half of them are gone, None while more than half last longer than was seen.
    """

    pcs: int
    gone: int
    shares: tuple[float, ...]
    median: int | None


@dataclass(slots=True)
class _Life:
    """What is known of one PC, over all licenses that ran on it."""

    since: datetime
    until: datetime
    is_gone: bool = False


def lives(db: Session, now: datetime) -> Lives | None:
    """Of every PC that a license was activated on; None where they are too few to say anything.

    A PC that was set up anew is another device with other parts, and lives on: the ledger says which it was before.
    """
    gone: Counter[int] = Counter()
    seen: Counter[int] = Counter()
    for life in _known(db, now):
        (gone if life.is_gone else seen)[_months(life)] += 1
    return survival(gone, seen) if gone.total() + seen.total() >= LEAST else None


def _known(db: Session, now: datetime) -> Iterable[_Life]:
    repairs = db.execute(select(Operation.line, Operation.at).where(Operation.operation == "repair"))
    repaired = {(line, at) for line, at in repairs}
    rows = db.execute(
        select(
            Activation.line, Activation.device_id, Activation.started_at, Activation.ended_at, Activation.state
        )
        .join(Device, Device.id == Activation.device_id)
        .where(Device.kind == "computer", Activation.confirmed_at.is_not(None))
        .order_by(Activation.line, Activation.generation)
        .execution_options(yield_per=FETCHED)
    )  # fmt: skip
    found: dict[int, _Life] = {}
    before: tuple[UUID, _Life] | None = None
    for line, device, started, ended, state in rows:
        if before is not None and before[0] == line and (line, started) in repaired:
            found[device] = before[1]
        life = found.setdefault(device, _Life(started, started))
        life.since = min(life.since, started)
        if ended is None or ended >= life.until:
            life.until = ended or now
            life.is_gone = state == ActivationState.REPLACED and (line, ended) not in repaired
        before = line, life
    return {id(life): life for life in found.values()}.values()


def survival(gone: Counter[int], seen: Counter[int]) -> Lives:
    """The Kaplan-Meier estimate: who was only seen until some month counts among those at risk up to it, no further.

    `gone` counts lives that ended in a month, `seen` those that were still going on when they were last seen.
    """
    at_risk = gone.total() + seen.total()
    pcs, share, shares = at_risk, 1.0, [1.0]
    for month in range(_last([*gone, *seen]) + 1):
        if at_risk:
            share *= 1 - gone[month] / at_risk
        at_risk -= gone[month] + seen[month]
        shares.append(share)
    median = next((month for month, left in enumerate(shares) if left <= 0.5), None)
    return Lives(pcs, gone.total(), tuple(shares), median)


def _months(life: _Life) -> int:
    return max(0, int((life.until - life.since).total_seconds() / 86_400 / MONTH))


def _last(months: Iterable[int]) -> int:
    return max(months, default=0)
