"""Passwords that everybody tries first, from the frequency lists of zxcvbn: looked up here, never sent anywhere."""

from __future__ import annotations

import string
import sys
from functools import cache

# What people put around a word to make it longer; the word stays as easy to guess.
_PADDING = string.digits + string.punctuation + string.whitespace


def is_known(password: str) -> bool:
    """Whether this is a known password, or one with digits and marks around it, or one several times over."""
    plain = password.casefold()
    core = plain.strip(_PADDING)
    return any(one in _known() for one in (plain, core, _once(plain), _once(core)))


def _once(text: str) -> str:
    """A text that repeats itself, once: "passwordpassword" is "password"."""
    period = (text + text).find(text, 1) if text else 0
    return text[:period]


@cache
def _known() -> frozenset[str]:
    from zxcvbn import frequency_lists

    found = frozenset(frequency_lists.FREQUENCY_LISTS["passwords"])
    # Names and dictionaries stand there too, which nobody asks for: the module would keep them all.
    for name in [one for one in sys.modules if one.partition(".")[0] == "zxcvbn"]:
        del sys.modules[name]
    return found
