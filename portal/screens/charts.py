"""Charts as plain SVG: a line over time that stretches with the page. Its words stand in HTML beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.language import Language

WIDTH, HEIGHT = 600, 160  # of the drawing's own units; the page stretches it
_STEPS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn line. `line` and `area` are SVG paths, `ticks` the marks of the height from the top, `grid` where."""

    line: str
    area: str
    ticks: tuple[float, ...]
    grid: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class OverTime:
    """A chart with its words: what stands at its left and below it, and the same in figures."""

    drawn: Chart
    name: str
    marks: tuple[str, ...]
    times: tuple[str, ...]


def counted(lang: Language, values: Sequence[int], name: str, times: Sequence[str]) -> OverTime:
    """A number of things over time, from nothing to a round number above the highest."""
    top = top_of(values)
    marks = tuple(lang.number(mark) for mark in (top, top // 2, 0))
    return OverTime(chart(values, top), name, marks, (times[0], times[len(times) // 2], times[-1]))


def chart(values: Sequence[float], top: float) -> Chart:
    """A line through these values, from the first at the left edge to the last at the right one."""
    marks = (top, top / 2, 0)
    points = [(_across(at, len(values)), _up(value, top)) for at, value in enumerate(values)]
    line = "M" + " L".join(f"{x:g} {y:g}" for x, y in points)
    return Chart(line, f"{line} L{points[-1][0]:g} {HEIGHT} L0 {HEIGHT} Z", marks, tuple(_up(m, top) for m in marks))


def top_of(values: Sequence[int]) -> int:
    """A round number that none of the values exceeds and that can be halved."""
    highest, scale = max([*values, 2]), 1
    while True:
        for step in _STEPS:
            if (top := step * scale * 2) >= highest:
                return top
        scale *= 10


def _across(at: int, number: int) -> float:
    return round(WIDTH * at / max(1, number - 1), 1)


def _up(value: float, top: float) -> float:
    return round(HEIGHT * (1 - value / top), 1)
