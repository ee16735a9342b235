"""Reading a table that somebody saved from a spreadsheet: its letters, its separator, its columns, its lines."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from portal.tables.columns import COLUMNS

MOST_LINES = 10_000
MOST_BYTES = 2 * 1024 * 1024
LONGEST_CELL = 500
SEPARATORS = ("\t", ";", ",")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a spreadsheet keeps from running begins with an apostrophe; in a table of ours it is no part of the text.
_GUARDED = ("'=", "'+", "'-", "'@")


class TableRefused(Exception):
    """This cannot be read as a table; `code` names the sentence, `line` where it went wrong."""

    def __init__(self, code: str, line: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.line = line


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table, by the number that a spreadsheet shows beside it."""

    number: int
    cells: dict[str, str]


def read(content: bytes) -> list[Line]:
    """The lines of the table by the names of its columns; empty lines are passed over.

    Raises TableRefused for what is no table, has no column to know people by, or has more lines than one step takes.
    """
    if len(content) > MOST_BYTES:
        raise TableRefused("table_too_long")
    text = _text(content)
    rows = _rows(text)
    first = next(rows, None)
    if first is None:
        raise TableRefused("table_empty")
    names = _names(first[1])
    is_heading = names is not None
    if names is None:
        names = _guessed(first[1])
    if not {"email", "external_id"} & set(names):
        raise TableRefused("table_without_people")
    lines: list[Line] = [] if is_heading else [Line(first[0], _cells(names, first[1]))]
    for number, row in rows:
        if len(lines) >= MOST_LINES:
            raise TableRefused("table_too_long")
        lines.append(Line(number, _cells(names, row)))
    if not lines:
        raise TableRefused("table_empty")
    return lines


def _text(content: bytes) -> str:
    """The letters, whatever a spreadsheet wrote them in: with a mark at the begin, as UTF-8, or as Windows did."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None) or _unmarked(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise TableRefused("table_unreadable") from None
        text = _of_windows(content)
    if any(unicodedata.category(letter) == "Cc" and letter not in "\t\r\n" for letter in set(text)):
        raise TableRefused("table_unreadable")
    return unicodedata.normalize("NFC", text)


def _of_windows(content: bytes) -> str:
    """Windows writes in the letters of its country: Japanese ones where they make a heading, else Western ones."""
    try:
        text = content.decode("cp932")
    except UnicodeDecodeError:
        text = ""
    heading = re.split(r"[\t;,\r\n]", text[:LONGEST_CELL])
    if any(not cell.isascii() and _plain(cell) in COLUMNS for cell in heading):
        return text
    # It leaves five bytes without a meaning, which Latin-1 takes for control characters.
    return content.decode("cp1252", errors="replace")


def _unmarked(content: bytes) -> str:
    """UTF-16 without a mark shows by its zeros: every other byte of plain text is one."""
    head = content[:200]
    if len(head) >= 4 and len(content) % 2 == 0:
        if head[1::2].count(0) > len(head) // 3:
            return "utf-16-le"
        if head[0::2].count(0) > len(head) // 3:
            return "utf-16-be"
    return "utf-8"


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold something, with their numbers."""
    head, _, rest = text.partition("\n")
    offset, separator = 0, ""
    if head.strip().lower().startswith("sep=") and len(head.strip()) == 5:
        offset, separator, text = 1, head.strip()[-1], rest
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator or _separator(text), skipinitialspace=True)
    number = offset
    try:
        for row in reader:
            number += 1
            if any(cell.strip() for cell in row):
                yield number, row
    except csv.Error:
        raise TableRefused("table_unreadable", number + 1) from None


def _separator(text: str) -> str:
    """The separator that the first line holds most of."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=first.count)


def _names(row: list[str]) -> list[str] | None:
    """The columns that a heading names; None where the row is no heading."""
    found = [COLUMNS.get(_plain(cell), "") for cell in row]
    named = [name for name in found if name]
    if not named or any("@" in cell for cell in row):
        return None
    if len(set(named)) < len(named):
        raise TableRefused("table_column_twice")
    return found


def _guessed(row: list[str]) -> list[str]:
    """Without a heading, an address is known by its @; of anything else nobody can say what it is."""
    names = [""] * len(row)
    for at, cell in enumerate(row):
        if "@" in cell:
            names[at] = "email"
            break
    return names


def _cells(names: list[str], row: list[str]) -> dict[str, str]:
    return {name: cell for name, cell in zip(names, map(_clean, row), strict=False) if name and cell}


def _clean(cell: str) -> str:
    """One line without blanks around it and without letters that nobody sees."""
    seen = "".join(letter for letter in cell if unicodedata.category(letter) != "Cf")
    text = " ".join(seen.split())
    return (text[1:] if text.startswith(_GUARDED) else text)[:LONGEST_CELL]


def _plain(cell: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", cell).lower() if letter.isalnum())
