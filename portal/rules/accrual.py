"""An allowance that grows: nothing at first, one more for each year, at most so many saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from portal.rules.durations import NEVER, Duration
from portal.rules.sets import Accrual

_MEAN_MONTH = timedelta(seconds=2_629_746)  # of the 4,800 months after which the Gregorian calendar repeats


@dataclass(frozen=True, slots=True)
class Balance:
    """`left` of what was there after the latest tick (`full`); `next_tick` is None where nothing more comes."""

    left: int
    full: int
    next_tick: datetime | None


def balance(
    accrual: Accrual,
    factor: int,
    anchor: datetime | None,
    times: Sequence[datetime],
    now: datetime,
    zone: ZoneInfo,
) -> Balance:
    """The balance at `now` after operations at `times` (ascending); `factor` multiplies all three amounts.

    Without an anchor the balance is what it began with, for good. A tick comes before an operation of the same
    second; the balance never falls below 0; operations before the anchor do not count.
    """
    if anchor is None:
        return Balance(accrual.initial * factor, accrual.initial * factor, None)
    account = _Account(accrual, factor, anchor, zone)
    for at in times:
        if at >= anchor:
            account.take(at)
    account.grow(now)
    gains = account.grant > 0 and account.most > 0
    next_tick = accrual.every.after(account.base, zone, account.ticks + 1)
    return Balance(account.left, account.full, next_tick if gains and next_tick != NEVER else None)


class _Account:
    def __init__(self, accrual: Accrual, factor: int, anchor: datetime, zone: ZoneInfo) -> None:
        self._accrual, self._zone = accrual, zone
        self.grant, self.most = accrual.grant * factor, accrual.max_balance * factor
        self.left = self.full = accrual.initial * factor
        self._start(anchor)

    def _start(self, base: datetime) -> None:
        self.base, self.ticks = base, 0
        # No tick comes before this moment; when exactly the next one comes is worked out only when it is near.
        self._due = self._accrual.every.soonest_after(base)

    def take(self, at: datetime) -> None:
        self.grow(at)
        self.left = max(0, self.left - 1)
        if self._accrual.anchor == "last_use":
            self._start(at)

    def grow(self, moment: datetime) -> None:
        if moment < self._due:
            return
        every = self._accrual.every
        reached = _ticks(every, self.base, moment, self._zone)
        if reached > self.ticks:
            self.left = self.full = min(self.most, self.left + (reached - self.ticks) * self.grant)
            self.ticks = reached
        self._due = every.after(self.base, self._zone, reached + 1)


def _ticks(every: Duration, base: datetime, moment: datetime, zone: ZoneInfo) -> int:
    """How many whole periods from `base` have passed at `moment`."""
    count = (moment - base) // (every.exact + _MEAN_MONTH * every.months)
    while every.after(base, zone, count + 1) <= moment:
        count += 1
    while count and every.after(base, zone, count) > moment:
        count -= 1
    return count
