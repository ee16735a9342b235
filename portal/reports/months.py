"""Whole months on the vendor's calendar, for figures that run over time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def month_starts(now: datetime, zone: ZoneInfo, months: int) -> tuple[datetime, ...]:
    """The beginnings of the last so many months, the present one last, and after it the beginning of the next."""
    here = now.astimezone(zone)
    present = here.year * 12 + here.month - 1
    return tuple(
        datetime(month // 12, month % 12 + 1, 1, tzinfo=zone) for month in range(present - months + 1, present + 2)
    )
