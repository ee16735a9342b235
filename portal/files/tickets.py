"""Ticket codes: how one is minted, checked, written and hidden, and how tickets are found in pasted text."""

from __future__ import annotations

import secrets

from portal.files.pasted import Candidate, TooMuch, pieces

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 characters; I, O, 0 and 1 are too easily confused
LENGTH = 25  # 24 random characters (120 bits) and one check character
GROUP = 5
MOST_TICKETS = 200

# The check is a sum over GF(32): character number i is multiplied by the i-th power of a generator of the
# field. All 25 weights differ and none is zero, so one wrong character, or two characters that changed
# places, always change the sum. It must come to _TOTAL, not to zero, so that 22222-22222-22222-22222-22222
# is no ticket.
_MODULUS = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)
_TOTAL = 3
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_POWERS = [1]
while len(_POWERS) < 31:
    _POWERS.append(_POWERS[-1] << 1 ^ (_MODULUS if _POWERS[-1] & 16 else 0))
_EXPONENTS = {power: exponent for exponent, power in enumerate(_POWERS)}


def mint() -> str:
    """Return a new random ticket in its written form, five groups of five joined by hyphens."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return written(code + _check_character(code))


def normalize(text: str) -> str:
    """Return the form in which tickets are compared and looked up: upper case, no blanks, no hyphens.

    It serves tickets of the portal and imported ones alike and judges nothing.
    """
    return "".join(text.upper().replace("-", "").split())


def written(code: str) -> str:
    """Return a ticket as people read it, in groups of five joined by hyphens."""
    bare = normalize(code)
    return "-".join(bare[at : at + GROUP] for at in range(0, len(bare), GROUP))


def masked(code: str) -> str:
    """Return what may be shown of a ticket to those not entitled to it, such as "L48HF … 2TCCY".

    Of shorter imported tickets no more than two fifths are shown.
    """
    return " … ".join(ends(code))


def ends(code: str) -> tuple[str, str]:
    """Return the first and the last group of a ticket, which is all that lists show of it."""
    bare = normalize(code)
    shown = max(1, min(GROUP, len(bare) // GROUP))
    return bare[:shown], bare[-shown:]


def is_ours(code: str) -> bool:
    """Tell whether a code is shaped like the portal's own tickets and has a right check character."""
    return judge(code).problem is None


def judge(raw: str) -> Candidate:
    """Judge one text that is meant to be a ticket of the portal.

    Returns a Candidate whose problem is None, "characters" (wrong_at says which one cannot be right),
    "length" or "check" (some character is mistyped, nobody can say which).
    """
    bare = normalize(raw)
    wrong_at = next((at for at, character in enumerate(bare) if character not in _VALUES), None)
    if wrong_at is not None:
        return Candidate(raw, None, "characters", wrong_at)
    if len(bare) != LENGTH:
        return Candidate(raw, None, "length")
    if _sum(bare) != _TOTAL:
        return Candidate(raw, None, "check")
    return Candidate(raw, written(bare))


def find(text: str) -> list[Candidate]:
    """Find every ticket in text that somebody pasted, typed or scanned, in order and each once.

    Tickets may be separated by ; , blanks or line ends, stand in prose, in lower case, and in groups
    separated by blanks or any kind of hyphen. A code of another shape is kept as a candidate with the
    problem "foreign": it may be a ticket that was imported from elsewhere, and only a look-up can tell.
    Look up normalize(code); code is None where a look-up makes no sense.

    Raises TooMuch for more than 20,000 characters or more than 200 tickets; nothing is silently left out.
    """
    found: dict[str, Candidate] = {}
    for raw, is_foreign in pieces(text, _passes):
        candidate = Candidate(raw, normalize(raw), "foreign") if is_foreign else judge(raw)
        found.setdefault(candidate.code or normalize(raw), candidate)
        if len(found) > MOST_TICKETS:
            raise TooMuch(f"more than {MOST_TICKETS} tickets")
    return list(found.values())


def _passes(bare: str) -> bool:
    return judge(bare).problem is None


def _sum(code: str) -> int:
    total = 0
    for position, character in enumerate(code):
        if value := _VALUES[character]:
            total ^= _POWERS[(_EXPONENTS[value] + position) % 31]
    return total


def _check_character(code: str) -> str:
    missing = _sum(code) ^ _TOTAL
    return ALPHABET[_POWERS[(_EXPONENTS[missing] - len(code)) % 31] if missing else 0]
