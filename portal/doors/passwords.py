"""Passwords: hashed with argon2id, a bounded number at once, and never inside a transaction."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from argon2.exceptions import InvalidHashError, VerificationError

from portal.doors.hashing import Hasher
from portal.doors.known_passwords import is_known

SHORTEST, LONGEST = 15, 200
# A demo's passwords are known to everybody: their hashes carry a mark and open nothing outside a demo.
DEMO = "demo:"
DEMO_WORDS = "demo of the portal"

_hasher = Hasher()
AT_ONCE = max(1, (os.cpu_count() or 2) - 1)
# Threads that do nothing but hash, so that what other threads have at hand on their cores is not swept away by it.
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="portal-hash")
_queue = threading.BoundedSemaphore(AT_ONCE + 40)

Made = TypeVar("Made")


class TooBusy(Exception):
    """More people sign in at this moment than the machine can check; they may try again in a few seconds."""


class Unfit(ValueError):
    """A new password that cannot be used; its text is the code of the reason."""


@contextmanager
def _turn() -> Iterator[None]:
    if not _queue.acquire(blocking=False):
        raise TooBusy
    try:
        yield
    finally:
        _queue.release()


def _in_turn(work: Callable[..., Made], *given: str) -> Made:
    """Do the work that hashes on a thread for it, once one is free. Raises TooBusy."""
    with _turn():
        return _threads.submit(work, *given).result()


def hashed(password: str, *, demo: bool = False) -> str:
    """The hash to store. A demo hash only ever matches in a demo."""
    return (DEMO if demo else "") + _in_turn(_hasher.hash, password)


# Unknown accounts cost the same single hash as known ones, so that time does not tell them apart.
_nobody = hashed(os.urandom(16).hex())


def matches(stored: str | None, password: str, *, demo: bool) -> bool:
    """Whether the password is right; always costs exactly one hash. `demo` says whether this portal is a demo."""
    known = stored or _nobody
    if known.startswith(DEMO):
        known = known.removeprefix(DEMO) if demo else _nobody
    try:
        return _in_turn(_hasher.verify, known, password[:LONGEST]) and stored is not None and known is not _nobody
    except (VerificationError, InvalidHashError):
        return False


def is_demo(stored: str | None) -> bool:
    """Whether this hash is one of a demo."""
    return stored is not None and stored.startswith(DEMO)


def is_outdated(stored: str) -> bool:
    """Whether a right password should be hashed anew with today's parameters."""
    return not stored.startswith(DEMO) and _hasher.check_needs_rehash(stored)


def rest() -> None:
    """To be called now and then: what memory hashing keeps goes back when it was not needed since the last time."""
    _hasher.rest()


def judge(password: str, *, names: tuple[str, ...] = ()) -> None:
    """Refuse a new password that is too short, too long, known, or made of a name it must not be; raises Unfit."""
    if len(password) < SHORTEST:
        raise Unfit("password_too_short")
    if len(password) > LONGEST:
        raise Unfit("password_too_long")
    plain = password.casefold()
    if DEMO_WORDS in plain or len(set(plain)) < 5 or is_known(plain) or any(
        name and plain.replace(name.casefold(), "").strip("0123456789 -_.!") == "" for name in names
    ):
        raise Unfit("password_known")
