"""QR codes as drawings that a template puts into its page, without a style or a script."""

from __future__ import annotations

from typing import NamedTuple

QUIET = 4  # modules of paper around a code, without which cameras do not find it


class Picture(NamedTuple):
    """A square of so many modules, and the outline of the dark ones."""

    size: int
    path: str


def picture(text: str) -> Picture:
    """The QR code of a text, with a fifth of it to spare for dirt and folds."""
    import segno  # takes a while to load, and few pages draw

    code = segno.make_qr(text, error="m")
    runs = (
        f"M{at + QUIET} {down + QUIET}h{length}v1h-{length}z"
        for down, row in enumerate(code.matrix)
        for at, length in _dark(row)
    )
    return Picture(code.symbol_size(border=QUIET)[0], "".join(runs))


def _dark(row: bytearray) -> list[tuple[int, int]]:
    """Where dark modules begin in a row, and how many there are side by side."""
    found: list[tuple[int, int]] = []
    for at, module in enumerate(row):
        if module and at and row[at - 1]:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif module:
            found.append((at, 1))
    return found
