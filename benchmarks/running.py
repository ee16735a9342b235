"""One whole run: every work on one database, the start, the memory, the weight, and the cost with size."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from benchmarks import plan as plans
from benchmarks import servers, several, weight, works
from benchmarks.figures import Result
from benchmarks.measuring import Bench, Say, Side
from benchmarks.plan import Plan
from benchmarks.scene import Scene, scene
from benchmarks.servers import Server

OVERVIEW = "/licenses"
STARTS = 3


@dataclasses.dataclass
class Report:
    """What a run found. Times of starting are in seconds, memory and weight in bytes, `several` is about two
    processes on one database, `sizes` by licenses."""

    database: str
    licenses: int
    results: list[Result]
    starts: list[float]
    memory: int
    weights: dict[str, int]
    several: list[Result]
    sizes: dict[int, list[Result]]

    def plain(self) -> dict[str, Any]:
        """The same for JSON."""
        return dataclasses.asdict(self)


def run(kind: str, plan: Plan, say: Say) -> Report:
    """Measure everything on this kind of database."""
    with scene(kind, plan.world, say) as place:
        say("starting the portal")
        starts = [_start(place) for _ in range(1 if plan.rounds == 1 else STARTS)]
        with servers.portal(place.data, place.database) as portal, _floors(place) as floor:
            results = list(_works(Bench(plan, say, place.postmaster), place, portal, floor))
            weights = weight.weight(portal.port, works.page(OVERVIEW, place.cookie))
            memory = portal.memory()
        several = list(_several(Bench(plan, say, place.postmaster), place)) if kind == "postgresql" else []
    sizes = _sizes(kind, plan, say) if plan.sizes else {}
    return Report(kind, plan.world.licenses, results, starts, memory, weights, several, sizes)


def _works(bench: Bench, place: Scene, portal: Server, floor: Server) -> Iterator[Result]:
    overview, license_ = (works.page(path, place.cookie) for path in (OVERVIEW, place.license_path))
    name = works.OVERVIEW.name.format(owned=f"{bench.plan.world.owned:,}")
    yield bench.measure(works.OVERVIEW, name, portal, lambda: works.again(overview), floor)
    alone = dataclasses.replace(works.OVERVIEW, connections=1)
    yield bench.measure(alone, f"{name}, one reader", portal, lambda: works.again(overview), floor)
    yield bench.measure(works.LICENSE, works.LICENSE.name, portal, lambda: works.again(license_), floor)
    form = works.sign_in(portal.port, place.email)
    yield bench.measure(works.SIGN_IN, works.SIGN_IN.name, portal, lambda: works.again(form), floor)
    yield from _calls(bench, place, portal, floor)


def _calls(bench: Bench, place: Scene, portal: Server, floor: Server) -> Iterator[Result]:
    """What programs do: each activation takes the seat of another license, and then those programs come again."""
    active: list[str] = []

    def of_portal() -> works.Next:
        keys = place.seats(bench.plan.activations)
        active.extend(keys)
        return works.each(works.activations(keys))

    def of_floor() -> works.Next:
        return works.each(works.activations(place.seats(bench.plan.activations)))

    work = works.ON_POSTGRESQL if bench.postmaster else works.ACTIVATION
    yield _patient(bench).measure(work, work.name, portal, of_portal, floor, of_floor)
    for work, requests in ((works.VALIDATION, works.validations), (works.CHECK_OUT, works.check_outs)):
        asked = list(requests(active))
        yield bench.measure(work, work.name, portal, lambda asked=asked: works.each(asked))


def _several(bench: Bench, place: Scene) -> Iterator[Result]:
    yield from several.compare(bench, place, works.page(OVERVIEW, place.cookie))


def _sizes(kind: str, plan: Plan, say: Say) -> dict[int, list[Result]]:
    """Overview and activation among few licenses and among many, in turns: all worlds stand at the same time."""
    readers, programs, bench = {}, {}, Bench(plan, say)
    with ExitStack() as stack:
        for licenses in plan.sizes:
            bench = Bench(plans.of_size(plan, licenses), say)
            place = stack.enter_context(scene(kind, bench.plan.world, say))
            portal = stack.enter_context(servers.portal(place.data, place.database))
            readers[licenses] = _readers(place, portal)
            programs[licenses] = _programs(bench.plan.activations, place, portal)
        overviews = bench.in_turns(works.OVERVIEW, "overview among few and many", readers)
        activations = _patient(bench).in_turns(works.ACTIVATION, "activation among few and many", programs)
    return {
        licenses: [Result("overview", overviews[licenses]), Result("online activation", activations[licenses])]
        for licenses in plan.sizes
    }


def _patient(bench: Bench) -> Bench:
    """For requests of which there are so many and no more: all of them, however long it takes."""
    return dataclasses.replace(bench, plan=dataclasses.replace(bench.plan, seconds=120.0))


def _readers(place: Scene, portal: Server) -> Side:
    return Side(portal, lambda: works.again(works.page(OVERVIEW, place.cookie)), place.postmaster)


def _programs(number: int, place: Scene, portal: Server) -> Side:
    return Side(portal, lambda: works.each(works.activations(place.seats(number))), place.postmaster)


def _start(place: Scene) -> float:
    with servers.portal(place.data, place.database) as portal:
        return portal.seconds


@contextmanager
def _floors(place: Scene) -> Iterator[Server]:
    pages = {"BENCH_PAGES": f"{OVERVIEW} {place.license_path}", "BENCH_COOKIE": place.cookie}
    with servers.floors(place.data, place.database, {**pages, "BENCH_HASH": place.password_hash}) as server:
        yield server
