"""The report as people read it: a table of works with their ratios, and what else was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from statistics import median
from typing import Any

from benchmarks.figures import Result
from benchmarks.running import Report

HEAD = ("work", "req/s", "p50 ms", "p99 ms", "CPU ms", "DB CPU ms", "floor CPU ms", "ratio", "goal", "met")
TAIL_GOAL, TAIL_LEAST = 3.0, 5.0  # p99 as a multiple of p50, for one reader
START_GOAL, MEMORY_GOAL, WEIGHT_GOAL, SIZE_GOAL = 1.5, 130 * 2**20, 60_000, 1.2


def table(report: Report) -> str:
    """The whole report."""
    lines = [f"\n{report.database}, {report.licenses:,} licenses", *_aligned([HEAD, *map(_row, report.results)]), ""]
    return "\n".join([*lines, *_others(report)])


def comparison(report: Report, earlier: dict[str, Any]) -> str:
    """CPU time per request and ratio, then and now."""
    before = {one["name"]: one for one in earlier["results"]}
    rows = [("work", "CPU ms then", "now", "ratio then", "now")]
    for one in report.results:
        then = before.get(one.name)
        if then is None:
            continue
        old = then["portal"]["cpu"]
        old_ratio = then["floor"]["cpu"] / old if then["floor"] and old else None
        rows.append((one.name, f"{old:.2f}", f"{one.portal.cpu:.2f}", _ratio(old_ratio), _ratio(one.ratio)))
    return "\n".join(["\ncompared with the earlier run", *_aligned(rows)])


def _row(one: Result) -> tuple[str, ...]:
    floor = f"{one.floor.cpu:.2f}" if one.floor else ""
    figures = one.portal
    return (
        one.name, f"{figures.rate:,.0f}", f"{figures.p50:.1f}", f"{figures.p99:.1f}", f"{figures.cpu:.2f}",
        f"{figures.database:.2f}", floor, _ratio(one.ratio), _ratio(one.goal), _met(one),
    )  # fmt: skip


def _met(one: Result) -> str:
    if one.ratio is None or one.goal is None or one.least is None:
        return ""
    return "yes" if one.ratio >= one.goal else "no" if one.ratio >= one.least else "NO"


def _others(report: Report) -> Iterator[str]:
    for one in report.results:
        if one.name.endswith("one reader"):
            tail = one.portal.p99 / one.portal.p50 if one.portal.p50 else 0.0
            yield f"p99 / p50, one reader: {tail:.1f} (goal {TAIL_GOAL:.0f}){_verdict(tail <= TAIL_GOAL)}"
    start = median(report.starts)
    yield f"start to first answer: {start:.2f} s (goal {START_GOAL} s){_verdict(start <= START_GOAL)}"
    memory = report.memory
    yield f"memory of one worker: {memory / 2**20:.0f} MiB (goal 130 MiB){_verdict(memory <= MEMORY_GOAL)}"
    weight = sum(report.weights.values())
    yield f"the overview with all it loads: {weight / 1000:.1f} kB (goal 60 kB){_verdict(weight <= WEIGHT_GOAL)}"
    yield from (f"  {size / 1000:6.1f} kB  {name}" for name, size in report.weights.items())
    for one in report.several:
        cost = f"{one.portal.cpu:.2f} + {one.portal.database:.2f} ms of CPU"
        yield f"{one.name}: {one.portal.rate:,.0f}/s, {cost}"
    if len(report.sizes) > 1:
        yield from _sizes(report)


def _sizes(report: Report) -> Iterator[str]:
    (small, few), *_, (large, many) = report.sizes.items()
    for less, more in zip(few, many, strict=True):
        whole = [one.portal.cpu + one.portal.database for one in (less, more)]
        growth = whole[1] / whole[0] if whole[0] else 0.0
        yield (
            f"{more.name}: {whole[1]:.2f} ms at {large:,} licenses, {whole[0]:.2f} ms at {small:,}: "
            f"{growth:.2f} (goal {SIZE_GOAL}){_verdict(growth <= SIZE_GOAL)}"
        )


def _verdict(is_met: bool) -> str:
    return ", met" if is_met else ", not met"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _aligned(rows: Iterable[tuple[str, ...]]) -> list[str]:
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return lines
