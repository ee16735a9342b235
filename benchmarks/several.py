"""Several processes on one database: what a request costs when one process serves, and when two do at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from benchmarks import client, servers, works
from benchmarks.client import Next, Taken
from benchmarks.figures import Result, Round, figures
from benchmarks.measuring import Bench, cpu_of
from benchmarks.scene import Scene
from benchmarks.servers import Server
from benchmarks.works import Work

CONNECTIONS = 4  # in all, however many processes serve them
PROCESSES = 2


def compare(bench: Bench, place: Scene, overview: bytes) -> Iterator[Result]:
    """Overview and activation, by one process and by two, in turns."""
    with ExitStack() as stack:
        running = [stack.enter_context(servers.portal(place.data, place.database)) for _ in range(PROCESSES)]

        def seats() -> Next:
            return works.each(works.activations(place.seats(bench.plan.activations // PROCESSES)))

        yield from _of(bench, works.OVERVIEW, "overview", running, lambda: works.again(overview), bench.plan.seconds)
        yield from _of(bench, works.ACTIVATION, works.ACTIVATION.name, running, seats, 120.0)


def _of(
    bench: Bench, work: Work, name: str, running: Sequence[Server], follow: Callable[[], Next], seconds: float
) -> Iterator[Result]:
    ways = {f"{name}, one process": running[:1], f"{name}, two processes": running}
    rounds: dict[str, list[Round]] = {way: [] for way in ways}
    for turn in range(bench.plan.rounds + 1):
        for way, asked in ways.items():
            bench.say(f"measuring: {way}")
            round_ = _round(bench, work, asked, [follow() for _ in asked], seconds)
            rounds[way] += [round_] if turn else []  # the first one warms up
    yield from (Result(way, figures(taken)) for way, taken in rounds.items())


def _round(bench: Bench, work: Work, asked: Sequence[Server], follows: Sequence[Next], seconds: float) -> Round:
    before, database = sum(server.cpu() for server in asked), cpu_of(bench.postmaster)

    def drive(server: Server, follow: Next) -> Taken:
        return client.drive(server.port, follow, CONNECTIONS // len(asked), seconds, frozenset({work.wanted}))

    with ThreadPoolExecutor(len(asked)) as threads:
        taken = list(threads.map(drive, asked, follows))
    whole = Taken([time for one in taken for time in one.times], max(one.elapsed for one in taken))
    return Round(whole, sum(server.cpu() for server in asked) - before, cpu_of(bench.postmaster) - database)
