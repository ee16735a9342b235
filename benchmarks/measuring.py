"""Measuring: the floor and the portal in turns, round by round, so that both see the same disturbances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks import client, processes
from benchmarks.client import Next
from benchmarks.figures import Figures, Result, Round, figures
from benchmarks.plan import Plan
from benchmarks.servers import Server
from benchmarks.works import Work

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bench:
    """What a run measures with. `postmaster` is PostgreSQL's first process, where it runs here."""

    plan: Plan
    say: Say
    postmaster: int | None = None

    def measure(
        self, work: Work, name: str, portal: Server, follow: Callable[[], Next], floor: Server | None = None,
        of_floor: Callable[[], Next] | None = None,
    ) -> Result:  # fmt: skip
        """Warm up, then measure. `follow` makes the requests of one round of the portal, `of_floor` of the floor."""
        self.say(f"measuring: {name}")
        servers: Mapping[str, tuple[Server, Callable[[], Next]]] = {"portal": (portal, follow)}
        if floor:
            servers = {"floor": (floor, of_floor or follow), **servers}
        rounds: dict[str, list[Round]] = {each: [] for each in servers}
        for server, ask in servers.values():
            self._round(work, server, ask(), max(self.plan.warm, self.plan.seconds / 2))
        for _ in range(self.plan.rounds):
            for each, (server, ask) in servers.items():
                rounds[each].append(self._round(work, server, ask(), self.plan.seconds))
        found: dict[str, Figures] = {each: figures(taken) for each, taken in rounds.items()}
        return Result(name, found["portal"], found.get("floor"), work.goal, work.least)

    def _round(self, work: Work, server: Server, follow: Next, seconds: float) -> Round:
        before, database = server.cpu(), self.database()
        taken = client.drive(server.port, follow, work.connections, seconds, frozenset({work.wanted}))
        return Round(taken, server.cpu() - before, self.database() - database)

    def database(self) -> float:
        """CPU seconds of PostgreSQL's processes so far."""
        return processes.family_cpu(self.postmaster) if self.postmaster else 0.0
