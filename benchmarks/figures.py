"""What was measured, in figures: of one server, and of a work beside its floor."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from benchmarks.client import Taken


@dataclass(frozen=True, slots=True)
class Round:
    """One round of one server: requests, seconds, CPU seconds of the server and of the database's processes."""

    taken: Taken
    cpu: float
    database_cpu: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Times in milliseconds; `cpu` is user and system time of the server per request, `database` of PostgreSQL's."""

    requests: int
    rate: float
    p50: float
    p99: float
    cpu: float
    database: float


@dataclass(frozen=True, slots=True)
class Result:
    """A work, and beside it the same on bare parts where there is such a floor."""

    name: str
    portal: Figures
    floor: Figures | None = None
    goal: float | None = None
    least: float | None = None

    @property
    def ratio(self) -> float | None:
        """The floor's CPU time per request as a share of the portal's: 1 would be no cost of our own."""
        return self.floor.cpu / self.portal.cpu if self.floor and self.portal.cpu else None


def figures(rounds: list[Round]) -> Figures:
    """The middle of all rounds, so that one disturbed round says nothing."""
    times = sorted(time for one in rounds for time in one.taken.times)
    counts = [max(1, len(one.taken.times)) for one in rounds]
    return Figures(
        requests=len(times),
        rate=median(count / one.taken.elapsed for one, count in zip(rounds, counts, strict=True)),
        p50=_share(times, 0.5) * 1000,
        p99=_share(times, 0.99) * 1000,
        cpu=median(one.cpu / count * 1000 for one, count in zip(rounds, counts, strict=True)),
        database=median(one.database_cpu / count * 1000 for one, count in zip(rounds, counts, strict=True)),
    )


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
