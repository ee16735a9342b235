"""Measuring: the floor and the portal in turns, round by round, so that both see the same disturbances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from benchmarks import client, processes
from benchmarks.client import Next
from benchmarks.figures import Figures, Result, Round, figures
from benchmarks.plan import Plan
from benchmarks.servers import Server
from benchmarks.works import Work

Say = Callable[[str], None]
Key = TypeVar("Key", str, int)


@dataclass(frozen=True, slots=True)
class Side:
    """One of those that are measured in turns. `follow` makes the requests of one round; `postmaster` is PostgreSQL's
    first process, where it runs here."""

    server: Server
    follow: Callable[[], Next]
    postmaster: int | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """What a run measures with."""

    plan: Plan
    say: Say
    postmaster: int | None = None

    def measure(
        self, work: Work, name: str, portal: Server, follow: Callable[[], Next], floor: Server | None = None,
        of_floor: Callable[[], Next] | None = None,
    ) -> Result:  # fmt: skip
        """The portal, and the floor where there is one. `of_floor` makes other requests for it."""
        sides = {"floor": Side(floor, of_floor or follow, self.postmaster)} if floor else {}
        found = self.in_turns(work, name, {**sides, "portal": Side(portal, follow, self.postmaster)})
        return Result(name, found["portal"], found.get("floor"), work.goal, work.least)

    def in_turns(self, work: Work, name: str, sides: Mapping[Key, Side]) -> dict[Key, Figures]:
        """Warm up, then measure all of them round by round."""
        self.say(f"measuring: {name}")
        rounds: dict[Key, list[Round]] = {each: [] for each in sides}
        for side in sides.values():
            self._round(work, side, max(self.plan.warm, self.plan.seconds / 2))
        for _ in range(self.plan.rounds):
            for each, side in sides.items():
                rounds[each].append(self._round(work, side, self.plan.seconds))
        return {each: figures(taken) for each, taken in rounds.items()}

    def _round(self, work: Work, side: Side, seconds: float) -> Round:
        follow, wanted = side.follow(), frozenset({work.wanted})
        before, database = side.server.cpu(), cpu_of(side.postmaster)
        taken = client.drive(side.server.port, follow, work.connections, seconds, wanted)
        return Round(taken, side.server.cpu() - before, cpu_of(side.postmaster) - database)


def cpu_of(postmaster: int | None) -> float:
    """CPU seconds of PostgreSQL's processes so far."""
    return processes.family_cpu(postmaster) if postmaster else 0.0
