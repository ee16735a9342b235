"""Reading pasted text: which pieces look like our tickets, and which like tickets from elsewhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

MOST_TEXT = 20_000
Problem = Literal["check", "characters", "length", "foreign"]
Piece = tuple[str, bool]  # the text, and whether it is of another shape than the portal's own tickets

# None of these patterns nests a repetition, so that reading stays linear in the length of the text.
# The browser reads in the same way (static/ticket.js): what is changed here is changed there.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_WRAPPED = re.compile(r"-[ \t]*\r?\n")  # a ticket that was broken at a hyphen goes on in the next line
_CHUNKS = re.compile("[;,\n-\r\u0085\u2028\u2029]")
_TOKENS = re.compile("[\u0000-\u0020\u1680:#=<>()\\[\\]{}|\"'`\u2018-\u201f\u00ab\u00bb]+")
_OUTER = ".!?*_~/-"
_CODE_LIKE = re.compile(r"[A-Z0-9][A-Z0-9._/+-]{4,62}[A-Z0-9]", re.ASCII)
_DATE_LIKE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}", re.ASCII)
_DIGIT = re.compile(r"\d", re.ASCII)


class TooMuch(ValueError):
    """The text is longer, or holds more tickets, than a person would paste."""


@dataclass(frozen=True)
class Candidate:
    """A piece of text that may be a ticket.

    raw is the text as pasted, code what to look up (None where that makes no sense), problem what is wrong
    with it, and wrong_at the place, counted from 0 without blanks and hyphens, of the first character that
    cannot be right.
    """

    raw: str
    code: str | None
    problem: Problem | None = None
    wrong_at: int | None = None


def pieces(text: str, passes: Callable[[str], bool]) -> list[Piece]:
    """Cut text into the pieces that may be tickets.

    passes tells whether 25 characters are a ticket of the portal.
    Raises TooMuch for more than 20,000 characters.
    """
    if len(text) > MOST_TEXT:
        raise TooMuch(f"more than {MOST_TEXT} characters")
    tidy = _DASHES.sub("-", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
    chunks = [_tokens(chunk) for chunk in _CHUNKS.split(_WRAPPED.sub("-", tidy))]
    chunks = [tokens for tokens in chunks if tokens]
    is_list = all(len(tokens) == 1 for tokens in chunks)
    found = [piece for tokens in chunks for piece in _in_chunk(tokens, is_list, passes)]
    return found or [piece for tokens in chunks for piece in _last_resort(tokens)]


def _tokens(chunk: str) -> list[str]:
    return [token for part in _TOKENS.split(chunk) if (token := part.strip(_OUTER))]


def _in_chunk(tokens: list[str], is_list: bool, passes: Callable[[str], bool]) -> list[Piece]:
    found: list[Piece] = []
    groups: list[str] = []
    loose: list[str] = []

    def close() -> None:
        taken = list(_tickets(groups, passes))
        found.extend((raw, False) for raw in taken)
        if not taken:
            found.extend((token, True) for token in loose if _is_code_like(token, is_list))
        groups.clear()
        loose.clear()

    for token in tokens:
        parts = [part for part in token.split("-") if part]
        if _is_whole(parts, passes):
            close()
            found.append((token, False))
        elif all(len(part) == 5 for part in parts):
            groups.extend(parts)
            loose.append(token)
        else:
            close()
            if _is_code_like(token, is_list):
                found.append((token, True))
    close()
    if not any(not is_foreign for _, is_foreign in found) and _is_nearly_whole(tokens, passes):
        return [(" ".join(tokens), False)]
    return found


def _is_whole(parts: list[str], passes: Callable[[str], bool]) -> bool:
    """Tell whether a token alone is a ticket, right or mistyped, not a long word or a code from elsewhere."""
    bare = "".join(parts)
    if len(bare) == 25:
        return passes(bare) or len(parts) == 5 or bool(_DIGIT.search(bare))
    return 22 <= len(bare) <= 28 and _fives(parts) >= 3


def _is_nearly_whole(tokens: list[str], passes: Callable[[str], bool]) -> bool:
    """Tell whether a chunk is one ticket with a character too few or many, or a blank in a wrong place."""
    parts = [part for token in tokens for part in token.split("-") if part]
    bare = "".join(parts)
    if len(bare) == 25 and passes(bare):
        return True
    return 22 <= len(bare) <= 28 and _fives(parts) >= 3 and bool(_DIGIT.search(bare))


def _fives(parts: list[str]) -> int:
    return sum(len(part) == 5 for part in parts)


def _tickets(groups: list[str], passes: Callable[[str], bool]) -> Iterator[str]:
    """Cut neighboring groups of five into tickets, where words of five letters may stand among them."""
    windows = ["".join(groups[at : at + 5]) for at in range(len(groups) - 4)]
    at = 0
    while at < len(windows):
        is_even = (len(groups) - at) % 5 == 0
        ahead = range(at, at + 1) if is_even else range(at, min(at + 5, len(windows)))
        right = next((place for place in ahead if passes(windows[place])), None)
        if right is not None:
            at = right
        # Five words of five letters are prose; a ticket without any digit is one in more than a thousand.
        if right is not None or _DIGIT.search(windows[at]):
            yield " ".join(groups[at : at + 5])
            at += 5
        else:
            at += 1


def _is_code_like(token: str, is_list: bool) -> bool:
    upper = token.upper()
    if not _CODE_LIKE.fullmatch(upper) or _DATE_LIKE.fullmatch(upper):
        return False
    return is_list or bool(_DIGIT.search(upper))


def _last_resort(tokens: list[str]) -> Iterator[Piece]:
    """Nothing looked like a ticket, yet the person needs an answer: offer a short text as a foreign code."""
    raw = " ".join(tokens)
    if 4 <= len(raw) <= 64 and _DIGIT.search(raw):
        yield raw, True
