"""Hashes in kept memory: the same answers as the library's own, from many threads, and memory that goes back."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from portal.doors.hashing import KIB, TIMES, Block, Hasher

LIBRARY = PasswordHasher(time_cost=TIMES, memory_cost=KIB, parallelism=1)
PASSWORDS = ("four wooden ducks, late", "чёрный кот и пёс", "x" * 200, "")


@pytest.mark.parametrize("password", PASSWORDS)
def test_what_the_library_hashes_is_verified_and_the_other_way_round(password: str) -> None:
    ours, stored = Hasher(), LIBRARY.hash(password)
    assert ours.verify(stored, password)
    assert LIBRARY.verify(ours.hash(password), password)
    for wrong in (password + " ", password[1:] or "a"):
        with pytest.raises(VerifyMismatchError):
            ours.verify(stored, wrong)


def test_a_hash_whose_salt_or_digest_was_changed_fits_no_password() -> None:
    ours, stored = Hasher(), LIBRARY.hash(PASSWORDS[0])
    *head, salt, digest = stored.split("$")
    other = {"A": "B"}
    for changed in ((other.get(salt[0], "A") + salt[1:], digest), (salt, other.get(digest[0], "A") + digest[1:])):
        with pytest.raises(VerifyMismatchError):
            ours.verify("$".join([*head, *changed]), PASSWORDS[0])


@pytest.mark.parametrize("rest", ["", "$", "x$y", "c2FsdA$aGFzaA", "c2FsdHNhbHRzYWx0c2FsdA$", "ä$ö", "$$$"])
def test_what_only_begins_like_a_hash_is_none(rest: str) -> None:
    with pytest.raises(InvalidHashError):
        Hasher().verify(f"$argon2id$v=19$m={KIB},t={TIMES},p=1${rest}", "")


def test_a_hash_of_yesterdays_parameters_is_verified_and_made_anew() -> None:
    ours, stored = Hasher(), PasswordHasher(time_cost=1, memory_cost=64, parallelism=2).hash(PASSWORDS[0])
    assert ours.verify(stored, PASSWORDS[0])
    assert ours.check_needs_rehash(stored)
    assert not ours.check_needs_rehash(ours.hash(PASSWORDS[0]))


def test_several_at_once_do_not_disturb_each_other() -> None:
    ours = Hasher()
    stored = {password: LIBRARY.hash(password) for password in PASSWORDS}

    def fits(number: int) -> bool:
        mine, other = PASSWORDS[number % 4], PASSWORDS[number // 4 % 4]
        try:
            return ours.verify(stored[mine], other) and mine == other
        except VerifyMismatchError:
            return mine != other

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(fits, range(32)))


def test_nothing_of_a_password_stays_in_the_memory() -> None:
    block = Block()
    assert block.digest(b"four wooden ducks, late", b"salt" * 4) != bytes(32)
    assert not any(block._memory[:])


def test_the_memory_goes_back_once_nobody_signs_in() -> None:
    ours, stored = Hasher(), LIBRARY.hash(PASSWORDS[0])
    before = held()
    ours.verify(stored, PASSWORDS[0])
    assert held() - before > KIB // 2
    ours.rest()
    assert held() - before > KIB // 2, "whoever signs in a moment later finds it"
    ours.rest()
    assert held() - before < KIB // 2
    assert ours.verify(stored, PASSWORDS[0])


def held() -> int:
    """KiB of memory that this process holds."""
    found = re.search(r"^VmRSS:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.M)
    assert found
    return int(found[1])
