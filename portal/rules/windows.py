"""The spans over which an allowance counts: rolling, by the calendar, since the term began, or ever."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from portal.rules.durations import NEVER, Duration, local_moment

UNITS = ("day", "week", "month", "quarter", "year")

# Clamping at a month's end and a change of the clock can bring the ends of two rolling windows out of order,
# but never those of operations that lie further apart than this.
DISORDER = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a window needs to know of the request: the vendor's time zone and the license's term."""

    zone: ZoneInfo
    term_begin: datetime | None


class Window(Protocol):
    """`times` are ascending UTC moments, none later than `now`."""

    def counting(self, times: Sequence[datetime], now: datetime, frame: Frame) -> Sequence[datetime]:
        """Those of `times` that the window still counts at `now`."""

    def opens(self, times: Sequence[datetime], limit: int, now: datetime, frame: Frame) -> datetime | None:
        """The first moment from `now` on at which fewer than `limit` (at least 1) count; None is never."""


@dataclass(frozen=True, slots=True)
class Rolling:
    period: Duration

    def counting(self, times: Sequence[datetime], now: datetime, frame: Frame) -> Sequence[datetime]:
        surely = _surely_after(now, self.period.at_least)
        kept: list[datetime] = []
        gone = None
        for at in reversed(times):
            if at > surely or now < self.period.after(at, frame.zone):
                kept.append(at)
            elif gone is None:
                gone = at
            elif gone - at > DISORDER:
                break
        kept.reverse()
        return kept

    def opens(self, times: Sequence[datetime], limit: int, now: datetime, frame: Frame) -> datetime | None:
        counting = self.counting(times, now, frame)
        too_many = len(counting) - limit
        if too_many < 0:
            return now
        # What ended long before or ends long after the one in question need not be worked out.
        latest = counting[too_many]
        near = [at for at in counting if abs(at - latest) <= DISORDER]
        ends = sorted(self.period.after(at, frame.zone) for at in near)
        end = ends[too_many - bisect_left(counting, near[0])]
        return None if end == NEVER else end


@dataclass(frozen=True, slots=True)
class Calendar:
    unit: str

    def counting(self, times: Sequence[datetime], now: datetime, frame: Frame) -> Sequence[datetime]:
        begin = self._first_day(now.astimezone(frame.zone).date())
        kept = []
        for at in reversed(times):
            day = at.astimezone(frame.zone).date()
            if self._first_day(day) == begin:
                kept.append(at)
            elif (begin - day).days > 1:
                break
        kept.reverse()
        return kept

    def opens(self, times: Sequence[datetime], limit: int, now: datetime, frame: Frame) -> datetime | None:
        while len(self.counting(times, now, frame)) >= limit:
            try:
                now = self._next(now, frame.zone)
            except (OverflowError, ValueError):
                return None
        return now

    def _first_day(self, day: date) -> date:
        match self.unit:
            case "week":
                return day - timedelta(days=day.weekday())
            case "month":
                return day.replace(day=1)
            case "quarter":
                return day.replace(month=day.month - (day.month - 1) % 3, day=1)
            case "year":
                return day.replace(month=1, day=1)
        return day

    def _next(self, now: datetime, zone: ZoneInfo) -> datetime:
        begin = self._first_day(now.astimezone(zone).date())
        longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[self.unit]
        # The day after the longest unit lies in the next one, and that one's first day is what we look for.
        midnight = datetime.combine(self._first_day(begin + timedelta(days=longest)), time())
        start = local_moment(midnight, zone)
        # Where the clock goes back across midnight, the day begins twice.
        return start if start > now else local_moment(midnight, zone, second=True)


@dataclass(frozen=True, slots=True)
class Term:
    def counting(self, times: Sequence[datetime], now: datetime, frame: Frame) -> Sequence[datetime]:
        begin = frame.term_begin
        return times if begin is None else [at for at in times if at >= begin]

    def opens(self, times: Sequence[datetime], limit: int, now: datetime, frame: Frame) -> datetime | None:
        return now if len(self.counting(times, now, frame)) < limit else None


@dataclass(frozen=True, slots=True)
class Lifetime:
    def counting(self, times: Sequence[datetime], now: datetime, frame: Frame) -> Sequence[datetime]:
        return times

    def opens(self, times: Sequence[datetime], limit: int, now: datetime, frame: Frame) -> datetime | None:
        return now if len(times) < limit else None


def _surely_after(now: datetime, span: timedelta) -> datetime:
    """The moment before which an operation may have left a window that is at least `span` long."""
    try:
        return now - span
    except OverflowError:
        return now.min.replace(tzinfo=now.tzinfo)
