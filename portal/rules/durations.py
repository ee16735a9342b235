"""Durations such as P1Y or P30D, and what "that much later" means on the vendor's clock."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# A moment that does not come: what lies beyond the calendar is treated as never reached.
NEVER = datetime.max.replace(tzinfo=UTC)

_SHAPE = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,9})Y)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})W)?(?:([0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})S)?)?"
)
# The calendar of Python ends with the year 9999.
_MOST_MONTHS = 12 * 9_998
_MOST_SECONDS = 9_998 * 366 * 86_400


@dataclass(frozen=True, slots=True)
class Duration:
    """Calendar months plus an exact rest; `text` is how it was written and does not count in comparisons.

    `at_least` is a span that it never falls short of, whatever the calendar or a change of the clock does.
    """

    months: int
    exact: timedelta
    text: str = field(compare=False)
    at_least: timedelta = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at_least", self.exact + timedelta(days=max(0, 28 * self.months - 2)))

    @property
    def is_zero(self) -> bool:
        return not self.months and not self.exact

    def soonest_after(self, moment: datetime) -> datetime:
        """A cheap moment that `after` never comes before."""
        try:
            return moment + self.at_least
        except OverflowError:
            return NEVER

    def after(self, moment: datetime, zone: ZoneInfo, times: int = 1) -> datetime:
        """The moment `times` durations after `moment` (UTC), or NEVER where the calendar ends before.

        Years and months are steps on the wall clock of `zone` with the day clamped to the end of the month;
        the exact rest (weeks, days, hours, minutes, seconds) is added to that.
        """
        try:
            if self.months:
                moment = _months_later(moment, self.months * times, zone)
            return moment + self.exact * times
        except (OverflowError, ValueError):
            return NEVER


def parse_duration(text: str) -> Duration:
    """Read `PnYnMnWnDTnHnMnS` in whole numbers; ValueError says what is wrong with anything else."""
    found = _SHAPE.fullmatch(text)
    if found is None or text[-1] in "PT":
        raise ValueError(f"{text!r} is no duration; write for instance P30D, P1Y or PT12H")
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    rest = ((7 * weeks + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    if 12 * years + months > _MOST_MONTHS or rest > _MOST_SECONDS:
        raise ValueError(f"the duration {text!r} is longer than any calendar")
    return Duration(12 * years + months, timedelta(seconds=rest), text)


def local_moment(wall: datetime, zone: ZoneInfo, *, second: bool = False) -> datetime:
    """The UTC moment of a naive wall-clock time.

    A time that does not exist moves forward by the gap; of a time that exists twice it is the first, unless
    the second is asked for.
    """
    return wall.replace(tzinfo=zone, fold=int(second)).astimezone(UTC)


def _months_later(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    wall = moment.astimezone(zone).replace(tzinfo=None)
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    day = min(wall.day, _days_in(year, month + 1))
    return local_moment(wall.replace(year=year, month=month + 1, day=day, fold=0), zone)


def _days_in(year: int, month: int) -> int:
    if month == 12:
        return 31
    return (date(year, month + 1, 1) - date(year, month, 1)).days
