"""What the vendor learns, as people read it: rules that hurt, and how long PCs live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.actions.recorded import ASKED
from portal.language import Language
from portal.reports.hindrances import Hindrance, hindrances
from portal.reports.lives import Lives, lives
from portal.reports.months import month_starts
from portal.screens.charts import OverTime, chart, counted
from portal.web import Answer, Visit, page
from portal.words.trials import code_name, operation

MONTHS = 12
YEAR = 12


@dataclass(frozen=True, slots=True)
class Refused:
    """One row: what was wanted, what was in the way."""

    wanted: str
    reason: str
    row: Hindrance


def show(visit: Visit) -> Answer:
    """Rules that hurt in the last twelve months, and the life of PCs."""
    months = month_starts(visit.now, visit.zone, MONTHS)
    rows = _refused(visit, months)
    found = lives(visit.db, visit.now)
    by_month = [sum(counts) for counts in zip(*(row.row.by_month for row in rows), strict=True)]
    return page(
        visit, "insights/show.html", rows=rows, refusals=_refusals(visit, by_month, months),
        most=max((one.row.times for one in rows), default=0), lives=found, life=_life(visit.lang, found),
        years=[(month // YEAR, found.shares[month]) for month in range(YEAR, len(found.shares), YEAR)] if found else [],
    )  # fmt: skip


def table(visit: Visit) -> tuple[list[str], list[list[str]]]:
    """The refusals month by month, for spreadsheets: the heading and the lines."""
    months = month_starts(visit.now, visit.zone, MONTHS)
    heading = [
        visit.lang.gettext("Product"), visit.lang.gettext("Wanted"), visit.lang.gettext("In the way"),
        visit.lang.gettext("Refused"), visit.lang.gettext("Licenses"), *(f"{month:%Y-%m}" for month in months[:-1]),
    ]  # fmt: skip
    lines = [
        [one.row.product, one.wanted, one.reason, *map(str, (one.row.times, one.row.licenses, *one.row.by_month))]
        for one in _refused(visit, months)
    ]
    return heading, lines


def _refused(visit: Visit, months: Sequence[datetime]) -> list[Refused]:
    kinds = {kind.value: wanted for kind, wanted in ASKED.items()}
    return [
        Refused(operation(visit.lang, kinds[row.kind]), code_name(visit.lang, row.code), row)
        for row in hindrances(visit.db, list(kinds), months)
    ]


def _refusals(visit: Visit, by_month: list[int], months: Sequence[datetime]) -> OverTime | None:
    if not any(by_month):
        return None
    name = visit.lang.gettext("Refusals per month, at most %(most)s") % {"most": visit.lang.number(max(by_month))}
    return counted(visit.lang, by_month, name, [visit.lang.month(month, visit.zone) for month in months[:-1]])


def _life(lang: Language, found: Lives | None) -> OverTime | None:
    if found is None or len(found.shares) < 2:
        return None
    last = len(found.shares) - 1
    name = lang.gettext("Share of PCs still in use, month by month: %(last)s after %(duration)s") % {
        "last": lang.share(found.shares[-1]), "duration": lang.duration(f"P{last}M"),
    }  # fmt: skip
    times = tuple(lang.duration(f"P{month}M") for month in (0, last // 2, last))
    return OverTime(chart(found.shares, 1.0), name, tuple(lang.share(mark) for mark in (1, 0.5, 0)), times)
