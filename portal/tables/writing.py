"""Writing a table for spreadsheets: with a mark that tells its letters, and with nothing in it that would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# A cell that begins so is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

_DECIMAL_COMMA = frozenset(
    "bg cs da de el es et fi fr hr hu id it lt lv nb nl nn pl pt ro ru sk sl sr sv tr uk vi".split()
)


def written(heading: Sequence[str], lines: Iterable[Sequence[str]], language: str) -> bytes:
    """The table as a file; where numbers have a decimal comma, spreadsheets expect another separator."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if language in _DECIMAL_COMMA else ",")
    writer.writerow(heading)
    for line in lines:
        writer.writerow([harmless(cell) for cell in line])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def harmless(cell: str) -> str:
    """The cell as text, whatever it looks like: blanks before a formula do not hide it."""
    return f"'{cell}" if cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA) else cell
