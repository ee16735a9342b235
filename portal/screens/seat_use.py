"""The use of a group's seats over the last year, as a chart and in figures."""

from __future__ import annotations

from portal.reports.months import month_starts
from portal.reports.seats_over_time import Use, seats_over_time
from portal.screens.charts import OverTime, counted
from portal.web import Visit

MONTHS = 12


def use_of(visit: Visit, path: str) -> tuple[OverTime | None, list[Use], list[str]]:
    """The seats of a group in use at the end of each month and now: the chart, each product, the moments in words."""
    moments = [*month_starts(visit.now, visit.zone, MONTHS)[1:-1], visit.now]
    uses = seats_over_time(visit.db, path, moments)
    sums = [sum(counts) for counts in zip(*(use.in_use for use in uses), strict=True)]
    names = [visit.lang.short_date(moment, visit.zone) for moment in moments]
    if not any(sums):
        return None, [], names
    name = visit.lang.gettext("Seats in use: %(first)s on %(begin)s, %(last)s today") % {
        "first": visit.lang.number(sums[0]), "begin": names[0], "last": visit.lang.number(sums[-1]),
    }  # fmt: skip
    return counted(visit.lang, sums, name, names), uses, names
