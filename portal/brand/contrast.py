"""Contrast of a brand: every pair of colors that meet on a page has to be readable, in light and in dark."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from portal.brand.colors import WHITE, Color, contrast
from portal.brand.tokens import THEMES, Tokens, Unreadable, tokens

TEXT, EDGE = 4.5, 3.0  # what WCAG 2.2 AA asks for
_GROUNDS = ("--paper", "--sheet", "--field", "--hover")
_INKS = ("--ink", "--ink-2", "--accent", "--ok", "--wait", "--stop")
_STEP = 0.0025


class Pair(NamedTuple):
    """Two tokens that meet, what is in front first, and the contrast that they need; None is white."""

    front: str | None
    ground: str
    needed: float = TEXT

    def contrast(self, here: Tokens) -> float:
        return contrast(here.color(self.front) if self.front else WHITE, here.color(self.ground))


_PAIRS = (
    *(Pair(ink, ground) for ink in _INKS for ground in _GROUNDS),
    *(Pair("--line-2", ground, EDGE) for ground in _GROUNDS),
    Pair("--on-accent", "--accent"),
    Pair("--on-accent", "--accent-2"),
    Pair(None, "--band"),
)
# A paler color would be darkened until it can be read: people would see another one than the vendor's.
_OF_PRIMARY = (Pair("--primary", "--paper"), Pair(None, "--primary"))


class Finding(NamedTuple):
    """What is wrong with a token of the brand, and in which line of tokens.css; 0 where it stands in none."""

    line: int
    reason: str


def findings(stylesheet: str) -> Iterator[Finding]:
    """What cannot be read in this style, each with the nearest color that can."""
    for theme in THEMES:
        here = tokens(stylesheet, theme)
        if unreadable := [name for name in here.declared if here.line(name) and not _is_clear(here, name)]:
            yield from (
                Finding(here.line(name), f"{name}: write this color as oklch(…) or #rrggbb, so that it can be checked")
                for name in unreadable
            )
            return
        failing: dict[str, list[Pair]] = {}
        for pair in (*_PAIRS, *(_OF_PRIMARY if theme == "light" else ())):
            if pair.contrast(here) < pair.needed:
                failing.setdefault(_culprit(here, pair), []).append(pair)
        yield from (Finding(here.line(name), _reason(here, name, pairs)) for name, pairs in failing.items())


def _is_clear(here: Tokens, name: str) -> bool:
    """Whether a token that holds a color can be worked out."""
    try:
        if any(name in pair[:2] for pair in (*_PAIRS, *_OF_PRIMARY)):
            here.color(name)
    except Unreadable:
        return False
    return True


def _culprit(here: Tokens, pair: Pair) -> str:
    """The token that the brand has to change: of the two the one it set itself, else what both follow from."""
    return next((name for name in pair[:2] if name and here.line(name)), "--primary")


def _reason(here: Tokens, name: str, pairs: list[Pair]) -> str:
    worst = min(pairs, key=lambda pair: pair.contrast(here) / pair.needed)
    met = (worst.front or "white") if worst.ground == name else f"{worst.ground}"
    shown = f"{name} {here.color(name)} reaches a contrast of {worst.contrast(here):.2f} with {met} in {here.theme}"
    better = nearest(here, name)
    hint = f"the nearest that passes is {better}, {better.hexadecimal}" if better else "no lightness of it passes"
    return f"{shown}, {worst.needed:g} are needed; {hint}"


def nearest(here: Tokens, name: str) -> Color | None:
    """The color of the same hue with which everything passes that hangs on this token, by the least change."""
    start = here.color(name)
    concerned = [pair for pair in (*_PAIRS, *(_OF_PRIMARY if here.theme == "light" else ()))
                 if _culprit(here, pair) == name]  # fmt: skip
    for step in range(1, int(1 / _STEP)):
        for lightness in (start.lightness - step * _STEP, start.lightness + step * _STEP):
            if 0 <= lightness <= 1:
                color = _rounded(start._replace(lightness=lightness).shown())
                tried = here.having(name, color)
                if all(pair.contrast(tried) >= pair.needed for pair in concerned):
                    return color
    return None


def _rounded(color: Color) -> Color:
    """As it is printed, so that what is copied from there passes too."""
    return Color(round(color.lightness, 3), math.floor(color.chroma * 1000) / 1000, round(color.hue, 1))
