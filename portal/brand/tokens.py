"""The tokens of a style sheet: which custom properties hold in light and in dark, and the colors that they come to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from portal.brand.colors import WHITE, Color, of_srgb

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")

STOCK = Path(__file__).resolve().parent.parent / "static" / "portal.css" / "1-tokens.css"

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_PIECE = re.compile(r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[{};()\n]|[^{};()\n"']+|.""")
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})")
_TERM = re.compile(r"\s*([a-z-]+\(|[a-z]+|\d*\.?\d+(?:%|deg)?|[()+*/,-])")
_LENGTH = re.compile(r"\d*\.?\d+(?:px|rem)|0")
_FAMILIES = re.compile(r"""(?:[\w -]+|"[\w -]+"|'[\w -]+')(?:,\s*(?:[\w -]+|"[\w -]+"|'[\w -]+'))*""")
_OF_MAILS = ("--paper", "--ink", "--ink-2", "--line", "--accent", "--on-accent", "--band")
_NAMED = {"white": WHITE, "black": Color(0, 0, 0)}


class Unreadable(ValueError):
    """A color that is written in a way the portal does not work out."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One custom property as it is written; `line` counts in the brand's own sheet, 0 stands for the portal's."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """The custom properties of one theme: the portal's, and the brand's over them."""

    theme: Theme
    declared: Mapping[str, Declaration]

    def color(self, name: str) -> Color:
        """The color of a token such as "--paper". Raises Unreadable."""
        return self._color(self.declared[name].value, (name,))

    def line(self, name: str) -> int:
        """Where the brand sets this token; 0 where it does not."""
        return self.declared[name].line

    def having(self, name: str, color: Color) -> Tokens:
        """The same with another color in place of one."""
        other = Declaration(str(color), self.line(name))
        return replace(self, declared={**self.declared, name: other})

    def _color(self, value: str, seen: tuple[str, ...]) -> Color:
        value = value.strip().lower()
        if found := _HEX.fullmatch(value):
            digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
            return of_srgb(*(int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)))
        if value in _NAMED:
            return _NAMED[value]
        if found := re.fullmatch(r"var\(\s*(--[\w-]+)\s*\)", value):
            if found[1] in seen or found[1] not in self.declared:
                raise Unreadable(value)
            return self._color(self.declared[found[1]].value, (*seen, found[1]))
        if found := re.fullmatch(r"oklch\(\s*from\s+((?:[^\s()]|\([^()]*\))+)\s+(.*)\)", value, re.DOTALL):
            return _components(found[2], self._color(found[1], seen))
        if found := re.fullmatch(r"oklch\((.*)\)", value, re.DOTALL):
            return _components(found[1], None)
        raise Unreadable(value)


def tokens(stylesheet: str, theme: Theme) -> Tokens:
    """What holds in a theme under a brand's style sheet, which may be empty."""
    return Tokens(theme, {**_stock(theme), **dict(_of_root(stylesheet, theme))})


def palette(stylesheet: str, theme: Theme) -> Mapping[str, str]:
    """The colors of a theme as #rrggbb, for mails; what cannot be worked out is the portal's. `on_accent` is a key."""
    ours, stock = tokens(stylesheet, theme), tokens("", theme)
    return {name[2:].replace("-", "_"): _hexadecimal(ours, stock, name) for name in _OF_MAILS}


def _hexadecimal(ours: Tokens, stock: Tokens, name: str) -> str:
    try:
        return ours.color(name).hexadecimal
    except Unreadable:
        return stock.color(name).hexadecimal


def radius(stylesheet: str) -> str:
    """How round corners are, for mails; what is no plain length is the portal's own."""
    return _plain(stylesheet, "--radius", _LENGTH)


def font(stylesheet: str) -> str:
    """The families of type, for mails; what is no plain list of names is the portal's own."""
    return _plain(stylesheet, "--font", _FAMILIES)


def _plain(stylesheet: str, name: str, shape: re.Pattern[str]) -> str:
    """A token that is safe wherever it stands, for it has this shape."""
    written = tokens(stylesheet, "light").declared[name].value
    return written if shape.fullmatch(written) else _stock("light")[name].value


@cache
def _stock(theme: Theme) -> Mapping[str, Declaration]:
    written = STOCK.read_text(encoding="utf-8")
    return {name: replace(one, line=0) for name, one in _of_root(written, theme)}


def _of_root(stylesheet: str, theme: Theme) -> Iterator[tuple[str, Declaration]]:
    """The custom properties that hold for the whole page, in their order: of two the later one wins."""
    for around, name, value, line in _declarations(stylesheet):
        selectors = [part for part in around if not part.startswith("@")]
        conditions = [part for part in around if part.startswith("@")]
        roots = {part.strip() for part in selectors[0].split(",")} if len(selectors) == 1 else set()
        if name.startswith("--") and roots & {":root", "html"} and all(_holds(one, theme) for one in conditions):
            yield name, Declaration(value.replace("!important", "").strip(), line)


def _holds(condition: str, theme: Theme) -> bool:
    """Whether a rule of this head counts on a screen of our day, however wide it is."""
    if not condition.startswith("@media"):
        return condition.startswith(("@layer", "@supports"))
    if "print" in condition:
        return False
    if told := re.search(r"prefers-color-scheme\s*:\s*(light|dark)", condition):
        return told[1] == theme
    return "width" in condition or condition.split()[1:] in (["screen"], ["all"])


def _declarations(stylesheet: str) -> Iterator[tuple[tuple[str, ...], str, str, int]]:
    """Every declaration with the heads of the rules around it, its name, its value and its line."""
    around: list[str] = []
    written, line, begun, depth = "", 1, 0, 0
    for piece in _PIECE.findall(_COMMENT.sub(lambda part: "\n" * part[0].count("\n"), stylesheet)):
        line += piece == "\n"
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece in "{};" and depth <= 0:
            name, colon, value = written.partition(":")
            if piece == "{":
                around.append(written.strip())
            elif around and colon:
                yield tuple(around), name.strip(), value.strip(), begun
            if piece == "}" and around:
                around.pop()
            written, begun = "", 0
        else:
            begun = begun or (line if piece.strip() else 0)
            written += piece


def _components(written: str, origin: Color | None) -> Color:
    """Lightness, chroma and hue, which may be worked out from those of another color."""
    terms, end = [], 0
    while match := _TERM.match(written, end):
        terms.append(match[1])
        end = match.end()
    if written[end:].strip():
        raise Unreadable(written)
    known = dict(zip("lch", origin, strict=True)) if origin else {}
    reader = _Terms(terms, {**known, "none": 0.0})
    color = Color(reader.value(1), reader.value(0.4), reader.value(360))
    if reader.is_left:  # with transparency it has no contrast of its own
        raise Unreadable(written)
    return color


class _Terms:
    """Reads values from left to right: numbers, names, min(), max() and calc()."""

    def __init__(self, terms: list[str], known: Mapping[str, float]) -> None:
        self._terms, self._known, self._at = terms, known, 0

    def value(self, whole: float) -> float:
        """One value; `whole` is what 100 % of it are."""
        term = self._next()
        if term in ("min(", "max("):
            found = [self._added(whole)]
            while self._next() == ",":
                found.append(self._added(whole))
            return min(found) if term == "min(" else max(found)
        if term in ("calc(", "("):
            found = [self._added(whole)]
            if self._next() != ")":
                raise Unreadable(term)
            return found[0]
        if term in self._known:
            return self._known[term]
        if term == "-":
            return -self.value(whole)
        if re.fullmatch(r"[\d.]+(?:%|deg)?", term):
            return float(term[:-1]) / 100 * whole if term.endswith("%") else float(term.removesuffix("deg"))
        raise Unreadable(term)

    @property
    def is_left(self) -> bool:
        return self._at < len(self._terms)

    def _added(self, whole: float) -> float:
        total = self._multiplied(whole)
        while self._peek() in ("+", "-"):
            total += self._multiplied(whole) if self._next() == "+" else -self._multiplied(whole)
        return total

    def _multiplied(self, whole: float) -> float:
        total = self.value(whole)
        while self._peek() in ("*", "/"):
            if self._next() == "*":
                total *= self.value(whole)
            elif divisor := self.value(whole):
                total /= divisor
            else:
                raise Unreadable("/ 0")
        return total

    def _peek(self) -> str:
        return self._terms[self._at] if self._at < len(self._terms) else ""

    def _next(self) -> str:
        term = self._peek()
        if not term:
            raise Unreadable("too short")
        self._at += 1
        return term
